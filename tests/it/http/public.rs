//! What the public address answers, and what reaches the intake behind it.

use std::time::Duration;

use proptest::prelude::*;
use secrecy::SecretString;
use serde_json::json;
use skep::http::{Bounds, Caps};
use skep::webhook::parse;

use super::wire::{SECRET, TestServer, delivery, get, headers, post, sign, sign_with};

async fn server() -> (TestServer, std::sync::Arc<super::wire::Recorder>) {
    TestServer::public(Caps::default(), Bounds::default()).await
}

#[tokio::test]
async fn a_signed_delivery_reaches_the_intake_whole() {
    let (server, recorder) = server().await;
    let body = r#"{"action":"labeled","title":"ü 🐝"}"#;
    let reply = server
        .ask(delivery(
            "issues",
            "72d3162e-cc78-11e3-81ab-4c9367dc0958",
            body.as_bytes(),
        ))
        .await;
    let wanted = json!({ "delivery": "72d3162e-cc78-11e3-81ab-4c9367dc0958", "accepted": "new" });
    assert_eq!((reply.status, reply.json()), (202, wanted));
    let taken = recorder.last();
    assert_eq!(
        (taken.event.as_str(), taken.body.as_str(), taken.flaw),
        ("issues", body, None)
    );
    assert_eq!(taken.guid, "72d3162e-cc78-11e3-81ab-4c9367dc0958");
    assert!(
        taken.received_at > 1_700_000_000_000,
        "milliseconds: {}",
        taken.received_at
    );
}

#[tokio::test]
async fn the_same_delivery_again_is_accepted_as_known() {
    let (server, _recorder) = server().await;
    server.ask(delivery("issues", "g1", b"{}")).await;
    let again = server.ask(delivery("issues", "g1", b"{}")).await;
    assert_eq!(
        (again.status, again.json()["accepted"].clone()),
        (202, json!("duplicate"))
    );
}

#[tokio::test]
async fn wrong_signatures_are_401_and_leave_nothing() {
    let (server, recorder) = server().await;
    let right = sign(b"{}");
    let header = |value: &str| format!("x-hub-signature-256: {value}\r\n");
    let signatures = [
        String::new(),
        header(""),
        header("sha256="),
        header(&right.to_uppercase()),
        header(&format!(
            "sha256={}",
            right["sha256=".len()..].to_uppercase()
        )),
        header(&right[..70]),
        header(&format!("{right}0")),
        header(&sign(b"{} ")),
        header(&sign_with("another secret", b"{}")),
        format!(
            "x-hub-signature: sha1=d03207e4b030cf234e3447bac4d93add4c6643d8\r\n{}",
            header("sha256=")
        ),
        header(&right) + &header(&right),
        header(&right) + &header(&sign(b"x")),
    ];
    for signature in signatures {
        let names = "x-github-event: issues\r\nx-github-delivery: g\r\n";
        let reply = server
            .ask(post(&format!("{names}{signature}"), b"{}"))
            .await;
        assert_eq!(reply.error(), (401, "unsigned".to_owned()), "{signature}");
    }
    assert_eq!(recorder.guids(), Vec::<String>::new());
}

#[tokio::test]
async fn a_removed_secret_is_refused_at_once() {
    let (server, recorder) = server().await;
    let old = delivery("issues", "g1", b"{}");
    recorder
        .secrets
        .replace(["new", SECRET].map(SecretString::from))
        .expect("not empty");
    assert_eq!(server.ask(&old).await.status, 202);
    assert!(recorder.last().proof.by_previous_secret());
    recorder
        .secrets
        .replace([SecretString::from("new")])
        .expect("not empty");
    assert_eq!(server.ask(&old).await.status, 401);
}

