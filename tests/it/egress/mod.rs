//! The way out of a session, by real sockets: real programs through it, hostile requests by hand, and a flood.
//!
//! Hosts are ends on loopback that count who came; names are given their addresses here. That a host was not reached is said by
//! its count, never by time.

mod bounds;
mod hostile;
mod programs;
mod upstream;

use std::collections::BTreeMap;
use std::io;
use std::net::IpAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use skep::core::egress::{AllowList, Denied, Entry, Outcome, Whose};
use skep::core::network::Network;
use skep::core::time::Clock;
use skep::egress::{Bounds, Egress, Handle, Resolve, Resolving};
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, UnixStream};

/// Names, and what each means the first time, the second time, and from then on.
#[derive(Default)]
pub(super) struct Names {
    all: BTreeMap<String, Vec<Vec<IpAddr>>>,
    asked: Mutex<BTreeMap<String, usize>>,
}

impl Names {
    pub(super) fn of(names: &[(&str, &[&[&str]])]) -> Arc<Self> {
        let addresses = |texts: &&[&str]| {
            let parsed = texts.iter().map(|text| text.parse().expect("an address"));
            parsed.collect()
        };
        let all = names
            .iter()
            .map(|(name, answers)| ((*name).to_owned(), answers.iter().map(addresses).collect()));
        Arc::new(Self {
            all: all.collect(),
            asked: Mutex::default(),
        })
    }

    /// How often each name was looked up.
    pub(super) fn asked(&self) -> BTreeMap<String, usize> {
        self.asked.lock().expect("no panic").clone()
    }
}

impl Resolve for Names {
    fn resolve<'a>(&'a self, name: &'a str) -> Resolving<'a> {
        Box::pin(async move {
            let mut asked = self.asked.lock().expect("no panic");
            let times = asked.entry(name.to_owned()).or_default();
            *times += 1;
            let answers = self.all.get(name).ok_or(io::ErrorKind::NotFound)?;
            Ok(answers[(*times - 1).min(answers.len() - 1)].clone())
        })
    }
}

/// An end that counts who comes and sends back a page to whoever asks it anything.
pub(super) struct Canary {
    pub(super) port: u16,
    pub(super) came: Arc<AtomicUsize>,
    /// What it was sent, in order.
    pub(super) heard: Arc<Mutex<Vec<String>>>,
}

const PAGE: &str = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\nhello\n";

impl Canary {
    pub(super) async fn at(address: &str) -> Self {
        let listener = TcpListener::bind(address).await.expect("a port");
        let canary = Self {
            port: listener.local_addr().expect("an address").port(),
            came: Arc::default(),
            heard: Arc::default(),
        };
        let (came, heard) = (Arc::clone(&canary.came), Arc::clone(&canary.heard));
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                came.fetch_add(1, Ordering::SeqCst);
                let heard = Arc::clone(&heard);
                tokio::spawn(async move {
                    let mut all = Vec::new();
                    // A request without a body ends with an empty line.
                    while !all.ends_with(b"\r\n\r\n") {
                        if matches!(stream.read_buf(&mut all).await, Ok(0) | Err(_)) {
                            break;
                        }
                    }
                    let text = String::from_utf8_lossy(&all).into_owned();
                    heard.lock().expect("no panic").push(text);
                    // It may be gone.
                    let _ = stream.write_all(PAGE.as_bytes()).await;
                });
            }
        });
        canary
    }

    pub(super) fn came(&self) -> usize {
        self.came.load(Ordering::SeqCst)
    }

    pub(super) fn heard(&self) -> Vec<String> {
        self.heard.lock().expect("no panic").clone()
    }
}

/// A session's way out.
pub(super) struct Way {
    pub(super) handle: Handle,
    /// Kept as long as the session.
    _folder: tempfile::TempDir,
}

pub(super) fn allow(items: &[String]) -> AllowList {
    AllowList::parse(items.iter().map(String::as_str), Whose::Operator).expect("a list")
}

pub(super) fn clock() -> Clock {
    Arc::new(|| 1_000)
}

