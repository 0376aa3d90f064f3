//! From an empty folder to the first draft pull request: `skep setup` in a real Chromium, `skep serve`, a label. How long it takes, and
//! how many clicks.
//!
//! ```text
//! .ci/browser target/browser
//! SKEP_TEST_BROWSER=$PWD/target/browser cargo bench --bench first_pull -- 9     # so many rounds, each from nothing
//! ```
//!
//! Everything is as it comes (no limit is changed, agents are fenced in); only GitHub is a simulated one, and the agent the demo's, which
//! thinks for no time. A round begins before the browser is started. The browser does what the test `process::first_pull` lets it do.

use std::io::{BufRead, BufReader, Read};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use serde_json::{Value, json};
use skep::core::text::registration::{BUTTON, COMPLETE_PAGE};
use skep_simulator::world::IssueDraft;
use skep_simulator::{Simulator, SimulatorConfig};

const PATIENCE: Duration = Duration::from_secs(180);
const TASK: &str = "```skep-demo\nwrite A.md: a\nsay Done.\n```\n";
/// What GitHub's page for installing an App offers.
const INSTALL: &str = "Install on octo";

/// When what was reached, after the round's beginning.
struct Round {
    page: Duration,
    registered: Duration,
    set_up: Duration,
    ready: Duration,
    pull: Duration,
    /// On the processors: skep, the browser, git and the agent.
    worked: Duration,
    clicks: usize,
    typed: usize,
}

/// What was started ends with it.
struct Started(Child);

impl Drop for Started {
    fn drop(&mut self) {
        let _ended = self.0.kill();
        let _reaped = self.0.wait();
    }
}

struct Stage {
    simulator: Simulator,
    repository: i64,
    folder: tempfile::TempDir,
    listen: String,
}

impl Stage {
    async fn open() -> anyhow::Result<Self> {
        let keys = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/keys");
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
        let public = std::fs::read_to_string(keys.join("test-only-app.public.pem"))?;
        let mut config = SimulatorConfig::new(folder.path().join("github"), public);
        let private = std::fs::read_to_string(keys.join("test-only-app.pkcs1.pem"))?;
        config.app_private_key_pem = Some(private);
        let simulator = Simulator::start(config).await?;
        simulator.create_user("ana");
        let files = [("README.md", "# Hello\n")];
        let repository = simulator.create_repository("octo", "hello", &files).await?;
        simulator.set_permission(repository, "ana", "write")?;
        std::fs::create_dir(folder.path().join("empty"))?;
        let listen = TcpListener::bind("127.0.0.1:0")?.local_addr()?.to_string();
        Ok(Self {
            simulator,
            repository,
            folder,
            listen,
        })
    }

    fn skep(&self) -> Command {
        let program = std::env::var("SKEP_BENCH_PROGRAM");
        let program = program.unwrap_or_else(|_| env!("CARGO_BIN_EXE_skep").to_owned());
        let folder = self.folder.path().join("empty");
        let mut command = Command::new(program);
        command
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("SKEP_DATA_DIR", &folder)
            .env("SKEP_GITHUB_URL", self.simulator.git_url())
            .env("SKEP_GITHUB_API_URL", self.simulator.api_url())
            .env("SKEP_LISTEN", &self.listen)
            .env("SKEP_ADMIN_LISTEN", "127.0.0.1:0")
            .env("SKEP_OLD_GIT", "allow")
            .env("SKEP_LOG", "error")
            .current_dir(folder)
            .stdin(Stdio::null());
        command
    }

    /// `skep setup` until its page is there.
    fn set_up(&self) -> anyhow::Result<(Started, BufReader<impl Read>, String)> {
        let mut command = self.skep();
        let agent = format!("{} demo-agent", command.get_program().display());
        let url = format!("http://{}", self.listen);
        command.args(["setup", "--url", &url, "--agent", &agent]);
        let mut child = Started(command.stdout(Stdio::piped()).spawn()?);
        let mut output = BufReader::new(child.0.stdout.take().context("piped")?);
        let mut line = String::new();
        while !line.contains("/setup?key=") {
            line.clear();
            ensure!(output.read_line(&mut line)? > 0, "skep setup ended");
        }
        Ok((child, output, line.trim().to_owned()))
    }

