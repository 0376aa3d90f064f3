//! The simulator's own addresses, `/_simulator/…`: faults, acting as a person, looking.
//!
//! It exists so that people of `skep demo --keep` and other processes can do by HTTP what tests do by function. It must
//! never be mistaken for GitHub: nothing of it is in GitHub's documentation.
//!
//! - `GET /_simulator/state`: repositories, issues, faults, violations, unknown calls.
//! - `GET /_simulator/calls`, `GET /_simulator/deliveries`: what was seen on the wire.
//! - `GET /_simulator/thread/{owner}/{repo}/{number}`: the thread as text.
//! - `POST /_simulator/faults` with a fault, `DELETE /_simulator/faults`.
//! - `POST /_simulator/act` with `{"as": login, "do": verb, "repository": "owner/name", …}`.

use std::sync::Arc;

use hyper::Method;
use serde::Deserialize;
use serde_json::{Value, json};

use super::fault::{Fault, Trouble};
use super::hub::Hub;
use super::merging::{self, Change};
use super::refusal::Refusal;
use super::thread::Hidden;
use super::wire::{Incoming, Outbound};
use super::world::account::UserKind;
use super::world::comment::Subject;
use super::world::{IssueDraft, IssueEdit, ReviewDraft, World};

/// Answers a request below `/_simulator`.
pub async fn answer(hub: &Arc<Hub>, request: &Incoming) -> Outbound {
    let segments: Vec<&str> = request.path.trim_matches('/').split('/').skip(1).collect();
    match (&request.method, segments.as_slice()) {
        (&Method::GET, ["state"]) => Outbound::json(200, &state(hub)),
        (&Method::GET, ["calls"]) => Outbound::json(200, &hub.traffic(|t| json!(t.calls))),
        (&Method::GET, ["deliveries"]) => Outbound::json(200, &deliveries(hub)),
        (&Method::GET, ["thread", owner, name, number]) => thread(hub, (owner, name, number)),
        (&Method::POST, ["faults"]) => match serde_json::from_slice(&request.body) {
            Ok(fault) => {
                add_fault(hub, fault);
                Outbound::json(201, &json!({ "waiting": hub.faults(|f| f.waiting()) }))
            }
            Err(error) => Outbound::json(422, &json!({ "message": error.to_string() })),
        },
        (&Method::DELETE, ["faults"]) => {
            hub.faults(|faults| faults.clear());
            Outbound::json(204, &Value::Null)
        }
        (&Method::POST, ["act"]) => match serde_json::from_slice(&request.body) {
            Ok(act) => match perform(hub, act).await {
                Ok(done) => Outbound::json(200, &done),
                Err(refusal) => Outbound::json(refusal.status, &refusal.body()),
            },
            Err(error) => Outbound::json(422, &json!({ "message": error.to_string() })),
        },
        _ => Outbound::json(404, &json!({ "message": "No such control address" })),
    }
}

/// Adds a fault; a stale read shows the world as it is now.
pub fn add_fault(hub: &Hub, fault: Fault) {
    let snapshot = (fault.trouble == Trouble::StaleRead).then(|| Arc::new(hub.look(World::clone)));
    hub.faults(|faults| faults.add(fault, snapshot));
}

fn state(hub: &Hub) -> Value {
    let repositories: Vec<Value> = hub.look(|world| {
        let issue = |issue: &super::world::issue::Issue| {
            json!({
                "number": issue.number,
                "title": issue.title,
                "open": issue.open,
                "labels": issue.labels,
                "pull_request": issue.pull.is_some(),
                "comments": issue.comments.len(),
            })
        };
        let repository = |repository: &super::world::repository::Repository| {
            json!({
                "id": repository.id,
                "name": repository.full_name(),
                "heads": repository.heads,
                "issues": repository.issues.values().map(issue).collect::<Vec<_>>(),
            })
        };
        world.repositories.values().map(repository).collect()
    });
    let (violations, unknown) = hub.traffic(|t| (t.violations.clone(), t.unknown.clone()));
    let faults = hub.faults(|faults| faults.waiting());
    json!({ "repositories": repositories, "violations": violations, "unknown_calls": unknown, "faults": faults })
}

