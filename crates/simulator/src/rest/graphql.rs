//! What only GraphQL has: ready for review, the threads of reviews, folding a comment away.
//!
//! It exists because REST lacks them. It must never answer a query it does not understand but with GraphQL's own error
//! (HTTP 200 with `errors`); merging, approving and dismissing by this way is recorded.
//! <https://docs.github.com/graphql/reference/mutations>

use serde_json::{Value, json};

use crate::api_error::ApiError;
use crate::auth::Caller;
use crate::behaviour::{Rule, on};
use crate::rest::call::{Answer, Call, Reply};
use crate::time::iso;
use crate::world::account::{Access, Permissions, UserKind};
use crate::world::facts::World;
use crate::world::issue::{Issue, Pull, ReviewComment};
use crate::world::repository::Repository;

/// Mutations a well-behaved skep never calls.
const FORBIDDEN: [&str; 5] = [
    "mergePullRequest",
    "enablePullRequestAutoMerge",
    "enqueuePullRequest",
    "dismissPullRequestReview",
    "updateBranchProtectionRule",
];

/// `POST /graphql`
pub(super) async fn post(call: Call) -> Answer {
    let query = call.wanted("query")?.to_owned();
    for name in FORBIDDEN
        .iter()
        .filter(|name| query.contains(*name) && on(Rule::SelfGraph))
    {
        call.violates(&format!("called the GraphQL mutation {name}"));
    }
    if query.contains("PullRequestReview")
        && call.body.to_string().contains("APPROVE")
        && on(Rule::SelfGraph)
    {
        call.violates("approved a pull request by GraphQL");
    }
    let done = if query.contains("markPullRequestReadyForReview") {
        ready(&call, &query)
    } else if query.contains("resolveReviewThread") {
        resolve(&call, &query)
    } else if query.contains("minimizeComment") {
        minimize(&call, &query)
    } else if query.contains("reviewThreads") {
        threads(&call, &query)
    } else {
        Err(ApiError::new(
            422,
            "This simulator knows markPullRequestReadyForReview, resolveReviewThread, minimizeComment and reviewThreads",
        ))
    };
    match done {
        Ok(data) => Reply::ok(json!({ "data": data })),
        Err(error) => {
            let kind = match error.status {
                401 | 403 => "FORBIDDEN",
                404 => "NOT_FOUND",
                _ => "UNPROCESSABLE",
            };
            Reply::ok(
                json!({ "data": null, "errors": [{ "type": kind, "message": error.message }] }),
            )
        }
    }
}

/// The number inside a node id such as `PR_17`, given as a variable or written in the query.
fn node(call: &Call, query: &str, prefix: &str) -> Result<i64, ApiError> {
    let text = format!(
        "{}\n{query}",
        call.body.get("variables").unwrap_or(&Value::Null)
    );
    let mut words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    let number = words.find_map(|word| word.strip_prefix(prefix)?.parse().ok());
    number.ok_or_else(|| ApiError::new(404, "Could not resolve to a node with the global id given"))
}

/// The place of an issue the token may change.
fn place(
    world: &World,
    call: &Call,
    fits: impl Fn(&crate::world::issue::Issue) -> bool,
) -> Result<(i64, i64), ApiError> {
    let installation = call.caller.installation().unwrap_or(0);
    let narrowed = match &call.caller {
        Caller::Installation(token) => token.repositories.clone(),
        _ => None,
    };
    let covered = world.covered(installation);
    let seen = covered
        .iter()
        .filter(|home| narrowed.as_ref().is_none_or(|ids| ids.contains(&home.id)));
    let mut issues = seen.flat_map(|home| home.issues.values().map(|issue| (home.id, issue)));
    let found = issues
        .find(|(_, issue)| fits(issue))
        .map(|(home, issue)| (home, issue.number));
    found.ok_or_else(|| ApiError::new(404, "Could not resolve to a node with the global id given"))
}

/// Refuses a token that lacks one of these permissions. What GraphQL needs is documented nowhere; see `Purpose::Review`.
fn allow(world: &World, call: &Call, needs: &[(&str, Access)]) -> Result<(), ApiError> {
    let Caller::Installation(token) = &call.caller else {
        return Err(ApiError::not_permitted());
    };
    let granted = world.granted(token.installation);
    let has = |set: &Permissions, (name, wanted): &(&str, Access)| {
        set.get(*name).is_some_and(|access| access >= wanted)
    };
    let all = needs
        .iter()
        .all(|need| has(&token.permissions, need) && has(&granted, need));
    if all || !on(Rule::GraphPermission) {
        Ok(())
    } else {
        Err(ApiError::not_permitted())
    }
}

const FINISH: [(&str, Access); 2] = [
    ("pull_requests", Access::Write),
    ("contents", Access::Write),
];

fn ready(call: &Call, query: &str) -> Result<Value, ApiError> {
    let id = node(call, query, "PR_")?;
    let actor = call.actor();
    call.change(|world| {
        let (home, number) = place(world, call, |issue| {
            issue.pull.as_ref().is_some_and(|pull| pull.id == id)
        })?;
        allow(world, call, &FINISH)?;
        world.mark_ready(home, number, &actor)?;
        let pull = json!({ "id": format!("PR_{id}"), "number": number, "isDraft": false });
        Ok(json!({ "markPullRequestReadyForReview": { "pullRequest": pull } }))
    })
}

