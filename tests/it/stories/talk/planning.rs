//! A plan first: nothing is changed before a person approves it, whatever the agent does.

use skep::core::ids::IssueNumber;
use skep::core::role;

use crate::house::House;

const PLANS: &str = "write SNEAKY.md: early\nplan read | write\nsay I would write a greeting.";
const WORK: &str = "\n\n```skep-demo\nwrite GREETING.md: hello\nsay Written.\n```";

/// The plan waits, and nothing was changed.
async fn waits(house: &House, issue: IssueNumber) {
    assert_eq!(
        house.state(issue).await,
        "needs-you",
        "{}",
        house.thread(issue)
    );
    assert!(
        house.labels(issue).contains(&"agent:needs-you".to_owned()),
        "{:?}",
        house.labels(issue)
    );
    assert!(
        !house.ours_with(issue, "here is my plan").is_empty(),
        "{}",
        house.thread(issue)
    );
    assert_eq!(house.assignees(issue), ["ana"]);
}

async fn approved(house: &mut House, issue: IssueNumber) {
    house.reply(issue, &format!("/agent approve{WORK}")).await;
    house.settle_all().await;
    assert_eq!(
        house.state(issue).await,
        "in-review",
        "{}",
        house.thread(issue)
    );
    assert_eq!(
        house.made(issue, "GREETING.md").await.as_deref(),
        Some("hello\n")
    );
    assert_eq!(
        house.made(issue, "SNEAKY.md").await,
        None,
        "what the plan turn wrote is not in it"
    );
    assert_eq!(house.assignees(issue), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_by_label_waits_for_approval_and_changes_nothing_before() {
    for process in [false, true] {
        let mut house = House::with(|plan| plan.process = process).await;
        let issue = house.go_as("Add a greeting", PLANS, &["agent:plan"]);
        house.settle().await;
        waits(&house, issue).await;
        if !process {
            insta::assert_snapshot!("plan", house.talk(issue));
        }
        approved(&mut house, issue).await;
        if !process {
            insta::assert_snapshot!("approved", house.talk(issue));
        }
        house.done().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_comment_on_the_plan_makes_another() {
    let mut house = House::new().await;
    let issue = house.go_as("Add a greeting", PLANS, &["agent:plan"]);
    house.settle().await;
    waits(&house, issue).await;
    house
        .reply(issue, "Louder, please.\n\n```skep-demo\nwrite SNEAKY.md: again\nsay I would write it in capitals.\n```")
        .await;
    waits(&house, issue).await;
    assert_eq!(
        house.ours_with(issue, "here is my plan").len(),
        2,
        "{}",
        house.thread(issue)
    );
    insta::assert_snapshot!(house.talk(issue));
    approved(&mut house, issue).await;
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_by_command_and_by_role() {
    let mut house = House::with(|plan| {
        let mut careful = role::built_in(&"swe".parse().expect("a role")).expect("swe");
        careful.name = "careful".parse().expect("a role");
        careful.plan = true;
        plan.roles.push(careful);
    })
    .await;
    let issue = house.issue(
        "Add a greeting",
        &format!("```skep-demo\n{PLANS}\n```"),
        &[],
    );
    house.reply(issue, "/agent plan").await;
    waits(&house, issue).await;
    approved(&mut house, issue).await;
    let issue = house.go_as("Add a greeting", PLANS, &["role:careful"]);
    house.settle().await;
    waits(&house, issue).await;
    approved(&mut house, issue).await;
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_survives_a_kill_and_a_pause() {
    let mut house = House::new().await;
    let issue = house.go_as("Add a greeting", PLANS, &["agent:plan"]);
    house.settle().await;
    house.crash_and_open().await;
    house.reply(issue, "/agent pause").await;
    assert_eq!(house.state(issue).await, "paused");
    house.reply(issue, "/agent approve").await;
    assert_eq!(
        house.state(issue).await,
        "paused",
        "a pause is a pause\n{}",
        house.thread(issue)
    );
    house.reply(issue, "/agent resume").await;
    waits(&house, issue).await;
    approved(&mut house, issue).await;
    house.done().await;
}
