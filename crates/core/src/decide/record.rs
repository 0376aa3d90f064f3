//! The first pass: what an event says is written down, and nothing else. Stale, foreign and repeated events end here, with
//! their reason.
//!
//! One file per family of events. Each function may read the task as it was ([`Recording::known`]) and is handed only the
//! part of the task that it changes. It cannot plan effects: nothing here knows of any, but by the name of what failed.

mod access;
mod answer;
mod blocked;
mod command;
mod comment;
mod containment;
mod dependency;
mod discovery;
mod edit;
mod evidence_file;
mod failed;
mod gate;
mod hearing;
mod issue;
mod landed;
mod late;
mod meter;
mod onboarding;
mod order;
mod overlap;
mod pull;
mod pull_gate;
mod queue;
mod recording;
mod recurring;
mod repository_policy;
mod rest;
mod review;
mod role;
mod session;
mod shown;
mod sprint;
mod stack;
mod steps;
mod suggestion;
mod trigger;
mod verification;
mod withheld;

pub(super) use recording::Input;
use recording::{Outcome, Recording};

use super::notes::Notes;
use crate::effect::StatusLabel;
use crate::event::{BranchMoved, Event, Fetching, Looked, PushHeld};
use crate::label;
use crate::policy::{Context, GO_LABEL, OVERRIDE_LABEL, SPRINT_LABEL};
use crate::task::{Order, Task};
use crate::text;

/// Writes down what happened; answers the task as it stands then.
pub(super) fn record(known: &Task, input: &Input<'_>, cx: Context<'_>) -> (Outcome, Task) {
    let mut task = known.clone();
    let outcome = write(known, &mut task, input, cx);
    (outcome, task)
}

fn write(known: &Task, task: &mut Task, input: &Input<'_>, cx: Context<'_>) -> Outcome {
    let mut on = Recording {
        known,
        cx,
        notes: Notes::default(),
        then: Vec::new(),
    };
    let reason = match input {
        Input::Event(event) => {
            shown::passed(&mut task.shown, event);
            access::given_back(&mut task.review, event);
            happened(&mut on, task, event)
        }
        Input::Command(found, command) => command::given(&mut on, task, found, command),
        Input::Reply(found, say) => {
            on.notes.say(found.on, hearing::reply_key(found), say);
            String::new()
        }
        Input::Words(found, words) => comment::beside_commands(&mut on, task, found, words),
    };
    let events = on.notes.put(task, cx.now);
    Outcome {
        reason,
        events,
        then: on.then,
    }
}

