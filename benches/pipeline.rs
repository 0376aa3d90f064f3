//! The real binary at work: how long from a receipt to the prompt, how soon it is up, and what it weighs.
//!
//! ```text
//! cargo bench --bench pipeline -- latency 18      # one issue after another, slot free, mirror warm; more wait for the pace
//! cargo bench --bench pipeline -- large 100000 10 0 # so many files, issues and branches; each issue in turn is shown
//! cargo bench --bench pipeline -- start 20        # from the start of the process to its first 200 on /healthz
//! cargo bench --bench pipeline -- weight 1000     # resident memory: idle, and with so many tasks queued
//! cargo bench --bench pipeline -- answer 12       # from a person's answer to the agent that has it: live, and parked
//! cargo bench --bench pipeline -- burst 10        # so many issues labelled at once, with the limits as they come
//! cargo bench --bench pipeline -- pause 8         # from the switch that goes off to the agent's end and the word on the issue
//! cargo bench --bench pipeline -- parked 1000     # resident memory and processes with so many parked sessions
//! cargo bench --bench pipeline -- seeded 10000    # start and resident memory with so many parked and as many queued
//! ```
//!
//! `SKEP_BENCH_PROGRAM` names another build of skep to be measured, and `SKEP_LOG=debug` shows what it does when.
//!
//! It starts `skep serve` as a process of its own against a simulated GitHub in this one. The clock of a receipt is the
//! server's own (`delivery.accepted`), that of the prompt is the fact that the agent's session stands (`session.running`).

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use serde_json::Value;
use skep::core::ids::{IssueNumber, RepositoryId, TaskKey};
use skep::store::Store;
use skep_simulator::ids::Sha;
use skep_simulator::world::IssueDraft;
use skep_simulator::{Simulator, SimulatorConfig};

#[path = "pipeline/seed.rs"]
mod seed;

use seed::{Home, Pattern};

const SECRET: &str = "a secret of the bench";
/// Repositories that seeded tasks are spread over.
const HOMES: usize = 10;

struct Bench {
    simulator: Simulator,
    repository: i64,
    folder: tempfile::TempDir,
    key: String,
}

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

fn free() -> anyhow::Result<SocketAddr> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?)
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
        let files = [
            ("README.md", "# Bench\n"),
            ("src/lib.rs", "pub fn one() {}\n"),
        ];
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

    /// Starts the real binary and waits until it answers; says how long that took.
    fn serve(&self, sessions: u32) -> anyhow::Result<(Skep, Duration)> {
        self.serve_with(sessions, "")
    }

    /// The same with further limits.
    fn serve_with(&self, sessions: u32, further: &str) -> anyhow::Result<(Skep, Duration)> {
        // The quickest pace the configuration allows.
        let limits = "mutation_burst = 100\nmutations_per_second = 100\ncreations_per_minute = 80\n\
                      creations_per_hour = 500";
        self.configured(&format!(
            "[limits]\nsessions = {sessions}\n{limits}\n{further}\n"
        ))
    }

    /// The same with this `skep.toml`.
    fn configured(&self, text: &str) -> anyhow::Result<(Skep, Duration)> {
        let (listen, admin) = (free()?, free()?);
        let config = self.folder.path().join("skep.toml");
        std::fs::write(&config, text)?;
        let program = std::env::var("SKEP_BENCH_PROGRAM")
            .unwrap_or_else(|_| env!("CARGO_BIN_EXE_skep").to_owned());
        let began = Instant::now();
        let child = Command::new(&program)
            .arg("serve")
            .env("SKEP_CONFIG", &config)
            .env("SKEP_LISTEN", listen.to_string())
            .env("SKEP_ADMIN_LISTEN", admin.to_string())
            .env("SKEP_DATA_DIR", self.folder.path().join("skep"))
            .env("SKEP_APP_ID", "4242")
            .env("SKEP_PRIVATE_KEY", &self.key)
            .env("SKEP_WEBHOOK_SECRET", SECRET)
            .env("SKEP_GITHUB_URL", self.simulator.git_url())
            .env("SKEP_GITHUB_API_URL", self.simulator.api_url())
            .env("SKEP_AGENT", format!("{program} demo-agent"))
            .env(
                "SKEP_LOG",
                std::env::var("SKEP_LOG").unwrap_or_else(|_| "error".into()),
            )
            .stdin(Stdio::null())
            .spawn()
            .context("start skep")?;
        let skep = Skep {
            child,
            listen,
            admin,
        };
        while get(skep.listen, "/healthz").is_err() {
            if began.elapsed() > Duration::from_secs(30) {
                bail!("skep did not come up");
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        let took = began.elapsed();
        self.simulator
            .set_webhook_url(&format!("http://{listen}/webhook"));
        Ok((skep, took))
    }

    fn go(&self, title: &str, script: &str) -> anyhow::Result<IssueNumber> {
        self.open_labeled(self.repository, title, script)
    }

    fn open_labeled(
        &self,
        repository: i64,
        title: &str,
        script: &str,
    ) -> anyhow::Result<IssueNumber> {
        let draft = IssueDraft {
            title: title.into(),
            body: Some(format!("```skep-demo\n{script}\n```\n")),
            ..IssueDraft::default()
        };
        let issue = self.simulator.open_issue(repository, "ana", draft)?;
        self.simulator.label(repository, issue, "agent:go", "ana")?;
        Ok(IssueNumber(issue))
    }
}

fn get(address: SocketAddr, path: &str) -> anyhow::Result<String> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(40)))?;
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
    )?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let (head, body) = answer
        .split_once("\r\n\r\n")
        .context("an answer without a body")?;
    if !head.starts_with("HTTP/1.1 200") {
        bail!("{}", head.lines().next().unwrap_or_default());
    }
    Ok(body.to_owned())
}

