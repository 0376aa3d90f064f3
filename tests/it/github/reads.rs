//! R20, R26, R46: what is read, page by page, and never across installations.

use serde_json::{Value, json};
use skep::core::ids::{InstallationId, RepositoryId};
use skep::github::{At, GitHubError, PermissionLevel};

use super::server::{Reply, Seen, Server, ok, standard, status};
use super::{BOT, ISSUE, at, github};

const TIME: &str = "2023-11-14T22:13:20Z";

fn comment(id: i64, author: i64, body: &str) -> Value {
    json!({
        "id": id, "body": body, "created_at": TIME, "updated_at": TIME,
        "user": {"login": format!("u{author}"), "id": author, "type": "User"},
    })
}

fn issue(number: i64, extra: Value) -> Value {
    let mut issue = json!({
        "number": number, "id": 1000 + number, "title": "T", "body": null, "state": "open", "state_reason": null,
        "labels": [{"name": "agent:go"}], "user": null, "locked": false, "created_at": TIME, "updated_at": TIME,
        "comments": 2,
    });
    for (key, value) in extra.as_object().expect("an object") {
        issue[key] = value.clone();
    }
    issue
}

fn paged(seen: &Seen, pages: [Value; 3]) -> Reply {
    let page = seen
        .target
        .split("page=")
        .last()
        .and_then(|n| n.parse::<usize>().ok())
        .filter(|n| *n < 4)
        .unwrap_or(1);
    let host = seen.header("host").expect("a host");
    let reply = ok(pages[page - 1].clone());
    let target = seen.path();
    match page {
        3 => reply.with(
            "link",
            format!("<http://{host}{target}?page=1>; rel=\"first\""),
        ),
        n => reply.with(
            "link",
            format!("<http://{host}{target}?page={}>; rel=\"next\"", n + 1),
        ),
    }
}

#[tokio::test]
async fn a_list_is_read_to_its_last_page() {
    let server = Server::start(|seen| match seen.path() {
        "/repos/octo/hello/issues/12/comments" => paged(
            seen,
            [1, 2, 3].map(|n| json!([comment(n, 8, "x"), comment(n + 10, 8, "y")])),
        ),
        _ => standard(seen),
    })
    .await;
    let comments = github(&server)
        .comments(&at(), ISSUE, Some(1_700_000_000_123))
        .await
        .expect("read");
    assert_eq!(
        comments
            .iter()
            .map(|comment| comment.id.0)
            .collect::<Vec<_>>(),
        [1, 11, 2, 12, 3, 13]
    );
    assert_eq!(comments[0].created_at, 1_700_000_000_000);
    let first = &server.seen()[1];
    assert_eq!(
        first.target,
        "/repos/octo/hello/issues/12/comments?per_page=100&since=2023-11-14T22:13:20Z"
    );
}

#[tokio::test]
async fn a_next_page_at_another_address_is_read_at_ours() {
    let canary = Server::start(|_| ok(json!([]))).await;
    let inner = format!("{}api/v3/repositories/77/issues/12/comments", canary.url());
    let server = Server::start(move |seen| match seen.path() {
        "/repos/octo/hello/issues/12/comments" => {
            let next = format!("<{inner}?per_page=100&page=2>; rel=\"next\"");
            match seen.target.contains("page=2") {
                false => ok(json!([comment(1, 8, "x")])).with("link", next),
                // It names itself as the next page, for ever.
                true => ok(json!([comment(2, 8, "y")])).with("link", next),
            }
        }
        _ => standard(seen),
    })
    .await;
    let comments = github(&server)
        .comments(&at(), ISSUE, None)
        .await
        .expect("read");
    assert_eq!(
        comments
            .iter()
            .map(|comment| comment.id.0)
            .collect::<Vec<_>>(),
        [1, 2]
    );
    assert_eq!(canary.seen().len(), 0, "nothing goes elsewhere");
}

#[tokio::test]
async fn a_link_that_names_no_page_ends_the_list() {
    let server = Server::start(|seen| match seen.path() {
        "/repos/octo/hello/issues/12/comments" => {
            ok(json!([])).with("link", "<http://127.0.0.1:1/x>; rel=\"next\"")
        }
        _ => standard(seen),
    })
    .await;
    assert_eq!(
        github(&server)
            .comments(&at(), ISSUE, None)
            .await
            .expect("read"),
        []
    );
}

