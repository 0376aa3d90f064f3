//! Who may start work, who is told no, and whose words reach the agent.

use skep::core::ids::{IssueNumber, RepositoryName};
use skep::http::Target;
use skep_simulator::fault::{Fault, FaultRule};
use skep_simulator::world::PullDraft;
use skep_simulator::world::content::IssueEdit;

use crate::house::{HOLD, House};

const WRITES: &str = "Please.\n\n```skep-demo\nwrite NOTE.md: hello\nsay Wrote it.\n```\n";

async fn labeled_by(house: &mut House, who: &str) -> IssueNumber {
    let issue = house.issue("Add a note", WRITES, &[]);
    house.label_by(who, issue, "agent:go");
    house.settle_all().await;
    issue
}

#[tokio::test(flavor = "multi_thread")]
async fn write_maintain_admin_and_a_custom_role_on_write_may_start() {
    let mut house = House::new().await;
    house
        .simulator
        .set_permission(house.repository, "mia", "maintain")
        .expect("a permission");
    house
        .simulator
        .set_permission(house.repository, "ada", "admin")
        .expect("a permission");
    house
        .simulator
        .set_custom_role(house.repository, "cem", "release-crew", "write")
        .expect("a role");
    for who in ["ana", "mia", "ada", "cem"] {
        let issue = labeled_by(&mut house, who).await;
        assert_eq!(
            house.state(issue).await,
            "in-review",
            "{who}\n{}",
            house.thread(issue)
        );
    }
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn less_than_write_is_told_no_and_nothing_starts() {
    let mut house = House::new().await;
    house
        .simulator
        .set_permission(house.repository, "rob", "read")
        .expect("a permission");
    house
        .simulator
        .set_custom_role(house.repository, "cleo", "sorter", "triage")
        .expect("a role");
    for who in ["stranger", "rob", "tina", "cleo"] {
        let issue = labeled_by(&mut house, who).await;
        assert_eq!(house.state(issue).await, "refused", "{who}");
        insta::assert_snapshot!(format!("refused_{who}"), house.told(issue));
    }
    assert!(house.pulls().is_empty() && house.live().await == 0);
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_whose_template_carries_the_label_starts_nothing() {
    let mut house = House::new().await;
    let issue = house.issue_by(
        "stranger",
        "Do my homework",
        WRITES,
        &["agent:go", "role:swe"],
    );
    house.settle_all().await;
    assert_eq!(house.state(issue).await, "refused");
    assert!(house.prompts(issue).await.is_empty());
    assert_eq!(
        house.our_comments(issue).len(),
        1,
        "{}",
        house.thread(issue)
    );
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_is_said_once_however_often_it_is_tried() {
    let mut house = House::new().await;
    let issue = labeled_by(&mut house, "stranger").await;
    house.unlabel(issue, "agent:go");
    house.settle_all().await;
    house.label_by("stranger", issue, "agent:go");
    house.settle_all().await;
    assert_eq!(
        house.our_comments(issue).len(),
        1,
        "{}",
        house.thread(issue)
    );
    // And then somebody who may: the same comment tells it.
    house.unlabel(issue, "agent:go");
    house.label(issue, "agent:go");
    house.settle_all().await;
    assert_eq!(house.state(issue).await, "in-review");
    assert_eq!(house.our_comments(issue).len(), 1);
    insta::assert_snapshot!(house.told(issue));
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bots_start_nothing_unless_they_are_allowed() {
    let mut house = House::with(|plan| plan.allowed_bots = vec!["friend[bot]".into()]).await;
    house.simulator.create_bot("other[bot]");
    for bot in ["other[bot]", "friend[bot]"] {
        house
            .simulator
            .set_permission(house.repository, bot, "write")
            .expect("a permission");
    }
    let other = labeled_by(&mut house, "other[bot]").await;
    assert_eq!(house.state(other).await, "refused");
    insta::assert_snapshot!(house.told(other));
    let ours = labeled_by(&mut house, "skep[bot]").await;
    let nothing = (
        house.state(ours).await,
        house.our_comments(ours).len(),
        house.reactions(ours).len(),
    );
    assert_eq!(
        nothing,
        ("unknown".to_owned(), 0, 0),
        "what starts nothing is not even remembered"
    );
    let friend = labeled_by(&mut house, "friend[bot]").await;
    assert_eq!(
        house.state(friend).await,
        "in-review",
        "{}",
        house.thread(friend)
    );
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_permission_that_cannot_be_read_is_no_permission() {
    let mut house = House::new().await;
    let broken = FaultRule::next(
        "GET",
        "/repos/*/*/collaborators/*/permission",
        Fault::BadGateway,
    )
    .times(100);
    house.simulator.add_fault(broken);
    let issue = labeled_by(&mut house, "ana").await;
    assert_eq!(house.state(issue).await, "refused");
    let asked = house.calls("GET", "/collaborators/ana/permission");
    assert!(
        (2..=20).contains(&asked),
        "retried, and not for ever: {asked}"
    );
    insta::assert_snapshot!(house.told(issue));
    // When GitHub is well again, the label starts it.
    house.simulator.clear_faults();
    house.unlabel(issue, "agent:go");
    house.label(issue, "agent:go");
    house.settle_all().await;
    assert_eq!(house.state(issue).await, "in-review");
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_bad_answer_about_a_permission_is_asked_again() {
    let mut house = House::new().await;
    house.simulator.add_fault(FaultRule::next(
        "GET",
        "/repos/*/*/collaborators/*/permission",
        Fault::BadGateway,
    ));
    let issue = labeled_by(&mut house, "ana").await;
    assert_eq!(
        house.state(issue).await,
        "in-review",
        "{}",
        house.thread(issue)
    );
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_right_lost_while_the_agent_worked_publishes_nothing() {
    let mut house = House::new().await;
    let issue = house.go(
        "Add a note",
        &format!("write NOTE.md: hello\n{HOLD}\nsay Wrote it."),
    );
    house.until_working(issue).await;
    house
        .simulator
        .set_permission(house.repository, "ana", "read")
        .expect("a permission");
    house.let_go().await;
    house.settle_all().await;
    assert_eq!(house.state(issue).await, "failed");
    assert!(house.pulls().is_empty());
    assert_eq!(house.simulator.branches(house.repository), ["main"]);
    insta::assert_snapshot!(house.told(issue));
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_words_that_stood_at_the_trigger_reach_the_agent() {
    let mut house = House::new().await;
    let (home, second) = (house.repository, std::time::Duration::from_secs(1));
    let issue = house.issue("Add a note", WRITES, &[]);
    house.advance(second);
    house
        .simulator
        .comment(home, issue, "ben", "Kept: use British spelling.")
        .expect("a comment");
    let edited = house
        .simulator
        .comment(home, issue, "ben", "First harmless.")
        .expect("a comment");
    house.advance(second);
    house.label(issue, "agent:go");
    house.advance(second);
    let edit = IssueEdit {
        title: Some("EVIL title".into()),
        body: Some("EVIL body".into()),
        ..IssueEdit::default()
    };
    house
        .simulator
        .edit_issue(home, issue, edit, "stranger")
        .expect("an edit");
    house
        .simulator
        .edit_comment(home, edited, "ben", "EVIL edit")
        .expect("an edit");
    house
        .simulator
        .comment(home, issue, "stranger", "EVIL comment")
        .expect("a comment");
    house.settle_all().await;
    let prompts = house.prompts(issue).await;
    assert_eq!(prompts.len(), 1);
    assert!(
        prompts[0].contains("Kept: use British spelling.") && prompts[0].contains("Add a note")
    );
    assert!(
        !prompts[0].contains("EVIL") && !prompts[0].contains("First harmless"),
        "{}",
        prompts[0]
    );
    assert_eq!(house.the_pull().issue.title, "Add a note");
    // A second run quotes no word of ours.
    house.unlabel(issue, "agent:go");
    house.label(issue, "agent:go");
    house.settle_all().await;
    let prompts = house.prompts(issue).await;
    assert_eq!(prompts.len(), 2);
    assert!(
        !prompts[1].contains("skep[bot]") && !prompts[1].contains("In review"),
        "{}",
        prompts[1]
    );
    assert!(
        prompts[1].contains("EVIL comment"),
        "what stands at the second trigger is quoted"
    );
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_operator_dispatches_one_or_several_or_a_label() {
    let mut house = House::new().await;
    let name = house.simulator.name(house.repository).expect("a name");
    let name: RepositoryName = name.parse().expect("owner/name");
    let issues: Vec<IssueNumber> = (0..3)
        .map(|_| house.issue("Add a note", WRITES, &["batch"]))
        .collect();
    house.settle_all().await;
    let one = Target::Issues {
        repository: name.clone(),
        issues: vec![issues[0]],
    };
    let batch = house.dispatch(vec![one]).await.expect("a batch");
    assert_eq!(
        (batch.successful.len(), batch.failed.len(), batch.total),
        (1, 0, 1),
        "{batch:?}"
    );
    house.settle_all().await;
    assert_eq!(
        house.state(issues[0]).await,
        "in-review",
        "the operator needs no label"
    );
    let rest = Target::Labeled {
        repository: name,
        label: "batch".into(),
    };
    house
        .simulator
        .close_issue(house.repository, issues[2], "ana")
        .expect("closed");
    let batch = house.dispatch(vec![rest]).await.expect("a batch");
    let started: Vec<String> = batch
        .successful
        .iter()
        .map(|one| format!("{} {}", one.issue, one.session))
        .collect();
    assert_eq!(
        (started.len(), batch.total, batch.in_review),
        (1, 1, 1),
        "all open ones but for those in review: {batch:?}"
    );
    house.settle_all().await;
    assert_eq!(house.state(issues[1]).await, "in-review");
    assert!(
        house
            .pull_for(issues[1])
            .issue
            .body
            .contains("Requested by the operator of this server")
    );
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dispatch_of_a_paused_issue_lets_its_session_go_on() {
    let mut house = House::new().await;
    let issue = house.go("Add a note", "write A.md: a\nwait 300");
    house
        .until("it works", |house| {
            house.session_dir(issue, 1).join("work/A.md").exists()
        })
        .await;
    house.unlabel(issue, "agent:go");
    house.settle().await;
    assert_eq!(house.state(issue).await, "paused");
    let name = house.simulator.name(house.repository).expect("a name");
    let name: RepositoryName = name.parse().expect("owner/name");
    let batch = house
        .dispatch(vec![Target::Issues {
            repository: name,
            issues: vec![issue],
        }])
        .await
        .expect("a batch");
    assert_eq!(
        (batch.successful.len(), batch.failed.len()),
        (1, 0),
        "{batch:?}"
    );
    house.settle_all().await;
    assert_eq!(
        house.state(issue).await,
        "in-review",
        "{}",
        house.thread(issue)
    );
    assert!(
        house.labels(issue).contains(&"agent:go".to_owned()),
        "the switch is on again"
    );
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dispatch_names_what_failed_and_why() {
    let mut house = House::with(|plan| plan.limits.sessions = 1).await;
    let (home, name) = (
        house.repository,
        house
            .simulator
            .name(house.repository)
            .expect("a name")
            .parse::<RepositoryName>()
            .expect("owner/name"),
    );
    let busy = house.go("Busy", "wait 300");
    house.until_working(busy).await;
    let queued = house.go("Queued", "say Done.");
    house
        .until("it waits", |house| {
            house.labels(queued).contains(&"agent:queued".to_owned())
        })
        .await;
    let closed = house.issue("Closed", WRITES, &[]);
    house
        .simulator
        .close_issue(home, closed, "ana")
        .expect("closed");
    house
        .simulator
        .push_to_branch(home, "feature", &[("x.txt", "x")], "ana")
        .await
        .expect("a push");
    let draft = PullDraft {
        title: "A pull".into(),
        head: "feature".into(),
        base: "main".into(),
        ..PullDraft::default()
    };
    let pull = house
        .simulator
        .open_pull(home, "ana", draft)
        .await
        .expect("a pull request");
    let good = house.issue("Good", WRITES, &[]);
    let issues = vec![
        busy,
        queued,
        closed,
        IssueNumber(pull),
        IssueNumber(999),
        good,
    ];
    let batch = house
        .dispatch(vec![Target::Issues {
            repository: name,
            issues,
        }])
        .await
        .expect("a batch");
    insta::assert_debug_snapshot!(batch);
    house.unlabel(busy, "agent:go");
    house.settle_all().await;
    let unknown = "nobody/nothing".parse().expect("a name");
    let nothing = house
        .dispatch(vec![Target::Issues {
            repository: unknown,
            issues: vec![IssueNumber(1)],
        }])
        .await;
    insta::assert_snapshot!(
        nothing
            .expect_err("there is no such repository")
            .to_string()
    );
    house.done().await;
}
