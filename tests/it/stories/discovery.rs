//! Work that an agent finds besides its task: handed in as a batch, judged as a whole, made into issues once each, and started
//! only where the operator lets it.

use serde_json::{Value, json};
use skep::core::discovery::Discover;
use skep::core::ids::IssueNumber;
use skep_simulator::fault::{Fault, FaultRule};

use crate::required::grid;
use crate::test_app::{Options, TestApp};

/// The number that the first issue gets which is made.
const FIRST: IssueNumber = IssueNumber(2);

async fn app(discover: Discover) -> TestApp {
    TestApp::with(|plan| plan.issues.discover = discover).await
}

fn work(file: &str) -> String {
    format!("Please, @ben; fixes #1.\n\n```skep-demo\nwrite {file}: hello\n```")
}

/// A batch of two, the first of which waits for the second.
fn two() -> Value {
    json!({ "tasks": [
        { "title": "Test the greeting", "body": work("TEST.md"), "role": "swe", "waits_for": [2] },
        { "title": "Mend the greeting", "body": work("MEND.md"), "priority": "high", "labels": ["bug", "no such label"] },
    ] })
}

fn script(tasks: &Value) -> String {
    format!("write GREETING.md: hello\ndiscover {tasks}")
}

impl TestApp {
    /// `#2 Title [labels] by skep[bot]`, each issue that is no pull request and was not opened by Ana.
    fn found(&self) -> Vec<String> {
        let pulls = self.simulator.pulls(self.repository).expect("pulls");
        let numbers = 1..40;
        let issues =
            numbers.filter_map(|n| self.simulator.issue(self.repository, IssueNumber(n)).ok());
        let issues = issues.filter(|one| pulls.iter().all(|pull| pull.issue.number != one.number));
        let made = issues.filter(|one| one.author != "ana");
        let line = |one: skep_simulator::IssueView| {
            format!(
                "#{} {} {:?} by {}",
                one.number, one.title, one.labels, one.author
            )
        };
        made.map(line).collect()
    }

    /// The text of an issue without its mark.
    fn body(&self, issue: IssueNumber) -> String {
        let body = self
            .simulator
            .issue(self.repository, issue)
            .expect("an issue")
            .body;
        let (words, mark) = body.rsplit_once('\n').unwrap_or_default();
        assert!(mark.starts_with("<!-- skep:issue:"), "{body}");
        words.to_owned()
    }

    /// What the agent of an issue was told by the tool, as it says it.
    async fn tool_told(&self, issue: IssueNumber) -> String {
        let session = self.session(issue, 1);
        let log = self.store().log_tail(&session, 100).await.expect("a log");
        let said = log.iter().filter(|row| row.line.kind == "message");
        said.map(|row| row.line.body.clone())
            .collect::<Vec<_>>()
            .join("\n")
    }

