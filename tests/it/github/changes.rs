//! DESIGN section 4, C1: what may be repeated ends in the same.

use serde_json::{Value, json};
use skep::core::effect::Reaction;
use skep::core::event::PullStanding;
use skep::core::ids::IssueNumber;
use skep::github::{
    CheckConclusion, CheckReport, CheckStatus, GitHubError, NewPull, Opening, PullEdit,
};

use super::server::{Reply, Seen, Server, ok, standard, status};
use super::{BOT, ISSUE, at, github};

fn pull(number: i64, author: i64, branch: &str) -> Value {
    json!({
        "number": number, "state": "open", "created_at": "2023-11-14T22:13:20Z", "merged_at": null, "draft": true, "title": "t", "body": null,
        "user": {"login": "x", "id": author, "type": "Bot"}, "labels": [{"name": "role:swe"}],
        "head": {"ref": branch, "sha": "a".repeat(40)}, "base": {"ref": "main", "sha": "b".repeat(40)},
        "html_url": "https://github.example/octo/hello/pull/1",
    })
}

fn new_pull() -> NewPull {
    NewPull {
        title: "t".into(),
        head: "agent/12-x".into(),
        base: "main".into(),
        body: "b".into(),
        draft: true,
    }
}

fn posts_pull(seen: &Seen) -> bool {
    seen.is("POST", "/repos/octo/hello/pulls")
}

#[tokio::test]
async fn a_pull_request_is_opened_as_asked() {
    let server = Server::start(|seen| match posts_pull(seen) {
        true => status(201, pull(4, BOT, "agent/12-x")),
        false => standard(seen),
    })
    .await;
    let opened = github(&server)
        .create_pull(&at(), &new_pull())
        .await
        .expect("opened");
    assert_eq!(
        (opened.pull.number.0, opened.opening, opened.pull.state),
        (4, Opening::AsAsked, PullStanding::Open)
    );
    let sent = server.seen().pop().expect("a request").body;
    assert_eq!(
        sent,
        json!({"title": "t", "head": "agent/12-x", "base": "main", "body": "b", "draft": true})
    );
}

#[tokio::test]
async fn without_drafts_an_ordinary_one_is_opened_and_said_so() {
    let server = Server::start(|seen| match posts_pull(seen) {
        true if seen.body["draft"] == json!(true) => status(
            422,
            json!({"message": "Validation Failed", "errors": [{"message": "Draft pull requests are not supported in this repository."}]}),
        ),
        true => status(201, pull(4, BOT, "agent/12-x")),
        false => standard(seen),
    })
    .await;
    let opened = github(&server)
        .create_pull(&at(), &new_pull())
        .await
        .expect("opened");
    assert_eq!(opened.opening, Opening::DraftRefused);
    assert_eq!(server.count(posts_pull), 2);
}

#[tokio::test]
async fn ours_is_adopted_and_a_strangers_is_not() {
    for (author, ours) in [(BOT, true), (8, false)] {
        let server = Server::start(move |seen| match (seen.method.as_str(), seen.path()) {
            ("POST", "/repos/octo/hello/pulls") => status(
                422,
                json!({"message": "Validation Failed", "errors": [{"message": "A pull request already exists for octo:agent/12-x."}]}),
            ),
            // GitHub lists everything when it cannot read `head`.
            ("GET", "/repos/octo/hello/pulls") => {
                ok(json!([pull(9, BOT, "agent/13-y"), pull(4, author, "agent/12-x")]))
            }
            _ => standard(seen),
        })
        .await;
        let github = github(&server);
        match github.create_pull(&at(), &new_pull()).await {
            Ok(opened) => {
                assert!(ours && opened.opening == Opening::Adopted && opened.pull.number.0 == 4)
            }
            Err(error) => assert!(
                !ours && matches!(error, GitHubError::Invalid { .. }),
                "{error:?}"
            ),
        }
        let look = server.seen().pop().expect("a request");
        assert!(
            look.target.contains("head=octo%3Aagent%2F12-x&state=all"),
            "{}",
            look.target
        );
        assert_eq!(server.count(posts_pull), 1);
    }
}

