//! What CI says: folded from three reads, bounded, and never with our credential on another host.

use serde_json::{Value, json};
use skep::core::event::ChecksState;
use skep::core::ids::Sha;
use skep::github::{CheckKind, ChecksRead, GitHubError};

use super::server::{Reply, Seen, Server, ok, standard, status};
use super::{at, github};

fn head() -> Sha {
    "a".repeat(40).parse().expect("a sha")
}

fn run(id: i64, name: &str, conclusion: Option<&str>) -> Value {
    let state = if conclusion.is_some() {
        "completed"
    } else {
        "in_progress"
    };
    json!({
        "id": id, "name": name, "status": state, "conclusion": conclusion, "html_url": format!("https://h/{id}"),
        "app": {"id": 15_368, "slug": "github-actions"}, "check_suite": {"id": 1},
        "output": {"title": "T", "summary": "S", "text": null},
    })
}

fn flow(id: i64, workflow: i64, suite: i64, conclusion: Option<&str>) -> Value {
    let state = if conclusion.is_some() {
        "completed"
    } else {
        "queued"
    };
    json!({
        "id": id, "name": format!("W{workflow}"), "workflow_id": workflow, "event": "push", "status": state,
        "conclusion": conclusion, "html_url": "https://h/w", "check_suite_id": suite,
    })
}

/// A server whose commit has these; the log of job 5 lies at `log`.
async fn server(runs: Value, statuses: Value, flows: Value, log: fn(&Seen) -> Reply) -> Server {
    Server::start(move |seen| match seen.path().strip_prefix("/repos/octo/hello").unwrap_or(seen.path()) {
        path if path.ends_with("/check-runs") => ok(json!({"total_count": 1, "check_runs": runs})),
        path if path.ends_with("/status") => ok(json!({"state": "pending", "statuses": statuses})),
        "/actions/runs" => ok(json!({"total_count": 1, "workflow_runs": flows})),
        "/actions/jobs/5" => {
            ok(json!({"steps": [{"name": "a", "conclusion": "success"}, {"name": "b", "conclusion": "failure"}]}))
        }
        "/actions/jobs/5/logs" | "/log" => log(seen),
        _ => standard(seen),
    })
    .await
}

async fn read(server: &Server) -> ChecksRead {
    github(server).checks(&at(), &head()).await.expect("read")
}

fn no_log(_: &Seen) -> Reply {
    status(404, json!({"message": "Not Found"}))
}

#[tokio::test]
async fn every_conclusion_has_its_colour() {
    let table = [
        (Some("success"), ChecksState::Green),
        (Some("neutral"), ChecksState::Green),
        (Some("skipped"), ChecksState::Green),
        (Some("failure"), ChecksState::Red),
        (Some("timed_out"), ChecksState::Red),
        (Some("action_required"), ChecksState::Red),
        (Some("cancelled"), ChecksState::Red),
        (Some("stale"), ChecksState::Red),
        (Some("never heard of"), ChecksState::Red),
        (None, ChecksState::Pending),
    ];
    for (conclusion, expected) in table {
        let server = server(
            json!([run(9, "x", conclusion)]),
            json!([]),
            json!([]),
            no_log,
        )
        .await;
        assert_eq!(read(&server).await.state, expected, "{conclusion:?}");
    }
    let server = server(
        json!([]),
        json!([{"context": "x", "state": "error", "description": "d", "target_url": null}]),
        json!([]),
        no_log,
    )
    .await;
    let failing = read(&server).await.failing.remove(0);
    assert_eq!((failing.name.as_str(), failing.tail.as_str()), ("x", "d"));
}

#[tokio::test]
async fn a_cancelled_run_with_a_successor_and_our_own_check_do_not_count() {
    let mut ours = run(3, "skep", Some("failure"));
    ours["app"] = json!({"id": 7, "slug": "skep-test"});
    let runs = json!([
        run(1, "test", Some("cancelled")),
        run(2, "test", Some("success")),
        ours
    ]);
    let server = server(
        runs,
        json!([]),
        json!([
            flow(1, 1, 1, Some("cancelled")),
            flow(2, 1, 1, Some("success"))
        ]),
        no_log,
    )
    .await;
    let read = read(&server).await;
    assert_eq!((read.state, read.checks.len()), (ChecksState::Green, 1));
}

