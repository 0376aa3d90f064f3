//! What is wanted of one issue at the machine, or by somebody who signed in on the dashboard: the same orders as by command on it, without
//! a comment to answer under. What comes of it is said where it was given. Whether they may was found out before.

use super::recording::Recording;
use super::{answer, gate};
use crate::command::Command;
use crate::decide::questions;
use crate::question::{Answer, By, Saying};
use crate::task::{BlockReason, Order, Stage, Task};
use crate::text;

/// The operator gave a command, or a person of that login.
pub(super) fn given(
    on: &mut Recording<'_>,
    task: &mut Task,
    command: &Command,
    by: Option<&str>,
) -> String {
    match command {
        Command::Stop => stop(on, task, by),
        Command::Pause => pause(on, task, by),
        Command::Resume => resume(on, task, by),
        Command::Retry { fresh } => retry(on, task, *fresh),
        Command::Answer(words) => reply(on, task, words, by),
        Command::Approve => approve(on, task, by),
        Command::Priority(wished) => {
            task.options.priority = Some(*wished);
            "its priority is set".into()
        }
        Command::Go
        | Command::Status
        | Command::Role(_)
        | Command::Agent(_)
        | Command::Base(_)
        | Command::Budget(_)
        | Command::Ask(_)
        | Command::Plan
        | Command::ApprovePaths(_)
        | Command::DropPaths
        | Command::Delegate(_)
        | Command::Logs
        | Command::Help => "that is for the issue itself".into(),
    }
}

fn order(task: &mut Task, order: Order) -> String {
    task.wanted.order = Some(order);
    "nothing is on".into()
}

/// A plan that waits, or a start.
fn approve(on: &Recording<'_>, task: &mut Task, by: Option<&str>) -> String {
    let by = by.unwrap_or(text::requests::order::OPERATOR);
    if matches!(on.known.stage, Stage::Queued { .. }) && gate::agree(&mut task.gates, by) {
        return "a person agreed to its start".into();
    }
    order(task, Order::Approve { by: by.into() })
}

fn stop(on: &Recording<'_>, task: &mut Task, by: Option<&str>) -> String {
    if on.known.stage.is_live() {
        task.go = Some(false);
    }
    let why = text::dashboard_order::stopped(by);
    order(task, Order::Stop { why, notice: true })
}

fn pause(on: &Recording<'_>, task: &mut Task, by: Option<&str>) -> String {
    if !on.known.stage.is_live() {
        return "nothing is on".into();
    }
    task.go = Some(false);
    let pause = Order::Pause {
        why: text::dashboard_order::paused(by),
        archived: false,
    };
    order(task, pause)
}

fn resume(on: &Recording<'_>, task: &mut Task, by: Option<&str>) -> String {
    if on.known.is_paused() {
        task.go = Some(true);
        let why = text::dashboard_order::asked(by);
        return order(task, Order::Resume { why });
    }
    match &on.known.stage {
        Stage::Blocked {
            reason: BlockReason::Later { .. },
            ..
        } => order(task, Order::TryNow),
        Stage::Idle
        | Stage::Checking { .. }
        | Stage::Queued { .. }
        | Stage::Working { .. }
        | Stage::Blocked { .. }
        | Stage::Ended { .. } => "it is not paused".into(),
    }
}

/// How the next session is to begin; the start itself is asked for with what GitHub says of the issue.
fn retry(on: &Recording<'_>, task: &mut Task, fresh: bool) -> String {
    match &on.known.stage {
        Stage::Idle | Stage::Ended { .. } => {
            (task.options.again, task.options.fresh) = (!fresh, fresh);
            "it is noted for the next session".into()
        }
        Stage::Blocked {
            reason: BlockReason::Later { .. },
            ..
        } if !fresh => order(task, Order::TryNow),
        Stage::Checking { .. }
        | Stage::Queued { .. }
        | Stage::Working { .. }
        | Stage::Blocked { .. } => "it is on already; stop it first".into(),
    }
}

fn reply(on: &mut Recording<'_>, task: &mut Task, words: &str, by: Option<&str>) -> String {
    let conversation = &mut task.conversation;
    let said = answer::read(conversation, words, Saying::AsAnswer);
    if said.given.is_empty() {
        return match conversation.open().next() {
            Some(_) => {
                "the answer is not clear: name one of the options, or write it in words".into()
            }
            None => "no question is open".into(),
        };
    }
    for given in &said.given {
        let answer = Answer {
            by: By::Person(by.unwrap_or(text::requests::order::OPERATOR).into()),
            text: given.text.clone(),
            option: given.option,
            at: on.cx.now,
            comment: None,
        };
        questions::answer(conversation, given.question, answer, &mut on.notes);
    }
    match conversation.open().next().is_some() {
        true => "answered; others are open".into(),
        false => "answered".into(),
    }
}
