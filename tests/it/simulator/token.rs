//! App JWTs and installation tokens: what is accepted, narrowed, refused, expired, revoked.

use hyper::Method;
use serde_json::{Value, json};
use skep_simulator::RepositorySeed;
use skep_simulator::world::account::Access;

use super::client::{KEY, KEY_PKCS8, STRANGER, jwt, stage, stage_with};

#[tokio::test]
async fn a_jwt_is_held_to_githubs_rules() {
    let stage = stage().await;
    let now = stage.now() / 1000;
    let cases = [
        (
            "right",
            KEY,
            json!({ "iss": "4242", "iat": now - 60, "exp": now + 540 }),
            200,
        ),
        (
            "right, PKCS#8",
            KEY_PKCS8,
            json!({ "iss": 4242, "iat": now, "exp": now + 600 }),
            200,
        ),
        (
            "by client id",
            KEY,
            json!({ "iss": "Iv23li00000000004242", "iat": now, "exp": now + 60 }),
            200,
        ),
        (
            "another key",
            STRANGER,
            json!({ "iss": "4242", "iat": now - 60, "exp": now + 540 }),
            401,
        ),
        (
            "clock 61 s ahead",
            KEY,
            json!({ "iss": "4242", "iat": now + 61, "exp": now + 540 }),
            401,
        ),
        (
            "too long",
            KEY,
            json!({ "iss": "4242", "iat": now - 60, "exp": now + 601 }),
            401,
        ),
        (
            "ended",
            KEY,
            json!({ "iss": "4242", "iat": now - 600, "exp": now }),
            401,
        ),
        ("no times", KEY, json!({ "iss": "4242" }), 401),
        (
            "another App",
            KEY,
            json!({ "iss": "7", "iat": now - 60, "exp": now + 540 }),
            404,
        ),
    ];
    for (case, key, claims, expected) in cases {
        let answer = stage
            .get("/app", &format!("Bearer {}", jwt(key, &claims)))
            .await;
        assert_eq!(answer.status, expected, "{case}: {}", answer.text);
    }
    assert_eq!(
        stage.get("/app", "Bearer not.a.jwt").await.message(),
        "A JSON web token could not be decoded"
    );
    assert_eq!(stage.get("/app", "").await.status, 401);
    assert_eq!(stage.get("/app", &stage.token().await).await.status, 401);
}

#[tokio::test]
async fn the_date_header_tells_the_injected_time() {
    let stage = stage().await;
    let answer = stage.get("/meta", "").await;
    assert_eq!(answer.header("date"), "Mon, 21 Sep 2026 14:13:20 GMT");
}

#[tokio::test]
async fn tokens_come_in_both_forms() {
    for (long, length) in [(false, 40), (true, 520)] {
        let stage = stage_with(|config| skep_simulator::SimulatorConfig {
            long_tokens: long,
            ..config
        })
        .await;
        let token = stage.token().await;
        assert_eq!(token.len(), "token ".len() + length);
        assert_eq!(stage.get("/repos/octo/hello", &token).await.status, 200);
    }
}

#[tokio::test]
async fn a_token_ends_after_an_hour() {
    let stage = stage().await;
    let minted = stage.mint(json!({})).await.json();
    assert_eq!(minted["expires_at"], "2026-09-21T15:13:20Z");
    let token = format!("Bearer {}", minted["token"].as_str().expect("a token"));
    stage.pass(3_599);
    assert_eq!(stage.get("/repos/octo/hello", &token).await.status, 200);
    stage.pass(1);
    let ended = stage.get("/repos/octo/hello", &token).await;
    assert_eq!(
        (ended.status, ended.message().as_str()),
        (401, "Bad credentials")
    );
}

#[tokio::test]
async fn a_token_is_narrowed_to_repositories_and_permissions() {
    let stage = stage().await;
    let other = stage
        .simulator
        .create_repository("octo", "other", &[])
        .await
        .expect("a repository");
    let issue = stage.issue("One");
    let narrow = json!({ "repository_ids": [stage.home], "permissions": { "issues": "read" } });
    let minted = stage.mint(narrow).await.json();
    assert_eq!(
        minted["permissions"],
        json!({ "issues": "read", "metadata": "read" })
    );
    assert_eq!(minted["repositories"][0]["full_name"], "octo/hello");
    let token = format!("token {}", minted["token"].as_str().expect("a token"));
    assert_eq!(stage.get("/repos/octo/other", &token).await.status, 404);
    assert_eq!(
        stage.get("/repos/octo/hello/issues", &token).await.status,
        200
    );
    let refused = stage
        .post(
            &format!("/repos/octo/hello/issues/{issue}/comments"),
            &token,
            json!({ "body": "x" }),
        )
        .await;
    assert_eq!(
        (refused.status, refused.message().as_str()),
        (403, "Resource not accessible by integration")
    );
    assert_eq!(
        stage
            .get("/repos/octo/hello/contents/README.md", &token)
            .await
            .status,
        403
    );
    assert_ne!(other, stage.home);
}

