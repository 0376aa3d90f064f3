//! What people write: comments are read again with their writer's rights before anything follows from them. Commands are
//! taken, answers answer, the rest is for the agent. Nothing is taken twice, and nothing that was taken is dropped.

use super::hearing::{TAKEN, bot, put_again, reply_key, say_to_agent};
use super::recording::Recording;
use super::{answer, blocked, command, rest, withheld};
use crate::actor::{Account, AccountKind};
use crate::command::{self as grammar, Addressed, Command, Line, Spoken};
use crate::decide::messages;
use crate::effect::Reaction;
use crate::event::{AuthorizedComment, Event};
use crate::ids::{CommentId, IssueNumber};
use crate::message::MessageKind;
use crate::outsider::HeldBack;
use crate::question::Saying;
use crate::task::{Conversation, Read, Stage, Task};
use crate::text;

/// A comment was written or changed. Who may speak is asked before anything follows.
pub(super) fn written(on: &mut Recording<'_>, task: &mut Task, event: &Event) -> String {
    let Event::Commented {
        comment,
        on: number,
        author,
        sender,
        body,
        at,
        edited,
    } = event
    else {
        return "not a comment".into();
    };
    let me = &on.cx.policy.me;
    if sender.login == me.login {
        return "our own comment".into();
    }
    let of_ours = author.login == me.login;
    if of_ours && !(*edited && asks(on.known, *comment)) {
        return "somebody changed a comment of ours that asks nothing".into();
    }
    if let Err(reason) = bot(on, &mut task.conversation, sender) {
        withheld::hold_of_bot(on, task, held_back(*comment, *number, author, *at), sender);
        return reason;
    }
    if !of_ours {
        if taken(&task.conversation, *comment, *at) {
            return "that comment was taken before".into();
        }
        let spoken = grammar::read(body, on.cx.policy.names());
        if let Some(reason) = passed_over(on, &spoken, *number) {
            return reason.into();
        }
    }
    task.wanted.reads.push(Read::Comment {
        comment: *comment,
        on: *number,
        actor: sender.clone(),
        of_ours,
    });
    "asked GitHub whether its writer may speak here".into()
}

fn held_back(comment: CommentId, on: IssueNumber, author: &Account, at: i64) -> HeldBack {
    HeldBack {
        comment,
        on,
        author: author.login.clone(),
        at,
    }
}

