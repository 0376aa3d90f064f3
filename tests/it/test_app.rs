//! The harness of the stories: a whole skep over a whole simulated GitHub, stepped by hand, with the clock in hand.
//!
//! Real parts: the real router behind real HTTP, real git, a real SQLite file, the real agent client; the demo agent speaks
//! the real protocol over a pipe (or runs as a process, when a story asks for it). No sleeps: `settle` steps engine and
//! runner until nothing is left to do now. Dropping a app with unfinished rows fails the test.

mod options;
mod steps;
mod views;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use skep::agent::{SandboxChoice, presets};
use skep::app::{App, GitHubSetup, Setup};
use skep::config::SignInSettings;
use skep::core::agent::AgentSpec;
use skep::core::ids::{IssueNumber, RepositoryId, TaskKey, UserId};
use skep::core::time::Clock;
use skep::engine::Engine;
use skep::git::OldGit;
use skep::github::steady_clock;
use skep::http::{self, Bounds, Caps};
use skep::runner::{Runner, Tasks};
use skep::store::{EffectFilter, SessionFilter, Store};
use skep::webhook::Secrets;
use skep_simulator::world::content::IssueDraft;
use skep_simulator::world::outgoing::Flow;
use skep_simulator::{Simulator, SimulatorConfig};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

pub(crate) use options::Options;
pub(crate) use views::told;

pub(crate) use steps::{ANSWER, CODE, Ending, SLOW_CODE, Scenario, timeless, unsigned};

/// What the simulator signs with.
pub(crate) const SECRET: &str = "it is a secret to everybody";
/// How long anything may take on the real clock before a story gives up: no story is decided by it, however slow the machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(120);
/// A step at which the agent of an issue stands until [`TestApp::let_go`].
pub(crate) const HOLD: &str = "until-there ../home/go";
/// The first moment of every story: 2026-01-01T00:00:00Z.
pub(crate) const DAWN: i64 = 1_767_225_600_000;

/// A skep at work in a story.
pub(crate) struct TestApp {
    /// The GitHub.
    pub simulator: Simulator,
    /// The repository of the story.
    pub repository: RepositoryId,
    /// The running skep; `None` while it is down.
    skep: Option<Skep>,
    options: Options,
    time: Arc<AtomicI64>,
    folder: tempfile::TempDir,
    unfinished: bool,
}

struct Skep {
    app: App,
    tasks: Tasks,
    stop: CancellationToken,
    address: std::net::SocketAddr,
    server: tokio::task::JoinHandle<()>,
}

/// A fixture's key.
pub(crate) fn key(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fixtures/keys")
        .join(name);
    std::fs::read_to_string(path).expect("the test-only keys are in fixtures/keys")
}

impl TestApp {
    /// A app with the defaults.
    pub(crate) async fn new() -> Self {
        Self::with(|_| ()).await
    }

    /// A app with some wishes.
    pub(crate) async fn with(wish: impl FnOnce(&mut Options)) -> Self {
        crate::sweep::arrange();
        let mut plan = Options::default();
        wish(&mut plan);
        let folder =
            tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder for the story");
        let time = Arc::new(AtomicI64::new(DAWN));
        let mut config = SimulatorConfig::new(
            folder.path().join("github"),
            key("test-only-app.public.pem"),
        );
        config.clock = clock(&time);
        config.app_slug = "skep".into();
        config.webhook_secret = SECRET.into();
        config.keep_exchanges = crate::described::is_there();
        let simulator = Simulator::start(config)
            .await
            .expect("the simulator starts");
        for person in ["ana", "ben", "stranger", "tina"] {
            simulator.create_user(person);
        }
        let files: Vec<(&str, &str)> = plan
            .files
            .iter()
            .map(|(path, text)| (path.as_str(), text.as_str()))
            .collect();
        let repository = simulator
            .create_repository("octo", "hello", &files)
            .await
            .expect("a repository");
        simulator
            .set_permission(repository, "ana", "write")
            .expect("a permission");
        simulator
            .set_permission(repository, "tina", "triage")
            .expect("a permission");
        let mut app = Self {
            simulator,
            repository: RepositoryId(repository),
            skep: None,
            options: plan,
            time,
            folder,
            unfinished: false,
        };
        app.open().await;
        app
    }

