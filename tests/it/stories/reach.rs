//! What these stories do and see beyond the harness: the operator's orders, raw deliveries, planned effects, git.

use std::time::Duration;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use skep::core::effect::{self, Action, Effect, EffectKind};
use skep::core::ids::{IssueNumber, TaskKey};
use skep::core::text::prompt::headed;
use skep::http::{AdminService, ApiError, Batch, By, Target};
use skep::store::EffectFilter;
use skep_simulator::PullView;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::test_app::{SECRET, TestApp};

impl TestApp {
    /// The operator asks for issues (`skep dispatch`), while the engine takes facts up.
    pub(crate) async fn dispatch(&mut self, targets: Vec<Target>) -> Result<Batch, ApiError> {
        self.advance(Duration::from_secs(1));
        let admin = self.product().admin.clone();
        let asked = tokio::spawn(async move { admin.dispatch(targets, By::operator()).await });
        while !asked.is_finished() {
            self.engine().step().await.expect("facts are handled");
            tokio::task::yield_now().await;
        }
        asked.await.expect("dispatching does not panic")
    }

    /// Posts these bytes to the public address as GitHub would, signed; answers the status.
    pub(crate) async fn post(&self, event: &str, guid: &str, body: &[u8]) -> u16 {
        let mut stream = TcpStream::connect(self.address())
            .await
            .expect("the server listens");
        let head = format!(
            "POST /webhook HTTP/1.1\r\nhost: skep\r\nconnection: close\r\ncontent-type: application/json\r\n\
             x-github-event: {event}\r\nx-github-delivery: {guid}\r\nx-hub-signature-256: {}\r\n\
             content-length: {}\r\n\r\n",
            signed(body),
            body.len(),
        );
        stream
            .write_all(head.as_bytes())
            .await
            .expect("the head is taken");
        // Whoever refuses by the head alone may close before it read the body.
        let _cut_off = stream.write_all(body).await;
        let mut answer = Vec::new();
        let _closed = stream.read_to_end(&mut answer).await;
        let line = String::from_utf8_lossy(&answer);
        line.split(' ')
            .nth(1)
            .and_then(|status| status.parse().ok())
            .expect("an answer with a status")
    }

    /// Every prompt that was planned for an issue, oldest first.
    pub(crate) async fn prompts(&self, issue: IssueNumber) -> Vec<String> {
        self.planned(issue, EffectKind::RunTurn)
            .await
            .iter()
            .filter_map(prompt_of)
            .collect()
    }

    /// Every effect of a kind that was planned for an issue, oldest first.
    pub(crate) async fn planned(&self, issue: IssueNumber, kind: EffectKind) -> Vec<Effect> {
        let task = Some(TaskKey::new(self.repository, issue));
        let filter = EffectFilter {
            task,
            ..EffectFilter::default()
        };
        let rows = self.store().effects(&filter, 1_000).await.expect("effects");
        let effects = rows
            .iter()
            .map(|row| serde_json::from_str::<Effect>(&row.effect.body).expect("an effect"));
        effects.filter(|effect| effect.kind() == kind).collect()
    }

    /// What `git` says about the repository on GitHub.
    pub(crate) fn git(&self, args: &[&str]) -> String {
        let dir = self
            .data_dir()
            .with_file_name("github")
            .join(format!("{}.git", self.repository));
        let mut git = std::process::Command::new("git");
        let out = git
            .arg("-C")
            .arg(&dir)
            .args(args)
            .output()
            .expect("git runs");
        assert!(
            out.status.success(),
            "git {args:?}: {}",
            String::from_utf8_lossy(&out.stderr)
        );
        String::from_utf8_lossy(&out.stdout).into_owned()
    }

    /// What people read in our comments on an issue, oldest first.
    pub(crate) fn our_comments(&self, issue: IssueNumber) -> Vec<String> {
        let all = self
            .simulator
            .comments(self.repository, issue)
            .expect("comments");
        let ours = all
            .into_iter()
            .filter(|comment| comment.author == "skep[bot]");
        ours.map(|comment| {
            comment
                .body
                .split("\n<!--")
                .next()
                .unwrap_or_default()
                .to_owned()
        })
        .collect()
    }