impl Way {
    pub(super) fn open(items: &[String], names: &Arc<Names>) -> Self {
        Self::with(items, names, |egress| egress)
    }

    pub(super) fn bounded(items: &[String], names: &Arc<Names>, bounds: Bounds) -> Self {
        Self::with(items, names, |egress| egress.bounded(bounds))
    }

    fn with(items: &[String], names: &Arc<Names>, change: impl FnOnce(Egress) -> Egress) -> Self {
        let egress = Egress::new(&Network::default(), clock());
        let folder = tempfile::tempdir().expect("a folder");
        let egress = change(egress.resolving(Arc::clone(names) as Arc<dyn Resolve>));
        let handle = egress.open(allow(items), folder.path()).expect("a socket");
        Self {
            handle,
            _folder: folder,
        }
    }

    pub(super) async fn connect(&self) -> UnixStream {
        UnixStream::connect(self.handle.path())
            .await
            .expect("it listens")
    }

    /// Sends bytes and reads all that comes back until the other side closes, as it does after a refusal.
    pub(super) async fn say(&self, bytes: &[u8]) -> String {
        let mut stream = self.connect().await;
        // It may have been refused before it was heard out.
        let _ = stream.write_all(bytes).await;
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer).await;
        String::from_utf8_lossy(&answer).into_owned()
    }

    /// A port on loopback that leads to the socket, as a forwarder inside a sandbox does.
    pub(super) async fn port(&self) -> u16 {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let path = self.handle.path().to_owned();
        tokio::spawn(async move {
            while let Ok((mut inside, _)) = listener.accept().await {
                let path = path.clone();
                tokio::spawn(async move {
                    let mut out = UnixStream::connect(path).await.expect("it listens");
                    // Either side may leave first.
                    let _ = copy_bidirectional(&mut inside, &mut out).await;
                });
            }
        });
        port
    }

    /// What was refused so far: target and reason.
    pub(super) fn refused(&self) -> Vec<(String, Denied)> {
        let entries = self.handle.report().entries.into_iter();
        let refused = entries.filter_map(|entry| match entry.sighting.outcome {
            Outcome::Denied(why) => Some((shown(entry.sighting.target.as_ref()), why)),
            Outcome::Allowed | Outcome::Failed => None,
        });
        refused.collect()
    }

    /// What was let through.
    pub(super) fn passed(&self) -> Vec<Entry> {
        let entries = self.handle.report().entries.into_iter();
        entries
            .filter(|entry| entry.sighting.outcome == Outcome::Allowed)
            .collect()
    }
}

pub(super) fn shown(target: Option<&skep::core::egress::Target>) -> String {
    target.map_or_else(String::new, ToString::to_string)
}

/// The first bytes of TLS for that host.
pub(super) fn hello(host: &str) -> Vec<u8> {
    let long = |bytes: &[u8]| {
        let length = u16::try_from(bytes.len()).expect("short").to_be_bytes();
        [&length[..], bytes].concat()
    };
    let name = long(&[&[0], &long(host.as_bytes())[..]].concat());
    let extensions = long(&[&[0, 0], &long(&name)[..]].concat());
    let body = [
        &[3, 3][..],
        &[7; 32],
        &[0],
        &[0, 2, 0x13, 1],
        &[1, 0],
        &extensions,
    ]
    .concat();
    let length = u32::try_from(body.len()).expect("short").to_be_bytes();
    let message = [&[1], &length[1..], &body].concat();
    [&[22, 3, 1][..], &long(&message)].concat()
}

/// Reads the head of an answer and leaves what follows.
pub(super) async fn head(stream: &mut UnixStream) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.expect("an answer"));
    }
    String::from_utf8_lossy(&head).into_owned()
}

/// An open tunnel.
pub(super) async fn tunnel(way: &Way, target: &str) -> UnixStream {
    let mut stream = way.connect().await;
    let asked = format!("CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n\r\n");
    stream.write_all(asked.as_bytes()).await.expect("sent");
    let head = head(&mut stream).await;
    assert!(head.starts_with("HTTP/1.1 200 "), "{head}");
    stream
}
