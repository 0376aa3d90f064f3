//! Pushes: many at once do not get in each other's way, and what a host refuses is told in words that help.

use skep_simulator::fault::{Fault, FaultRule};

use crate::house::House;

#[tokio::test(flavor = "multi_thread")]
async fn ten_pushes_at_once_do_not_end_each_others_tokens() {
    let mut house = House::with(|plan| plan.limits.sessions = 10).await;
    for number in 0..10 {
        house.go(
            &format!("Add {number}"),
            &format!("write f{number}.txt: {number}"),
        );
    }
    // Each first request of a push takes its time, so that all of them hold their tokens at once.
    let slow = FaultRule::next(
        "POST",
        "/octo/hello.git/git-upload-pack",
        Fault::Delay { milliseconds: 200 },
    );
    house.simulator.add_fault(slow.after(10).times(10));
    house.settle().await;
    let calls = house.simulator.calls();
    let answered = |method: &str, path: &str, status: u16| {
        let of = |call: &&skep_simulator::call_log::CallRecord| {
            call.method == method && call.path.ends_with(path) && call.status == status
        };
        calls.iter().filter(of).count()
    };
    assert_eq!(answered("POST", "/git-receive-pack", 200), 10);
    assert_eq!(
        calls.iter().filter(|call| call.status == 401).count(),
        0,
        "{calls:#?}"
    );
    assert_eq!(
        answered("DELETE", "/installation/token", 204),
        10,
        "and each token is ended"
    );
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_branch_that_leaves_no_room_for_ours_is_named_before_the_agent_works() {
    let mut house = House::new().await;
    let main = house
        .simulator
        .branch_head(house.repository, "main")
        .expect("a branch");
    house
        .simulator
        .move_branch(house.repository, "agent", Some(&main), "octo")
        .await
        .expect("a branch");
    let issue = house.go("Add a note", "write NOTE.md: hello");
    house.settle_all().await;
    assert_eq!(house.state(issue).await, "failed");
    assert!(
        house.prompts(issue).await.is_empty(),
        "nobody works for nothing"
    );
    let said = house.told(issue);
    assert!(said.contains("stands in the way"), "{said}");
    house
        .simulator
        .move_branch(house.repository, "agent", None, "octo")
        .await
        .expect("no branch");
    house.unlabel(issue, "agent:go");
    house.label(issue, "agent:go");
    house.settle_all().await;
    assert_eq!(
        house.state(issue).await,
        "in-review",
        "{}",
        house.thread(issue)
    );
    house.done().await;
}
