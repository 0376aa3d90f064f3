//! What is said of deliveries that are run again on a copy: what is wrong with what was given, and what was decided.

use super::count;

/// Nothing is in it.
pub const EMPTY: &str = "there is no delivery in it";

/// It is JSON, and nothing that a delivery is.
pub const NO_DELIVERY: &str = "it is no delivery: export one with `gh api /app/hook/deliveries/ID`, or give a payload with `--event NAME`";

/// A payload does not say what event it is of.
pub const NO_EVENT: &str = "it is a payload without the name of its event: give it with `--event`, such as `--event issues`";

/// A list of deliveries has no payloads.
pub const ONLY_LISTED: &str = "it is a list of deliveries without their payloads: export each with `gh api /app/hook/deliveries/ID`";

/// What was given is no JSON.
pub fn no_json(why: &str) -> String {
    format!("it is no JSON: {why}")
}

/// A line is no JSON.
pub fn no_json_line(line: usize, why: &str) -> String {
    format!("line {line} is no JSON: {why}")
}

/// What is wrong, with its line.
pub fn on_line(line: usize, say: &str) -> String {
    format!("line {line}: {say}")
}

/// A payload is larger than GitHub sends.
pub fn too_large(bytes: usize, largest: usize) -> String {
    format!("a payload has {bytes} bytes, and GitHub sends none above {largest}")
}

/// There are more than are taken.
pub fn too_many(most: usize) -> String {
    format!("there are more than {most} deliveries in it: split it")
}

/// A file with what is wrong with it.
pub fn file(path: &str, say: &str) -> String {
    format!("{path}: {say}")
}

/// A file cannot be read.
pub fn unreadable(path: &str, why: &str) -> String {
    format!("{path} cannot be read: {why}")
}

/// No such delivery is stored.
pub fn unknown(id: &str) -> String {
    format!(
        "there is no file and no stored delivery `{id}`: its id is in `skep events`, and on GitHub under the App's recent deliveries"
    )
}

/// It is known, and what it said is not kept.
pub fn not_kept(id: &str, result: &str) -> String {
    format!(
        "what delivery {id} said is not kept any more (then: {result}): export it with `gh api /app/hook/deliveries/ID` while GitHub has it"
    )
}

/// There is no database.
pub fn no_database(url: &str) -> String {
    format!("there is no database {url} yet: skep has not run here")
}

/// Nobody knows who we are on GitHub.
pub const NO_IDENTITY: &str = "this database does not say who skep is on GitHub, without which nothing can be decided: run `skep serve` of this version once";

/// One delivery, and what came of it.
pub fn headline(event: &str, id: &str, result: &str) -> String {
    format!("{event} ({id})\n  {result}")
}

/// What came of it when it came.
pub fn then(result: &str) -> String {
    format!("when it came: {result}")
}

/// A task that was decided about.
pub fn task(name: &str, before: &str, after: &str) -> String {
    match before == after {
        true => format!("{name}: {after}, as before"),
        false => format!("{name}: {before} -> {after}"),
    }
}

/// A task that nobody knows yet.
pub const NO_TASK: &str = "unknown";

/// What a fact said that followed.
pub fn fact(name: &str, result: &str) -> String {
    format!("then {name}: {result}")
}

/// A part of a task that is another one.
pub fn change(field: &str, before: &str, after: &str) -> String {
    format!("{field}: {before} -> {after}")
}

/// More parts than are shown.
pub fn more_changes(more: usize) -> String {
    format!(
        "and {} more (`--json` has all)",
        count(more as u64, "change")
    )
}

/// An event.
pub fn event(name: &str, place: &str) -> String {
    match place.is_empty() {
        true => format!("event {name}"),
        false => format!("event {name} of {place}"),
    }
}

/// An effect that would have been planned.
pub fn effect(kind: &str, what: &str) -> String {
    format!("would do {kind} {what}")
}

/// An effect that would have been withdrawn.
pub fn withdrawn(kind: &str) -> String {
    format!("would withdraw {kind}")
}

/// The last line.
pub fn done(deliveries: usize) -> String {
    format!(
        "{} run on a copy; nothing was done here or on GitHub",
        count(deliveries as u64, "delivery").replace("deliverys", "deliveries")
    )
}
