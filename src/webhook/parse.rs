//! From a payload to the one event skep knows it as.
//!
//! Total: whatever the bytes, the answer is an event, a reason why there is none, or a reason why it could not be read.
//! It never asks anybody, and it never trusts order: what an event leads to is decided elsewhere, from stored facts.

use serde::de::IgnoredAny;

use super::access::{self, Turned};
use super::outcome::{Found, NoEvent, Notice, Parsed, ignored, one_line, read};
use super::payload::{Head, Installed, Labeling, Opened, Repositories};
use super::{branch, gate, issue, recurring, relation};
use crate::core::actor::{Account, AccountKind};
use crate::core::auto_start::AutoStart;
use crate::core::decide;
use crate::core::effect::StatusLabel;
use crate::core::event::{Event, Loss, Removal};
use crate::core::gated_pulls::GatedPulls;
use crate::core::ids::{InstallationId, RepositoryId};
use crate::core::snapshot::Snapshot;
use crate::core::vocabulary::Vocabulary;

/// Reads the body of an event, named as in `X-GitHub-Event`. Labels come in as they are known inside.
pub fn parse(event_name: &str, body: &str, words: &Vocabulary) -> Parsed {
    let mut parsed = read_event(event_name, body).unwrap_or_else(Parsed::from);
    if let Parsed::Event { event, .. } = &mut parsed {
        translate(event, words);
    }
    parsed
}

fn translate(event: &mut Event, words: &Vocabulary) {
    match event {
        Event::Labeled {
            label, snapshot, ..
        } => {
            *label = words.inward(label);
            known_inside(snapshot, words);
        }
        Event::IssueOpened { snapshot, .. } => known_inside(snapshot, words),
        Event::Unlabeled { label, .. } => *label = words.inward(label),
        _ => {}
    }
}

fn known_inside(snapshot: &mut Snapshot, words: &Vocabulary) {
    for label in &mut snapshot.labels {
        *label = words.inward(label);
    }
}

/// Why an event concerns nobody here, whatever the state of any task; `None` where it may concern somebody.
pub fn concerns_nobody(event_name: &str, body: &str, ours: Ours<'_>) -> Option<String> {
    // Most of what comes is labels: their name is enough, and this is asked before GitHub has its answer.
    if let Some((label, _)) = labeling(event_name, body) {
        let reason = decide::label_changes_nothing(&ours.words.inward(&label));
        let heard =
            ours.auto_start.by_label(&label) || second_bot(event_name, body, ours).is_some();
        return reason.filter(|_| !heard);
    }
    let gate = || {
        ours.pull_gate != GatedPulls::Off && !gate::gated(event_name, body, ours.words).is_empty()
    };
    match parse(event_name, body, ours.words) {
        Parsed::Ignored { .. } if gate() => None,
        Parsed::Ignored { reason } if turned(event_name, body).is_none() => Some(reason),
        Parsed::Event {
            event: Event::IssueOpened { sender, .. },
            ..
        } if !ours.auto_start.by_user(&sender.login) => {
            Some("no issue of theirs starts by itself".to_owned())
        }
        _ => None,
    }
}

/// The label that is put on an issue, or taken off, and the bot that did it.
fn labeling(event_name: &str, body: &str) -> Option<(String, Option<String>)> {
    if event_name != "issues" {
        return None;
    }
    let labeling: Labeling = read(body).ok()?;
    let label = labeling.label.map(|label| label.name);
    let label = label.filter(|_| matches!(labeling.action.as_str(), "labeled" | "unlabeled"))?;
    let sender = labeling.sender.map(Account::from);
    let bot = sender.filter(|sender| sender.kind == AccountKind::Bot);
    Some((label, bot.map(|bot| bot.login)))
}

/// Another bot that uses a status label of ours, and which one. `own` is our login, without which nobody can be told apart.
pub fn second_bot(event_name: &str, body: &str, ours: Ours<'_>) -> Option<(String, String)> {
    let (label, bot) = labeling(event_name, body)?;
    let other = bot.filter(|bot| ours.login.is_some_and(|own| own != bot))?;
    StatusLabel::of(&ours.words.inward(&label))?;
    Some((other, label))
}

/// What is ours on GitHub.
#[derive(Debug, Clone, Copy)]
pub struct Ours<'a> {
    /// The prefix of our labels.
    pub words: &'a Vocabulary,
    /// Which issues start by themselves.
    pub auto_start: &'a AutoStart,
    /// Which pull requests must belong to an issue.
    pub pull_gate: GatedPulls,
    /// Our login, once it is known.
    pub login: Option<&'a str>,
}

