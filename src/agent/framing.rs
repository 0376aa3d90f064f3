//! The lines between skep and one agent. Updates are taken out here, before the protocol crate sees them: its inner
//! queue has no bound, so whatever must hold the agent back has to do so while its output is being read.
//!
//! The other side is hostile until proved otherwise: lines are capped, the rate limited, the bytes of a session limited.
//! Nothing here trusts an id or a length. Bad manners are borne: what is no message is counted and passed over, halves of
//! characters are mended.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use agent_client_protocol::schema::ProtocolVersion;
use agent_client_protocol::v1::schema::SessionNotification;
use futures::{Sink, Stream};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::connection_state::Exchange;
use super::error::AgentError;
use super::halves::{Halves, mend};

/// The longest line of an agent.
pub(super) const LINE_MAX: usize = 16 * 1024 * 1024;
/// So many lines without any message are no agent's.
const SILENT_LINES_MAX: usize = 200;
const LINES_PER_SECOND: f64 = 1_000.0;
const BYTES_AT_ONCE: u64 = 64 * 1024 * 1024;
const BYTES_PER_MINUTE: u64 = 10 * 1024 * 1024;
const UNANSWERED_MAX: usize = 256;
const PAUSE: Duration = Duration::from_millis(20);

/// What both directions of one connection share.
pub(super) struct Wire {
    state: Mutex<Exchange>,
    broken: CancellationToken,
    prompted: Notify,
    updated: Notify,
}

impl Wire {
    pub(super) fn new(exchange: Exchange) -> Arc<Self> {
        let (state, broken) = (Mutex::new(exchange), CancellationToken::new());
        Arc::new(Self {
            state,
            broken,
            prompted: Notify::new(),
            updated: Notify::new(),
        })
    }

    /// Waits until a further prompt is on the wire.
    pub(super) async fn prompted(&self) {
        self.prompted.notified().await;
    }

    /// Waits until the agent has said or done something.
    pub(super) async fn updated(&self) {
        self.updated.notified().await;
    }

    /// The shared state; never held across an await.
    pub(super) fn state(&self) -> MutexGuard<'_, Exchange> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends the connection for a reason; the first one counts.
    pub(super) fn fail(&self, error: AgentError) {
        self.state().verdict.get_or_insert(error);
        self.broken.cancel();
    }

    /// Waits until the connection was ended for a reason.
    pub(super) async fn broken(&self) {
        self.broken.cancelled().await;
    }
}

#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow, default)]
    method: Option<Cow<'a, str>>,
    #[serde(default)]
    id: Option<IgnoredAny>,
    #[serde(borrow, default)]
    params: Option<&'a RawValue>,
    #[serde(borrow, default)]
    result: Option<&'a RawValue>,
}

/// What counts of the answer to `initialize`.
#[derive(Deserialize)]
struct Hello {
    #[serde(rename = "protocolVersion", default)]
    version: serde_json::Value,
}

/// The agent's lines, without its updates.
pub(super) fn incoming(
    reader: impl AsyncRead + Send + Unpin + 'static,
    wire: Arc<Wire>,
) -> impl Stream<Item = io::Result<String>> + Send + 'static {
    let reader = BufReader::with_capacity(64 * 1024, reader);
    let inlet = Inlet {
        reader,
        wire,
        meter: Meter::new(),
        batch: VecDeque::new(),
        rewritten: VecDeque::new(),
        talks: false,
        greeted: false,
    };
    futures::stream::unfold(Some(inlet), |inlet| async move {
        let mut inlet = inlet?;
        match inlet.next().await {
            Ok(line) => line.map(|line| (Ok(line), Some(inlet))),
            Err(error) => {
                let reason = io::Error::other(error.to_string());
                inlet.wire.fail(error);
                Some((Err(reason), None))
            }
        }
    })
}

struct Inlet<R> {
    reader: BufReader<R>,
    wire: Arc<Wire>,
    meter: Meter,
    /// Messages that came in one list and are still to be taken.
    batch: VecDeque<String>,
    /// Messages that one of the agent's stands for, and are still to be taken.
    rewritten: VecDeque<String>,
    /// Whether a message has ever come.
    talks: bool,
    /// Whether anything was answered: the first answer is the one to `initialize`.
    greeted: bool,
}