/// All events so far, and those that come within a second.
fn events(admin: SocketAddr, after: &mut i64) -> anyhow::Result<Vec<Value>> {
    let body = get(
        admin,
        &format!("/api/v1/events?after={after}&wait=1&limit=1000"),
    )?;
    let lines = body
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let events: Vec<Value> = lines.filter(|line| line["seq"].is_i64()).collect();
    if let Some(last) = events.last() {
        *after = last["seq"].as_i64().unwrap_or(*after);
    }
    Ok(events)
}

fn resident(skep: &Skep) -> anyhow::Result<f64> {
    memory(skep, "VmRSS:")
}

/// A line of its memory, MiB.
fn memory(skep: &Skep, name: &str) -> anyhow::Result<f64> {
    let status = std::fs::read_to_string(format!("/proc/{}/status", skep.child.id()))?;
    let line = status
        .lines()
        .find(|line| line.starts_with(name))
        .context("no such line")?;
    let kb: f64 = line
        .split_whitespace()
        .nth(1)
        .context("no number")?
        .parse()?;
    Ok(kb / 1024.0)
}

/// Processor time it has taken so far, milliseconds, in ticks of ten.
fn processor(skep: &Skep) -> anyhow::Result<u64> {
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", skep.child.id()))?;
    let (_, after) = stat.rsplit_once(") ").context("no stat")?;
    let ticks = after.split_whitespace().skip(11).take(2);
    Ok(ticks
        .filter_map(|text| text.parse::<u64>().ok())
        .sum::<u64>()
        * 10)
}

/// Says what it holds and, over five seconds, what it takes of the processor.
fn weigh(skep: &Skep, what: &str) -> anyhow::Result<()> {
    let before = processor(skep)?;
    std::thread::sleep(Duration::from_secs(5));
    println!(
        "{what:<28} resident {:>6.1} MiB (anonymous {:.1}, of files {:.1}), processor {:.1} ms/s",
        resident(skep)?,
        memory(skep, "RssAnon:")?,
        memory(skep, "RssFile:")?,
        (processor(skep)? - before) as f64 / 5.0,
    );
    Ok(())
}

fn percentile(sorted: &[i64], percent: usize) -> i64 {
    sorted[(sorted.len() * percent / 100).min(sorted.len() - 1)]
}

fn show(name: &str, mut values: Vec<i64>) {
    values.sort_unstable();
    if values.is_empty() {
        println!("{name:<40} nothing measured");
        return;
    }
    let (p50, p99, max) = (
        percentile(&values, 50),
        percentile(&values, 99),
        values[values.len() - 1],
    );
    println!(
        "{name:<40} p50 {p50:>6} ms   p99 {p99:>6} ms   max {max:>6} ms   n {}",
        values.len()
    );
}