#[tokio::test]
async fn a_merged_pull_request_is_merged_and_an_edit_sends_only_what_changes() {
    let server = Server::start(|seen| match seen.path() {
        "/repos/octo/hello/pulls/4" => {
            let mut merged = pull(4, BOT, "agent/12-x");
            merged["state"] = json!("closed");
            merged["merged_at"] = json!("2023-11-14T22:13:20Z");
            ok(merged)
        }
        _ => standard(seen),
    })
    .await;
    let github = github(&server);
    let number = IssueNumber(4);
    assert_eq!(
        github.pull(&at(), number).await.expect("read").state,
        PullStanding::Merged
    );
    let edit = PullEdit {
        body: Some("b".into()),
        ..PullEdit::default()
    };
    github
        .edit_pull(&at(), number, &edit)
        .await
        .expect("edited");
    assert_eq!(
        server.seen().pop().expect("a request").body,
        json!({"body": "b"})
    );
}

#[tokio::test]
async fn texts_are_cut_before_github_refuses_them() {
    let server = Server::start(|seen| match seen.method.as_str() {
        "POST" if seen.path().ends_with("/comments") => status(201, json!({"id": 1})),
        "POST" if posts_pull(seen) => status(201, pull(4, BOT, "agent/12-x")),
        _ => standard(seen),
    })
    .await;
    let github = github(&server);
    let long = "🐝".repeat(200_000);
    github
        .create_comment(&at(), ISSUE, &long)
        .await
        .expect("posted");
    github
        .create_pull(
            &at(),
            &NewPull {
                title: long.clone(),
                body: long,
                ..new_pull()
            },
        )
        .await
        .expect("opened");
    let length = |seen: &Seen, field: &str| {
        seen.body[field]
            .as_str()
            .map_or(0, |text| text.chars().count())
    };
    let seen = server.seen();
    let comment = seen
        .iter()
        .find(|seen| seen.path().ends_with("/comments"))
        .expect("a comment");
    let opened = seen
        .iter()
        .find(|seen| posts_pull(seen))
        .expect("a pull request");
    assert_eq!(
        (
            length(comment, "body"),
            length(opened, "body"),
            length(opened, "title")
        ),
        (65_000, 65_000, 256)
    );
}

#[tokio::test]
async fn what_is_gone_already_is_fine_and_what_is_there_is_left() {
    let server = Server::start(|seen| match (seen.method.as_str(), seen.path()) {
        ("GET", "/repos/octo/hello/labels/agent%3Ago") => ok(json!({"name": "agent:go"})),
        ("POST", "/repos/octo/hello/labels") => status(
            422,
            json!({"message": "Validation Failed", "errors": [{"resource": "Label", "code": "already_exists", "field": "name"}]}),
        ),
        _ => standard(seen),
    })
    .await;
    let (github, at) = (github(&server), at());
    github
        .remove_label(&at, ISSUE, "agent:queued")
        .await
        .expect("not there");
    github
        .ensure_label(&at, "agent:go", "00ff00", "go")
        .await
        .expect("there");
    assert_eq!(
        server.count(|seen| seen.is("POST", "/repos/octo/hello/labels")),
        0
    );
    github
        .ensure_label(
            &at,
            "role:swe",
            "00ff00",
            "made by another at the same time",
        )
        .await
        .expect("there");
    assert_eq!(
        server.count(|seen| seen.is(
            "DELETE",
            "/repos/octo/hello/issues/12/labels/agent%3Aqueued"
        )),
        1
    );
}

