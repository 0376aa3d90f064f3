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

mod act;

use std::sync::Arc;

use hyper::Method;
use serde_json::{Value, json};

use crate::api_error::ApiError;
use crate::fault::{Fault, FaultRule};
use crate::state::State;
use crate::thread::Hidden;
use crate::wire::{Incoming, Outbound};
use crate::world::facts::World;

/// Answers a request below `/_simulator`.
pub(crate) async fn answer(state: &Arc<State>, request: &Incoming) -> Outbound {
    let segments: Vec<&str> = request.path.trim_matches('/').split('/').skip(1).collect();
    match (&request.method, segments.as_slice()) {
        (&Method::GET, ["state"]) => Outbound::json(200, &overview(state)),
        (&Method::GET, ["calls"]) => Outbound::json(200, &state.call_log(|t| json!(t.calls))),
        (&Method::GET, ["deliveries"]) => Outbound::json(200, &deliveries(state)),
        (&Method::GET, ["thread", owner, name, number]) => thread(state, owner, name, number),
        (&Method::POST, ["faults"]) => match serde_json::from_slice(&request.body) {
            Ok(fault) => {
                add_fault(state, fault);
                Outbound::json(201, &json!({ "waiting": state.faults(|f| f.waiting()) }))
            }
            Err(error) => Outbound::json(422, &json!({ "message": error.to_string() })),
        },
        (&Method::DELETE, ["faults"]) => {
            state.faults(|faults| faults.clear());
            Outbound::json(204, &Value::Null)
        }
        (&Method::GET, ["act"]) => Outbound::new(200, "text/plain; charset=utf-8", act::usage()),
        (&Method::POST, ["act"]) => match act::parse(&request.body) {
            Ok(act) => match act::perform(state, act).await {
                Ok(done) => Outbound::json(200, &done),
                Err(error) => Outbound::json(error.status, &error.body()),
            },
            Err(what) => Outbound::json(422, &json!({ "message": what })),
        },
        _ => Outbound::json(404, &json!({ "message": "No such control address" })),
    }
}

/// Adds a fault; a stale read shows the world as it is now.
pub(crate) fn add_fault(state: &State, fault: FaultRule) {
    let snapshot = (fault.fault == Fault::StaleRead).then(|| Arc::new(state.read(World::clone)));
    state.faults(|faults| faults.add(fault, snapshot));
}

fn overview(state: &State) -> Value {
    let repositories: Vec<Value> = state.read(|world| {
        let issue = |issue: &crate::world::issue::Issue| {
            json!({
                "number": issue.number,
                "title": issue.title,
                "open": issue.open,
                "labels": issue.labels,
                "pull_request": issue.pull.is_some(),
                "comments": issue.comments.len(),
            })
        };
        let repository = |repository: &crate::world::repository::Repository| {
            json!({
                "id": repository.id,
                "name": repository.full_name(),
                "heads": repository.heads,
                "issues": repository.issues.values().map(issue).collect::<Vec<_>>(),
            })
        };
        world.repositories.values().map(repository).collect()
    });
    let (violations, unknown) = state.call_log(|t| (t.violations.clone(), t.unknown.clone()));
    let faults = state.faults(|faults| faults.waiting());
    json!({ "repositories": repositories, "violations": violations, "unknown_calls": unknown, "faults": faults })
}

fn deliveries(state: &State) -> Value {
    let shown = |attempt: &crate::world::outgoing::Attempt| {
        json!({
            "id": attempt.id,
            "guid": attempt.guid,
            "event": attempt.event,
            "action": attempt.action,
            "redelivery": attempt.redelivery,
            "status": attempt.outcome.as_ref().map(|outcome| outcome.status_code),
        })
    };
    state.read(|world| world.outgoing.log.iter().map(shown).collect())
}

fn thread(state: &State, owner: &str, name: &str, number: &str) -> Outbound {
    let text = state.read(|world| {
        let home = world.find(owner, name)?.id;
        world
            .thread(home, number.parse().ok()?, Hidden::Stripped)
            .ok()
    });
    match text {
        Some(text) => Outbound::new(200, "text/plain; charset=utf-8", text),
        None => Outbound::json(404, &ApiError::not_found().body()),
    }
}
