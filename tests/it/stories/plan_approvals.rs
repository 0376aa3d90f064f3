//! What somebody approved of a sprint is what stood there: once the words, or the issues below, are others before it began,
//! it does not count, and people are told.

use std::time::Duration;

use skep::core::ids::IssueNumber;
use skep::http::{AdminService, By};

use super::plans::SPRINT;
use crate::test_app::TestApp;

impl TestApp {
    fn reword(&self, issue: IssueNumber, body: &str) {
        // GitHub counts in whole seconds.
        self.advance(Duration::from_secs(1));
        self.simulator
            .edit_body(self.repository, issue, body, "ana")
            .expect("edited");
    }

    async fn held(&mut self, held: bool) {
        self.operator(async |admin| match held {
            true => admin.pause(None, By::operator()).await,
            false => admin.resume(None, By::operator()).await,
        })
        .await;
    }

    /// What the story of an issue says an approval that counts no more.
    fn voids(&self, issue: IssueNumber) -> usize {
        self.ours_with(issue, "so that does not count any more")
            .len()
    }
}

/// A plan whose only phase has to be approved, and was, while nothing may begin: plan, phase, and the issue of the phase.
async fn approved(app: &mut TestApp) -> [IssueNumber; 3] {
    let root = app.issue("Plan", "All of it.", &[]);
    let phase = app.issue("Phase", "First:\n- [ ] this", &["checkpoint"]);
    app.put_below(root, phase);
    let leaf = app.leaf(phase, "Leaf");
    app.held(true).await;
    app.label(root, SPRINT);
    app.settle().await;
    app.say("ana", phase, "/agent approve");
    app.settle().await;
    assert_eq!(app.state(leaf).await, "queued", "{}", app.thread(phase));
    [root, phase, leaf]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phase_whose_words_change_before_it_began_is_approved_anew() {
    let mut app = TestApp::new().await;
    let [root, phase, leaf] = approved(&mut app).await;
    // A tick, and how the lines stand, are no words.
    app.reword(phase, "First:\r\n\r\n- [x]  this");
    app.settle().await;
    assert_eq!(app.state(leaf).await, "queued", "{}", app.thread(phase));
    app.reword(phase, "First:\n- [ ] that");
    app.settle().await;
    assert_eq!(app.state(leaf).await, "cancelled", "{}", app.thread(phase));
    insta::assert_snapshot!(app.thread(phase), @"
    #2 Phase (open)
    labels: agent:needs-you, checkpoint

    ana:
      First:
      - [ ] that

    skep[bot]:
      @ana: this phase of #1 can start, and has the label `checkpoint`. Somebody with write access can let its sub-issues start with `/agent approve`, here, or with 👍 on this comment.

    ana [+1 skep[bot]]:
      /agent approve

    skep[bot]:
      @ana: the text of this phase of #1 has been changed since `@ana` approved it, so that does not count any more. Somebody with write access can let its sub-issues start as they are now with `/agent approve`, here, or with 👍 on this comment.
    ");
    let why = "it waited as part of `octo/hello#1`, and what was approved there has been changed";
    assert!(app.status(leaf).contains(why), "{}", app.thread(leaf));
    app.advance(Duration::from_secs(10));
    app.settle().await;
    assert!(
        app.sprint(root)
            .contains("waits for `/agent approve` there"),
        "{}",
        app.sprint(root)
    );
    app.held(false).await;
    app.settle().await;
    assert_eq!(app.state(leaf).await, "cancelled");
    app.say("ana", phase, "/agent approve");
    app.settle_all().await;
    assert_eq!(app.state(leaf).await, "in-review", "{}", app.thread(phase));
    // What has begun goes on.
    let other = app.leaf(phase, "Other");
    app.reword(phase, "First:\n- [ ] something else");
    app.settle_all().await;
    assert_eq!(app.state(other).await, "in-review", "{}", app.thread(phase));
    assert_eq!(app.voids(phase), 1, "{}", app.thread(phase));
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_plans_words_and_another_sub_issue_count_as_well() {
    let mut app = TestApp::new().await;
    let [root, phase, leaf] = approved(&mut app).await;
    app.reword(root, "All of it, and more.");
    app.settle().await;
    assert_eq!(app.state(leaf).await, "cancelled", "{}", app.thread(phase));
    let say = "the text of #1 has been changed since `@ana` approved this phase of it";
    assert_eq!(app.ours_with(phase, say).len(), 1, "{}", app.thread(phase));
    app.say("ana", phase, "/agent approve");
    app.settle().await;
    assert_eq!(app.state(leaf).await, "queued", "{}", app.thread(phase));
    let more = app.leaf(phase, "More");
    app.settle().await;
    assert_eq!(app.states(&[leaf, more]).await, "3 cancelled");
    let say = "another sub-issue has come to this phase of #1 since `@ana` approved it";
    let ask = app.one_of_ours(phase, say).id;
    // The comment that asks last is the one whose reactions count.
    app.advance(Duration::from_secs(1));
    app.simulator
        .react_to_comment(app.repository, ask, "+1", "ana")
        .expect("a reaction");
    app.advance(Duration::from_secs(60));
    app.settle().await;
    assert_eq!(app.states(&[leaf, more]).await, "3 queued, 4 queued");
    // One less is nothing that anybody has to agree to.
    app.simulator
        .remove_sub_issue((app.repository, phase), (app.repository, more), "ana")
        .expect("out");
    app.settle().await;
    app.held(false).await;
    app.settle_all().await;
    assert_eq!(app.states(&[leaf, more]).await, "3 in-review, 4 cancelled");
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_whose_words_change_before_it_began_is_approved_anew() {
    let mut app = TestApp::new().await;
    let root = app.issue("Plan", "All of it.", &["checkpoint"]);
    let leaf = app.leaf(root, "Leaf");
    app.held(true).await;
    app.label(root, SPRINT);
    app.settle().await;
    app.say("ana", root, "/agent approve");
    app.settle().await;
    assert_eq!(app.state(leaf).await, "queued");
    app.advance(Duration::from_secs(10));
    app.reword(root, "All of it, and more.");
    app.settle().await;
    assert_eq!(app.state(leaf).await, "cancelled", "{}", app.thread(leaf));
    insta::assert_snapshot!(app.sprint(root), @"
    **Needs `@ana`** · the sprint's start has to be approved · ░ 0 of 1

    The issue has the label `checkpoint`. Its text has been changed since `@ana` approved it, so that does not count any more. Somebody with write access can let its sub-issues start with `/agent approve`, or with 👍 on this comment.

    - [ ] #2 Leaf · stopped
    ");
    assert!(app.labels(root).contains(&"agent:needs-you".to_owned()));
    app.say("ana", root, "/agent approve");
    app.held(false).await;
    app.settle_all().await;
    assert_eq!(app.state(leaf).await, "in-review", "{}", app.sprint(root));
    app.advance(Duration::from_secs(10));
    app.reword(root, "Something else.");
    app.settle_all().await;
    assert!(
        !app.status(root).contains("does not count"),
        "{}",
        app.status(root)
    );
    assert!(!app.labels(root).contains(&"agent:needs-you".to_owned()));
    app.done().await;
}

/// Whoever reacts agrees to what stands there then.
#[tokio::test(flavor = "multi_thread")]
async fn a_thumbs_up_for_other_words_lets_nothing_start() {
    let mut app = TestApp::new().await;
    let root = app.issue("Plan", "", &[]);
    let phase = app.issue("Phase", "This.", &["checkpoint"]);
    app.put_below(root, phase);
    let leaf = app.leaf(phase, "Leaf");
    app.label(root, SPRINT);
    app.settle().await;
    app.permit("ben", "write");
    let ask = app.one_of_ours(phase, "or with 👍 on this comment").id;
    for (by, then) in [("ana", "That."), ("ben", "  That.")] {
        assert_eq!(app.states(&[leaf]).await, "");
        app.advance(Duration::from_secs(1));
        app.simulator
            .react_to_comment(app.repository, ask, "+1", by)
            .expect("a reaction");
        app.reword(phase, then);
        app.settle().await;
        app.advance(Duration::from_secs(60));
        app.settle().await;
    }
    app.settle_all().await;
    assert_eq!(app.state(leaf).await, "in-review", "{}", app.thread(phase));
    assert_eq!(app.voids(phase), 0, "nobody had agreed yet");
    app.done().await;
}
