//! Bad input: hostile words, broken and repeated deliveries, and every order in which they may come.

use serde_json::Value;
use skep::core::ids::{AgentBranch, IssueNumber};
use skep_simulator::world::outgoing::Flow;

use crate::house::House;
use crate::required::part;

const WRITES: &str = "Please.\n\n```skep-demo\nwrite NOTE.md: hello\nsay Wrote it.\n```\n";

/// What somebody does to an issue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Deed {
    StrangerOn,
    On,
    Off,
    Close,
}

/// Does it all while no webhook arrives; gives the lost `issues` deliveries in their order.
fn unheard(house: &House, issue: IssueNumber, deeds: &[Deed]) -> Vec<String> {
    let (home, before) = (house.repository, house.simulator.deliveries().len());
    house.simulator.set_flow(Flow::Held);
    for deed in deeds {
        match deed {
            Deed::StrangerOn => house.label_by("stranger", issue, "agent:go"),
            Deed::On => house.label(issue, "agent:go"),
            Deed::Off => house.unlabel(issue, "agent:go"),
            Deed::Close => {
                house.advance(std::time::Duration::from_secs(1));
                house
                    .simulator
                    .close_issue(home, issue, "ana")
                    .expect("closed");
            }
        }
    }
    house.simulator.lose_held();
    house.simulator.set_flow(Flow::Direct);
    let lost = house.simulator.deliveries().split_off(before);
    let ours = lost
        .into_iter()
        .filter(|attempt| attempt.event == "issues" && attempt.action.as_deref() != Some("opened"));
    ours.map(|attempt| attempt.body).collect()
}