    /// Where skep keeps everything.
    pub(crate) fn data_dir(&self) -> PathBuf {
        self.folder.path().join("skep")
    }

    fn sign_in(&self) -> SignInSettings {
        let (client_id, client_secret) = self.simulator.client();
        SignInSettings {
            client_id,
            client_secret: client_secret.into(),
        }
    }

    fn setup(&self) -> Setup {
        let data_dir = self.data_dir();
        let demo = AgentSpec {
            usage: self.options.usage,
            ..presets::demo(env!("CARGO_BIN_EXE_skep"))
        };
        let agent = self.options.agent.clone().unwrap_or(demo);
        let in_process = !self.options.process && self.options.agent.is_none();
        let url = |text: String| url::Url::parse(&text).expect("the simulator's address");
        let github = GitHubSetup {
            app_id: 4_242,
            private_key: key("test-only-app.pkcs1.pem").into(),
            sign_in: Some(self.sign_in()),
            secrets: Secrets::new([SECRET.to_owned().into()]).expect("a secret"),
            api_url: url(self.simulator.api_url()),
            web_url: url(self.simulator.git_url()),
        };
        let plan = self.options.clone();
        let bots = plan.allowed_bots.iter();
        let path = || std::env::var("PATH").unwrap_or_default();
        let mut setup = Setup::new(data_dir, github, agent);
        let more = plan.more_agents.iter().cloned();
        setup
            .specs
            .extend(more.map(|spec| (spec.name.clone(), spec)));
        Setup {
            roles: BTreeMap::from_iter(
                plan.roles.into_iter().map(|role| (role.name.clone(), role)),
            ),
            issues: plan.issues,
            limits: plan.limits,
            prices: plan.prices.into_iter().collect(),
            allowed_bots: bots
                .map(|bot| UserId(self.simulator.create_bot(bot)))
                .collect(),
            allow_protected: plan.allow_protected,
            ignore: plan.ignore,
            author_answers: plan.author_answers,
            ready: plan.ready,
            readiness: plan.readiness,
            base_rules: plan.base_rules,
            pace: plan.pace,
            timeouts: plan.timeouts,
            git_timeout: Duration::from_secs(60),
            old_git: OldGit::Allow,
            git: plan.git,
            // An agent on a pipe in this process has no fence; the machine need not have bubblewrap for it.
            sandbox: if in_process {
                SandboxChoice::None
            } else {
                SandboxChoice::Bubblewrap
            },
            program: env!("CARGO_BIN_EXE_skep").into(),
            path: plan.path.unwrap_or_else(path),
            demo_in_process: in_process,
            timings: plan.timings,
            retention: plan.retention,
            hearing: plan.hearing,
            notify: plan.notify,
            notify_patience: plan.notify_patience,
            certificates: plan.certificates,
            clock: clock(&self.time),
            ticks: match plan.paced_by_story {
                true => clock(&self.time),
                false => steady_clock(),
            },
            ..setup
        }
    }

    /// Other wishes for the next start.
    pub(crate) fn wish(&mut self, wish: impl FnOnce(&mut Options)) {
        wish(&mut self.options);
    }

    /// Starts skep (again) on what is stored.
    pub(crate) async fn open(&mut self) {
        assert!(self.skep.is_none(), "skep runs already");
        let app = self.build().await;
        app.engine
            .schedule()
            .await
            .expect("free slots are given out");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let stop = CancellationToken::new();
        let router = http::public_router(app.ingest.clone(), Caps::default());
        let server = tokio::spawn(http::serve(
            listener,
            router,
            Bounds::default(),
            stop.clone(),
        ));
        self.simulator
            .set_webhook_url(&format!("http://{address}/webhook"));
        if !self.options.hearing.is_told() {
            self.simulator.set_flow(Flow::Dropped);
        }
        self.skep = Some(Skep {
            app,
            tasks: Tasks::new(),
            stop,
            address,
            server,
        });
    }