impl<R: AsyncRead + Unpin> Inlet<R> {
    /// The next line for the protocol crate; none at the end of the stream.
    async fn next(&mut self) -> Result<Option<String>, AgentError> {
        loop {
            let rewritten = self.rewritten.pop_front();
            let as_it_is = rewritten.is_some();
            let next = match rewritten {
                Some(line) => Some((line, Halves::default())),
                None => self.line().await?,
            };
            let Some((line, halves)) = next else {
                return Ok(None);
            };
            if line.trim().is_empty() {
                continue;
            }
            let Some((envelope, message)) = message(&line) else {
                self.stray(&line)?;
                continue;
            };
            if let Some(lines) = (!as_it_is)
                .then(|| self.wire.state().dialect.inward(message))
                .flatten()
            {
                self.rewritten.extend(lines);
                continue;
            }
            self.talks = true;
            if let (None, Some(result)) = (&envelope.method, envelope.result) {
                self.check_version(result)?;
            }
            if envelope.method.as_deref() == Some("session/update") && envelope.id.is_none() {
                self.update(envelope.params, halves);
                hold_back(&self.wire, |state| state.transcript.is_full()).await;
                continue;
            }
            if envelope.method.is_some() && envelope.id.is_some() {
                self.wire.state().asked();
                hold_back(&self.wire, |state| state.unanswered > UNANSWERED_MAX).await;
            }
            return Ok(Some(message.to_owned()));
        }
    }

    /// An agent that speaks another version of the protocol is not talked to.
    fn check_version(&mut self, result: &RawValue) -> Result<(), AgentError> {
        if std::mem::replace(&mut self.greeted, true) {
            return Ok(());
        }
        let hello = serde_json::from_str::<Hello>(result.get()).ok();
        let version = hello.map(|hello| hello.version).unwrap_or_default();
        if version == serde_json::json!(ProtocolVersion::V1) {
            return Ok(());
        }
        Err(AgentError::Protocol(format!(
            "skep speaks version 1 of it, the agent answered with {version}"
        )))
    }

    /// The next line, mended.
    async fn line(&mut self) -> Result<Option<(String, Halves)>, AgentError> {
        if let Some(message) = self.batch.pop_front() {
            return Ok(Some((message, Halves::default())));
        }
        let Some(mut line) = read_line(&mut self.reader).await? else {
            return Ok(None);
        };
        self.meter.take(line.len()).await?;
        let halves = mend(&mut line);
        let line = String::from_utf8(line)
            .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned());
        Ok(Some((line, halves)))
    }

    /// A line that is no message: several in a list (JSON-RPC's batch, which the protocol does not use) are taken one by one,
    /// the rest was printed by somebody.
    fn stray(&mut self, line: &str) -> Result<(), AgentError> {
        if let Ok(list) = serde_json::from_str::<Vec<&RawValue>>(line) {
            self.batch
                .extend(list.into_iter().map(|message| message.get().to_owned()));
            return Ok(());
        }
        let count = self.wire.state().strays.add(line);
        if self.talks || count < SILENT_LINES_MAX {
            return Ok(());
        }
        Err(AgentError::Protocol(format!(
            "it printed {count} lines, and none of them is a JSON-RPC message"
        )))
    }

    fn update(&self, params: Option<&RawValue>, halves: Halves) {
        // Kinds of updates that nobody knows are no error: the protocol grows.
        let parsed = params.map(|params| serde_json::from_str::<SessionNotification>(params.get()));
        self.wire
            .state()
            .updated(parsed.and_then(Result::ok), halves);
        self.wire.updated.notify_one();
    }
}

