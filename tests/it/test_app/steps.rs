//! A app over time: counted steps, the end of a story as it is compared, a skep that runs by itself.

use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::time::Duration;

use regex::Regex;
use skep::app::{Addresses, App, Running};
use skep::core::ids::IssueNumber;
use skep::store::{EffectFilter, SessionFilter};
use skep_simulator::call_log::CallRecord;
use tokio::sync::OnceCell;

use super::{Options, PATIENCE, TestApp};

/// An issue for the demo agent and the app it is told in.
#[derive(Clone)]
pub(crate) struct Scenario {
    /// What the agent does.
    pub script: &'static str,
    /// Labels beside `agent:go`.
    pub labels: &'static [&'static str],
    /// The app's wishes.
    pub wish: fn(&mut Options),
}

/// Agents that write code.
pub(crate) const CODE: Scenario = Scenario {
    script: "write GREETING.md: hello",
    labels: &["role:swe"],
    wish: |_| (),
};
/// The same, taking long enough for people to see it at work.
pub(crate) const SLOW_CODE: Scenario = Scenario {
    script: "write GREETING.md: hello\nwait 0.4",
    ..CODE
};
/// Agents that answer.
pub(crate) const ANSWER: Scenario = Scenario {
    script: "say It is as it should be.",
    labels: &["role:triage"],
    wish: |_| (),
};

/// The comments in an order of their own: which one is first depends on which one had trouble.
fn unordered(thread: &str) -> String {
    let mut parts: Vec<String> = vec![String::new()];
    for line in thread.trim_end().lines() {
        // Whose comment it is stands at the margin; its words are indented.
        if line.ends_with(':') && !line.starts_with(' ') {
            parts.push(String::new());
        }
        if let Some(part) = parts.last_mut() {
            part.push_str(line);
            part.push('\n');
        }
    }
    // The issue's own words come first in any case.
    let issue = parts.len().min(2);
    parts[issue..].sort_unstable();
    parts
        .iter()
        .map(|part| part.trim_end())
        .collect::<Vec<_>>()
        .join("\n\n")
}

impl Scenario {
    /// A app and the issue in it, labeled to go.
    pub(crate) async fn begin(&self) -> (TestApp, IssueNumber) {
        let app = TestApp::with(self.wish).await;
        let issue = app.go_as("Add a greeting", self.script, self.labels);
        (app, issue)
    }

    /// The end without any trouble, and in how many steps it is reached.
    pub(crate) async fn clean(&self) -> (usize, Ending) {
        let told = self.told().await;
        (told.steps, told.ending.clone())
    }

    /// The story without any trouble: told once in this process, since every telling is the same.
    pub(crate) async fn told(&self) -> Arc<Told> {
        type Once = Arc<OnceCell<Arc<Told>>>;
        static TOLD: Mutex<Vec<(Scenario, Once)>> = Mutex::new(Vec::new());
        let cell = {
            let mut all = TOLD.lock().unwrap_or_else(PoisonError::into_inner);
            match all.iter().find(|(scene, _)| scene.is(self)) {
                Some((_, cell)) => cell.clone(),
                None => {
                    let cell = Arc::<OnceCell<Arc<Told>>>::default();
                    all.push((self.clone(), cell.clone()));
                    cell
                }
            }
        };
        cell.get_or_init(|| self.tell()).await.clone()
    }

    async fn tell(&self) -> Arc<Told> {
        let (mut app, issue) = self.begin().await;
        let before = app.simulator.calls().len();
        let steps = app.run_steps(usize::MAX).await;
        let calls = app.simulator.calls().split_off(before);
        let ending = app.ending(issue).await;
        app.done().await;
        Arc::new(Told {
            steps,
            ending,
            calls,
        })
    }

    fn is(&self, other: &Self) -> bool {
        let same_wish = std::ptr::fn_addr_eq(self.wish, other.wish);
        same_wish && self.script == other.script && self.labels == other.labels
    }
}

/// A story without trouble.
pub(crate) struct Told {
    /// In how many steps the end is reached.
    pub steps: usize,
    /// The end.
    pub ending: Ending,
    /// What GitHub was asked on the way, in order.
    pub calls: Vec<CallRecord>,
}

/// Everything people are left with, without times and hashes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ending {
    /// The issue as it is read.
    pub thread: String,
    /// Reactions to it, sorted.
    pub reactions: Vec<String>,
    /// Its labels.
    pub labels: Vec<String>,
    /// How many comments are ours.
    pub ours: usize,
    /// The pull requests: head, state, labels, body, and what the branch holds in `GREETING.md`.
    pub pulls: Vec<String>,
    /// All branches.
    pub branches: Vec<String>,
    /// The task's state.
    pub state: String,
    /// Live sessions.
    pub live: usize,
}

