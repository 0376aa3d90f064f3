//! Every thread of the reviews that a revision was for is answered: with the agent's words where it has some, else with what
//! git says of the file.

use crate::decide::advance::evidence::Made;
use crate::decide::advance::state::Advance;
use crate::effect;
use crate::message::{MessageKind, Thread};
use crate::task::{Conversation, Job};
use crate::text;

/// Answers the threads that the agent has heard.
pub(super) fn answer(on: &mut Advance<'_>, job: &Job, made: Option<Made<'_>>) {
    let Some(pull) = on.task.pull.as_ref().map(|pull| pull.number) else {
        return;
    };
    let progress = on.task.progress();
    let replies = progress.map(|progress| progress.replies.clone());
    let replies = replies.unwrap_or_default();
    let (wait, threads): (Vec<_>, Vec<_>) = std::mem::take(&mut on.task.review.threads)
        .into_iter()
        .partition(|thread| is_unheard(&on.task.conversation, thread));
    on.task.review.threads = wait;
    for thread in threads {
        let said = replies
            .iter()
            .find(|reply| reply.thread == thread.id || reply.thread == thread.first.to_string())
            .map(|reply| reply.text.as_str());
        let done = made.map(|made| (made.head, made.work));
        let files = |made: Made<'_>| made.work.files.iter().any(|file| file.path == thread.path);
        let resolve = (thread.ours && made.is_some_and(files)).then(|| thread.id.clone());
        on.plan(effect::Reply {
            pull,
            to: thread.first,
            key: format!("thread:{}:{}", thread.first, job.round),
            body: text::conversation::thread(&thread, said, done),
            resolve,
        });
    }
}

/// A review the agent has not heard yet is answered by the revision that hears it.
fn is_unheard(conversation: &Conversation, thread: &Thread) -> bool {
    conversation
        .messages
        .iter()
        .any(|message| match &message.kind {
            MessageKind::Review { threads } => threads.iter().any(|other| other.id == thread.id),
            MessageKind::Said
            | MessageKind::LetIn { .. }
            | MessageKind::Asked { .. }
            | MessageKind::Answer { .. }
            | MessageKind::Again { .. }
            | MessageKind::Unfitting
            | MessageKind::Edited
            | MessageKind::Approved
            | MessageKind::Protected
            | MessageKind::Checks { .. }
            | MessageKind::Verification { .. }
            | MessageKind::Base { .. }
            | MessageKind::Landed
            | MessageKind::Moved { .. } => false,
        })
}
