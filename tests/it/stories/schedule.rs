//! Who starts next, what holds the others back, and what the operator wants of the queue: each waiting issue says why it waits.

use std::cell::Cell;
use std::time::Duration;

use serde::Serialize;
use serde_json::{Value, json};
use skep::agent::presets;
use skep::core::agent::AgentSpec;
use skep::core::ids::{IssueNumber, RepositoryName, TaskKey};
use skep::core::role::{RoleLimits, built_in};
use skep::http::{AdminService, Answer, By, IssueAt, QueueQuestion};
use skep_simulator::world::content::IssueDraft;

use crate::test_app::{HOLD, Options, TestApp, told};

const DAY: Duration = Duration::from_secs(24 * 3_600);

/// A script that works until its gate is opened.
fn gated(app: &TestApp, name: &str) -> String {
    let gate = app.data_dir().join(format!("gate-{name}"));
    format!(
        "write {name}.txt: {name}\nrun while [ ! -e {} ]; do sleep 0.02; done",
        gate.display()
    )
}

fn open_gate(app: &TestApp, name: &str) {
    std::fs::write(app.data_dir().join(format!("gate-{name}")), "").expect("a gate");
}

fn head(app: &TestApp, issue: IssueNumber) -> String {
    let status = app.status(issue);
    status.lines().next().unwrap_or_default().to_owned()
}

/// Labels an issue that works until its gate is opened, and waits until its status says something.
async fn begin(app: &mut TestApp, name: &str, what: &str) -> IssueNumber {
    begin_as(app, name, (what, &[])).await
}

async fn begin_as(app: &mut TestApp, name: &str, (what, labels): (&str, &[&str])) -> IssueNumber {
    let script = gated(app, name);
    let issue = app.go_as(name, &script, labels);
    app.until(&format!("{name}: {what}"), |app| {
        head(app, issue).starts_with(what)
    })
    .await;
    issue
}

/// The first so many of the queue.
pub(super) fn of_queue(limit: u32) -> QueueQuestion {
    QueueQuestion {
        limit,
        repository: None,
    }
}

fn at(issue: IssueNumber) -> IssueAt {
    IssueAt {
        repository: "octo/hello".parse().expect("a name"),
        issue,
    }
}

