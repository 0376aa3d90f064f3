//! Work that changes protected paths: it is kept and shown, and somebody's word says what becomes of it. Only what was shown is
//! published: any other state is asked about anew.

use serde_json::json;

use super::state::{Advance, Fired, because};
use super::{collect, hold};
use crate::agent::TurnEnd;
use crate::consent::{PathsApproved, PathsAsked, PathsWord};
use crate::decide::notes::Notes;
use crate::decide::{messages, questions};
use crate::effect::{self, Judged};
use crate::event::Work;
use crate::event_name::DomainEvent;
use crate::message::{AgentMessage, MessageKind};
use crate::task::{BlockReason, FailureClass, Job, Next, Order, Stage, Task};
use crate::text;
use crate::text::paths as words;

/// Asks about the protected paths of what git found, unless somebody let exactly these changes through. Answers nothing where
/// there is nothing to ask.
pub(super) fn ask(on: &mut Advance<'_>, job: &Job, work: &Work, end: &TurnEnd) -> Option<Fired> {
    let held = held(work, on);
    if held.is_empty() {
        let asked = on.task.conversation.paths.as_ref();
        let dropped =
            asked.is_some_and(|asked| matches!(asked.word, Some(PathsWord::Dropped { .. })));
        if !dropped {
            // What was asked about is not there any more.
            over(on, words::GONE);
        }
        return None;
    }
    let Some(diff) = &work.protected_diff else {
        // Looked at before there was a hash to agree to.
        let say = text::failure::protected(&held);
        return on.fail(FailureClass::NotPublishable, say);
    };
    let asked = on.task.conversation.paths.as_ref();
    if asked
        .and_then(|asked| asked.approved())
        .map(|(hash, _)| hash)
        == Some(&diff.hash)
    {
        return None;
    }
    if questions::are_too_many(job, on.cx) {
        let say = text::failure::protected(&held);
        return on.fail(FailureClass::NotPublishable, say);
    }
    over(on, words::CHANGED);
    let (hash, paths) = (diff.hash.clone(), held);
    on.task.conversation.paths = Some(Box::new(PathsAsked {
        key: format!("paths:{}:{}", job.session, job.comments),
        comment: None,
        text: words::shown(job, diff, &paths),
        hash: hash.clone(),
        paths: paths.clone(),
        word: None,
    }));
    if let Some(job) = on.task.job_mut() {
        job.comments += 1;
    }
    on.plan(effect::EndAgent {});
    hold::block(on, BlockReason::Paths, Next::Look { end: end.clone() });
    on.tell(words::WAITS);
    on.note(
        DomainEvent::PathsHeld,
        json!({ "hash": hash.as_str(), "paths": paths }),
    );
    because("it changes protected paths; somebody has to say what becomes of them")
}

/// The protected paths that the operator does not allow.
fn held(work: &Work, on: &Advance<'_>) -> Vec<String> {
    let allowed = &on.cx.policy.allow_protected;
    let paths = work.protected.iter();
    paths
        .filter(|path| !allowed.allows(path))
        .cloned()
        .collect()
}

/// Somebody said what becomes of them.
pub(super) fn said(on: &mut Advance<'_>) -> Option<Fired> {
    let order = on
        .task
        .wanted
        .order
        .take_if(|order| matches!(order, Order::Paths(_)))?;
    let Order::Paths(word) = order else {
        return None;
    };
    let waits = matches!(
        on.task.stage,
        Stage::Blocked {
            reason: BlockReason::Paths,
            ..
        }
    );
    let asked = on.task.conversation.paths.as_mut();
    let Some(asked) = asked.filter(|asked| waits && asked.word.is_none()) else {
        return because("no protected paths wait for anybody's word");
    };
    asked.word = Some(word.clone());
    let details = json!({ "hash": asked.hash.as_str(), "paths": asked.paths });
    let (event, line, why) = match &word {
        PathsWord::Approved { by } => (
            DomainEvent::PathsApproved,
            words::approved_line(by, &asked.hash),
            "its protected paths were approved",
        ),
        PathsWord::Dropped { by } => (
            DomainEvent::PathsDropped,
            words::dropped_line(by),
            "it is published without its protected paths",
        ),
    };
    let mut details = details;
    let (PathsWord::Approved { by } | PathsWord::Dropped { by }) = &word;
    details["by"] = json!(by);
    on.note(event, details);
    on.tell(line);
    hold::go_on(on, why)
}

