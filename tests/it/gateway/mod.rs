//! The gateway between an agent and its model, by real sockets: what goes through, what is counted, what is told; against a provider
//! by hand that keeps what it was sent.

mod answers;
mod hostile;

use std::sync::{Arc, Mutex};

use skep::core::budget::TurnBudget;
use skep::core::gateway::{Serving, served};
use skep::core::network::Network;
use skep::gateway::{Bounds, Gateway, Handle, News};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

/// The key that no session ever sees.
pub(super) const KEY: &str = "sk-canary-0123456789";
/// What stands in its place.
pub(super) const WORD: &str = "skep-word";
/// Where the gateway believes to be inside.
const PORT: u16 = 61_129;

/// A server of a provider's: it keeps what it is sent, and answers as the test says.
pub(super) struct Provider {
    pub(super) port: u16,
    heard: Arc<Mutex<Vec<String>>>,
    /// Each connection with a request on it, whose head and body were read.
    pub(super) came: UnboundedReceiver<TcpStream>,
}

impl Provider {
    pub(super) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let (found, came) = unbounded_channel();
        let heard: Arc<Mutex<Vec<String>>> = Arc::default();
        let kept = Arc::clone(&heard);
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let (found, kept) = (found.clone(), Arc::clone(&kept));
                tokio::spawn(async move {
                    let request = whole(&mut stream).await;
                    kept.lock().expect("no panic").push(request);
                    // The test may be over.
                    let _ = found.send(stream);
                });
            }
        });
        Self { port, heard, came }
    }

    /// Requests so far, heads in lower case.
    pub(super) fn heard(&self) -> Vec<String> {
        self.heard.lock().expect("no panic").clone()
    }

    /// Answers the next request.
    pub(super) async fn answers(&mut self, answer: &str) {
        let mut stream = self.came.recv().await.expect("a request");
        stream.write_all(answer.as_bytes()).await.expect("sent");
    }
}

/// One request with its body, by length or in chunks.
async fn whole(stream: &mut TcpStream) -> String {
    let mut all = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&all).to_ascii_lowercase();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length: ")?.parse::<usize>().ok());
            let chunked = head.contains("transfer-encoding: chunked");
            let complete = match length {
                Some(length) => body.len() >= length,
                None => !chunked || body.ends_with("0\r\n\r\n"),
            };
            if complete {
                return text;
            }
        }
        if matches!(stream.read_buf(&mut all).await, Ok(0) | Err(_)) {
            return String::from_utf8_lossy(&all).to_ascii_lowercase();
        }
    }
}

/// A start's gateway to that provider.
pub(super) struct Bench {
    pub(super) handle: Handle,
    news: UnboundedReceiver<News>,
    _folder: tempfile::TempDir,
}

impl Bench {
    pub(super) fn to(provider: &Provider) -> Self {
        Self::bounded(provider, Bounds::default())
    }

    pub(super) fn bounded(provider: &Provider, bounds: Bounds) -> Self {
        let at = format!("http://127.0.0.1:{}", provider.port);
        let environment = [
            ("OPENAI_API_KEY", KEY.to_owned()),
            ("OPENAI_BASE_URL", format!("{at}/v1")),
            ("ANTHROPIC_API_KEY", KEY.to_owned()),
            ("ANTHROPIC_BASE_URL", at.clone()),
            ("GEMINI_API_KEY", KEY.to_owned()),
            ("GOOGLE_GEMINI_BASE_URL", at),
        ];
        let environment = environment.map(|(name, value)| (name.to_owned(), value));
        let serving = Serving {
            all: served(&environment.into()).expect("addresses"),
            word: WORD.to_owned(),
            port: PORT,
        };
        let folder = tempfile::tempdir().expect("a folder");
        let gateway = Gateway::new(&Network::default(), Arc::new(|| 1_000)).bounded(bounds);
        let (tell, news) = unbounded_channel();
        let tell = Arc::new(move |one| {
            // The test may be over.
            let _ = tell.send(one);
        });
        let socket = skep::egress::listen(folder.path(), "gateway.sock").expect("a socket");
        let handle = gateway.open(serving, socket, tell);
        handle.begin(TurnBudget::default());
        Self {
            handle,
            news,
            _folder: folder,
        }
    }

    pub(super) async fn connect(&self) -> UnixStream {
        let path = self.handle.path();
        UnixStream::connect(path).await.expect("it listens")
    }

    /// Sends bytes and reads all that comes back until the other side closes.
    pub(super) async fn say(&self, bytes: &str) -> String {
        let mut stream = self.connect().await;
        // It may have been refused before it was heard out.
        let _ = stream.write_all(bytes.as_bytes()).await;
        rest(&mut stream).await
    }

    /// The next that happens.
    pub(super) async fn news(&mut self) -> News {
        self.news.recv().await.expect("news")
    }

    /// What has happened by now.
    pub(super) fn all_news(&mut self) -> Vec<News> {
        std::iter::from_fn(|| self.news.try_recv().ok()).collect()
    }
}

pub(super) async fn rest(stream: &mut UnixStream) -> String {
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into_owned()
}

/// A request for a model's words; the connection is closed after it.
pub(super) fn post(target: &str, more: &str) -> String {
    let body = r#"{"model":"m","stream":true}"#;
    format!(
        "POST {target} HTTP/1.1\r\nHost: 127.0.0.1:{PORT}\r\nConnection: close\r\n{more}Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// The same with the word of the session.
pub(super) fn asks(target: &str) -> String {
    post(target, &format!("Authorization: Bearer {WORD}\r\n"))
}

/// The whole of an answer in one piece.
pub(super) fn answer(status: &str, more: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status}\r\nContent-Type: application/json\r\n{more}Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
}
