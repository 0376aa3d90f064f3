//! Real agents from npm through the whole pipeline, against a scripted model on loopback. What they need and how they are
//! pointed at the model: `tests/it/agents/real.rs`.

use std::time::{Duration, Instant};

use skep::core::agent::AgentSpec;
use skep::core::ids::{IssueNumber, SessionId, TaskKey};
use skep::core::role;

use crate::agents::marked;
use crate::agents::real::{Model, installed, path, spec};
use crate::test_app::{Options, TestApp};

struct Real {
    app: TestApp,
    _model: Model,
    _home: tempfile::TempDir,
}

impl Real {
    /// A app with that agent; none where it is not installed, which was said.
    async fn new(name: &str) -> Option<Self> {
        Self::with(name, |_| {}).await
    }

    /// The same, and an issue may use so many tokens.
    async fn limited(name: &str, tokens: u64) -> Option<Self> {
        Self::with(name, |plan| plan.limits.issue_tokens = tokens).await
    }

    /// The same with a role that wishes for a model.
    async fn with_model(name: &str, model: Option<&str>) -> Option<Self> {
        let swe = role::built_in(&"swe".parse().expect("a name")).expect("built in");
        let role = role::Role {
            model: model.map(str::to_owned),
            ..swe
        };
        Self::with(name, |plan| plan.roles = vec![role]).await
    }

    async fn with(name: &str, change: impl FnOnce(&mut Options)) -> Option<Self> {
        let folder = installed()?;
        let server = Model::start();
        let home = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a home");
        let agent = AgentSpec {
            home: Some(home.path().display().to_string()),
            ..spec(name, &folder, &server, home.path())
        };
        let app = TestApp::with(|plan| {
            plan.agent = Some(agent);
            plan.path = Some(path(&folder));
            plan.limits.model_attempts = 2;
            change(plan);
        });
        Some(Self {
            app: app.await,
            _model: server,
            _home: home,
        })
    }

    /// Ana asks for the scenario.
    fn go(&self, scenario: &str) -> (IssueNumber, SessionId) {
        let session = SessionId::new(TaskKey::new(self.app.repository, IssueNumber(1)), 1);
        let work = self
            .app
            .data_dir()
            .join("sessions")
            .join(session.as_str())
            .join("work");
        let body = format!(
            "SCENARIO={scenario} CWD={} FILE=hello.txt TEXT=hi",
            work.display()
        );
        let issue = self.app.issue("Say hi", &body, &[]);
        self.app.label(issue, "agent:go");
        (issue, session)
    }

    async fn a_label_becomes_a_pull_request(mut self) {
        let (issue, session) = self.go("write");
        let app = &mut self.app;
        app.settle_all().await;
        let thread = app.thread(issue);
        assert_eq!(app.state(issue).await, "in-review", "{thread}");
        let pulls = app.simulator.pulls(app.repository).expect("pull requests");
        let [pull] = &pulls[..] else {
            panic!("{pulls:?}")
        };
        assert!(pull.draft && pull.changed_files == 1, "{pull:?}");
        assert!(
            pull.issue.body.contains("Closes #1") && pull.issue.body.contains("> Done"),
            "{}",
            pull.issue.body
        );
        let file = app
            .simulator
            .file(app.repository, &pull.head, "hello.txt")
            .await
            .expect("git");
        assert!(
            file.as_deref().is_some_and(|text| text.starts_with("hi")),
            "{file:?}"
        );
        let comments = app
            .simulator
            .comments(app.repository, issue)
            .expect("comments");
        // Codex looks for hosts of its makers, which people are asked about.
        let status = comments
            .iter()
            .filter(|one| !one.body.contains("not on its list**"));
        assert_eq!(status.count(), 1, "{thread}");
        assert!(
            comments[0]
                .body
                .contains(&format!("#{}", pull.issue.number)),
            "{thread}"
        );
        let log = app.store().log(&session, 0, 1_000).await.expect("a log");
        let of = |kind: &str| -> Vec<serde_json::Value> {
            let rows = log.iter().filter(|row| row.line.kind == kind);
            rows.map(|row| serde_json::from_str(&row.line.body).expect("JSON"))
                .collect()
        };
        assert!(
            of("tool").iter().any(|tool| tool["status"] == "completed"),
            "{log:?}"
        );
        assert!(
            of("usage").iter().any(|usage| {
                let told = [&usage["context"], &usage["tokens"]["output"]];
                told.iter().any(|number| number.as_u64() > Some(0))
            }),
            "{log:?}"
        );
        assert!(marked(&app.data_dir()).is_empty());
        self.app.done().await;
    }

    async fn a_refusing_model_is_named_on_the_issue(mut self) {
        let (issue, session) = self.go("http429");
        let app = &mut self.app;
        app.settle_all().await;
        let thread = app.thread(issue);
        assert_eq!(app.state(issue).await, "failed", "{thread}");
        let row = app
            .store()
            .session(&session)
            .await
            .expect("a look")
            .expect("a session");
        assert_eq!(row.stop.as_deref(), Some("rate_limit"), "{thread}");
        assert!(
            thread.contains("refused more requests for now (rate limit or quota)"),
            "{thread}"
        );
        assert!(thread.contains("It was tried 2 times."), "{thread}");
        assert!(thread.contains("agent:failed"), "{thread}");
        assert_eq!(
            app.simulator.pulls(app.repository).expect("pull requests"),
            []
        );
        assert!(marked(&app.data_dir()).is_empty());
        self.app.done().await;
    }

