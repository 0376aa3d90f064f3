//! What an agent hands in as evidence is on the pull request, from a branch of its own; what may not be shown is told to the agent.

use skep::core::ids::IssueNumber;

use crate::test_app::{Ending, TestApp};

const BRANCH: &str = "agent/evidence-1";
/// A picture, in parts that are walked and not looked into.
const PNG: &str = r"run printf '\211PNG\r\n\032\n\0\0\0\0IHDRcrc.\0\0\0\7tEXtby\0Ben.crc.\0\0\0\4IDATdatacrc.\0\0\0\0IENDcrc.' > shot.png";
/// A picture and a log, neither of which is part of the work.
const SHOWN: &str = r#"evidence {"path": "shot.png", "caption": "The page; thanks @ben"}
write run.log: all 12 tests passed
evidence {"path": "./run.log", "caption": "The run"}
delete shot.png
delete run.log
write NOTE.md: hello
finish Wrote it."#;

async fn made(script: &str) -> (TestApp, IssueNumber) {
    let mut app = TestApp::new().await;
    let issue = app.go("Add a note", script);
    app.settle_all().await;
    (app, issue)
}

fn there(app: &TestApp) -> bool {
    app.simulator.branch_head(app.repository, BRANCH).is_some()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_and_a_log_are_shown_from_a_branch_that_goes_with_the_pull_request() {
    let (mut app, issue) = made(&format!("{PNG}\n{SHOWN}")).await;
    let pull = app.pull_for(issue);
    assert_eq!(pull.changed_files, 1, "it is no part of the work");
    let commit = app.git(&["rev-parse", BRANCH]).trim().to_owned();
    let page = format!("{}/octo/hello/blob/{commit}", app.simulator.git_url());
    let body = &pull.issue.body;
    for part in [
        "### Evidence\n\nHanded in by the agent, not verified by skep:".to_owned(),
        format!("![01-shot.png]({page}/01-shot.png?raw=true)"),
        format!("[02-run.log]({page}/02-run.log)"),
        "```text\nall 12 tests passed\n```".to_owned(),
    ] {
        assert!(body.contains(&part), "{part}: {body}");
    }
    assert!(!body.contains("thanks @ben"), "nobody is notified: {body}");
    let names = app.git(&["ls-tree", "-r", "--name-only", BRANCH]);
    assert_eq!(names.trim(), "01-shot.png\n02-run.log");
    let shot = app.git(&["show", &format!("{BRANCH}:01-shot.png")]);
    assert!(
        shot.contains("IDATdata"),
        "what is shown is there: {shot:?}"
    );
    assert!(!shot.contains("Ben"), "who made it is not: {shot:?}");
    let above = app.git(&["rev-list", "--count", BRANCH]);
    assert_eq!(above.trim(), "1", "it shares nothing with the work");
    app.simulator
        .mark_ready(app.repository, pull.issue.number, "ana")
        .expect("no draft");
    app.simulator
        .merge(app.repository, pull.issue.number, "ana")
        .await
        .expect("merged");
    app.settle_all().await;
    assert!(!there(&app), "it goes with its pull request");
    app.done().await;
}

/// A work's branch is left to people after a close; what was handed in is shown nowhere any more.
#[tokio::test(flavor = "multi_thread")]
async fn it_goes_with_a_pull_request_that_is_closed_unmerged() {
    let (mut app, issue) = made(&format!("{PNG}\n{SHOWN}")).await;
    let pull = app.pull_for(issue);
    close(&app, issue);
    app.settle_all().await;
    assert!(!there(&app), "it goes with its pull request");
    let work = app.simulator.branch_head(app.repository, &pull.head);
    assert!(work.is_some(), "the work is people's");
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_else_put_there_stays() {
    let (mut app, issue) = made(&format!("{PNG}\n{SHOWN}")).await;
    app.simulator
        .push_to_branch(app.repository, BRANCH, &[("mine.txt", "mine\n")], "ana")
        .await
        .expect("pushed");
    close(&app, issue);
    app.settle_all().await;
    assert!(there(&app), "whoever wrote to it since may want it");
    app.done().await;
}

fn close(app: &TestApp, issue: IssueNumber) {
    let number = app.pull_for(issue).issue.number;
    app.simulator
        .close_pull(app.repository, number, "ana")
        .expect("closed");
}

/// The pull request is closed while its evidence is to be pushed, or is being pushed (`amid`): it comes there late, and goes again.
async fn closed_too_early(amid: bool) {
    let mut app = TestApp::new().await;
    let issue = app.go("Add a note", &format!("{PNG}\n{SHOWN}"));
    let waits = |all: &[String]| all.iter().any(|open| open.starts_with("push_evidence"));
    while !waits(&app.waiting().await) {
        assert!(app.step().await, "evidence is never pushed");
    }
    if amid {
        app.nudge().await;
    }
    close(&app, issue);
    let mut came = there(&app);
    while app.step().await {
        came |= there(&app);
    }
    app.settle_all().await;
    assert!(came, "it came too late, and not never");
    assert!(!there(&app), "nothing shows it any more");
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_there_after_its_pull_request_is_closed_goes_again() {
    for amid in [false, true] {
        closed_too_early(amid).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revision_adds_to_it_and_what_was_shown_stays_where_it_is() {
    let more = r#"rest
write more.log: 13 tests
evidence {"path": "more.log", "caption": "Once more"}
delete more.log
write NOTE.md: hello you
finish Again."#;
    let (mut app, issue) = made(&format!("{PNG}\n{SHOWN}\n{more}")).await;
    let first = app.git(&["rev-parse", BRANCH]).trim().to_owned();
    app.advance(std::time::Duration::from_secs(60));
    let pull = app.pull_for(issue).issue.number;
    app.simulator
        .comment(app.repository, pull, "ana", "@skep Once more, please.")
        .expect("a comment");
    app.settle_all().await;
    let body = app.pull_for(issue).issue.body;
    assert!(body.contains("03-more.log"), "{body}");
    let parent = app.git(&["rev-parse", &format!("{BRANCH}^")]);
    assert_eq!(parent.trim(), first);
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_may_not_be_shown_is_told_to_the_agent_and_goes_nowhere() {
    let script = r#"write page.html: <b>hello</b>
evidence {"path": "page.html", "caption": "A page"}
run printf 'PK\003\004' > archive.zip
evidence {"path": "archive.zip", "caption": "All of it"}
run head -c 2200000 /dev/zero | tr '\000' a > long.log
evidence {"path": "long.log", "caption": "All of it"}
write key.log: token ghp_16C7e42F292c6912E7710c838347Ae178B4a
evidence {"path": "key.log", "caption": "What it said"}
run ln -s /etc/passwd link.txt
evidence {"path": "link.txt", "caption": "Who is here"}
evidence {"path": "../../skep.db", "caption": "A database"}
evidence {"path": "none.png", "caption": "Nothing"}
run rm -f page.html archive.zip long.log key.log link.txt
write NOTE.md: hello
finish Wrote it."#;
    let (app, issue) = made(script).await;
    let body = app.pull_for(issue).issue.body;
    assert!(!body.contains("### Evidence") && !there(&app), "{body}");
    let log = app.store().log(&app.session(issue, 1), 0, 1_000).await;
    let log: String = log
        .expect("a log")
        .into_iter()
        .map(|row| row.line.body)
        .collect();
    for said in [
        "HTML, SVG and XML are not shown",
        "only pictures (PNG, JPEG, GIF, WebP) and plain text",
        "a file may have",
        "what looks like a secret",
        "no regular file link.txt",
        "no regular file ../../skep.db",
        "no regular file none.png",
    ] {
        assert!(log.contains(said), "{said}: {log}");
    }
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn there_is_an_end_to_how_many() {
    let mut script = String::new();
    for n in 1..=6 {
        script.push_str(&format!(
            "write {n}.log: run {n}\nevidence {{\"path\": \"{n}.log\", \"caption\": \"Run {n}\"}}\ndelete {n}.log\n"
        ));
    }
    script.push_str("write NOTE.md: hello\nfinish Wrote it.");
    let (app, issue) = made(&script).await;
    let body = app.pull_for(issue).issue.body;
    assert!(
        body.contains("05-5.log") && !body.contains("06-6.log"),
        "{body}"
    );
    let log = app.store().log(&app.session(issue, 1), 0, 1_000).await;
    let log: String = log
        .expect("a log")
        .into_iter()
        .map(|row| row.line.body)
        .collect();
    assert!(log.contains("at most 5 files"), "{log}");
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_of_this_service_in_a_log_holds_the_session() {
    let secret = crate::test_app::SECRET;
    let script = format!(
        "write key.log: {secret}\nevidence {{\"path\": \"key.log\", \"caption\": \"What it said\"}}\nrun rm -f key.log\nwrite NOTE.md: hello\nfinish Wrote it."
    );
    let (app, issue) = made(&script).await;
    assert!(
        app.pulls().is_empty() && !there(&app),
        "{}",
        app.thread(issue)
    );
    assert!(
        app.labels(issue).contains(&"agent:paused".to_owned()),
        "{}",
        app.thread(issue)
    );
    app.done().await;
}

async fn end(app: &TestApp, issue: IssueNumber) -> (Ending, String) {
    let names = app.git(&["ls-tree", "-r", BRANCH]);
    let mut ending = app.ending(issue).await;
    // Each GitHub of a story has a port of its own.
    let web = app.simulator.git_url();
    for pull in &mut ending.pulls {
        *pull = pull.replace(&web, "WEB");
    }
    (ending, names)
}

async fn killed_after(steps: usize, amid: bool, clean: (Ending, String)) {
    let mut app = TestApp::new().await;
    let issue = app.go("Add a note", &format!("{PNG}\n{SHOWN}"));
    app.run_steps(steps).await;
    if amid {
        app.nudge().await;
    }
    app.crash_and_open().await;
    app.run_steps(usize::MAX).await;
    let when = format!("killed after {steps} steps (amid the next: {amid})");
    let end = end(&app, issue).await;
    end.0.must_be(&clean.0, &when);
    assert_eq!(end.1, clean.1, "{when}");
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_shown_once_killed_after_or_amid_any_step() {
    let mut app = TestApp::new().await;
    let issue = app.go("Add a note", &format!("{PNG}\n{SHOWN}"));
    let steps = app.run_steps(usize::MAX).await;
    let clean = end(&app, issue).await;
    app.done().await;
    assert!(steps > 15, "a story of {steps} steps is not worth killing");
    let all = (0..=steps).map(|step| (step, step % 3 == 2));
    crate::required::grid(all, |(step, amid)| killed_after(step, amid, clean.clone())).await;
}
