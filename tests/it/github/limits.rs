//! R18, R19: the pace, and the silence GitHub asks for.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::{Value, json};
use skep::core::effect::{Reaction, Worth};
use skep::core::failure::{Failure, Room};
use skep::core::ids::InstallationId;
use skep::github::{At, GitHub, GitHubError, Purpose};

use super::server::{Reply, Server, http_date, ok, standard, status};
use super::{ISSUE, NOW, at, config, github};

/// Its name, the answer, and the seconds it stands for.
type PauseCase = (&'static str, fn() -> Reply, u64);

fn pauses() -> Vec<PauseCase> {
    vec![
        (
            "429",
            || status(429, json!({})).with("retry-after", "70"),
            70,
        ),
        (
            "403 retry-after",
            || status(403, json!({"message": "x"})).with("retry-after", "70"),
            70,
        ),
        (
            "secondary",
            || {
                status(
                    403,
                    json!({"message": "You have exceeded a secondary rate limit. Please wait a few minutes"}),
                )
            },
            60,
        ),
        (
            "primary",
            || {
                status(
                    403,
                    json!({"message": "API rate limit exceeded for installation ID 5."}),
                )
                .with("x-ratelimit-remaining", "0")
                .with("x-ratelimit-reset", (NOW / 1000 + 99).to_string())
                .with("date", http_date(NOW))
            },
            100,
        ),
        (
            "too quick",
            || {
                status(
                    422,
                    json!({"message": "Validation Failed", "errors": ["was submitted too quickly"]}),
                )
            },
            300,
        ),
    ]
}

#[tokio::test]
async fn nothing_is_sent_inside_a_pause() {
    for (name, reply, seconds) in pauses() {
        let server = Server::start(move |seen| match seen.path().ends_with("/comments") {
            true => reply(),
            false => standard(seen),
        })
        .await;
        let (github, at) = (github(&server), at());
        let error = github
            .create_comment(&at, ISSUE, "x")
            .await
            .expect_err("limited");
        assert_eq!(
            error,
            GitHubError::Limited {
                after: Duration::from_secs(seconds)
            },
            "{name}"
        );
        let before = server.seen().len();

        let (read, react, edit) = tokio::join!(
            github.issue(&at, ISSUE),
            github.react_to_issue(&at, ISSUE, Reaction::Eyes),
            github.edit_comment(&at, skep::core::ids::CommentId(1), "x"),
        );
        for outcome in [read.map(drop), react, edit] {
            let Failure::Retry {
                after: Some(after), ..
            } = Failure::from(outcome.expect_err("paused"))
            else {
                panic!("{name}: a pause is retried")
            };
            assert!(
                after.as_secs() >= seconds - 5 && after.as_secs() <= seconds,
                "{name}: {after:?}"
            );
        }
        assert_eq!(server.seen().len(), before, "{name}");

        let elsewhere = At {
            installation: InstallationId(6),
            ..at
        };
        assert!(
            matches!(
                github.issue(&elsewhere, ISSUE).await,
                Err(GitHubError::NotFound { .. })
            ),
            "{name}"
        );
    }
}

#[tokio::test]
async fn the_last_request_of_the_hour_succeeds_and_the_next_is_not_sent() {
    let server = Server::start(|seen| match seen.path().ends_with("/comments") {
        true => status(201, json!({"id": 1}))
            .with("x-ratelimit-remaining", "0")
            .with("x-ratelimit-reset", (NOW / 1000 + 99).to_string()),
        false => standard(seen),
    })
    .await;
    let github = github(&server);
    github
        .create_comment(&at(), ISSUE, "x")
        .await
        .expect("done");
    assert!(matches!(
        github.issue(&at(), ISSUE).await,
        Err(GitHubError::Limited { .. })
    ));
}

#[tokio::test]
async fn graphql_errors_come_with_status_200() {
    let server = Server::start(|seen| match seen.path() {
        "/graphql" if seen.body["query"] == "query { a }" => ok(json!({"data": {"a": 3}})),
        "/graphql" if seen.body["query"] == "query { b }" => {
            ok(json!({"data": null, "errors": [{"type": "NOT_FOUND", "message": "no such b"}]}))
        }
        "/graphql" if seen.body["query"] == "query { d }" => {
            ok(json!({"data": null, "errors": [{"type": "UNPROCESSABLE", "message": "not so"}]}))
        }
        "/graphql" if seen.body["query"] == "query { e }" => {
            let message = "Resource not accessible by integration";
            ok(json!({"data": null, "errors": [{"type": "FORBIDDEN", "message": message}]}))
        }
        "/graphql" => {
            ok(json!({"errors": [{"type": "RATE_LIMITED", "message": "API rate limit exceeded"}]}))
                .with("retry-after", "33")
        }
        _ => standard(seen),
    })
    .await;
    let (github, at) = (github(&server), at());
    let value: Value = github
        .graphql(&at, Purpose::Read, "query { a }", json!({}))
        .await
        .expect("data");
    assert_eq!(value, json!({"a": 3}));
    let wrong = async |query| {
        github
            .graphql::<Value>(&at, Purpose::Review, query, json!({}))
            .await
            .expect_err("an error")
    };
    assert!(matches!(
        wrong("query { b }").await,
        GitHubError::NotFound { .. }
    ));
    let refused = wrong("query { d }").await;
    assert!(
        matches!(&refused, GitHubError::Invalid { message, .. } if message == "UNPROCESSABLE not so"),
        "{refused:?}"
    );
    let lacking = wrong("query { e }").await.to_string();
    assert!(
        lacking.contains("contents=write") && lacking.contains("pull_requests=write"),
        "{lacking}"
    );
    let limited = github
        .graphql::<Value>(&at, Purpose::Comment, "mutation { c }", json!({}))
        .await;
    assert_eq!(
        limited,
        Err(GitHubError::Limited {
            after: Duration::from_secs(33)
        })
    );
    assert!(matches!(
        github.issue(&at, ISSUE).await,
        Err(GitHubError::Limited { .. })
    ));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn changes_of_one_installation_go_one_at_a_time() {
    let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (inside, peak) = (Arc::clone(&now), Arc::clone(&most));
    let server = Server::start(move |seen| match seen.path().ends_with("/comments") {
        true => {
            peak.fetch_max(inside.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            std::thread::sleep(Duration::from_millis(5));
            inside.fetch_sub(1, Ordering::SeqCst);
            status(201, json!({"id": 1}))
        }
        false => standard(seen),
    })
    .await;
    let (github, at) = (github(&server), at());
    let all =
        futures::future::join_all((0..10).map(|_| github.create_comment(&at, ISSUE, "x"))).await;
    assert!(all.iter().all(Result::is_ok));
    assert_eq!(
        (
            server.count(|seen| seen.path().ends_with("/comments")),
            most.load(Ordering::SeqCst)
        ),
        (10, 1)
    );
}

#[tokio::test]
async fn a_receipt_overtakes_comments_that_wait() {
    let server = Server::start(|seen| match seen.method.as_str() {
        "POST" if !seen.mints() => status(201, json!({"id": 1})),
        _ => standard(seen),
    })
    .await;
    let mut config = config(&server);
    config.pace.burst = 1;
    config.pace.per_second = 10;
    let github = GitHub::new(config).expect("a working configuration");
    let at = at();
    github.token(&at, Purpose::Comment).await.expect("minted");
    let (a, b, c, receipt) = tokio::join!(
        github.create_comment(&at, ISSUE, "a"),
        github.create_comment(&at, ISSUE, "b"),
        github.create_comment(&at, ISSUE, "c"),
        github.react_to_issue(&at, ISSUE, Reaction::Eyes),
    );
    assert!(a.is_ok() && b.is_ok() && c.is_ok() && receipt.is_ok());
    let bodies: Vec<Value> = server
        .seen()
        .into_iter()
        .skip(1)
        .map(|seen| seen.body)
        .collect();
    assert_eq!(
        bodies,
        [
            json!({"body": "a"}),
            json!({"content": "eyes"}),
            json!({"body": "b"}),
            json!({"body": "c"})
        ]
    );
}

#[tokio::test]
async fn a_restart_remembers_the_hour() {
    let server = Server::start(standard).await;
    let github = github(&server);
    github.seed_history(at().installation, &[(NOW - 1_000, Worth::High); 400]);
    let error = github
        .create_comment(&at(), ISSUE, "x")
        .await
        .expect_err("no room");
    let Failure::Held {
        after,
        room: Room::Creations,
        ..
    } = Failure::from(error)
    else {
        panic!("it comes back later, and that is no try")
    };
    assert!(after > Duration::from_secs(3_500), "{after:?}");
    assert_eq!(server.count(|seen| !seen.mints()), 0);
    // What creates nothing still goes through, once the pace has recovered.
    github.seed_history(InstallationId(6), &[(NOW - 3_600_001, Worth::High); 400]);
    let elsewhere = At {
        installation: InstallationId(6),
        ..at()
    };
    assert!(matches!(
        github.create_comment(&elsewhere, ISSUE, "x").await,
        Err(GitHubError::NotFound { .. })
    ));
}

#[tokio::test]
async fn reads_that_wait_behind_ten_others_see_the_pause() {
    let server = Server::start(|seen| match seen.mints() {
        true => standard(seen),
        false => status(429, json!({})).with("retry-after", "70"),
    })
    .await;
    let (github, at) = (github(&server), at());
    let all = futures::future::join_all((0..40).map(|_| github.issue(&at, ISSUE))).await;
    assert!(
        all.iter()
            .all(|outcome| matches!(outcome, Err(GitHubError::Limited { .. })))
    );
    let sent = server.count(|seen| !seen.mints());
    assert!((1..=10).contains(&sent), "{sent}");
}
