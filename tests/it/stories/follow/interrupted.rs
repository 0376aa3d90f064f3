//! A pull request in review whose agent failed, was switched off, or was asked for once more: nothing of it is lost.

use super::{BRANCH, Told, on_note, with};
use crate::test_app::HOLD;

const NOTE: &str = "write NOTE.md: hello\nsay Wrote it.";

#[tokio::test(flavor = "multi_thread")]
async fn a_revision_that_fails_leaves_the_pull_request_to_the_next_review() {
    let mut told = Told::new(NOTE).await;
    told.review("ana", "REQUEST_CHANGES", &with("Kinder.", "crash"), vec![]);
    told.settle().await;
    assert_eq!(told.state().await, "in-review", "{}", told.read());
    assert!(
        told.app
            .labels(told.issue)
            .contains(&"agent:needs-you".to_owned()),
        "{}",
        told.read()
    );
    assert!(
        told.read().contains("@ana it failed because "),
        "{}",
        told.read()
    );
    assert!(
        told.read().contains("sends the agent back to work"),
        "{}",
        told.read()
    );
    told.review(
        "ana",
        "COMMENT",
        "",
        vec![on_note(&with(
            "Shorter.",
            "write NOTE.md: hi\nfinish Shorter now.",
        ))],
    );
    told.settle().await;
    assert_eq!(told.state().await, "in-review", "{}", told.read());
    assert_eq!(told.file("NOTE.md").await.as_deref(), Some("hi\n"));
    told.comment(
        "ana",
        &with("/agent make it louder", "write NOTE.md: HI\nfinish Louder."),
    );
    told.settle().await;
    assert_eq!(
        told.file("NOTE.md").await.as_deref(),
        Some("HI\n"),
        "{}",
        told.read()
    );
    told.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_that_fails_is_said_to_and_the_review_goes_on() {
    let mut told = Told::new(NOTE).await;
    told.comment("ana", &with("/agent ask why hello?", "crash"));
    told.settle().await;
    assert_eq!(told.state().await, "in-review", "{}", told.read());
    assert!(
        told.read().contains("your question was not answered:"),
        "{}",
        told.read()
    );
    told.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_merge_while_it_answers_is_done() {
    let mut told = Told::new(NOTE).await;
    told.comment(
        "ana",
        &with(
            "/agent ask why hello?",
            &format!("run touch ../home/asked\n{HOLD}\nsay It is polite."),
        ),
    );
    let home = told.app.session_dir(told.issue, 1).join("home/asked");
    told.app.until("it answers", |_| home.exists()).await;
    let (home, pull) = (told.app.repository, told.pull);
    told.app
        .simulator
        .mark_ready(home, pull, "ana")
        .expect("ready");
    told.app
        .simulator
        .merge(home, pull, "ana")
        .await
        .expect("merged");
    told.app.let_go().await;
    told.settle().await;
    assert_eq!(told.state().await, "done", "{}", told.read());
    assert_eq!(told.app.labels(told.issue), ["agent:done", "agent:go"]);
    told.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn switched_off_in_review_it_fixes_nothing_until_somebody_sends_it_back() {
    let mut told = Told::new(&format!(
        "{NOTE}\nrest\nwrite NOTE.md: fixed\nfinish Fixed."
    ))
    .await;
    told.app.reply(told.issue, "/agent stop").await;
    told.settle().await;
    assert!(
        told.read().contains("Stopped: the agent will not fix"),
        "{}",
        told.read()
    );
    told.job("test", "failure");
    told.settle().await;
    assert_eq!(
        (told.revisions().await, told.state().await.as_str()),
        (0, "in-review"),
        "{}",
        told.read()
    );
    told.comment("ana", "/agent fix it after all");
    told.settle().await;
    assert_eq!(
        told.file("NOTE.md").await.as_deref(),
        Some("fixed\n"),
        "{}",
        told.read()
    );
    told.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_session_never_writes_over_what_a_person_pushed() {
    let mut told = Told::new(NOTE).await;
    told.push(BRANCH, &[("ANA.md", "mine\n")]).await;
    let theirs = told.head();
    told.review(
        "ana",
        "REQUEST_CHANGES",
        &with("Two, please.", "write NOTE.md: two\nfinish Two."),
        vec![],
    );
    told.settle().await;
    assert!(told.holds(theirs.as_str()));
    told.app.unlabel(told.issue, "agent:go");
    told.app.label(told.issue, "agent:go");
    told.settle().await;
    assert_eq!(told.state().await, "in-review", "{}", told.read());
    assert!(
        told.holds(theirs.as_str()),
        "{}",
        told.app.git(&["log", "--graph", "--oneline", BRANCH])
    );
    assert_eq!(told.file("ANA.md").await.as_deref(), Some("mine\n"));
    // Without anything of it, the session has a branch of its own.
    told.app.reply(told.issue, "/agent retry fresh").await;
    told.settle().await;
    assert!(
        told.holds(theirs.as_str()) && told.app.pulls().len() == 2,
        "{}",
        told.read()
    );
    told.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_robots_label_changes_nothing_about_a_pull_request_in_review() {
    let mut told = Told::new(NOTE).await;
    told.app.simulator.create_bot("robot[bot]");
    told.app.unlabel(told.issue, "agent:go");
    told.app.label_by("robot[bot]", told.issue, "agent:go");
    told.settle().await;
    assert_eq!(told.state().await, "in-review", "{}", told.read());
    told.comment(
        "ana",
        &with("/agent make it louder", "write NOTE.md: HI\nfinish Louder."),
    );
    told.settle().await;
    assert_eq!(
        told.file("NOTE.md").await.as_deref(),
        Some("HI\n"),
        "{}",
        told.read()
    );
    told.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revision_without_a_change_says_why_where_nobodys_thread_does() {
    let mut told = Told::new(NOTE).await;
    told.comment(
        "ana",
        &with("/agent rename it", "say That name is public, so I left it."),
    );
    told.settle().await;
    assert_eq!(told.state().await, "in-review");
    assert!(
        told.read().contains("That name is public, so I left it."),
        "{}",
        told.read()
    );
    told.done().await;
}