fn resolve(call: &Call, query: &str) -> Result<Value, ApiError> {
    let id = node(call, query, "PRRT_")?;
    call.change(|world| {
        let begins = |line: &ReviewComment| line.id == id && line.in_reply_to.is_none();
        let (home, _) = place(world, call, |issue| {
            issue
                .pull
                .as_ref()
                .is_some_and(|pull| pull.review_comments.iter().any(begins))
        })?;
        allow(world, call, &FINISH)?;
        world.resolve_thread(home, id)
    })?;
    Ok(
        json!({ "resolveReviewThread": { "thread": { "id": format!("PRRT_{id}"), "isResolved": true } } }),
    )
}

fn minimize(call: &Call, query: &str) -> Result<Value, ApiError> {
    let id = node(call, query, "IC_")?;
    let reason = [
        "OUTDATED",
        "RESOLVED",
        "DUPLICATE",
        "OFF_TOPIC",
        "SPAM",
        "ABUSE",
    ];
    let text = call.body.to_string();
    let reason = reason
        .iter()
        .find(|reason| text.contains(*reason))
        .unwrap_or(&"OUTDATED")
        .to_ascii_lowercase();
    call.change(|world| {
        let (home, number) = place(world, call, |issue| {
            issue.comments.iter().any(|comment| comment.id == id)
        })?;
        let may = |name| allow(world, call, &[(name, Access::Write)]);
        let on_pull = world.issue(home, number)?.pull.is_some();
        may("issues").or_else(|error| {
            if on_pull {
                may("pull_requests")
            } else {
                Err(error)
            }
        })?;
        world.comment_mut(home, id)?.minimized = Some(reason.clone());
        let comment = json!({ "isMinimized": true, "minimizedReason": reason });
        Ok(json!({ "minimizeComment": { "minimizedComment": comment } }))
    })
}

/// How many threads GitHub gives at once.
const PAGE: usize = 100;

/// The threads of a pull request, by pages.
fn threads(call: &Call, query: &str) -> Result<Value, ApiError> {
    if !query.contains("first: 100") && on(Rule::GraphFirst) {
        return Err(ApiError::new(
            422,
            "You must provide a `first` or `last` value to properly paginate",
        ));
    }
    let variables = call.body.get("variables").cloned().unwrap_or_default();
    let text = |name: &str| {
        variables
            .get(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    let from: usize = text("after").parse().unwrap_or(0);
    let number = variables
        .get("number")
        .and_then(Value::as_i64)
        .unwrap_or_default();
    call.read(|world| {
        let missing = |what: &str| ApiError::new(404, &format!("Could not resolve to a {what}."));
        let home = world
            .find(&text("owner"), &text("name"))
            .ok_or_else(|| missing("Repository"))?;
        place(world, call, |issue| {
            home.issues
                .get(&number)
                .is_some_and(|found| found.id == issue.id)
        })
        .map_err(|_| missing("PullRequest"))?;
        let (issue, pull) = world
            .pull(home.id, number)
            .map_err(|_| missing("PullRequest"))?;
        allow(world, call, &[("pull_requests", Access::Read)])?;
        let all: Vec<&ReviewComment> = pull
            .review_comments
            .iter()
            .filter(|line| line.in_reply_to.is_none() && !pull.is_pending(line))
            .collect();
        let end = (from + PAGE).min(all.len());
        let shown = all.get(from..end).unwrap_or_default().iter();
        let nodes: Vec<Value> = shown
            .map(|first| thread(world, ReviewedPull { home, issue, pull }, first))
            .collect();
        let page = json!({ "hasNextPage": end < all.len(), "endCursor": end.to_string() });
        let threads = json!({ "pageInfo": page, "nodes": nodes });
        Ok(json!({ "repository": { "pullRequest": { "reviewThreads": threads } } }))
    })
}

/// A pull request with where it is.
struct ReviewedPull<'a> {
    home: &'a Repository,
    issue: &'a Issue,
    pull: &'a Pull,
}

fn thread(world: &World, at: ReviewedPull<'_>, first: &ReviewComment) -> Value {
    let ReviewedPull { home, issue, pull } = at;
    let said = pull
        .review_comments
        .iter()
        .filter(|line| line.id == first.id || line.in_reply_to == Some(first.id));
    let outdated = first.commit != pull.head_sha;
    json!({
        "id": format!("PRRT_{}", first.id),
        "isResolved": first.resolved,
        "isOutdated": outdated,
        "path": first.path,
        "line": if outdated { Value::Null } else { json!(first.line) },
        "originalLine": first.line,
        "comments": { "nodes": said.take(PAGE).map(|line| comment(world, home, issue, line)).collect::<Vec<_>>() },
    })
}

/// Numbers beyond 32 bits are texts in GraphQL, and bots have no `[bot]` there.
fn comment(world: &World, home: &Repository, issue: &Issue, line: &ReviewComment) -> Value {
    let author = world.user(&line.author).map(|user| {
        let kind = if user.kind == UserKind::Bot {
            "Bot"
        } else {
            "User"
        };
        let login = user.login.strip_suffix("[bot]").unwrap_or(&user.login);
        json!({ "__typename": kind, "login": login, "databaseId": user.id })
    });
    json!({
        "fullDatabaseId": line.id.to_string(),
        "body": line.body,
        "updatedAt": iso(line.created_at),
        "diffHunk": line.hunk,
        "url": format!("{}#discussion_r{}", world.issue_page(home, issue), line.id),
        "author": author,
        "pullRequestReview": { "fullDatabaseId": line.review.to_string() },
    })
}
