//! Issues, labels, comments, reactions, people, files over REST, with the refusals of each.

use bytes::Bytes;
use http_body_util::Full;
use hyper::{Method, Request};
use serde_json::{Value, json};

use super::client::{Answer, Stage, stage, stage_with};

pub(super) const R: &str = "/repos/octo/hello";

pub(super) async fn delete(stage: &Stage, path: &str, token: &str) -> u16 {
    stage
        .send(Method::DELETE, path, token, Value::Null)
        .await
        .status
}

#[tokio::test]
async fn a_user_agent_is_required() {
    let stage = stage().await;
    let request =
        Request::get(format!("{}/meta", stage.simulator.api_url())).body(Full::new(Bytes::new()));
    let answer = stage
        .exchange(request.expect("a request"))
        .await
        .expect("an answer");
    assert_eq!(answer.status, 403);
}

#[tokio::test]
async fn unknown_addresses_are_404_and_written_down() {
    let stage = stage().await;
    let token = stage.token().await;
    let answer = stage.get("/repos/octo/hello/wiki", &token).await;
    assert_eq!(
        (answer.status, answer.message().as_str()),
        (404, "Not Found")
    );
    assert!(answer.json()["documentation_url"].is_string());
    assert_eq!(
        stage.simulator.unknown_calls(),
        ["GET /repos/octo/hello/wiki"]
    );
    assert_eq!(stage.get("/repos/octo/nothing", &token).await.status, 404);
    assert_eq!(stage.simulator.unknown_calls().len(), 1);
}

#[tokio::test]
async fn github_enterprise_servers_prefix_works() {
    let stage = stage().await;
    let token = stage.token().await;
    assert_eq!(
        stage.get("/api/v3/repos/octo/hello", &token).await.json()["id"],
        stage.home
    );
}

#[tokio::test]
async fn rate_limit_headers_count_and_an_etag_is_free() {
    let stage = stage().await;
    let token = stage.token().await;
    let first = stage.get(R, &token).await;
    assert_eq!(
        (
            first.header("x-ratelimit-limit"),
            first.header("x-ratelimit-remaining")
        ),
        ("5000", "4999")
    );
    assert!(!first.header("x-github-request-id").is_empty());
    let second = get_if_changed(&stage, &token, first.header("etag")).await;
    assert_eq!((second.status, second.text.as_str()), (304, ""));
    let limits = stage.get("/rate_limit", &token).await.json();
    assert_eq!(limits["rate"]["used"], 2, "two of three: the 304 was free");
    stage.simulator.set_hourly_limit(2);
    let over = stage.get(R, &token).await;
    assert_eq!(
        (over.status, over.header("x-ratelimit-remaining")),
        (403, "0")
    );
}

#[tokio::test]
async fn a_tag_is_good_for_the_token_that_got_it() {
    let stage = stage().await;
    let (token, renewed) = (stage.token().await, stage.token().await);
    assert_ne!(token, renewed);
    let first = stage.get(R, &token).await;
    let tag = first.header("etag");
    assert_eq!(get_if_changed(&stage, &token, tag).await.status, 304);
    let other = get_if_changed(&stage, &renewed, tag).await;
    assert_eq!((other.status, &other.text), (200, &first.text));
    assert_eq!(
        get_if_changed(&stage, &renewed, other.header("etag"))
            .await
            .status,
        304
    );
}

/// Asks for the repository once more, with the tag of an answer to `token` or to another.
async fn get_if_changed(stage: &Stage, token: &str, tag: &str) -> Answer {
    let request = Request::get(format!("{}{R}", stage.simulator.api_url()))
        .header("user-agent", "plain-test")
        .header("authorization", token)
        .header("if-none-match", tag)
        .body(Full::new(Bytes::new()));
    stage
        .exchange(request.expect("a request"))
        .await
        .expect("an answer")
}

