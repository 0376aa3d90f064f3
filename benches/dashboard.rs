//! The dashboard of a real skep with many sessions: how long its pages take, and what it costs to have them followed live.
//!
//! ```text
//! cargo bench --bench dashboard                     # 10,000 sessions, 500 viewers
//! cargo bench --bench dashboard -- 1000 50          # so many sessions and viewers
//! ```
//!
//! Each page is asked for when there are two sessions, and again when there are all; what it takes is told as the time until its last
//! byte and as skep's time on the processors, which other work on the machine hardly moves. Where `SKEP_TEST_BROWSER` names a folder made
//! by `.ci/browser`, Chromium tells its first paint as well.
//!
//! It starts `skep serve` as a process of its own (`SKEP_BENCH_PROGRAM` names another build of it) against a simulated GitHub in this
//! one, which is also where the viewers are: what they take is not skep's.

use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use skep::core::ids::{IssueNumber, RepositoryId, TaskKey};
use skep::store::{LogLine, Store};
use skep_simulator::world::IssueDraft;
use skep_simulator::{Simulator, SimulatorConfig};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

#[path = "pipeline/seed.rs"]
mod seed;

use seed::{Home, Pattern};

const SECRET: &str = "a secret of the bench";
const ROUNDS: usize = 100;
/// How long the processor's time is looked at.
const SPAN: Duration = Duration::from_secs(20);
/// Facts a second.
const RATE: u64 = 100;

struct Skep {
    child: Child,
    listen: SocketAddr,
    admin: SocketAddr,
}

impl Drop for Skep {
    fn drop(&mut self) {
        let _ended = Command::new("kill")
            .arg("-9")
            .arg(self.child.id().to_string())
            .status();
        let _reaped = self.child.wait();
    }
}

struct Bench {
    simulator: Simulator,
    repository: i64,
    folder: tempfile::TempDir,
    key: String,
}

impl Bench {
    async fn open() -> anyhow::Result<Self> {
        let keys = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/keys");
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
        let public = std::fs::read_to_string(keys.join("test-only-app.public.pem"))?;
        let mut config = SimulatorConfig::new(folder.path().join("github"), public);
        config.webhook_secret = SECRET.into();
        let simulator = Simulator::start(config).await?;
        simulator.create_user("ana");
        let files = [("README.md", "# Bench\n")];
        let repository = simulator.create_repository("octo", "bench", &files).await?;
        simulator.set_permission(repository, "ana", "write")?;
        let key = std::fs::read_to_string(keys.join("test-only-app.pkcs1.pem"))?;
        Ok(Self {
            simulator,
            repository,
            folder,
            key,
        })
    }

