//! What of a decision is kept for whoever wants to know later who asked for what, what came of it and why: every decision that lets
//! something happen or keeps it from happening, on whose word.
//!
//! What only ticks on (progress, timers, looks that found nothing new) is left out, or nobody would find the rest. No text of people or
//! agents is taken along beyond what the live feed says: the entry names its cause, and whoever may read that finds the text there.

use serde_json::{Map, Value, json};

use crate::actor::{Account, Actor};
use crate::decide::Decision;
use crate::effect::EffectKind;
use crate::event::Event;
use crate::event_name::DomainEvent;

/// Somebody with access to the machine.
pub const OPERATOR: &str = "operator";

/// What is kept of one decision.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Who did what was decided on: `@login`, or [`OPERATOR`]; none where nobody did.
    pub who: Option<String>,
    /// An object: why, what the world was told, what was begun, and what the decision rested on.
    pub facts: Value,
}

/// What happens all the time and decides nothing.
const NOISE: [DomainEvent; 4] = [
    DomainEvent::DeliveryAccepted,
    DomainEvent::TaskWaiting,
    DomainEvent::SessionProgress,
    DomainEvent::MessageDelivered,
];

/// What changes something for others, or starts an agent.
const DECISIVE: [EffectKind; 12] = [
    EffectKind::PrepareWorkspace,
    EffectKind::RunTurn,
    EffectKind::CheckPublish,
    EffectKind::Publish,
    EffectKind::OpenPull,
    EffectKind::MarkReady,
    EffectKind::DeleteBranch,
    EffectKind::Restack,
    EffectKind::CreateIssue,
    EffectKind::Suggest,
    EffectKind::SetGoLabel,
    EffectKind::ReportPullGate,
];

/// The entry of a decision; none where it decided nothing of weight.
pub fn of(event: &Event, decision: &Decision) -> Option<Entry> {
    let told = decision.events.iter();
    let told: Vec<Value> = told
        .filter(|noted| !NOISE.contains(&noted.happening))
        .map(|noted| json!({ "event": noted.happening.name(), "details": noted.details }))
        .collect();
    let begun: Vec<&str> = decision
        .effects
        .iter()
        .map(|planned| planned.effect.kind())
        .filter(|kind| DECISIVE.contains(kind))
        .map(EffectKind::name)
        .collect();
    let rested = rested_on(event);
    if told.is_empty() && begun.is_empty() && rested.is_none() {
        return None;
    }
    let mut facts = Map::new();
    facts.insert("why".into(), decision.reason.clone().into());
    if !told.is_empty() {
        facts.insert("told".into(), told.into());
    }
    if !begun.is_empty() {
        facts.insert("begun".into(), begun.into());
    }
    if let Some(Value::Object(rested)) = rested {
        facts.extend(rested);
    }
    if let Some(asked) = decision.task.job().map(|job| named(&job.actor)) {
        facts.insert("for".into(), asked.into());
    }
    let who = who(event);
    if let Some((_, Some(id))) = &who {
        facts.insert("who_id".into(), (*id).into());
    }
    Some(Entry {
        who: who.map(|(who, _)| who),
        facts: facts.into(),
    })
}

/// What a decision of weight was made on, where the event is one in any case: a right that was read, an order, an attempt.
fn rested_on(event: &Event) -> Option<Value> {
    Some(match event {
        Event::TriggerChecked { facts } | Event::Dispatched { facts } => json!({
            "permission": facts.permission,
            "open": facts.open,
        }),
        Event::CommentAuthorized { found } => json!({
            "permission": found.permission,
            "comment": found.comment,
        }),
        Event::ReviewRead { review } => json!({
            "permission": review.permission,
            "pull": review.pull,
            "review": review.id,
            "verdict": review.verdict,
        }),
        Event::PublishChecked { facts, .. } => json!({
            "permission": facts.permission,
            "open": facts.open,
            "labeled": facts.labeled,
            "archived": facts.archived,
        }),
        Event::Collected { work, .. } => json!({ "head": work.head, "base": work.base }),
        Event::Published { head, .. } => json!({ "head": head }),
        Event::BranchMoved(moved) => json!({ "theirs": moved.theirs }),
        Event::PullOpened { number, draft, .. } => json!({ "pull": number, "draft": draft }),
        Event::PullClosed { number, merged } => json!({ "pull": number, "merged": merged }),
        Event::MadeReady { number } => json!({ "pull": number }),
        Event::AgentStarted { agent, .. } => json!({ "agent": agent }),
        Event::Contained(contained) => json!({
            "what": contained.attempt.what,
            "refused": contained.attempt.why,
            "count": contained.count,
        }),
        Event::Ordered { command, .. } => json!({ "command": command }),
        Event::StopAsked { .. } => json!({}),
        Event::RightLost { login } => json!({ "lost": login }),
        Event::TakenAway { .. } | Event::Archived { .. } => json!({}),
        Event::EffectFailed {
            effect, exhausted, ..
        } => json!({ "failed": effect.name(), "exhausted": exhausted }),
        _ => return None,
    })
}

/// Who did it, and their number on GitHub.
fn who(event: &Event) -> Option<(String, Option<i64>)> {
    let account = match event {
        Event::Ordered {
            by: Some(login), ..
        } => return Some((format!("@{login}"), None)),
        Event::StopAsked { .. } | Event::Ordered { .. } => {
            return Some((OPERATOR.to_owned(), None));
        }
        Event::Dispatched { facts } | Event::TriggerChecked { facts } => match &facts.actor {
            Actor::Operator => return Some((OPERATOR.to_owned(), None)),
            Actor::Person(account) => account,
        },
        Event::Labeled { sender, .. }
        | Event::Unlabeled { sender, .. }
        | Event::IssueRemoved { sender, .. }
        | Event::IssueOpened { sender, .. }
        | Event::IssueEdited { sender, .. }
        | Event::Commented { sender, .. }
        | Event::CommentDeleted { sender, .. }
        | Event::Reviewed { sender, .. }
        | Event::DependenciesChanged { sender, .. }
        | Event::PullRequestChanged { sender, .. } => sender,
        Event::CommentAuthorized { found } => &found.actor,
        Event::ReviewRead { review } => &review.author,
        _ => return None,
    };
    Some((person(account), Some(account.id.0)))
}

fn named(actor: &Actor) -> String {
    match actor {
        Actor::Operator => OPERATOR.to_owned(),
        Actor::Person(account) => person(account),
    }
}

/// With the sign before it that no login has, so that nobody passes for the operator.
fn person(account: &Account) -> String {
    format!("@{}", account.login)
}
