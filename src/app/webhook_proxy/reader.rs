//! Keeps a channel open: connects, reads, and connects again when it ends, with growing pauses.
//!
//! It tells once that a channel is lost and once that it is back. A message that the router cannot take now is offered again a few times;
//! the channel itself keeps nothing.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Empty};
use hyper::body::Incoming;
use hyper::header::{ACCEPT, CACHE_CONTROL, CONTENT_TYPE, USER_AGENT};
use hyper::{Request, Response};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use tower::ServiceExt;
use url::Url;

use super::event::{Event, Parser};
use super::message;
use super::view::{ChannelView, News};
use crate::core::network::Network;
use crate::dial::{Route, tls, trust};
use crate::http::Router;

/// For the connection, and for the head of the answer.
const CONNECT: Duration = Duration::from_secs(10);
/// smee sends a sign of life every 30 s; a channel that is silent for longer is dead.
const SILENCE: Duration = Duration::from_secs(90);
/// The first pause between two connections, and the longest.
const PAUSE: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(60));
/// How often a message is offered, and the first pause between two offers.
const OFFERS: u32 = 5;
const OFFER_PAUSE: Duration = Duration::from_millis(500);

type Https = Client<HttpsConnector<Route>, Empty<Bytes>>;

pub(super) struct Reader {
    pub(super) channel: Url,
    pub(super) network: Network,
    pub(super) router: Router,
    pub(super) view: Arc<ChannelView>,
}

impl Reader {
    /// Reads for ever.
    pub(super) async fn run(self) {
        let client = match self.client() {
            Ok(client) => client,
            Err(why) => {
                self.lost(&why);
                return;
            }
        };
        let (mut parser, mut pause) = (Parser::default(), PAUSE.0);
        loop {
            let why = match self.connect(&client, parser.last_id.as_deref()).await {
                Ok(response) => {
                    if self.view.opened() == News::Opened {
                        tracing::info!("the webhook channel is open");
                    }
                    pause = PAUSE.0;
                    parser.restart();
                    self.read(response, &mut parser).await
                }
                Err(why) => why,
            };
            self.lost(&why);
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(PAUSE.1);
        }
    }

    fn lost(&self, why: &str) {
        if self.view.lost(why) == News::Lost {
            tracing::warn!(
                why,
                "the webhook channel is lost; it is tried again until it is back"
            );
        }
    }

    fn client(&self) -> Result<Https, String> {
        let connector = HttpsConnectorBuilder::new()
            .with_tls_config(tls(trust(&self.network)?))
            .https_or_http()
            .enable_http1()
            .wrap_connector(Route::new(&self.network, CONNECT));
        Ok(Client::builder(TokioExecutor::new()).build(connector))
    }

    async fn connect(
        &self,
        client: &Https,
        last_id: Option<&str>,
    ) -> Result<Response<Incoming>, String> {
        let mut request = Request::get(self.channel.as_str())
            .header(ACCEPT, "text/event-stream")
            .header(CACHE_CONTROL, "no-cache")
            .header(USER_AGENT, concat!("skep/", env!("CARGO_PKG_VERSION")));
        if let Some(id) = last_id {
            request = request.header("last-event-id", id);
        }
        let request = request
            .body(Empty::new())
            .map_err(|error| error.to_string())?;
        let answered = tokio::time::timeout(CONNECT, client.request(request)).await;
        let response = answered
            .map_err(|_| "no answer in time".to_owned())?
            .map_err(|error| chain(&error))?;
        let kind = response
            .headers()
            .get(CONTENT_TYPE)
            .and_then(|kind| kind.to_str().ok());
        let streams = kind.is_some_and(|kind| kind.starts_with("text/event-stream"));
        match (response.status().as_u16(), streams) {
            (200, true) => Ok(response),
            (200, false) => Err("it answers with something else than events".to_owned()),
            (status, _) => Err(format!("it answers {status}")),
        }
    }

    /// Reads until the stream ends; the answer is why.
    async fn read(&self, response: Response<Incoming>, parser: &mut Parser) -> String {
        let mut body = response.into_body();
        loop {
            let frame = match tokio::time::timeout(SILENCE, body.frame()).await {
                Err(_) => return "it was silent for too long".to_owned(),
                Ok(None) => return "it was closed".to_owned(),
                Ok(Some(Err(error))) => return chain(&error),
                Ok(Some(Ok(frame))) => frame,
            };
            let Some(bytes) = frame.data_ref() else {
                continue;
            };
            match parser.push(bytes) {
                Ok(events) => {
                    for event in events {
                        self.take(&event).await;
                    }
                }
                Err(error) => return error.to_string(),
            }
        }
    }

    async fn take(&self, event: &Event) {
        if event.kind != "message" {
            return;
        }
        self.view.message();
        let mut pause = OFFER_PAUSE;
        for _ in 0..OFFERS {
            let request = match message::request(&event.data) {
                Ok(request) => request,
                Err(why) => {
                    tracing::warn!(why, "a message of the webhook channel is no delivery");
                    return;
                }
            };
            let answered = self.router.clone().oneshot(request).await;
            let status = answered.map_or(500, |response| response.status().as_u16());
            if status != 503 {
                tracing::debug!(status, "a message of the webhook channel was passed on");
                return;
            }
            tokio::time::sleep(pause).await;
            pause *= 2;
        }
        tracing::warn!(
            "a message of the webhook channel could not be taken, and the channel keeps none"
        );
    }
}

/// The causes of an error in one line.
fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}