#[tokio::test]
async fn our_comment_is_found_by_marker_and_author() {
    let marker = "<!-- skep:e-17 -->";
    let server = Server::start(move |seen| match seen.path() {
        "/repos/octo/hello/issues/12/comments" => ok(json!([
            comment(1, 8, "I quote <!-- skep:e-17 -->"),
            comment(2, BOT, "<!-- skep:e-18 -->"),
            comment(3, BOT, "hello\n<!-- skep:e-17 -->"),
        ])),
        _ => standard(seen),
    })
    .await;
    let github = github(&server);
    assert_eq!(
        github
            .find_comment(&at(), ISSUE, None, marker)
            .await
            .expect("read")
            .map(|id| id.0),
        Some(3)
    );
    assert_eq!(
        github
            .find_comment(&at(), ISSUE, None, "e-19")
            .await
            .expect("read"),
        None
    );
}

#[tokio::test]
async fn a_body_never_crosses_to_another_installation_and_304_is_understood() {
    let server = Server::start(|seen| match (seen.path(), seen.header("if-none-match")) {
        ("/repos/octo/hello/issues/12", Some("\"v1\"")) => {
            Reply::Answer(304, Vec::new(), String::new())
        }
        ("/repos/octo/hello/issues/12", _) => ok(issue(12, json!({}))).with("etag", "\"v1\""),
        _ => standard(seen),
    })
    .await;
    let github = github(&server);
    let other = At {
        installation: InstallationId(6),
        repository: RepositoryId(78),
        ..at()
    };
    let first = github.issue(&at(), ISSUE).await.expect("read");
    let again = github.issue(&at(), ISSUE).await.expect("read");
    assert_eq!(first, again);
    github.issue(&other, ISSUE).await.expect("read");
    let tags: Vec<Option<String>> = server
        .seen()
        .iter()
        .filter(|seen| seen.method == "GET")
        .map(|seen| seen.header("if-none-match").map(str::to_owned))
        .collect();
    assert_eq!(tags, [None, Some("\"v1\"".to_owned()), None]);
}

#[tokio::test]
async fn only_issues_are_listed_and_a_deleted_author_is_the_ghost() {
    let server = Server::start(|seen| match seen.path() {
        "/repos/octo/hello/issues" => ok(json!([
            issue(1, json!({})),
            issue(2, json!({"pull_request": {"url": "x"}})),
            issue(3, json!({"body": "b"}))
        ])),
        _ => standard(seen),
    })
    .await;
    let issues = github(&server)
        .open_issues_with_label(&at(), "agent:go & more")
        .await
        .expect("read");
    assert_eq!(
        issues
            .iter()
            .map(|issue| issue.number.0)
            .collect::<Vec<_>>(),
        [1, 3]
    );
    assert_eq!(
        (
            issues[0].author.login.as_str(),
            issues[0].body.as_str(),
            issues[1].body.as_str()
        ),
        ("ghost", "", "b")
    );
    assert!(issues[0].open && issues[0].labels == ["agent:go"]);
    assert!(
        server.seen()[1]
            .target
            .contains("labels=agent%3Ago%20%26%20more&")
    );
}

#[tokio::test]
async fn a_permission_is_fail_closed() {
    let server = Server::start(|seen| match seen.path() {
        "/repos/octo/hello/collaborators/mona/permission" => {
            ok(json!({"permission": "write", "role_name": "maintain", "user": {"id": 8, "login": "mona"}}))
        }
        "/repos/octo/hello/collaborators/tri/permission" => {
            ok(json!({"permission": "read", "role_name": "triage", "user": {"id": 9, "login": "tri"}}))
        }
        "/repos/octo/hello/collaborators/odd/permission" => status(500, json!({})),
        _ => standard(seen),
    })
    .await;
    let github = github(&server);
    let mona = github.permission(&at(), "mona").await.expect("read");
    assert_eq!(
        (mona.level, mona.user.map(|id| id.0)),
        (PermissionLevel::Maintain, Some(8))
    );
    let triager = github.permission(&at(), "tri").await.expect("read");
    assert_eq!(triager.level, PermissionLevel::Triage);
    let nobody = github.permission(&at(), "../../x").await.expect("read");
    assert_eq!(nobody.level, PermissionLevel::None);
    assert!(github.permission(&at(), "odd").await.is_err());
    assert_eq!(
        server.count(|seen| seen
            .path()
            .ends_with("/collaborators/..%2F..%2Fx/permission")),
        1
    );
}

#[tokio::test]
async fn a_new_repository_under_the_old_name_gets_nothing() {
    let server = Server::start(|seen| match seen.path() {
        "/repos/octo/hello" => ok(json!({
            "id": 99, "full_name": "octo/hello", "default_branch": "main", "archived": false, "private": false
        })),
        _ => standard(seen),
    })
    .await;
    let error = github(&server)
        .repository(&at())
        .await
        .expect_err("another one");
    assert_eq!(
        error,
        GitHubError::AnotherRepository {
            name: "octo/hello".into()
        }
    );
}

