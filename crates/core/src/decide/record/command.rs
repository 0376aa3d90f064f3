//! Commands of people who may give them: each is taken with 👍, and what it answers in words goes into one comment. A new
//! command is an arm of [`given`] here, and its line in the grammar.

mod budget;
mod gate;
mod paths;
mod reply;
mod wish;

use serde_json::json;

use self::reply::{said, start};
use self::wish::{agent, base, plan, priority, role};
use super::answer;
use super::hearing::{note_hint, say_to_agent};
use super::recording::{Input, Recording};
use super::sprint;
use crate::command::{Addressed, Command, Line, Spoken};
use crate::decide::messages;
use crate::effect::Reaction;
use crate::event::AuthorizedComment;
use crate::event_name::DomainEvent;
use crate::message::MessageKind;
use crate::question::Saying;
use crate::role;
use crate::task::{BlockReason, Conversation, Order, Stage, Task, Wanted};
use crate::text;

/// So many people without write access may be let speak on one issue.
const DELEGATES: usize = 20;

/// Splits a comment into its commands, in order, and the rest of it.
pub(super) fn split(
    on: &mut Recording<'_>,
    conversation: &mut Conversation,
    found: &AuthorizedComment,
    spoken: &Spoken,
) -> String {
    let mut words = spoken.text.clone();
    let mut understood = false;
    let reply = |say: String| Input::Reply(Box::new(found.clone()), say);
    for line in &spoken.lines {
        let next = match line {
            Line::Command(command) => {
                understood = true;
                let command = with_the_rest(command, &mut words);
                Input::Command(Box::new(found.clone()), command)
            }
            // On a pull request, `/agent make it shorter` is simply said to the agent, however it begins.
            _ if on.known.is_our_pull(found.on) && sentence(line).is_some() => {
                let said = sentence(line).unwrap_or_default();
                words = format!("{words}\n{said}").trim().to_owned();
                continue;
            }
            Line::Unknown { word, nearest, .. } => reply(text::command::unknown(word, *nearest)),
            Line::Faulty { command, usage, .. } => reply(text::command::faulty(command, usage)),
            Line::Sentence { command, .. } => reply(text::command::sentence(command)),
        };
        on.then.push(next);
    }
    if spoken.left_out > 0 {
        let say = text::command::too_many(spoken.lines.len(), spoken.left_out);
        on.then.push(reply(say));
    }
    note_hint(conversation, found.comment, !understood);
    if understood {
        on.notes.react_to(found.comment, Reaction::ThumbsUp);
    }
    if !words.trim().is_empty() && spoken.addressed != Addressed::Others {
        on.then.push(Input::Words(Box::new(found.clone()), words));
    }
    match understood {
        true => String::new(),
        false => "no command was understood".into(),
    }
}

/// A line that is no command as words for the agent, where it has some.
fn sentence(line: &Line) -> Option<String> {
    match line {
        Line::Unknown { word, rest, .. } => Some(format!("{word} {rest}")),
        Line::Sentence { words, .. } => Some(words.clone()),
        Line::Faulty { command, rest, .. } if rest.contains(char::is_whitespace) => {
            Some(format!("{command} {rest}"))
        }
        Line::Faulty { .. } | Line::Command(_) => None,
    }
}

/// What stands beside a question belongs to it: only a question is asked, so nothing of it may be done.
fn with_the_rest(command: &Command, words: &mut String) -> Command {
    match command {
        Command::Ask(question) => {
            let rest = std::mem::take(words);
            Command::Ask(format!("{question}\n\n{rest}").trim().to_owned())
        }
        _ => command.clone(),
    }
}