    /// The only pull request there is.
    pub(crate) fn the_pull(&self) -> PullView {
        let mut pulls = self.pulls();
        assert_eq!(pulls.len(), 1, "{pulls:?}");
        pulls.remove(0)
    }

    /// The whole issue as a reader sees it, but for what is another in every run: commits, and times after retries.
    pub(crate) fn told(&self, issue: IssueNumber) -> String {
        let time = regex::Regex::new(r"\b[0-9]{2}:[0-9]{2}:[0-9]{2}Z").expect("a pattern");
        let thread = without_waits(&without_shas(&self.thread(issue)));
        time.replace_all(&thread, "TIME").into_owned()
    }

    /// The newest pull request that closes an issue.
    pub(crate) fn pull_for(&self, issue: IssueNumber) -> PullView {
        let closes = format!("Closes #{issue}\n");
        let found = self
            .pulls()
            .into_iter()
            .rev()
            .find(|pull| pull.issue.body.contains(&closes));
        found.unwrap_or_else(|| panic!("no pull request closes #{issue}\n{}", self.thread(issue)))
    }

    /// Until a session is at work on an issue.
    pub(crate) async fn until_working(&mut self, issue: IssueNumber) {
        let home = self.repository;
        let shows = move |app: &Self| {
            let labels = app.simulator.issue(home, issue).expect("an issue").labels;
            labels.iter().any(|label| label == "agent:working")
        };
        self.until("a session is at work", shows).await;
    }

    /// Nudges until an issue's timeline has an event of that name.
    pub(crate) async fn until_event(&mut self, issue: IssueNumber, name: &str) {
        let patience = tokio::time::Instant::now() + crate::test_app::PATIENCE;
        while !self.timeline(issue).await.iter().any(|other| other == name) {
            assert!(tokio::time::Instant::now() < patience, "never told: {name}");
            self.nudge().await;
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// All pull requests.
    pub(crate) fn pulls(&self) -> Vec<PullView> {
        self.simulator
            .pulls(self.repository)
            .expect("pull requests")
    }

    /// How many calls of a method go to a path that ends so.
    pub(crate) fn calls(&self, method: &str, end: &str) -> usize {
        let calls = self.simulator.calls();
        calls
            .iter()
            .filter(|call| call.method == method && call.path.ends_with(end))
            .count()
    }
}

/// A text with `SHA` for every short or whole commit in it, and without the warning of machines that have no fence.
pub(super) fn without_shas(text: &str) -> String {
    let sha = regex::Regex::new(r"\b([0-9a-f]{10}|[0-9a-f]{40})\b").expect("a pattern");
    let warning = regex::Regex::new(r"(?m)^ *- ⚠️ .*: agents can read what skep can read.*\n")
        .expect("a pattern");
    let text = crate::test_app::unsigned(text);
    sha.replace_all(&warning.replace_all(&text, ""), "SHA")
        .into_owned()
}

/// The signature of a body.
fn signed(body: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).expect("any key");
    mac.update(body);
    format!("sha256={}", hex::encode(mac.finalize().into_bytes()))
}

/// What an agent hears that takes no system prompt.
fn prompt_of(effect: &Effect) -> Option<String> {
    match &effect.action {
        Action::RunTurn(effect::RunTurn { turn, .. }) => {
            Some(headed(&turn.instructions, &turn.prompt))
        }
        _ => None,
    }
}

/// A text without how long it waited for people: that moves with each moment that a story lets pass.
pub(crate) fn without_waits(text: &str) -> String {
    let wait = regex::Regex::new(r"\d+ (ms|s|m|h)( \d+ (ms|s|m|h))? waiting for people");
    let wait = wait.expect("a pattern");
    wait.replace_all(text, "SPAN waiting for people")
        .into_owned()
}
