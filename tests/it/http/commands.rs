//! What the command line does, the API does as well; what it does not is named here, with the reason, and in docs/operations.md.

use std::collections::BTreeSet;

use clap::CommandFactory;
use serde_json::Value;
use skep::cli::Cli;

/// What a command asks of a running skep: method and path.
const BY_API: [(&str, &[&str]); 25] = [
    ("answer", &["post /api/v1/tasks/{owner}/{repo}/{n}/orders"]),
    ("approve", &["post /api/v1/tasks/{owner}/{repo}/{n}/orders"]),
    ("audit", &["get /api/v1/audit"]),
    ("dispatch", &["post /api/v1/dispatch"]),
    ("drain", &["post /api/v1/queue/pause", "get /api/v1/status"]),
    (
        "events",
        &["get /api/v1/events", "get /api/v1/events/newest"],
    ),
    ("graph", &["get /api/v1/graph"]),
    (
        "notifications",
        &[
            "get /api/v1/notifications",
            "post /api/v1/notifications/retry",
            "post /api/v1/notifications/{name}/test",
        ],
    ),
    ("outcomes", &["get /api/v1/outcomes"]),
    ("pause", &["post /api/v1/queue/pause"]),
    (
        "plan",
        &[
            "post /api/v1/plan",
            "get /api/v1/tasks/{owner}/{repo}/{n}/plan",
        ],
    ),
    (
        "priority",
        &["post /api/v1/tasks/{owner}/{repo}/{n}/orders"],
    ),
    ("queue", &["get /api/v1/queue"]),
    ("results", &["get /api/v1/results"]),
    ("resume", &["post /api/v1/queue/resume"]),
    ("retry", &["post /api/v1/tasks/{owner}/{repo}/{n}/orders"]),
    (
        "session",
        &[
            "get /api/v1/sessions/{id}",
            "get /api/v1/sessions/{id}/log",
            "get /api/v1/sessions/{id}/patch",
        ],
    ),
    ("sessions", &["get /api/v1/sessions"]),
    ("status", &["get /api/v1/status"]),
    ("stop", &["post /api/v1/sessions/{id}/stop"]),
    (
        "token",
        &[
            "get /api/v1/tokens",
            "post /api/v1/tokens",
            "post /api/v1/tokens/{name}/revoke",
        ],
    ),
    ("top", &["get /api/v1/overview", "get /api/v1/queue"]),
    ("waves", &["get /api/v1/waves"]),
    // An assistant's way to the same.
    ("mcp", &["get /api/v1/status", "post /api/v1/dispatch"]),
    // A link for a person's browser; the token that would ask for it opens everything already.
    ("dashboard", &[]),
];

/// What works on this machine's files, and with no skep running.
const HERE_ALONE: [&str; 15] = [
    "agents",
    "backup",
    "completions",
    "config",
    "demo",
    "doctor",
    "import",
    "man",
    "migrate",
    "replay",
    "restore",
    "sandbox",
    "serve",
    "setup",
    "verify-pull",
];

#[test]
fn every_command_has_its_way_in_the_api_or_works_here_alone() {
    let document: Value =
        serde_json::from_str(include_str!("../../../docs/openapi.json")).expect("JSON");
    let has = |call: &str| {
        let (method, path) = call.split_once(' ').expect("a method and a path");
        document["paths"][path][method].is_object()
    };
    for (command, calls) in BY_API {
        for call in calls {
            assert!(has(call), "{command}: the document has no {call}");
        }
    }
    let command = Cli::command();
    let shown = command.get_subcommands().filter(|one| !one.is_hide_set());
    let shown: BTreeSet<&str> = shown.map(clap::Command::get_name).collect();
    let named = BY_API.iter().map(|(command, _)| *command);
    let named: BTreeSet<&str> = named.chain(HERE_ALONE).chain(["help"]).collect();
    let unnamed: Vec<&str> = shown.difference(&named).copied().collect();
    assert_eq!(unnamed, [""; 0], "is it in the API?");
    let gone = named
        .difference(&shown)
        .copied()
        .filter(|one| *one != "help");
    assert_eq!(gone.collect::<Vec<_>>(), [""; 0]);
    let operations = include_str!("../../../docs/operations.md");
    let said = operations
        .lines()
        .find(|line| line.contains("are not in the API"))
        .expect("it is said what the API does not do");
    for command in HERE_ALONE {
        assert!(said.contains(&format!("`{command}`")), "{command}: {said}");
    }
}