/// What this event says of an installation as such, before anything is decided.
pub fn turned(event_name: &str, body: &str) -> Option<Turned> {
    match event_name {
        "installation" => {
            let head = read::<Opened>(body).ok()?;
            access::turned(&head.action, InstallationId(head.installation.id.0))
        }
        "repository" => {
            let action = read::<Head>(body).ok()?.action?;
            let moved: Repositories = read(body)
                .ok()
                .filter(|_| matches!(action.as_str(), "renamed" | "transferred"))?;
            Some(Turned::Moved(
                RepositoryId(moved.repository.id.0),
                InstallationId(moved.installation?.id.0),
            ))
        }
        _ => None,
    }
}

/// What an event says about the App itself: what an operator who sets it up waits for.
pub fn notice(event_name: &str, body: &str) -> Option<Notice> {
    if event_name == "ping" {
        return Some(Notice::Ping);
    }
    if !matches!(event_name, "installation" | "installation_repositories") {
        return None;
    }
    let Installed {
        action,
        installation,
        repositories,
        repositories_added,
        repositories_removed,
    } = read(body).ok()?;
    let account = short(
        installation
            .account
            .map(|account| account.login)
            .unwrap_or_default()
            .as_str(),
    );
    let count = |list: Option<Vec<IgnoredAny>>| list.map_or(0, |list| list.len());
    let repositories =
        count(repositories) + count(repositories_added) + count(repositories_removed);
    Some(Notice::Installation {
        action: short(&action),
        account,
        repositories,
    })
}

fn read_event(event_name: &str, body: &str) -> Found {
    let action = read::<Head>(body)?.action.unwrap_or_default();
    match (event_name, action.as_str()) {
        ("issues", "opened") => issue::opened(read(body)?),
        ("issues", "labeled") => issue::labeled(read(body)?),
        ("issues", "unlabeled") => issue::unlabeled(read(body)?),
        ("issues", "edited") => issue::edited(read(body)?),
        ("issues", "closed") => issue::gone(read(body)?, Removal::Closed),
        ("issues", "deleted") => issue::gone(read(body)?, Removal::Deleted),
        ("issues", "transferred") => issue::gone(read(body)?, Removal::Transferred),
        ("issues", "reopened") => issue::reopened(read(body)?),
        ("issue_dependencies", "blocked_by_added" | "blocked_by_removed") => {
            relation::blocked(read(body)?, &format!("issue_dependencies.{action}"))
        }
        ("issue_dependencies", "blocking_added" | "blocking_removed") => {
            ignored("the issue that is blocked has a delivery of its own")
        }
        ("sub_issues", "sub_issue_added" | "sub_issue_removed") => {
            relation::parts(read(body)?, &format!("sub_issues.{action}"))
        }
        ("sub_issues", "parent_issue_added" | "parent_issue_removed") => {
            relation::part(read(body)?, &format!("sub_issues.{action}"))
        }
        ("issue_comment", "created") => issue::commented(read(body)?),
        ("issue_comment", "edited") => issue::comment_edited(read(body)?),
        ("issue_comment", "deleted") => issue::comment_deleted(read(body)?),
        ("pull_request", "closed") => branch::pull_closed(read(body)?),
        ("pull_request", "reopened") => branch::pull_reopened(read(body)?),
        ("pull_request", "synchronize" | "ready_for_review" | "converted_to_draft") => {
            branch::pull_stirred(read(body)?, &format!("pull_request.{action}"))
        }
        ("pull_request", "edited") => branch::pull_edited(read(body)?),
        ("pull_request_review", "submitted") => branch::reviewed(read(body)?),
        ("check_suite", "completed") => branch::suite_completed(read(body)?),
        ("check_suite", "rerequested") => branch::suite_rerequested(read(body)?),
        ("check_run", "rerequested") => branch::run_rerequested(read(body)?),
        ("workflow_run", "completed") => match branch::run_completed(read(body)?) {
            Err(none @ NoEvent::Ignored(_)) => recurring::failed(read(body)?, none),
            of_ours => of_ours,
        },
        ("release", "published") => recurring::released(read(body)?),
        ("status", _) => branch::status(read(body)?),
        ("push", _) => branch::pushed(read(body)?),
        ("installation", "deleted") => access::uninstalled(read(body)?),
        ("installation_repositories", "removed") => access::removed(read(body)?),
        ("repository", "deleted") => {
            access::of_repository(read(body)?, Event::TakenAway { how: Loss::Deleted })
        }
        ("repository", "archived") => {
            access::of_repository(read(body)?, Event::Archived { on: true })
        }
        ("repository", "unarchived") => {
            access::of_repository(read(body)?, Event::Archived { on: false })
        }
        ("ping", _) => ignored("ping"),
        (event, "") => ignored(format!("the event {} is not used", short(event))),
        (event, action) => ignored(format!("{}.{} is not used", short(event), short(action))),
    }
}

fn short(name: &str) -> String {
    one_line(name, 60)
}

#[cfg(any(test, fuzzing))]
pub(super) mod fuzzed;
