//! Sends webhooks: signed, one after the other, each with ten seconds to be answered.
//!
//! It exists so that a client is driven by real HTTP. It must never send one again by itself: GitHub does not either.
//! <https://docs.github.com/webhooks/webhook-events-and-payloads#delivery-headers>

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use hmac::{Hmac, KeyInit, Mac};
use http_body_util::{BodyExt, Full, Limited};
use hyper::Request;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use sha2::Sha256;

use crate::state::State;
use crate::world::outgoing::{Attempt, Outcome};

/// How long GitHub waits for an answer.
const PATIENCE: Duration = Duration::from_secs(10);

type Sender = Client<HttpConnector, Full<Bytes>>;

/// The `X-Hub-Signature-256` of a body.
pub fn signature(secret: &str, body: &[u8]) -> String {
    // HMAC takes keys of every length.
    let mut mac =
        Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("HMAC takes keys of every length");
    mac.update(body);
    format!("sha256={}", hex::encode(mac.finalize().into_bytes()))
}

/// Sends what is waiting for as long as the simulator lives.
pub async fn run(state: Arc<State>) {
    let sender: Sender = Client::builder(TokioExecutor::new()).build_http();
    loop {
        let (next, target, secret, app) = state.change(|world| {
            let app = &world.app;
            let facts = (app.webhook_url.clone(), app.webhook_secret.clone(), app.id);
            (world.outgoing.take(), facts.0, facts.1, facts.2)
        });
        let Some(attempt) = next else {
            state.idle.notify_waiters();
            state.wake.notified().await;
            continue;
        };
        let began = Instant::now();
        let request = target.and_then(|target| request(&target, &secret, app, &attempt));
        let (status, status_code, answer) = match request {
            None => ("failed to connect to host".to_owned(), 502, String::new()),
            Some(request) => send(&sender, request).await,
        };
        let outcome = Outcome {
            status,
            status_code,
            duration: began.elapsed().as_secs_f64(),
            answer,
        };
        state.change(|world| world.outgoing.finish(attempt, outcome));
    }
}

fn request(
    target: &str,
    secret: &str,
    app: i64,
    attempt: &Attempt,
) -> Option<Request<Full<Bytes>>> {
    let builder = Request::post(target)
        .header("content-type", "application/json")
        .header("accept", "*/*")
        .header("user-agent", "GitHub-Hookshot/5111ca1")
        .header("x-github-event", &attempt.event)
        .header("x-github-delivery", &attempt.guid)
        .header("x-github-hook-id", app)
        .header("x-github-hook-installation-target-id", app)
        .header("x-github-hook-installation-target-type", "integration")
        .header(
            "x-hub-signature-256",
            signature(secret, attempt.body.as_bytes()),
        );
    builder
        .body(Full::new(Bytes::from(attempt.body.clone())))
        .ok()
}

async fn send(sender: &Sender, request: Request<Full<Bytes>>) -> (String, u16, String) {
    let exchange = async {
        let response = sender
            .request(request)
            .await
            .map_err(|_| "failed to connect to host")?;
        let status = response.status();
        let body = Limited::new(response.into_body(), 1 << 20)
            .collect()
            .await
            .map_err(|_| "failed to read answer")?;
        Ok::<_, &str>((status, body.to_bytes()))
    };
    match tokio::time::timeout(PATIENCE, exchange).await {
        Err(_) => ("timed out".to_owned(), 504, String::new()),
        Ok(Err(reason)) => (reason.to_owned(), 502, String::new()),
        Ok(Ok((status, body))) => {
            let answer = String::from_utf8_lossy(&body).chars().take(2_000).collect();
            let words = if status.is_success() {
                "OK"
            } else {
                "Invalid HTTP Response: "
            };
            let words = if status.is_success() {
                words.to_owned()
            } else {
                format!("{words}{}", status.as_u16())
            };
            (words, status.as_u16(), answer)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::signature;

    #[test]
    fn signs_githubs_own_example() {
        let expected = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
        assert_eq!(
            signature("It's a Secret to Everybody", b"Hello, World!"),
            expected
        );
    }
}
