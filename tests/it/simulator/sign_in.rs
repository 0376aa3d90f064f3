//! Signing people in: the page, the code that is good once, for ten minutes and for whoever has its verifier, the token, and what it opens.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use bytes::Bytes;
use http_body_util::Full;
use hyper::{Method, Request};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::client::{Answer, Stage, stage};
use crate::described::PLAIN_CLIENT;

const BACK: &str = "http://127.0.0.1:3001/sign-in/callback";
const VERIFIER: &str = "0123456789012345678901234567890123456789abc";

fn page(stage: &Stage, more: &[(&str, &str)]) -> String {
    let (client, _) = stage.simulator.client();
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(VERIFIER));
    let mut pairs = vec![
        ("client_id", client.as_str()),
        ("state", "a b"),
        ("code_challenge", challenge.as_str()),
        ("code_challenge_method", "S256"),
    ];
    pairs.retain(|(name, _)| !more.iter().any(|(other, _)| name == other));
    pairs.extend(more);
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    format!(
        "/login/oauth/authorize?{}",
        query.extend_pairs(pairs).finish()
    )
}

fn value(location: &str, wanted: &str) -> String {
    let url = url::Url::parse(location).expect("an address");
    let mut pairs = url.query_pairs();
    let found = pairs.find(|(name, _)| name == wanted);
    found
        .map(|(_, value)| value.into_owned())
        .unwrap_or_default()
}

/// Maria says yes; gives the code.
fn code(stage: &Stage) -> String {
    let led = stage.simulator.authorize("maria", &page(stage, &[]));
    value(&led.expect("a way back"), "code")
}

async fn exchange(stage: &Stage, code: &str, more: &[(&str, &str)]) -> Answer {
    let (client, secret) = stage.simulator.client();
    let mut body = json!({
        "client_id": client,
        "client_secret": secret,
        "code": code,
        "redirect_uri": BACK,
        "code_verifier": VERIFIER,
    });
    for (name, value) in more {
        body[*name] = json!(value);
    }
    let request = Request::builder()
        .method(Method::POST)
        .uri(format!(
            "{}/login/oauth/access_token",
            stage.simulator.git_url()
        ))
        .header("user-agent", PLAIN_CLIENT)
        .header("accept", "application/json")
        .body(Full::new(Bytes::from(body.to_string())));
    let answer = stage.exchange(request.expect("a request")).await;
    answer.expect("an answer")
}

async fn token(stage: &Stage) -> String {
    let answer = exchange(stage, &code(stage), &[]).await.json();
    format!(
        "Bearer {}",
        answer["access_token"].as_str().expect("a token")
    )
}

async fn with_maria() -> Stage {
    let stage = stage().await;
    stage.simulator.create_user("maria");
    stage.simulator.set_callback_urls(&[BACK.to_owned()]);
    stage
}

fn names(answer: &Answer) -> Vec<String> {
    let answer = answer.json();
    let listed = answer["repositories"].as_array().expect("a list");
    listed
        .iter()
        .map(|one| one["full_name"].as_str().unwrap_or_default().to_owned())
        .collect()
}

#[tokio::test]
async fn a_person_says_yes_or_no_on_a_page() {
    let stage = with_maria().await;
    let shown = stage.get(&page(&stage, &[]), "").await;
    assert!(shown.text.contains("Authorize as maria"), "{}", shown.text);
    let send = async |form: &str| {
        let request = Request::builder()
            .method(Method::POST)
            .uri(format!(
                "{}{}",
                stage.simulator.git_url(),
                page(&stage, &[])
            ))
            .header("user-agent", PLAIN_CLIENT)
            .body(Full::new(Bytes::from(form.to_owned())));
        let answer = stage.exchange(request.expect("a request")).await;
        answer.expect("an answer")
    };
    let yes = send("login=maria").await;
    assert_eq!(yes.status, 302, "{}", yes.text);
    let led = yes.header("location");
    assert!(led.starts_with(BACK), "{led}");
    assert_eq!(value(led, "state"), "a b");
    assert!(!value(led, "code").is_empty());
    let no = send("cancel=1").await;
    assert_eq!(value(no.header("location"), "error"), "access_denied");
    assert_eq!(send("login=nobody").await.status, 404);
    for (more, status) in [
        ([("client_id", "Iv23liother")], 404),
        ([("redirect_uri", "https://evil.example/")], 400),
        (
            [("redirect_uri", "http://127.0.0.1:3001/sign-in/callback?x=1")],
            400,
        ),
        ([("code_challenge", "short")], 400),
    ] {
        let refused = stage.get(&page(&stage, &more), "").await;
        assert_eq!(refused.status, status, "{more:?}: {}", refused.text);
    }
}