    async fn a_question_is_answered_while_it_waits(self) {
        self.question_and_answer(Duration::ZERO).await;
    }

    /// After so long it has no process any more: its own session is loaded again.
    async fn a_question_is_answered_after_it_was_parked(self) {
        self.question_and_answer(Duration::from_secs(3_600)).await;
    }

    async fn question_and_answer(mut self, later: Duration) {
        let (issue, session) = self.go("human");
        let app = &mut self.app;
        app.settle().await;
        let thread = app.thread(issue);
        assert_eq!(app.state(issue).await, "needs-you", "{thread}");
        assert!(
            thread.contains("Which colour?") && thread.contains("- [ ] 1. red"),
            "{thread}"
        );
        assert!(
            !marked(&app.data_dir()).is_empty(),
            "it waits with its process"
        );
        app.advance(later);
        app.settle().await;
        assert_eq!(
            marked(&app.data_dir()).is_empty(),
            !later.is_zero(),
            "{}",
            app.thread(issue)
        );
        let work = app.session_dir(issue, 1).join("work");
        let answer = format!(
            "/agent answer\nGreen, as the door.\nSCENARIO=answered CWD={} FILE=hello.txt",
            work.display()
        );
        app.advance(Duration::from_secs(1));
        app.simulator
            .comment(app.repository, issue, "ana", &answer)
            .expect("a comment");
        app.settle_all().await;
        let thread = app.thread(issue);
        assert_eq!(app.state(issue).await, "in-review", "{thread}");
        let pulls = app.simulator.pulls(app.repository).expect("pull requests");
        let [pull] = &pulls[..] else {
            panic!("{pulls:?}")
        };
        let file = app
            .simulator
            .file(app.repository, &pull.head, "hello.txt")
            .await
            .expect("git");
        assert!(
            file.as_deref()
                .is_some_and(|text| text.contains("Green, as the door.")),
            "{file:?}"
        );
        assert!(
            pull.issue.body.contains("Which colour?") && pull.issue.body.contains("Painted it"),
            "{}",
            pull.issue.body
        );
        assert!(thread.contains("Green, as the door."), "{thread}");
        // The same session, and the agent's own one: it went on, it did not begin again.
        let log = app.store().log(&session, 0, 1_000).await.expect("a log");
        let lost = log
            .iter()
            .find(|row| row.line.kind == "note" && row.line.body.contains("could not be loaded"));
        assert!(lost.is_none(), "{lost:?}");
        assert_eq!(
            app.store()
                .sessions(&Default::default(), 10)
                .await
                .expect("sessions")
                .len(),
            1
        );
        let begun: Vec<_> = app
            .timeline(issue)
            .await
            .into_iter()
            .filter(|name| name == "question.asked")
            .collect();
        assert_eq!(begun.len(), 1, "{thread}");
        assert!(marked(&app.data_dir()).is_empty());
        self.app.done().await;
    }

