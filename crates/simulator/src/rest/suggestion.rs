//! Suggestions over REST: listed, and taken out of the bodies that bring them.
//!
//! It must never approve or dismiss one: the addresses for that are for people, and a client of ours that asks for them meets a
//! 404 that is written down. <https://docs.github.com/rest/issues/issues#list-issue-suggestions>

use serde_json::Value;

use crate::api_error::ApiError;
use crate::behaviour::{Rule, on};
use crate::rest::call::{Answer, Call, Reply};
use crate::world::suggestion::{Suggested, Suggestion, Wish};

/// What a part of a body suggests, if it only suggests; `key` has the name.
fn wish(item: &Value, key: &str, change: fn(String) -> Suggested) -> Option<Wish> {
    let is = item.get("suggest").is_some_and(|suggest| suggest == true);
    let text = |key: &str| item.get(key).and_then(Value::as_str).map(str::to_owned);
    let name = text(key).filter(|_| is && on(Rule::Suggested))?;
    Some(Wish {
        change: change(name),
        rationale: text("rationale"),
        confidence: text("confidence"),
    })
}

/// The labels and the type that a body suggests; none where this GitHub knows no suggestions.
pub(super) fn wishes(call: &Call) -> Vec<Wish> {
    if !call.read(|world| world.suggestions.offered) {
        return Vec::new();
    }
    let labels = call.body.get("labels").and_then(Value::as_array);
    let labels = labels.into_iter().flatten();
    let labels = labels.filter_map(|item| wish(item, "name", Suggested::Label));
    let kind = call.body.get("type");
    let kind = kind.and_then(|kind| wish(kind, "value", Suggested::Type));
    labels.chain(kind).collect()
}

/// Takes wishes in; answers those that were left aside.
pub(super) fn take(call: &Call, number: i64, wishes: Vec<Wish>) -> Result<Vec<Wish>, ApiError> {
    let actor = call.actor();
    call.change(|world| {
        let mut ignored = Vec::new();
        for wish in wishes {
            if !world.suggest(call.repository, number, &wish, &actor)? {
                ignored.push(wish);
            }
        }
        Ok(ignored)
    })
}

/// `GET /repos/{owner}/{repo}/issues/{number}/suggestions`: the pending ones, unless others are asked for.
pub(super) async fn list(call: Call) -> Answer {
    let number = call.number("number")?;
    let states = [
        "pending",
        "applied",
        "approved",
        "dismissed",
        "replaced",
        "invalidated",
        "all",
    ];
    let otherwise = if on(Rule::SuggestionPending) {
        "pending"
    } else {
        "all"
    };
    let state = call.choice("state", &states)?.unwrap_or(otherwise);
    let actions = [
        "set_type",
        "add_label",
        "add_field",
        "add_assignee",
        "close_issue",
    ];
    let action = call.choice("action", &actions)?;
    let wanted = |one: &&Suggestion| {
        (state == "all" || state == one.state)
            && action.is_none_or(|action| action == one.change.action())
    };
    let all: Vec<Value> = call.read(|world| {
        let issue = world.issue(call.repository, number)?;
        let all = world.suggestions_of(call.repository, number)?;
        let all = all.iter().filter(wanted);
        Ok::<_, ApiError>(all.map(|one| world.suggestion_json(issue, one)).collect())
    })?;
    let (page, link) = call.slice(all);
    Reply::page(Value::Array(page), link)
}

/// `GET /repos/{owner}/{repo}/issue-types`
pub(super) async fn kinds(call: Call) -> Answer {
    let all = call.read(|world| {
        let home = world.repository(call.repository)?;
        Ok::<_, ApiError>(world.kinds_json(home))
    })?;
    Reply::ok(Value::Array(all))
}