#[tokio::test]
async fn what_is_wider_than_the_installation_is_refused() {
    let stage = stage().await;
    for body in [
        json!({ "permissions": { "administration": "write" } }),
        json!({ "permissions": { "statuses": "write" } }),
        json!({ "repository_ids": [1] }),
        json!({ "repositories": ["hello", "nothing"] }),
    ] {
        assert_eq!(stage.mint(body.clone()).await.status, 422, "{body}");
    }
}

#[tokio::test]
async fn suspended_deleted_and_lowered_installations() {
    let stage = stage().await;
    let installation = stage
        .simulator
        .installation(stage.home)
        .expect("an installation");
    let issue = stage.issue("One");
    let token = stage.token().await;
    stage
        .simulator
        .set_app_permission(installation, "issues", Some(Access::Read))
        .expect("lowered");
    let path = format!("/repos/octo/hello/issues/{issue}/comments");
    assert_eq!(
        stage
            .post(&path, &token, json!({ "body": "x" }))
            .await
            .status,
        403
    );
    stage.simulator.suspend(installation).expect("suspended");
    let refused = stage.mint(json!({})).await;
    assert_eq!(
        (refused.status, refused.message().as_str()),
        (403, "This installation has been suspended")
    );
    assert_eq!(stage.get("/repos/octo/hello", &token).await.status, 403);
    stage.simulator.unsuspend(installation).expect("woken");
    assert_eq!(stage.get("/repos/octo/hello", &token).await.status, 200);
    stage.simulator.uninstall(installation).expect("removed");
    assert_eq!(stage.get("/repos/octo/hello", &token).await.status, 401);
    let path = format!("/app/installations/{installation}/access_tokens");
    assert_eq!(stage.post(&path, &stage.app(), json!({})).await.status, 404);
}

#[tokio::test]
async fn a_revoked_token_is_dead() {
    let stage = stage().await;
    let token = stage.token().await;
    assert_eq!(
        stage
            .send(Method::DELETE, "/installation/token", &token, Value::Null)
            .await
            .status,
        204
    );
    assert_eq!(
        stage.get("/installation/repositories", &token).await.status,
        401
    );
}

#[tokio::test]
async fn a_repository_taken_from_the_app_is_gone_for_it() {
    let stage = stage().await;
    stage
        .simulator
        .create_repository("octo", "other", &[])
        .await
        .expect("a repository");
    let token = stage.token().await;
    stage
        .simulator
        .set_installed(stage.home, false)
        .expect("taken away");
    assert_eq!(stage.get("/repos/octo/hello", &token).await.status, 404);
    let listed = stage.get("/installation/repositories", &token).await.json();
    assert_eq!(
        (&listed["total_count"], &listed["repositories"][0]["name"]),
        (&json!(1), &json!("other"))
    );
    assert_eq!(
        stage
            .get("/repos/octo/hello/installation", &stage.app())
            .await
            .status,
        404
    );
    assert_eq!(
        stage
            .get("/repos/octo/other/installation", &stage.app())
            .await
            .status,
        200
    );
}

/// <https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api>: 60 an hour, and what is public alone.
#[tokio::test]
async fn without_a_token_what_is_public_is_read_and_nothing_else() {
    let stage = stage().await;
    let issue = stage.issue("One");
    let there = format!("/repos/octo/hello/issues/{issue}");
    for path in ["/repos/octo/hello", &there, "/repos/octo/hello/pulls"] {
        let answer = stage.get(path, "").await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text);
        assert_eq!(answer.header("x-ratelimit-limit"), "60", "{path}");
    }
    let hidden = stage.simulator.seed_repository(RepositorySeed {
        owner: "octo",
        name: "hidden",
        default_branch: "main",
        private: true,
        files: &[],
    });
    hidden.await.expect("a repository");
    for path in ["/repos/octo/hidden", "/repos/octo/hidden/issues"] {
        let answer = stage.get(path, "").await;
        assert_eq!((answer.status, answer.message()), (404, "Not Found".into()));
    }
    let changes = json!({ "body": "nobody wrote this" });
    let comments = format!("{there}/comments");
    let refused = [
        stage.post(&comments, "", changes).await,
        stage
            .get("/repos/octo/hello/collaborators/ana/permission", "")
            .await,
        stage.get("/installation/repositories", "").await,
    ];
    for answer in refused {
        let said = (answer.status, answer.message());
        assert_eq!(said, (401, "Requires authentication".into()));
    }
    assert_eq!(stage.get(&there, "").await.json()["comments"], 0);
    for _ in 0..60 {
        stage.get("/meta", "").await;
    }
    let over = stage.get("/repos/octo/hello", "").await;
    assert_eq!(
        (over.status, over.header("x-ratelimit-remaining")),
        (403, "0")
    );
    let token = stage.token().await;
    assert_eq!(stage.get("/repos/octo/hello", &token).await.status, 200);
    stage.pass(3_600);
    assert_eq!(stage.get("/repos/octo/hello", "").await.status, 200);
}