async fn latency(issues: usize) -> anyhow::Result<()> {
    let bench = Bench::open().await?;
    let (skep, _) = bench.serve(10)?;
    let mut after = 0;
    let (mut prompts, mut pulls) = (Vec::new(), Vec::new());
    for number in 0..=issues {
        let round = round(&bench, &skep, &mut after, number)?;
        // The first round warms the mirror and the tokens.
        if number > 0 {
            prompts.push(round.prompted);
            pulls.push(round.in_review);
        }
    }
    show("receipt to prompt", prompts);
    show("receipt to pull request", pulls);
    Ok(())
}

/// Milliseconds since the receipt.
struct Round {
    prompted: i64,
    in_review: i64,
}

/// One issue from its label to its pull request.
fn round(bench: &Bench, skep: &Skep, after: &mut i64, number: usize) -> anyhow::Result<Round> {
    let issue = bench.go(
        &format!("Round {number}"),
        "write NOTE.md: hello\nsay Done.",
    )?;
    let (mut received, mut prompted, mut opened) = (None, None, None);
    loop {
        for event in events(skep.admin, after)?
            .iter()
            .filter(|event| event["issue"] == issue.0)
        {
            let at = event["time"].as_i64();
            match event["event"].as_str().unwrap_or_default() {
                "delivery.accepted" => received = received.or(at),
                "session.running" => prompted = at,
                "pull_request.opened" => opened = at,
                "session.failed" | "task.refused" => bail!("{event}"),
                _ => {}
            }
        }
        if let (Some(received), Some(prompted), Some(opened)) = (received, prompted, opened) {
            return Ok(Round {
                prompted: prompted - received,
                in_review: opened - received,
            });
        }
    }
}

/// A repository of so many files of 4 KiB with so many branches: issues one after another, first each as soon as a working copy
/// stands ready, then without a pause.
async fn large(files: usize, issues: usize, branches: usize) -> anyhow::Result<()> {
    let bench = Bench::open().await?;
    let origin = bench
        .folder
        .path()
        .join("github")
        .join(format!("{}.git", bench.repository));
    let head = fill(&origin, files, branches)?;
    let (at, main) = (bench.repository, "main");
    let moved = bench.simulator.move_branch(at, main, Some(&head), "ana");
    moved.await?;
    let (skep, _) = bench.serve_with(10, "disk_reserve = \"0B\"")?;
    let standby = bench
        .folder
        .path()
        .join("skep/standbys")
        .join(bench.repository.to_string());
    let mut after = 0;
    for number in 0..issues {
        let round = round(&bench, &skep, &mut after, number)?;
        let began = Instant::now();
        while !standby.exists() && began.elapsed() < Duration::from_secs(120) {
            std::thread::sleep(Duration::from_millis(10));
        }
        println!(
            "issue {number:>3}: prompt {:>6} ms, in review {:>6} ms, the next working copy ready after {:>6} ms",
            round.prompted,
            round.in_review,
            began.elapsed().as_millis()
        );
    }
    for number in issues..issues + 3 {
        let round = round(&bench, &skep, &mut after, number)?;
        println!(
            "without a pause: prompt {:>6} ms, in review {:>6} ms",
            round.prompted, round.in_review
        );
    }
    Ok(())
}

/// Puts a tree of so many files and so many branches into a bare repository; answers the commit.
fn fill(origin: &Path, files: usize, branches: usize) -> anyhow::Result<Sha> {
    let mut child = Command::new("git")
        .args(["fast-import", "--quiet", "--force"])
        .current_dir(origin)
        .stdin(Stdio::piped())
        .spawn()?;
    {
        let mut to = std::io::BufWriter::new(child.stdin.take().context("no input")?);
        write!(
            to,
            "commit refs/heads/main\ncommitter b <b@localhost> 1700000000 +0000\ndata 5\nFiles\n"
        )?;
        for number in 0..files {
            let text = format!("line {number} of a file that nobody reads\n").repeat(90);
            writeln!(
                to,
                "M 100644 inline d{}/e{}/f{number}.txt\ndata {}\n{text}",
                number % 50,
                number / 50 % 40,
                text.len()
            )?;
        }
        for number in 0..branches {
            writeln!(
                to,
                "reset refs/heads/topic/{number:05}\nfrom refs/heads/main\n"
            )?;
        }
    }
    if !child.wait()?.success() {
        bail!("git fast-import failed");
    }
    let mut head = Command::new("git");
    let head = head
        .args(["rev-parse", "refs/heads/main"])
        .current_dir(origin);
    Ok(String::from_utf8(head.output()?.stdout)?.trim().parse()?)
}