#[tokio::test]
async fn a_code_is_good_once_for_ten_minutes_and_for_whoever_it_was_made_for() {
    let stage = with_maria().await;
    let good = code(&stage);
    for (more, error) in [
        (("client_secret", "wrong"), "incorrect_client_credentials"),
        (
            ("redirect_uri", "https://evil.example/"),
            "redirect_uri_mismatch",
        ),
        (("code_verifier", "wrong"), "bad_verification_code"),
        (("code", "made-up"), "bad_verification_code"),
    ] {
        let refused = exchange(&stage, &good, &[more]).await;
        assert_eq!(
            (refused.status, &refused.json()["error"]),
            (200, &json!(error))
        );
    }
    let unknown = exchange(&stage, &good, &[("client_id", "Iv23liother")]).await;
    assert_eq!(unknown.status, 404);
    let answer = exchange(&stage, &good, &[]).await.json();
    assert_eq!(answer["token_type"], "bearer");
    assert_eq!(answer["expires_in"], 28_800);
    assert!(
        answer["access_token"]
            .as_str()
            .is_some_and(|token| token.starts_with("ghu_"))
    );
    let again = exchange(&stage, &good, &[]).await.json();
    assert_eq!(again["error"], "bad_verification_code");
    let late = code(&stage);
    stage.pass(601);
    let late = exchange(&stage, &late, &[]).await.json();
    assert_eq!(late["error"], "bad_verification_code");
}

#[tokio::test]
async fn a_token_opens_what_its_person_has_access_to_of_their_own() {
    let stage = with_maria().await;
    let maria = token(&stage).await;
    let me = stage.get("/user", &maria).await;
    assert_eq!((me.status, &me.json()["login"]), (200, &json!("maria")));
    let none = stage.get("/user/installations", &maria).await;
    assert_eq!(
        none.json()["total_count"],
        0,
        "what everybody can read is not hers"
    );
    let installation = stage
        .simulator
        .installation(stage.home)
        .expect("it is installed");
    let list = format!("/user/installations/{installation}/repositories?per_page=1");
    assert_eq!(stage.get(&list, &maria).await.status, 404);
    let triage = stage
        .simulator
        .set_permission(stage.home, "maria", "triage");
    triage.expect("a permission");
    let all = stage.get("/user/installations", &maria).await.json();
    assert_eq!(all["installations"][0]["id"], json!(installation));
    let found = stage.get(&list, &maria).await;
    assert_eq!(names(&found).len(), 1);
    let may = &found.json()["repositories"][0]["permissions"];
    assert_eq!(
        *may,
        json!({ "pull": true, "triage": true, "push": false, "maintain": false, "admin": false })
    );
    let gone = stage.simulator.set_permission(stage.home, "maria", "none");
    gone.expect("a permission");
    assert_eq!(stage.get(&list, &maria).await.status, 404);
    // What is no person's, and what a person's token does not open.
    for auth in [stage.token().await, stage.app()] {
        assert_eq!(stage.get("/user", &auth).await.status, 403);
    }
    assert_eq!(stage.get("/user", "").await.status, 401);
    assert_eq!(stage.get("/app", &maria).await.status, 401);
    stage.pass(28_800);
    assert_eq!(stage.get("/user", &maria).await.status, 401, "eight hours");
    let other = token(&stage).await;
    assert_eq!(stage.get("/user", &other).await.status, 200);
    stage.simulator.withdraw("maria");
    assert_eq!(
        stage.get("/user", &other).await.status,
        401,
        "she took it back"
    );
    assert_eq!(stage.get("/user", "Bearer ghu_made_up").await.status, 401);
}

#[tokio::test]
async fn the_app_forgets_a_token_and_whoever_has_not_its_secret_does_not() {
    let stage = with_maria().await;
    let (client, secret) = stage.simulator.client();
    let basic =
        |name: &str, word: &str| format!("Basic {}", STANDARD.encode(format!("{name}:{word}")));
    let maria = token(&stage).await;
    let path = format!("/applications/{client}/token");
    let bare = maria.strip_prefix("Bearer ").expect("a token");
    let body = json!({ "access_token": bare });
    let forget = async |path: &str, auth: &str, body: &Value| {
        let answer = stage.send(Method::DELETE, path, auth, body.clone()).await;
        answer.status
    };
    let (own, wrong) = (basic(&client, &secret), basic(&client, "made up"));
    assert_eq!(forget(&path, &wrong, &body).await, 401);
    assert_eq!(forget(&path, &maria, &body).await, 401);
    assert_eq!(forget(&path, &stage.app(), &body).await, 401);
    assert_eq!(forget("/applications/other/token", &own, &body).await, 404);
    assert_eq!(forget(&path, &own, &json!({})).await, 422);
    assert_eq!(stage.get("/user", &maria).await.status, 200);
    assert_eq!(forget(&path, &own, &body).await, 204);
    assert_eq!(stage.get("/user", &maria).await.status, 401);
    assert_eq!(forget(&path, &own, &body).await, 404, "it is gone");
    assert_eq!(stage.get("/user", &own).await.status, 403);
}

#[tokio::test]
async fn a_form_is_taken_and_answered_as_it_was_asked() {
    let stage = with_maria().await;
    let (client, secret) = stage.simulator.client();
    let code = code(&stage);
    let form =
        format!("client_id={client}&client_secret={secret}&code={code}&code_verifier={VERIFIER}");
    let request = Request::builder()
        .method(Method::POST)
        .uri(format!(
            "{}/login/oauth/access_token",
            stage.simulator.git_url()
        ))
        .header("user-agent", PLAIN_CLIENT)
        .body(Full::new(Bytes::from(form)));
    let answer = stage.exchange(request.expect("a request")).await;
    let answer = answer.expect("an answer");
    assert!(
        answer.text.starts_with("access_token=ghu_"),
        "{}",
        answer.text
    );
    let _is_json: Result<Value, _> = serde_json::from_str(&answer.text);
    assert!(_is_json.is_err());
}
