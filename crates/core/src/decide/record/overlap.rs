//! What is heard of others whose work probably changes the same files.

use super::recording::Recording;
use crate::decide::messages;
use crate::message::MessageKind;
use crate::overlap::{MEETINGS, Meeting, OverlapNews};
use crate::task::{Stage, Task};
use crate::text;

/// There is news.
pub(super) fn told(on: &mut Recording<'_>, task: &mut Task, news: &OverlapNews) -> String {
    match news {
        OverlapNews::Found { with } => found(task, with),
        OverlapNews::Met { with } => {
            let issue = with.issue.key;
            let told = &mut task.overlaps.told;
            told.retain(|one| *one != issue);
            told.push(issue);
            task.overlaps.meets(with.clone());
            format!("it probably meets {issue}")
        }
        OverlapNews::Rests { issue } => {
            for other in &mut task.overlaps.others {
                other.first &= other.issue.key != *issue;
            }
            format!("{issue} is not at work any more")
        }
        OverlapNews::Landed { issue, base, paths } => {
            task.overlaps.forget(issue.key);
            if begun(on.known) {
                task.overlaps.lands(issue.key.issue);
                let words = text::overlap::landed(issue, base, paths);
                let id = format!("landed:{}", issue.key);
                let kind = MessageKind::Landed;
                let mut message = messages::of_skep(id, words, kind, on.cx.now);
                // Nothing is begun for it.
                message.heard = !matches!(on.known.stage, Stage::Working { .. });
                messages::add(&mut task.conversation, message, &mut on.notes);
            }
            format!("{} has landed", issue.key)
        }
        OverlapNews::Over { issue } => {
            task.overlaps.forget(*issue);
            format!("nothing comes of {issue} any more")
        }
    }
}

/// What was found takes the place of what was found before; what others have found stays.
fn found(task: &mut Task, with: &[Meeting]) -> String {
    let overlaps = &mut task.overlaps;
    overlaps.looking = false;
    let theirs = std::mem::take(&mut overlaps.others);
    let new = |one: &Meeting| !with.iter().any(|other| other.issue.key == one.issue.key);
    overlaps.others = with.iter().take(MEETINGS).cloned().collect();
    for one in theirs.into_iter().filter(new) {
        if overlaps.told.contains(&one.issue.key) {
            overlaps.meets(Meeting {
                first: false,
                ..one
            });
        }
    }
    format!("it probably meets {} others", with.len())
}

/// A session is on that has begun.
fn begun(task: &Task) -> bool {
    let job = task.job().filter(|_| task.stage.is_live());
    job.is_some_and(|job| job.started_at.is_some())
}
