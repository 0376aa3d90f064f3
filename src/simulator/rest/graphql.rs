//! The three mutations that only GraphQL has: ready for review, resolve a thread, fold a comment away.
//!
//! It exists because REST lacks them. It must never answer a query it does not understand but with GraphQL's own error
//! (HTTP 200 with `errors`); merging, approving and dismissing by this way is recorded.
//! <https://docs.github.com/graphql/reference/mutations>

use serde_json::{Value, json};

use super::super::refusal::Refusal;
use super::super::world::World;
use super::call::{Answer, Call, Reply};

/// Mutations a well-behaved skep never calls.
const FORBIDDEN: [&str; 5] = [
    "mergePullRequest",
    "enablePullRequestAutoMerge",
    "enqueuePullRequest",
    "dismissPullRequestReview",
    "updateBranchProtectionRule",
];

/// `POST /graphql`
pub async fn post(call: Call) -> Answer {
    let query = call.wanted("query")?.to_owned();
    for name in FORBIDDEN.iter().filter(|name| query.contains(*name)) {
        call.violates(&format!("called the GraphQL mutation {name}"));
    }
    if query.contains("PullRequestReview") && call.body.to_string().contains("APPROVE") {
        call.violates("approved a pull request by GraphQL");
    }
    let done = if query.contains("markPullRequestReadyForReview") {
        ready(&call, &query)
    } else if query.contains("resolveReviewThread") {
        resolve(&call, &query)
    } else if query.contains("minimizeComment") {
        minimize(&call, &query)
    } else {
        Err(Refusal::new(
            422,
            "This simulator knows markPullRequestReadyForReview, resolveReviewThread, minimizeComment",
        ))
    };
    match done {
        Ok(data) => Reply::ok(json!({ "data": data })),
        Err(refusal) => {
            let kind = match refusal.status {
                403 => "FORBIDDEN",
                404 => "NOT_FOUND",
                _ => "UNPROCESSABLE",
            };
            Reply::ok(json!({ "data": null, "errors": [{ "type": kind, "message": refusal.message }] }))
        }
    }
}

/// The number inside a node id such as `PR_17`, given as a variable or written in the query.
fn node(call: &Call, query: &str, prefix: &str) -> Result<i64, Refusal> {
    let text = format!("{}\n{query}", call.body.get("variables").unwrap_or(&Value::Null));
    let mut words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    let number = words.find_map(|word| word.strip_prefix(prefix)?.parse().ok());
    number.ok_or_else(|| Refusal::new(404, "Could not resolve to a node with the global id given"))
}

/// The place of an issue the token may change.
fn place(
    world: &World,
    call: &Call,
    fits: impl Fn(&super::super::world::issue::Issue) -> bool,
) -> Result<(i64, i64), Refusal> {
    let installation = call.caller.installation().unwrap_or(0);
    let covered = world.covered(installation);
    let mut issues = covered.iter().flat_map(|home| home.issues.values().map(|issue| (home.id, issue)));
    let found = issues.find(|(_, issue)| fits(issue)).map(|(home, issue)| (home, issue.number));
    found.ok_or_else(|| Refusal::new(404, "Could not resolve to a node with the global id given"))
}

fn ready(call: &Call, query: &str) -> Result<Value, Refusal> {
    let id = node(call, query, "PR_")?;
    let actor = call.actor();
    call.change(|world| {
        let (home, number) = place(world, call, |issue| issue.pull.as_ref().is_some_and(|pull| pull.id == id))?;
        world.mark_ready(home, number, &actor)?;
        let pull = json!({ "id": format!("PR_{id}"), "number": number, "isDraft": false });
        Ok(json!({ "markPullRequestReadyForReview": { "pullRequest": pull } }))
    })
}

fn resolve(call: &Call, query: &str) -> Result<Value, Refusal> {
    let id = node(call, query, "PRRT_")?;
    call.change(|world| world.resolve_thread(id))?;
    Ok(json!({ "resolveReviewThread": { "thread": { "id": format!("PRRT_{id}"), "isResolved": true } } }))
}

fn minimize(call: &Call, query: &str) -> Result<Value, Refusal> {
    let id = node(call, query, "IC_")?;
    let reason = ["OUTDATED", "RESOLVED", "DUPLICATE", "OFF_TOPIC", "SPAM", "ABUSE"];
    let text = call.body.to_string();
    let reason = reason.iter().find(|reason| text.contains(*reason)).unwrap_or(&"OUTDATED").to_ascii_lowercase();
    call.change(|world| {
        let (home, _) = place(world, call, |issue| issue.comments.iter().any(|comment| comment.id == id))?;
        world.comment_mut(home, id)?.minimized = Some(reason.clone());
        let comment = json!({ "isMinimized": true, "minimizedReason": reason });
        Ok(json!({ "minimizeComment": { "minimizedComment": comment } }))
    })
}