/// Why a comment concerns us not at all, so that nobody has to be asked about it.
fn passed_over(on: &Recording<'_>, spoken: &Spoken, number: IssueNumber) -> Option<&'static str> {
    if !spoken.lines.is_empty() {
        return None;
    }
    if spoken.addressed == Addressed::Others {
        return Some("it is plainly between people");
    }
    let asked_for = !matches!(on.known.stage, Stage::Idle) || spoken.addressed == Addressed::Us;
    (!(asked_for && on.is_here(number)))
        .then_some("nobody has asked for an agent here, and it holds no command")
}

fn asks(task: &Task, comment: CommentId) -> bool {
    let mut batches = task.conversation.batches.iter();
    batches.any(|batch| batch.comment == Some(comment)) || blocked::is_theirs(task, comment)
}

fn taken(conversation: &Conversation, comment: CommentId, at: i64) -> bool {
    let mut processed = conversation.processed.iter();
    processed.any(|(id, taken_at)| *id == comment && at <= *taken_at)
}

fn take(conversation: &mut Conversation, found: &AuthorizedComment) {
    let taken = &mut conversation.processed;
    taken.retain(|(id, _)| *id != found.comment);
    taken.push((found.comment, found.at));
    let surplus = taken.len().saturating_sub(TAKEN);
    taken.drain(..surplus);
}

/// A comment was read again: what it says now counts, and what its writer may do.
pub(super) fn authorized(
    on: &mut Recording<'_>,
    task: &mut Task,
    found: &AuthorizedComment,
) -> String {
    let Some(body) = &found.body else {
        return "the comment is gone again".into();
    };
    super::pull::issue_is(on, &mut task.review, found.issue_open);
    let login = found.actor.login.as_str();
    let rules = &on.cx.policy.issues;
    let may = (found.permission.may_start() || on.known.delegated(login))
        && !rules.is_off(&on.known.place.name)
        && !rules.is_off_for(login);
    if found.of_ours && blocked::is_theirs(task, found.comment) {
        return blocked::ticked(on, task, found);
    }
    if found.of_ours {
        return answer::ticked(on, &mut task.conversation, found, may);
    }
    let conversation = &mut task.conversation;
    if taken(conversation, found.comment, found.at) {
        return "that comment was taken before".into();
    }
    let mut spoken = grammar::read(body, on.cx.policy.names());
    if !may {
        let reason = unheard(on, conversation, found, &spoken);
        if !taken(conversation, found.comment, found.at) {
            let comment = held_back(found.comment, found.on, &found.actor, found.at);
            withheld::hold(on, task, comment);
        }
        return reason;
    }
    task.withheld.forget(found.comment);
    task.withheld.hurry(on.cx.now);
    // An edit of what the agent has heard already says nothing new to anybody.
    let known = conversation
        .processed
        .iter()
        .any(|(id, _)| *id == found.comment)
        && !conversation.hinted_comments.contains(&found.comment);
    if known && !waits(conversation, found.comment) {
        return "it was changed after it had been taken".into();
    }
    if known {
        // Its commands were obeyed already; only what the agent has not heard yet is said anew.
        spoken
            .lines
            .retain(|line| matches!(line, Line::Command(Command::Ask(_) | Command::Answer(_))));
        let again = answer::not_heard(conversation, found.comment);
        answer::reopen(conversation, &again);
    }
    take(conversation, found);
    if found.actor.kind == AccountKind::User {
        conversation.bot_rounds = 0;
    }
    if spoken.lines.is_empty() {
        return hear(on, task, found, &spoken);
    }
    command::split(on, conversation, found, &spoken)
}

fn waits(conversation: &Conversation, comment: CommentId) -> bool {
    let mut messages = conversation.messages.iter();
    messages.any(|message| {
        message.comment == Some(comment) && (!message.sending || message.may_come_back())
    })
}

/// Somebody who may not speak here: one polite sentence, once, and only when it was meant for us. Whoever opened the issue
/// may answer plain questions where the operator allows it.
fn unheard(
    on: &mut Recording<'_>,
    conversation: &mut Conversation,
    found: &AuthorizedComment,
    spoken: &Spoken,
) -> String {
    let login = found.actor.login.clone();
    let given = answer::read(conversation, &spoken.text, Saying::Plainly);
    let author = on.cx.policy.author_answers && found.issue_author.eq_ignore_ascii_case(&login);
    if author && spoken.lines.is_empty() && !given.given.is_empty() {
        take(conversation, found);
        on.notes.react_to(found.comment, Reaction::Eyes);
        return answer::answered(on, conversation, &given, found);
    }
    let meant =
        !spoken.lines.is_empty() || !given.given.is_empty() || spoken.addressed == Addressed::Us;
    let mut warned = conversation.warned.iter();
    if !meant || warned.any(|other| other.eq_ignore_ascii_case(&login)) {
        return format!("@{login} may not speak to the agent here");
    }
    conversation.warned.push(login.clone());
    let requester = on.known.job().and_then(|job| job.actor.login());
    let say = if spoken.lines.is_empty() && !given.given.is_empty() {
        text::answer_replies::stranger(&login, requester)
    } else {
        text::command::not_permitted(&login)
    };
    on.notes.say(found.on, reply_key(found), say);
    format!("@{login} may not speak to the agent here; told once")
}

/// Words without a command: an answer where a question is open, else something for the agent.
fn hear(
    on: &mut Recording<'_>,
    task: &mut Task,
    found: &AuthorizedComment,
    spoken: &Spoken,
) -> String {
    if let Some(reason) = blocked::said(on, task, found, &spoken.text) {
        return reason;
    }
    let conversation = &mut task.conversation;
    let given = answer::read(conversation, &spoken.text, Saying::Plainly);
    if !given.is_nothing() {
        on.notes.react_to(found.comment, Reaction::Eyes);
        return answer::answered(on, conversation, &given, found);
    }
    if let Some(say) = answer::late(conversation, found, &spoken.text) {
        on.notes.say(found.on, reply_key(found), say);
        return "an answer that came too late; its writer is told".into();
    }
    if spoken.text.trim().is_empty() {
        return "it says nothing".into();
    }
    if conversation.open().next().is_some() {
        return answer::told(on, task, found, &spoken.text);
    }
    match rest::listens(on, spoken, found.at) {
        true => say_to_agent(
            on,
            task,
            found,
            messages::of_comment(found, &spoken.text, MessageKind::Said),
        ),
        false => rest::told(on, conversation, found, spoken),
    }
}

/// What stands beside the commands is for the agent, where one can hear it.
pub(super) fn beside_commands(
    on: &mut Recording<'_>,
    task: &mut Task,
    found: &AuthorizedComment,
    words: &str,
) -> String {
    let listens = match &on.known.stage {
        Stage::Queued { .. } | Stage::Working { .. } | Stage::Blocked { .. } => true,
        Stage::Ended { .. } => on.known.can_revise() && on.known.is_our_pull(found.on),
        Stage::Idle | Stage::Checking { .. } => false,
    };
    match listens {
        true => say_to_agent(
            on,
            task,
            found,
            messages::of_comment(found, words, MessageKind::Said),
        ),
        false => String::new(),
    }
}

/// A comment is gone: words in it that the agent has not heard are taken back, and a question of ours is put again.
pub(super) fn deleted(
    on: &mut Recording<'_>,
    conversation: &mut Conversation,
    comment: CommentId,
    sender: &Account,
) -> String {
    if sender.login == on.cx.policy.me.login {
        return "we deleted it ourselves".into();
    }
    if put_again(on, comment) {
        return "a question of ours was deleted; it is put again".into();
    }
    // A decision can be taken back until the agent has heard it.
    let again = answer::not_heard(conversation, comment);
    let before = conversation.messages.len();
    answer::reopen(conversation, &again);
    messages::take_back(conversation, comment);
    if !again.is_empty() {
        return "an answer the agent had not heard was taken back; its question is open again"
            .into();
    }
    if conversation.messages.len() < before {
        return "words the agent had not heard were taken back".into();
    }
    if waits(conversation, comment) {
        return "its words are on their way; they are taken back if the turn does not take them"
            .into();
    }
    "a comment that concerns nobody here is gone".into()
}
