//! What an issue costs and may cost: the meter as each kind of agent makes it, the warning, the stop and the way out of it, and
//! that waiting costs nothing. The demo agent tells of tokens as real agents do.

use std::time::Duration;

use skep::core::ids::{IssueNumber, TaskKey};
use skep::core::policy::Limits;
use skep::core::task::{Meter, Task};
use skep::core::usage::{CachedPart, Exactness, Meaning, Price, Scope};

use crate::test_app::{HOLD, Options, TestApp, timeless};

fn tokens(limit: u64) -> impl FnOnce(&mut Options) {
    move |plan| plan.limits.issue_tokens = limit
}

impl TestApp {
    async fn meter(&self, issue: IssueNumber) -> Meter {
        let key = TaskKey::new(self.repository, issue);
        let row = self.store().task(key).await.expect("a look");
        let task: Task = serde_json::from_str(&row.expect("a task").body).expect("JSON");
        task.meter
    }

    /// The line of the status comment that shows the meter.
    fn spent(&self, issue: IssueNumber) -> String {
        let status = self.status(issue);
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix("- Spent: "));
        line.unwrap_or_default().to_owned()
    }

    /// How many comments of ours are on the issue.
    fn ours(&self, issue: IssueNumber) -> usize {
        let comments = self
            .simulator
            .comments(self.repository, issue)
            .expect("comments");
        comments
            .iter()
            .filter(|comment| comment.author == "skep[bot]")
            .count()
    }

    /// Nudges until the log of the first session tells of that many tokens.
    async fn usage_told(&mut self, issue: IssueNumber, total: &str) {
        let session = self.session(issue, 1);
        for _ in 0..20_000 {
            self.nudge().await;
            let log = self.store().log(&session, 0, 10_000).await.expect("a log");
            let told = |kind: &str, body: &str| kind == "usage" && body.contains(total);
            if log.iter().any(|row| told(&row.line.kind, &row.line.body)) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        panic!("the log never tells of {total}");
    }
}

