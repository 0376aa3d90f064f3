//! Labels of a repository and on an issue.
//!
//! It exists as the skin over the world's labels, and watches that the App keeps its hands off labels that are not its own.
//! <https://docs.github.com/rest/issues/labels>

use serde_json::{Value, json};

use crate::api_error::{ApiError, missing};
use crate::behaviour::{Rule, on as holds};
use crate::rest::call::{Answer, Call, Reply};
use crate::rest::suggestion;
use crate::world::facts::World;

/// The labels an App of ours may put on and take off, besides those with its prefix.
const OWN: [&str; 2] = ["role:", "priority:"];

fn on(world: &World, call: &Call, number: i64) -> Result<Value, ApiError> {
    let home = world.repository(call.repository)?;
    Ok(world.labels_json(home, &world.issue(call.repository, number)?.labels))
}

fn watch<'n>(call: &Call, verb: &str, number: i64, names: impl IntoIterator<Item = &'n String>) {
    let prefix = call.state().read(|world| world.label_prefix.clone());
    let own = |name: &String| {
        let name = name.to_ascii_lowercase();
        name.starts_with(&prefix) || OWN.iter().any(|own| name.starts_with(own))
    };
    for name in names {
        if !own(name) && holds(Rule::ForeignLabel) {
            call.violates(&format!(
                "{verb} the label {name:?} on #{number}, which is not its own"
            ));
        }
    }
}

/// Watches a change of all labels at once.
pub(super) fn watch_set(call: &Call, number: i64, names: &[String]) -> Result<(), ApiError> {
    let now = call.state().read(|world| {
        world
            .issue(call.repository, number)
            .map(|issue| issue.labels.clone())
    })?;
    let same = |a: &String, b: &String| a.eq_ignore_ascii_case(b);
    watch(
        call,
        "removed",
        number,
        now.iter().filter(|l| !names.iter().any(|n| same(n, l))),
    );
    watch(
        call,
        "added",
        number,
        names.iter().filter(|n| !now.iter().any(|l| same(n, l))),
    );
    Ok(())
}

fn names(call: &Call) -> Result<Vec<String>, ApiError> {
    call.labels()?.ok_or_else(|| missing("labels"))
}

/// `GET /repos/{owner}/{repo}/issues/{number}/labels`
pub(super) async fn on_issue(call: Call) -> Answer {
    let number = call.number("number")?;
    let all = call.read(|world| on(world, &call, number))?;
    let (page, link) = call.slice(all.as_array().cloned().unwrap_or_default());
    Reply::page(Value::Array(page), link)
}

/// `POST /repos/{owner}/{repo}/issues/{number}/labels`: at least one.
pub(super) async fn add(call: Call) -> Answer {
    let (number, names, actor) = (call.number("number")?, names(&call)?, call.actor());
    if call.body["labels"] == json!([]) && holds(Rule::LabelList) {
        return Err(ApiError::invalid("Issue", "labels", "invalid"));
    }
    watch(&call, "added", number, &names);
    let wishes = suggestion::wishes(&call);
    suggestion::take(&call, number, wishes)?;
    let changed = call.change(|world| {
        world.add_labels(call.repository, number, &names, &actor)?;
        on(world, &call, number)
    });
    Reply::ok(changed?)
}

/// `PUT /repos/{owner}/{repo}/issues/{number}/labels`: none takes all away.
pub(super) async fn set(call: Call) -> Answer {
    let (number, names, actor) = (call.number("number")?, names(&call)?, call.actor());
    watch_set(&call, number, &names)?;
    let changed = call.change(|world| {
        world.set_labels(call.repository, number, &names, &actor)?;
        on(world, &call, number)
    });
    Reply::ok(changed?)
}

/// `DELETE /repos/{owner}/{repo}/issues/{number}/labels`
pub(super) async fn clear(call: Call) -> Answer {
    let (number, actor) = (call.number("number")?, call.actor());
    watch_set(&call, number, &[])?;
    call.change(|world| world.set_labels(call.repository, number, &[], &actor))?;
    Reply::no_content()
}

/// `DELETE /repos/{owner}/{repo}/issues/{number}/labels/{label}`
pub(super) async fn remove(call: Call) -> Answer {
    let (number, actor) = (call.number("number")?, call.actor());
    let name = call.value("label").to_owned();
    let changed = call.change(|world| {
        world.remove_label(call.repository, number, &name, &actor)?;
        on(world, &call, number)
    })?;
    watch(&call, "removed", number, [&name]);
    Reply::ok(changed)
}

/// `GET /repos/{owner}/{repo}/labels`
pub(super) async fn list(call: Call) -> Answer {
    let all: Vec<Value> = call.read(|world| {
        let home = world.repository(call.repository)?;
        Ok::<_, ApiError>(
            home.labels
                .iter()
                .map(|label| world.label_json(home, label))
                .collect(),
        )
    })?;
    let (page, link) = call.slice(all);
    Reply::page(json!(page), link)
}

/// `POST /repos/{owner}/{repo}/labels`
pub(super) async fn create(call: Call) -> Answer {
    let name = call.wanted("name")?.to_owned();
    let color = call.text("color").unwrap_or("ededed").to_owned();
    let about = call.owned("description");
    if about
        .as_ref()
        .is_some_and(|about| about.chars().count() > 100)
        && holds(Rule::LabelDescription)
    {
        return Err(ApiError::custom(
            "Label",
            Some("description"),
            "description is too long (maximum is 100 characters)",
        ));
    }
    let made = call.change(|world| {
        let label = world.create_label(call.repository, &name, &color, about.as_deref())?;
        Ok::<_, ApiError>(world.label_json(world.repository(call.repository)?, &label))
    });
    Reply::created(made?)
}

/// `GET /repos/{owner}/{repo}/labels/{label}`
pub(super) async fn get(call: Call) -> Answer {
    let found = call.read(|world| {
        let home = world.repository(call.repository)?;
        home.label(call.value("label"))
            .map(|label| world.label_json(home, label))
            .ok_or_else(ApiError::not_found)
    });
    Reply::ok(found?)
}
