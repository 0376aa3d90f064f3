//! Apps from manifests: what a manifest must say, the code that is good once and for an hour, the hook, and the page that installs.

use bytes::Bytes;
use http_body_util::Full;
use hyper::{Method, Request};
use serde_json::{Value, json};

use super::client::{Answer, KEY, Listener, Stage, jwt, stage_with};
use crate::described::PLAIN_CLIENT;

async fn stage() -> Stage {
    stage_with(|config| skep_simulator::SimulatorConfig {
        app_private_key_pem: Some(KEY.to_owned()),
        ..config
    })
    .await
}

fn manifest() -> Value {
    json!({
        "name": "My Skep",
        "url": "https://example.com",
        "hook_attributes": { "url": "https://example.com/webhook" },
        "redirect_url": "http://127.0.0.1:3001/setup/callback",
        "setup_url": "http://127.0.0.1:3001/setup",
        "default_permissions": { "issues": "write" },
        "default_events": ["issues"],
    })
}

/// A form as a browser posts it.
async fn post(stage: &Stage, path: &str, fields: &[(&str, &str)]) -> Answer {
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    form.extend_pairs(fields);
    let request = Request::builder()
        .method(Method::POST)
        .uri(format!("{}{path}", stage.simulator.api_url()))
        .header("user-agent", PLAIN_CLIENT)
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Full::new(Bytes::from(form.finish())));
    stage
        .exchange(request.expect("a request"))
        .await
        .expect("an answer")
}

async fn register(stage: &Stage, manifest: &Value) -> Answer {
    let text = manifest.to_string();
    post(
        stage,
        "/settings/apps/new?state=a%20b",
        &[("manifest", &text)],
    )
    .await
}

fn code(answer: &Answer) -> String {
    let location = answer.header("location");
    let (_, rest) = location.split_once("code=").expect("a code");
    rest.split('&').next().expect("a code").to_owned()
}

async fn convert(stage: &Stage, code: &str) -> Answer {
    let path = format!("/app-manifests/{code}/conversions");
    stage.post(&path, "", Value::Null).await
}

#[tokio::test]
async fn a_manifest_becomes_an_app_that_works() {
    let stage = stage().await;
    let hook = Listener::start().await;
    let mut manifest = manifest();
    manifest["hook_attributes"]["url"] = json!(hook.url);
    let answer = register(&stage, &manifest).await;
    assert_eq!(answer.status, 302, "{}", answer.text);
    let location = answer.header("location");
    assert!(
        location.starts_with("http://127.0.0.1:3001/setup/callback?code=")
            && location.ends_with("&state=a+b"),
        "{location}"
    );
    stage.simulator.quiet().await;
    assert_eq!(hook.names(), ["ping"]);
    let converted = convert(&stage, &code(&answer)).await;
    assert_eq!(converted.status, 201, "{}", converted.text);
    let app = converted.json();
    assert_eq!(app["slug"], "my-skep");
    assert_eq!(
        app["permissions"],
        json!({ "issues": "write", "metadata": "read" })
    );
    let now = stage.now() / 1000;
    let key = app["pem"].as_str().expect("a key");
    let bearer = jwt(
        key,
        &json!({ "iss": app["id"], "iat": now, "exp": now + 60 }),
    );
    let bearer = format!("Bearer {bearer}");
    let known = stage.get("/app", &bearer).await;
    assert_eq!((known.status, &known.json()["id"]), (200, &app["id"]));
    let none = stage.get("/app/installations", &bearer).await;
    assert_eq!(none.json(), json!([]), "the former App's are not its own");
    let config = stage.get("/app/hook/config", &bearer).await;
    assert_eq!(
        (config.status, &config.json()["url"]),
        (200, &json!(hook.url))
    );
    let elsewhere = json!({ "url": "https://example.com/elsewhere" });
    let changed = stage
        .send(Method::PATCH, "/app/hook/config", &bearer, elsewhere)
        .await;
    assert_eq!(changed.json()["url"], "https://example.com/elsewhere");
    let page = "/apps/my-skep/installations/new";
    let shown = stage.get(page, "").await;
    assert!(shown.text.contains("Install on octo"), "{}", shown.text);
    let installed = post(&stage, page, &[("account", "octo")]).await;
    let back = installed.header("location");
    assert!(
        back.starts_with("http://127.0.0.1:3001/setup?installation_id="),
        "{back}"
    );
    let all = stage.get("/app/installations", &bearer).await.json();
    assert_eq!(all[0]["account"]["login"], "octo");
    assert_eq!(
        post(&stage, page, &[("account", "nobody")]).await.status,
        404
    );
    assert_eq!(
        stage
            .get("/apps/another/installations/new", "")
            .await
            .status,
        404
    );
    let foreign = "/organizations/nobody/settings/apps/new";
    assert_eq!(post(&stage, foreign, &[]).await.status, 404);
}

/// Each is refused for its own reason, and nothing is registered.
#[tokio::test]
async fn a_manifest_that_github_would_refuse_is_refused() {
    let stage = stage().await;
    stage.simulator.take_app_name("taken");
    let with = |field: &str, value: Value| {
        let mut manifest = manifest();
        manifest[field] = value;
        manifest
    };
    let cases = [
        (json!("no manifest"), "not appear to be a valid"),
        (with("name", json!(" ")), "Name can&#39;t be blank"),
        (with("name", json!("Taken")), "already taken"),
        (with("name", json!("skep-demo")), "already taken"),
        (with("name", json!("x".repeat(35))), "too long"),
        (with("url", json!("example.com")), "Url must be"),
        (
            with("hook_attributes", json!({ "url": "ftp://x" })),
            "Hook url must be",
        ),
        (
            with("redirect_url", json!("nowhere")),
            "Redirect url must be",
        ),
        (
            with("callback_urls", json!(["nowhere"])),
            "Callback url must be",
        ),
        (
            with("callback_urls", json!(vec!["http://a.example"; 11])),
            "Callback urls are too many",
        ),
        (
            with("default_permissions", json!({ "issues": "some" })),
            "unknown level",
        ),
        (with("default_events", json!(["push"])), "unsupported: push"),
        (
            with("default_events", json!(["nonsense"])),
            "unsupported: nonsense",
        ),
    ];
    for (manifest, why) in cases {
        let answer = register(&stage, &manifest).await;
        let text = answer.text.replace('\'', "&#39;");
        assert!(
            answer.status == 422 && text.contains(why),
            "{why}: {} {text}",
            answer.status
        );
    }
    assert_eq!(stage.simulator.app().slug, "skep-demo");
}

#[tokio::test]
async fn a_code_is_good_once_and_for_an_hour() {
    let stage = stage().await;
    assert_eq!(convert(&stage, "nonsense").await.status, 404);
    let first = code(&register(&stage, &manifest()).await);
    stage.pass(3_600);
    assert_eq!(convert(&stage, &first).await.status, 201);
    assert_eq!(convert(&stage, &first).await.status, 404, "used");
    let mut again = manifest();
    again["name"] = json!("another");
    let second = code(&register(&stage, &again).await);
    stage.pass(3_601);
    assert_eq!(convert(&stage, &second).await.status, 404, "too old");
}