/// Used up in the middle of a turn, and raised a day later.
#[tokio::test(flavor = "multi_thread")]
async fn issue_tokens() {
    let mut app = TestApp::with(tokens(1_000)).await;
    let script = format!(
        "usage answers\nwrite A.md: a\nspend 400 50\nspend 500 60\n{HOLD}\nwrite B.md: b\nspend 10 5"
    );
    let issue = app.go("Two pages", &script);
    app.settle().await;
    assert_eq!(app.state(issue).await, "needs-you", "{}", app.thread(issue));
    assert_eq!(app.live().await, 0);
    assert_eq!(app.kept(issue, 1, "A.md").as_deref(), Some("a\n"));
    insta::assert_snapshot!(timeless(&app.thread(issue)), @"
    #1 Two pages (open)
    labels: agent:go, agent:needs-you
    assignees: ana

    ana:
      Please.

      ```skep-demo
      usage answers
      write A.md: a
      spend 400 50
      spend 500 60
      until-there ../home/go
      write B.md: b
      spend 10 5
      ```

    skep[bot]:
      **Needs `@ana`** · the issue's tokens are used up

      To go on, somebody with write access comments `/agent budget +500k tokens` (or as much as you like); to end it, `/agent stop`. Until then nothing runs, and nothing is spent. What it has done so far (1 changed file) is kept.

      <details><summary>Details</summary>

      - Role `swe`: the issue has no `role:*` label, so the default `swe`
      - Agent: `demo` (skep-demo 0.1.0)
      - Session `HASH-1-1`
      - Limits: 1 h 0 m in all, 10 m 0 s without a sign of life
      - Spent: 1k of 1k tokens, cost unknown, 1 of 20 sessions, SPAN of 24 h 0 m at work
      - To see the log, comment `/agent logs`
      - TIME Started.
      - TIME Nearly used up, by the turn that runs: tokens.
      - TIME The issue's tokens are used up (1k of 1k tokens).

      </details>

      <sub>updated TIME</sub>

    skep[bot]:
      @ana the issue's tokens are used up (1k of 1k tokens). The session waits, and what it made is kept.

      To go on, somebody with write access comments `/agent budget +500k tokens` (or as much as you like); to end it, `/agent stop`. Until then nothing runs, and nothing is spent.
    ");
    // A day passes, and nothing is spent.
    app.advance(Duration::from_secs(86_400));
    app.reply(issue, "/agent budget").await;
    let shown = app.ours_with(issue, "So far:").pop().expect("an answer");
    assert!(
        shown
            .body
            .contains("1k of 1k tokens, cost unknown, 1 of 20 sessions")
            && shown.body.contains("24 h 0 m waiting for people: 0 tokens")
            && shown.body.contains("nothing runs, and nothing is spent"),
        "{}",
        shown.body
    );
    app.reply(issue, "/agent go").await;
    assert_eq!(
        app.state(issue).await,
        "needs-you",
        "going on alone does not help"
    );
    app.reply(issue, "/agent budget +500 tokens").await;
    app.settle_all().await;
    assert_eq!(app.state(issue).await, "in-review", "{}", app.thread(issue));
    let pulls = app.simulator.pulls(app.repository).expect("pull requests");
    assert_eq!((pulls.len(), pulls[0].changed_files), (1, 2), "{pulls:?}");
    assert!(
        app.spent(issue).starts_with("1k of 1.5k tokens"),
        "{}",
        app.spent(issue)
    );
    let told = app.timeline(issue).await;
    for name in [
        "budget.neared",
        "budget.used_up",
        "budget.raised",
        "session.resumed",
    ] {
        assert_eq!(
            told.iter().filter(|other| *other == name).count(),
            1,
            "{name} in {told:?}"
        );
    }
    app.done().await;
}

/// Each tells of two turns of two answers: 4,000 sent (1,200 of them cached) and 200 received.
#[tokio::test(flavor = "multi_thread")]
async fn the_meter_shows_what_each_kind_of_agent_tells() {
    let answers = "spend 1000 50 300\nspend 1000 50 300";
    let inside = |scope| Meaning {
        scope,
        cached: CachedPart::Inside,
    };
    let cases = [
        (
            "last-answer",
            inside(Scope::LastAnswer),
            "2.1k tokens (at least), cost unknown",
        ),
        ("turn", inside(Scope::Turn), "4.2k tokens, cost unknown"),
        (
            "session",
            inside(Scope::Session),
            "4.2k tokens, cost unknown",
        ),
        ("quota", inside(Scope::Turn), "4.2k tokens, cost unknown"),
        ("answers", Meaning::default(), "4.2k tokens, cost unknown"),
        ("nothing", inside(Scope::None), "tokens and cost unknown"),
        (
            "session",
            Meaning::default(),
            "4.2k tokens (at least), cost unknown",
        ),
        (
            "turn",
            Meaning::default(),
            "2.1k tokens (at least), cost unknown",
        ),
    ];
    for (word, means, shown) in cases {
        let mut app = TestApp::with(|plan| plan.usage = means).await;
        let script = format!(
            "usage {word}\n{answers}\nask Which? | red | blue\n{answers}\nwrite A.md: {{answer}}"
        );
        let issue = app.go("Ask", &script);
        app.settle().await;
        app.reply(issue, "1").await;
        app.settle_all().await;
        assert_eq!(app.state(issue).await, "in-review", "{word}");
        let spent = app.spent(issue);
        assert!(spent.starts_with(shown), "{word}: {spent}");
        let session = app
            .store()
            .session(&app.session(issue, 1))
            .await
            .expect("a look");
        let body: serde_json::Value =
            serde_json::from_str(&session.expect("a session").body).expect("JSON");
        let meter = app.meter(issue).await;
        assert_eq!(
            body["usage"],
            serde_json::json!(meter.spent),
            "one session is all of it"
        );
        app.done().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn waiting_for_people_costs_nothing_and_shows_it() {
    let mut app = TestApp::with(|plan| {
        plan.usage = Meaning {
            scope: Scope::Session,
            cached: CachedPart::Inside,
        };
    })
    .await;
    let script = "usage session\nspend 1000 50\nask Which? | red | blue\nspend 1000 50\nwrite A.md: {answer}";
    let issue = app.go("Ask", script);
    app.settle().await;
    for _ in 0..3 {
        app.advance(Duration::from_secs(3 * 3_600));
        app.settle().await;
    }
    let before = app.meter(issue).await;
    assert_eq!(before.waited(app.now()), (9 * 3_600_000, 0));
    app.reply(issue, "1").await;
    app.settle_all().await;
    let spent = app.spent(issue);
    assert!(
        spent.contains("9 h 0 m waiting for people: 0 tokens"),
        "{spent}"
    );
    // Its process was another one after the wait, so that the difference is a lower bound.
    assert!(spent.starts_with("2.1k tokens (at least)"), "{spent}");
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn at_four_fifths_people_see_it_and_get_no_comment() {
    let mut app = TestApp::with(tokens(1_000)).await;
    let script = format!("usage answers\nspend 800 50\n{HOLD}\nwrite A.md: a");
    let issue = app.go("Much", &script);
    app.until("the turn tells of it", |app| {
        // The status is edited once in an interval.
        app.advance(Duration::from_millis(100));
        app.status(issue).contains("nearly used up")
    })
    .await;
    assert_eq!(app.ours(issue), 1, "{}", app.thread(issue));
    app.let_go().await;
    app.settle_all().await;
    assert_eq!(app.state(issue).await, "in-review");
    assert_eq!(app.ours(issue), 1, "{}", app.thread(issue));
    let told = app.timeline(issue).await;
    assert_eq!(
        told.iter().filter(|name| *name == "budget.neared").count(),
        1
    );
    assert!(
        app.spent(issue).starts_with("850 of 1k tokens"),
        "{}",
        app.spent(issue)
    );
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_turn_that_is_paused_or_stopped_is_counted() {
    for stopped in [false, true] {
        let mut app = TestApp::new().await;
        let issue = app.go(
            "Rest",
            &format!("usage answers\nspend 400 50\n{HOLD}\nwrite A.md: a"),
        );
        app.usage_told(issue, "\"output\":50").await;
        if stopped {
            app.say("ana", issue, "/agent stop");
        } else {
            app.unlabel(issue, "agent:go");
        }
        app.settle_all().await;
        let meter = app.meter(issue).await;
        assert_eq!(meter.spent.tokens.total(), 450, "stopped: {stopped}");
        assert_eq!(meter.waited(app.now()).1, 0, "it was spent before");
        app.done().await;
    }
}

/// What a try had told before skep died counts, and what it had not told is not taken for nothing.
#[tokio::test(flavor = "multi_thread")]
async fn killed_in_a_turn_the_next_life_counts_both_tries() {
    let mut app = TestApp::with(tokens(10_000)).await;
    let script = format!(
        "usage answers\nuntil-there ../home/start\nspend 400 50\n{HOLD}\nspend 100 10\nwrite A.md: a"
    );
    let issue = app.go("Go on", &script);
    let home = app.session_dir(issue, 1).join("home");
    app.until("the agent has its home", |_| home.exists()).await;
    app.heard().await;
    // What stands in the log of the moment at which the turn was planned might be of the turn before.
    app.advance(Duration::from_secs(1));
    std::fs::write(home.join("start"), "").expect("a file");
    app.usage_told(issue, "\"output\":50").await;
    app.crash_and_open().await;
    std::fs::write(home.join("go"), "").expect("a file");
    app.settle_all().await;
    assert_eq!(app.state(issue).await, "in-review", "{}", app.thread(issue));
    let meter = app.meter(issue).await;
    // The turn was told from its beginning again, so that its first answer was paid for twice.
    assert_eq!(meter.spent.tokens.total(), 450 + 560, "{meter:?}");
    assert_eq!(meter.spent.all_tokens().exactness(), Exactness::AtLeast);
    app.done().await;
}

/// One session more than an issue may have waits.
#[tokio::test(flavor = "multi_thread")]
async fn issue_attempts() {
    let mut app = TestApp::with(|plan| plan.limits.issue_attempts = 1).await;
    let issue = app.go_as("Why?", "say Because.", &["role:triage"]);
    app.settle_all().await;
    assert_eq!(app.state(issue).await, "done");
    app.reply(issue, "/agent retry").await;
    assert_eq!(app.state(issue).await, "needs-you");
    assert_eq!(
        app.ours_with(issue, "@ana the issue's sessions are used up")
            .len(),
        1,
        "{}",
        app.thread(issue)
    );
    // A plain number is of what is used up.
    app.reply(issue, "/agent budget +1").await;
    app.settle_all().await;
    assert_eq!(app.state(issue).await, "done", "{}", app.thread(issue));
    assert!(
        app.spent(issue).contains("2 of 2 sessions"),
        "{}",
        app.spent(issue)
    );
    app.done().await;
}

/// The time at work is used up in the middle of a turn, and the work kept when a person stops it then.
#[tokio::test(flavor = "multi_thread")]
async fn issue_time_ms() {
    let mut app = TestApp::with(|plan| {
        plan.limits = Limits {
            issue_time_ms: 5_000,
            ..plan.limits.clone()
        };
    })
    .await;
    let issue = app.go("Slow", &format!("write A.md: a\n{HOLD}\nwrite B.md: b"));
    let there = app.session_dir(issue, 1).join("work/A.md");
    app.until("it is at work", |_| there.exists()).await;
    app.heard().await;
    app.advance(Duration::from_secs(6));
    app.settle().await;
    assert_eq!(app.state(issue).await, "needs-you", "{}", app.thread(issue));
    assert!(
        app.spent(issue).contains("6 s of 5 s at work"),
        "{}",
        app.spent(issue)
    );
    app.reply(issue, "/agent stop").await;
    app.settle_all().await;
    assert_eq!(app.state(issue).await, "cancelled");
    assert_eq!(app.kept(issue, 1, "A.md").as_deref(), Some("a\n"));
    app.done().await;
}

/// Money by price: what a turn has made is published, and a question that would cost more is answered with why not.
#[tokio::test(flavor = "multi_thread")]
async fn issue_cost() {
    let price = Price {
        input: 3_000_000,
        cached: 300_000,
        cache_write: 3_750_000,
        output: 15_000_000,
    };
    let mut app = TestApp::with(|plan| {
        plan.usage = Meaning {
            scope: Scope::Turn,
            cached: CachedPart::Inside,
        };
        plan.prices = vec![("demo".into(), price)];
        plan.limits.issue_cost = 500_000;
    })
    .await;
    let issue = app.go("Dear", "usage turn\nspend 100000 20000\nwrite A.md: a");
    app.settle_all().await;
    assert_eq!(app.state(issue).await, "in-review", "{}", app.thread(issue));
    assert!(
        app.spent(issue).starts_with("120k tokens, $0.60 of $0.50"),
        "{}",
        app.spent(issue)
    );
    app.reply(issue, "/agent ask Why?").await;
    app.settle_all().await;
    assert_eq!(app.state(issue).await, "in-review");
    let told = app.ours_with(issue, "your question was not answered");
    assert_eq!(told.len(), 1, "{}", app.thread(issue));
    assert!(
        told[0].body.contains("money is used up ($0.60 of $0.50)"),
        "{}",
        told[0].body
    );
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_people_with_write_access_raise_it_and_slips_are_answered() {
    let mut app = TestApp::with(tokens(1_000)).await;
    let issue = app.go("Ask", "ask Which? | red | blue\nwrite A.md: a");
    app.settle().await;
    app.reply(issue, "/agent delegate @ben").await;
    app.say("ben", issue, "/agent budget +$5");
    app.settle().await;
    assert_eq!(
        app.ours_with(issue, "Only people with write access can raise")
            .len(),
        1
    );
    for (said, answer) in [
        ("/agent budget 5", "`/agent budget` was not understood"),
        (
            "/agent budget +5 apples",
            "`/agent budget` was not understood",
        ),
        (
            "/agent budget +$5",
            "Nothing limits the money of this issue",
        ),
        (
            "/agent budget +5",
            "Nothing is used up, so please say what to raise",
        ),
        (
            "/agent budget +1M tokens",
            "Raised. Used so far: 0 of 1M tokens.",
        ),
    ] {
        app.reply(issue, said).await;
        assert!(
            !app.ours_with(issue, answer).is_empty(),
            "{said}\n{}",
            app.thread(issue)
        );
    }
    assert_eq!(app.meter(issue).await.raised.tokens, 1_000_000);
    app.reply(issue, "1").await;
    app.settle_all().await;
    app.done().await;
}