fn happened(on: &mut Recording<'_>, task: &mut Task, event: &Event) -> String {
    match event {
        Event::Labeled { .. }
        | Event::Unlabeled { .. }
        | Event::IssueOpened { .. }
        | Event::IssueEdited { .. }
        | Event::IssueRemoved { .. }
        | Event::DependenciesChanged { .. }
        | Event::DependenciesRead { .. }
        | Event::Related { .. }
        | Event::Looked(_)
        | Event::RightLost { .. }
        | Event::Dispatched { .. }
        | Event::StopAsked { .. }
        | Event::Ordered { .. }
        | Event::TriggerChecked { .. } => of_the_issue(on, task, event),
        Event::Commented { .. }
        | Event::CommentDeleted { .. }
        | Event::CommentAuthorized { .. }
        | Event::Posted { .. }
        | Event::StatusPosted { .. }
        | Event::Assigned(_)
        | Event::HeldUp(_) => of_comments(on, task, event),
        Event::Reviewed { .. }
        | Event::ReviewRead { .. }
        | Event::PullRequestChanged { .. }
        | Event::PullRequestRefreshed { .. }
        | Event::MadeReady { .. }
        | Event::ReviewersLeftOut(_)
        | Event::PullReopened(_)
        | Event::LandedChecked(_)
        | Event::PullClosed { .. } => of_the_pull(on, task, event),
        Event::Sprint(news) => sprint::told(on, task, news),
        Event::Discovery(news) => discovery::told(on, task, news),
        Event::Onboarding(news) => onboarding::told(on, task, news),
        Event::Recurring(news) => recurring::told(on, task, news),
        Event::Evidence(news) => evidence_file::told(on, task, news),
        Event::Suggestion(news) => suggestion::told(on, &mut task.suggested, news),
        Event::PullGate(news) => pull_gate::told(on, task, news),
        Event::Verification(news) => verification::told(on, task, news),
        Event::Contained(news) => containment::seen(on, task, news),
        Event::TakenAway { how } => access::taken_away(&mut task.wanted, *how),
        Event::AccessRead { installation } => {
            access::read(&mut task.place, &mut task.wanted, *installation)
        }
        Event::Archived { on: archived } => access::archived(on, &mut task.wanted, *archived),
        Event::TimerFired { alarm } => queue::timer_fired(&mut task.timers, alarm),
        Event::SlotGranted { agent } => queue::granted(task, agent.as_ref()),
        Event::Waiting(_) => queue::waiting(on, task, event),
        Event::EffectFailed { .. } => failed::effect(on, task, event),
        Event::FetchProgressed(Fetching { session, .. })
        | Event::WorkspaceReady { session, .. }
        | Event::AgentStarted { session, .. }
        | Event::Progressed { session, .. }
        | Event::TurnEnded { session, .. }
        | Event::TurnFailed { session, .. }
        | Event::UsageReported { session, .. }
        | Event::BudgetNeared { session, .. }
        | Event::Collected { session, .. }
        | Event::PublishChecked { session, .. }
        | Event::Published { session, .. }
        | Event::BranchMoved(BranchMoved { session, .. })
        | Event::PushHeld(PushHeld { session })
        | Event::PullOpened { session, .. }
        | Event::Asked { session, .. }
        | Event::Reported { session, .. }
        | Event::Finished { session, .. }
        | Event::Unfitting { session, .. }
        | Event::Steered { session, .. }
        | Event::Answered { session } => session::outcome(on, task, session, event),
    }
}

/// Labels that are neither the switch nor a priority are read when work starts, and at no other time.
pub(super) fn label_changes_nothing(label: &str) -> Option<String> {
    let own = [GO_LABEL, OVERRIDE_LABEL];
    let own = own.iter().any(|one| label::same(label, one));
    if own || dependency::is_label(label) || sprint::is_label(label) {
        None
    } else {
        trigger::unread_now(label)
    }
}

/// `happened` names what comes here.
fn of_the_issue(on: &mut Recording<'_>, task: &mut Task, event: &Event) -> String {
    let me = &on.cx.policy.me.login;
    match event {
        Event::Labeled { .. } => labeled(on, task, event),
        Event::Unlabeled { .. } => unlabeled(on, task, event),
        Event::DependenciesChanged { hint, .. } => dependency::changed(on, task, hint),
        Event::DependenciesRead { found } => dependency::read(on, task, found),
        Event::Related { news } => dependency::related(on, task, news),
        Event::Looked(Looked::Approvals(read)) => gate::reacted(on, task, read),
        Event::Looked(Looked::Project(read)) => gate::project(on, task, read),
        Event::Looked(Looked::Withheld(read)) => withheld::read(on, task, read),
        Event::Looked(Looked::Policy(told)) => blocked::proposed(on, task, told),
        Event::IssueOpened { sender, snapshot } => trigger::opened(on, task, sender, snapshot),
        Event::IssueEdited { sender, .. } if sender.login == *me => {
            "we changed it ourselves".into()
        }
        Event::IssueEdited { .. } => {
            dependency::edited(on, task, event);
            edit::made(on, task, event)
        }
        Event::IssueRemoved {
            how, sender, at, ..
        } => issue::removed(
            on,
            task,
            issue::Removed {
                how: *how,
                sender,
                at: *at,
            },
        ),
        Event::RightLost { login } => issue::stop(
            &mut task.wanted,
            Order::Stop {
                why: text::conversation::right_lost(login),
                notice: false,
            },
        ),
        Event::Dispatched { facts } => trigger::dispatched(on, task, facts),
        Event::StopAsked { why } => issue::stop(
            &mut task.wanted,
            Order::Stop {
                why: why.clone(),
                notice: true,
            },
        ),
        Event::Ordered { command, by } => order::given(on, task, command, by.as_deref()),
        Event::TriggerChecked { facts } => trigger::checked(on, task, facts),
        _ => String::new(),
    }
}