#[tokio::test]
async fn only_our_own_reaction_is_taken_back() {
    let server = Server::start(|seen| match (seen.method.as_str(), seen.path()) {
        ("GET", "/repos/octo/hello/issues/12/reactions") => {
            ok(json!([{"id": 1, "user": {"login": "mona", "id": 8}}, {"id": 2, "user": {"login": "skep", "id": BOT}}, {"id": 3, "user": null}]))
        }
        ("POST", "/repos/octo/hello/issues/12/reactions") => ok(json!({"id": 2})),
        ("DELETE", _) => Reply::Answer(204, Vec::new(), String::new()),
        _ => standard(seen),
    })
    .await;
    let (github, at) = (github(&server), at());
    github
        .react_to_issue(&at, ISSUE, Reaction::ThumbsUp)
        .await
        .expect("reacted");
    assert_eq!(
        server.seen().pop().expect("a request").body,
        json!({"content": "+1"})
    );
    github
        .unreact_from_issue(&at, ISSUE, Reaction::ThumbsUp)
        .await
        .expect("taken back");
    let seen = server.seen();
    let deleted: Vec<&str> = seen
        .iter()
        .filter(|seen| seen.method == "DELETE")
        .map(Seen::path)
        .collect();
    assert_eq!(deleted, ["/repos/octo/hello/issues/12/reactions/2"]);
    assert_eq!(
        server.count(|seen| seen.target.contains("content=%2B1&")),
        1
    );
}

#[tokio::test]
async fn a_check_run_is_created_once_and_then_updated() {
    let sha = "a".repeat(40);
    let server = Server::start(move |seen| match (seen.method.as_str(), seen.path()) {
        ("GET", path) if path.ends_with("/check-runs") && seen.nth == 0 => {
            ok(json!({"check_runs": [{"id": 1, "external_id": "other", "status": "completed"}]}))
        }
        ("GET", path) if path.ends_with("/check-runs") && seen.nth == 1 => {
            ok(json!({"check_runs": [{"id": 5, "external_id": "e", "status": "in_progress"}]}))
        }
        ("GET", path) if path.ends_with("/check-runs") => {
            let older = json!({"id": 4, "external_id": "e", "status": "in_progress"});
            ok(json!({"check_runs": [older, {"id": 5, "external_id": "e", "status": "completed"}]}))
        }
        ("POST", "/repos/octo/hello/check-runs") => status(
            201,
            json!({"id": 5, "external_id": "e", "status": "in_progress"}),
        ),
        ("PATCH", "/repos/octo/hello/check-runs/5") => {
            ok(json!({"id": 5, "external_id": "e", "status": "completed"}))
        }
        _ => standard(seen),
    })
    .await;
    let mut report = CheckReport {
        head_sha: sha.parse().expect("a sha"),
        name: "skep".into(),
        external_id: "e".into(),
        status: CheckStatus::InProgress,
        title: "t".into(),
        summary: "s".into(),
        details_url: Some("https://skep.example/tasks/octo/hello/12".into()),
    };
    let (github, at) = (github(&server), at());
    github.put_check(&at, &report).await.expect("created");
    let created = server.seen().pop().expect("a request");
    assert_eq!(
        (created.method.as_str(), &created.body["head_sha"]),
        ("POST", &json!(sha))
    );
    report.status = CheckStatus::Completed(CheckConclusion::TimedOut);
    github.put_check(&at, &report).await.expect("updated");
    let updated = server.seen().pop().expect("a request");
    assert_eq!(
        (updated.method.as_str(), &updated.body["conclusion"]),
        ("PATCH", &json!("timed_out"))
    );
    assert_eq!(updated.body.get("head_sha"), None);
    // What is over may end otherwise, and cannot go on: that is a new run.
    github.put_check(&at, &report).await.expect("updated");
    assert_eq!(server.seen().pop().expect("a request").method, "PATCH");
    report.status = CheckStatus::InProgress;
    github.put_check(&at, &report).await.expect("created");
    let anew = server.seen().pop().expect("a request");
    assert_eq!(
        (anew.method.as_str(), &anew.body["details_url"]),
        ("POST", &json!("https://skep.example/tasks/octo/hello/12"))
    );
}