fn deliveries(hub: &Hub) -> Value {
    let shown = |attempt: &super::world::outgoing::Attempt| {
        json!({
            "id": attempt.id,
            "guid": attempt.guid,
            "event": attempt.event,
            "action": attempt.action,
            "redelivery": attempt.redelivery,
            "status": attempt.outcome.as_ref().map(|outcome| outcome.status_code),
        })
    };
    hub.look(|world| world.outgoing.log.iter().map(shown).collect())
}

fn thread(hub: &Hub, (owner, name, number): (&str, &str, &str)) -> Outbound {
    let text = hub.look(|world| {
        let home = world.find(owner, name)?.id;
        world.thread(home, number.parse().ok()?, Hidden::Stripped).ok()
    });
    match text {
        Some(text) => Outbound::new(200, "text/plain; charset=utf-8", text),
        None => Outbound::json(404, &Refusal::not_found().body()),
    }
}

/// Somebody does something.
#[derive(Debug, Deserialize)]
struct Act {
    /// Who; made when there is nobody of that login.
    #[serde(rename = "as")]
    login: String,
    /// Where: `owner/name`.
    repository: String,
    /// On which issue or pull request.
    #[serde(default)]
    issue: i64,
    /// What.
    #[serde(flatten)]
    deed: Deed,
}

/// What people do.
#[derive(Debug, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
enum Deed {
    OpenIssue {
        title: String,
        #[serde(default)]
        body: Option<String>,
        #[serde(default)]
        labels: Vec<String>,
    },
    EditIssue {
        #[serde(default)]
        title: Option<String>,
        #[serde(default)]
        body: Option<String>,
    },
    Label {
        label: String,
    },
    Unlabel {
        label: String,
    },
    Comment {
        body: String,
    },
    React {
        content: String,
    },
    Close,
    Reopen,
    Delete,
    Review {
        event: String,
        #[serde(default)]
        body: String,
    },
    Merge,
    PushFile {
        branch: String,
        path: String,
        content: String,
    },
}

async fn perform(hub: &Arc<Hub>, act: Act) -> Result<Value, Refusal> {
    let home = hub.change(|world| {
        world.create_user(&act.login, UserKind::Person);
        let named = act.repository.split_once('/');
        named.and_then(|(owner, name)| world.find(owner, name)).map(|r| r.id).ok_or_else(Refusal::not_found)
    })?;
    let by = act.login.as_str();
    match act.deed {
        Deed::Merge => Ok(json!({ "sha": merging::merge(hub, home, act.issue, by).await? })),
        Deed::PushFile { branch, path, content } => {
            let message = format!("Change {path}");
            let change = Change { branch, files: vec![(path, Some(content.into_bytes()))], message };
            Ok(json!({ "sha": merging::commit(hub, home, change, by).await? }))
        }
        deed => hub.change(|world| simple(world, home, act.issue, deed, by)),
    }
}

/// The deeds that need no git.
fn simple(world: &mut World, home: i64, issue: i64, deed: Deed, by: &str) -> Result<Value, Refusal> {
    match deed {
        Deed::OpenIssue { title, body, labels } => {
            let draft = IssueDraft { title, body, labels, ..IssueDraft::default() };
            return Ok(json!({ "issue": world.open_issue(home, by, &draft)? }));
        }
        Deed::Comment { body } => return Ok(json!({ "comment": world.add_comment(home, issue, by, &body)? })),
        Deed::EditIssue { title, body } => {
            let edit = IssueEdit { title, body, ..IssueEdit::default() };
            world.edit_issue(home, issue, &edit, by)?;
        }
        Deed::Label { label } => world.add_labels(home, issue, &[label], by)?,
        Deed::Unlabel { label } => world.remove_label(home, issue, &label, by)?,
        Deed::React { content } => drop(world.react(home, Subject::Issue(issue), &content, by)?),
        Deed::Close => world.close(home, issue, None, by)?,
        Deed::Reopen => world.reopen(home, issue, by)?,
        Deed::Delete => world.delete_issue(home, issue, by)?,
        Deed::Review { event, body } => {
            let draft = ReviewDraft { event, body, comments: Vec::new() };
            return Ok(json!({ "review": world.submit_review(home, issue, by, &draft)? }));
        }
        Deed::Merge | Deed::PushFile { .. } => return Err(Refusal::new(422, "needs git")),
    }
    Ok(json!({ "issue": issue }))
}
