//! No webhook comes: GitHub is asked for news, and everything happens as if it had told. What a webhook tells as well happens once.

use std::collections::BTreeSet;
use std::time::Duration;

use skep::core::effect::EffectKind;
use skep::core::ids::{IssueNumber, RepositoryId};
use skep::sweep::Hearing;
use skep_simulator::JobEnd;
use skep_simulator::fault::{Fault, FaultRule};
use skep_simulator::world::content::IssueDraft;
use skep_simulator::world::outgoing::Flow;
use skep_simulator::world::{IssueEdit, ReviewDraft};

use crate::test_app::{Options, TestApp};

const EVERY: Duration = Duration::from_secs(30);
const NOTE: &str = "write NOTE.md: hello\nsay Wrote it.";

fn polls(plan: &mut Options) {
    plan.hearing = Hearing::Polls(EVERY);
}

impl TestApp {
    /// A skep that only asks, and has asked before anything happens.
    async fn polling() -> Self {
        let app = Self::with(polls).await;
        app.product().sweep.begin().await;
        app
    }

    /// How many times something happened on an issue.
    async fn how_often(&self, issue: IssueNumber, name: &str) -> usize {
        let all = self.timeline(issue).await;
        all.into_iter().filter(|other| other == name).count()
    }

    /// What was asked with an installation's token since so many calls, and what of it GitHub counts.
    fn asked_since(&self, before: usize) -> (usize, usize) {
        let calls = self.simulator.calls().split_off(before);
        let api = calls.iter().filter(|call| !call.path.contains(".git/"));
        let asked: Vec<_> = api.filter(|call| call.installation.is_some()).collect();
        let paid = asked.iter().filter(|call| call.status != 304).count();
        (asked.len(), paid)
    }