#[tokio::test]
async fn the_names_are_judged_only_after_the_signature() {
    let (server, recorder) = server().await;
    let signed = |more: &str| {
        post(
            &format!("x-hub-signature-256: {}\r\n{more}", sign(b"{}")),
            b"{}",
        )
    };
    let (event, guid) = ("x-github-event: issues\r\n", "x-github-delivery: g\r\n");
    let long = format!("{event}x-github-delivery: {}\r\n", "g".repeat(101));
    let wrong = [
        "",
        event,
        guid,
        &long,
        &format!("{event}{guid}{guid}"),
        &format!("{event}x-github-delivery: a b\r\n"),
    ];
    for names in wrong {
        assert_eq!(
            server.ask(signed(names)).await.error(),
            (400, "header".to_owned()),
            "{names}"
        );
        let forged = post(
            &format!("x-hub-signature-256: {}\r\n{names}", sign(b"x")),
            b"{}",
        );
        assert_eq!(
            server.ask(forged).await.error(),
            (401, "unsigned".to_owned()),
            "{names}"
        );
    }
    let longest = format!("{event}x-github-delivery: {}\r\n", "g".repeat(100));
    assert_eq!(server.ask(signed(&longest)).await.status, 202);
    assert_eq!(recorder.guids(), ["g".repeat(100)]);
}

#[tokio::test]
async fn encoded_bodies_are_415() {
    let (server, recorder) = server().await;
    for encoding in [
        "gzip",
        "br",
        "identity, gzip",
        "identity\r\ncontent-encoding: gzip",
        "",
    ] {
        let encoding = format!("content-encoding: {encoding}\r\n");
        let reply = server
            .ask(post(
                &format!("{encoding}{}", headers("issues", "g", b"{}")),
                b"{}",
            ))
            .await;
        assert_eq!(reply.error(), (415, "encoded".to_owned()), "{encoding}");
    }
    let plain = post(
        &format!(
            "content-encoding: identity\r\n{}",
            headers("issues", "g", b"{}")
        ),
        b"{}",
    );
    assert_eq!(server.ask(plain).await.status, 202);
    assert_eq!(recorder.guids(), ["g"]);
}

#[tokio::test]
async fn bodies_that_are_no_json_object_are_kept_with_the_reason() {
    let (server, recorder) = server().await;
    let flawed: [(&[u8], &str, &str); 6] = [
        (
            b"{\"a\":\"\xff\"}",
            "{\"a\":\"\u{fffd}\"}",
            "the body is not UTF-8",
        ),
        (b"\xff\0", "\u{fffd}\u{fffd}", "the body is not UTF-8"),
        (
            b"{\"a\":\"\0\"}",
            "{\"a\":\"\u{fffd}\"}",
            "the body holds a NUL",
        ),
        (b"", "", "the body is not a JSON object"),
        (b"[1]", "[1]", "the body is not a JSON object"),
        (b"{\"a\":1", "{\"a\":1", "the body is not a JSON object"),
    ];
    for (bytes, text, flaw) in flawed {
        assert_eq!(server.ask(delivery("issues", "g", bytes)).await.status, 202);
        let taken = recorder.last();
        assert_eq!((taken.body.as_str(), taken.flaw), (text, Some(flaw)));
    }
    assert_eq!(
        server
            .ask(delivery("issues", "g", b" \r\n{}\n"))
            .await
            .status,
        202
    );
    assert_eq!(recorder.last().flaw, None);
}