#[tokio::test]
async fn a_repository_under_its_new_name_is_the_same() {
    let server = Server::start(|seen| match seen.path() {
        "/repos/octo/hello" => status(301, json!({})).with("location", "/repositories/77"),
        "/repositories/77" => ok(json!({
            "id": 77, "full_name": "octo/world", "default_branch": "trunk", "archived": true, "private": false
        })),
        _ => standard(seen),
    })
    .await;
    let found = github(&server).repository(&at()).await.expect("followed");
    assert_eq!(
        (
            found.name.to_string().as_str(),
            found.default_branch.as_str(),
            found.archived
        ),
        ("octo/world", "trunk", true)
    );
}

#[tokio::test]
async fn files_and_branches_are_there_or_not() {
    let server = Server::start(|seen| match seen.target.as_str() {
        "/repos/octo/hello/contents/.github/agents/a%20b.md" => {
            ok(json!({"type": "file", "encoding": "base64", "content": "aGVsbG8g\nw6k=\n"}))
        }
        "/repos/octo/hello/contents/folder" => ok(json!([{"type": "file"}])),
        "/repos/octo/hello/contents/huge" => {
            ok(json!({"type": "file", "encoding": "none", "content": ""}))
        }
        "/repos/octo/hello/contents/binary" => {
            ok(json!({"type": "file", "encoding": "base64", "content": "/w=="}))
        }
        "/repos/octo/hello/branches/agent%2F12-x" => {
            ok(json!({"name": "agent/12-x", "commit": {"sha": "a".repeat(40)}, "protected": true}))
        }
        _ => standard(seen),
    })
    .await;
    let (github, at) = (github(&server), at());
    let file = github
        .contents(&at, ".github/agents/a b.md")
        .await
        .expect("read");
    assert_eq!(file.as_deref(), Some("hello é"));
    for path in ["folder", "huge", "binary", "absent"] {
        assert_eq!(
            github.contents(&at, path).await.expect("read"),
            None,
            "{path}"
        );
    }
    let head = github
        .branch(&at, "agent/12-x")
        .await
        .expect("read")
        .expect("there");
    assert_eq!((head.sha.short(), head.protected), ("aaaaaaaaaa", true));
    assert_eq!(github.branch(&at, "absent").await.expect("read"), None);
}

#[tokio::test]
async fn all_repositories_of_an_installation_take_an_unnarrowed_token_that_sees_names_only() {
    let repository = |id: i64| json!({"id": id, "full_name": format!("octo/r{id}"), "default_branch": "main", "archived": false, "private": true});
    let server = Server::start(move |seen| match seen.path() {
        "/installation/repositories" => paged(
            seen,
            [1, 2, 3].map(|n| json!({"repositories": [repository(n)]})),
        ),
        _ => standard(seen),
    })
    .await;
    let found = github(&server)
        .repositories(InstallationId(5))
        .await
        .expect("read");
    assert_eq!(
        found
            .iter()
            .map(|repository| repository.id.0)
            .collect::<Vec<_>>(),
        [1, 2, 3]
    );
    assert_eq!(
        server.seen()[0].body,
        json!({"permissions": {"metadata": "read"}})
    );
}

#[tokio::test]
async fn deliveries_are_paged_by_cursor_and_sent_again_by_attempt() {
    let server = Server::start(|seen| match seen.target.as_str() {
        "/app/hook/deliveries?per_page=100" => ok(json!([{
            "id": 3, "guid": "g", "delivered_at": TIME, "redelivery": false, "duration": 0.2, "status": "Bad Gateway",
            "status_code": 502, "event": "issues", "action": "labeled", "installation_id": 5, "repository_id": 77,
            "throttled_at": null,
        }]))
        .with("link", "<https://api.example/app/hook/deliveries?per_page=100&cursor=v1_2>; rel=\"next\""),
        "/app/hook/deliveries?per_page=100&cursor=v1_2" => ok(json!([])),
        "/app/hook/deliveries/3/attempts" => status(202, json!({})),
        _ => standard(seen),
    })
    .await;
    let github = github(&server);
    let page = github.hook_deliveries(None).await.expect("read");
    assert_eq!(
        (
            page.deliveries[0].guid.as_str(),
            page.deliveries[0].status_code
        ),
        ("g", 502)
    );
    let last = github
        .hook_deliveries(page.next.as_deref())
        .await
        .expect("read");
    assert_eq!((last.deliveries.len(), last.next), (0, None));
    github
        .redeliver(page.deliveries[0].id)
        .await
        .expect("accepted");
}
