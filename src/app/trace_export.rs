//! Sends spans to the operator's collector: OTLP over HTTP with JSON, by skep's own way out.
//!
//! Work never waits for it: it takes what is in the queue, sends it in batches, and tries again what the collector may take later. What it
//! does not take is counted and lost, and said once.
//! <https://opentelemetry.io/docs/specs/otlp/#otlphttp-request>

use std::time::Duration;

use anyhow::Context;
use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::header::{CONTENT_TYPE, HeaderName, HeaderValue, USER_AGENT};
use hyper::{HeaderMap, Request, StatusCode, Uri};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use secrecy::ExposeSecret;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::config::Traces;
use crate::core::network::Network;
use crate::dial::{Route, tls, trust};
use crate::meter;
use crate::trace::{self, Span, Spans, encode};

/// For the connection.
const CONNECT: Duration = Duration::from_secs(5);
/// For one request and its answer.
const TOTAL: Duration = Duration::from_secs(10);
/// How long spans are gathered before they are sent.
const GATHER: Duration = Duration::from_millis(500);
/// So many are sent at once.
const BATCH: usize = 512;
/// How often a batch is tried, and the first pause between two tries.
const TRIES: u32 = 5;
const PAUSE: Duration = Duration::from_secs(1);
/// At the end, what is left may take so long.
const LAST: Duration = Duration::from_secs(3);
/// Of an answer so much is read.
const ANSWER_BYTES: usize = 64 * 1024;

type Https = Client<HttpsConnector<Route>, Full<Bytes>>;

/// What sends spans, while it does.
pub(super) struct TraceExport {
    stop: CancellationToken,
    sending: JoinHandle<()>,
}

/// From now on spans are recorded and sent; nothing where nobody named a collector.
///
/// # Errors
/// The collector's address, its headers or the certificates cannot be used.
pub(super) fn start(
    traces: Option<&Traces>,
    network: &Network,
) -> anyhow::Result<Option<TraceExport>> {
    let Some(traces) = traces else {
        return Ok(None);
    };
    let collector = Collector::new(traces, network)?;
    let Some(spans) = trace::open() else {
        return Ok(None);
    };
    let stop = CancellationToken::new();
    tracing::info!(endpoint = %collector.endpoint, "traces are sent to a collector");
    let sending = tokio::spawn(collector.run(spans, stop.clone()));
    Ok(Some(TraceExport { stop, sending }))
}

impl TraceExport {
    /// Sends what is left, as far as that goes quickly.
    pub(super) async fn stop(self) {
        self.stop.cancel();
        let mut sending = self.sending;
        if tokio::time::timeout(LAST, &mut sending).await.is_err() {
            sending.abort();
        }
    }
}

/// Who takes them.
struct Collector {
    endpoint: Uri,
    headers: HeaderMap,
    service: String,
    client: Https,
    /// That it does not take them was said.
    complained: bool,
}

/// What came of a try.
enum Tried {
    Taken,
    /// It may take it later.
    Later(String),
    /// It never will.
    Refused(String),
}

impl Collector {
    fn new(traces: &Traces, network: &Network) -> anyhow::Result<Self> {
        let base = traces.endpoint.as_str().trim_end_matches('/');
        let endpoint = format!("{base}/v1/traces").parse();
        let endpoint = endpoint.context("read the address of the collector of traces")?;
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let agent = concat!("skep/", env!("CARGO_PKG_VERSION"));
        headers.insert(USER_AGENT, HeaderValue::from_static(agent));
        for (name, value) in &traces.headers {
            let name = HeaderName::try_from(name).context("read a header for the collector")?;
            let value = HeaderValue::try_from(value.expose_secret());
            let mut value = value.context("read a header for the collector")?;
            value.set_sensitive(true);
            headers.insert(name, value);
        }
        let roots = trust(network).map_err(anyhow::Error::msg)?;
        let connector = HttpsConnectorBuilder::new()
            .with_tls_config(tls(roots))
            .https_or_http()
            .enable_http1()
            .wrap_connector(Route::new(network, CONNECT));
        Ok(Self {
            endpoint,
            headers,
            service: traces.service.clone(),
            client: Client::builder(TokioExecutor::new()).build(connector),
            complained: false,
        })
    }