#[tokio::test]
async fn a_workflow_counts_by_itself_only_where_no_job_speaks_for_it() {
    let flows = json!([
        flow(1, 1, 1, Some("failure")),
        flow(2, 2, 2, None),
        flow(3, 3, 3, Some("startup_failure"))
    ]);
    let server = server(
        json!([run(9, "test", Some("success"))]),
        json!([]),
        flows,
        no_log,
    )
    .await;
    let read = read(&server).await;
    let seen: Vec<_> = read
        .checks
        .iter()
        .map(|check| (check.name.as_str(), check.kind, check.state))
        .collect();
    let expected = [
        ("test", CheckKind::Run, ChecksState::Green),
        ("W2", CheckKind::Workflow, ChecksState::Pending),
        ("W3", CheckKind::Workflow, ChecksState::Red),
    ];
    assert_eq!(seen, expected);
}

#[tokio::test]
async fn a_log_is_fetched_without_our_token_and_only_its_end_is_kept() {
    let server = server(
        json!([run(5, "test", Some("failure"))]),
        json!([]),
        json!([]),
        |seen| {
            let host = seen.header("host").expect("a host");
            match seen.path() {
                "/log" => Reply::Answer(
                    200,
                    Vec::new(),
                    format!("{}\nthe end", "x\n".repeat(1_000_000)),
                ),
                _ => status(302, Value::Null).with("location", format!("http://{host}/log?sig=1")),
            }
        },
    )
    .await;
    let failing = read(&server).await.failing.remove(0);
    assert_eq!(
        (failing.step.as_deref(), failing.tail.ends_with("the end")),
        (Some("b"), true)
    );
    assert!(failing.tail.len() <= 8 * 1024);
    let seen = server
        .seen()
        .into_iter()
        .find(|seen| seen.path() == "/log")
        .expect("fetched");
    assert_eq!(
        (seen.header("authorization"), seen.header("user-agent")),
        (None, Some("skep-test"))
    );
}

#[tokio::test]
async fn a_log_that_lies_elsewhere_or_is_too_long_is_left_and_the_checks_own_words_stay() {
    let cases: [fn(&Seen) -> Reply; 5] = [
        |_| status(302, Value::Null).with("location", "http://192.0.2.1/log"),
        |seen| match (
            seen.path(),
            seen.header("host").and_then(|host| host.rsplit_once(':')),
        ) {
            ("/log", _) => Reply::Answer(200, Vec::new(), "a name may lead anywhere".to_owned()),
            (_, port) => {
                let port = port.map_or("", |(_, port)| port);
                status(302, Value::Null).with("location", format!("http://localhost:{port}/log"))
            }
        },
        |_| status(302, Value::Null).with("location", "https://127.0.0.1/log"),
        |_| status(410, json!({"message": "expired"})),
        |seen| match seen.path() {
            "/log" => Reply::Answer(200, Vec::new(), "x".repeat(17 * 1024 * 1024)),
            _ => status(302, Value::Null).with("location", "/log"),
        },
    ];
    for (nth, case) in cases.into_iter().enumerate() {
        let server = server(
            json!([run(5, "test", Some("failure"))]),
            json!([]),
            json!([]),
            case,
        )
        .await;
        let failing = read(&server).await.failing.remove(0);
        assert_eq!(
            (failing.step.as_deref(), failing.tail.as_str()),
            (Some("b"), "T\nS"),
            "case {nth}"
        );
    }
}

#[tokio::test]
async fn a_pause_is_no_missing_log() {
    let server = server(
        json!([run(5, "test", Some("failure"))]),
        json!([]),
        json!([]),
        |_| status(429, json!({"message": "slow"})).with("retry-after", "7"),
    )
    .await;
    let limited = github(&server).checks(&at(), &head()).await;
    assert!(
        matches!(limited, Err(GitHubError::Limited { .. })),
        "{limited:?}"
    );
}