/// An agent asks, a person answers, the agent has the answer.
async fn answer(issues: usize) -> anyhow::Result<()> {
    for (name, park) in [("live", "5m"), ("parked", "0s")] {
        let bench = Bench::open().await?;
        let (skep, _) =
            bench.serve_with(10, &format!("quick_answer = \"0s\"\npark = \"{park}\""))?;
        let (mut after, mut took) = (0, Vec::new());
        for round in 0..=issues {
            let script =
                "ask Which colour? | red | blue\nplan Paint\nwait 0.2\nwrite NOTE.md: {answer}";
            let issue = bench.go(&format!("Round {round}"), script)?;
            let waits = if park == "0s" {
                "session.parked"
            } else {
                "session.waiting"
            };
            until(&skep, &mut after, issue, waits)?;
            let asked = now();
            bench
                .simulator
                .comment(bench.repository, issue, "ana", "1")?;
            let (mut received, mut heard, mut opened) = (None, None, false);
            while heard.is_none() {
                for event in events(skep.admin, &mut after)?
                    .iter()
                    .filter(|event| event["issue"] == issue.0)
                {
                    let at = event["time"].as_i64().filter(|at| *at >= asked);
                    match event["event"].as_str().unwrap_or_default() {
                        "delivery.accepted" if event["details"]["webhook"] == "issue_comment" => {
                            received = received.or(at)
                        }
                        "message.delivered" => heard = heard.or(at),
                        "pull_request.opened" => opened = true,
                        "session.failed" => bail!("{event}"),
                        _ => {}
                    }
                }
            }
            if let (Some(received), Some(heard), true) = (received, heard, round > 0) {
                took.push(heard - received);
            }
            if !opened {
                until(&skep, &mut after, issue, "pull_request.opened")?;
            }
        }
        show(&format!("answer to resume, {name}"), took);
    }
    Ok(())
}