    /// The part of the status comment that says what was found.
    fn on_the_way(&self, issue: IssueNumber) -> String {
        let status = self.status(issue);
        let from = status
            .find("Found on the way")
            .map_or("", |at| &status[at..]);
        from.split("\n\n<").next().unwrap_or_default().to_owned()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_operators_word_there_is_no_such_tool() {
    let mut app = app(Discover::Off).await;
    let issue = app.go("Add a greeting", &script(&two()));
    app.settle_all().await;
    assert!(
        app.tool_told(issue).await.contains("There is no such tool"),
        "{}",
        app.tool_told(issue).await
    );
    assert_eq!(app.found(), [""; 0]);
    assert_eq!(app.on_the_way(issue), "");
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_found_becomes_issues_that_people_start() {
    let mut app = app(Discover::Create).await;
    let issue = app.go_as("Add a greeting", &script(&two()), &["Bug"]);
    app.settle_all().await;
    insta::assert_snapshot!(app.tool_told(issue).await, @r#"{"kind":"message","id":"message-1-1","text":"Noted: 2 issues will be made, and people decide what becomes of them. These labels are left out, because the repository does not have them: \"no such label\". Go on with your own task, and leave theirs alone."}"#);
    insta::assert_snapshot!(app.found().join("\n"), @r#"
    #2 Mend the greeting ["bug", "priority:high"] by skep[bot]
    #3 Test the greeting ["role:swe"] by skep[bot]
    "#);
    insta::assert_snapshot!(app.body(IssueNumber(3)), @"
    Please, `@ben`; fixes `#1`.

    ```skep-demo
    write TEST.md: hello
    ```

    ---

    Found while working on #1.

    Depends on #2
    ");
    insta::assert_snapshot!(app.on_the_way(issue), @"
    Found on the way:

    - #3 Test the greeting: to start it, add the label `agent:go` there
    - #2 Mend the greeting: to start it, add the label `agent:go` there
    ");
    assert_eq!(app.state(FIRST).await, "unknown", "nobody has started it");
    // A person starts one: it waits for the other, as its text says.
    app.label(IssueNumber(3), "agent:go");
    app.settle_all().await;
    assert_eq!(
        app.state(IssueNumber(3)).await,
        "queued",
        "{}",
        app.thread(IssueNumber(3))
    );
    app.close_issue(FIRST, "ana");
    app.settle_all().await;
    assert_eq!(
        app.state(IssueNumber(3)).await,
        "in-review",
        "{}",
        app.thread(IssueNumber(3))
    );
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_may_starts_by_itself_and_still_waits_its_turn() {
    let mut app = app(Discover::Start).await;
    let issue = app.go("Add a greeting", &script(&two()));
    app.settle_all().await;
    insta::assert_snapshot!(app.found().join("\n"), @r#"
    #2 Mend the greeting ["agent:go", "agent:review", "bug", "priority:high"] by skep[bot]
    #3 Test the greeting ["agent:go", "agent:queued", "role:swe"] by skep[bot]
    "#);
    assert_eq!(app.state(FIRST).await, "in-review", "{}", app.thread(FIRST));
    assert_eq!(
        app.state(IssueNumber(3)).await,
        "queued",
        "{}",
        app.thread(IssueNumber(3))
    );
    insta::assert_snapshot!(app.on_the_way(issue), @"
    Found on the way:

    - #3 Test the greeting: starts by itself
    - #2 Mend the greeting: starts by itself
    ");
    app.close_issue(FIRST, "ana");
    app.settle_all().await;
    assert_eq!(
        app.state(IssueNumber(3)).await,
        "in-review",
        "{}",
        app.thread(IssueNumber(3))
    );
    app.done().await;
}

/// By the right of whoever asked for the session, as it is then.
#[tokio::test(flavor = "multi_thread")]
async fn without_the_right_of_whoever_asked_nothing_starts_by_itself() {
    let mut app = app(Discover::Start).await;
    let one = json!({ "tasks": [{ "title": "Mend it", "body": work("MEND.md") }] });
    app.go("Add a greeting", &format!("discover {one}\nwait 0.2"));
    app.until("it is there", |app| !app.found().is_empty())
        .await;
    app.permit("ana", "read");
    app.settle_all().await;
    assert_eq!(app.state(FIRST).await, "refused", "{}", app.thread(FIRST));
    assert!(
        app.our_comments(FIRST)[0].contains("has read access here"),
        "{}",
        app.thread(FIRST)
    );
    app.done().await;
}

/// Its label was taken off before it could start: that counts.
#[tokio::test(flavor = "multi_thread")]
async fn a_person_who_takes_the_label_off_in_time_is_heard() {
    let mut app = app(Discover::Start).await;
    let one = json!({ "tasks": [{ "title": "Mend it", "body": work("MEND.md") }] });
    app.go("Add a greeting", &format!("discover {one}\nwait 0.2"));
    app.until("it is there", |app| !app.found().is_empty())
        .await;
    app.unlabel(FIRST, "agent:go");
    app.settle_all().await;
    assert!(
        !app.simulator
            .pulls(app.repository)
            .expect("pulls")
            .iter()
            .any(|pull| pull.head.starts_with("agent/2-"))
    );
    assert!(!app.labels(FIRST).contains(&"agent:go".to_owned()));
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_is_taken_as_a_whole_or_not_at_all_and_the_agent_hears_exactly_why() {
    let mut app = app(Discover::Create).await;
    let taken = app.issue("Taken", "", &[]);
    app.simulator
        .create_repository("acme", "secret", &[])
        .await
        .expect("a repository");
    let bad = json!({ "tasks": [
        { "title": "taken", "body": "x" },
        { "title": "Right", "body": "x" },
        { "title": "Circle", "body": "x", "waits_for": ["#77", "acme/secret#1", format!("#{taken}")], "role": "wizard" },
    ] });
    let round = json!({ "tasks": [
        { "title": "One", "body": "x", "waits_for": ["2"] },
        { "title": "Two", "body": "x", "waits_for": ["1"] },
        { "title": "Three", "body": "x", "waits_for": ["3", "9"] },
    ] });
    let circle = json!({ "tasks": [
        { "title": "One", "body": "x", "waits_for": ["2"] },
        { "title": "Two", "body": "x", "waits_for": ["1"] },
    ] });
    let shape = json!({ "tasks": [{ "title": "", "body": "x", "labels": ["agent:go"] }] });
    let script = format!(
        "discover {bad}\ndiscover {round}\ndiscover {circle}\ndiscover {shape}\ndiscover {{}}"
    );
    let issue = app.go("Add a greeting", &script);
    app.settle_all().await;
    insta::assert_snapshot!(app.tool_told(issue).await, @r#"
    {"kind":"message","id":"message-1-1","text":"No issue was made: the batch is taken as a whole or not at all. Mend this and call the tool again:\n- Task 1 is there already: #1 has this title; leave it out, or wait for #1 instead.\n- Task 3 names the role \"wizard\", which is none. There are: `spec`, `architect`, `swe`, `testing`, `debugging`, `design`, `deploy`, `security`, `triage`; and each `.github/agents/<role>.agent.md` on the default branch is one.\n- Task 3 waits for #77, and there is no such issue; leave it out, or name the right one.\n- Task 3 waits for acme/secret#1, which the App may not see; leave it out, and say it in the text."}
    {"kind":"message","id":"message-1-2","text":"No issue was made: the batch is taken as a whole or not at all. Mend this and call the tool again:\n- Task 3 depends on itself; leave that dependency out.\n- Task 3 depends on task 9, but the batch has 3 tasks, counted from 1."}
    {"kind":"message","id":"message-1-3","text":"No issue was made: the batch is taken as a whole or not at all. Mend this and call the tool again:\n- These would wait for each other for ever, each for the next: task 1 → task 2 → task 1. Leave one of these dependencies out."}
    {"kind":"message","id":"message-1-4","text":"No issue was made: the batch is taken as a whole or not at all. Mend this and call the tool again:\n- Task 1 has no title; give it one that says what is to be done.\n- Task 1 has the label \"agent:go\", which says something to skep; say it by `role`, `priority` or `waits_for`, or leave it to people."}
    {"kind":"message","id":"message-1-5","text":"There is no task in it. Put at least one into `tasks`."}
    "#);
    assert_eq!(app.found(), [""; 0]);
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_found_before_is_not_made_again_and_a_session_may_find_only_so_much() {
    let wish = |plan: &mut Options| {
        plan.issues.discover = Discover::Create;
        plan.limits.discovered = 2;
    };
    let mut app = TestApp::with(wish).await;
    let one = |title: &str| json!({ "tasks": [{ "title": title, "body": "x" }] });
    let script = format!(
        "discover {}\ndiscover {}\ndiscover {}\ndiscover {}",
        one("One"),
        one("ONE "),
        one("Two"),
        one("Three")
    );
    let issue = app.go("Add a greeting", &script);
    app.settle_all().await;
    insta::assert_snapshot!(app.tool_told(issue).await, @r#"
    {"kind":"message","id":"message-1-1","text":"Noted: 1 issue will be made, and people decide what becomes of them. Go on with your own task, and leave theirs alone."}
    {"kind":"message","id":"message-1-2","text":"No issue was made: the batch is taken as a whole or not at all. Mend this and call the tool again:\n- Task 1 is on its way already: an issue of this title is being made; leave it out."}
    {"kind":"message","id":"message-1-3","text":"Noted: 1 issue will be made, and people decide what becomes of them. Go on with your own task, and leave theirs alone."}
    {"kind":"message","id":"message-1-4","text":"No issue was made: the batch is taken as a whole or not at all. Mend this and call the tool again:\n- This session has found 2 issues before, and may find 2 in all; leave out what matters least."}
    "#);
    assert_eq!(app.found().len(), 2, "{:?}", app.found());
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_github_refuses_for_good_is_told_on_the_issue() {
    let mut app = app(Discover::Create).await;
    let gone = Fault::Status {
        status: 410,
        message: "Issues has been disabled in this repository.".into(),
    };
    app.simulator
        .add_fault(FaultRule::next("POST", "/repos/*/*/issues", gone));
    let issue = app.go("Add a greeting", &script(&two()));
    app.settle_all().await;
    assert_eq!(app.found(), [""; 0], "the other one waits for it");
    let comments = app.our_comments(issue);
    let told = comments
        .iter()
        .find(|body| body.contains("found more work"))
        .expect("a word");
    insta::assert_snapshot!(told, @"
    The agent found more work here, and not all of it could be made into issues:

    - Test the greeting: it waits for “Mend the greeting”, which could not be made
    - Mend the greeting: GitHub refused it (GitHub says it is gone when asked to open an issue in octo/hello: Issues has been disabled in this repository.. Check that the issue was not deleted and that issues are enabled in the repository's settings)

    Whoever wants that done opens an issue for it.
    ");
    insta::assert_snapshot!(app.on_the_way(issue), @"
    Found on the way:

    - Test the greeting: no issue was made, because it waits for “Mend the greeting”, which could not be made
    - Mend the greeting: no issue was made, because GitHub refused it (GitHub says it is gone when asked to open an issue in octo/hello: Issues has been disabled in this repository.. Check that the issue was not deleted and that issues are enabled in the repository's settings)
    ");
    assert_eq!(
        app.state(issue).await,
        "in-review",
        "the session goes on all the same"
    );
    app.done().await;
}

/// What people are left with.
async fn ending(app: &TestApp, issue: IssueNumber) -> Vec<String> {
    let mut all = app.found();
    all.push(app.on_the_way(issue));
    all.push(app.state(issue).await);
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_after_any_step_makes_each_issue_once() {
    let mut clean = app(Discover::Create).await;
    let issue = clean.go("Add a greeting", &script(&two()));
    let steps = clean.run_steps(usize::MAX).await;
    let wanted = ending(&clean, issue).await;
    assert_eq!(wanted.len(), 4, "{wanted:?}");
    clean.done().await;
    grid(0..=steps, |step| {
        let wanted = wanted.clone();
        async move {
            let mut app = app(Discover::Create).await;
            let issue = app.go("Add a greeting", &script(&two()));
            app.run_steps(step).await;
            app.crash_and_open().await;
            app.run_steps(usize::MAX).await;
            assert_eq!(ending(&app, issue).await, wanted, "killed after {step}");
            app.done().await;
        }
    })
    .await;
}

/// The issue is made and its answer is lost, or it is not made at all; the list may lag behind.
#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_makes_no_second_issue() {
    let troubles = [
        Fault::DropAfter,
        Fault::BadGatewayAfter,
        Fault::MalformedJson,
        Fault::Reset,
        Fault::BadGateway,
    ];
    for (trouble, lags) in troubles.iter().flat_map(|one| [(one, false), (one, true)]) {
        let mut app = app(Discover::Create).await;
        app.simulator
            .add_fault(FaultRule::next("POST", "/repos/*/*/issues", trouble.clone()).after(1));
        let issue = app.go("Add a greeting", &script(&two()));
        if lags {
            app.until("the first is there", |app| !app.found().is_empty())
                .await;
            app.simulator
                .add_fault(FaultRule::next("GET", "/repos/*/*/issues", Fault::StaleRead).after(1));
        }
        app.run_steps(usize::MAX).await;
        let found = app.found();
        assert_eq!(found.len(), 2, "{trouble:?} {lags}: {found:?}");
        assert_eq!(app.state(issue).await, "in-review");
        app.done().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn labels_bear_the_operators_prefix() {
    let wish = |plan: &mut Options| {
        plan.issues.discover = Discover::Start;
        plan.issues.words = skep::core::vocabulary::Vocabulary::new("bot", "/bot").expect("words");
    };
    let mut app = TestApp::with(wish).await;
    app.simulator.set_label_prefix("bot:");
    let one = json!({ "tasks": [{ "title": "Mend it", "body": work("MEND.md") }] });
    let body = format!("```skep-demo\ndiscover {one}\n```");
    let issue = app.issue("Add a greeting", &body, &[]);
    app.label(issue, "bot:go");
    app.settle_all().await;
    assert!(
        app.labels(FIRST).contains(&"bot:go".to_owned()),
        "{:?}",
        app.labels(FIRST)
    );
    assert_eq!(app.state(FIRST).await, "in-review", "{}", app.thread(FIRST));
    app.done().await;
}