    fn nothing_was_delivered(&self) {
        let all = self.simulator.deliveries();
        let arrived = all.iter().filter_map(|one| one.outcome.as_ref());
        let arrived = arrived.filter(|outcome| outcome.status == "OK").count();
        assert!(!all.is_empty() && arrived == 0, "{all:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_label_becomes_a_merged_pull_request_by_asking_alone() {
    let mut app = TestApp::polling().await;
    let script = "ask Which colour? | red | blue\nwrite GREETING.md: {answer}\nsay Done.\nrest\nwrite GREETING.md: kinder\nfinish Kinder.\n\
                  rest\nwrite GREETING.md: fixed\nfinish Fixed.";
    let issue = app.go("Greet", script);
    app.settle().await;
    assert_eq!(app.state(issue).await, "needs-you", "{}", app.thread(issue));
    let home = app.repository;
    app.simulator
        .comment(home, issue, "ana", "2")
        .expect("a comment");
    app.settle_all().await;
    assert_eq!(app.state(issue).await, "in-review", "{}", app.thread(issue));
    let pull = app.the_pull();
    let file = async |app: &TestApp| {
        let read = app.simulator.file(home, &pull.head, "GREETING.md").await;
        read.expect("git")
    };
    assert_eq!(file(&app).await.as_deref(), Some("blue\n"));
    app.advance(Duration::from_secs(60));
    let draft = ReviewDraft {
        event: "REQUEST_CHANGES".into(),
        body: "Kinder, please.".into(),
        comments: vec![],
    };
    app.simulator
        .review(home, pull.issue.number, "ana", draft)
        .expect("a review");
    app.settle_all().await;
    assert_eq!(
        file(&app).await.as_deref(),
        Some("kinder\n"),
        "{}",
        app.thread(issue)
    );
    let job = |app: &TestApp, conclusion| {
        let head = app
            .simulator
            .branch_head(home, &pull.head)
            .expect("a branch");
        let end = JobEnd {
            name: "test",
            conclusion,
            ..JobEnd::default()
        };
        app.simulator
            .finish_check(home, head.as_str(), end)
            .expect("a job");
    };
    job(&app, "failure");
    app.settle_all().await;
    assert_eq!(
        file(&app).await.as_deref(),
        Some("fixed\n"),
        "{}",
        app.thread(issue)
    );
    job(&app, "success");
    app.settle_all().await;
    assert!(!app.the_pull().draft, "{}", app.thread(issue));
    app.simulator
        .merge(home, pull.issue.number, "ana")
        .await
        .expect("merged");
    app.settle_all().await;
    assert_eq!(app.state(issue).await, "done", "{}", app.thread(issue));
    for name in [
        "task.received",
        "pull_request.opened",
        "pull_request.merged",
    ] {
        assert_eq!(app.how_often(issue, name).await, 1, "{name}");
    }
    assert_eq!(app.how_often(issue, "revision.started").await, 2);
    app.nothing_was_delivered();
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_label_taken_off_and_a_closed_issue_end_the_work() {
    let mut app = TestApp::polling().await;
    let asks = "ask Which colour? | red | blue\nwrite GREETING.md: {answer}\nsay Done.";
    let (paused, closed) = (app.go("Pause me", asks), app.go("Close me", asks));
    app.settle().await;
    app.unlabel(paused, "agent:go");
    app.close_issue(closed, "ana");
    app.settle().await;
    assert_eq!(app.state(paused).await, "paused", "{}", app.thread(paused));
    assert_eq!(
        app.state(closed).await,
        "cancelled",
        "{}",
        app.thread(closed)
    );
    assert!(
        app.status(closed).contains("@ana"),
        "{}",
        app.status(closed)
    );
    app.label(paused, "agent:go");
    app.settle().await;
    assert_eq!(app.state(paused).await, "needs-you");
    let edit = IssueEdit {
        title: Some("Resume me".into()),
        ..IssueEdit::default()
    };
    app.advance(Duration::from_secs(5));
    app.simulator
        .edit_issue(app.repository, paused, edit, "ana")
        .expect("an edit");
    app.settle().await;
    assert_eq!(app.how_often(paused, "session.resumed").await, 1);
    app.done().await;
}

/// Whoever waits for an issue hears of its end, though nobody works on that one.
#[tokio::test(flavor = "multi_thread")]
async fn what_waits_for_another_issue_starts_when_that_is_closed() {
    let mut app = TestApp::polling().await;
    let first = app.issue("First", "By hand.", &[]);
    let second = app.issue(
        "Second",
        &format!("Blocked by #{first}\n\n```skep-demo\n{NOTE}\n```\n"),
        &[],
    );
    app.label(second, "agent:go");
    app.settle_all().await;
    assert_eq!(app.state(second).await, "queued", "{}", app.thread(second));
    app.advance(Duration::from_secs(600));
    app.close_issue(first, "ana");
    app.settle_all().await;
    assert_eq!(
        app.state(second).await,
        "in-review",
        "{}",
        app.thread(second)
    );
    app.done().await;
}

/// Ends by `kill -9` between what was found and how far it was read; the next life finds it, and it happens once.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_or_doubled_over_a_death_and_an_hour() {
    let mut app = TestApp::polling().await;
    let issue = app.go(
        "Add a note",
        "ask Which? | a | b\nwrite NOTE.md: {answer}\nsay Done.",
    );
    app.settle().await;
    assert_eq!(app.state(issue).await, "needs-you");
    // Found and stored, and dead before anybody handled it.
    app.simulator
        .comment(app.repository, issue, "ana", "2")
        .expect("a comment");
    assert!(app.poll().await > 0);
    app.crash().await;
    app.advance(Duration::from_secs(3_600));
    let other = app.go("While it was down", NOTE);
    let home = app.repository;
    app.simulator
        .comment(home, other, "ana", "Soon, please.")
        .expect("a comment");
    app.open().await;
    app.settle_all().await;
    assert_eq!(app.state(issue).await, "in-review", "{}", app.thread(issue));
    assert_eq!(app.state(other).await, "in-review", "{}", app.thread(other));
    for one in [issue, other] {
        assert_eq!(app.how_often(one, "task.received").await, 1);
        assert_eq!(app.how_often(one, "pull_request.opened").await, 1);
    }
    // A third life finds nothing.
    app.crash_and_open().await;
    app.settle_all().await;
    let turns = app.planned(issue, EffectKind::RunTurn).await.len();
    assert_eq!(turns, 2, "one for the question, one for its answer");
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn webhooks_and_asking_together_double_nothing() {
    let mut app = TestApp::with(|plan| plan.hearing = Hearing::Both(EVERY)).await;
    app.product().sweep.begin().await;
    let script = "ask Which? | a | b\nwrite NOTE.md: {answer}\nsay Done.\nrest\nwrite NOTE.md: kinder\nfinish Kinder.";
    let issue = app.go("Add a note", script);
    // Asked for before the webhook comes, and after it.
    app.simulator.set_flow(Flow::Held);
    app.settle().await;
    app.simulator
        .comment(app.repository, issue, "ana", "2")
        .expect("a comment");
    app.settle_all().await;
    app.simulator.set_flow(Flow::Doubled);
    app.simulator.release();
    app.settle_all().await;
    assert_eq!(app.state(issue).await, "in-review", "{}", app.thread(issue));
    app.advance(Duration::from_secs(60));
    let draft = ReviewDraft {
        event: "REQUEST_CHANGES".into(),
        body: "Kinder, please.".into(),
        comments: vec![],
    };
    let pull = app.the_pull().issue.number;
    app.simulator
        .review(app.repository, pull, "ana", draft)
        .expect("a review");
    app.settle_all().await;
    for (name, times) in [
        ("task.received", 1),
        ("question.answered", 1),
        ("pull_request.opened", 1),
        ("revision.started", 1),
    ] {
        assert_eq!(
            app.how_often(issue, name).await,
            times,
            "{name} {:?}",
            app.timeline(issue).await
        );
    }
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repository_that_is_added_or_taken_away_is_noticed() {
    let mut app = TestApp::polling().await;
    app.settle().await;
    let created = app
        .simulator
        .create_repository("octo", "second", &[("README.md", "# 2\n")]);
    let second = created.await.expect("a repository");
    app.simulator
        .set_permission(second, "ana", "write")
        .expect("a permission");
    let draft = IssueDraft {
        title: "Add a note".into(),
        body: Some(format!(
            "Please.\n\n```skep-demo\nask Which? | a | b\n{NOTE}\n```\n"
        )),
        labels: vec!["agent:go".into()],
        ..IssueDraft::default()
    };
    let issue = IssueNumber(
        app.simulator
            .open_issue(second, "ana", draft)
            .expect("an issue"),
    );
    app.advance(Duration::from_secs(600));
    app.settle().await;
    let key = skep::core::ids::TaskKey::new(RepositoryId(second), issue);
    let state = async |app: &TestApp| {
        app.store()
            .task(key)
            .await
            .expect("a look")
            .map(|row| row.state)
    };
    assert_eq!(state(&app).await.as_deref(), Some("needs-you"));
    app.simulator
        .set_installed(second, false)
        .expect("taken away");
    app.advance(Duration::from_secs(600));
    app.settle_all().await;
    assert_eq!(state(&app).await.as_deref(), Some("cancelled"));
    app.done().await;
}

/// GitHub fails, then is limited; what happened meanwhile is found when it answers again, and people are told why nothing comes.
#[tokio::test(flavor = "multi_thread")]
async fn while_github_fails_rounds_are_left_out_and_nothing_is_lost() {
    let wish = |plan: &mut Options| {
        polls(plan);
        plan.paced_by_story = true;
    };
    let mut app = TestApp::with(wish).await;
    app.product().sweep.begin().await;
    app.settle_all().await;
    let view = app.product().sweep.poll_view().expect("it polls").clone();
    let issues = "/repos/octo/hello/issues";
    app.simulator
        .add_fault(FaultRule::next("GET", issues, Fault::BadGateway).times(2));
    let issue = app.go("Add a note", NOTE);
    for _ in 0..2 {
        assert_eq!(app.poll().await, 0);
        assert_eq!(app.state(issue).await, "unknown");
    }
    let limited = Fault::SecondaryLimit {
        retry_after: Some(1),
    };
    app.simulator
        .add_fault(FaultRule::next("GET", issues, limited).times(1));
    assert_eq!(app.poll().await, 0);
    let (_, said) = view.told(app.now());
    assert!(said.contains("limits this installation"), "{said}");
    app.advance(Duration::from_secs(60));
    app.settle_all().await;
    assert_eq!(app.state(issue).await, "in-review", "{}", app.thread(issue));
    let (well, said) = view.told(app.now());
    assert!(well && !said.contains("limits"), "{said}");
    app.done().await;
}

/// Everybody's issues are changed at once, with one label among them, and skep dies in the middle.
#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_changed_issues_are_read_page_by_page_and_the_label_among_them_is_found() {
    let mut app = TestApp::polling().await;
    app.settle_all().await;
    for number in 0..1_200 {
        app.issue(&format!("Issue {number}"), "Some words.", &[]);
        if number % 3 == 0 {
            app.advance(Duration::from_secs(1));
        }
    }
    let issue = app.go("Add a note", NOTE);
    let before = app.simulator.calls().len();
    app.poll().await;
    let pages = |app: &TestApp, from: usize| {
        let calls = app.simulator.calls().split_off(from);
        let lists = calls
            .iter()
            .filter(|call| call.path.ends_with("/hello/issues"));
        lists.count()
    };
    assert_eq!(pages(&app, before), 10, "not all in one round");
    app.crash().await;
    app.open().await;
    app.settle_all().await;
    assert_eq!(app.state(issue).await, "in-review", "{}", app.thread(issue));
    // What is left is a window of some rows, asked for at no cost.
    let before = app.simulator.calls().len();
    app.poll().await;
    app.poll().await;
    assert_eq!(pages(&app, before), 2);
    app.done().await;
}

/// A count, and no time: two hundred quiet repositories for an hour at 30 s, at GitHub's limits, with an hour's tokens.
#[tokio::test(flavor = "multi_thread")]
async fn an_hour_of_two_hundred_quiet_repositories_costs_less_than_a_fifth() {
    let mut app = TestApp::polling().await;
    let mut seeds = Vec::new();
    for number in 1..200 {
        let made = app
            .simulator
            .create_repository("octo", &format!("r{number}"), &[])
            .await;
        seeds.push(made.expect("a repository"));
    }
    for home in &seeds {
        let draft = IssueDraft {
            title: "Quiet".into(),
            ..IssueDraft::default()
        };
        app.simulator
            .open_issue(*home, "ana", draft)
            .expect("an issue");
    }
    // The first hour begins everything; the second is as all that follow.
    let mut hours = Vec::new();
    for _ in 0..2 {
        let before = app.simulator.calls().len();
        for round in 0..120 {
            app.poll().await;
            // Thousands that are all alike: those of the first round are held against GitHub's description.
            match round {
                0 => crate::described::check(&app.simulator),
                _ => drop(app.simulator.take_exchanges()),
            }
        }
        hours.push(app.asked_since(before));
    }
    let asked: BTreeSet<String> = app
        .simulator
        .calls()
        .into_iter()
        .map(|call| call.path)
        .collect();
    assert!(
        asked
            .iter()
            .filter(|path| path.ends_with("/issues"))
            .count()
            == 200
    );
    for (asked, paid) in &hours {
        println!(
            "{asked} requests, {paid} of them counted: {:.1} % of 5,000",
            *paid as f64 / 50.0
        );
        assert!(*asked > 120 * 100, "each round asks: {hours:?}");
        assert!(*paid * 5 < 5_000, "{hours:?}");
    }
    app.done().await;
}