    async fn serve(&self) -> anyhow::Result<Skep> {
        let free = || TcpListener::bind("127.0.0.1:0")?.local_addr();
        let (listen, admin) = (free()?, free()?);
        let program = std::env::var("SKEP_BENCH_PROGRAM");
        let program = program.unwrap_or_else(|_| env!("CARGO_BIN_EXE_skep").to_owned());
        let config = self.folder.path().join("skep.toml");
        std::fs::write(
            &config,
            "sandbox = \"none\"\n[limits]\nquick_answer = \"0s\"\npark = \"0s\"\n",
        )?;
        let child = Command::new(&program)
            .args(["serve", "--config"])
            .arg(&config)
            .env("SKEP_LISTEN", listen.to_string())
            .env("SKEP_ADMIN_LISTEN", admin.to_string())
            .env("SKEP_DATA_DIR", self.folder.path().join("skep"))
            .env("SKEP_APP_ID", "4242")
            .env("SKEP_PRIVATE_KEY", &self.key)
            .env("SKEP_WEBHOOK_SECRET", SECRET)
            .env("SKEP_GITHUB_URL", self.simulator.git_url())
            .env("SKEP_GITHUB_API_URL", self.simulator.api_url())
            .env("SKEP_AGENT", format!("{program} demo-agent"))
            .env("SKEP_LOG", "error")
            .stdin(Stdio::null())
            .spawn()
            .context("start skep")?;
        let skep = Skep {
            child,
            listen,
            admin,
        };
        let began = Instant::now();
        while get(skep.admin, "/queue").await.is_err() {
            if began.elapsed() > Duration::from_secs(120) {
                bail!("skep did not come up");
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        self.simulator
            .set_webhook_url(&format!("http://{}/webhook", skep.listen));
        Ok(skep)
    }

    async fn store(&self) -> anyhow::Result<Store> {
        let url = skep::store::sqlite_url(&self.folder.path().join("skep/skep.db"))?;
        Ok(Store::open(&url).await?)
    }

    /// Waits until these are so, and nothing is left to be told to GitHub.
    async fn until(
        &self,
        store: &Store,
        skep: &Skep,
        wanted: &[(IssueNumber, &str)],
    ) -> anyhow::Result<()> {
        let began = Instant::now();
        loop {
            let mut so = true;
            for (issue, state) in wanted {
                let row = store.task(self.key_of(*issue)).await?;
                so &= row.is_some_and(|row| row.state == *state);
            }
            if so && number(skep, "/api/v1/status", "effects_open").await? == 0 {
                return Ok(());
            }
            if began.elapsed() > Duration::from_secs(120) {
                bail!("{wanted:?} never were so");
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    fn key_of(&self, issue: IssueNumber) -> TaskKey {
        TaskKey::new(RepositoryId(self.repository), issue)
    }

    fn go(&self, script: &str) -> anyhow::Result<IssueNumber> {
        let draft = IssueDraft {
            title: "A task".into(),
            body: Some(format!("```skep-demo\n{script}\n```\n")),
            ..IssueDraft::default()
        };
        let issue = self.simulator.open_issue(self.repository, "ana", draft)?;
        self.simulator
            .label(self.repository, issue, "agent:go", "ana")?;
        Ok(IssueNumber(issue))
    }
}

/// A number of skep's own.
async fn number(skep: &Skep, path: &str, field: &str) -> anyhow::Result<i64> {
    let (answer, _) = get(skep.admin, path).await?;
    let (_, body) = answer.split_once("\r\n\r\n").context("no body")?;
    let value: serde_json::Value = serde_json::from_str(body)?;
    value[field].as_i64().context("no such number")
}

/// A page, and how long it took.
async fn get(address: SocketAddr, path: &str) -> anyhow::Result<(String, Duration)> {
    let began = Instant::now();
    let mut stream = TcpStream::connect(address).await?;
    let request = format!("GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    if !answer.starts_with("HTTP/1.1 200") {
        bail!("{path}: {answer}");
    }
    Ok((answer, began.elapsed()))
}

/// Processor time it has taken so far, milliseconds, in ticks of ten.
fn processor(skep: &Skep) -> anyhow::Result<u64> {
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", skep.child.id()))?;
    let (_, after) = stat.rsplit_once(") ").context("no stat")?;
    let ticks = after.split_whitespace().skip(11).take(2);
    let ticks = ticks.filter_map(|text| text.parse::<u64>().ok());
    Ok(ticks.sum::<u64>() * 10)
}

/// Asks for a page again and again; its median.
async fn measure(skep: &Skep, path: &str, before: Option<Duration>) -> anyhow::Result<Duration> {
    let (mut spans, mut bytes) = (Vec::new(), 0);
    let worked = processor(skep)?;
    for _ in 0..ROUNDS {
        let (page, took) = get(skep.admin, path).await?;
        spans.push(took);
        bytes = page.len();
    }
    let worked = (processor(skep)? - worked) as f64 / ROUNDS as f64;
    spans.sort_unstable();
    let at = |percent: usize| spans[(spans.len() * percent / 100).min(spans.len() - 1)];
    let ratio = before.map_or(1.0, |before| at(50).as_secs_f64() / before.as_secs_f64());
    println!(
        "{path:<32} p50 {:>9.2?}  p95 {:>9.2?}  ratio {ratio:>5.1}  {worked:>5.1} ms on the processors  {} KiB",
        at(50),
        at(95),
        bytes >> 10
    );
    Ok(at(50))
}

/// What Chromium says of some pages, where there is one.
async fn paint(skep: &Skep, paths: &[String]) -> anyhow::Result<()> {
    if std::env::var_os("SKEP_TEST_BROWSER").is_none() {
        println!("no first paint: SKEP_TEST_BROWSER names no folder");
        return Ok(());
    }
    let order = serde_json::json!({ "base": format!("http://{}", skep.admin), "paths": paths });
    let status = tokio::process::Command::new("node")
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/paint.mjs"))
        .arg(order.to_string())
        .stdin(Stdio::null())
        .status()
        .await?;
    anyhow::ensure!(status.success(), "the browser failed");
    Ok(())
}

/// Fills the log of a session with so many megabytes.
async fn talk(
    store: &Store,
    session: &skep::core::ids::SessionId,
    megabytes: usize,
) -> anyhow::Result<()> {
    let words = "word ".repeat(200);
    let line = |number: usize| {
        let update = skep::core::agent::Update::Message {
            id: format!("m{number}"),
            text: format!("{number} {words}"),
        };
        LogLine {
            at: 0,
            kind: "message".into(),
            body: serde_json::to_string(&update).expect("JSON"),
        }
    };
    let lines: Vec<LogLine> = (0..1_000).map(line).collect();
    for _ in 0..megabytes {
        store.append_log(session, &lines).await?;
    }
    Ok(())
}

/// Something happens so many times a second, for a while; how much of a processor skep took, in percent, and how many events a second
/// it told.
async fn busy(bench: &Bench, skep: &Skep, issue: IssueNumber) -> anyhow::Result<(f64, f64)> {
    let newest = number(skep, "/api/v1/events/newest", "seq").await?;
    let before = processor(skep)?;
    let began = Instant::now();
    let mut tick = tokio::time::interval(Duration::from_micros(1_000_000 / RATE));
    let mut on = false;
    while began.elapsed() < SPAN {
        tick.tick().await;
        let simulator = &bench.simulator;
        match on {
            false => simulator.label(bench.repository, issue, "priority:high", "ana")?,
            true => simulator.unlabel(bench.repository, issue, "priority:high", "ana")?,
        }
        on = !on;
    }
    let took = processor(skep)? - before;
    let told = number(skep, "/api/v1/events/newest", "seq").await? - newest;
    Ok((
        took as f64 / began.elapsed().as_millis() as f64 * 100.0,
        told as f64 / began.elapsed().as_secs_f64(),
    ))
}

/// Looks on, again and again, until it is dropped.
async fn view(address: SocketAddr, path: String, heard: Arc<AtomicU64>) {
    let request = format!("GET /live?page={path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
    let mut bytes = vec![0; 64 << 10];
    loop {
        let Ok(mut stream) = TcpStream::connect(address).await else {
            continue;
        };
        let _sent = stream.write_all(request.as_bytes()).await;
        while let Ok(read @ 1..) = stream.read(&mut bytes).await {
            heard.fetch_add(read as u64, Ordering::Relaxed);
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let mut numbers = std::env::args()
        .skip(1)
        .filter_map(|word| word.parse().ok());
    let sessions: usize = numbers.next().unwrap_or(10_000);
    let viewers: usize = numbers.next().unwrap_or(500);
    let bench = Bench::open().await?;
    let mut skep = bench.serve().await?;
    let (asks, says) = (
        bench.go("ask Which colour? | red | blue")?,
        bench.go("write A.md: a")?,
    );
    let talks = skep::core::ids::SessionId::new(bench.key_of(says), 1);
    let store = bench.store().await?;
    let wanted = [(asks, "needs-you"), (says, "in-review")];
    bench.until(&store, &skep, &wanted).await?;
    let paths = [
        "/".to_owned(),
        "/queue".to_owned(),
        "/repositories".to_owned(),
        "/agents".to_owned(),
        "/deliveries".to_owned(),
        "/outcomes".to_owned(),
        format!("/tasks/octo/bench/{says}"),
        format!("/sessions/{talks}"),
    ];
    println!("two sessions:");
    let mut few = Vec::new();
    for path in &paths {
        few.push(measure(&skep, path, None).await?);
    }
    drop(skep);
    bench.simulator.set_events(&[]);
    let home = Home {
        id: bench.repository,
        name: "octo/bench".parse()?,
    };
    for (issue, script) in [
        (asks, "ask Which colour? | red | blue"),
        (says, "write A.md: a"),
    ] {
        let pattern = Pattern::read(&store, bench.key_of(issue)).await?;
        let all = (0..sessions / 2).map(|_| bench.go(script));
        let issues = all.collect::<anyhow::Result<Vec<_>>>()?;
        pattern.repeat(&store, &home, &issues).await?;
    }
    talk(&store, &talks, 50).await?;
    store.close().await;
    bench.simulator.set_events(&["issues"]);
    skep = bench.serve().await?;
    println!("{sessions} sessions, one of them with a log of 50 MB:");
    for (path, before) in paths.iter().zip(few) {
        measure(&skep, path, Some(before)).await?;
    }
    // The second is small and takes the service no time: what the browser needs for any page.
    let session = format!("/sessions/{talks}");
    paint(&skep, &["/".to_owned(), "/queue".to_owned(), session]).await?;
    // Twice in turn, so that what else the machine does falls on both.
    for _ in 0..2 {
        let (alone, told) = busy(&bench, &skep, asks).await?;
        println!("{RATE} facts a second, {told:.0} events: {alone:.1} % of a core, nobody looks");
        let heard = Arc::new(AtomicU64::new(0));
        let mut all = tokio::task::JoinSet::new();
        for _ in 0..viewers {
            all.spawn(view(skep.admin, "%2F".to_owned(), heard.clone()));
        }
        tokio::time::sleep(Duration::from_secs(5)).await;
        heard.store(0, Ordering::Relaxed);
        let (viewed, told) = busy(&bench, &skep, asks).await?;
        println!(
            "the same, {told:.0} events: {viewed:.1} % with {viewers} viewers of /, who heard {:.1} MB/s: they cost {:.1} %",
            heard.load(Ordering::Relaxed) as f64 / 1e6 / SPAN.as_secs_f64(),
            viewed - alone
        );
        all.shutdown().await;
        tokio::time::sleep(Duration::from_secs(3)).await;
    }
    Ok(())
}
