//! A repository's task list, made into issues by the operator's order: as a whole or not at all, each once.

use std::time::Duration;

use skep::app::Running;
use skep::core::ids::IssueNumber;
use skep::http::types::{PlanAnswer, PlanOrder};
use skep::http::{AdminService, ApiError, By};
use skep_simulator::fault::{Fault, FaultRule};

use crate::test_app::{PATIENCE, TestApp};

const LIST: &str = "# Tasks

## Task: Test the parser
<!-- AUTO-ISSUE: role:testing -->
With @ana.
Depends on: Mend the parser
Depends on: There already

## Task: Mend the parser
<!-- AUTO-ISSUE: role:swe priority:high labels:later -->
It drops the last line.
Depends on: #1

## Task: There already
<!-- AUTO-ISSUE: -->

## Task: A thought
";

async fn app() -> TestApp {
    let app = TestApp::with(|plan| plan.files.push(("tasks.md".into(), LIST.into()))).await;
    let one = app.issue("First", "", &[]);
    assert_eq!(one, IssueNumber(1));
    let there = app.issue("there ALREADY", "", &[]);
    app.close_issue(there, "ana");
    app
}

fn order(create: bool) -> PlanOrder {
    PlanOrder {
        repository: "octo/hello".parse().expect("a name"),
        text: None,
        path: None,
        create,
    }
}

async fn planned(running: &Running, order: PlanOrder) -> Result<PlanAnswer, ApiError> {
    running.app.admin.plan(order, By::operator()).await
}

/// `3 new Test the parser <- Mend the parser, #2`.
fn shown(plan: &PlanAnswer) -> String {
    let lines = plan.tasks.iter().map(|line| {
        let issue = line.issue.map(|issue| format!(" #{issue}"));
        let reason = line.reason.as_deref().unwrap_or_default();
        format!(
            "{} {}{} {} <- {} {reason}",
            line.line,
            line.state,
            issue.unwrap_or_default(),
            line.title,
            line.waits_for.join(", ")
        )
    });
    lines
        .map(|line| line.trim_end().to_owned())
        .collect::<Vec<_>>()
        .join("\n")
}