/// One command.
pub(super) fn given(
    on: &mut Recording<'_>,
    task: &mut Task,
    found: &AuthorizedComment,
    command: &Command,
) -> String {
    on.notes.note(
        DomainEvent::CommandTaken,
        json!({ "command": command.word(), "by": found.actor.login }),
    );
    match command {
        Command::Go => go(on, task, found),
        Command::Resume => resume(on, task, found),
        Command::Stop => stop(on, task, found),
        Command::Pause => pause(on, task, found),
        Command::Retry { fresh } => retry(on, task, found, *fresh),
        Command::Status => {
            let say = text::status::brief(on.known, on.cx);
            said(on, found, say)
        }
        Command::Role(wished) => role(on, task, found, wished),
        Command::Agent(wished) => agent(on, task, found, wished),
        Command::Base(wished) => base(on, task, found, wished),
        Command::Priority(wished) => priority(&mut task.options, *wished),
        Command::Ask(words) => ask_agent(on, task, found, words),
        Command::Answer(words) => answer_it(on, task, found, words),
        Command::Plan => plan(on, task, found),
        Command::Approve => approve(on, task, found),
        Command::ApprovePaths(digits) => paths::approve(on, task, found, digits),
        Command::DropPaths => paths::drop(on, task, found),
        Command::Budget(raise) => budget::asked(on, task, found, *raise),
        Command::Delegate(_) if !found.permission.may_start() => {
            said(on, found, text::conversation::DELEGATE_ONCE)
        }
        Command::Delegate(whom) => {
            let say = delegate(&mut task.conversation.delegates, whom);
            said(on, found, say)
        }
        Command::Logs => {
            let say = text::conversation::logs(on.known);
            said(on, found, say)
        }
        Command::Help => {
            let policy = on.cx.policy;
            let say = text::command::help(&role::names(&policy.roles), &policy.agents);
            said(on, found, say)
        }
    }
}

fn order(wanted: &mut Wanted, order: Order) -> String {
    wanted.order = Some(order);
    String::new()
}

fn go(on: &mut Recording<'_>, task: &mut Task, found: &AuthorizedComment) -> String {
    if let Some(reason) = sprint::agreed(on, task, found) {
        return reason;
    }
    match &on.known.stage {
        Stage::Idle | Stage::Ended { .. } => {
            task.options.approved_by = agrees(found);
            start(on, &mut task.wanted, found)
        }
        _ if on.known.is_paused() => resume(on, task, found),
        Stage::Queued { .. } if on.known.gate().is_some() => gate::pass(on, task, found),
        Stage::Blocked { reason, .. } => match reason {
            BlockReason::Plan => said(on, found, text::conversation::APPROVE_FIRST),
            BlockReason::Asked => said(on, found, text::conversation::ANSWER_FIRST),
            BlockReason::Paths => said(on, found, text::paths::WAY_OUT),
            BlockReason::Later { .. } => order(&mut task.wanted, Order::TryNow),
            BlockReason::Budget { cap } => said(on, found, text::budget::way_out(*cap)),
            BlockReason::Paused { .. } => "it is on already".into(),
        },
        Stage::Checking { .. } | Stage::Queued { .. } | Stage::Working { .. } => {
            "it is on already".into()
        }
    }
}

/// Whoever starts it by command agrees to the start as well, if it is theirs to agree: not whom somebody only let speak here.
fn agrees(found: &AuthorizedComment) -> Option<String> {
    let may = found.permission.may_start();
    may.then(|| found.actor.login.clone())
}

fn resume(on: &mut Recording<'_>, task: &mut Task, found: &AuthorizedComment) -> String {
    match &on.known.stage {
        _ if on.known.is_paused() => {
            task.go = Some(true);
            let why = text::conversation::resumed_by(&found.actor.login);
            order(&mut task.wanted, Order::Resume { why })
        }
        Stage::Blocked {
            reason: BlockReason::Later { .. },
            ..
        } => order(&mut task.wanted, Order::TryNow),
        Stage::Blocked {
            reason: BlockReason::Budget { cap },
            ..
        } => said(on, found, text::budget::way_out(*cap)),
        Stage::Idle | Stage::Ended { .. } => said(on, found, text::conversation::NOTHING_PAUSED),
        Stage::Checking { .. }
        | Stage::Queued { .. }
        | Stage::Working { .. }
        | Stage::Blocked { .. } => "it is not paused".into(),
    }
}

fn stop(on: &mut Recording<'_>, task: &mut Task, found: &AuthorizedComment) -> String {
    if on.known.can_revise() {
        return leave_alone(on, task, found);
    }
    if matches!(on.known.stage, Stage::Idle | Stage::Ended { .. }) {
        return said(on, found, text::conversation::NOTHING_ON);
    }
    task.go = Some(false);
    let why = text::conversation::stopped_by(&found.actor.login);
    order(&mut task.wanted, Order::Stop { why, notice: false })
}

/// While its pull request is in review, the agent is told to leave it alone.
fn leave_alone(on: &mut Recording<'_>, task: &mut Task, found: &AuthorizedComment) -> String {
    task.go = Some(false);
    task.review.auto_fix_off = true;
    said(on, found, text::conversation::RESTS)
}

