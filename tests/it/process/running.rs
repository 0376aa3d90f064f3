//! Processes of the program, and everything a test does to them.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use skep::core::ids::IssueNumber;

use super::setup::{PATIENCE, Setup, ask, get};

/// The program's exit code, output and errors.
pub(super) type Ended = (Option<i32>, String, String);

/// Runs the program to its end.
pub(super) async fn skep(line: &str, variables: &[(String, String)]) -> Ended {
    let (line, variables) = (line.to_owned(), variables.to_vec());
    let run = move || {
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
        let mut command = Command::new(env!("CARGO_BIN_EXE_skep"));
        command
            .args(line.split(' '))
            .env_clear()
            .env("HOME", folder.path())
            .current_dir(folder.path());
        let output = command.envs(variables).output().expect("it starts");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
        (
            output.status.code(),
            text(output.stdout),
            text(output.stderr),
        )
    };
    tokio::task::spawn_blocking(run).await.expect("it ran")
}

/// The parent of a process that runs; none when it is gone, or only waits to be counted as gone.
fn parent(number: u32) -> Option<u32> {
    let text = std::fs::read_to_string(format!("/proc/{number}/stat")).ok()?;
    let (_, fields) = text.rsplit_once(')')?;
    let mut fields = fields.split_whitespace();
    let dead = matches!(fields.next()?, "Z" | "X");
    fields.next()?.parse().ok().filter(|_| !dead)
}

/// Whether a process runs.
pub(super) fn is_running(number: u32) -> bool {
    parent(number).is_some()
}

/// A `skep serve` of a setup.
pub(super) struct Served {
    child: Child,
    /// Where webhooks go.
    pub listen: String,
    /// Where people ask.
    pub admin: String,
    log: Arc<Mutex<String>>,
}

impl Served {
    /// Starts it with the setup's environment and lets GitHub send its webhooks there.
    pub(super) fn start(setup: &Setup) -> Self {
        Self::start_with(setup, &[])
    }

    /// The same with further variables.
    pub(super) fn start_with(setup: &Setup, more: &[(&str, &str)]) -> Self {
        // The simulator must go on meanwhile, whichever thread this is.
        tokio::task::block_in_place(|| Self::begin(setup, &[], more))
    }

    /// The same as the last part of another command line.
    pub(super) fn start_within(setup: &Setup, wrapper: &[&str]) -> Self {
        tokio::task::block_in_place(|| Self::begin(setup, wrapper, &[]))
    }

    /// Without an App, whose credentials are in the data folder or are still to come.
    pub(super) fn start_without_app(setup: &Setup, until: &str) -> Self {
        let no_app = [
            "SKEP_APP_ID",
            "SKEP_PRIVATE_KEY_FILE",
            "SKEP_WEBHOOK_SECRET",
        ];
        let empty: Vec<(&str, &str)> = no_app.iter().map(|name| (*name, "")).collect();
        tokio::task::block_in_place(|| Self::begin_until(setup, &[], &empty, until))
    }

    fn begin(setup: &Setup, wrapper: &[&str], more: &[(&str, &str)]) -> Self {
        let served = Self::begin_until(setup, wrapper, more, "skep is ready");
        if !served.listen.is_empty() {
            setup
                .github
                .set_webhook_url(&format!("http://{}/webhook", served.listen));
        }
        served
    }

    /// By a command of the test's own, which says `until` once its addresses are open.
    pub(super) fn start_by(command: Command, until: &str) -> Self {
        tokio::task::block_in_place(|| Self::spawn(command, until))
    }

    fn begin_until(setup: &Setup, wrapper: &[&str], more: &[(&str, &str)], until: &str) -> Self {
        let line: Vec<&str> = wrapper
            .iter()
            .copied()
            .chain([env!("CARGO_BIN_EXE_skep"), "serve"])
            .collect();
        let mut command = Command::new(line[0]);
        command
            .args(&line[1..])
            .env_clear()
            .envs(setup.environment())
            .envs(more.iter().copied())
            .current_dir(setup.folder.path());
        Self::spawn(command, until)
    }

    fn spawn(mut command: Command, until: &str) -> Self {
        let mut child = command.stderr(Stdio::piped()).spawn().expect("it starts");
        let mut output = BufReader::new(child.stderr.take().expect("piped"));
        let log = Arc::new(Mutex::new(String::new()));
        let ready = loop {
            let mut line = String::new();
            let length = output.read_line(&mut line).expect("text");
            log.lock().expect("no panic").push_str(&line);
            assert!(length > 0, "it ended: {}", log.lock().expect("no panic"));
            // The last words of one that cannot start are for people.
            if line.contains(until) {
                break line;
            }
        };
        let kept = Arc::clone(&log);
        std::thread::spawn(move || {
            let mut line = String::new();
            while output.read_line(&mut line).is_ok_and(|length| length > 0) {
                kept.lock()
                    .expect("no panic")
                    .push_str(&std::mem::take(&mut line));
            }
        });
        let text = |name: &str| {
            let entry: Value = serde_json::from_str(&ready).unwrap_or_default();
            let in_words = ready.split_whitespace();
            let mut in_words =
                in_words.filter_map(|word| word.strip_prefix(name)?.strip_prefix('='));
            let address = entry["fields"][name].as_str().or_else(|| in_words.next());
            address.map(str::to_owned)
        };
        Self {
            child,
            // One that asks for news has none.
            listen: text("listen").unwrap_or_default(),
            admin: text("admin").expect("an address"),
            log,
        }
    }

    /// What it has logged.
    pub(super) fn log(&self) -> String {
        self.log.lock().expect("no panic").clone()
    }