#[tokio::test]
async fn secondary_limits_hold_when_switched_on() {
    let stage = stage_with(|config| skep_simulator::SimulatorConfig {
        enforce_limits: true,
        ..config
    })
    .await;
    let token = stage.token().await;
    let path = format!("{R}/issues/{}/comments", stage.issue("One"));
    for number in 0..80 {
        assert_eq!(
            stage
                .post(&path, &token, json!({ "body": format!("{number}") }))
                .await
                .status,
            201
        );
    }
    let refused = stage
        .post(&path, &token, json!({ "body": "one too many" }))
        .await;
    assert_eq!((refused.status, refused.header("retry-after")), (403, "60"));
    assert!(refused.message().contains("secondary rate limit"));
    stage.pass(60);
    assert_eq!(
        stage
            .post(&path, &token, json!({ "body": "later" }))
            .await
            .status,
        201
    );
}

#[tokio::test]
async fn permissions_of_people_are_told_in_both_words() {
    let stage = stage().await;
    let token = stage.token().await;
    let people = [
        ("reader", "read"),
        ("sorter", "triage"),
        ("writer", "write"),
        ("keeper", "maintain"),
        ("boss", "admin"),
    ];
    for (login, role) in people {
        stage
            .simulator
            .set_permission(stage.home, login, role)
            .expect("a place");
    }
    stage
        .simulator
        .set_custom_role(stage.home, "special", "release-captain", "write")
        .expect("a place");
    stage.simulator.create_user("stranger");
    let mut told = Vec::new();
    for login in [
        "octo", "reader", "sorter", "writer", "keeper", "boss", "special", "stranger",
    ] {
        let answer = stage
            .get(&format!("{R}/collaborators/{login}/permission"), &token)
            .await
            .json();
        told.push(format!(
            "{login} {} {}",
            answer["permission"].as_str().unwrap_or(""),
            answer["role_name"].as_str().unwrap_or("")
        ));
    }
    let expected = [
        "octo admin admin",
        "reader read read",
        "sorter read triage",
        "writer write write",
        "keeper write maintain",
        "boss admin admin",
        "special write release-captain",
        "stranger read read",
    ];
    assert_eq!(told, expected);
    assert_eq!(
        stage
            .get(&format!("{R}/collaborators/nobody/permission"), &token)
            .await
            .status,
        404
    );
}

#[tokio::test]
async fn files_and_branches_are_read() {
    let stage = stage().await;
    let token = stage.token().await;
    stage
        .simulator
        .push_to_branch(
            stage.home,
            "agent/1-x",
            &[(".github/agents/swe.md", "You.\n")],
            "octo",
        )
        .await
        .expect("a push");
    let file = stage
        .get(
            &format!("{R}/contents/.github/agents/swe.md?ref=agent/1-x"),
            &token,
        )
        .await
        .json();
    assert_eq!(
        (&file["encoding"], &file["content"]),
        (&json!("base64"), &json!("WW91Lgo=\n"))
    );
    assert_eq!(
        stage
            .get(&format!("{R}/contents/.github/agents/swe.md"), &token)
            .await
            .status,
        404
    );
    let listed = stage
        .get(&format!("{R}/contents/?ref=agent/1-x"), &token)
        .await
        .json();
    let names: Vec<&str> = listed
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|e| e["name"].as_str())
        .collect();
    assert_eq!(names, [".github", "README.md"]);
    stage
        .simulator
        .protect_branch(stage.home, "main")
        .expect("protected");
    assert_eq!(
        stage
            .get(&format!("{R}/branches/main"), &token)
            .await
            .json()["protected"],
        true
    );
    let branches = stage.get(&format!("{R}/branches"), &token).await.json();
    assert_eq!(
        (&branches[0]["name"], &branches[1]["protected"]),
        (&json!("agent/1-x"), &json!(true))
    );
    let head = stage
        .simulator
        .branch_head(stage.home, "agent/1-x")
        .expect("a branch");
    let found = stage
        .get(&format!("{R}/git/ref/heads/agent/1-x"), &token)
        .await
        .json();
    assert_eq!(found["object"]["sha"], head.as_str());
    assert_eq!(
        stage
            .get(&format!("{R}/git/ref/heads/nothing"), &token)
            .await
            .status,
        404
    );
    assert_eq!(
        stage
            .get(&format!("{R}/commits/{head}"), &token)
            .await
            .json()["commit"]["message"],
        "Change .github/agents/swe.md"
    );
    stage
        .simulator
        .create_repository("octo", "empty", &[])
        .await
        .expect("a repository");
    assert_eq!(
        stage
            .get("/repos/octo/empty/git/ref/heads/main", &token)
            .await
            .status,
        409
    );
    assert_eq!(
        stage
            .get("/repos/octo/empty/contents/README.md", &token)
            .await
            .message(),
        "This repository is empty."
    );
}

