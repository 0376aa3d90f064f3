//! What the issue waits for. News of it are hints to read it again; what was read stands as it is until the next reading, or
//! until somebody hears how one of the issues stands now.

use super::recording::Recording;
use super::{overlap, stack};
pub(super) use crate::dependency::is_label;
use crate::dependency::{
    Blocker, BlockerNews, Dependencies, Named, RelatedNews, Standing, Unknown, Unresolved, may_name,
};
use crate::event::Event;
use crate::ids::TaskKey;
use crate::task::{Gates, Read, Reading, Stage, Task};

/// Something it waits for was added or taken away, it is said.
pub(super) fn changed(on: &Recording<'_>, task: &mut Task, hint: &str) -> String {
    if matches!(on.known.stage, Stage::Idle | Stage::Ended { .. }) {
        return "nothing is to start here; what it waits for is read when something is".into();
    }
    read_again(task);
    format!("{hint}: what the issue waits for is read again")
}

fn read_again(task: &mut Task) {
    let reads = &mut task.wanted.reads;
    if !reads.contains(&Read::Dependencies) {
        reads.push(Read::Dependencies);
    }
}

/// Its body was changed: what it says it waits for may have.
pub(super) fn edited(on: &Recording<'_>, task: &mut Task, event: &Event) {
    let Event::IssueEdited {
        body,
        old_body: Some(old),
        ..
    } = event
    else {
        return;
    };
    if may_name(body) || may_name(old) {
        changed(on, task, "edited");
    }
}

/// GitHub said what it waits for.
pub(super) fn read(on: &mut Recording<'_>, task: &mut Task, found: &Dependencies) -> String {
    let failed: Vec<TaskKey> = failed(&task.dependencies).collect();
    let below = stack::stood_on(task);
    task.dependencies = Dependencies {
        read_at: Some(on.cx.now),
        ..found.clone()
    };
    for blocker in &mut task.dependencies.blockers {
        blocker.failed = blocker.standing == Standing::Open && failed.contains(&blocker.issue.key);
    }
    let known = &mut task.dependencies.blockers;
    let is_known = |one: &Blocker| known.iter().any(|other| other.issue.key == one.issue.key);
    let below = below.filter(|one| !is_known(one));
    known.extend(below);
    task.gates.reading = Reading::Done;
    let open = task.dependencies.open().count();
    let all = found.blockers.len() + found.unresolved.len();
    format!("it waits for {all}, of which {open} open")
}

fn failed(found: &Dependencies) -> impl Iterator<Item = TaskKey> {
    let failed = found.blockers.iter().filter(|one| one.failed);
    failed.map(|one| one.issue.key)
}

/// Something about another issue concerns this one.
pub(super) fn related(on: &mut Recording<'_>, task: &mut Task, news: &RelatedNews) -> String {
    match news {
        RelatedNews::Overlap { news } => overlap::told(on, task, news),
        RelatedNews::Blocker {
            issue,
            news: BlockerNews::Pull(pull),
        } => stack::below(on, task, *issue, pull),
        RelatedNews::Blocker { issue, news } => blocker(task, *issue, news),
        RelatedNews::Restacked(done) => stack::restacked(task, done),
        RelatedNews::Cycle { path } => cycle(&mut task.gates, path),
    }
}

/// One of the issues it waits for stands otherwise.
fn blocker(task: &mut Task, issue: TaskKey, news: &BlockerNews) -> String {
    let home = task.place.repository;
    let found = &mut task.dependencies;
    let Some(at) = found.blockers.iter().position(|one| one.issue.key == issue) else {
        return "it does not wait for that issue".into();
    };
    match news {
        BlockerNews::Is(standing) => {
            let blocker = &mut found.blockers[at];
            blocker.standing = *standing;
            blocker.failed &= *standing == Standing::Open;
        }
        BlockerNews::Failed(failed) => {
            let blocker = &mut found.blockers[at];
            blocker.failed = *failed && blocker.standing == Standing::Open;
        }
        BlockerNews::Deleted => {
            let gone = found.blockers.remove(at);
            found.unresolved.push(Unresolved {
                repository: (issue.repository != home).then_some(gone.issue.name),
                number: issue.issue,
                why: Unknown::Missing,
                source: gone.source,
                evidence: gone.evidence,
            });
        }
        BlockerNews::Moved => read_again(task),
        BlockerNews::Pull(pull) => task.stack.learn(issue, pull),
    }
    format!("it waits for {issue}, of which there is news")
}

/// It waits for itself by another way, or not any more.
fn cycle(gates: &mut Gates, path: &[Named]) -> String {
    gates.cycle = path.to_vec();
    match path.len() {
        0 => "it does not wait for itself any more".into(),
        length => format!("it waits for itself over {length} issues"),
    }
}
