//! `skep retry|answer|approve|priority OWNER/REPO#N` against a running service: what people say on an issue, said by the operator.

use serde_json::json;
use skep::core::ids::IssueNumber;

use super::running::{Served, skep};
use super::setup::{Setup, get};

/// Gives an order by the command line; answers with what it prints.
async fn order(setup: &Setup, served: &Served, line: &str) -> String {
    let line = format!("{line} --admin {}", served.admin);
    let (code, out, err) = skep(&line, &setup.token()).await;
    assert_eq!((code, err.as_str()), (Some(0), ""), "{line}: {out}");
    out
}

fn ana_labels(setup: &Setup, issue: IssueNumber, labels: &[&str]) {
    for label in labels {
        setup
            .github
            .label(setup.repository, issue, label, "ana")
            .expect("a label");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_is_approved_a_question_answered_and_a_failure_tried_again() {
    let setup = Setup::new().await;
    setup.hurry();
    let served = Served::start(&setup);

    let approved = setup.file("write A.md: a\nsay Done.");
    ana_labels(&setup, approved, &["checkpoint", "agent:go"]);
    served.event("task.held").await;
    let said = order(&setup, &served, &format!("approve octo/hello#{approved}")).await;
    assert_eq!(said, "octo/hello#1: a person agreed to its start\n");
    served.settled(approved, "in-review").await;

    let asked = setup.go("ask Which colour? | red | blue\nwrite B.md: {answer}\nsay Done.");
    served.settled(asked, "needs-you").await;
    let said = order(&setup, &served, &format!("answer octo/hello#{asked} 2")).await;
    assert_eq!(said, "octo/hello#3: answered\n");
    served.settled(asked, "in-review").await;

    let failed = setup.go("crash");
    served.settled(failed, "failed").await;
    let before = get(&served.admin, "/api/v1/sessions").await;
    let said = order(&setup, &served, &format!("retry octo/hello#{failed}")).await;
    assert!(
        said.starts_with(&format!("octo/hello#{failed}: ")),
        "{said}"
    );
    served.settled(failed, "failed").await;
    let after = get(&served.admin, "/api/v1/sessions").await;
    let count = |all: &serde_json::Value| all["sessions"].as_array().expect("a list").len();
    assert_eq!(count(&after), count(&before) + 1, "{after}");

    // Where nothing waits that is said, and what cannot be meant is refused.
    let said = order(&setup, &served, &format!("approve octo/hello#{approved}")).await;
    assert!(
        said.starts_with("octo/hello#1: ") && !said.contains("agreed"),
        "{said}"
    );
    let at = format!("--admin {}", served.admin);
    let (code, out, err) = skep(&format!("approve octo/none#1 {at}"), &setup.token()).await;
    assert!(code == Some(1) && !err.is_empty(), "{out}{err}");
    let (code, _, err) = skep(&format!("priority octo/hello#1 soon {at}"), &setup.token()).await;
    assert!(code == Some(2) && err.contains("high"), "{err}");
    served.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_issue_is_put_first_while_all_wait() {
    let setup = Setup::new().await;
    setup.hurry();
    let served = Served::start(&setup);
    order(&setup, &served, "pause").await;
    let [first, second] =
        ["A", "B"].map(|name| setup.go(&format!("write {name}.md: a\nsay Done.")));
    for issue in [first, second] {
        served.settled(issue, "queued").await;
    }
    let in_line = async || {
        let queue = get(&served.admin, "/api/v1/queue").await;
        let lines = queue["queue"].as_array().expect("a list").clone();
        let issues = lines.into_iter().map(|line| line["issue"].clone());
        issues.collect::<Vec<_>>()
    };
    assert_eq!(in_line().await, [json!(first), json!(second)]);
    let said = order(
        &setup,
        &served,
        &format!("priority octo/hello#{second} high"),
    )
    .await;
    assert_eq!(said, "octo/hello#2: its priority is set\n");
    assert_eq!(in_line().await, [json!(second), json!(first)]);
    order(&setup, &served, "resume").await;
    for issue in [first, second] {
        served.settled(issue, "in-review").await;
    }
    served.stop().await;
}
