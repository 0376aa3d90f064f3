//! What a session found besides its task, and what became of it. A batch that comes here was judged; what is promised is kept
//! whatever became of the session meanwhile.

use serde_json::json;

use super::recording::Recording;
use super::{recurring, trigger};
use crate::actor::Actor;
use crate::dependency::Named;
use crate::discovery::{Discover, Discovered, DiscoveryNews, FoundState, NewIssue, Origin};
use crate::event::Asking;
use crate::event_name::DomainEvent;
use crate::ids::{IssueNumber, SessionId};
use crate::task::{Stage, Task, Trigger};
use crate::text;

/// So many issues found one by the other start by themselves; who looks at what comes after them is a person.
const GENERATIONS: u32 = 3;

/// There is news of issues that are to be made, or for one that was.
pub(super) fn told(on: &mut Recording<'_>, task: &mut Task, news: &DiscoveryNews) -> String {
    match news {
        DiscoveryNews::Found { session, issues } => {
            found(on, &mut task.discovered, session, issues)
        }
        DiscoveryNews::Listed { issues } => listed(&mut task.discovered, issues),
        DiscoveryNews::Made { key, number } => made(on, task, key, *number),
        DiscoveryNews::Start { of, by, generation } => {
            if on.cx.policy.issues.discover != Discover::Start {
                return "what sessions find does not start by itself here".into();
            }
            task.discovered.generation = *generation;
            start(on, task, of, by)
        }
    }
}

fn found(
    on: &mut Recording<'_>,
    discovered: &mut Discovered,
    session: &SessionId,
    issues: &[NewIssue],
) -> String {
    let policy = on.cx.policy;
    let origin = Origin::Session(session.clone());
    let before = discovered.issues.iter().filter(|one| one.origin == origin);
    let all = before.count().saturating_add(issues.len());
    // The tool said no to that already; this is what holds when it was told yes by mistake.
    if all > policy.limits.discovered as usize || policy.issues.discover == Discover::Off {
        on.notes.tell(text::discovery::dropped(issues.len()));
        return format!("{} issues are more than the session may make", issues.len());
    }
    if on.known.review.taken_away {
        return "the repository was taken away".into();
    }
    let starts = policy.issues.discover == Discover::Start && discovered.generation < GENERATIONS;
    let by = on.known.job().map(|job| &job.actor).filter(|_| starts);
    discovered.add(issues, &origin, by);
    on.notes.tell(text::discovery::found(issues.len()));
    let titles: Vec<&str> = issues.iter().map(|one| one.title.as_str()).collect();
    on.notes
        .note(DomainEvent::IssuesDiscovered, json!({ "titles": titles }));
    format!("{} issues are to be made", issues.len())
}

fn listed(discovered: &mut Discovered, issues: &[NewIssue]) -> String {
    discovered.add(issues, &Origin::List, None);
    format!("{} issues are to be made", issues.len())
}

fn made(on: &mut Recording<'_>, task: &mut Task, key: &str, number: IssueNumber) -> String {
    let Some(found) = task.discovered.making().filter(|one| one.key() == key) else {
        return "stale: nobody waits for that issue".into();
    };
    found.state = FoundState::Made {
        number,
        told: false,
    };
    let details = json!({ "number": number, "title": found.title });
    on.notes.note(DomainEvent::IssueCreated, details);
    let origin = found.origin.clone();
    recurring::opened(task, &origin, number);
    format!("#{number} is there")
}

/// One could not be made, and nobody tries again by themselves.
pub(super) fn not_made(discovered: &mut Discovered, say: &str, exhausted: bool) -> String {
    if let Some(found) = discovered.making() {
        found.state = FoundState::Failed {
            say: text::discovery::not_made(say, exhausted),
            told: false,
        };
    }
    format!("an issue could not be made: {say}")
}

/// The issue was made because a session found it, and starts by itself, as if that person had asked who asked for the session.
fn start(on: &Recording<'_>, task: &mut Task, of: &Named, by: &Actor) -> String {
    if let Some(reason) = trigger::busy(on.known) {
        return reason;
    }
    if !matches!(on.known.stage, Stage::Idle) {
        return "somebody has started it before".into();
    }
    task.wanted.trigger = Some(Trigger {
        actor: by.clone(),
        asking: Asking::Discovery,
        snapshot: None,
    });
    format!("found by {}: asked GitHub whether this may start", of.key)
}
