//! The end is told to whoever waits for it. GitHub mails nobody when a comment is edited: so a bad end that comes later than
//! the first status gets a comment of its own, with a mention. It is written anew where more is known, and posted once.

use super::Draft;
use crate::ids::IssueNumber;
use crate::task::{End, Stage};
use crate::text;

/// Tells of a bad end, unless the status comment itself is still to be posted and tells of it.
pub(super) fn of_end(draft: &mut Draft<'_>) {
    if draft.task.shown.comment.is_some() || draft.task.has_open_pull() {
        write(draft);
    }
}

/// Writes a notice that is there anew, with what is known by now.
pub(super) fn again(draft: &mut Draft<'_>) {
    if draft.task.shown.notice.is_some() {
        write(draft);
    }
}

fn write(draft: &mut Draft<'_>) {
    let Stage::Ended {
        job: Some(job),
        end,
        ..
    } = &draft.task.stage
    else {
        return;
    };
    if !matches!(end, End::Failed { .. } | End::Cancelled { .. }) {
        return;
    }
    let key = format!("end:{}:{}", job.session, job.round);
    let revising = job.round > 0 && draft.task.has_open_pull();
    let mut whom = if revising {
        draft.task.review.heard.everybody()
    } else {
        Vec::new()
    };
    if whom.is_empty() {
        whom.extend(job.actor.login().map(str::to_owned));
    }
    let pull = draft
        .task
        .pull
        .as_ref()
        .filter(|_| revising)
        .map(|pull| IssueNumber(pull.number));
    let body = text::notice::of_end(&draft.task, &whom);
    draft.task.shown.notice = Some(key.clone());
    // It is not counted: however much was said, the end is told.
    draft.put(pull.unwrap_or(draft.task.place.issue), key, None, body);
}
