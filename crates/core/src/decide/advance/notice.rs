//! The end is told to whoever waits for it. GitHub mails nobody when a comment is edited: so a bad end that comes later than
//! the first status gets a comment of its own, with a mention. It is written anew where more is known, and posted once.

use super::Advance;
use crate::decide::notes::Notes;
use crate::ids::IssueNumber;
use crate::task::{End, Stage};
use crate::text;

/// Tells of a bad end, unless the status comment itself is still to be posted and tells of it.
pub(super) fn of_end(on: &mut Advance<'_>) {
    if on.task.shown.comment.is_some() || on.task.has_open_pull() {
        write(on);
    }
}

/// Writes a notice that is there anew, with what is known by now.
pub(super) fn again(on: &mut Advance<'_>) {
    if on.task.shown.notice.is_some() {
        write(on);
    }
}

fn write(on: &mut Advance<'_>) {
    let task = &on.task;
    let Stage::Ended {
        job: Some(job),
        end: End::Failed { .. } | End::Cancelled { .. },
        ..
    } = &task.stage
    else {
        return;
    };
    let key = format!("end:{}:{}", job.session, job.round);
    let revising = job.round > 0 && task.has_open_pull();
    let mut whom = if revising {
        task.review.heard.everybody()
    } else {
        Vec::new()
    };
    if whom.is_empty() {
        whom.extend(job.actor.login().map(str::to_owned));
    }
    let pull = task.pull.as_ref().filter(|_| revising);
    let number = pull.map_or(task.place.issue, |pull| IssueNumber(pull.number));
    // It is not counted: however much was said, the end is told.
    let mut notes = Notes::default();
    notes.say_anyway(number, key.clone(), text::notice::of_end(task, &whom));
    on.absorb(notes);
    on.task.shown.notice = Some(key);
}