    pub(super) fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).expect("it runs");
    }

    /// Its number.
    pub(super) fn number(&self) -> u32 {
        self.child.id()
    }

    /// The processes that it started itself and that still run.
    pub(super) fn children(&self) -> Vec<u32> {
        let entries = std::fs::read_dir("/proc").expect("proc").flatten();
        let numbers = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
        numbers
            .filter(|number| parent(*number) == Some(self.number()))
            .collect()
    }

    /// Ends it without a word.
    pub(super) fn kill(mut self) {
        self.child.kill().expect("it runs");
        tokio::task::block_in_place(|| self.child.wait()).expect("it is gone");
    }

    /// Waits for its end; answers with its exit code and how long it took.
    pub(super) async fn ended(&mut self) -> (Option<i32>, Duration) {
        let began = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().expect("a child") {
                return (status.code(), began.elapsed());
            }
            assert!(
                began.elapsed() < PATIENCE,
                "it does not end: {}",
                self.log()
            );
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Ends it as an operator does.
    pub(super) async fn stop(mut self) {
        self.signal(Signal::TERM);
        let (code, _) = self.ended().await;
        assert_eq!(code, Some(0), "{}", self.log());
    }

    /// Ends it as an operator does; answers with all that it has logged.
    pub(super) async fn stopped(mut self) -> String {
        self.signal(Signal::TERM);
        let (code, _) = self.ended().await;
        assert_eq!(code, Some(0), "{}", self.log());
        self.log()
    }

    /// The ids of all sessions.
    pub(super) async fn sessions(&self) -> Vec<String> {
        let all = get(&self.admin, "/api/v1/sessions?limit=500").await;
        let all = all["sessions"].as_array().expect("a list").iter();
        all.map(|session| session["id"].as_str().expect("an id").to_owned())
            .collect()
    }

    /// The issue ends in its one pull request, after one session, and then the program ends as well.
    pub(super) async fn ends_well(self, setup: &Setup, issue: IssueNumber) {
        self.settled(issue, "in-review").await;
        setup.one_pull_request(issue);
        self.one_completed_session().await;
        self.stop().await;
    }

    /// Waits for the first event of that name.
    pub(super) async fn event(&self, name: &str) -> Value {
        let (began, mut after) = (Instant::now(), 0);
        loop {
            let line = format!("GET /api/v1/events?after={after}&wait=20");
            let (status, body) = ask(&self.admin, &line, &[], "").await.expect("an answer");
            assert_eq!(status, 200, "{body}");
            for line in body.lines() {
                let event: Value = serde_json::from_str(line).expect("JSON");
                if event["event"] == name {
                    return event;
                }
                after = event["seq"].as_i64().expect("a number");
            }
            assert!(began.elapsed() < PATIENCE, "no {name}: {}", self.log());
        }
    }

    /// Waits until a task is in that state and nothing is left to do; answers with the task.
    pub(super) async fn settled(&self, issue: IssueNumber, state: &str) -> Value {
        let began = Instant::now();
        loop {
            let path = format!("GET /api/v1/tasks/octo/hello/{issue}");
            let answer = ask(&self.admin, &path, &[], "")
                .await
                .filter(|(status, _)| *status == 200);
            let task: Value = answer.map_or(Value::Null, |(_, body)| {
                serde_json::from_str(&body).expect("JSON")
            });
            let status = get(&self.admin, "/api/v1/status").await;
            let rest = (
                status["effects_open"].clone(),
                status["inbox_unhandled"].clone(),
            );
            if task["state"] == state && rest == (json!(0), json!(0)) {
                return task;
            }
            assert!(
                began.elapsed() < PATIENCE,
                "never {state}: {task} {status} {}",
                self.log()
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// The only session there is must have ended with its pull request.
    pub(super) async fn one_completed_session(&self) {
        let all = get(&self.admin, "/api/v1/sessions").await;
        let all = all["sessions"].as_array().expect("a list");
        assert_eq!(all.len(), 1, "{all:?}");
        let session = &all[0];
        let truth = [
            &session["state"],
            &session["live"],
            &session["stop"],
            &session["pull"],
        ];
        assert_eq!(
            truth,
            [
                &json!("completed"),
                &json!(false),
                &json!("pull_request"),
                &json!(2)
            ],
            "{session}"
        );
        assert!(
            session["ended_at"].as_i64() > session["started_at"].as_i64(),
            "{session}"
        );
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // Gone already, most of the time.
        drop(self.child.kill());
        drop(self.child.wait());
        if std::thread::panicking() {
            eprintln!("{}", self.log());
        }
    }
}

/// A process whose output is read line by line.
pub(super) struct Told {
    pub child: Child,
    output: BufReader<std::process::ChildStdout>,
    pub said: String,
}

impl Told {
    pub(super) fn start(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().expect("it starts");
        let output = BufReader::new(child.stdout.take().expect("piped"));
        Self {
            child,
            output,
            said: String::new(),
        }
    }

    /// Reads until a line that holds `part`.
    pub(super) fn until(&mut self, part: &str) -> String {
        loop {
            let mut line = String::new();
            let length = self.output.read_line(&mut line).expect("text");
            assert!(length > 0, "it never said {part}: {}", self.said);
            self.said.push_str(&line);
            if line.contains(part) {
                return line;
            }
        }
    }

    /// Reads the rest and waits for the end.
    pub(super) fn end(&mut self) -> Option<i32> {
        self.output.read_to_string(&mut self.said).expect("text");
        self.child.wait().expect("it ends").code()
    }
}

impl Drop for Told {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
