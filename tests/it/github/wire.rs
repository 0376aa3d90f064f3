//! R16, R17, R27: nothing twice, nothing for ever, no credential elsewhere.

use std::time::Duration;

use serde_json::json;
use skep::core::effect::Reaction;
use skep::core::failure::Failure;
use skep::github::{CheckReport, CheckStatus, GitHub, GitHubError, NewPull, PullEdit, Timeouts};

use super::server::{Reply, Seen, Server, ok, standard, status};
use super::{ISSUE, at, config, github};

type Fault = fn() -> Reply;

fn faults() -> [(&'static str, Fault); 3] {
    [
        ("502", || status(502, json!({"message": "Server Error"}))),
        ("reset", || Reply::Reset),
        ("hang", || Reply::Hang),
    ]
}

fn is_change(seen: &Seen) -> bool {
    seen.method != "GET" && !seen.mints()
}

async fn each_change(github: &GitHub) -> Vec<(&'static str, Result<(), GitHubError>)> {
    let (at, comment) = (at(), skep::core::ids::CommentId(9));
    let pull = NewPull {
        title: "t".into(),
        head: "agent/12-x".into(),
        base: "main".into(),
        body: "b".into(),
        draft: true,
    };
    let check = CheckReport {
        head_sha: "a".repeat(40).parse().expect("a sha"),
        name: "skep".into(),
        external_id: "e".into(),
        status: CheckStatus::InProgress,
        title: "t".into(),
        summary: "s".into(),
        details_url: None,
    };
    vec![
        (
            "create_comment",
            github.create_comment(&at, ISSUE, "hello").await.map(drop),
        ),
        (
            "edit_comment",
            github.edit_comment(&at, comment, "hello").await,
        ),
        (
            "react_to_issue",
            github.react_to_issue(&at, ISSUE, Reaction::Eyes).await,
        ),
        (
            "react_to_comment",
            github.react_to_comment(&at, comment, Reaction::Eyes).await,
        ),
        (
            "ensure_label",
            github.ensure_label(&at, "agent:go", "00ff00", "go").await,
        ),
        (
            "add_labels",
            github.add_labels(&at, ISSUE, &["agent:queued"]).await,
        ),
        (
            "add_pull_labels",
            github.add_pull_labels(&at, ISSUE, &["role:swe"]).await,
        ),
        (
            "remove_label",
            github.remove_label(&at, ISSUE, "agent:queued").await,
        ),
        (
            "create_pull",
            github.create_pull(&at, &pull).await.map(drop),
        ),
        (
            "edit_pull",
            github
                .edit_pull(&at, ISSUE, &PullEdit::default())
                .await
                .map(drop),
        ),
        ("put_check", github.put_check(&at, &check).await.map(drop)),
        ("redeliver", github.redeliver(1).await),
    ]
}

fn quiet(seen: &Seen) -> Reply {
    if seen.path().ends_with("/check-runs") {
        ok(json!({"check_runs": []}))
    } else {
        standard(seen)
    }
}

#[tokio::test]
async fn a_change_with_an_unknown_outcome_is_sent_once() {
    for (name, fault) in faults() {
        let server = Server::start(move |seen| {
            if is_change(seen) {
                fault()
            } else {
                quiet(seen)
            }
        })
        .await;
        let mut config = config(&server);
        config.timeouts.total = Duration::from_millis(300);
        config.pace.burst = 100;
        let github = GitHub::new(config).expect("a working configuration");
        let outcomes = each_change(&github).await;
        for (call, outcome) in &outcomes {
            assert!(
                matches!(outcome, Err(GitHubError::Unknown { .. })),
                "{name} {call}: {outcome:?}"
            );
        }
        assert_eq!(
            server.count(is_change),
            outcomes.len(),
            "{name}: {:#?}",
            server.seen()
        );
    }
}

#[tokio::test]
async fn a_read_that_hangs_ends_in_time_and_may_be_repeated() {
    let server = Server::start(|seen| {
        if seen.mints() {
            standard(seen)
        } else {
            Reply::Hang
        }
    })
    .await;
    let mut config = config(&server);
    config.timeouts = Timeouts {
        total: Duration::from_millis(200),
        ..config.timeouts
    };
    let github = GitHub::new(config).expect("a working configuration");
    let error = tokio::time::timeout(Duration::from_secs(5), github.issue(&at(), ISSUE))
        .await
        .expect("it ends");
    let error = error.expect_err("no answer");
    assert!(matches!(error, GitHubError::Unanswered { .. }), "{error:?}");
    assert!(matches!(
        Failure::from(error),
        Failure::Retry { after: None, .. }
    ));
}

#[tokio::test]
async fn the_defaults_are_five_and_thirty_seconds() {
    let defaults = Timeouts::default();
    assert_eq!(
        (defaults.connect.as_secs(), defaults.total.as_secs()),
        (5, 30)
    );
}

#[tokio::test]
async fn a_server_that_is_not_there_got_nothing() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let server = Server::start(standard).await;
    let mut config = config(&server);
    config.api_url = format!("http://{}", listener.local_addr().expect("an address"))
        .parse()
        .expect("an address");
    drop(listener);
    let github = GitHub::new(config).expect("a working configuration");
    let error = github
        .create_comment(&at(), ISSUE, "hello")
        .await
        .expect_err("nobody listens");
    assert!(
        matches!(error, GitHubError::Unreachable { .. }),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_redirect_never_leaves_the_api_host() {
    let canary = Server::start(|_| ok(json!({}))).await;
    let elsewhere = format!("{}repos/octo/hello/issues/12", canary.url());
    for code in [301, 302, 307, 308] {
        let elsewhere = elsewhere.clone();
        let server = Server::start(move |seen| match seen.path() {
            "/repos/octo/hello/issues/12" | "/repos/octo/hello/issues/12/comments" => {
                status(code, json!({})).with("location", elsewhere.clone())
            }
            _ => standard(seen),
        })
        .await;
        let github = github(&server);
        let read = github.issue(&at(), ISSUE).await;
        assert!(
            matches!(read, Err(GitHubError::LedAway { .. })),
            "{code}: {read:?}"
        );
        let change = github.create_comment(&at(), ISSUE, "hello").await;
        assert!(
            matches!(change, Err(GitHubError::LedAway { .. })),
            "{code}: {change:?}"
        );
    }
    assert_eq!(canary.seen().len(), 0);
}

#[tokio::test]
async fn a_renamed_repository_is_followed_with_method_body_and_credential() {
    let server = Server::start(|seen| match seen.path() {
        "/repos/octo/hello/issues/12/comments" => {
            status(307, json!({})).with("location", "/repositories/77/issues/12/comments")
        }
        "/repositories/77/issues/12/comments" => status(201, json!({"id": 31})),
        _ => standard(seen),
    })
    .await;
    let id = github(&server)
        .create_comment(&at(), ISSUE, "hello")
        .await
        .expect("posted");
    assert_eq!(id.0, 31);
    let seen = server.seen();
    let last = seen.last().expect("requests");
    assert!(last.is("POST", "/repositories/77/issues/12/comments"));
    assert_eq!(
        (last.header("authorization"), &last.body),
        (Some("Bearer ghs_1"), &json!({"body": "hello"}))
    );
}

#[tokio::test]
async fn a_redirect_to_a_numbered_repository_elsewhere_is_followed_at_home() {
    let canary = Server::start(|_| ok(json!({}))).await;
    let elsewhere = format!("{}api/v3/repositories/77/issues/12/comments", canary.url());
    let server = Server::start(move |seen| match seen.path() {
        "/repos/octo/hello/issues/12/comments" => {
            status(307, json!({})).with("location", elsewhere.clone())
        }
        "/repositories/77/issues/12/comments" => status(201, json!({"id": 31})),
        _ => standard(seen),
    })
    .await;
    let id = github(&server)
        .create_comment(&at(), ISSUE, "hello")
        .await
        .expect("posted");
    assert_eq!((id.0, canary.seen().len()), (31, 0));
}

#[tokio::test]
async fn errors_and_their_debug_text_hold_no_secret() {
    let server = Server::start(|seen| match seen.path() {
        path if path.ends_with("/comments") => status(500, json!({})),
        _ => standard(seen),
    })
    .await;
    let github = github(&server);
    let read = github
        .comments(&at(), ISSUE, Some(1))
        .await
        .expect_err("refused");
    let change = github
        .create_comment(&at(), ISSUE, "hello")
        .await
        .expect_err("refused");
    for text in [format!("{read} {read:?}"), format!("{change} {change:?}")] {
        assert!(
            !text.contains("ghs_") && !text.contains("since") && text.contains("/repos/octo/hello"),
            "{text}"
        );
    }
}

#[tokio::test]
async fn an_https_root_is_built_or_says_what_is_missing() {
    let server = Server::start(standard).await;
    let mut config = config(&server);
    config.api_url = "https://api.github.com".parse().expect("an address");
    if let Err(error) = GitHub::new(config.clone()) {
        assert!(error.to_string().contains("CA certificates"), "{error}");
    }
    config.api_url = "ftp://api.github.com".parse().expect("an address");
    assert!(matches!(
        GitHub::new(config),
        Err(GitHubError::Unbuildable { .. })
    ));
}