    async fn taking_the_label_away_ends_it(mut self) {
        let (issue, session) = self.go("slow");
        let app = &mut self.app;
        let began = Instant::now();
        loop {
            app.nudge().await;
            let log = app.store().log(&session, 0, 1_000).await.expect("a log");
            if log.iter().any(|row| row.line.kind == "message") {
                break;
            }
            assert!(
                began.elapsed() < Duration::from_secs(60),
                "it never speaks: {log:?}"
            );
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        assert!(!marked(&app.data_dir()).is_empty());
        app.unlabel(issue, "agent:go");
        app.settle_all().await;
        assert_eq!(app.state(issue).await, "paused", "{}", app.thread(issue));
        assert!(marked(&app.data_dir()).is_empty());
        assert_eq!(
            app.simulator.pulls(app.repository).expect("pull requests"),
            []
        );
        self.app.done().await;
    }
}

macro_rules! with_each_agent {
    ($($story:ident)*) => { $(
        mod $story {
            #[tokio::test(flavor = "multi_thread")]
            async fn goose() {
                if let Some(real) = super::Real::new("goose").await {
                    real.$story().await;
                }
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn codex() {
                if let Some(real) = super::Real::new("codex").await {
                    real.$story().await;
                }
            }
        }
    )* };
}

with_each_agent!(
    a_label_becomes_a_pull_request
    a_question_is_answered_while_it_waits
    a_question_is_answered_after_it_was_parked
    a_refusing_model_is_named_on_the_issue
    taking_the_label_away_ends_it
);

/// One that is no preset: all that skep knows of it is what the registry says, and what the operator passes on.
#[tokio::test(flavor = "multi_thread")]
async fn an_agent_by_its_word_in_the_registry_makes_a_pull_request() {
    if let Some(real) = Real::new("qwen-code").await {
        real.a_label_becomes_a_pull_request().await;
    }
}

/// Version 2 of the protocol, a draft, on the whole way.
#[tokio::test(flavor = "multi_thread")]
async fn an_agent_that_takes_version_2_makes_a_pull_request() {
    let offer = |plan: &mut Options| plan.agent.as_mut().expect("one").draft_protocol = true;
    for name in ["codex", "claude"] {
        let Some(real) = Real::with(name, offer).await else {
            return;
        };
        real.a_label_becomes_a_pull_request().await;
    }
    if let Some(real) = Real::with("codex", offer).await {
        real.a_question_is_answered_after_it_was_parked().await;
    }
    if let Some(real) = Real::with("codex", offer).await {
        real.taking_the_label_away_ends_it().await;
    }
}

/// Both offer a choice, each in its own words; a wish that is in neither's is said and harms nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_model_that_is_not_offered_is_said() {
    for name in ["goose", "codex"] {
        let Some(mut real) = Real::with_model(name, Some("no-such-model")).await else {
            return;
        };
        let (issue, session) = real.go("write");
        real.app.settle_all().await;
        assert_eq!(
            real.app.state(issue).await,
            "in-review",
            "{}",
            real.app.thread(issue)
        );
        let log = real
            .app
            .store()
            .log(&session, 0, 1_000)
            .await
            .expect("a log");
        let notes: Vec<&str> = log
            .iter()
            .filter(|row| row.line.kind == "note")
            .map(|row| row.line.body.as_str())
            .collect();
        let offered = "This agent offers no model no-such-model, so it keeps ";
        assert!(
            notes.iter().any(|note| note.contains(offered)),
            "{name}: {notes:?}"
        );
        real.app.done().await;
    }
}

/// The model's answers are 1,000 tokens sent and 50 received each, two for this work: of goose, which tells of the last one only, the
/// gateway has counted both; codex, whose key is with it here, tells of the turn.
#[tokio::test(flavor = "multi_thread")]
async fn the_meter_shows_what_is_known_of_each() {
    // Goose asks for a third answer, a name of the session, when it gets round to it.
    for (name, shown) in [("goose", "[23].1k tokens"), ("codex", "2.1k tokens")] {
        let Some(mut real) = Real::new(name).await else {
            return;
        };
        let (issue, session) = real.go("write");
        real.app.settle_all().await;
        let status = real.app.status(issue);
        let spent = status.lines().find(|line| line.starts_with("- Spent: "));
        let spent = spent.unwrap_or_default();
        let wanted = format!("^- Spent: {shown}, cost unknown, 1 of 20 sessions");
        let wanted = regex::Regex::new(&wanted).expect("a pattern");
        assert!(wanted.is_match(spent), "{name}: {spent}");
        let row = real.app.store().session(&session).await.expect("a look");
        let body: serde_json::Value =
            serde_json::from_str(&row.expect("a session").body).expect("JSON");
        let tokens = &body["usage"]["tokens"];
        let told = (tokens["input"].as_u64(), tokens["output"].as_u64());
        let answers = told.1.map_or(0, |output| output / 50);
        assert!(answers == 2 || name == "goose" && answers == 3, "{body}");
        let expected = (Some(1_000 * answers), Some(50 * answers));
        assert_eq!(told, expected, "{name}: {body}");
        let log = real.app.store().log(&session, 0, 1_000).await;
        let log = log.expect("a log");
        let by = log.iter().rev().find(|row| row.line.kind == "usage");
        let by = by
            .expect("it is told")
            .line
            .body
            .contains(r#""source":"gateway""#);
        assert_eq!(by, name == "goose", "{log:?}");
        real.app.done().await;
    }
}

/// goose hides a limit behind silence (`agents.md`, "Limits by agent"); the gateway has seen until when it lasts.
#[tokio::test(flavor = "multi_thread")]
async fn a_limit_that_is_hidden_is_waited_for() {
    let Some(mut real) = Real::new("goose").await else {
        return;
    };
    let (issue, session) = real.go("http429 AFTER=3600");
    real.app.settle().await;
    let status = real.app.status(issue);
    assert_eq!(real.app.state(issue).await, "waiting", "{status}");
    assert!(
        status.starts_with("**Waiting** · paused by the provider's limit, resumes at 01:00:"),
        "{status}"
    );
    assert!(marked(&real.app.data_dir()).is_empty(), "without a process");
    let row = real.app.store().session(&session).await.expect("a look");
    assert_eq!(row.expect("a session").stop, None);
    real.app.unlabel(issue, "agent:go");
    real.app.settle_all().await;
    real.app.done().await;
}

/// The gateway lets no second request through, and the turn is over before anything is written.
#[tokio::test(flavor = "multi_thread")]
async fn a_budget_is_the_last_word() {
    let Some(mut real) = Real::limited("goose", 1_000).await else {
        return;
    };
    let (issue, _) = real.go("write");
    real.app.settle().await;
    let status = real.app.status(issue);
    assert_eq!(real.app.state(issue).await, "needs-you", "{status}");
    assert!(status.contains(" of 1k tokens"), "{status}");
    real.app.settle_all().await;
    real.app.done().await;
}
