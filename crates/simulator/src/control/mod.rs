//! The simulator's own addresses, `/_simulator/…`: faults, acting as a person, looking.
//!
//! It exists so that people of `skep demo --keep` and other processes can do by HTTP what tests do by function. It must
//! never be mistaken for GitHub: nothing of it is in GitHub's documentation.
//!
//! - `GET /_simulator/state`: repositories, issues, faults, violations, unknown calls.
//! - `GET /_simulator/calls`, `GET /_simulator/deliveries`: what was seen on the wire.
//! - `GET /_simulator/thread/{owner}/{repo}/{number}`: the thread as text.
//! - `POST /_simulator/faults` with a fault, `DELETE /_simulator/faults`.
//! - `POST /_simulator/act` with `{"as": login, "do": verb, "repository": "owner/name", …}`; `GET` lists the verbs.

use std::sync::Arc;

use hyper::Method;
use serde_json::{Value, json};

use super::act;
use super::fault::{Fault, Trouble};
use super::hub::Hub;
use super::refusal::Refusal;
use super::thread::Hidden;
use super::wire::{Incoming, Outbound};
use super::world::World;

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
        (&Method::GET, ["act"]) => Outbound::new(200, "text/plain; charset=utf-8", act::usage()),
        (&Method::POST, ["act"]) => match act::parse(&request.body) {
            Ok(act) => match act::perform(hub, act).await {
                Ok(done) => Outbound::json(200, &done),
                Err(refusal) => Outbound::json(refusal.status, &refusal.body()),
            },
            Err(what) => Outbound::json(422, &json!({ "message": what })),
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
        world
            .thread(home, number.parse().ok()?, Hidden::Stripped)
            .ok()
    });
    match text {
        Some(text) => Outbound::new(200, "text/plain; charset=utf-8", text),
        None => Outbound::json(404, &Refusal::not_found().body()),
    }
}
