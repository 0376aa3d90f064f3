//! GitHub's own description of its API, held against every exchange and every webhook of the tests.
//!
//! The description is `@octokit/openapi` from npm, pinned in `.ci/run`; `SKEP_TEST_OPENAPI` names the folder of the package.
//! Requests are checked when skep made them, answers and webhooks always: they are the simulator's. What is known to be
//! outside of the description stands in [`exception`], and nowhere else.

mod document;
mod judge;
mod spoilt;

use skep_simulator::Simulator;

use document::Document;

/// What the tests' own client calls itself: it asks for the wrong on purpose.
pub(crate) const PLAIN_CLIENT: &str = "plain-test";

/// Whether there is something to hold exchanges against.
pub(crate) fn is_there() -> bool {
    Document::get().is_some()
}

/// Fails with all that GitHub would not have sent or taken.
pub(crate) fn check(simulator: &Simulator) {
    let Some(document) = Document::get() else {
        return;
    };
    let mut complaints: Vec<String> = Vec::new();
    for exchange in simulator.take_exchanges() {
        complaints.extend(judge::exchange(document, &exchange));
    }
    for attempt in simulator.deliveries() {
        complaints.extend(judge::webhook(
            document,
            &attempt.event,
            attempt.action.as_deref(),
            &attempt.body,
        ));
    }
    complaints.sort();
    complaints.dedup();
    assert!(
        complaints.is_empty(),
        "against GitHub's description:\n{}",
        complaints.join("\n")
    );
}

/// Why an exchange is not looked at, if it is one of those GitHub does not describe.
pub(crate) fn exception(path: &str) -> Option<&'static str> {
    let git = [
        ".git/info/refs",
        ".git/git-upload-pack",
        ".git/git-receive-pack",
    ];
    if git.iter().any(|end| path.ends_with(end)) {
        return Some("git's own protocol");
    }
    let first = path
        .trim_start_matches('/')
        .split('/')
        .next()
        .unwrap_or_default();
    match first {
        "graphql" => Some("GraphQL has a schema of its own"),
        "_logs" => Some("the storage behind the logs is not part of the API"),
        "_simulator" => Some("not GitHub's"),
        "" | "app" | "app-manifests" | "installation" | "meta" | "rate_limit" | "repos"
        | "user" | "users" => None,
        _ => Some("a page for people"),
    }
}

/// What GitHub answers at any address, and describes at some: moved, not modified, and the refusals that are not about the
/// request itself; and 422, which it forgets at check runs, assignees and replies.
pub(crate) const ANYWHERE: [u16; 10] = [301, 304, 400, 401, 403, 404, 409, 410, 422, 429];