/// A pull request's text without its statement of provenance, which is another in every run.
pub(crate) fn unsigned(text: &str) -> String {
    static FOLD: LazyLock<Regex> = LazyLock::new(|| {
        let fold = r"(?s)\n[ \t]*\n[ \t]*<details><summary>Provenance: a signed statement</summary>.*?</details>";
        Regex::new(fold).expect("a pattern")
    });
    FOLD.replace_all(text, "").into_owned()
}

/// Takes times, spans, hashes and counts of edits out of a text.
pub(crate) fn timeless(text: &str) -> String {
    static TABLE: LazyLock<Vec<(Regex, &str)>> = LazyLock::new(|| {
        let table = [
            (r"\d\d:\d\d:\d\dZ", "TIME"),
            (
                r" in \d+ (ms|s|m|h|d)( \d+ (ms|s|m|h))?( ·|\n|$)",
                " in SPAN$4",
            ),
            (
                r"\d+ (ms|s|m|h)( \d+ (ms|s|m|h))? (of 24 h 0 m at work|waiting for people)",
                "SPAN $4",
            ),
            (r" \(edited \d+x\)", ""),
            (r"\nreactions: [^\n]*", ""),
            (r"\b[0-9a-f]{7,40}\b", "HASH"),
        ];
        table
            .into_iter()
            .map(|(pattern, word)| (Regex::new(pattern).expect("a pattern"), word))
            .collect()
    });
    TABLE.iter().fold(unsigned(text), |text, (pattern, word)| {
        pattern.replace_all(&text, *word).into_owned()
    })
}

impl Ending {
    /// Fails with the fields that differ.
    pub(crate) fn must_be(&self, clean: &Self, when: &str) {
        let both = format!("{self:#?}")
            .lines()
            .map(str::to_owned)
            .collect::<Vec<_>>();
        let wanted = format!("{clean:#?}")
            .lines()
            .map(str::to_owned)
            .collect::<Vec<_>>();
        let only = |some: &[String], others: &[String]| -> Vec<String> {
            some.iter()
                .filter(|line| !others.contains(line))
                .cloned()
                .collect()
        };
        assert!(
            self == clean,
            "{when}\n  has {:#?}\n  not {:#?}",
            only(&both, &wanted),
            only(&wanted, &both)
        );
    }
}

impl TestApp {
    /// Takes up to so many steps; time passes when nothing else is left to do. Answers how many there were.
    pub(crate) async fn run_steps(&mut self, most: usize) -> usize {
        self.simulator.quiet().await;
        let mut steps = 0;
        while steps < most {
            if self.step().await {
                steps += 1;
                assert!(steps < 2_000, "it never ends: {:?}", self.waiting().await);
                continue;
            }
            let Some(due) = self
                .store()
                .next_due(self.now())
                .await
                .expect("a look at the outbox")
            else {
                break;
            };
            self.advance(Duration::from_millis(
                (due - self.now()).max(0).unsigned_abs(),
            ));
        }
        steps
    }

    /// The open effects in words.
    pub(crate) async fn waiting(&self) -> Vec<String> {
        let filter = EffectFilter {
            open: Some(true),
            ..EffectFilter::default()
        };
        let effects = self.store().effects(&filter, 1_000).await.expect("effects");
        effects
            .iter()
            .map(|look| {
                format!(
                    "{} x{} {:?}",
                    look.effect.kind, look.effect.attempts, look.why
                )
            })
            .collect()
    }

    /// Kills skep, starts it again, and looks for sessions nobody works for.
    pub(crate) async fn crash_and_open(&mut self) {
        self.crash().await;
        self.open().await;
        self.no_zombies().await;
    }

    /// Every live session has an effect that carries it on, or a fact that waits to be handled.
    pub(crate) async fn no_zombies(&self) {
        let store = self.store();
        if store.counts().await.expect("counts").inbox_unhandled > 0 {
            return;
        }
        let filter = SessionFilter {
            live: Some(true),
            ..SessionFilter::default()
        };
        for session in store.sessions(&filter, 100).await.expect("sessions") {
            let filter = EffectFilter {
                open: Some(true),
                task: Some(session.task),
                ..EffectFilter::default()
            };
            let open = store.effects(&filter, 100).await.expect("effects");
            // Whoever waits for people waits until an alarm rings.
            let waits = |kind: &str| kind == "set_timer" && session.state == "waiting";
            let carried = open.iter().any(|look| {
                look.effect.session.as_ref() == Some(&session.id) || waits(&look.effect.kind)
            });
            assert!(
                carried,
                "session {} is {} and nothing carries it on",
                session.id, session.state
            );
        }
    }