    /// Sends until it is stopped, and then what is left.
    async fn run(mut self, mut spans: Spans, stop: CancellationToken) {
        let mut batch = Vec::with_capacity(BATCH);
        loop {
            let first = tokio::select! {
                received = spans.recv_many(&mut batch, BATCH) => received,
                () = stop.cancelled() => break,
            };
            if first == 0 {
                return;
            }
            let gathered = tokio::time::sleep(GATHER);
            tokio::pin!(gathered);
            while batch.len() < BATCH {
                let room = BATCH - batch.len();
                tokio::select! {
                    _ = spans.recv_many(&mut batch, room) => {}
                    () = &mut gathered => break,
                    () = stop.cancelled() => break,
                }
            }
            self.deliver(&batch, &stop).await;
            batch.clear();
        }
        spans.close();
        while spans.recv_many(&mut batch, BATCH).await > 0 {
            self.deliver(&batch, &stop).await;
            batch.clear();
        }
    }

    /// Tries a few times, with growing pauses; at the end once.
    async fn deliver(&mut self, batch: &[Span], stop: &CancellationToken) {
        let body = Bytes::from(encode(&self.service, env!("CARGO_PKG_VERSION"), batch));
        let mut pause = PAUSE;
        for number in 1..=TRIES {
            let why = match self.send(body.clone()).await {
                Tried::Taken => {
                    meter::SPANS_SENT.add(&[], batch.len() as u64);
                    self.complained = false;
                    return;
                }
                Tried::Later(why) if number < TRIES && !stop.is_cancelled() => {
                    self.complain(&why);
                    tokio::select! {
                        () = tokio::time::sleep(pause) => {}
                        () = stop.cancelled() => {}
                    }
                    pause *= 2;
                    continue;
                }
                Tried::Later(why) | Tried::Refused(why) => why,
            };
            self.complain(&why);
            break;
        }
        meter::SPANS_DROPPED.add(&["collector"], batch.len() as u64);
    }

    fn complain(&mut self, why: &str) {
        if !std::mem::replace(&mut self.complained, true) {
            tracing::warn!(
                why,
                "the collector of traces does not take them; work goes on without"
            );
        }
    }

    async fn send(&self, body: Bytes) -> Tried {
        let mut request = Request::post(self.endpoint.clone());
        if let Some(headers) = request.headers_mut() {
            headers.clone_from(&self.headers);
        }
        let request = match request.body(Full::new(body)) {
            Ok(request) => request,
            Err(error) => return Tried::Refused(error.to_string()),
        };
        let exchange = async {
            let response = self.client.request(request).await?;
            let status = response.status();
            // Read to its end, so that the connection can be used again.
            let read = Limited::new(response.into_body(), ANSWER_BYTES);
            let _whole = read.collect().await;
            Ok::<_, hyper_util::client::legacy::Error>(status)
        };
        match tokio::time::timeout(TOTAL, exchange).await {
            Err(_) => Tried::Later("no answer in time".to_owned()),
            Ok(Err(error)) => Tried::Later(error.to_string()),
            Ok(Ok(status)) if status.is_success() => Tried::Taken,
            Ok(Ok(status)) => {
                let why = format!("it answered {status}");
                match status {
                    StatusCode::TOO_MANY_REQUESTS
                    | StatusCode::BAD_GATEWAY
                    | StatusCode::SERVICE_UNAVAILABLE
                    | StatusCode::GATEWAY_TIMEOUT => Tried::Later(why),
                    _ => Tried::Refused(why),
                }
            }
        }
    }
}