fn now() -> i64 {
    let since = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// Waits for an event of an issue.
fn until(skep: &Skep, after: &mut i64, issue: IssueNumber, name: &str) -> anyhow::Result<()> {
    let began = Instant::now();
    while began.elapsed() < Duration::from_secs(150) {
        let events = events(skep.admin, after)?;
        if events
            .iter()
            .any(|event| event["issue"] == issue.0 && event["event"] == name)
        {
            return Ok(());
        }
    }
    bail!("{name} never came for #{issue}")
}

/// So many sessions that wait for people.
/// So many issues labelled at once, with the limits as they come.
async fn burst(issues: usize) -> anyhow::Result<()> {
    let bench = Bench::open().await?;
    let (skep, _) = bench.configured("")?;
    // The first one warms the mirror and the tokens, and the pace has its rest afterwards.
    let script = "write NOTE.md: hello\nsay Done.";
    let (mut after, first) = (0, bench.go("First", script)?);
    until(&skep, &mut after, first, "pull_request.opened")?;
    tokio::time::sleep(Duration::from_secs(20)).await;
    let began = now();
    let mut open = Vec::new();
    for number in 0..issues {
        open.push(bench.go(&format!("Issue {number}"), script)?);
    }
    let mut opened = Vec::new();
    while opened.len() < issues {
        for event in events(skep.admin, &mut after)? {
            match event["event"].as_str().unwrap_or_default() {
                "pull_request.opened" => {
                    opened.push(event["time"].as_i64().context("a time")? - began)
                }
                "session.failed" | "task.refused" => bail!("{event}"),
                _ => {}
            }
        }
    }
    let calls = bench.simulator.calls();
    let seen = open.iter().filter_map(|issue| {
        let path = format!("/issues/{issue}/reactions");
        let mut of_issue = calls.iter().filter(|call| call.path.ends_with(&path));
        Some(of_issue.find(|call| call.method == "POST")?.at - began)
    });
    show("labelled to seen", seen.collect());
    show("labelled to pull request", opened);
    Ok(())
}

async fn parked(sessions: usize) -> anyhow::Result<()> {
    let bench = Bench::open().await?;
    let (skep, _) = bench.serve_with(20, "quick_answer = \"0s\"\npark = \"0s\"")?;
    tokio::time::sleep(Duration::from_secs(2)).await;
    println!("resident, idle               {:.1} MiB", resident(&skep)?);
    let began = Instant::now();
    for task in 0..sessions {
        bench.go(
            &format!("Task {task}"),
            "ask Which colour? | red | blue\nwrite NOTE.md: {answer}",
        )?;
    }
    let mut said = Instant::now();
    loop {
        let status: Value = serde_json::from_str(&get(skep.admin, "/api/v1/status")?)?;
        if status["sessions"]["parked"].as_i64() >= i64::try_from(sessions).ok() {
            break;
        }
        if said.elapsed() > Duration::from_secs(10) {
            println!(
                "  after {:.0} s: {}",
                began.elapsed().as_secs_f64(),
                status["sessions"]
            );
            said = Instant::now();
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    println!(
        "all parked after             {:.1} s",
        began.elapsed().as_secs_f64()
    );
    tokio::time::sleep(Duration::from_secs(5)).await;
    println!(
        "resident, {sessions} parked         {:.1} MiB, {} child processes",
        resident(&skep)?,
        children(&skep)?
    );
    Ok(())
}

/// Child processes of all its threads: agents, and git.
fn children(skep: &Skep) -> anyhow::Result<usize> {
    let mut count = 0;
    for thread in std::fs::read_dir(format!("/proc/{}/task", skep.child.id()))? {
        // A thread may end while we look.
        count += std::fs::read_to_string(thread?.path().join("children"))
            .unwrap_or_default()
            .split_whitespace()
            .count();
    }
    Ok(count)
}

/// The switch goes off while an agent works: until its last process is gone, and until the issue says so.
async fn pause(issues: usize) -> anyhow::Result<()> {
    for (name, script) in [
        ("obeys", "say Working.\nwait 3600"),
        ("ignores the cancel", "say Working.\nhang"),
    ] {
        let bench = Bench::open().await?;
        let (skep, _) = bench.serve(10)?;
        let (mut after, mut gone, mut said) = (0, Vec::new(), Vec::new());
        for round in 0..=issues {
            let issue = bench.go(&format!("Round {round}"), script)?;
            until(&skep, &mut after, issue, "session.running")?;
            tokio::time::sleep(Duration::from_millis(300)).await;
            if children(&skep)? == 0 {
                bail!("no agent is at work");
            }
            let began = Instant::now();
            bench
                .simulator
                .unlabel(bench.repository, issue, "agent:go", "ana")?;
            let (mut process, mut comment) = (None, None);
            while process.is_none() || comment.is_none() {
                if process.is_none() && children(&skep)? == 0 {
                    process = Some(i64::try_from(began.elapsed().as_millis())?);
                }
                let comments = bench.simulator.comments(bench.repository, issue)?;
                if comment.is_none()
                    && comments
                        .iter()
                        .any(|comment| comment.body.starts_with("**Paused**"))
                {
                    comment = Some(i64::try_from(began.elapsed().as_millis())?);
                }
                if began.elapsed() > Duration::from_secs(30) {
                    bail!("never paused: {comments:#?}");
                }
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
            gone.extend(process.filter(|_| round > 0));
            said.extend(comment.filter(|_| round > 0));
        }
        show(&format!("off to process gone, {name}"), gone);
        show(&format!("off to said, {name}"), said);
    }
    Ok(())
}

async fn start(times: usize) -> anyhow::Result<()> {
    let bench = Bench::open().await?;
    let mut took = Vec::new();
    for _ in 0..times {
        let (skep, time) = bench.serve(10)?;
        took.push(i64::try_from(time.as_millis())?);
        drop(skep);
    }
    show("process start to first 200", took);
    Ok(())
}

async fn weight(tasks: usize) -> anyhow::Result<()> {
    let bench = Bench::open().await?;
    let (skep, _) = bench.serve(1)?;
    tokio::time::sleep(Duration::from_secs(2)).await;
    println!("resident, idle               {:.1} MiB", resident(&skep)?);
    let began = Instant::now();
    for task in 0..=tasks {
        bench.go(&format!("Task {task}"), "wait 3600")?;
    }
    println!(
        "issues filed and labeled    {:.1} s",
        began.elapsed().as_secs_f64()
    );
    let mut said = Instant::now();
    loop {
        let status: Value = serde_json::from_str(&get(skep.admin, "/api/v1/status")?)?;
        if status["tasks"]["queued"].as_i64() >= i64::try_from(tasks).ok() {
            break;
        }
        if said.elapsed() > Duration::from_secs(10) {
            println!(
                "  after {:.0} s: {}",
                began.elapsed().as_secs_f64(),
                status["tasks"]
            );
            said = Instant::now();
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    println!(
        "all queued after             {:.1} s",
        began.elapsed().as_secs_f64()
    );
    tokio::time::sleep(Duration::from_secs(5)).await;
    println!(
        "resident, {tasks} tasks queued   {:.1} MiB",
        resident(&skep)?
    );
    Ok(())
}

/// So many tasks parked and as many queued, all like one of each that a story made; `times` starts with them.
async fn seeded(tasks: usize, times: usize) -> anyhow::Result<()> {
    let bench = Bench::open().await?;
    let further = "quick_answer = \"0s\"\npark = \"0s\"";
    let (skep, _) = bench.serve_with(1, further)?;
    std::thread::sleep(Duration::from_secs(2));
    weigh(&skep, "idle")?;
    let (title, asks, waits) = ("A task", "ask Which colour? | red | blue", "wait 3600");
    let parked = bench.go(title, asks)?;
    until(&skep, &mut 0, parked, "session.parked")?;
    let working = bench.go(title, waits)?;
    until(&skep, &mut 0, working, "session.running")?;
    let queued = bench.go(title, waits)?;
    until(&skep, &mut 0, queued, "task.queued")?;
    std::thread::sleep(Duration::from_secs(5));
    drop(skep);
    bench.simulator.set_events(&[]);
    let url = skep::store::sqlite_url(&bench.folder.path().join("skep/skep.db"))?;
    let store = Store::open(&url).await?;
    let key = |issue| TaskKey::new(RepositoryId(bench.repository), issue);
    let patterns = [
        (Pattern::read(&store, key(parked)).await?, asks),
        (Pattern::read(&store, key(queued)).await?, waits),
    ];
    for number in 0..HOMES {
        let name = format!("bench-{number}");
        let files = [("README.md", "# Bench\n")];
        let id = bench
            .simulator
            .create_repository("octo", &name, &files)
            .await?;
        bench.simulator.set_permission(id, "ana", "write")?;
        let home = Home {
            id,
            name: format!("octo/{name}").parse()?,
        };
        for (pattern, script) in &patterns {
            let issues = (0..tasks / HOMES)
                .map(|_| bench.open_labeled(id, title, script))
                .collect::<anyhow::Result<Vec<_>>>()?;
            pattern.repeat(&store, &home, &issues).await?;
        }
    }
    let timers = patterns.iter().map(|(pattern, _)| pattern.effects.len());
    println!(
        "open effects of a parked and of a queued task: {:?}",
        timers.collect::<Vec<_>>()
    );
    store.close().await;
    let mut took = Vec::new();
    for _ in 0..times {
        let (skep, time) = bench.serve_with(1, further)?;
        took.push(i64::try_from(time.as_millis())?);
        drop(skep);
    }
    show("process start to first 200", took);
    let (skep, _) = bench.serve_with(1, further)?;
    weigh(&skep, "just started")?;
    // The first look at everything, paced by what GitHub allows, goes on behind.
    for _ in 0..2 {
        std::thread::sleep(Duration::from_secs(10));
        weigh(&skep, &format!("{tasks} parked, {tasks} queued"))?;
    }
    let status: Value = serde_json::from_str(&get(skep.admin, "/api/v1/status")?)?;
    println!("tasks {}, sessions {}", status["tasks"], status["sessions"]);
    Ok(())
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let args: Vec<String> = std::env::args()
        .skip(1)
        .filter(|arg| arg != "--bench")
        .collect();
    let number = |default: usize| {
        args.get(1)
            .and_then(|text| text.parse().ok())
            .unwrap_or(default)
    };
    match args.first().map(String::as_str) {
        Some("latency") => latency(number(18)).await,
        Some("large") => {
            let branches = args.get(3).and_then(|text| text.parse().ok());
            let issues = args.get(2).and_then(|text| text.parse().ok());
            large(number(100_000), issues.unwrap_or(10), branches.unwrap_or(0)).await
        }
        Some("start") => start(number(20)).await,
        Some("weight") => weight(number(1_000)).await,
        Some("answer") => answer(number(12)).await,
        Some("burst") => burst(number(10)).await,
        Some("pause") => pause(number(8)).await,
        Some("parked") => parked(number(1_000)).await,
        Some("seeded") => seeded(number(10_000), 10).await,
        _ => {
            start(10).await?;
            latency(18).await?;
            weight(200).await
        }
    }
}
