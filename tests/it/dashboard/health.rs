//! What is out of order is not shown as in order, what was ignored says why, and what is used up is told.

use skep::core::agent::AgentSpec;
use skep::core::ids::IssueNumber;
use skep::core::policy::Readiness;
use skep::core::role::built_in;

use super::site::Site;

/// The rows of a table that hold something.
fn rows<'a>(page: &'a str, with: &str) -> Vec<&'a str> {
    let rows = page.split("<tr").filter(|row| row.contains(with));
    rows.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_that_does_not_start_is_shown_with_what_is_wrong() {
    let site = Site::with(|plan| {
        let mut role = built_in(&"testing".parse().expect("a name")).expect("a role");
        role.agent = Some("other".into());
        plan.roles = vec![role];
        plan.more_agents = vec![AgentSpec::new("other", vec!["/nowhere/agent".into()])];
        plan.readiness = Readiness::Block;
    })
    .await;
    let mut person = site.person();
    let before = person.get("/agents").await.body;
    assert!(
        rows(&before, "<td>other").join("").contains("not tried"),
        "nobody knows yet: {before}"
    );
    site.app.go("Fine", "write A.md: a");
    site.app.go_as("Held", "write B.md: b", &["role:testing"]);
    let page = person
        .until("/agents", "does not start on this server")
        .await;
    let other = rows(&page, "<td>other").join("");
    assert!(
        other.contains("does not start on this server: ") && other.contains("since"),
        "{other}"
    );
    assert!(!other.contains("in order"), "{other}");
    let demo = person.until("/agents", ">in order<").await;
    assert!(rows(&demo, "<td>demo").join("").contains(">in order<"));
    let page = person.until("/", "The agent other: does not start").await;
    assert!(page.contains("class=\"troubles\""), "{page}");
    site.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repository_that_is_off_or_shut_says_so() {
    let site = Site::with(|plan| plan.issues.off = vec!["octo/closed".to_owned()]).await;
    site.in_review().await;
    let mut person = site.person();
    let page = person.until("/repositories", ">in order<").await;
    let off = rows(&page, "octo/closed").join("");
    assert!(off.contains("switched off by the operator"), "{page}");
    let installation = site.app.simulator.installation(site.app.repository);
    let installation = installation.expect("an installation");
    let suspended = site.app.simulator.suspend(installation);
    suspended.expect("suspended");
    let page = person.until("/repositories", "is suspended").await;
    assert!(!page.contains(">in order<"), "{page}");
    let open = site.app.simulator.unsuspend(installation);
    open.expect("open again");
    person.until("/repositories", ">in order<").await;
    site.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_that_changes_nothing_says_why() {
    let site = Site::open().await;
    let issue = site.app.issue("Colors", "Please.", &[]);
    site.app.label(issue, "bug");
    let mut person = site.person();
    let page = person.until("/deliveries", "means nothing here").await;
    let labeled = rows(&page, "means nothing here").join("");
    assert!(labeled.contains(">ignored<"), "{labeled}");
    assert!(labeled.contains("<strong>issues</strong>"), "{labeled}");
    site.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_merged_pull_request_is_a_row_of_the_outcomes() {
    let site = Site::open().await;
    let issue = site.in_review().await;
    let (app, github) = (&site.app, &site.app.simulator);
    let pull = IssueNumber(app.pull_for(issue).issue.number);
    let ready = github.mark_ready(app.repository, pull, "ana");
    ready.expect("ready");
    let merged = github.merge(app.repository, pull, "ana").await;
    merged.expect("merged");
    let mut person = site.person();
    let page = person.until("/outcomes", ">merged</span>").await;
    let row = rows(&page, &format!(">#{}</a>", pull.0)).join("");
    assert!(row.contains(">merged</span>"), "{row}");
    assert!(row.contains(&format!("octo/hello#{issue}")), "{row}");
    assert!(row.contains("<td>demo</td>"), "{row}");
    site.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_left_of_requests_and_budgets_is_told() {
    let site = Site::with(|plan| plan.limits.issue_tokens = 1_000).await;
    let script = "usage answers\nspend 400 50\nask Which one? | This | That\nsay {answer}";
    let issue = site.app.go("Choose", script);
    site.until(issue, "needs-you").await;
    let mut person = site.person();
    let page = person.until("/", "450 of 1k tokens").await;
    assert!(
        page.contains(&format!("aria-label=\"octo/hello#{issue} tokens\"")),
        "{page}"
    );
    assert!(page.contains("Requests in an hour (installation"), "{page}");
    assert!(page.contains(" left</meter>"), "{page}");
    site.close().await;
}