/// The message of a line: behind a byte order mark, or behind what was printed without a line's end.
fn message(line: &str) -> Option<(Envelope<'_>, &str)> {
    let read = |text| {
        serde_json::from_str::<Envelope<'_>>(text)
            .ok()
            .map(|envelope| (envelope, text))
    };
    let speaks =
        |(envelope, _): &(Envelope<'_>, _)| envelope.method.is_some() || envelope.id.is_some();
    let bare = line.trim_start_matches('\u{feff}').trim();
    let whole = read(bare).filter(|_| bare.starts_with('{')).filter(speaks);
    whole.or_else(|| read(&bare[bare.find("{\"jsonrpc\"")?..]).filter(speaks))
}

/// Holds the agent back while `busy`: its output is not read meanwhile.
async fn hold_back(wire: &Wire, busy: impl Fn(&Exchange) -> bool) {
    while busy(&wire.state()) && !wire.broken.is_cancelled() {
        tokio::time::sleep(PAUSE).await;
    }
}

/// One line without its end; none at the end of the stream. A last line without an end counts.
async fn read_line<R: AsyncRead + Unpin>(
    reader: &mut BufReader<R>,
) -> Result<Option<Vec<u8>>, AgentError> {
    let mut line = Vec::new();
    loop {
        // A broken pipe is the end of the agent, told by its exit.
        let Ok(chunk) = reader.fill_buf().await else {
            return Ok(None);
        };
        if chunk.is_empty() {
            break;
        }
        let end = chunk.iter().position(|byte| *byte == b'\n');
        let count = end.map_or(chunk.len(), |end| end + 1);
        line.extend_from_slice(&chunk[..count]);
        reader.consume(count);
        if line.len() > LINE_MAX {
            return Err(AgentError::Flood(format!(
                "a line longer than {} MiB",
                LINE_MAX >> 20
            )));
        }
        if end.is_some() {
            break;
        }
    }
    Ok((!line.is_empty()).then_some(line))
}

/// Slows down who talks too fast and stops who talks too much.
struct Meter {
    began: Instant,
    filled: Instant,
    lines: f64,
    bytes: u64,
}

impl Meter {
    fn new() -> Self {
        let now = Instant::now();
        Self {
            began: now,
            filled: now,
            lines: LINES_PER_SECOND,
            bytes: 0,
        }
    }

    async fn take(&mut self, bytes: usize) -> Result<(), AgentError> {
        self.bytes += bytes as u64;
        let allowed = BYTES_AT_ONCE + self.began.elapsed().as_secs() * BYTES_PER_MINUTE / 60;
        if self.bytes > allowed {
            return Err(AgentError::Flood(format!(
                "more than {} MiB of output",
                BYTES_AT_ONCE >> 20
            )));
        }
        let now = Instant::now();
        let gained = now.duration_since(self.filled).as_secs_f64() * LINES_PER_SECOND;
        self.lines = (self.lines + gained).min(LINES_PER_SECOND) - 1.0;
        self.filled = now;
        if self.lines < 0.0 {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Ok(())
    }
}

/// Where the protocol crate writes its lines to.
pub(super) fn outgoing(
    writer: impl AsyncWrite + Send + Unpin + 'static,
    wire: Arc<Wire>,
) -> impl Sink<String, Error = io::Error> + Send + 'static {
    futures::sink::unfold(
        (writer, wire),
        |(mut writer, wire), mut line: String| async move {
            let envelope = serde_json::from_str::<Envelope<'_>>(&line).ok();
            let answer = envelope
                .as_ref()
                .is_some_and(|envelope| envelope.method.is_none());
            let prompt = envelope
                .is_some_and(|envelope| envelope.method.as_deref() == Some("session/prompt"));
            if let Some(rewritten) = wire.state().dialect.outward(&line) {
                line = rewritten;
            }
            line.push('\n');
            writer.write_all(line.as_bytes()).await?;
            writer.flush().await?;
            if answer {
                wire.state().answered();
            }
            if prompt {
                wire.state().prompts += 1;
                wire.prompted.notify_one();
            }
            Ok::<_, io::Error>((writer, wire))
        },
    )
}

#[cfg(any(test, fuzzing))]
pub(super) mod fuzzed;

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn lines_are_capped_and_ends_do_not_matter() {
        let mut reader = BufReader::new(&b"one\r\n\ntwo"[..]);
        let mut lines = vec![];
        while let Some(line) = read_line(&mut reader).await.expect("short lines") {
            lines.push(line);
        }
        assert_eq!(lines, [&b"one\r\n"[..], b"\n", b"two"]);
        let mut reader = BufReader::new(tokio::io::repeat(b'x'));
        assert!(matches!(
            read_line(&mut reader).await,
            Err(AgentError::Flood(_))
        ));
    }

    #[test]
    fn a_message_is_found_whatever_stands_around_it() {
        let answer = r#"{"jsonrpc":"2.0","id":null,"result":{}}"#;
        let update = r#"{"jsonrpc":"2.0","method":"session/update"}"#;
        let found = |line: &str| message(line).map(|(_, message)| message.to_owned());
        for line in [
            update.to_owned(),
            format!("\u{feff}{update}\r\n"),
            format!("fetching … {update}"),
        ] {
            assert_eq!(found(&line).as_deref(), Some(update), "{line}");
        }
        for line in [
            answer,
            "[warn] fetching",
            "{}",
            r#"{"level":"info","msg":"started"}"#,
            "{\"jsonrpc\":",
            "7",
        ] {
            assert_eq!(found(line), None, "{line}");
        }
    }

    #[tokio::test]
    async fn too_many_bytes_end_it() {
        let mut meter = Meter::new();
        let mut taken = 0;
        while meter.take(LINE_MAX).await.is_ok() {
            taken += 1;
        }
        assert_eq!(taken, 4);
    }

    #[tokio::test]
    async fn too_many_lines_take_time() {
        let mut meter = Meter::new();
        let began = Instant::now();
        for _ in 0..2_000 {
            meter.take(1).await.expect("few bytes");
        }
        assert!(
            began.elapsed() >= Duration::from_millis(500),
            "{:?}",
            began.elapsed()
        );
    }
}
