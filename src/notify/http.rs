//! Messages over HTTP: webhooks signed as GitHub signs its own, and Slack's incoming webhooks.
//!
//! By the operator's proxy and certificates as all of skep's calls. No redirect is followed: the signature and the text are for the
//! address that the operator named. <https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries>

use std::sync::OnceLock;

use bytes::Bytes;
use hmac::{Hmac, KeyInit, Mac};
use http_body_util::{BodyExt, Full, Limited};
use hyper::header::{CONTENT_TYPE, RETRY_AFTER, USER_AGENT};
use hyper::{Request, Response, body::Incoming};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use sha2::Sha256;
use tokio::time::timeout;

use super::letter::Letter;
use super::sent::{Sent, Trouble, chain};
use super::waits::Waits;
use crate::core::network::Network;
use crate::core::notify::{Hidden, retry_after_ms};
use crate::core::text::notify::failed;
use crate::dial::{Route, tls, trust};

/// Of an answer so much is read.
const ANSWER: usize = 16 << 10;

type Https = Client<HttpsConnector<Route>, Full<Bytes>>;

/// Sends them.
pub(super) struct Post {
    network: Network,
    waits: Waits,
    client: OnceLock<Result<Https, String>>,
}

impl Post {
    pub(super) fn new(network: &Network, waits: Waits) -> Self {
        Self {
            network: network.clone(),
            waits,
            client: OnceLock::new(),
        }
    }

    /// The client, made when it is first needed: reading certificates takes a moment.
    fn client(&self) -> Result<&Https, &str> {
        let made = self.client.get_or_init(|| {
            let connector = HttpsConnectorBuilder::new()
                .with_tls_config(tls(trust(&self.network)?))
                .https_or_http()
                .enable_http1()
                .wrap_connector(Route::new(&self.network, self.waits.connect));
            Ok(Client::builder(TokioExecutor::new())
                .pool_timer(TokioTimer::new())
                .pool_max_idle_per_host(0)
                .build(connector))
        });
        made.as_ref().map_err(String::as_str)
    }

    /// The event itself, signed.
    pub(super) async fn webhook(&self, to: (&Hidden, &Hidden), letter: &Letter, now: i64) -> Sent {
        let (url, secret) = to;
        let request = Request::post(url.expose())
            .header("X-Skep-Event", &letter.name)
            .header("X-Skep-Delivery", &letter.id)
            .header(
                "X-Hub-Signature-256",
                signature(secret, letter.body.as_bytes()),
            );
        self.send(request, letter.body.clone(), now).await
    }

    /// A line of text, in JSON.
    pub(super) async fn slack(&self, url: &Hidden, text: String, now: i64) -> Sent {
        self.send(Request::post(url.expose()), text, now).await
    }

    async fn send(&self, request: hyper::http::request::Builder, body: String, now: i64) -> Sent {
        let request = request
            .header(CONTENT_TYPE, "application/json")
            .header(USER_AGENT, concat!("skep/", env!("CARGO_PKG_VERSION")))
            .body(Full::new(Bytes::from(body)));
        let request = match request {
            Ok(request) => request,
            Err(error) => return Sent::failed(failed::unreachable(&error.to_string())),
        };
        let client = match self.client() {
            Ok(client) => client,
            Err(why) => return Sent::failed(failed::unreachable(why)),
        };
        let exchange = async {
            match client.request(request).await {
                Ok(response) => read(response, now).await,
                Err(error) => Sent::failed(failed::unreachable(&chain(&error))),
            }
        };
        let silent = failed::silent(self.waits.post.as_secs());
        timeout(self.waits.post, exchange)
            .await
            .unwrap_or_else(|_| Sent::failed(silent))
    }
}

/// What an answer comes to: any success is one.
async fn read(response: Response<Incoming>, now: i64) -> Sent {
    let status = response.status();
    let later = response.headers().get(RETRY_AFTER);
    let later = later.and_then(|value| retry_after_ms(value.to_str().ok()?, now));
    let body = Limited::new(response.into_body(), ANSWER).collect().await;
    let body = body.map(|body| body.to_bytes()).unwrap_or_default();
    let body = String::from_utf8_lossy(&body);
    match status {
        _ if status.is_success() => {
            let said = format!("{status} {body}");
            Sent::Taken(said.trim().to_owned())
        }
        _ if status.is_redirection() => Sent::failed(failed::redirect(&status.to_string())),
        _ => Sent::Failed(Trouble {
            why: failed::status(&status.to_string(), &body),
            retry_after_ms: later,
        }),
    }
}

/// `sha256=` and the HMAC-SHA256 of the body, hexadecimal.
fn signature(secret: &Hidden, body: &[u8]) -> String {
    let key = Hmac::<Sha256>::new_from_slice(secret.expose().as_bytes());
    let key = key.expect("HMAC takes keys of every length");
    let digest = key.chain_update(body).finalize().into_bytes();
    format!("sha256={}", hex::encode(digest))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// GitHub's own example, for whoever writes a receiver.
    #[test]
    fn it_signs_as_github_does() {
        assert_eq!(
            signature(&Hidden::new("It's a Secret to Everybody"), b"Hello, World!"),
            "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
        );
    }
}
