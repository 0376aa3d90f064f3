//! A flood that nobody signed: bodies of 25 MB with a wrong signature, and sockets that send a byte now and then.
//!
//! It runs beside the signed deliveries of [`super::drive`], which are what counts: whether they are still acknowledged, and what the
//! flood costs the service in memory.

use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::time::Duration;

use anyhow::Context;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout_at};
use url::Url;

/// The largest body GitHub sends. <https://docs.github.com/webhooks/webhook-events-and-payloads>
const BODY: usize = 25 * 1024 * 1024;
/// Sent at once.
const CHUNK: usize = 64 * 1024;
/// Between two bytes of a slow socket.
const PAUSE: Duration = Duration::from_secs(1);

/// How much of it.
#[derive(Clone)]
pub(crate) struct Flood {
    pub address: SocketAddr,
    pub url: Url,
    /// Bodies on their way at once.
    pub bodies: usize,
    /// A new one follows each that ended; else each is sent once.
    pub again: bool,
    /// Slow sockets; a new one follows each that was closed.
    pub slow: usize,
    pub until: Instant,
    /// The process that is looked at.
    pub pid: Option<u32>,
}

/// What came of it.
#[derive(Default)]
pub(crate) struct Flooded {
    /// Answers by status; 0 where the connection was closed without one.
    statuses: BTreeMap<u16, u64>,
    sent: u64,
    /// How long slow sockets were let stay, seconds.
    stayed: Vec<f64>,
    /// Resident memory, KiB: before, and the most while it lasted.
    memory: Option<(u64, u64)>,
}

impl Flooded {
    fn add(&mut self, other: Self) {
        for (status, count) in other.statuses {
            *self.statuses.entry(status).or_default() += count;
        }
        self.sent += other.sent;
        self.stayed.extend(other.stayed);
    }
}

pub(crate) async fn flood(flood: Flood) -> Flooded {
    let mut all = JoinSet::new();
    for _ in 0..flood.bodies {
        all.spawn(bodies(flood.clone()));
    }
    for _ in 0..flood.slow {
        all.spawn(slow(flood.clone()));
    }
    let before = flood.pid.and_then(resident);
    let mut most = before;
    let mut came = Flooded::default();
    loop {
        tokio::select! {
            ended = all.join_next() => match ended {
                Some(Ok(part)) => came.add(part),
                Some(Err(_)) => {}
                None => break,
            },
            () = sleep(Duration::from_millis(100)) => most = most.max(flood.pid.and_then(resident)),
        }
    }
    came.memory = before.zip(most);
    came
}

/// One body after the other.
async fn bodies(flood: Flood) -> Flooded {
    let mut came = Flooded::default();
    while Instant::now() < flood.until {
        let sent = timeout_at(flood.until, body(&flood, &mut came.sent)).await;
        match sent {
            Ok(Ok(status)) => *came.statuses.entry(status).or_default() += 1,
            Ok(Err(_)) => {
                *came.statuses.entry(0).or_default() += 1;
                // Turned away before anything was said: not again in the same moment.
                sleep(Duration::from_millis(20)).await;
            }
            Err(_) => break,
        }
        if !flood.again {
            break;
        }
    }
    came
}

async fn body(flood: &Flood, sent: &mut u64) -> anyhow::Result<u16> {
    let mut stream = TcpStream::connect(flood.address).await?;
    let head = format!(
        "POST {} HTTP/1.1\r\nHost: {}\r\nUser-Agent: GitHub-Hookshot/0000000\r\nContent-Type: application/json\r\n\
         Content-Length: {BODY}\r\nX-GitHub-Event: issues\r\nX-GitHub-Delivery: 00000000-0000-4000-8000-000000000000\r\n\
         X-Hub-Signature-256: sha256={}\r\n\r\n",
        flood.url.path(),
        flood.url.authority(),
        "0".repeat(64),
    );
    let (mut read, mut write) = stream.split();
    let sending = async {
        write.write_all(head.as_bytes()).await?;
        let chunk = vec![b' '; CHUNK];
        let mut left = BODY;
        while left > 0 {
            let part = left.min(CHUNK);
            write.write_all(&chunk[..part]).await?;
            *sent += part as u64;
            left -= part;
        }
        std::future::pending::<std::io::Result<()>>().await
    };
    let mut answer = [0; 64];
    let answering = async {
        let count = read.read(&mut answer).await?;
        let line = std::str::from_utf8(&answer[..count]).unwrap_or_default();
        let status = line.split(' ').nth(1).and_then(|code| code.parse().ok());
        status.context("no answer")
    };
    tokio::select! {
        status = answering => status,
        failed = sending => Err(failed.err().map_or_else(|| anyhow::anyhow!("no answer"), Into::into)),
    }
}

/// A byte of a header at a time.
async fn slow(flood: Flood) -> Flooded {
    let mut came = Flooded::default();
    while Instant::now() < flood.until {
        let begun = Instant::now();
        let ended = timeout_at(flood.until, trickle(&flood)).await;
        if ended.is_ok() {
            came.stayed.push(begun.elapsed().as_secs_f64());
            sleep(Duration::from_millis(20)).await;
        }
    }
    came
}

/// Until it is closed.
async fn trickle(flood: &Flood) -> std::io::Result<()> {
    let mut stream = TcpStream::connect(flood.address).await?;
    let (mut read, mut write) = stream.split();
    write
        .write_all(b"POST /webhook HTTP/1.1\r\nX-Slow: ")
        .await?;
    let sending = async {
        loop {
            sleep(PAUSE).await;
            if write.write_all(b"x").await.is_err() {
                return;
            }
        }
    };
    let mut answer = [0; 256];
    tokio::select! {
        () = sending => {}
        _ = read.read(&mut answer) => {}
    }
    Ok(())
}

/// Resident memory of a process, KiB. proc(5)
fn resident(pid: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

impl fmt::Display for Flooded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let gigabytes = self.sent as f64 / 1e9;
        write!(f, "flood: {gigabytes:.1} GB of bodies sent;")?;
        for (status, count) in &self.statuses {
            match status {
                0 => write!(f, " {count} closed without an answer;")?,
                status => write!(f, " {count} answered {status};")?,
            }
        }
        let mut stayed = self.stayed.clone();
        stayed.sort_by(f64::total_cmp);
        if let (Some(middle), Some(most)) = (stayed.get(stayed.len() / 2), stayed.last()) {
            let closed = stayed.len();
            write!(
                f,
                " {closed} slow sockets closed, after {middle:.1} s (p50), {most:.1} s (most);"
            )?;
        }
        match self.memory {
            Some((before, most)) => write!(
                f,
                " memory {} MiB before, {} MiB at most",
                before / 1024,
                most / 1024
            ),
            None => write!(f, " memory was not looked at (--pid)"),
        }
    }
}