fn made(app: &TestApp) -> Vec<String> {
    let issues = (1..20).filter_map(|n| app.simulator.issue(app.repository, IssueNumber(n)).ok());
    let ours = issues.filter(|one| one.author == "skep[bot]");
    ours.map(|one| format!("#{} {} {:?}", one.number, one.title, one.labels))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_shown_and_then_made_each_task_once() {
    let mut app = app().await;
    let running = app.run().await;
    let plan = planned(&running, order(false)).await.expect("a plan");
    insta::assert_snapshot!(shown(&plan), @"
    3 new Test the parser <- Mend the parser, #2
    9 new Mend the parser <- #1
    14 exists #2 There already <-
    17 not marked A thought <-
    ");
    assert_eq!(plan.left_out, ["later"]);
    assert_eq!(made(&app), [""; 0]);
    let plan = planned(&running, order(true)).await.expect("a plan");
    insta::assert_snapshot!(shown(&plan), @"
    3 created #4 Test the parser <- Mend the parser, #2
    9 created #3 Mend the parser <- #1
    14 exists #2 There already <-
    17 not marked A thought <-
    ");
    insta::assert_snapshot!(made(&app).join("\n"), @r#"
    #3 Mend the parser ["priority:high", "role:swe"]
    #4 Test the parser ["role:testing"]
    "#);
    let body = app
        .simulator
        .issue(app.repository, IssueNumber(4))
        .expect("an issue")
        .body;
    insta::assert_snapshot!(body.split("\n<!--").next().unwrap_or_default(), @"
    With `@ana`.

    ---

    From the task list of this repository.

    Depends on #3
    Depends on #2
    ");
    // Once more: nothing is made twice, also under another roof of letters.
    let again = LIST.replace("Mend the parser", "MEND the Parser");
    let again = PlanOrder {
        text: Some(again),
        ..order(true)
    };
    let plan = planned(&running, again).await.expect("a plan");
    assert!(
        plan.tasks
            .iter()
            .all(|line| ["exists", "not marked"].contains(&line.state.as_str())),
        "{plan:?}"
    );
    assert_eq!(made(&app).len(), 2);
    running.stop().await;
    app.open().await;
    app.settle_all().await;
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_list_makes_nothing_and_says_why_by_its_lines() {
    let mut app = app().await;
    let running = app.run().await;
    let wrong = |list: &str| PlanOrder {
        text: Some(list.to_owned()),
        ..order(true)
    };
    let said = async |order: PlanOrder| {
        planned(&running, order)
            .await
            .expect_err("it is wrong")
            .message
    };
    let shape = "## Task: One\n<!-- AUTO-ISSUE: urgent -->\nDepends on: Nobody\n";
    insta::assert_snapshot!(said(wrong(shape)).await, @r#"
    tasks.md is not right, and nothing was made:
    line 2: the marker says "urgent", which is nothing known: there are `role:NAME`, `priority:high|medium|low` and `labels:A,B`
    line 3: no task is called "Nobody", and it is no issue such as `#12` either
    "#);
    let batch = "## Task: One\n<!-- AUTO-ISSUE: role:wizard priority:soon -->\nDepends on: #77\n";
    insta::assert_snapshot!(said(wrong(batch)).await, @r#"
    tasks.md is not right, and nothing was made:
    “One” (line 1) has the priority "soon"; there are high, medium and low.
    "#);
    let round = "## Task: One\n<!-- AUTO-ISSUE -->\nDepends on: Two\n## Task: Two\n<!-- AUTO-ISSUE -->\nDepends on: One\n";
    insta::assert_snapshot!(said(wrong(round)).await, @"
    tasks.md is not right, and nothing was made:
    These would wait for each other for ever, each for the next: “One” (line 1) → “Two” (line 4) → “One” (line 1). Leave one of these dependencies out.
    ");
    let nowhere = PlanOrder {
        path: Some("plans/none.md".into()),
        ..order(false)
    };
    insta::assert_snapshot!(said(nowhere).await, @"the repository has no text file plans/none.md of at most 1 MiB on its default branch");
    assert_eq!(made(&app), [""; 0]);
    running.stop().await;
    app.open().await;
    // GitHub may have told something that nobody had time for.
    app.settle_all().await;
    app.done().await;
}

/// The first issue is refused for good: what waits for it is not made either, and the next order makes both.
#[tokio::test(flavor = "multi_thread")]
async fn what_github_refuses_is_told_and_can_be_asked_for_again() {
    let mut app = app().await;
    let running = app.run().await;
    let gone = Fault::Status {
        status: 410,
        message: "Issues has been disabled in this repository.".into(),
    };
    app.simulator
        .add_fault(FaultRule::next("POST", "/repos/*/*/issues", gone));
    let plan = planned(&running, order(true)).await.expect("a plan");
    let states: Vec<&str> = plan.tasks.iter().map(|line| line.state.as_str()).collect();
    assert_eq!(
        states,
        ["failed", "failed", "exists", "not marked"],
        "{}",
        shown(&plan)
    );
    assert!(
        plan.tasks[0]
            .reason
            .as_deref()
            .unwrap_or_default()
            .contains("could not be made")
    );
    app.advance(Duration::from_secs(1));
    let plan = planned(&running, order(true)).await.expect("a plan");
    let states: Vec<&str> = plan.tasks.iter().map(|line| line.state.as_str()).collect();
    assert_eq!(
        states,
        ["created", "created", "exists", "not marked"],
        "{}",
        shown(&plan)
    );
    running.stop().await;
    app.open().await;
    app.settle_all().await;
    app.done().await;
}

/// skep is killed between the order and the issues: they are there after the next start, and a second order makes none.
#[tokio::test(flavor = "multi_thread")]
async fn an_order_survives_a_kill() {
    let mut app = app().await;
    app.settle_all().await;
    let admin = app.product().admin.clone();
    let asked = tokio::spawn(async move { admin.plan(order(true), By::operator()).await });
    let patience = tokio::time::Instant::now() + PATIENCE;
    while app.store().counts().await.expect("counts").inbox_unhandled == 0 {
        assert!(
            tokio::time::Instant::now() < patience,
            "it was never stored"
        );
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    asked.abort();
    app.run_steps(1).await;
    app.crash_and_open().await;
    app.settle_all().await;
    assert_eq!(made(&app).len(), 2, "{:?}", made(&app));
    let running = app.run().await;
    let plan = planned(&running, order(true)).await.expect("a plan");
    assert!(
        plan.tasks.iter().all(|line| line.state != "created"),
        "{}",
        shown(&plan)
    );
    assert_eq!(made(&app).len(), 2);
    running.stop().await;
    app.open().await;
    app.settle_all().await;
    app.done().await;
}