    /// Ends skep as `kill -9` would: nothing is finished, nothing is said, leases stay where they are.
    pub(crate) async fn crash(&mut self) {
        let Some(mut skep) = self.skep.take() else {
            return;
        };
        skep.tasks.abort_all();
        while skep.tasks.join_next().await.is_some() {}
        skep.stop.cancel();
        skep.server.abort();
        let _ended = skep.server.await;
        skep.app.store.close().await;
    }

    fn skep(&self) -> &Skep {
        self.skep.as_ref().expect("skep is down")
    }

    /// The database.
    pub(crate) fn store(&self) -> &Store {
        &self.skep().app.store
    }

    pub(crate) fn engine(&self) -> &Engine {
        &self.skep().app.engine
    }

    pub(crate) fn runner(&self) -> &Runner {
        &self.skep().app.runner
    }

    /// The modules.
    pub(crate) fn product(&self) -> &App {
        &self.skep().app
    }

    /// Moves the clock.
    pub(crate) fn advance(&self, time: Duration) {
        let ms = i64::try_from(time.as_millis()).expect("a span that fits");
        self.time.fetch_add(ms, Ordering::SeqCst);
    }

    /// Moves the clock on to a moment, unless it is past.
    pub(crate) fn advance_to(&self, at: i64) {
        self.time.fetch_max(at, Ordering::SeqCst);
    }

    /// The time.
    pub(crate) fn now(&self) -> i64 {
        self.time.load(Ordering::SeqCst)
    }

    /// Ana opens an issue.
    pub(crate) fn issue(&self, title: &str, body: &str, labels: &[&str]) -> IssueNumber {
        self.issue_by("ana", title, body, labels)
    }

    /// Somebody opens an issue.
    pub(crate) fn issue_by(
        &self,
        author: &str,
        title: &str,
        body: &str,
        labels: &[&str],
    ) -> IssueNumber {
        let draft = IssueDraft {
            title: title.to_owned(),
            body: Some(body.to_owned()),
            labels: labels.iter().map(|label| (*label).to_owned()).collect(),
            ..IssueDraft::default()
        };
        let opened = self.simulator.open_issue(self.repository, author, draft);
        IssueNumber(opened.expect("an issue"))
    }

    /// Ana adds a label. The clock moves a second first: GitHub's times have no finer grain.
    pub(crate) fn label(&self, issue: IssueNumber, label: &str) {
        self.label_by("ana", issue, label);
    }

    /// Somebody adds a label.
    pub(crate) fn label_by(&self, who: &str, issue: IssueNumber, label: &str) {
        self.advance(Duration::from_secs(1));
        self.simulator
            .label(self.repository, issue, label, who)
            .expect("a label");
    }

    /// Gives somebody a permission in the repository.
    pub(crate) fn permit(&self, who: &str, permission: &str) {
        self.simulator
            .set_permission(self.repository, who, permission)
            .expect("a permission");
    }

    /// Closes an issue as somebody.
    pub(crate) fn close_issue(&self, issue: IssueNumber, who: &str) {
        self.simulator
            .close_issue(self.repository, issue, who)
            .expect("closed");
    }

    /// Ana takes a label away.
    pub(crate) fn unlabel(&self, issue: IssueNumber, label: &str) {
        self.advance(Duration::from_secs(1));
        self.simulator
            .unlabel(self.repository, issue, label, "ana")
            .expect("a label gone");
    }

    /// An issue with a script for the demo agent, labeled to go.
    pub(crate) fn go(&self, title: &str, script: &str) -> IssueNumber {
        self.go_as(title, script, &[])
    }

