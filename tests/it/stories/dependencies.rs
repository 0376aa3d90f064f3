//! What an issue waits for, told by every way people have to say it, is known to its task a moment later.

use skep::core::dependency::{Dependencies, Source, Standing, Unknown};
use skep::core::effect::EffectKind;
use skep::core::ids::{IssueNumber, TaskKey};
use skep::core::task::Task;
use skep_simulator::fault::{Fault, FaultRule};
use skep_simulator::world::{IssueDraft, Offered};

use super::conversation::asked;
use crate::test_app::TestApp;

const ASK: &str = "ask Which colour? | red | blue\nwrite GREETING.md: {answer}";

impl TestApp {
    async fn task(&self, issue: IssueNumber) -> Task {
        let key = TaskKey::new(self.repository, issue);
        let row = self
            .store()
            .task(key)
            .await
            .expect("a read")
            .expect("a task");
        serde_json::from_str(&row.body).expect("a task")
    }
}

/// `#2 Open by Body "Depends on #2"`, then what is not known.
fn shown(found: &Dependencies) -> Vec<String> {
    let blockers = found.blockers.iter().map(|one| {
        let (key, name) = (one.issue.key, &one.issue.name);
        let pull = if one.is_pull { " (a pull request)" } else { "" };
        format!(
            "{name}#{} {:?}{pull} by {:?} {:?}",
            key.issue, one.standing, one.source, one.evidence
        )
    });
    let unresolved = found.unresolved.iter().map(|one| {
        let name = one.repository.as_ref().map(ToString::to_string);
        format!("{}#{} {:?}", name.unwrap_or_default(), one.number, one.why)
    });
    blockers.chain(unresolved).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_way_to_say_it_is_read() {
    let (mut app, issue) = asked(ASK).await;
    let home = app.repository;
    let [second, third, fourth] =
        ["Second", "Third", "Fourth"].map(|title| app.issue(title, "", &[]));
    app.simulator
        .block((home, issue), (home, second), "ana")
        .expect("blocked");
    app.simulator
        .sub_issue((home, fourth), (home, issue), "ana")
        .expect("a part");
    app.settle().await;
    let found = app.task(issue).await.dependencies;
    assert_eq!(shown(&found), ["octo/hello#2 Open by GitHub \"\""]);
    assert_eq!(found.parent.map(|parent| parent.key.issue), Some(fourth));
    app.label(issue, "depends:issue-3");
    app.settle().await;
    app.simulator
        .close_as((home, third), "not_planned", "ana")
        .expect("closed");
    let root = app.simulator.api_url();
    let body = format!(
        "Depends on #2, #1, #99 and {root}/octo/hello/issues/4.\n\nBlocked by acme/secret#1.\n\n> Depends on #77"
    );
    app.simulator
        .edit_body(home, issue, &body, "ana")
        .expect("edited");
    app.settle().await;
    let found = app.task(issue).await.dependencies;
    let words = "Depends on #2, #1, #99 and";
    let expected = [
        format!("octo/hello#1 Open by Body \"{words} {root}/octo/hello/issues/4.\""),
        "octo/hello#2 Open by GitHub \"\"".to_owned(),
        "octo/hello#3 NotPlanned by Label \"depends:issue-3\"".to_owned(),
        format!("octo/hello#4 Open by Body \"{words} {root}/octo/hello/issues/4.\""),
        "#99 Missing".to_owned(),
        "acme/secret#1 Unreadable".to_owned(),
    ];
    assert_eq!(shown(&found), expected);
    assert_eq!((found.hidden, found.cut), (0, 0));
    assert_eq!(found.open().count(), 3);
    app.simulator
        .unblock((home, issue), (home, second), "ana")
        .expect("free");
    app.unlabel(issue, "depends:issue-3");
    app.simulator
        .edit_body(home, issue, "Nothing.", "ana")
        .expect("edited");
    app.settle().await;
    assert_eq!(shown(&app.task(issue).await.dependencies), [""; 0]);
    app.leave_unfinished();
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_server_knows_what_is_written() {
    let (mut app, issue) = asked(ASK).await;
    app.simulator.set_relations(Offered {
        dependencies: false,
        sub_issues: false,
    });
    app.issue("Second", "", &[]);
    app.simulator
        .edit_body(app.repository, issue, "Depends on #2", "ana")
        .expect("edited");
    app.settle().await;
    let found = app.task(issue).await.dependencies;
    assert_eq!(
        shown(&found),
        ["octo/hello#2 Open by Body \"Depends on #2\""]
    );
    assert_eq!(found.blockers[0].source, Source::Body);
    app.leave_unfinished();
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn more_repositories_than_are_looked_into_are_named_as_such() {
    let (mut app, issue) = asked(ASK).await;
    let lines: Vec<String> = (1..=25)
        .map(|n| format!("Depends on acme/r{n:02}#1"))
        .collect();
    app.simulator
        .edit_body(app.repository, issue, &lines.join("\n"), "ana")
        .expect("edited");
    app.settle().await;
    let found = app.task(issue).await.dependencies;
    let of = |why| found.unresolved.iter().filter(|one| one.why == why).count();
    assert_eq!((of(Unknown::Unreadable), of(Unknown::TooMany)), (20, 5));
    app.leave_unfinished();
    app.done().await;
}

/// The App is on that account as well, but by another installation.
#[tokio::test(flavor = "multi_thread")]
async fn what_github_counts_and_does_not_show_is_counted() {
    let (mut app, issue) = asked(ASK).await;
    let (home, second) = (app.repository, app.issue("Second", "", &[]));
    let acme = app.simulator.create_repository("acme", "theirs", &[]);
    let acme = acme.await.expect("a repository");
    let draft = IssueDraft {
        title: "Theirs".into(),
        ..IssueDraft::default()
    };
    let theirs = app.simulator.open_issue(acme, "acme", draft);
    let theirs = theirs.expect("an issue");
    for blocker in [(home.0, second.0), (acme, theirs)] {
        app.simulator
            .block((home, issue), blocker, "ana")
            .expect("blocked");
    }
    app.settle().await;
    let found = app.task(issue).await.dependencies;
    assert_eq!(shown(&found), ["octo/hello#2 Open by GitHub \"\""]);
    assert_eq!(found.hidden, 1);
    app.leave_unfinished();
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn five_hundred_on_one_issue_are_read_and_what_is_beyond_is_counted() {
    let (mut app, issue) = asked(ASK).await;
    let second = app.issue("Second", "", &[]);
    let names: Vec<String> = (2..=511).map(|n| format!("#{n}")).collect();
    let body = format!("Depends on {}", names.join(", "));
    app.simulator
        .edit_body(app.repository, issue, &body, "ana")
        .expect("edited");
    let before = app.simulator.calls().len();
    app.settle().await;
    let found = app.task(issue).await.dependencies;
    assert_eq!(
        (found.blockers.len(), found.unresolved.len(), found.cut),
        (1, 499, 10)
    );
    assert_eq!(found.blockers[0].issue.key.issue, second);
    let calls = app.simulator.calls().len() - before;
    assert!((500..530).contains(&calls), "each once: {calls}");
    app.leave_unfinished();
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_read_is_said_and_read_again_with_the_next_news() {
    let (mut app, issue) = asked(ASK).await;
    let (home, second) = (app.repository, app.issue("Second", "", &[]));
    let fault = FaultRule::next(
        "GET",
        "/repos/*/*/issues/*/dependencies/blocked_by",
        Fault::BadGateway,
    );
    app.simulator.add_fault(fault.times(1_000));
    app.simulator
        .block((home, issue), (home, second), "ana")
        .expect("blocked");
    let said = "What this issue waits for could not be read. GitHub did not answer.";
    let told = app
        .settle_until(|app| app.status(issue).contains(said))
        .await;
    assert!(told, "{}", app.status(issue));
    assert_eq!(app.task(issue).await.dependencies.read_at, None);
    app.simulator.clear_faults();
    app.simulator
        .close_as((home, second), "completed", "ana")
        .expect("closed");
    app.label(issue, "depends:#2");
    app.settle().await;
    let found = app.task(issue).await.dependencies;
    assert_eq!(found.blockers[0].standing, Standing::Completed);
    assert!(app.tries(EffectKind::ReadDependencies.name()).await.1 >= 1);
    app.leave_unfinished();
    app.done().await;
}