/// People say something else: the agent hears it, with what is wrong with its work, and what was asked is void.
pub(super) fn told_instead(on: &mut Advance<'_>) -> Option<Fired> {
    let waits = matches!(
        on.task.stage,
        Stage::Blocked {
            reason: BlockReason::Paths,
            ..
        }
    );
    let mut news = on.task.conversation.news();
    if !waits || news.all(AgentMessage::is_asked) {
        return None;
    }
    drop(news);
    let asked = on.task.conversation.paths.as_ref();
    let paths = asked.map(|asked| asked.paths.clone()).unwrap_or_default();
    over(on, words::INSTEAD);
    let message = messages::of_skep(
        "paths".into(),
        text::prompt::protected(&paths),
        MessageKind::Protected,
        on.cx.now,
    );
    on.task.conversation.messages.insert(0, message);
    if let Stage::Blocked { next, .. } = &mut on.task.stage {
        *next = Next::Conversation { interrupted: false };
    }
    let why = on.reason.clone();
    hold::go_on(on, &why)
}

/// What was asked about is no question any more: its comment says how it ended.
pub(super) fn over(on: &mut Advance<'_>, how: &str) {
    let Some(asked) = on.task.conversation.paths.take() else {
        return;
    };
    let mut notes = Notes::default();
    let body = format!("{}\n\n{how}", asked.text);
    notes.edit(on.task.place.issue, asked.key, asked.comment, body);
    on.absorb(notes);
}

/// The session is over: a question that nobody answered is none any more.
pub(super) fn end(on: &mut Advance<'_>) {
    let answered = on.task.conversation.paths.as_ref();
    if answered.is_some_and(|asked| asked.word.is_some()) {
        on.task.conversation.paths = None;
    }
    over(on, words::ENDED);
}

/// What is pushed is held to, as things stand: what the work started from, and what somebody let through.
pub(super) fn judged(task: &Task, work: &Work) -> Option<Judged> {
    let approved = task.conversation.paths.as_ref();
    let approved = approved.and_then(|asked| asked.approved());
    let approved = approved.map(|(hash, _)| hash.clone());
    if let Some(onto) = &work.put_onto {
        let base = onto.as_ref().clone();
        return Some(Judged {
            base,
            upstream: None,
            approved,
            besides: task.policy.protected.clone(),
        });
    }
    let (base, upstream) = collect::ground(task)?;
    Some(Judged {
        base,
        upstream,
        approved,
        besides: task.policy.protected.clone(),
    })
}

/// Whether the approved changes are in it: then it is published as it is, on the base that it stands on.
pub(super) fn are_approved(task: &Task) -> bool {
    let asked = task.conversation.paths.as_ref();
    asked.is_some_and(|asked| asked.approved().is_some())
}

/// It is on GitHub: who let its protected paths through is remembered for the pull request.
pub(super) fn published(on: &mut Advance<'_>) {
    let Some(asked) = on.task.conversation.paths.take() else {
        return;
    };
    if let Some((hash, by)) = asked.approved() {
        on.task.review.approved_paths.push(PathsApproved {
            hash: hash.clone(),
            by: by.to_owned(),
            paths: asked.paths.clone(),
        });
    }
}

/// Git said at the last moment that it is not what was let through.
pub(super) fn held_at_the_push(on: &mut Advance<'_>, end: &TurnEnd, work: &Work) -> Option<Fired> {
    if !are_approved(&on.task) {
        let paths: Vec<String> = work.protected.clone();
        let say = text::failure::protected(&paths);
        return on.fail(FailureClass::NotPublishable, say);
    }
    over(on, words::CHANGED);
    collect::look(on, end.clone())
}