    /// The same with further labels.
    pub(crate) fn go_as(&self, title: &str, script: &str, labels: &[&str]) -> IssueNumber {
        let issue = self.issue(
            title,
            &format!("Please.\n\n```skep-demo\n{script}\n```\n"),
            labels,
        );
        self.label(issue, "agent:go");
        issue
    }

    /// Steps until nothing is left to do now; what waits for a later time stays.
    pub(crate) async fn settle(&mut self) {
        loop {
            while self.step().await {}
            if self.options.hearing.every().is_none() {
                return;
            }
            // What was put off may be due by then.
            if self.poll().await == 0 && !self.step().await {
                return;
            }
        }
    }

    /// Asks GitHub for news when it is time; answers how much there was.
    pub(crate) async fn poll(&mut self) -> usize {
        let every = self.options.hearing.every();
        self.advance(every.expect("a skep that polls"));
        let sweep = self.product().sweep.clone();
        sweep.poll().await.ids().len()
    }

    /// Settles, and lets the time pass for what waits, until nothing waits any more.
    pub(crate) async fn settle_all(&mut self) {
        for _ in 0..200 {
            self.settle().await;
            let Some(due) = self
                .store()
                .next_due(self.now())
                .await
                .expect("a look at the outbox")
            else {
                return;
            };
            self.time.store(due.max(self.now()), Ordering::SeqCst);
        }
        panic!("effects are put off for ever");
    }

    /// One step: a batch of facts, or one effect brought to its end. False when there was nothing to do.
    pub(crate) async fn step(&mut self) -> bool {
        self.simulator.quiet().await;
        let skep = self.skep.as_mut().expect("skep is down");
        if skep.app.engine.step().await.expect("facts are handled") > 0 {
            return true;
        }
        skep.app
            .runner
            .start_due(&mut skep.tasks)
            .await
            .expect("effects are claimed");
        let ended = tokio::time::timeout(PATIENCE, skep.tasks.join_next());
        match ended.await.expect("an effect ends in its time") {
            None => false,
            Some(ended) => {
                ended.expect("performing does not panic");
                true
            }
        }
    }

    /// Starts what is due without waiting for it; facts first.
    pub(crate) async fn nudge(&mut self) {
        self.simulator.quiet().await;
        let skep = self.skep.as_mut().expect("skep is down");
        while skep.app.engine.step().await.expect("facts are handled") > 0 {}
        skep.app
            .runner
            .start_due(&mut skep.tasks)
            .await
            .expect("effects are claimed");
    }