    /// What people are left with.
    pub(crate) async fn ending(&self, issue: IssueNumber) -> Ending {
        let (world, home) = (&self.simulator, self.repository);
        let mut pulls = Vec::new();
        for pull in world.pulls(home).expect("pulls") {
            let greeting = world
                .file(home, &pull.head, "GREETING.md")
                .await
                .expect("a look at the branch");
            let state = (
                pull.issue.open,
                pull.draft,
                pull.merged,
                pull.commits,
                pull.changed_files,
            );
            let labels = &pull.issue.labels;
            pulls.push(timeless(&format!(
                "{} {state:?} {labels:?}\n{}\n{greeting:?}",
                pull.head,
                unsigned(&pull.issue.body)
            )));
        }
        let comments = world.comments(home, issue).expect("comments");
        let seen = world.issue(home, issue).expect("the issue");
        let mut reactions = seen.reactions;
        reactions.sort();
        Ending {
            thread: unordered(&timeless(&self.thread(issue))),
            reactions,
            labels: seen.labels,
            ours: comments
                .iter()
                .filter(|comment| comment.author == "skep[bot]")
                .count(),
            pulls,
            branches: world.branches(home),
            state: self.state(issue).await,
            live: self.live().await,
        }
    }

    /// Builds skep.
    pub(super) async fn build(&self) -> App {
        App::build(self.setup()).await.expect("skep is built")
    }

    /// Ends the stepped skep and builds one that runs by itself; `open` takes over again after its stop.
    pub(crate) async fn run(&mut self) -> Running {
        self.crash().await;
        let app = self.build().await;
        let any = "127.0.0.1:0".parse().expect("an address");
        let running = app
            .start(&Addresses {
                listen: Some(any),
                admin: any,
            })
            .await
            .expect("skep starts");
        let listen = running.listen.expect("an address for webhooks");
        self.simulator
            .set_webhook_url(&format!("http://{listen}/webhook"));
        running
    }

    /// The one issue of the story.
    pub(crate) fn only_issue(&self) -> IssueNumber {
        IssueNumber(1)
    }

    /// Lets everything run without waiting for its end, and time pass where nothing is on, until something is so; false when
    /// all is quiet before.
    pub(crate) async fn settle_until(&mut self, mut so: impl FnMut(&Self) -> bool) -> bool {
        let patience = tokio::time::Instant::now() + PATIENCE;
        loop {
            self.nudge().await;
            if so(self) {
                return true;
            }
            assert!(
                tokio::time::Instant::now() < patience,
                "neither so nor quiet: {:?}",
                self.waiting().await
            );
            let skep = self.skep.as_mut().expect("skep is down");
            while skep.tasks.try_join_next().is_some() {}
            let idle = skep.tasks.is_empty();
            let counts = self.store().counts().await.expect("counts");
            match self
                .store()
                .next_due(self.now())
                .await
                .expect("a look")
                .filter(|_| idle)
            {
                Some(due) => self.advance(Duration::from_millis(
                    (due - self.now()).max(0).unsigned_abs(),
                )),
                None if idle && counts.effects_open == 0 && counts.inbox_unhandled == 0 => {
                    return false;
                }
                None => tokio::time::sleep(Duration::from_millis(2)).await,
            }
        }
    }

    /// Effects are begun and ended before any fact is handled.
    pub(crate) async fn runner_first(&mut self) {
        self.simulator.quiet().await;
        let skep = self.skep.as_mut().expect("skep is down");
        skep.app
            .runner
            .start_due(&mut skep.tasks)
            .await
            .expect("effects are claimed");
        self.land().await;
    }

    /// Waits for the effects under way, starting none.
    pub(crate) async fn land(&mut self) {
        let tasks = &mut self.skep.as_mut().expect("skep is down").tasks;
        let all = async { while tasks.join_next().await.is_some() {} };
        tokio::time::timeout(PATIENCE, all)
            .await
            .expect("effects end in their time");
    }

    /// Waits for something that happens without skep.
    pub(crate) async fn seen(&self, what: &str, so: impl Fn(&Self) -> bool) {
        let patience = tokio::time::Instant::now() + PATIENCE;
        while !so(self) {
            assert!(tokio::time::Instant::now() < patience, "never seen: {what}");
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    /// What a second skep on the same folder is told.
    pub(crate) async fn build_another(&self) -> Option<String> {
        App::build(self.setup())
            .await
            .err()
            .map(|error| format!("{error:#}"))
    }
}
