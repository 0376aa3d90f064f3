//! Files that people attach to an issue: fetched from GitHub alone, typed, bounded, and laid beside the working copy. What cannot be had is told and
//! stops nothing.

use skep::core::ids::IssueNumber;

use super::follow::with;
use crate::test_app::TestApp;

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n0123456789";

/// The lines of the first prompt that tell of attachments.
async fn told(app: &TestApp, issue: IssueNumber) -> Vec<String> {
    let prompt = app.prompts(issue).await.remove(0);
    let lines = prompt.lines().filter(|line| line.starts_with("  - "));
    lines
        .map(|line| line.replace(app.data_dir().to_string_lossy().as_ref(), "DATA"))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_attached_lies_beside_the_working_copy_and_pictures_are_shown() {
    let mut app = TestApp::new().await;
    let log = app
        .simulator
        .attach("/user-attachments/files/7/crash%20dump.log", b"it broke\n");
    let shot = app
        .simulator
        .attach("/user-attachments/assets/0f1e-2d3c", PNG);
    let again = app.simulator.attach("/octo/hello/assets/1/0f1e", b"<svg/>");
    let script = "run cp ../attachments/01-crash-20dump.log copied.log; test -f ../attachments/02-0f1e-2d3c.png && echo yes > there.txt\npictures";
    let body =
        format!("See [crash dump.log]({log}) and ![shot]({shot}), {log}, <img src=\"{again}\">.");
    let issue = app.issue("Mend the crash", &with(&body, script), &[]);
    app.label(issue, "agent:go");
    app.settle_all().await;
    assert_eq!(app.state(issue).await, "in-review", "{}", app.thread(issue));
    assert_eq!(
        app.made(issue, "copied.log").await.as_deref(),
        Some("it broke\n")
    );
    assert_eq!(app.made(issue, "there.txt").await.as_deref(), Some("yes\n"));
    assert!(
        app.the_pull()
            .issue
            .body
            .contains("I was shown: image/png of 24."),
        "{}",
        app.the_pull().issue.body
    );
    let session = app.session(issue, 1);
    let lies = format!("DATA/sessions/{session}/attachments");
    assert_eq!(
        told(&app, issue).await,
        [
            format!("  - `{lies}/01-crash-20dump.log`: text/plain, 9 bytes, from `{log}`"),
            format!("  - `{lies}/02-0f1e-2d3c.png`: image/png, 18 bytes, from `{shot}`"),
            format!("  - `{lies}/03-0f1e.txt`: text/plain, 6 bytes, from `{again}`"),
        ]
    );
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_githubs_too_long_or_no_file_to_read_is_told_and_stops_nothing() {
    let mut app = TestApp::new().await;
    let attach = |id: &str, bytes: &[u8]| {
        app.simulator
            .attach(&format!("/user-attachments/assets/{id}"), bytes)
    };
    let leads = |id: &str, to: &str| {
        app.simulator
            .attach_elsewhere(&format!("/user-attachments/assets/{id}"), to)
    };
    let long = attach("long", &vec![b'a'; 5 * 1024 * 1024 + 1]);
    let archive = attach("archive", b"PK\x03\x04....");
    let foreign = leads("foreign", "https://evil.example/x.png");
    let private = leads("private", "http://169.254.169.254/latest/meta-data");
    let local = leads("local", "https://127.0.0.1/x");
    let page = leads("page", "/login?return_to=x");
    let circle = leads("circle", "/user-attachments/assets/circle");
    let gone = long.replace("long", "gone");
    let other = "https://evil.example/user-attachments/assets/1";
    let all = [
        &long, &archive, &foreign, &private, &local, &page, &circle, &gone,
    ];
    let body: String = all.iter().map(|one| format!("{one} ")).collect();
    let body = with(&format!("{body}{other}"), "write A.md: a");
    let issue = app.issue("Look at these", &body, &[]);
    app.label(issue, "agent:go");
    app.settle_all().await;
    assert_eq!(app.state(issue).await, "in-review", "{}", app.thread(issue));
    let root = long
        .split("/user-attachments")
        .next()
        .expect("a root")
        .to_owned();
    let said = told(&app, issue).await.join("\n").replace(&root, "ROOT");
    insta::assert_snapshot!(said, @r"
      - not here: `ROOT/user-attachments/assets/long`, because it is longer than 5 MiB
      - not here: `ROOT/user-attachments/assets/archive`, because it is no picture (PNG, JPEG, GIF, WebP), no PDF and no text
      - not here: `ROOT/user-attachments/assets/foreign`, because GitHub leads to `evil.example`, which is not its own storage
      - not here: `ROOT/user-attachments/assets/private`, because GitHub leads to `169.254.169.254`, which is not its own storage
      - not here: `ROOT/user-attachments/assets/local`, because GitHub leads to `127.0.0.1`, which is not its own storage
      - not here: `ROOT/user-attachments/assets/page`, because GitHub leads to `127.0.0.1`, which is not its own storage
      - not here: `ROOT/user-attachments/assets/circle`, because GitHub did not answer in time
      - not here: `ROOT/user-attachments/assets/gone`, because GitHub answers 404: it is gone, or GitHub shows it only to people who are logged in
      - not here: `https://evil.example/user-attachments/assets/1`, because it is not at an address of GitHub's
    ");
    app.done().await;
}

/// The address of a withheld comment is not fetched; that of one that was let in is.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_attached_to_withheld_words_is_not_fetched() {
    let mut app = TestApp::new().await;
    let issue = app.issue("Look at these", &with("Please.", "write A.md: a"), &[]);
    let [withheld, let_in] = ["1", "2"].map(|id| {
        let path = format!("/user-attachments/assets/{id}");
        let address = app.simulator.attach(&path, PNG);
        let comment = app.say("stranger", issue, &format!("![x]({address})"));
        (comment, path)
    });
    app.like("ana", let_in.0);
    app.label(issue, "agent:go");
    app.settle_all().await;
    let fetched = |path: &str| app.simulator.calls().iter().any(|call| call.path == path);
    assert!(fetched(&let_in.1) && !fetched(&withheld.1));
    app.done().await;
}
