//! Sends deliveries over keep-alive connections and counts what comes back.

use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::Context;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep_until, timeout};

use super::forge::{BODY, Forge};

/// No answer for so long counts as lost.
const PATIENCE: Duration = Duration::from_secs(15);

/// What to do.
#[derive(Clone)]
pub(crate) struct Plan {
    pub address: SocketAddr,
    pub connections: usize,
    pub time: Duration,
    pub rate: Option<u64>,
}

/// What came of it.
#[derive(Default)]
pub(crate) struct Report {
    connections: usize,
    rate: Option<u64>,
    elapsed: Duration,
    /// Of answers with 2xx, microseconds.
    latencies: Vec<u32>,
    refused: BTreeMap<u16, u64>,
    lost: BTreeMap<String, u64>,
}

pub(crate) async fn drive(plan: Plan, forge: Forge) -> Report {
    let tickets = Arc::new(AtomicU64::new(0));
    let began = Instant::now();
    let sending = |_| {
        tokio::spawn(send(
            plan.clone(),
            forge.clone(),
            Arc::clone(&tickets),
            began,
        ))
    };
    let senders: Vec<_> = (0..plan.connections).map(sending).collect();
    let mut report = Report {
        connections: plan.connections,
        rate: plan.rate,
        ..Report::default()
    };
    for sender in senders {
        match sender.await {
            Ok(part) => report.add(part),
            Err(error) => *report.lost.entry(error.to_string()).or_default() += 1,
        }
    }
    report.elapsed = began.elapsed();
    report.latencies.sort_unstable();
    report
}

/// One connection's share. At a fixed rate the time of a delivery that had to wait for its connection runs from when it
/// was due, so that a stall is counted for every delivery it delays; our own timer's rounding (a millisecond) is not.
async fn send(plan: Plan, mut forge: Forge, tickets: Arc<AtomicU64>, began: Instant) -> Report {
    let mut report = Report::default();
    let mut line = None;
    let end = began + plan.time;
    loop {
        let ticket = tickets.fetch_add(1, Ordering::Relaxed);
        let due = match plan.rate {
            Some(rate) => began + Duration::from_secs_f64(ticket as f64 / rate as f64),
            None => Instant::now(),
        };
        if due >= end {
            return report;
        }
        let sent = wait_for(due).await;
        match timeout(
            PATIENCE,
            deliver(&mut line, plan.address, forge.request(ticket)),
        )
        .await
        {
            Ok(Ok(200..=299)) => report
                .latencies
                .push(u32::try_from(sent.elapsed().as_micros()).unwrap_or(u32::MAX)),
            Ok(Ok(status)) => *report.refused.entry(status).or_default() += 1,
            Ok(Err(error)) => report.lose(&mut line, format!("{error:#}")),
            Err(_elapsed) => report.lose(&mut line, "no answer".to_owned()),
        }
    }
}

async fn wait_for(due: Instant) -> Instant {
    if due <= Instant::now() {
        return due;
    }
    sleep_until(due).await;
    Instant::now()
}

/// A connection and what has been read of it.
struct Line {
    stream: TcpStream,
    read: Vec<u8>,
}

async fn deliver(
    line: &mut Option<Line>,
    address: SocketAddr,
    request: &[u8],
) -> anyhow::Result<u16> {
    let mut open = match line.take() {
        Some(open) => open,
        None => Line::open(address).await?,
    };
    open.stream.write_all(request).await.context("send")?;
    let (status, keeps) = open.answer().await?;
    if keeps {
        *line = Some(open);
    }
    Ok(status)
}

impl Line {
    async fn open(address: SocketAddr) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address).await.context("connect")?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            read: Vec::with_capacity(4096),
        })
    }

    /// Status, and whether the connection goes on.
    async fn answer(&mut self) -> anyhow::Result<(u16, bool)> {
        self.read.clear();
        let head_end = loop {
            if let Some(at) = find(&self.read, b"\r\n\r\n") {
                break at + 4;
            }
            self.more().await?;
        };
        let head = std::str::from_utf8(&self.read[..head_end])?.to_ascii_lowercase();
        let status = head
            .get(9..12)
            .and_then(|code| code.parse().ok())
            .context("no status")?;
        let keeps = !head.contains("\r\nconnection: close");
        if head.contains("\r\ntransfer-encoding: chunked") {
            while !self.read[head_end - 2..].ends_with(b"\r\n0\r\n\r\n") {
                self.more().await?;
            }
        } else {
            let length = head
                .split("\r\ncontent-length: ")
                .nth(1)
                .and_then(|rest| rest.lines().next());
            let length: usize = length.map_or(Ok(0), |length| length.trim().parse())?;
            while self.read.len() < head_end + length {
                self.more().await?;
            }
        }
        Ok((status, keeps))
    }

    async fn more(&mut self) -> anyhow::Result<()> {
        let count = self.stream.read_buf(&mut self.read).await.context("read")?;
        anyhow::ensure!(count > 0, "the connection was closed");
        Ok(())
    }
}

fn find(text: &[u8], wanted: &[u8]) -> Option<usize> {
    text.windows(wanted.len())
        .position(|window| window == wanted)
}

impl Report {
    fn lose(&mut self, line: &mut Option<Line>, why: String) {
        *line = None;
        *self.lost.entry(why).or_default() += 1;
    }

    fn add(&mut self, part: Self) {
        self.latencies.extend(part.latencies);
        for (status, count) in part.refused {
            *self.refused.entry(status).or_default() += count;
        }
        for (why, count) in part.lost {
            *self.lost.entry(why).or_default() += count;
        }
    }

    fn at(&self, part: f64) -> f64 {
        let last = self.latencies.len().saturating_sub(1);
        let at = (last as f64 * part).round() as usize;
        self.latencies
            .get(at)
            .map_or(f64::NAN, |micros| f64::from(*micros) / 1000.0)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.elapsed.as_secs_f64();
        let rate = self
            .rate
            .map_or("as fast as answers come".to_owned(), |rate| {
                format!("{rate}/s")
            });
        let accepted = self.latencies.len();
        writeln!(
            f,
            "{} connections, {rate}, {seconds:.1} s, bodies of {BODY} bytes",
            self.connections
        )?;
        writeln!(
            f,
            "accepted  {accepted} ({:.0} deliveries/s)",
            accepted as f64 / seconds
        )?;
        writeln!(
            f,
            "ack       p50 {:.2} ms, p99 {:.2} ms, max {:.2} ms",
            self.at(0.5),
            self.at(0.99),
            self.at(1.0)
        )?;
        writeln!(f, "refused   {:?}", self.refused)?;
        write!(f, "lost      {:?}", self.lost)
    }
}
