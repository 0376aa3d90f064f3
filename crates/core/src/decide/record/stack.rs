//! What is heard of the pull request that work stands on, or may stand on, and what came of putting the work onto another commit.

use super::recording::Recording;
use crate::decide::messages;
use crate::dependency::Blocker;
use crate::ids::TaskKey;
use crate::message::MessageKind;
use crate::stack::{PullBelow, PullBelowIs, Restacked};
use crate::task::{Stage, Task};
use crate::text;

/// There is news of a pull request for an issue that it waits for.
pub(super) fn below(
    on: &mut Recording<'_>,
    task: &mut Task,
    issue: TaskKey,
    news: &PullBelow,
) -> String {
    task.stack.learn(issue, news);
    tell_agent(on, task, news);
    format!(
        "pull request #{} for {issue}, which it waits for, stands otherwise",
        news.number
    )
}

/// An agent at work hears what became of what its work stands on. Nothing is begun for that.
fn tell_agent(on: &mut Recording<'_>, task: &mut Task, news: &PullBelow) {
    let Some(stands) = on.known.stack.on.as_ref() else {
        return;
    };
    let begun = on.known.job().is_some_and(|job| job.workspace.is_some());
    if stands.pull != news.number || !begun || !on.known.stage.is_live() {
        return;
    }
    let known = on.known.pull_below().map(|(_, known)| known);
    let is_new = known.is_none_or(|known| known.is != news.is || known.head != news.head);
    let words = match &news.is {
        PullBelowIs::Merged { into, .. } => text::stack::merged(stands, into),
        PullBelowIs::InReview | PullBelowIs::Revised if news.head.as_ref() != Some(&stands.tip) => {
            text::stack::moved(stands)
        }
        PullBelowIs::InReview | PullBelowIs::Revised | PullBelowIs::Closed => return,
    };
    if is_new {
        let id = format!("below:{}", stands.pull);
        let mut message = messages::of_skep(id, words, MessageKind::Landed, on.cx.now);
        message.heard = !matches!(on.known.stage, Stage::Working { .. });
        messages::add(&mut task.conversation, message, &mut on.notes);
    }
}

/// The issue on whose pull request it stands, as it was known: whatever is said of dependencies later, it still follows that.
pub(super) fn stood_on(task: &Task) -> Option<Blocker> {
    let on = task.stack.on.as_ref()?;
    let key = TaskKey::new(task.place.repository, on.issue);
    let mut known = task.dependencies.blockers.iter();
    known.find(|one| one.issue.key == key).cloned()
}

/// It was put onto another commit, or could not be.
pub(super) fn restacked(task: &mut Task, done: &Restacked) -> String {
    task.wanted.restacked = Some(done.clone());
    format!("its branch stands on {} by now", done.base)
}

/// It was not, and will not be tried again: a person has to.
pub(super) fn not_restacked(on: &mut Recording<'_>, task: &mut Task, say: &str) -> String {
    let Some(stands) = task.stack.on.take() else {
        return "it stands on no pull request any more".into();
    };
    let line = text::stack::not_moved(&stands, say);
    on.notes.tell(line.clone());
    task.review.needs = Some(line);
    format!("restack failed, and people are told: {say}")
}
