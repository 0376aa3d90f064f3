//! What an owner takes back ends at once and leaves nothing here; what is only shut for a while, or moves, goes on (R25, R26).

use skep::core::ids::{InstallationId, IssueNumber};
use skep::store::EffectFilter;

use crate::house::House;
use crate::stories::follow::with;

/// An agent that would be at it for longer than any story waits.
const LONG: &str = "write NOTE.md: hello\nwait 600\nsay Wrote it.";

fn installation(house: &House) -> InstallationId {
    let installation = house.simulator.installation(house.repository);
    InstallationId(installation.expect("an installation"))
}

async fn at_work(house: &mut House, script: &str) -> IssueNumber {
    let issue = house.go("Add a note", script);
    house.until_event(issue, "session.running").await;
    issue
}

/// The session is over, and its repository's mirror and folders are gone.
async fn nothing_is_left(mut house: House, issue: IssueNumber) {
    assert!(
        mirror(&house).exists() && house.session_dir(issue, 1).exists(),
        "there is something to remove"
    );
    house.settle_all().await;
    assert_eq!(
        (house.state(issue).await.as_str(), house.live().await),
        ("cancelled", 0)
    );
    assert!(house.pulls().is_empty());
    assert!(
        !house.session_dir(issue, 1).exists() && !mirror(&house).exists(),
        "it was taken away"
    );
    house.done().await;
}

