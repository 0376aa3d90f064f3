//! Every page by its address: what it shows of a skep at work, and what it does not do.

use super::site::{HOSTILE, Site};
use crate::test_app::TestApp;

/// No page holds what its policy forbids, or foreign markup.
fn is_harmless(path: &str, body: &str) {
    let low = body.to_ascii_lowercase();
    for bad in [
        "<script>",
        " style=",
        " onclick=",
        "<img",
        "\u{1b}",
        "\u{202e}",
    ] {
        assert!(!low.contains(bad), "{path} holds {bad:?}:\n{body}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_shows_what_goes_on() {
    let site = Site::open().await;
    let asks = site.asking(HOSTILE).await;
    let review = site.in_review().await;
    let waits = site.waiting_for(asks).await;
    let works = site.at_work().await;
    let failed = site.failed().await;
    let mut person = site.person();
    let session = site.session(asks);
    let done = site.session(review);
    let pages: Vec<(String, Vec<String>)> = vec![
        (
            "/".into(),
            vec![
                "Which database should it use?".into(),
                format!("/sessions/{session}"),
                format!("octo/hello#{review}"),
                format!("octo/hello#{failed}"),
                format!("octo/hello#{waits}"),
                format!("octo/hello#{works}"),
                "&#60;script&#62;alert(1)".into(),
            ],
        ),
        (
            format!("/tasks/octo/hello/{asks}"),
            vec![
                "<strong>issues</strong>".into(),
                "run_turn".into(),
                "upsert_comment".into(),
                "Sign in</a> to answer".into(),
                "SQLite".into(),
            ],
        ),
        (
            format!("/tasks/octo/hello/{waits}"),
            vec!["It waits for".into(), format!("octo/hello#{asks}")],
        ),
        (
            format!("/sessions/{session}"),
            vec![
                "I have looked around.".into(),
                "Thinks: Which one, I wonder.".into(),
                "Look around".into(),
                "Question 1".into(),
            ],
        ),
        (
            format!("/sessions/{done}"),
            vec![
                "There is a greeting now.".into(),
                "Look at the weather".into(),
            ],
        ),
        (
            "/graph/octo/hello".into(),
            vec!["<svg".into(), format!("#{waits}"), "As a table".into()],
        ),
        ("/queue".into(), vec![format!("octo/hello#{waits}")]),
        (
            "/repositories".into(),
            vec!["octo/hello".into(), "in order".into()],
        ),
        ("/agents".into(), vec!["demo".into()]),
        ("/deliveries".into(), vec!["<strong>issues</strong>".into()]),
        ("/outcomes".into(), vec!["By role and agent".into()]),
        ("/sign-in".into(), vec!["Admin token".into()]),
    ];
    for (path, wanted) in pages {
        let said = person.get(&path).await;
        assert_eq!(said.status, 200, "{path}: {said:?}");
        for text in wanted {
            assert!(
                said.body.contains(&text),
                "{path} lacks {text:?}:\n{}",
                said.body
            );
        }
        is_harmless(&path, &said.body);
        assert!(
            said.header("content-security-policy")
                .starts_with("default-src 'none'")
        );
        assert_eq!(said.header("content-type"), "text/html; charset=utf-8");
        assert!(
            !said.body.contains("name=\"csrf\""),
            "{path} has a form for whoever looks"
        );
    }
    site.close().await;
}

/// Whoever looks must not use up what an installation may ask, and sees pages while GitHub answers nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_what_is_known_asks_github_nothing() {
    let site = Site::open().await;
    let asks = site.asking("Choose a database").await;
    let asked = || {
        let calls = site.app.simulator.calls().into_iter();
        let own = calls.filter(|call| call.path == "/repos/octo/hello/installation");
        own.count()
    };
    let before = asked();
    site.app.advance(std::time::Duration::from_secs(3_600));
    let mut person = site.person();
    for path in [
        format!("/tasks/octo/hello/{asks}"),
        format!("/tasks/Octo/HELLO/{asks}"),
        "/graph/octo/hello".to_owned(),
        format!("/api/v1/tasks/octo/hello/{asks}"),
    ] {
        let said = person.get(&path).await;
        assert_eq!(said.status, 200, "{path}: {said:?}");
    }
    assert_eq!(asked(), before);
    site.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_is_a_page_that_says_so() {
    let site = Site::open().await;
    let mut person = site.person();
    for path in [
        "/sessions/77-1-1",
        "/sessions/%3Cb%3E",
        "/tasks/octo/hello/77",
        "/tasks/octo/hello/0",
        "/tasks/octo/nowhere/1",
        "/nothing",
        "/graph/octo",
    ] {
        let said = person.get(path).await;
        assert!(matches!(said.status, 404 | 409), "{path}: {said:?}");
        assert!(
            said.body.contains("To the overview"),
            "{path}: {}",
            said.body
        );
        is_harmless(path, &said.body);
    }
    let said = person.get("/api/v1/nothing").await;
    assert_eq!(
        (said.status, said.header("content-type").as_str()),
        (404, "application/json")
    );
    for path in ["/", "/agents", "/live"] {
        assert_eq!(person.post(path, &[]).await.status, 401, "{path}");
        let mut operator = site.operator().await;
        assert_eq!(operator.post(path, &[]).await.status, 405, "{path}");
    }
    for host in ["evil.example", "localhost.evil.example", "10.0.0.1"] {
        let line = format!("host: {host}\r\n");
        let said = person.ask("GET", "/", (&line, "")).await;
        assert_eq!(said.status, 403, "{host}");
        assert!(said.body.contains("foreign_host"), "{said:?}");
    }
    site.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_session_opens_at_its_end_and_leads_back() {
    let site = Site::open().await;
    let says: String = (0..700).map(|n| format!("say Line {n}.\n")).collect();
    let issue = site.app.go("Talk", &says);
    site.until(issue, "needs-you").await;
    let mut person = site.person();
    let path = format!("/sessions/{}", site.session(issue));
    let said = person.get(&path).await;
    assert!(said.body.contains(">Line 699."), "{}", said.body);
    assert!(!said.body.contains(">Line 100."), "the whole log");
    let older = said.body.split("?before=").nth(1).expect("a way back");
    let older = older.split('"').next().expect("a place").to_owned();
    let said = person.get(&format!("{path}?before={older}")).await;
    assert!(said.body.contains(">Line 200.") && !said.body.contains(">Line 699."));
    assert!(said.body.contains("Newest") && !said.body.contains("data-live"));
    site.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn style_and_script_are_kept_for_good_by_addresses_that_change_with_them() {
    let site = Site::open().await;
    let mut person = site.person();
    let page = person.get("/").await.body;
    for kind in ["css", "js"] {
        let end = format!(".{kind}\"");
        let before = page.split(&end).next().expect("an address");
        let name = before.rsplit("/assets/").next().expect("its name");
        let said = person.get(&format!("/assets/{name}.{kind}")).await;
        assert_eq!(said.status, 200);
        assert!(said.header("cache-control").contains("immutable"));
    }
    assert_eq!(person.get("/assets/other.css").await.status, 404);
    let dark = person
        .post("/theme", &[("theme", "dark"), ("back", "//evil.example")])
        .await;
    assert_eq!((dark.status, dark.header("location").as_str()), (303, "/"));
    assert!(person.get("/").await.body.contains("data-theme=\"dark\""));
    site.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_status_comment_leads_to_the_dashboard_where_it_has_an_address() {
    let address = || Some("https://skep.example".to_owned());
    let mut app = TestApp::with(|plan| plan.issues.dashboard = address()).await;
    let issue = app.go("Greet", "say Hello.");
    app.settle_all().await;
    let link = format!("[on the dashboard](https://skep.example/tasks/octo/hello/{issue})");
    let status = app.status(issue);
    assert!(status.contains(&link), "{status}");
    app.done().await;
}