fn labeled(on: &mut Recording<'_>, task: &mut Task, event: &Event) -> String {
    let Event::Labeled {
        label,
        sender,
        snapshot,
    } = event
    else {
        return String::new();
    };
    let is = |one| label::same(label, one);
    if is(GO_LABEL) {
        return trigger::asked(on, task, sender, snapshot);
    }
    if is(SPRINT_LABEL) {
        return sprint::labeled(on, task, sender, snapshot);
    }
    if is(OVERRIDE_LABEL) {
        return trigger::overridden(on, task, sender, snapshot);
    }
    if dependency::is_label(label) {
        return dependency::changed(on, task, label);
    }
    if on.cx.policy.issues.auto_start.by_label(label) {
        return trigger::by_rule(on, task, sender, snapshot);
    }
    if StatusLabel::of(label).is_some() && sender.login != on.cx.policy.me.login {
        return trigger::status_touched(on, task, sender);
    }
    trigger::labeled_otherwise(&mut task.stage, label)
}

fn unlabeled(on: &mut Recording<'_>, task: &mut Task, event: &Event) -> String {
    let Event::Unlabeled { label, sender, at } = event else {
        return String::new();
    };
    let ours = sender.login == on.cx.policy.me.login;
    if dependency::is_label(label) {
        return dependency::changed(on, task, label);
    }
    if StatusLabel::of(label).is_some() && !ours {
        return trigger::status_touched(on, task, sender);
    }
    if ours {
        return "we took the label away ourselves".into();
    }
    if label::same(label, GO_LABEL) {
        return trigger::label_removed(on, task, &sender.login, *at);
    }
    trigger::unlabeled_otherwise(&mut task.stage, label)
}

/// `happened` names what comes here.
fn of_comments(on: &mut Recording<'_>, task: &mut Task, event: &Event) -> String {
    match event {
        Event::Commented { .. } => comment::written(on, task, event),
        Event::CommentDeleted { comment, sender } => {
            task.withheld.forget(*comment);
            comment::deleted(on, &mut task.conversation, *comment, sender)
        }
        Event::CommentAuthorized { found } => comment::authorized(on, task, found),
        Event::Posted { key, comment } => {
            sprint::posted(task, key, *comment);
            blocked::posted(task, key, *comment);
            shown::posted(&mut task.conversation, key, *comment)
        }
        Event::StatusPosted { comment } => {
            task.shown.comment = Some(*comment);
            "the status comment is known".into()
        }
        Event::Assigned(told) => shown::assigned(on, &mut task.conversation, told),
        Event::HeldUp(held) => shown::held_up(&mut task.shown, held),
        _ => String::new(),
    }
}

/// `happened` names what comes here.
fn of_the_pull(on: &mut Recording<'_>, task: &mut Task, event: &Event) -> String {
    match event {
        Event::Reviewed {
            pull,
            review,
            sender,
            ..
        } => {
            let submitted = review::Submitted {
                pull: *pull,
                review: *review,
                sender,
            };
            review::submitted(on, &mut task.wanted, &submitted)
        }
        Event::ReviewRead { review } => review::read(on, task, review),
        Event::PullRequestChanged { hint, .. } => pull::changed(on, &mut task.wanted, hint),
        Event::PullRequestRefreshed { facts } => pull::refreshed(on, task, facts),
        Event::MadeReady { number } => pull::made_ready(on, &mut task.pull, *number),
        Event::ReviewersLeftOut(told) => shown::left_out(on, told),
        Event::PullReopened(again) => pull::reopened(on, task, again.number, &again.sender),
        Event::LandedChecked(facts) => landed::checked(on, task.outcome_mut(facts.pull), facts),
        Event::PullClosed { number, merged } => pull::closed(&mut task.wanted, *number, *merged),
        _ => String::new(),
    }
}