fn pause(on: &mut Recording<'_>, task: &mut Task, found: &AuthorizedComment) -> String {
    if on.known.can_revise() {
        return leave_alone(on, task, found);
    }
    if !on.known.stage.is_live() {
        return said(on, found, text::conversation::NOTHING_ON);
    }
    task.go = Some(false);
    let why = text::conversation::paused_by(&found.actor.login);
    let pause = Order::Pause {
        why,
        archived: false,
    };
    order(&mut task.wanted, pause)
}

fn retry(
    on: &mut Recording<'_>,
    task: &mut Task,
    found: &AuthorizedComment,
    fresh: bool,
) -> String {
    match &on.known.stage {
        Stage::Idle | Stage::Ended { .. } => {
            (task.options.again, task.options.fresh) = (!fresh, fresh);
            task.options.approved_by = agrees(found);
            start(on, &mut task.wanted, found)
        }
        Stage::Blocked {
            reason: BlockReason::Later { .. },
            ..
        } if !fresh => order(&mut task.wanted, Order::TryNow),
        Stage::Checking { .. }
        | Stage::Queued { .. }
        | Stage::Working { .. }
        | Stage::Blocked { .. } => said(on, found, text::conversation::STOP_FIRST),
    }
}

fn ask_agent(
    on: &mut Recording<'_>,
    task: &mut Task,
    found: &AuthorizedComment,
    words: &str,
) -> String {
    match &on.known.stage {
        Stage::Idle | Stage::Ended { .. } if !on.known.can_revise() => {
            task.options.answer = Some(words.to_owned());
            start(on, &mut task.wanted, found)
        }
        Stage::Checking { .. } => said(on, found, text::conversation::ASK_LATER),
        Stage::Idle
        | Stage::Queued { .. }
        | Stage::Working { .. }
        | Stage::Blocked { .. }
        | Stage::Ended { .. } => {
            let kind = MessageKind::Asked { on: found.on };
            say_to_agent(on, task, found, messages::of_comment(found, words, kind))
        }
    }
}

fn answer_it(
    on: &mut Recording<'_>,
    task: &mut Task,
    found: &AuthorizedComment,
    words: &str,
) -> String {
    if task.conversation.open().next().is_none() {
        let say = too_late(on.known, found);
        return said(on, found, say);
    }
    let given = answer::read(&task.conversation, words, Saying::AsAnswer);
    match given.is_nothing() && !given.words.is_empty() {
        true => answer::told(on, task, found, &given.words),
        false => answer::answered(on, &mut task.conversation, &given, found),
    }
}

/// Why an answer comes too late, or to nothing.
fn too_late(task: &Task, found: &AuthorizedComment) -> String {
    let login = &found.actor.login;
    let mut asked = task.conversation.questions.iter().rev();
    let last = asked.find_map(|asked| Some((asked, asked.answer.as_ref()?)));
    match (last, &task.stage) {
        (Some((asked, answer)), _) => text::answer_replies::late(login, asked, answer),
        (None, Stage::Ended { .. }) if task.conversation.asked > 0 => {
            text::answer_replies::over(login)
        }
        (None, _) => text::answer_replies::nothing_open(login),
    }
}

fn approve(on: &mut Recording<'_>, task: &mut Task, found: &AuthorizedComment) -> String {
    if let Some(reason) = sprint::agreed(on, task, found) {
        return reason;
    }
    let by = found.actor.login.clone();
    match &on.known.stage {
        Stage::Queued { .. } if on.known.gates.waits_for_approval() => gate::agree(on, task, found),
        Stage::Blocked {
            reason: BlockReason::Plan,
            ..
        } => order(&mut task.wanted, Order::Approve { by }),
        Stage::Idle
        | Stage::Checking { .. }
        | Stage::Queued { .. }
        | Stage::Working { .. }
        | Stage::Blocked { .. }
        | Stage::Ended { .. } => said(on, found, text::conversation::NO_PLAN),
    }
}

/// Lets somebody speak here.
fn delegate(delegates: &mut Vec<String>, whom: &str) -> String {
    let known = delegates
        .iter()
        .any(|other| other.eq_ignore_ascii_case(whom));
    if !known && delegates.len() >= DELEGATES {
        return text::conversation::too_many_delegates(whom, DELEGATES);
    }
    if !known {
        delegates.push(whom.to_owned());
    }
    text::conversation::delegated(whom)
}
