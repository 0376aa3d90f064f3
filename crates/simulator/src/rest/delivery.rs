//! The App's book of deliveries, and sending one again.
//!
//! It exists so that a client's sweep for missed webhooks works as on GitHub. <https://docs.github.com/rest/apps/webhooks>

use serde_json::{Value, json};

use crate::api_error::ApiError;
use crate::behaviour::{Rule, on};
use crate::rest::call::{Answer, Call, Reply};
use crate::time::iso_millis;
use crate::world::facts::World;
use crate::world::outgoing::{Attempt, KEPT_FOR};

fn item(attempt: &Attempt) -> Value {
    let outcome = attempt.outcome.as_ref();
    json!({
        "id": attempt.id,
        "guid": attempt.guid,
        "delivered_at": iso_millis(attempt.delivered_at),
        "redelivery": attempt.redelivery,
        "duration": outcome.map_or(0.0, |outcome| outcome.duration),
        "status": outcome.map_or("pending", |outcome| outcome.status.as_str()),
        "status_code": outcome.map_or(0, |outcome| outcome.status_code),
        "event": attempt.event,
        "action": attempt.action,
        "installation_id": attempt.installation,
        "repository_id": attempt.repository,
        "throttled_at": null,
    })
}

/// `GET /app/hook/deliveries`: newest first, paged by cursor.
pub(super) async fn list(call: Call) -> Answer {
    call.choice("status", &["success", "failure"])?;
    let size = call
        .query("per_page")
        .and_then(|size| size.parse().ok())
        .unwrap_or(30_usize)
        .clamp(1, 100);
    let before = call
        .query("cursor")
        .and_then(|cursor| cursor.trim_start_matches("v1_").parse::<i64>().ok());
    let (mut shown, root) =
        call.read(|world| {
            let fresh =
                world.outgoing.log.iter().rev().filter(|a| {
                    world.now() - a.delivered_at <= KEPT_FOR || !on(Rule::DeliveriesAge)
                });
            let mut sorted: Vec<&Attempt> = fresh
                .filter(|a| before.is_none_or(|before| a.id < before))
                .collect();
            sorted.sort_by_key(|attempt| std::cmp::Reverse(attempt.id));
            let asked = sorted.into_iter().filter(|a| fits(&call, a)).take(size + 1);
            (asked.map(item).collect::<Vec<Value>>(), world.root.clone())
        });
    let more = shown.len() > size;
    shown.truncate(size);
    let last = shown.last().and_then(|item| item["id"].as_i64());
    let next = last.filter(|_| more).map(|id| {
        format!("<{root}/app/hook/deliveries?per_page={size}&cursor=v1_{id}>; rel=\"next\"")
    });
    Reply::page(json!(shown), next)
}

fn fits(call: &Call, attempt: &Attempt) -> bool {
    let fine = attempt
        .outcome
        .as_ref()
        .is_some_and(|outcome| (200..400).contains(&outcome.status_code));
    match call.query("status") {
        Some("success") => fine,
        Some("failure") => !fine,
        _ => true,
    }
}

/// `GET /app/hook/deliveries/{delivery}`
pub(super) async fn get(call: Call) -> Answer {
    let id = call.number("delivery")?;
    let found = call.read(|world| {
        let attempt = world
            .outgoing
            .log
            .iter()
            .find(|attempt| attempt.id == id)
            .ok_or_else(ApiError::not_found)?;
        let mut shown = item(attempt);
        let payload: Value = serde_json::from_str(&attempt.body).unwrap_or(Value::Null);
        shown["url"] = json!(world.app.webhook_url);
        shown["request"] = json!({
            "headers": { "X-GitHub-Event": attempt.event, "X-GitHub-Delivery": attempt.guid },
            "payload": payload,
        });
        let answer = attempt
            .outcome
            .as_ref()
            .map(|outcome| outcome.answer.clone());
        shown["response"] = json!({ "headers": {}, "payload": answer });
        Ok::<_, ApiError>(shown)
    });
    Reply::ok(found?)
}

/// `POST /app/hook/deliveries/{delivery}/attempts`: the same GUID again.
pub(super) async fn redeliver(call: Call) -> Answer {
    let id = call.number("delivery")?;
    let again = call.change(|world: &mut World| {
        let now = world.now();
        world.outgoing.redeliver(id, now)
    });
    again.ok_or_else(ApiError::not_found)?;
    Ok(Reply::new(202, json!({})))
}
