//! Without room on the disk nothing starts, and whoever waits is told why. (What one session may take: `knobs::disk`.)

use crate::house::House;

#[tokio::test(flavor = "multi_thread")]
async fn without_room_nothing_starts_and_whoever_waits_is_told_why() {
    let mut house = House::new().await;
    house.engine().set_short(true).await.expect("told");
    let issue = house.go("Add a note", "write NOTE.md: hello");
    house.settle_all().await;
    assert_eq!(house.state(issue).await, "queued");
    let said = house.our_comments(issue).remove(0);
    assert!(
        said.contains("waiting for room on the server, whose disk is nearly full"),
        "{said}"
    );
    house.engine().set_short(false).await.expect("told");
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
async fn whoever_waits_for_a_slot_hears_when_it_is_room_that_lacks() {
    let mut house = House::with(|plan| plan.limits.sessions = 1).await;
    let first = house.go("First", "write A.md: a\nwait 1");
    house.until_event(first, "session.running").await;
    let second = house.go("Second", "write B.md: b");
    house.nudge().await;
    house.engine().set_short(true).await.expect("told");
    house.settle_all().await;
    let said = house.our_comments(second).remove(0);
    assert!(said.contains("whose disk is nearly full"), "{said}");
    assert_eq!(
        house.state(first).await,
        "in-review",
        "what was at work goes on"
    );
    house.engine().set_short(false).await.expect("told");
    house.settle_all().await;
    assert_eq!(
        house.state(second).await,
        "in-review",
        "{}",
        house.thread(second)
    );
    house.done().await;
}
