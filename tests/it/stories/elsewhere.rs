//! The ground moves: repositories that are empty, archived or gone, an App that may not, issues that go away while an agent
//! works. It is said where it can be said, and nothing is asked for ever.

use std::time::Duration;

use skep::core::ids::{InstallationId, IssueNumber, RepositoryId};
use skep_simulator::RepositorySeed;
use skep_simulator::world::outgoing::Flow;

use crate::house::House;

const SCRIPT: &str = "write NOTE.md: hello\nsay Wrote it.";
const HELD: &str = "write NOTE.md: hello\nuntil-there ../home/go\nsay Wrote it.";

fn installation(house: &House) -> InstallationId {
    let installation = house.simulator.installation(house.repository);
    InstallationId(installation.expect("an installation"))
}

/// An issue whose agent is at work.
async fn at_work(house: &mut House) -> IssueNumber {
    let issue = house.go("Add a note", HELD);
    house.until_working(issue).await;
    issue
}

/// Lets everything come to rest: within so many calls, and then not one more for an hour.
async fn rests_within(house: &mut House, calls: usize) {
    let before = house.simulator.calls().len();
    house.let_go().await;
    house.settle_all().await;
    let made = house.simulator.calls().len() - before;
    let paths = || {
        house
            .simulator
            .calls()
            .split_off(before)
            .into_iter()
            .map(|call| format!("{} {}", call.method, call.path))
    };
    assert!(
        made <= calls,
        "{made} calls: {:#?}",
        paths().collect::<Vec<_>>()
    );
    let rested = house.simulator.calls().len();
    house.advance(Duration::from_secs(3_600));
    house.settle_all().await;
    assert_eq!(
        house.simulator.calls().len(),
        rested,
        "something is asked again and again"
    );
    assert_eq!(house.live().await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_repository_is_told_to_get_a_first_commit() {
    let mut house = House::new().await;
    let seed = RepositorySeed {
        owner: "octo",
        name: "void",
        default_branch: "trunk",
        private: false,
        files: &[],
    };
    let seeded = house.simulator.seed_repository(seed).await;
    house.repository = RepositoryId(seeded.expect("a repository"));
    house
        .simulator
        .set_permission(house.repository, "ana", "write")
        .expect("a permission");
    let issue = house.go("Add a note", SCRIPT);
    rests_within(&mut house, 25).await;
    assert_eq!(house.state(issue).await, "refused");
    insta::assert_snapshot!(house.our_comments(issue)[0]);
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_archived_repository_starts_nothing_and_nothing_is_tried_for_ever() {
    let mut house = House::new().await;
    house.simulator.set_flow(Flow::Held);
    let issue = house.go("Add a note", SCRIPT);
    house
        .simulator
        .archive(house.repository, true)
        .expect("archived");
    house.simulator.release();
    rests_within(&mut house, 25).await;
    assert_eq!(house.state(issue).await, "refused");
    assert!(house.prompts(issue).await.is_empty());
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn archived_while_working_nothing_is_pushed() {
    let mut house = House::new().await;
    let issue = at_work(&mut house).await;
    house
        .simulator
        .archive(house.repository, true)
        .expect("archived");
    rests_within(&mut house, 40).await;
    assert_eq!(house.state(issue).await, "paused");
    assert_eq!(house.simulator.branches(house.repository), ["main"]);
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_app_taken_away_ends_the_work_quietly() {
    let mut house = House::new().await;
    let issue = at_work(&mut house).await;
    let all = installation(&house);
    house.simulator.uninstall(all).expect("uninstalled");
    rests_within(&mut house, 60).await;
    // What GitHub refuses meanwhile may be known before its owner's wish is.
    assert!(["cancelled", "failed"].contains(&house.state(issue).await.as_str()));
    assert!(house.pulls().is_empty());
    house.done().await;
    let mut house = House::new().await;
    let issue = at_work(&mut house).await;
    house
        .simulator
        .set_installed(house.repository, false)
        .expect("taken away");
    rests_within(&mut house, 60).await;
    assert!(["cancelled", "failed"].contains(&house.state(issue).await.as_str()));
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_without_the_permission_says_which() {
    for permission in ["contents", "pull_requests"] {
        let mut house = House::new().await;
        let all = installation(&house);
        house
            .simulator
            .set_app_permission(all, permission, None)
            .expect("a permission");
        let issue = house.go("Add a note", "write NOTE.md: hello\nsay Wrote it.");
        rests_within(&mut house, 60).await;
        assert_ne!(house.state(issue).await, "in-review");
        let said = house.our_comments(issue).remove(0);
        assert!(said.contains(permission), "{said}");
        insta::assert_snapshot!(format!("without_{permission}"), said);
        house.done().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_that_may_not_even_speak_stays_calm() {
    let mut house = House::new().await;
    let all = installation(&house);
    house
        .simulator
        .set_app_permission(all, "issues", None)
        .expect("a permission");
    let issue = house.go("Add a note", "write NOTE.md: hello\nsay Wrote it.");
    rests_within(&mut house, 60).await;
    assert_ne!(house.state(issue).await, "in-review");
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_protected_default_branch_is_no_hindrance_and_a_renamed_one_is_followed() {
    let mut house = House::new().await;
    house
        .simulator
        .protect_branch(house.repository, "main")
        .expect("protected");
    let issue = at_work(&mut house).await;
    let main = house
        .simulator
        .branch_head(house.repository, "main")
        .expect("a branch");
    house
        .simulator
        .move_branch(house.repository, "trunk", Some(&main), "octo")
        .await
        .expect("a branch");
    house
        .simulator
        .set_default_branch(house.repository, "trunk")
        .expect("renamed");
    house.let_go().await;
    house.settle_all().await;
    assert_eq!(
        house.state(issue).await,
        "in-review",
        "{}",
        house.thread(issue)
    );
    assert_eq!(house.the_pull().base, "trunk");
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_renamed_repository_keeps_its_work() {
    let mut house = House::new().await;
    let issue = at_work(&mut house).await;
    house
        .simulator
        .rename_repository(house.repository, "octo", "renamed")
        .expect("renamed");
    house.let_go().await;
    house.settle_all().await;
    assert_eq!(
        house.state(issue).await,
        "in-review",
        "{}",
        house.thread(issue)
    );
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_issue_closed_while_working_stops_the_work_and_keeps_it() {
    let mut house = House::new().await;
    let issue = at_work(&mut house).await;
    house.advance(Duration::from_secs(1));
    house
        .simulator
        .close_issue(house.repository, issue, "ana")
        .expect("closed");
    rests_within(&mut house, 30).await;
    assert_eq!(house.state(issue).await, "cancelled");
    assert!(house.pulls().is_empty());
    assert!(
        house.our_comments(issue)[0].contains("closed the issue"),
        "{}",
        house.thread(issue)
    );
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_close_whose_webhook_is_lost_is_seen_before_the_push() {
    let mut house = House::new().await;
    let issue = at_work(&mut house).await;
    house.simulator.set_flow(Flow::Dropped);
    house
        .simulator
        .close_issue(house.repository, issue, "ana")
        .expect("closed");
    rests_within(&mut house, 40).await;
    assert_eq!(house.state(issue).await, "failed");
    assert!(house.pulls().is_empty());
    insta::assert_snapshot!(house.told(issue));
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_issue_deleted_or_moved_while_working_ends_the_work() {
    let mut house = House::new().await;
    let deleted = at_work(&mut house).await;
    house.advance(Duration::from_secs(1));
    house
        .simulator
        .delete_issue(house.repository, deleted, "octo")
        .expect("deleted");
    rests_within(&mut house, 40).await;
    assert_eq!(house.state(deleted).await, "cancelled");
    let moved = at_work(&mut house).await;
    let files = [("README.md", "# Other\n")];
    let other = house
        .simulator
        .create_repository("octo", "other", &files)
        .await
        .expect("a repository");
    house.advance(Duration::from_secs(1));
    let there = house
        .simulator
        .transfer_issue(house.repository, moved, other, "octo")
        .expect("moved");
    rests_within(&mut house, 60).await;
    assert_eq!(house.state(moved).await, "cancelled");
    assert!(house.pulls().is_empty());
    // In its new home nothing happens by itself.
    assert!(
        house.simulator.pulls(other).expect("pulls").is_empty(),
        "{}",
        house.simulator.thread(other, there).expect("a thread")
    );
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_branch_rule_that_forbids_ours_is_told_in_its_own_words() {
    let mut house = House::new().await;
    house
        .simulator
        .protect_branch(house.repository, "agent/1-add-a-note")
        .expect("protected");
    let issue = house.go("Add a note", "write NOTE.md: hello\nsay Wrote it.");
    rests_within(&mut house, 60).await;
    assert_eq!(house.state(issue).await, "failed");
    insta::assert_snapshot!(house.told(issue));
    house.done().await;
}