    /// Nudges until something is so.
    pub(crate) async fn until(&mut self, what: &str, mut so: impl FnMut(&Self) -> bool) {
        let patience = tokio::time::Instant::now() + PATIENCE;
        while !so(self) {
            assert!(
                tokio::time::Instant::now() < patience,
                "never came true: {what}"
            );
            self.nudge().await;
            tokio::task::yield_now().await;
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Nudges until all that can be done beside the turns that run is done.
    pub(crate) async fn heard(&mut self) {
        let patience = tokio::time::Instant::now() + PATIENCE;
        loop {
            self.nudge().await;
            let filter = EffectFilter {
                open: Some(true),
                ..EffectFilter::default()
            };
            let open = self.store().effects(&filter, 1_000).await.expect("effects");
            let now = self.now();
            let at_work = open
                .iter()
                .filter(|look| look.effect.kind != "run_turn" && look.not_before <= now)
                .count();
            if at_work == 0 && self.store().counts().await.expect("counts").inbox_unhandled == 0 {
                return;
            }
            assert!(
                tokio::time::Instant::now() < patience,
                "never heard: {:?}",
                self.waiting().await
            );
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Lets the agents go on that stand at [`HOLD`], once all that was said so far is heard.
    pub(crate) async fn let_go(&mut self) {
        self.heard().await;
        let sessions = std::fs::read_dir(self.data_dir().join("sessions"))
            .expect("the folder of the sessions");
        for home in sessions
            .flatten()
            .map(|session| session.path().join("home"))
            .filter(|home| home.exists())
        {
            std::fs::write(home.join("go"), "").expect("a home of ours");
        }
    }

    /// The whole issue as a reader sees it.
    pub(crate) fn thread(&self, issue: IssueNumber) -> String {
        let thread = self.simulator.thread(self.repository, issue);
        unsigned(&thread.expect("a thread"))
    }

    /// The names of the events of an issue, in order.
    pub(crate) async fn timeline(&self, issue: IssueNumber) -> Vec<String> {
        let key = TaskKey::new(self.repository, issue);
        let events = self.store().task_events(key, 1_000).await.expect("events");
        events.into_iter().map(|row| row.event.name).collect()
    }

    /// The same as it is told on any machine: how often progress is noted, when the turn is seen to run, and when GitHub's echo
    /// of our own changes comes in between, depend on how fast it is.
    pub(crate) async fn course(&self, issue: IssueNumber) -> Vec<String> {
        let mut names = self.timeline(issue).await;
        names.retain(|name| !name.starts_with("delivery.") && name != "session.running");
        names.dedup();
        names
    }

    /// The state of a task.
    pub(crate) async fn state(&self, issue: IssueNumber) -> String {
        let key = TaskKey::new(self.repository, issue);
        self.store()
            .task(key)
            .await
            .expect("a look")
            .map_or_else(|| "unknown".into(), |row| row.state)
    }

    /// Live sessions.
    pub(crate) async fn live(&self) -> usize {
        let filter = SessionFilter {
            live: Some(true),
            ..SessionFilter::default()
        };
        self.store()
            .sessions(&filter, 1_000)
            .await
            .expect("sessions")
            .len()
    }

    /// Sends what is due to those who are told outside GitHub.
    pub(crate) async fn tell(&self) {
        let told = self.product().notifier.step().await;
        told.expect("a database that answers");
    }

    /// Where GitHub reaches skep.
    pub(crate) fn address(&self) -> std::net::SocketAddr {
        self.skep().address
    }

    /// The story leaves rows behind on purpose.
    pub(crate) fn leave_unfinished(&mut self) {
        self.unfinished = true;
    }

    /// Ends the story: nothing may be left in the inbox or outbox, GitHub must have nothing to complain of, and all that was
    /// said on the wire must be as it describes its API.
    pub(crate) async fn done(mut self) {
        let violations = self.simulator.violations();
        assert!(violations.is_empty(), "GitHub complains: {violations:?}");
        crate::described::check(&self.simulator);
        if let Some(skep) = self.skep.take() {
            let counts = skep.app.store.counts().await.expect("counts");
            if !self.unfinished {
                let left = unfinished_rows(&skep.app.store).await;
                assert_eq!(
                    (counts.inbox_unhandled, left),
                    (0, vec![]),
                    "rows are left: {counts:?}"
                );
            }
            skep.app
                .runner
                .services()
                .agents
                .close_all(Duration::from_secs(5))
                .await;
            skep.stop.cancel();
            skep.server.await.expect("the server ends");
            skep.app.store.close().await;
        }
        self.unfinished = true;
        self.simulator.stop().await;
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            assert!(self.unfinished, "a story ends with `app.done().await`");
        }
    }
}

/// The kinds of open effects; moments that are waited for may stay.
async fn unfinished_rows(store: &Store) -> Vec<String> {
    let filter = EffectFilter {
        open: Some(true),
        ..EffectFilter::default()
    };
    let open = store.effects(&filter, 1_000).await.expect("effects");
    open.into_iter()
        .map(|look| look.effect.kind)
        .filter(|kind| kind != "set_timer")
        .collect()
}

fn clock(time: &Arc<AtomicI64>) -> Clock {
    let time = Arc::clone(time);
    Arc::new(move || time.load(Ordering::SeqCst))
}