#[tokio::test]
async fn what_is_not_granted_is_left_out_of_the_token_and_named() {
    let server = Server::start(|seen| match (seen.path(), seen.mints()) {
        (_, true) if seen.body["permissions"].get("actions").is_some() => {
            status(422, json!({"message": "The permissions requested are not granted to this installation."}))
        }
        ("/app/installations/5", _) => {
            ok(json!({"id": 5, "permissions": {"checks": "write", "statuses": "read", "contents": "write"}}))
        }
        (path, _) if path.ends_with("/check-runs") => ok(json!({"check_runs": []})),
        (path, _) if path.ends_with("/status") => ok(json!({"statuses": []})),
        (path, _) if path.contains("/actions/") => {
            status(403, json!({"message": "Resource not accessible by integration"}))
        }
        _ => standard(seen),
    })
    .await;
    let github = github(&server);
    let read = github.checks(&at(), &head()).await.expect("read");
    assert_eq!(
        (read.state, read.unread),
        (ChecksState::None, vec!["actions"])
    );
    let minted = server
        .seen()
        .into_iter()
        .rfind(Seen::mints)
        .expect("a mint");
    assert_eq!(
        minted.body["permissions"],
        json!({"checks": "read", "statuses": "read", "metadata": "read"})
    );
}

#[tokio::test]
async fn a_plan_without_rule_sets_requires_nothing() {
    let server = Server::start(|seen| match seen.path() {
        "/repos/octo/hello/branches/main" => ok(json!({
            "name": "main", "protected": true,
            "protection": {"enabled": true, "required_status_checks": {"enforcement_level": "off", "contexts": ["old"], "checks": []}},
        })),
        "/repos/octo/hello/rules/branches/main" => {
            status(403, json!({"message": "Upgrade to GitHub Pro or make this repository public to enable this feature."}))
        }
        _ => standard(seen),
    })
    .await;
    assert_eq!(
        github(&server).required_checks(&at(), "main").await,
        Ok(Vec::new())
    );
}

#[tokio::test]
async fn large_numbers_of_graphql_are_read_and_pages_followed() {
    let thread = |id: &str, comment: &str| {
        json!({
            "id": id, "isResolved": false, "isOutdated": true, "path": "p", "line": null, "originalLine": 3,
            "comments": {"nodes": [{
                "fullDatabaseId": comment, "body": "b", "diffHunk": "h", "url": "u", "updatedAt": "2026-01-01T00:00:00Z",
                "author": {"__typename": "Bot", "login": "skep-test", "databaseId": super::BOT}, "pullRequestReview": null,
            }]},
        })
    };
    let server = Server::start(move |seen| match seen.path() {
        "/graphql" => {
            let second = seen.body["variables"]["after"] == json!("c1");
            let (id, number) = if second { ("T2", "4294967297") } else { ("T1", "4294967296") };
            let page = json!({"hasNextPage": !second, "endCursor": "c1"});
            let empty = json!({"id": "T0", "isResolved": false, "path": "p", "line": 1, "originalLine": 1, "comments": {"nodes": []}});
            let threads = json!({"pageInfo": page, "nodes": [thread(id, number), empty]});
            ok(json!({"data": {"repository": {"pullRequest": {"reviewThreads": threads}}}}))
        }
        _ => standard(seen),
    })
    .await;
    let threads = github(&server)
        .review_threads(&at(), super::ISSUE)
        .await
        .expect("threads");
    let seen: Vec<_> = threads
        .iter()
        .map(|t| {
            (
                t.id.as_str(),
                t.first_comment,
                t.line,
                t.started_by.as_str(),
            )
        })
        .collect();
    let expected = [
        ("T1", 4_294_967_296, Some(3), "skep-test[bot]"),
        ("T2", 4_294_967_297, Some(3), "skep-test[bot]"),
    ];
    assert_eq!(seen, expected);
    assert_eq!(threads[0].comments[0].author.id.0, super::BOT);
}
