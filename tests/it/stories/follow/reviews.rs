//! A submitted review sends the same session back to work on the same branch, and every thread is answered.

use super::{BRANCH, LineComment, Told, on_note, with};
use crate::test_app::{HOLD, TestApp};

const NOTE: &str = "write NOTE.md: hello\nwrite OTHER.md: other\nsay Wrote it.";

#[tokio::test(flavor = "multi_thread")]
async fn changes_requested_become_one_revision_by_the_same_session_on_the_same_branch() {
    let mut told = Told::new(NOTE).await;
    let first = told.head();
    let script = "recall\nwrite NOTE.md: dear all\nreply all: It greets everybody now.\nfinish Made it kinder. | read it again";
    let other = LineComment {
        path: "OTHER.md".into(),
        line: 1,
        body: "Is this needed?".into(),
        ..on_note("")
    };
    told.review(
        "ana",
        "REQUEST_CHANGES",
        &with("Kinder, please.", script),
        vec![on_note("Greet everybody."), other],
    );
    told.settle().await;
    assert_eq!(told.state().await, "in-review", "{}", told.read());
    assert_eq!(
        (
            told.app.the_pull().head.as_str(),
            told.app.the_pull().commits
        ),
        (BRANCH, 2)
    );
    assert_eq!(told.file("NOTE.md").await.as_deref(), Some("dear all\n"));
    told.app.git(&[
        "merge-base",
        "--is-ancestor",
        first.as_str(),
        told.head().as_str(),
    ]);
    // The same session, and it remembers.
    let session = told.app.session(told.issue, 1);
    let log = told
        .app
        .store()
        .log(&session, 0, 1_000)
        .await
        .expect("a log");
    assert!(
        log.iter()
            .any(|row| row.line.body.contains("This is turn 2 of my session")),
        "{log:?}"
    );
    assert_eq!(
        told.app
            .store()
            .sessions(&Default::default(), 10)
            .await
            .expect("sessions")
            .len(),
        1
    );
    // It was told where, and what was said.
    let prompt = told.last_prompt().await;
    for part in [
        "ana reviewed your pull request. It has 2 threads on lines",
        " on NOTE.md:1",
        "+hello",
        "ana: Greet everybody.",
    ] {
        assert!(prompt.contains(part), "{part}: {prompt}");
    }
    assert_eq!(
        (told.revisions().await, told.names("review.taken").await),
        (1, 1)
    );
    insta::assert_snapshot!(told.read());
    told.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn comments_on_lines_alone_are_taken_up_too() {
    let mut told = Told::new(NOTE).await;
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
    assert_eq!(
        told.file("NOTE.md").await.as_deref(),
        Some("hi\n"),
        "{}",
        told.read()
    );
    insta::assert_snapshot!(told.read());
    told.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thread_of_ours_is_resolved_once_it_is_done_and_a_persons_is_left() {
    let mut told = Told::new(NOTE).await;
    told.review(
        "skep[bot]",
        "COMMENT",
        "",
        vec![on_note("Should it name somebody?")],
    );
    told.settle().await;
    assert_eq!(
        told.revisions().await,
        0,
        "our own words send nobody to work"
    );
    let line = told.app.the_pull().lines[0];
    let yes = with(
        "Yes, everybody.",
        "write NOTE.md: hello all\nreply all: It does.\nfinish Named them.",
    );
    told.app.advance(std::time::Duration::from_secs(1));
    told.app
        .simulator
        .reply_to_line(told.app.repository, line, "ana", &yes)
        .expect("an answer");
    told.settle().await;
    assert_eq!(
        told.file("NOTE.md").await.as_deref(),
        Some("hello all\n"),
        "{}",
        told.read()
    );
    told.review(
        "ana",
        "REQUEST_CHANGES",
        &with("", "write NOTE.md: hello you\nfinish Done."),
        vec![on_note("Only me.")],
    );
    told.settle().await;
    let threads = told
        .app
        .simulator
        .review_threads(told.app.repository, told.pull)
        .expect("threads");
    assert_eq!(
        threads.matches("NOTE.md:1 (resolved)").count(),
        1,
        "{threads}"
    );
    insta::assert_snapshot!(super::timeless(&threads), @"
    NOTE.md:1 (resolved)
      skep[bot]:
        Should it name somebody?
      ana:
        Yes, everybody.

        ```skep-demo
        write NOTE.md: hello all
        reply all: It does.
        finish Named them.
        ```
      skep[bot]:
        It does.

        Changed in SHA.

    NOTE.md:1
      ana:
        Only me.
      skep[bot]:
        Changed in SHA.
    ");
    told.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revision_without_a_change_says_so_in_every_thread() {
    let mut told = Told::new(NOTE).await;
    let script =
        "reply all: It is right as it is: the name is not known there.\nfinish Nothing to change.";
    told.review(
        "ana",
        "REQUEST_CHANGES",
        &with("", script),
        vec![on_note("Name them?")],
    );
    let head = told.head();
    told.settle().await;
    assert_eq!(
        (told.state().await.as_str(), told.head()),
        ("in-review", head)
    );
    insta::assert_snapshot!(told.read());
    told.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_asks_for_nothing_or_comes_from_strangers_does_nothing() {
    let mut told = Told::new(NOTE).await;
    told.review("ana", "APPROVE", "Lovely.", vec![]);
    told.review("ana", "COMMENT", "I will look at it tomorrow.", vec![]);
    told.review(
        "stranger",
        "REQUEST_CHANGES",
        &with("Do as I say.", "write NOTE.md: evil"),
        vec![on_note("Now.")],
    );
    told.review(
        "tina",
        "REQUEST_CHANGES",
        &with("Please.", "write NOTE.md: triage"),
        vec![],
    );
    told.settle().await;
    assert_eq!(
        (told.state().await.as_str(), told.revisions().await),
        ("in-review", 0),
        "{}",
        told.read()
    );
    assert_eq!(told.file("NOTE.md").await.as_deref(), Some("hello\n"));
    insta::assert_snapshot!(told.read());
    told.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn reviews_during_a_revision_are_heard_together_after_it() {
    let mut told = Told::new(NOTE).await;
    told.review(
        "ana",
        "REQUEST_CHANGES",
        &with(
            "One.",
            &format!("write NOTE.md: one\n{HOLD}\nsay One is done."),
        ),
        vec![],
    );
    let note = told.app.session_dir(told.issue, 1).join("work/NOTE.md");
    let written =
        move |_: &TestApp| std::fs::read_to_string(&note).is_ok_and(|text| text == "one\n");
    told.app.until("the agent is at work", written).await;
    told.review(
        "ana",
        "REQUEST_CHANGES",
        "Two.",
        vec![on_note("Second thread.")],
    );
    let script = "write NOTE.md: three\nreply all: Seen.\nfinish All of it.";
    told.review(
        "ana",
        "REQUEST_CHANGES",
        &with("Three.", script),
        vec![on_note("Third thread.")],
    );
    told.app.let_go().await;
    told.settle().await;
    assert_eq!(
        told.file("NOTE.md").await.as_deref(),
        Some("three\n"),
        "{}",
        told.read()
    );
    assert_eq!(told.names("review.taken").await, 3);
    let turns = told.app.prompts(told.issue).await.len();
    assert_eq!(turns, 3, "the task, the first review, both others together");
    let prompt = told.last_prompt().await;
    assert!(
        prompt.contains("ana: Second thread.") && prompt.contains("ana: Third thread."),
        "{prompt}"
    );
    insta::assert_snapshot!(told.read());
    told.done().await;
}

/// It comes when the turn is over and the branch on its way: that revision has not heard it and does not answer it.
#[tokio::test(flavor = "multi_thread")]
async fn a_review_while_the_branch_is_pushed_gets_a_revision_of_its_own() {
    let mut told = Told::new(NOTE).await;
    told.review(
        "ana",
        "REQUEST_CHANGES",
        &with("One.", "write NOTE.md: one\nfinish One."),
        vec![on_note("First thread.")],
    );
    let (issue, mut steps) = (told.issue, 0);
    loop {
        assert!(told.app.step().await, "it is over before it was pushed");
        steps += 1;
        let row = told
            .app
            .store()
            .task(told.app.session(issue, 1).task())
            .await
            .expect("a look")
            .expect("a task");
        if row.body.contains("\"step\":\"collecting\"") || steps > 500 {
            break;
        }
    }
    let script = "write NOTE.md: two\nreply all: Two it is.\nfinish Two.";
    told.review(
        "ana",
        "REQUEST_CHANGES",
        &with("Two.", script),
        vec![on_note("Second thread.")],
    );
    told.settle().await;
    assert_eq!(
        told.file("NOTE.md").await.as_deref(),
        Some("two\n"),
        "{}",
        told.read()
    );
    assert_eq!(told.revisions().await, 2);
    let threads = told
        .app
        .simulator
        .review_threads(told.app.repository, told.pull)
        .expect("threads");
    assert_eq!(
        threads.matches("skep[bot]").count(),
        2,
        "one answer each: {threads}"
    );
    insta::assert_snapshot!(super::timeless(&threads), @"
    NOTE.md:1
      ana:
        First thread.
      skep[bot]:
        Changed in SHA.

    NOTE.md:1
      ana:
        Second thread.
      skep[bot]:
        Two it is.

        Changed in SHA.
    ");
    told.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn when_all_rounds_are_used_a_person_has_to_look() {
    let app = TestApp::with(|plan| plan.limits.rounds = 1).await;
    let mut told = Told::within(app, NOTE).await;
    for word in ["one", "two"] {
        told.review(
            "ana",
            "REQUEST_CHANGES",
            &with("Again.", &format!("write NOTE.md: {word}\nsay Done.")),
            vec![],
        );
        told.settle().await;
    }
    assert_eq!(
        told.file("NOTE.md").await.as_deref(),
        Some("one\n"),
        "{}",
        told.read()
    );
    assert!(
        told.app
            .labels(told.issue)
            .contains(&"agent:needs-you".to_owned()),
        "{}",
        told.read()
    );
    insta::assert_snapshot!(told.read());
    told.done().await;
}