/// The delivery of a label with another title in it.
fn titled(body: &str, title: &str) -> Vec<u8> {
    let mut body: Value = serde_json::from_str(body).expect("JSON");
    body["issue"]["title"] = title.into();
    serde_json::to_vec(&body).expect("JSON")
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_titles_make_valid_branches_and_harmless_pull_requests() {
    let mut house = House::new().await;
    let long = "very long ".repeat(1_024);
    let titles = [
        long.as_str(),
        "--upload-pack=x",
        "../..",
        "🎉🎉🎉",
        "\u{202e}txt.exe\u{2066} in disguise\u{200b}",
        "@everyone look, @ben",
        "line one\nline two\r\n\nCo-authored-by: eve <eve@example.com>",
        "Closes #1, fixes octo/hello#2 and GH-3 <!-- hidden -->",
        "$(touch /tmp/x) `id` | a_b *c* [d](https://evil.example)",
        "\u{0}\u{1b}[31m",
        "HEAD.lock~^:?*[\\",
    ];
    let mut seen = String::new();
    for (number, title) in titles.iter().enumerate() {
        let issue = house.issue("A title", WRITES, &[]);
        let body = unheard(&house, issue, &[Deed::On]).remove(0);
        let status = house
            .post("issues", &format!("title-{number}"), &titled(&body, title))
            .await;
        assert_eq!(status, 202, "{title:?}");
        house.settle_all().await;
        assert_eq!(
            house.state(issue).await,
            "in-review",
            "{title:?}\n{}",
            house.thread(issue)
        );
        let pull = house.pull_for(issue);
        pull.head
            .parse::<AgentBranch>()
            .expect("one of our branches");
        house.git(&["check-ref-format", "--branch", &pull.head]);
        let title = &pull.issue.title;
        assert!(
            title.chars().count() <= 256 && !title.chars().any(char::is_control),
            "{title:?}"
        );
        assert!(
            !["\u{202e}", "\u{2066}", "\u{200b}", "@everyone", "#1"]
                .iter()
                .any(|bad| title.contains(bad)),
            "{title:?}"
        );
        let commit = house.git(&[
            "log",
            "-1",
            "--format=%s%n%(trailers:key=Co-authored-by,valueonly)",
            &pull.head,
        ]);
        let (subject, authors) = commit.split_once('\n').expect("two parts");
        assert!(
            !authors.contains("eve") && authors.contains("ana"),
            "{commit}"
        );
        assert!(
            !subject.contains("#1") && subject.chars().count() <= 72,
            "{commit}"
        );
        let shown: String = title.chars().take(80).collect();
        seen.push_str(&format!(
            "{}\n  {shown:?}\n  {}\n",
            pull.head,
            commit.trim().replace('\n', "\n  ")
        ));
    }
    insta::assert_snapshot!(seen);
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn broken_deliveries_are_stored_and_lead_nowhere() {
    let mut house = House::new().await;
    let deep = "[".repeat(100_000);
    let bodies: [&[u8]; 9] = [
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe{}",
        b"{\"action\":\"labeled\"}",
        b"{\"action\":7}",
        b"{\"action\":\"labeled\",\"issue\":{\"number\":-1},\"repository\":{\"id\":0}}",
        b"{\"action\":\"labeled\",\"action\":\"closed\"}",
        deep.as_bytes(),
    ];
    for (number, body) in bodies.iter().enumerate() {
        for event in ["issues", "made_up", "pull_request"] {
            let status = house
                .post(event, &format!("broken-{event}-{number}"), body)
                .await;
            assert_eq!(status, 202, "{event} {number}");
        }
    }
    let large = format!("{{\"action\":\"{}\"}}", "x".repeat(20 << 20));
    assert_eq!(house.post("issues", "large", large.as_bytes()).await, 202);
    let huge = vec![b' '; (25 << 20) + 1];
    assert_eq!(house.post("issues", "huge", &huge).await, 413);
    house.settle_all().await;
    let counts = house.store().counts().await.expect("counts");
    assert!(
        counts.tasks.is_empty() && counts.effects_open == 0,
        "{counts:?}"
    );
    let stored = house.store().deliveries(100).await.expect("deliveries");
    assert_eq!(stored.len(), 28);
    assert!(
        stored
            .iter()
            .all(|row| row.result.as_deref().is_some_and(|why| !why.is_empty()))
    );
    let reasons: std::collections::BTreeSet<String> =
        stored.into_iter().filter_map(|row| row.result).collect();
    insta::assert_debug_snapshot!(reasons);
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_delivery_under_a_new_number_changes_nothing() {
    let mut house = House::new().await;
    let issue = house.issue("Add a note", WRITES, &[]);
    let on = unheard(&house, issue, &[Deed::On]).remove(0);
    assert_eq!(house.post("issues", "first", on.as_bytes()).await, 202);
    house.settle_all().await;
    assert_eq!(house.state(issue).await, "in-review");
    let thread = house.thread(issue);
    let calls = house.simulator.calls().len();
    for guid in ["second", "third"] {
        assert_eq!(house.post("issues", guid, on.as_bytes()).await, 202);
        house.settle_all().await;
    }
    assert_eq!(
        (house.thread(issue), house.simulator.calls().len()),
        (thread, calls)
    );
    // Also when the label is gone meanwhile.
    house.unlabel(issue, "agent:go");
    house.settle_all().await;
    assert_eq!(house.post("issues", "fourth", on.as_bytes()).await, 202);
    house.settle_all().await;
    assert_eq!(
        (
            house.state(issue).await.as_str(),
            house.prompts(issue).await.len()
        ),
        ("in-review", 1)
    );
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_that_comes_twice_counts_once() {
    let mut house = House::new().await;
    house.simulator.set_flow(Flow::Doubled);
    let issue = house.go("Add a note", "write NOTE.md: hello\nsay Wrote it.");
    house.settle_all().await;
    assert_eq!(house.state(issue).await, "in-review");
    assert_eq!(
        (
            house.prompts(issue).await.len(),
            house.our_comments(issue).len(),
            house.pulls().len()
        ),
        (1, 1, 1)
    );
    let timeline = house.timeline(issue).await;
    assert_eq!(
        timeline
            .iter()
            .filter(|name| *name == "task.received")
            .count(),
        1,
        "{timeline:?}"
    );
    house.done().await;
}

/// The same delivery with GitHub's time of it so many seconds later.
fn later(body: &str, seconds: i64) -> Vec<u8> {
    let mut body: Value = serde_json::from_str(body).expect("JSON");
    let at =
        chrono::DateTime::parse_from_rfc3339(body["issue"]["updated_at"].as_str().expect("a time"))
            .expect("a time");
    body["issue"]["updated_at"] = (at + chrono::TimeDelta::seconds(seconds))
        .to_rfc3339()
        .into();
    serde_json::to_vec(&body).expect("JSON")
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_labels_at_once_are_one_session() {
    let mut house = House::new().await;
    for spread in [0, 1] {
        let issue = house.issue("Add a note", WRITES, &[]);
        let on = unheard(&house, issue, &[Deed::On]).remove(0);
        let bodies: Vec<(String, Vec<u8>)> = (0..50)
            .map(|n| (format!("burst-{spread}-{n}"), later(&on, n * spread)))
            .collect();
        let posts = bodies
            .iter()
            .map(|(guid, body)| house.post("issues", guid, body));
        let statuses = futures::future::join_all(posts).await;
        assert!(statuses.iter().all(|status| *status == 202), "{statuses:?}");
        house.settle_all().await;
        assert_eq!(
            house.state(issue).await,
            "in-review",
            "{}",
            house.thread(issue)
        );
        assert_eq!(
            (
                house.prompts(issue).await.len(),
                house.our_comments(issue).len()
            ),
            (1, 1)
        );
        let timeline = house.timeline(issue).await;
        assert_eq!(
            timeline
                .iter()
                .filter(|name| *name == "task.queued")
                .count(),
            1,
            "{timeline:?}"
        );
    }
    house.done().await;
}

/// Every order of so many things.
fn orders(count: usize) -> Vec<Vec<usize>> {
    if count == 0 {
        return vec![vec![]];
    }
    let shorter = orders(count - 1);
    let with = |order: &Vec<usize>, at: usize| {
        let mut longer = order.clone();
        longer.insert(at, count - 1);
        longer
    };
    shorter
        .iter()
        .flat_map(|order| (0..count).map(move |at| with(order, at)))
        .collect()
}

/// Delivers what was done in every order, at once and one by one; each must end in this state.
async fn ends(deeds: &[Deed], state: &[&str], sessions: std::ops::RangeInclusive<usize>) {
    let mut house = House::new().await;
    for (number, order) in part(orders(deeds.len())).into_iter().enumerate() {
        for one_by_one in [false, true] {
            let issue = house.issue("Add a note", WRITES, &[]);
            house.settle_all().await;
            let bodies = unheard(&house, issue, deeds);
            assert_eq!(bodies.len(), deeds.len());
            for at in &order {
                let guid = format!("order-{number}-{one_by_one}-{at}");
                assert_eq!(
                    house.post("issues", &guid, bodies[*at].as_bytes()).await,
                    202
                );
                if one_by_one {
                    house.settle_all().await;
                }
            }
            house.settle_all().await;
            let came = format!(
                "{deeds:?} as {order:?}, one by one: {one_by_one}\n{}",
                house.thread(issue)
            );
            assert!(
                state.contains(&house.state(issue).await.as_str()),
                "{}: {came}",
                house.state(issue).await
            );
            assert!(
                sessions.contains(&house.prompts(issue).await.len()),
                "{came}"
            );
            // The status, and at most once that what is asked again goes on instead of beginning anew.
            let ours = house.our_comments(issue);
            let again = ours
                .iter()
                .filter(|body| body.contains("is open, so the agent goes on with it"))
                .count();
            assert!(again <= 1 && ours.len() - again <= 1, "{came}");
        }
    }
    assert_eq!(house.live().await, 0);
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn on_off_on_in_any_order_is_one_finished_session() {
    ends(&[Deed::On, Deed::Off, Deed::On], &["in-review"], 1..=2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn on_off_in_any_order_starts_nothing() {
    ends(&[Deed::On, Deed::Off], &["idle"], 0..=0).await;
    ends(
        &[Deed::On, Deed::Off, Deed::On, Deed::Off],
        &["idle"],
        0..=0,
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn on_off_closed_on_in_any_order_starts_nothing_on_a_closed_issue() {
    ends(
        &[Deed::On, Deed::Off, Deed::Close, Deed::On],
        &["refused"],
        0..=0,
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_strangers_label_never_swallows_the_one_of_somebody_who_may() {
    ends(
        &[Deed::StrangerOn, Deed::Off, Deed::On],
        &["in-review"],
        1..=1,
    )
    .await;
}
