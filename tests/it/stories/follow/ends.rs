//! Merged or closed: what is left on GitHub, and what is left here.

use skep_simulator::world::PullDraft;

use super::{BRANCH, Told, with};

const NOTE: &str = "write NOTE.md: hello\nsay Wrote it.";

impl Told {
    async fn merge(&self) {
        let (home, pull) = (self.app.repository, self.pull);
        self.app.advance(std::time::Duration::from_secs(1));
        self.app
            .simulator
            .mark_ready(home, pull, "ana")
            .expect("ready");
        self.app
            .simulator
            .merge(home, pull, "ana")
            .await
            .expect("merged");
    }

    fn close(&self) {
        self.app.advance(std::time::Duration::from_secs(1));
        self.app
            .simulator
            .close_pull(self.app.repository, self.pull, "ana")
            .expect("closed");
    }

    fn has_branch(&self) -> bool {
        self.app
            .simulator
            .branch_head(self.app.repository, BRANCH)
            .is_some()
    }

    /// Nothing of the session is left on this machine.
    fn nothing_is_left(&self) {
        let dir = self.app.session_dir(self.issue, 1);
        assert!(!dir.exists(), "{}", dir.display());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_merge_is_done_with_joy_and_leaves_nothing_behind() {
    let mut told = Told::new(NOTE).await;
    assert!(
        told.app.session_dir(told.issue, 1).exists(),
        "a review may come: the agent's memory is kept"
    );
    told.merge().await;
    told.settle().await;
    assert_eq!(
        (told.state().await.as_str(), told.has_branch()),
        ("done", false),
        "{}",
        told.read()
    );
    assert!(
        told.app
            .labels(told.issue)
            .contains(&"agent:done".to_owned())
    );
    assert!(
        told.app
            .reactions(told.issue)
            .contains(&"hooray".to_owned()),
        "{:?}",
        told.app.reactions(told.issue)
    );
    told.nothing_is_left();
    insta::assert_snapshot!(told.read());
    told.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_branch_that_a_person_wrote_to_outlives_the_merge() {
    let mut told = Told::new(NOTE).await;
    let push = told
        .app
        .simulator
        .push_to_branch(told.app.repository, BRANCH, &[("ANA.md", "mine\n")], "ana")
        .await;
    push.expect("a push");
    told.merge().await;
    told.settle().await;
    assert_eq!(
        (told.state().await.as_str(), told.has_branch()),
        ("done", true),
        "{}",
        told.read()
    );
    told.nothing_is_left();
    told.done().await;
}

/// GitHub closes for good what goes to a branch that is deleted.
#[tokio::test(flavor = "multi_thread")]
async fn a_branch_that_somebodys_pull_request_goes_to_outlives_the_merge() {
    let mut told = Told::new(NOTE).await;
    let (simulator, home) = (&told.app.simulator, told.app.repository);
    let push = simulator.push_to_branch(home, "ana-more", &[("ANA.md", "mine\n")], "ana");
    push.await.expect("a push");
    let draft = PullDraft {
        title: "More of it".into(),
        head: "ana-more".into(),
        base: BRANCH.into(),
        ..PullDraft::default()
    };
    let more = simulator.open_pull(home, "ana", draft).await;
    let more = more.expect("a pull request");
    told.merge().await;
    told.settle().await;
    assert_eq!(
        (told.state().await.as_str(), told.has_branch()),
        ("done", true),
        "{}",
        told.read()
    );
    let pulls = told.app.simulator.pulls(home).expect("pulls");
    let hers = pulls.iter().find(|pull| pull.issue.number == more);
    assert!(hers.is_some_and(|pull| pull.issue.open), "{hers:?}");
    told.nothing_is_left();
    told.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn closed_unmerged_is_asked_once_and_rests() {
    let mut told = Told::new(NOTE).await;
    told.close();
    told.settle().await;
    assert_eq!(
        (told.state().await.as_str(), told.has_branch()),
        ("cancelled", true),
        "{}",
        told.read()
    );
    told.nothing_is_left();
    insta::assert_snapshot!(told.read());
    // A late review of it asks nobody back to work.
    told.review(
        "ana",
        "REQUEST_CHANGES",
        &with("Still.", "write NOTE.md: late"),
        vec![],
    );
    told.settle().await;
    assert_eq!(told.revisions().await, 0, "{}", told.read());
    told.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn merged_while_a_revision_runs_ends_the_revision() {
    let mut told = Told::new(NOTE).await;
    told.review(
        "ana",
        "REQUEST_CHANGES",
        &with("Slowly.", "write NOTE.md: two\nwait 20\nsay Done."),
        vec![],
    );
    told.app.until_working(told.issue).await;
    told.merge().await;
    told.settle().await;
    assert_eq!(
        (told.state().await.as_str(), told.has_branch()),
        ("done", false),
        "{}",
        told.read()
    );
    assert!(
        told.app
            .labels(told.issue)
            .contains(&"agent:done".to_owned())
    );
    assert_eq!(
        told.app
            .simulator
            .file(told.app.repository, "main", "NOTE.md")
            .await
            .expect("git")
            .as_deref(),
        Some("hello\n")
    );
    insta::assert_snapshot!(told.read());
    told.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn closed_while_a_revision_runs_ends_the_revision_and_is_asked_once() {
    let mut told = Told::new(NOTE).await;
    told.review(
        "ana",
        "REQUEST_CHANGES",
        &with("Slowly.", "write NOTE.md: two\nwait 20\nsay Done."),
        vec![],
    );
    told.app.until_working(told.issue).await;
    told.close();
    told.settle().await;
    assert_eq!(
        (told.state().await.as_str(), told.has_branch()),
        ("cancelled", true),
        "{}",
        told.read()
    );
    assert!(
        told.app
            .thread(told.issue)
            .contains("To try again, say what should be different"),
        "{}",
        told.read()
    );
    told.done().await;
}