#[tokio::test]
async fn a_form_is_verified_raw_and_decoded_afterwards() {
    let (server, recorder) = server().await;
    let form = |body: &[u8]| {
        let typed = headers("issues", "g", body).replace(
            "application/json",
            "application/x-www-form-urlencoded; charset=utf-8",
        );
        post(&typed, body)
    };
    assert_eq!(
        server
            .ask(form(b"payload=%7B%22a%22%3A%22b+c%2B%C3%BC%22%7D"))
            .await
            .status,
        202
    );
    assert_eq!(
        (recorder.last().body.as_str(), recorder.last().flaw),
        (r#"{"a":"b c+ü"}"#, None)
    );
    assert_eq!(server.ask(form(b"other=1")).await.status, 202);
    assert_eq!(
        (recorder.last().body.as_str(), recorder.last().flaw),
        ("other=1", Some("the form has no payload"))
    );
}

#[tokio::test]
async fn a_busy_or_silent_intake_is_503_with_a_time_to_come_back() {
    let caps = Caps {
        accept_time: Duration::from_millis(50),
        ..Caps::default()
    };
    let (server, recorder) = TestServer::public(caps, Bounds::default()).await;
    for event in ["busy", "never"] {
        let reply = server.ask(delivery(event, "g", b"{}")).await;
        assert_eq!(reply.error(), (503, "busy".to_owned()), "{event}");
        assert_eq!(reply.headers["retry-after"], "5");
    }
    assert_eq!(recorder.guids(), Vec::<String>::new());
}

#[tokio::test]
async fn a_panic_is_500_without_detail_and_the_connection_lives() {
    let (server, _recorder) = server().await;
    let mut wire = server.call().await;
    wire.say(delivery("panic", "g1", b"{}")).await;
    let reply = wire.reply().await;
    assert_eq!(reply.error(), (500, "internal".to_owned()));
    assert!(!reply.body.contains("secret detail"), "{}", reply.body);
    wire.say(delivery("issues", "g2", b"{}")).await;
    assert_eq!(wire.reply().await.status, 202);
}

#[tokio::test]
async fn only_three_addresses_answer_and_a_page_says_so() {
    let (server, _recorder) = server().await;
    let elsewhere = [
        "/index.html",
        "/webhook/",
        "/Webhook",
        "//webhook",
        "/metrics",
        "/api/v1/status",
        "/api/v1/dispatch",
        "/healthz/x",
    ];
    for path in elsewhere {
        assert_eq!(
            server.ask(get(path)).await.error(),
            (404, "not_found".to_owned()),
            "{path}"
        );
    }
    let page = server.ask(get("/")).await;
    assert!(
        page.status == 200 && page.body.contains("skep is running here"),
        "{}",
        page.body
    );
    assert_eq!(
        page.headers.get("content-type").map(String::as_str),
        Some("text/html; charset=utf-8")
    );
    assert_eq!(
        server.ask(get("/webhook")).await.error(),
        (405, "method_not_allowed".to_owned())
    );
    for path in ["/healthz", "/readyz"] {
        assert_eq!(server.ask(get(path)).await.status, 200, "{path}");
        let posted = get(path).replace("GET", "DELETE");
        assert_eq!(
            server.ask(posted).await.error(),
            (405, "method_not_allowed".to_owned()),
            "{path}"
        );
    }
}

#[tokio::test]
async fn readiness_gives_its_reasons_and_liveness_needs_none() {
    let (server, _recorder) = server().await;
    assert_eq!(
        server.ask(get("/readyz")).await.json(),
        json!({ "ok": true, "reasons": { "taken": 0 } })
    );
    for guid in ["g1", "g2"] {
        server.ask(delivery("issues", guid, b"{}")).await;
    }
    let reply = server.ask(get("/readyz")).await;
    assert_eq!(
        (reply.status, reply.json()),
        (503, json!({ "ok": false, "reasons": { "taken": 2 } }))
    );
    assert_eq!(server.ask(get("/healthz")).await.status, 200);
}

#[test]
fn signed_noise_of_any_kind_is_kept() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let (server, recorder) = runtime.block_on(server());
    proptest!(ProptestConfig::with_cases(200), |(noise in proptest::collection::vec(any::<u8>(), 0..2000), form: bool)| {
        let mut request = delivery("issues", "g", &noise);
        if form {
            let typed = headers("issues", "g", &noise).replace("json", "x-www-form-urlencoded");
            request = post(&typed, &noise);
        }
        let before = recorder.guids().len();
        prop_assert_eq!(runtime.block_on(server.ask(request)).status, 202);
        prop_assert_eq!(recorder.guids().len(), before + 1);
        let taken = recorder.last();
        prop_assert!(!taken.body.contains('\0'));
        parse(&taken.event, &taken.body, &Default::default());
    });
}