#[tokio::test]
async fn a_renamed_repository_is_found_by_its_number() {
    let stage = stage().await;
    let token = stage.token().await;
    stage.issue("One");
    stage
        .simulator
        .rename_repository(stage.home, "octo", "goodbye")
        .expect("renamed");
    let moved = stage.get(&format!("{R}/issues?state=all"), &token).await;
    assert_eq!(moved.status, 301);
    let to = format!(
        "{}/repositories/{}/issues?state=all",
        stage.simulator.api_url(),
        stage.home
    );
    assert_eq!(moved.header("location"), to);
    let path = format!("/repositories/{}/issues?state=all", stage.home);
    assert_eq!(stage.get(&path, &token).await.json()[0]["title"], "One");
    stage
        .simulator
        .create_repository("octo", "hello", &[])
        .await
        .expect("a new one of the old name");
    assert_eq!(
        stage
            .get(&format!("{R}/issues?state=all"), &token)
            .await
            .json(),
        json!([])
    );
}

#[tokio::test]
async fn an_archive_is_read_only() {
    let stage = stage().await;
    let token = stage.token().await;
    let issue = stage.issue("One");
    stage.simulator.archive(stage.home, true).expect("archived");
    let refused = stage
        .post(
            &format!("{R}/issues/{issue}/comments"),
            &token,
            json!({ "body": "x" }),
        )
        .await;
    assert_eq!(
        (refused.status, refused.message().as_str()),
        (403, "Repository was archived so is read-only.")
    );
    assert_eq!(
        stage
            .get(&format!("{R}/issues/{issue}"), &token)
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn malformed_json_is_400() {
    let stage = stage().await;
    let token = stage.token().await;
    let path = format!(
        "{}{R}/issues/{}/comments",
        stage.simulator.api_url(),
        stage.issue("One")
    );
    let request = Request::post(path)
        .header("user-agent", "plain-test")
        .header("authorization", &token);
    let answer = stage
        .exchange(
            request
                .body(Full::new(Bytes::from("{")))
                .expect("a request"),
        )
        .await
        .expect("an answer");
    assert_eq!(
        (answer.status, answer.message().as_str()),
        (400, "Problems parsing JSON")
    );
}

#[tokio::test]
async fn a_thread_reads_as_people_see_it() {
    let stage = stage().await;
    let token = stage.token().await;
    let issue = stage.issue("Say hello");
    stage
        .simulator
        .label(stage.home, issue, "role:swe", "octo")
        .expect("labeled");
    stage
        .simulator
        .label(stage.home, issue, "agent:go", "octo")
        .expect("labeled");
    let said = stage
        .post(
            &format!("{R}/issues/{issue}/comments"),
            &token,
            json!({ "body": "<!-- marker -->\nReceived" }),
        )
        .await;
    let id = said.json()["id"].as_i64().expect("an id");
    stage
        .send(
            Method::PATCH,
            &format!("{R}/issues/comments/{id}"),
            &token,
            json!({ "body": "<!-- marker -->\nDone" }),
        )
        .await;
    stage
        .post(
            &format!("{R}/issues/{issue}/reactions"),
            &token,
            json!({ "content": "eyes" }),
        )
        .await;
    let thread = stage.simulator.thread(stage.home, issue).expect("a thread");
    let expected = "#1 Say hello (open)\nlabels: agent:go, role:swe\nreactions: eyes skep-demo[bot]\n\nocto:\n\n\
                    skep-demo[bot] (edited 1x):\n  Done\n";
    assert_eq!(thread, expected);
    let page = stage.get("/octo/hello/issues/1", "").await;
    assert_eq!((page.status, page.text.as_str()), (200, expected));
}

#[tokio::test]
async fn a_branch_is_made_once_and_of_a_commit_that_is_there() {
    let stage = stage().await;
    let token = stage.token().await;
    let head = stage
        .simulator
        .branch_head(stage.home, "main")
        .expect("a head");
    let path = format!("{R}/git/refs");
    let made = |name: &str, sha: &str| {
        let body = json!({ "ref": name, "sha": sha });
        stage.post(&path, &token, body)
    };
    let first = made("refs/heads/agent/policy/1", head.as_str()).await;
    assert_eq!(first.status, 201);
    assert_eq!(first.json()["object"]["sha"], head.as_str());
    let again = made("refs/heads/agent/policy/1", head.as_str()).await;
    assert_eq!(
        (again.status, &*again.message()),
        (422, "Reference already exists")
    );
    let nothing = made("refs/heads/x", &"0".repeat(40)).await;
    assert_eq!(
        (nothing.status, &*nothing.message()),
        (422, "Object does not exist")
    );
    assert_eq!(made("x", head.as_str()).await.status, 422);
    let narrow = stage
        .narrow(json!({ "permissions": { "contents": "read" } }))
        .await;
    let body = json!({ "ref": "refs/heads/y", "sha": head.as_str() });
    assert_eq!(stage.post(&path, &narrow, body).await.status, 403);
}

#[tokio::test]
async fn a_file_is_put_on_a_branch_that_is_there_in_place_of_what_was_read() {
    let stage = stage().await;
    let token = stage.token().await;
    let head = stage
        .simulator
        .branch_head(stage.home, "main")
        .expect("a head");
    let body = json!({ "ref": "refs/heads/x", "sha": head.as_str() });
    assert_eq!(
        stage
            .post(&format!("{R}/git/refs"), &token, body)
            .await
            .status,
        201
    );
    let path = format!("{R}/contents/.github/skep.toml");
    let put = |branch: &'static str, sha: Option<String>| {
        let mut body = json!({ "message": "Change it", "content": "YQo=", "branch": branch });
        if let Some(sha) = sha {
            body["sha"] = json!(sha);
        }
        stage.send(Method::PUT, &path, &token, body)
    };
    assert_eq!(put("nowhere", None).await.status, 404);
    let first = put("x", None).await;
    assert_eq!(first.status, 201, "{}", first.text);
    let sha = first.json()["content"]["sha"]
        .as_str()
        .expect("a name")
        .to_owned();
    assert_eq!(
        put("x", None).await.status,
        422,
        "what it replaces is not named"
    );
    let other = put("x", Some("0".repeat(40))).await;
    assert_eq!(other.status, 409);
    assert!(
        other.message().contains("does not match"),
        "{}",
        other.message()
    );
    assert_eq!(put("x", Some(sha)).await.status, 200);
    stage
        .simulator
        .protect_branch(stage.home, "main")
        .expect("protected");
    assert_eq!(put("main", None).await.status, 409);
    let read = stage.get(&format!("{path}?ref=x"), &token).await;
    assert_eq!(read.json()["content"], "YQo=\n");
    let odd = json!({ "message": "Change it", "content": "%", "branch": "x" });
    assert_eq!(
        stage.send(Method::PUT, &path, &token, odd).await.status,
        422
    );
}
