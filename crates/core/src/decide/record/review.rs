//! What people say about our pull request: a submitted review is for the agent.

use serde_json::json;

use super::pull;
use super::recording::Recording;
use crate::actor::{Account, AccountKind};
use crate::command::Addressed;
use crate::decide::messages;
use crate::event::{ReviewFacts, ReviewVerdict};
use crate::event_name::DomainEvent;
use crate::message::{AgentMessage, MessageKind, Thread};
use crate::outsider::OutsiderInThread;
use crate::task::{Conversation, Read, Task, Wanted};
use crate::text;

/// So many reviews are remembered as read.
const READ: usize = 100;

/// A review.
pub(super) struct Submitted<'a> {
    pub(super) pull: i64,
    pub(super) review: i64,
    pub(super) sender: &'a Account,
}

/// A review was submitted. It is read whole, once, instead of comment by comment.
pub(super) fn submitted(
    on: &Recording<'_>,
    wanted: &mut Wanted,
    submitted: &Submitted<'_>,
) -> String {
    let Submitted {
        pull,
        review,
        sender,
    } = *submitted;
    let me = &on.cx.policy.me;
    if sender.login == me.login {
        return "our own words on the pull request".into();
    }
    if sender.kind != AccountKind::User && !on.cx.policy.allowed_bots.contains(&sender.id) {
        return "a bot's review; bots are not listened to".into();
    }
    let ours = on.known.pull.as_ref();
    if ours.is_none_or(|ours| ours.number != pull) {
        return "not our pull request".into();
    }
    if on.known.conversation.reviews.contains(&review) {
        return "that review was read before".into();
    }
    wanted.reads.push(Read::Review { pull, review });
    "the review is read".into()
}

/// A review was read.
pub(super) fn read(on: &mut Recording<'_>, task: &mut Task, review: &ReviewFacts) -> String {
    if !is_news(&mut task.conversation, review.id) {
        return "that review was read before".into();
    }
    let login = review.author.login.clone();
    pull::issue_is(on, &mut task.review, review.issue_open);
    if !review.permission.may_start() && !on.known.delegated(&login) {
        return format!("@{login} may not send the agent back to work");
    }
    if !asks(on, review) {
        return "the review asks for nothing".into();
    }
    if !task.can_revise() && !task.stage.is_live() {
        return "no session can take the review up; a new one reads the pull request".into();
    }
    on.notes.note(
        DomainEvent::ReviewTaken,
        json!({ "review": review.id, "by": login, "threads": review.threads.len() }),
    );
    task.review.a_person_spoke();
    let (said, withheld) = without_outsiders(on, review);
    if withheld > 0 {
        on.notes.tell(text::withheld::in_threads(withheld));
    }
    let threads = &mut task.review.threads;
    for thread in &said {
        threads.retain(|other| other.id != thread.id);
        threads.push(thread.clone());
    }
    let message = AgentMessage {
        id: format!("review:{}", review.id),
        by: login,
        text: review.body.clone(),
        at: review.at,
        kind: MessageKind::Review { threads: said },
        comment: None,
        sending: false,
        heard: false,
        meanwhile: None,
    };
    messages::add(&mut task.conversation, message, &mut on.notes);
    "a review asks for changes".into()
}

/// The threads without what people said there who have no write access and whom nobody let in; how much that is.
fn without_outsiders(on: &Recording<'_>, review: &ReviewFacts) -> (Vec<Thread>, u64) {
    let closed = |said: &&OutsiderInThread| !said.is_let_in() && !on.known.delegated(&said.author);
    let outsiders: Vec<&OutsiderInThread> = review.outsiders.iter().filter(closed).collect();
    let is_withheld = |thread: &str, place: usize| {
        let mut all = outsiders.iter();
        all.any(|said| said.thread == thread && said.place == place)
    };
    let threads = review.threads.iter().map(|thread| {
        let said = thread.said.iter().enumerate();
        let said = said.filter(|(place, _)| !is_withheld(&thread.id, *place));
        Thread {
            said: said.map(|(_, said)| said.clone()).collect(),
            ..thread.clone()
        }
    });
    (threads.collect(), outsiders.len() as u64)
}

fn is_news(conversation: &mut Conversation, review: i64) -> bool {
    let known = &mut conversation.reviews;
    if known.contains(&review) {
        return false;
    }
    known.push(review);
    let surplus = known.len().saturating_sub(READ);
    known.drain(..surplus);
    true
}

/// Whether the agent is to do something.
fn asks(on: &Recording<'_>, review: &ReviewFacts) -> bool {
    match review.verdict {
        ReviewVerdict::ChangesRequested => true,
        ReviewVerdict::Commented => !review.threads.is_empty() || mentions(on, &review.body),
        ReviewVerdict::Approved => !review.threads.is_empty(),
        ReviewVerdict::Other => false,
    }
}

fn mentions(on: &Recording<'_>, body: &str) -> bool {
    let spoken = crate::command::read(body, on.cx.policy.names());
    !spoken.lines.is_empty() || spoken.addressed == Addressed::Us
}
