//! Bad input: hostile words, broken and repeated deliveries, and every order in which they may come.

use serde_json::Value;
use skep::core::ids::{AgentBranch, IssueNumber};
use skep_simulator::world::outgoing::Flow;

use crate::required::part;
use crate::test_app::TestApp;

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
fn unheard(app: &TestApp, issue: IssueNumber, deeds: &[Deed]) -> Vec<String> {
    let (home, before) = (app.repository, app.simulator.deliveries().len());
    app.simulator.set_flow(Flow::Held);
    for deed in deeds {
        match deed {
            Deed::StrangerOn => app.label_by("stranger", issue, "agent:go"),
            Deed::On => app.label(issue, "agent:go"),
            Deed::Off => app.unlabel(issue, "agent:go"),
            Deed::Close => {
                app.advance(std::time::Duration::from_secs(1));
                app.simulator
                    .close_issue(home, issue, "ana")
                    .expect("closed");
            }
        }
    }
    app.simulator.lose_held();
    app.simulator.set_flow(Flow::Direct);
    let lost = app.simulator.deliveries().split_off(before);
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
    let mut app = TestApp::new().await;
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
        let issue = app.issue("A title", WRITES, &[]);
        let body = unheard(&app, issue, &[Deed::On]).remove(0);
        let status = app
            .post("issues", &format!("title-{number}"), &titled(&body, title))
            .await;
        assert_eq!(status, 202, "{title:?}");
        app.settle_all().await;
        assert_eq!(
            app.state(issue).await,
            "in-review",
            "{title:?}\n{}",
            app.thread(issue)
        );
        let pull = app.pull_for(issue);
        pull.head
            .parse::<AgentBranch>()
            .expect("one of our branches");
        app.git(&["check-ref-format", "--branch", &pull.head]);
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
        let commit = app.git(&[
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
    insta::assert_snapshot!(seen, @r#"
    agent/1-very-long-very-long-very-long-very-long
      "very long very long very long very long very long very long very long very long "
      very long very long very long very long very long very long very long v…
      ana <1000002+ana@users.noreply.github.com>
    agent/3-upload-pack-x
      "--upload-pack=x"
      --upload-pack=x
      ana <1000002+ana@users.noreply.github.com>
    agent/5-work
      "../.."
      ../..
      ana <1000002+ana@users.noreply.github.com>
    agent/7-work
      "🎉🎉🎉"
      🎉🎉🎉
      ana <1000002+ana@users.noreply.github.com>
    agent/9-txt-exe-in-disguise
      "txt.exe in disguise"
      txt.exe in disguise
      ana <1000002+ana@users.noreply.github.com>
    agent/11-everyone-look-ben
      "@ everyone look, @ ben"
      @ everyone look, @ ben
      ana <1000002+ana@users.noreply.github.com>
    agent/13-line-one-line-two-co-authored-by-eve-eve
      "line one line two Co-authored-by: eve <eve@ example.com>"
      line one line two Co-authored-by: eve <eve@ example.com>
      ana <1000002+ana@users.noreply.github.com>
    agent/15-closes-1-fixes-octo-hello-2-and-gh-3-hid
      "Closes # 1, fixes octo/hello# 2 and GH- 3 < !-- hidden -->"
      Closes # 1, fixes octo/hello# 2 and GH- 3 < !-- hidden -->
      ana <1000002+ana@users.noreply.github.com>
    agent/17-touch-tmp-x-id-a-b-c-d-https-evil-exampl
      "$(touch /tmp/x) `id` | a_b *c* [d](https://evil.example)"
      $(touch /tmp/x) `id` | a_b *c* [d](https://evil.example)
      ana <1000002+ana@users.noreply.github.com>
    agent/19-31m
      "Work on issue 19"
      Work on issue 19
      ana <1000002+ana@users.noreply.github.com>
    agent/21-head-lock
      "HEAD.lock~^:?*[\\"
      HEAD.lock~^:?*[\
      ana <1000002+ana@users.noreply.github.com>
    "#);
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn broken_deliveries_are_stored_and_lead_nowhere() {
    let mut app = TestApp::new().await;
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
            let status = app
                .post(event, &format!("broken-{event}-{number}"), body)
                .await;
            assert_eq!(status, 202, "{event} {number}");
        }
    }
    let large = format!("{{\"action\":\"{}\"}}", "x".repeat(20 << 20));
    assert_eq!(app.post("issues", "large", large.as_bytes()).await, 202);
    let huge = vec![b' '; (25 << 20) + 1];
    assert_eq!(app.post("issues", "huge", &huge).await, 413);
    app.settle_all().await;
    let counts = app.store().counts().await.expect("counts");
    assert!(
        counts.tasks.is_empty() && counts.effects_open == 0,
        "{counts:?}"
    );
    let stored = app.store().deliveries(100).await.expect("deliveries");
    assert_eq!(stored.len(), 28);
    assert!(
        stored
            .iter()
            .all(|row| row.result.as_deref().is_some_and(|why| !why.is_empty()))
    );
    let body = async |guid: &str| {
        let row = app.store().inbox(&format!("webhook:{guid}")).await;
        row.expect("a look").expect("it").body
    };
    assert_eq!(
        body("large").await,
        "",
        "what concerns nobody keeps no body"
    );
    assert_eq!(
        body("broken-issues-0").await,
        "{",
        "what cannot be read does"
    );
    let reasons: std::collections::BTreeSet<String> =
        stored.into_iter().filter_map(|row| row.result).collect();
    insta::assert_debug_snapshot!(reasons, @r#"
    {
        "ignored: issues.xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx is not used",
        "ignored: made_up.labeled is not used",
        "ignored: pull_request.labeled is not used",
        "malformed: -1 is not a number GitHub gives at line 1 column 41",
        "malformed: EOF while parsing an object at line 1 column 1",
        "malformed: duplicate field `action` at line 1 column 28",
        "malformed: invalid type: integer `7`, expected a string at line 1 column 11",
        "malformed: missing field `issue` at line 1 column 20",
        "malformed: the body is not a JSON object",
    }
    "#);
    app.done().await;
}

/// Most of what GitHub sends concerns nobody. It is durable, and done with, before it is acknowledged: no body, no engine.
#[tokio::test(flavor = "multi_thread")]
async fn what_concerns_nobody_is_done_with_at_once() {
    let mut app = TestApp::new().await;
    let issue = app.issue("Add a note", WRITES, &[]);
    app.label(issue, "bug");
    app.simulator.quiet().await;
    let rows = app.store().deliveries(100).await.expect("deliveries");
    let labeled = rows
        .iter()
        .find(|row| {
            row.result
                .as_deref()
                .is_some_and(|why| why == "ignored: the label \"bug\" means nothing here")
        })
        .expect("the label's delivery, before the engine has looked");
    let row = app.store().inbox(&labeled.id).await.expect("a look");
    assert_eq!(row.expect("it").body, "");
    app.settle_all().await;
    let counts = app.store().counts().await.expect("counts");
    assert!(counts.tasks.is_empty(), "{counts:?}");
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_delivery_under_a_new_number_changes_nothing() {
    let mut app = TestApp::new().await;
    let issue = app.issue("Add a note", WRITES, &[]);
    let on = unheard(&app, issue, &[Deed::On]).remove(0);
    assert_eq!(app.post("issues", "first", on.as_bytes()).await, 202);
    app.settle_all().await;
    assert_eq!(app.state(issue).await, "in-review");
    let thread = app.thread(issue);
    let calls = app.simulator.calls().len();
    for guid in ["second", "third"] {
        assert_eq!(app.post("issues", guid, on.as_bytes()).await, 202);
        app.settle_all().await;
    }
    assert_eq!(
        (app.thread(issue), app.simulator.calls().len()),
        (thread, calls)
    );
    // Also when the label is gone meanwhile.
    app.unlabel(issue, "agent:go");
    app.settle_all().await;
    assert_eq!(app.post("issues", "fourth", on.as_bytes()).await, 202);
    app.settle_all().await;
    assert_eq!(
        (
            app.state(issue).await.as_str(),
            app.prompts(issue).await.len()
        ),
        ("in-review", 1)
    );
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_that_comes_twice_counts_once() {
    let mut app = TestApp::new().await;
    app.simulator.set_flow(Flow::Doubled);
    let issue = app.go("Add a note", "write NOTE.md: hello\nsay Wrote it.");
    app.settle_all().await;
    assert_eq!(app.state(issue).await, "in-review");
    assert_eq!(
        (
            app.prompts(issue).await.len(),
            app.our_comments(issue).len(),
            app.pulls().len()
        ),
        (1, 1, 1)
    );
    let timeline = app.timeline(issue).await;
    assert_eq!(
        timeline
            .iter()
            .filter(|name| *name == "task.received")
            .count(),
        1,
        "{timeline:?}"
    );
    app.done().await;
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
    let mut app = TestApp::new().await;
    for spread in [0, 1] {
        let issue = app.issue("Add a note", WRITES, &[]);
        let on = unheard(&app, issue, &[Deed::On]).remove(0);
        let bodies: Vec<(String, Vec<u8>)> = (0..50)
            .map(|n| (format!("burst-{spread}-{n}"), later(&on, n * spread)))
            .collect();
        let posts = bodies
            .iter()
            .map(|(guid, body)| app.post("issues", guid, body));
        let statuses = futures::future::join_all(posts).await;
        assert!(statuses.iter().all(|status| *status == 202), "{statuses:?}");
        app.settle_all().await;
        assert_eq!(app.state(issue).await, "in-review", "{}", app.thread(issue));
        assert_eq!(
            (
                app.prompts(issue).await.len(),
                app.our_comments(issue).len()
            ),
            (1, 1)
        );
        let timeline = app.timeline(issue).await;
        assert_eq!(
            timeline
                .iter()
                .filter(|name| *name == "task.queued")
                .count(),
            1,
            "{timeline:?}"
        );
    }
    app.done().await;
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
    let mut app = TestApp::new().await;
    for (number, order) in part(orders(deeds.len())).into_iter().enumerate() {
        for one_by_one in [false, true] {
            let issue = app.issue("Add a note", WRITES, &[]);
            app.settle_all().await;
            let bodies = unheard(&app, issue, deeds);
            assert_eq!(bodies.len(), deeds.len());
            for at in &order {
                let guid = format!("order-{number}-{one_by_one}-{at}");
                assert_eq!(app.post("issues", &guid, bodies[*at].as_bytes()).await, 202);
                if one_by_one {
                    app.settle_all().await;
                }
            }
            app.settle_all().await;
            let came = format!(
                "{deeds:?} as {order:?}, one by one: {one_by_one}\n{}",
                app.thread(issue)
            );
            assert!(
                state.contains(&app.state(issue).await.as_str()),
                "{}: {came}",
                app.state(issue).await
            );
            assert!(sessions.contains(&app.prompts(issue).await.len()), "{came}");
            // The status, and at most once that what is asked again goes on instead of beginning anew.
            let ours = app.our_comments(issue);
            let again = ours
                .iter()
                .filter(|body| body.contains("is open, so the agent goes on with it"))
                .count();
            assert!(again <= 1 && ours.len() - again <= 1, "{came}");
        }
    }
    assert_eq!(app.live().await, 0);
    app.done().await;
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