fn mirror(house: &House) -> std::path::PathBuf {
    house
        .app()
        .runner
        .services()
        .git
        .mirror_path(house.repository)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_uninstalled_app_stops_at_once_and_keeps_nothing() {
    let mut house = House::new().await;
    let issue = at_work(&mut house, LONG).await;
    house
        .simulator
        .uninstall(installation(&house))
        .expect("uninstalled");
    nothing_is_left(house, issue).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repository_taken_out_of_the_installation_is_let_go() {
    let mut house = House::new().await;
    let issue = at_work(&mut house, LONG).await;
    house
        .simulator
        .set_installed(house.repository, false)
        .expect("taken away");
    nothing_is_left(house, issue).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_left_of_work_that_is_over_goes_as_well() {
    let mut house = House::new().await;
    let issue = house.go("Add a note", "write NOTE.md: hello");
    house.settle_all().await;
    assert_eq!(house.state(issue).await, "in-review");
    assert!(mirror(&house).exists());
    house
        .simulator
        .set_installed(house.repository, false)
        .expect("taken away");
    house.settle_all().await;
    assert!(!mirror(&house).exists());
    assert_eq!(
        house.state(issue).await,
        "in-review",
        "the pull request is the owner's"
    );
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_agent_of_a_suspended_installation_is_interrupted_and_goes_on_afterwards() {
    let mut house = House::new().await;
    let issue = at_work(&mut house, "write NOTE.md: hello\nwait 3\nsay Wrote it.").await;
    house
        .simulator
        .suspend(installation(&house))
        .expect("suspended");
    house.settle().await;
    let open = EffectFilter {
        open: Some(true),
        ..EffectFilter::default()
    };
    let open = house.store().effects(&open, 100).await.expect("effects");
    let kinds: Vec<&str> = open.iter().map(|look| look.effect.kind.as_str()).collect();
    assert!(kinds.contains(&"run_turn"), "the turn waits: {kinds:?}");
    assert!(
        !house
            .timeline(issue)
            .await
            .iter()
            .any(|name| name == "session.idle"),
        "it was not finished"
    );
    house.no_zombies().await;
    house
        .simulator
        .unsuspend(installation(&house))
        .expect("unsuspended");
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
async fn work_in_an_archived_repository_is_held_and_goes_on_when_it_is_writable_again() {
    let mut house = House::new().await;
    let issue = at_work(&mut house, "write NOTE.md: hello\nwait 3\nsay Wrote it.").await;
    house
        .simulator
        .archive(house.repository, true)
        .expect("archived");
    house.settle_all().await;
    assert_eq!(
        (house.state(issue).await.as_str(), house.live().await),
        ("paused", 0)
    );
    assert_eq!(
        house.kept(issue, 1, "NOTE.md").as_deref(),
        Some("hello\n"),
        "what was made so far is kept"
    );
    house
        .simulator
        .archive(house.repository, false)
        .expect("writable again");
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
async fn a_repository_that_moves_to_another_owner_with_the_app_keeps_its_work() {
    let mut house = House::new().await;
    house
        .simulator
        .create_repository("umbrella", "other", &[("README.md", "# Other\n")])
        .await
        .expect("a repository");
    let issue = at_work(&mut house, "write NOTE.md: hello\nwait 1\nsay Wrote it.").await;
    let before = installation(&house);
    house
        .simulator
        .rename_repository(house.repository, "umbrella", "hello")
        .expect("moved");
    assert_ne!(
        installation(&house),
        before,
        "another installation covers it"
    );
    house.settle_all().await;
    assert_eq!(
        house.state(issue).await,
        "in-review",
        "{}",
        house.thread(issue)
    );
    assert_eq!(house.pulls().len(), 1);
    house.done().await;
}

/// A revision that is cut off leaves no task in review with nobody to revise anything; once GitHub tells of the pull request
/// again, it is in review again.
#[tokio::test(flavor = "multi_thread")]
async fn a_revision_whose_repository_is_taken_away_is_stopped_until_it_is_given_back() {
    let mut house = House::new().await;
    let issue = house.go("Add a note", "write NOTE.md: hello");
    house.settle_all().await;
    let pull = IssueNumber(house.the_pull().issue.number);
    house.advance(std::time::Duration::from_secs(60));
    house.say(
        "ana",
        pull,
        &with("/agent make it longer", "write MORE.md: more\nwait 600"),
    );
    let more = house.session_dir(issue, 1).join("work/MORE.md");
    house.until("the revision is on", |_| more.exists()).await;
    house
        .simulator
        .set_installed(house.repository, false)
        .expect("taken away");
    house.settle_all().await;
    assert_eq!(
        (house.state(issue).await.as_str(), house.live().await),
        ("cancelled", 0)
    );
    house
        .simulator
        .set_installed(house.repository, true)
        .expect("given back");
    house.settle_all().await;
    house.say(
        "ana",
        pull,
        &with(
            "/agent make it louder",
            "write NOTE.md: HELLO\nfinish Louder.",
        ),
    );
    house.settle_all().await;
    assert_eq!(
        house.state(issue).await,
        "in-review",
        "{}",
        house.thread(issue)
    );
    assert_eq!(
        house.made(issue, "NOTE.md").await.as_deref(),
        Some("HELLO\n"),
        "{}",
        house.thread(issue)
    );
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_agent_that_waits_in_a_suspended_installation_is_ended_at_once_and_goes_on_afterwards()
{
    let mut house = House::new().await;
    let issue = house.go(
        "Choose a colour",
        "ask Which colour? | red | blue\nwrite GREETING.md: {answer}\nsay Done.",
    );
    house.settle().await;
    assert_eq!(
        (
            house.state(issue).await.as_str(),
            house.runner().services().agents.live().len()
        ),
        ("needs-you", 1)
    );
    house
        .simulator
        .suspend(installation(&house))
        .expect("suspended");
    house.settle().await;
    assert_eq!(
        house.runner().services().agents.live().len(),
        0,
        "its process is gone"
    );
    assert_eq!(
        house.state(issue).await,
        "needs-you",
        "and its question stays"
    );
    house
        .simulator
        .unsuspend(installation(&house))
        .expect("unsuspended");
    house.settle().await;
    house.reply(issue, "2").await;
    house.settle_all().await;
    assert_eq!(
        house.state(issue).await,
        "in-review",
        "{}",
        house.thread(issue)
    );
    assert_eq!(
        house.made(issue, "GREETING.md").await.as_deref(),
        Some("blue\n"),
        "{}",
        house.thread(issue)
    );
    house.done().await;
}
