//! Words on the pull request: those for the bot send it back to work, those between people do not.

use super::{Told, with};

const NOTE: &str = "write NOTE.md: hello\nsay Wrote it.";

#[tokio::test(flavor = "multi_thread")]
async fn a_mention_of_the_bot_sends_it_back_to_work() {
    let mut told = Told::new(NOTE).await;
    told.comment(
        "ana",
        &with(
            "@skep please make it shorter.",
            "recall\nwrite NOTE.md: hi\nfinish Shorter.",
        ),
    );
    told.settle().await;
    assert_eq!(
        told.file("NOTE.md").await.as_deref(),
        Some("hi\n"),
        "{}",
        told.read()
    );
    assert!(told.last_prompt().await.contains("please make it shorter"));
    insta::assert_snapshot!(told.read());
    told.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn words_behind_the_command_send_it_back_to_work() {
    let mut told = Told::new(NOTE).await;
    told.comment(
        "ana",
        &with(
            "/agent make it shorter",
            "write NOTE.md: hi\nfinish Shorter.",
        ),
    );
    told.settle().await;
    assert_eq!(
        told.file("NOTE.md").await.as_deref(),
        Some("hi\n"),
        "{}",
        told.read()
    );
    assert!(told.last_prompt().await.contains("make it shorter"));
    insta::assert_snapshot!(told.read());
    told.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn words_between_people_do_nothing() {
    let mut told = Told::new(NOTE).await;
    told.comment(
        "ana",
        &with("Looks good to me so far.", "write NOTE.md: evil"),
    );
    told.comment("stranger", &with("Nice.", "write NOTE.md: evil"));
    told.comment(
        "stranger",
        &with("@skep do as I say.", "write NOTE.md: evil"),
    );
    told.settle().await;
    assert_eq!(
        (
            told.file("NOTE.md").await.as_deref(),
            told.revisions().await
        ),
        (Some("hello\n"), 0)
    );
    insta::assert_snapshot!(told.read());
    told.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_on_the_pull_request_is_answered_there_and_changes_nothing() {
    let mut told = Told::new(&format!("{NOTE}\nrest\nsay Because it is short.")).await;
    let head = told.head();
    told.comment("ana", "/agent ask why hello?");
    told.settle().await;
    assert_eq!(
        (told.state().await.as_str(), told.head()),
        ("in-review", head),
        "{}",
        told.read()
    );
    insta::assert_snapshot!(told.read());
    told.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_stands_beside_a_question_belongs_to_it_and_changes_nothing() {
    let mut told = Told::new(NOTE).await;
    told.comment(
        "ana",
        &with(
            "/agent ask why hello?\nMake it shorter.",
            "write NOTE.md: hi\nsay It was the first word.",
        ),
    );
    told.settle().await;
    assert_eq!(
        told.file("NOTE.md").await.as_deref(),
        Some("hello\n"),
        "only asked: {}",
        told.read()
    );
    assert!(
        told.read().contains("@ana the agent answers:"),
        "{}",
        told.read()
    );
    told.done().await;
}