impl TestApp {
    /// The operator asks something, while the engine takes facts up. Both go on side by side: each may hold what the other waits
    /// for.
    pub(super) async fn operator<T: Serialize>(
        &mut self,
        ask: impl AsyncFnOnce(std::sync::Arc<skep::app::AdminApi>) -> Answer<T>,
    ) -> Value {
        self.advance(Duration::from_secs(1));
        let answered = Cell::new(false);
        let asking = async {
            let answer = ask(self.product().admin.clone()).await;
            answered.set(true);
            told(answer)
        };
        let taking_up = async {
            while !answered.get() {
                self.engine().step().await.expect("facts are handled");
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::join!(asking, taking_up).0
    }

    async fn order(&mut self, issue: IssueNumber, order: &str) -> String {
        let at = at(issue);
        let order = order.to_owned();
        let answer = self.operator(async move |admin| admin.order(at, order, By::operator()).await);
        answer.await["result"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    }

    /// What the operator sees of the queue: place, issue, state, reason.
    pub(crate) async fn queue(&mut self) -> Vec<String> {
        let answer = self
            .operator(async |admin| admin.queue(of_queue(100)).await)
            .await;
        let lines = answer["queue"].as_array().cloned().unwrap_or_default();
        lines
            .iter()
            .map(|line| {
                format!(
                    "{} #{} {}: {}",
                    line["place"],
                    line["issue"],
                    line["state"].as_str().unwrap_or_default(),
                    line["reason"].as_str().unwrap_or_default()
                )
            })
            .collect()
    }
}

/// Opens what is shut, and lets all of it end.
async fn finish(mut app: TestApp, gates: &[&str]) {
    for gate in gates {
        open_gate(&app, gate);
    }
    app.settle_all().await;
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repository_that_floods_does_not_delay_the_single_issue_of_another() {
    let mut app = TestApp::with(|plan| plan.limits.sessions = 1).await;
    let other = app
        .simulator
        .create_repository("octo", "other", &[("README.md", "# Other\n")])
        .await
        .expect("a repository");
    app.simulator
        .set_permission(other, "ana", "write")
        .expect("a permission");
    let first = begin(&mut app, "first", "**Working**").await;
    for n in 0..8 {
        app.go(&format!("flood {n}"), &format!("write {n}.txt: {n}"));
    }
    app.advance(Duration::from_secs(1));
    let draft = IssueDraft {
        title: "The single one".into(),
        body: Some("Please.\n\n```skep-demo\nwrite one.txt: one\n```\n".into()),
        ..IssueDraft::default()
    };
    let single = app
        .simulator
        .open_issue(other, "ana", draft)
        .expect("an issue");
    app.advance(Duration::from_secs(1));
    app.simulator
        .label(other, IssueNumber(single), "agent:go", "ana")
        .expect("a label");
    app.heard().await;
    open_gate(&app, "first");
    app.settle_all().await;
    let events = app.store().events(0, 10_000).await.expect("events");
    let order: Vec<TaskKey> = events
        .iter()
        .filter(|row| row.event.name == "session.dispatched")
        .filter_map(|row| row.event.task)
        .collect();
    assert_eq!(order.len(), 10);
    let place = order
        .iter()
        .position(|task| task.repository.0 == other)
        .expect("it started");
    assert_eq!(
        (order[0], place),
        (TaskKey::new(app.repository, first), 1),
        "eight came before it, and it is next all the same: {order:?}"
    );
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn priority_decides_in_a_repository_and_can_be_changed_while_it_waits() {
    let mut app = TestApp::with(|plan| plan.limits.sessions = 1).await;
    begin(&mut app, "first", "**Working**").await;
    let low = begin_as(&mut app, "low", ("**Queued** · #1", &["priority:low"])).await;
    let medium = begin(&mut app, "medium", "**Queued** · #1").await;
    let high = begin_as(
        &mut app,
        "high",
        ("**Queued** · #1", &["priority:low", "priority:high"]),
    );
    // Of two the higher one counts.
    let high = high.await;
    let places = |issues: [IssueNumber; 3]| {
        let of = |(place, issue)| format!("{place} #{issue} ready: waiting for a free slot");
        (1..).zip(issues).map(of).collect::<Vec<_>>()
    };
    assert_eq!(app.queue().await, places([high, medium, low]));
    assert_eq!(app.order(low, "priority high").await, "its priority is set");
    // Older than the other with the same priority.
    assert_eq!(app.queue().await, places([low, high, medium]));
    finish(app, &["first", "low", "medium", "high"]).await;
}

/// What the second of two issues says while the first is at work.
async fn second(wish: impl FnOnce(&mut Options)) -> (TestApp, String) {
    let mut app = TestApp::with(|plan| {
        plan.limits.sessions = 5;
        wish(plan);
    })
    .await;
    begin(&mut app, "one", "**Working**").await;
    let two = begin(&mut app, "two", "**Queued**").await;
    app.until("it says why", |app| {
        !head(app, two).contains("waiting for a free slot")
    })
    .await;
    assert_eq!(app.live().await, 1);
    let said = head(&app, two);
    (app, said)
}

#[tokio::test(flavor = "multi_thread")]
async fn each_limit_holds_back_and_says_so() {
    let (app, said) = second(|plan| plan.limits.sessions_per_account = 1).await;
    assert_eq!(
        said,
        "**Queued** · waiting until the one session at work for this account ends"
    );
    finish(app, &["one", "two"]).await;
    let (app, said) = second(|plan| plan.limits.sessions_per_repository = 1).await;
    assert_eq!(
        said,
        "**Queued** · waiting until the one session at work for this repository ends"
    );
    finish(app, &["one", "two"]).await;
    let (app, said) = second(|plan| {
        let swe = "swe".parse().expect("a name");
        let mut role = built_in(&swe).expect("a role");
        role.limits = RoleLimits {
            sessions: Some(1),
            ..role.limits
        };
        plan.roles = vec![role];
    })
    .await;
    assert_eq!(
        said,
        "**Queued** · waiting until the one session at work for the role `swe` ends"
    );
    finish(app, &["one", "two"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_has_a_limit_of_its_own() {
    let mut app = TestApp::with(|plan| {
        plan.limits.sessions = 5;
        plan.agent = Some(AgentSpec {
            sessions: Some(1),
            ..presets::demo(env!("CARGO_BIN_EXE_skep"))
        });
    })
    .await;
    let one = app.go("one", &format!("{HOLD}\nwrite one.txt: one"));
    app.until("it works", |app| head(app, one).starts_with("**Working**"))
        .await;
    let two = app.go("two", "write two.txt: two");
    app.until("the second says why", |app| {
        head(app, two)
            == "**Queued** · waiting until the one session at work for the agent `demo` ends"
    })
    .await;
    app.let_go().await;
    app.settle_all().await;
    assert_eq!(app.state(two).await, "in-review");
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_who_began_enough_today_goes_on_tomorrow() {
    let mut app = TestApp::with(|plan| plan.limits.sessions_per_person = 1).await;
    let one = app.go("one", "write one.txt: one");
    app.settle().await;
    assert_eq!(app.state(one).await, "in-review");
    let two = app.go("two", "write two.txt: two");
    app.settle().await;
    assert_eq!(app.state(two).await, "queued");
    let said = head(&app, two);
    assert!(
        said.starts_with("**Queued** · whoever asked has begun 1 session in 24 hours, which is the most; the next may start at "),
        "{said}"
    );
    // A restart forgets nobody's count.
    app.crash_and_open().await;
    app.settle().await;
    assert_eq!(app.state(two).await, "queued");
    app.advance(DAY);
    app.settle().await;
    assert_eq!(app.state(two).await, "in-review");
    app.settle_all().await;
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pause_of_the_operator_holds_all_starts_over_a_restart_and_says_so() {
    let mut app = TestApp::with(|plan| plan.limits.sessions = 5).await;
    let one = begin(&mut app, "one", "**Working**").await;
    let said = app
        .operator(async |admin| admin.pause(None, By::operator()).await)
        .await;
    assert_eq!(
        said,
        json!({ "result": "nothing starts in all repositories until `skep resume`; sessions at work go on" })
    );
    let two = begin(
        &mut app,
        "two",
        "**Queued** · the operator paused all starts",
    )
    .await;
    open_gate(&app, "one");
    app.settle().await;
    assert_eq!(app.state(one).await, "in-review", "what is at work goes on");
    app.crash_and_open().await;
    app.settle().await;
    assert_eq!(
        app.queue().await,
        [format!(
            "null #{two} waiting: the operator paused all starts; it goes on with `skep resume`"
        )]
    );
    let paused = app
        .operator(async |admin| admin.queue(of_queue(9)).await)
        .await["paused"]
        .clone();
    assert_eq!(paused[0]["repository"], Value::Null);
    open_gate(&app, "two");
    app.operator(async |admin| admin.resume(None, By::operator()).await)
        .await;
    app.settle().await;
    assert_eq!(app.state(two).await, "in-review");
    app.settle_all().await;
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pause_of_one_repository_holds_no_other() {
    let mut app = TestApp::new().await;
    let name: RepositoryName = "octo/hello".parse().expect("a name");
    let of = name.clone();
    app.operator(async move |admin| admin.pause(Some(of), By::operator()).await)
        .await;
    let one = app.go("one", "write one.txt: one");
    app.settle().await;
    assert_eq!(
        head(&app, one),
        "**Queued** · the operator paused this repository; it goes on with `skep resume`"
    );
    let again = name.clone();
    let said = app
        .operator(async move |admin| admin.pause(Some(again), By::operator()).await)
        .await;
    assert_eq!(said["result"], "starts in octo/hello are paused already");
    app.operator(async move |admin| admin.resume(Some(name), By::operator()).await)
        .await;
    app.settle().await;
    assert_eq!(app.state(one).await, "in-review");
    app.settle_all().await;
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_operator_orders_on_an_issue_what_people_order_by_command() {
    let mut app = TestApp::new().await;
    let issue = app.go(
        "Ask me",
        "ask Which one? | left | right\nwrite a.txt: {answer}\nsay Done.",
    );
    app.settle().await;
    assert_eq!(app.state(issue).await, "needs-you", "{}", app.thread(issue));
    assert_eq!(
        app.order(issue, "approve").await,
        "no plan waits for approval"
    );
    assert!(app.order(issue, "pause").await.starts_with("paused: "));
    app.settle().await;
    assert_eq!(app.state(issue).await, "paused");
    assert_eq!(
        app.order(issue, "resume").await,
        "not paused any more; people are still asked"
    );
    assert_eq!(
        app.order(issue, "answer right").await,
        "goes on when a slot is free: answered"
    );
    app.settle().await;
    assert_eq!(app.state(issue).await, "in-review", "{}", app.thread(issue));
    assert!(
        app.thread(issue).contains("Answered by"),
        "{}",
        app.thread(issue)
    );
    let failing = app.go("Fail", "fail auth");
    app.settle_all().await;
    assert_eq!(app.state(failing).await, "failed");
    let said = app.order(failing, "retry").await;
    assert!(
        said.starts_with("session ") && said.ends_with("-2 is queued"),
        "{said}"
    );
    assert!(app.order(failing, "stop").await.starts_with("cancelled: "));
    app.settle_all().await;
    assert_eq!(app.state(failing).await, "cancelled");
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_that_is_none_says_which_there_are() {
    let mut app = TestApp::new().await;
    let issue = app.issue("Quiet", "Nothing.", &[]);
    for order in [
        "",
        "dance",
        "priority",
        "help",
        "stop using tabs",
        "stop\nretry",
    ] {
        let admin = app.product().admin.clone();
        let error = admin
            .order(at(issue), order.to_owned(), By::operator())
            .await
            .expect_err("no order");
        assert_eq!((error.status, error.code), (400, "invalid"), "{order:?}");
        assert!(
            error
                .next
                .expect("what to do")
                .contains("priority high|medium|low")
        );
    }
    app.settle().await;
    app.done().await;
}

/// A demo agent under another name, as a process of its own.
fn agent(name: &str) -> AgentSpec {
    AgentSpec {
        name: name.to_owned(),
        ..presets::demo(env!("CARGO_BIN_EXE_skep"))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_used_up_limit_parks_the_session_and_nothing_starts_on_its_agent_until_it_ends() {
    let mut app = TestApp::with(|plan| plan.limits.sessions = 5).await;
    let limited = app.go(
        "Limited",
        "write half.txt: half\nfail limit\nwrite rest.txt: rest",
    );
    app.settle().await;
    assert_eq!(
        app.state(limited).await,
        "waiting",
        "{}",
        app.thread(limited)
    );
    let said = head(&app, limited);
    assert_eq!(
        said,
        "**Waiting** · paused by the provider's limit, resumes at 01:00:02Z"
    );
    let later = app.go("Later", "write later.txt: later");
    app.settle().await;
    assert_eq!(
        head(&app, later),
        "**Queued** · paused by the limit of `demo`'s provider, goes on at 01:00:02Z"
    );
    // Whatever dies meanwhile, the provider is not asked.
    app.crash_and_open().await;
    app.advance(Duration::from_secs(3_590));
    app.settle().await;
    assert_eq!(app.state(later).await, "queued");
    assert_eq!(app.state(limited).await, "waiting");
    app.advance(Duration::from_secs(15));
    app.settle().await;
    assert_eq!(
        app.state(limited).await,
        "in-review",
        "{}",
        app.thread(limited)
    );
    assert_eq!(app.state(later).await, "in-review", "{}", app.thread(later));
    assert!(!app.status(limited).contains("(try "), "no try is burnt");
    app.settle_all().await;
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_stopped_during_the_limit_is_not_resumed() {
    let mut app = TestApp::new().await;
    let issue = app.go("Limited", "fail limit\nwrite rest.txt: rest");
    app.settle().await;
    app.advance(Duration::from_secs(600));
    app.reply(issue, "/agent stop").await;
    assert_eq!(app.state(issue).await, "cancelled");
    app.advance(Duration::from_secs(3_600));
    app.settle_all().await;
    assert_eq!(app.state(issue).await, "cancelled");
    assert!(app.pulls().is_empty());
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_first_agent_of_a_role_is_shut_its_next_one_takes_new_work() {
    let mut app = TestApp::with(|plan| {
        plan.process = true;
        let swe = "swe".parse().expect("a name");
        let mut role = built_in(&swe).expect("a role");
        (role.agent, role.fallbacks) = (Some("demo".into()), vec!["second".into()]);
        plan.roles = vec![role];
        plan.more_agents = vec![agent("second")];
    })
    .await;
    let limited = app.go("Limited", "fail limit\nwrite rest.txt: rest");
    app.settle().await;
    assert_eq!(
        app.state(limited).await,
        "waiting",
        "{}",
        app.thread(limited)
    );
    let other = app.go("Other", "write other.txt: other");
    app.settle().await;
    assert_eq!(app.state(other).await, "in-review", "{}", app.thread(other));
    assert!(
        app.status(other).contains("- Agent: `second`"),
        "{}",
        app.status(other)
    );
    app.advance(Duration::from_secs(3_605));
    app.settle().await;
    // What the first has begun only the first goes on with.
    assert_eq!(
        app.state(limited).await,
        "in-review",
        "{}",
        app.thread(limited)
    );
    assert!(app.status(limited).contains("- Agent: `demo`"));
    app.settle_all().await;
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_that_cannot_log_in_fails_one_session_and_not_the_next_ten() {
    let mut app = TestApp::with(|plan| plan.limits.sessions = 5).await;
    let first = app.go("First", "fail auth");
    app.settle().await;
    assert_eq!(app.state(first).await, "failed");
    let others = ["Second", "Third"].map(|title| app.go(title, "write a.txt: a"));
    app.settle().await;
    for issue in others {
        let said = head(&app, issue);
        assert!(
            said.starts_with("**Queued** · the agent `demo` is not logged in; whoever runs skep has to log it in, and it is tried again at "),
            "{said}"
        );
    }
    app.advance(Duration::from_secs(600));
    app.settle().await;
    for issue in others {
        assert_eq!(app.state(issue).await, "in-review", "{}", app.thread(issue));
    }
    app.settle_all().await;
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_provider_refuses_one_agent_it_refuses_all_with_the_same_key() {
    let keyed = |name: &str, key: &str| {
        let mut spec = agent(name);
        let (variable, key) = ("MODEL_KEY".to_owned(), key.to_owned());
        spec.environment.insert(variable, key);
        spec
    };
    let role = |name: &str, agent: &str| {
        let mut role = built_in(&name.parse().expect("a name")).expect("a role");
        role.agent = Some(agent.into());
        role
    };
    let mut app = TestApp::with(|plan| {
        plan.process = true;
        plan.agent = Some(keyed("demo", "one-key-1234"));
        plan.more_agents = vec![
            keyed("cousin", "one-key-1234"),
            keyed("stranger", "other-key-1234"),
        ];
        plan.roles = vec![role("testing", "cousin"), role("deploy", "stranger")];
    })
    .await;
    let limited = app.go("Limited", "fail limit\nwrite rest.txt: rest");
    app.settle().await;
    assert_eq!(app.state(limited).await, "waiting");
    let cousins = app.go_as("Cousin", "write c.txt: c", &["role:testing"]);
    let strangers = app.go_as("Stranger", "write s.txt: s", &["role:deploy"]);
    app.settle().await;
    assert_eq!(
        head(&app, cousins),
        "**Queued** · paused by the limit of `cousin`'s provider, goes on at 01:00:02Z"
    );
    assert_eq!(app.state(strangers).await, "in-review");
    app.advance(Duration::from_secs(3_605));
    app.settle().await;
    for issue in [limited, cousins] {
        assert_eq!(app.state(issue).await, "in-review", "{}", app.thread(issue));
    }
    app.settle_all().await;
    app.done().await;
}