    async fn until_ready(&self) -> anyhow::Result<()> {
        let began = Instant::now();
        let mut said = String::new();
        while !said.starts_with("HTTP/1.1 200") {
            if began.elapsed() > PATIENCE {
                bail!("skep serve never was ready: {said}");
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
            said = readyz(&self.listen).await.unwrap_or_default();
        }
        Ok(())
    }

    /// Somebody labels an issue; waits for its draft pull request.
    async fn first_pull(&self) -> anyhow::Result<()> {
        let draft = IssueDraft {
            title: "Write A".into(),
            body: Some(TASK.into()),
            ..IssueDraft::default()
        };
        let issue = self.simulator.open_issue(self.repository, "ana", draft)?;
        self.simulator
            .label(self.repository, issue, "agent:go", "ana")?;
        let began = Instant::now();
        while !self
            .simulator
            .pulls(self.repository)?
            .iter()
            .any(|pull| pull.draft)
        {
            if began.elapsed() > PATIENCE {
                bail!("there never was a pull request");
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        Ok(())
    }
}

async fn readyz(listen: &str) -> anyhow::Result<String> {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let mut stream = tokio::net::TcpStream::connect(listen).await?;
    let request = format!("GET /readyz HTTP/1.1\r\nHost: {listen}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    Ok(answer)
}

/// Lets the browser do its part; what it saw.
async fn drive(address: &str) -> anyhow::Result<Value> {
    let driver = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/browser/first_pull.mjs");
    let order = json!({ "address": address, "register": BUTTON, "install": INSTALL, "complete": COMPLETE_PAGE });
    let output = tokio::process::Command::new("node")
        .arg(driver)
        .arg(order.to_string())
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .await
        .context("run node")?;
    ensure!(output.status.success(), "the browser did not get through");
    let text = String::from_utf8(output.stdout)?;
    Ok(serde_json::from_str(
        text.lines().last().unwrap_or_default(),
    )?)
}

/// What processes that this one started and that have ended took of the processors, in ticks of ten milliseconds.
fn worked() -> anyhow::Result<Duration> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    let (_, after) = stat.rsplit_once(") ").context("no stat")?;
    let ticks = after.split_whitespace().skip(13).take(2);
    let ticks = ticks.filter_map(|text| text.parse::<u64>().ok());
    Ok(Duration::from_millis(ticks.sum::<u64>() * 10))
}

async fn round() -> anyhow::Result<Round> {
    let stage = Stage::open().await?;
    let (began, before) = (Instant::now(), worked()?);
    let (mut child, mut output, address) = stage.set_up()?;
    let shown = began.elapsed();
    let seen = drive(&address).await?;
    ensure!(
        seen["wrong"].as_array().is_some_and(Vec::is_empty),
        "{seen}"
    );
    // It says the rest and ends by itself.
    output.read_to_string(&mut String::new())?;
    ensure!(child.0.wait()?.success(), "skep setup failed");
    let set_up = began.elapsed();
    let mut served = Started(stage.skep().arg("serve").spawn()?);
    stage.until_ready().await?;
    let ready = began.elapsed();
    stage.first_pull().await?;
    let pull = began.elapsed();
    let id = served.0.id().to_string();
    Command::new("kill").args(["-TERM", &id]).status()?;
    served.0.wait()?;
    let at = |name: &str| {
        shown + Duration::from_millis(seen["milliseconds"][name].as_u64().unwrap_or_default())
    };
    let many = |name: &str| seen[name].as_array().map_or(0, Vec::len);
    Ok(Round {
        page: at("page"),
        registered: at("registered"),
        set_up,
        ready,
        pull,
        worked: worked()? - before,
        clicks: many("clicks"),
        typed: many("typed") + many("fields"),
    })
}

/// What is told of a round.
type Figure = fn(&Round) -> Duration;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    ensure!(
        std::env::var_os("SKEP_TEST_BROWSER").is_some(),
        "SKEP_TEST_BROWSER must name a folder made by .ci/browser"
    );
    let words = std::env::args().skip(1);
    let rounds = words.filter_map(|word| word.parse().ok()).next();
    let rounds: usize = rounds.unwrap_or(5);
    let mut all = Vec::new();
    for _ in 0..rounds {
        let one = round().await?;
        println!(
            "{:>5.1} s to the pull request, {:.1} s on the processors, {} clicks, {} typed",
            one.pull.as_secs_f64(),
            one.worked.as_secs_f64(),
            one.clicks,
            one.typed
        );
        all.push(one);
    }
    let figures: [(&str, Figure); 6] = [
        ("the browser shows the page", |one| one.page),
        ("the App is registered", |one| one.registered),
        ("skep setup has ended, all green", |one| one.set_up),
        ("skep serve is ready", |one| one.ready),
        ("the draft pull request is there", |one| one.pull),
        ("on the processors", |one| one.worked),
    ];
    for (name, of) in figures {
        let mut spans: Vec<Duration> = all.iter().map(of).collect();
        spans.sort_unstable();
        println!(
            "{name:<34} p50 {:>6.2} s  worst {:>6.2} s",
            spans[spans.len() / 2].as_secs_f64(),
            spans[spans.len() - 1].as_secs_f64()
        );
    }
    Ok(())
}
