//! The GitHub module against the simulator: what one says and the other takes, both ways.

use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;
use skep::core::effect::Reaction;
use skep::core::ids::{CommentId, InstallationId, IssueNumber, RepositoryId, Sha};
use skep::github::{
    Assignment, At, GitHub, GitHubConfig, GitHubError, Pace, ReviewState, ReviewThread, Timeouts,
};
use skep_simulator::world::{LineComment, PullDraft, ReviewDraft};

use super::client::{KEY, Stage, stage};

/// The GitHub module on a stage of the simulator.
pub(super) struct Product {
    pub stage: Stage,
    pub github: GitHub,
    pub at: At,
}

pub(super) async fn product() -> Product {
    let stage = stage().await;
    let now = Arc::clone(&stage.clock);
    let config = GitHubConfig {
        words: Default::default(),
        held: Default::default(),
        api_url: stage.simulator.api_url().parse().expect("an address"),
        web_url: stage.simulator.git_url().parse().expect("an address"),
        app_id: 4_242,
        private_key_pem: SecretString::from(KEY),
        user_agent: "skep-test".into(),
        now: Arc::new(move || now.load(std::sync::atomic::Ordering::SeqCst)),
        ticks: skep::github::steady_clock(),
        pace: Pace {
            burst: 100,
            patience: Duration::from_secs(60),
            ..Pace::default()
        },
        timeouts: Timeouts::default(),
        network: Default::default(),
    };
    let at = At {
        installation: InstallationId(
            stage
                .simulator
                .installation(stage.home)
                .expect("an installation"),
        ),
        repository: RepositoryId(stage.home),
        name: "octo/hello".parse().expect("a name"),
    };
    Product {
        github: GitHub::new(config).expect("a configuration"),
        at,
        stage,
    }
}

impl Product {
    /// A pull request of the bot from `agent/1-one`, and its head.
    pub(super) async fn pull(&self, draft: bool) -> (IssueNumber, Sha) {
        let home = self.stage.home;
        let push = self.stage.simulator.push_to_branch(
            home,
            "agent/1-one",
            &[("new.txt", "new\n")],
            "octo",
        );
        let head = push.await.expect("a push");
        let draft = PullDraft {
            title: "Work".into(),
            head: "agent/1-one".into(),
            base: "main".into(),
            draft,
            ..PullDraft::default()
        };
        let opened = self
            .stage
            .simulator
            .open_pull(home, "skep-demo[bot]", draft);
        (
            IssueNumber(opened.await.expect("a pull request")),
            head.as_str().parse().expect("a commit"),
        )
    }

    fn reviewed(&self, pull: IssueNumber) -> i64 {
        let line = LineComment {
            path: "new.txt".into(),
            line: 1,
            body: "Why?".into(),
            hunk: "@@ -0,0 +1 @@\n+new".into(),
        };
        let draft = ReviewDraft {
            event: "REQUEST_CHANGES".into(),
            body: "Not yet".into(),
            comments: vec![line],
        };
        self.stage
            .simulator
            .review(self.stage.home, pull, "octo", draft)
            .expect("a review")
    }

    async fn only_thread(&self, pull: IssueNumber) -> ReviewThread {
        let mut threads = self
            .github
            .review_threads(&self.at, pull)
            .await
            .expect("threads");
        assert_eq!(threads.len(), 1);
        threads.remove(0)
    }

    pub(super) fn revoke(&self, permission: &str) {
        self.stage
            .simulator
            .set_app_permission(self.at.installation, permission, None)
            .expect("taken away");
    }
}

#[tokio::test]
async fn a_comment_is_read_folded_and_gone() {
    let product = product().await;
    let issue = IssueNumber(product.stage.issue("One"));
    let (github, at) = (&product.github, &product.at);
    let ours = github
        .create_comment(at, issue, "Which?\n\n- [ ] red\n- [ ] blue")
        .await
        .expect("posted");
    product
        .stage
        .simulator
        .tick_box(product.stage.home, ours, "octo", "blue")
        .expect("a person with write access ticks");
    let read = github
        .comment(at, ours)
        .await
        .expect("read")
        .expect("there");
    assert_eq!(
        (read.body.as_str(), read.author.login.as_str()),
        ("Which?\n\n- [ ] red\n- [x] blue", "skep-demo[bot]")
    );
    assert!(!read.on_pull);
    product.stage.simulator.create_user("zoe");
    let stranger = product
        .stage
        .simulator
        .tick_box(product.stage.home, ours, "zoe", "red");
    assert!(stranger.is_err(), "nobody else ticks the bot's boxes");
    github.minimize_comment(at, ours).await.expect("folded");
    github
        .minimize_comment(at, ours)
        .await
        .expect("folded again");
    github
        .react_to_comment(at, ours, Reaction::Eyes)
        .await
        .expect("seen");
    let thread = product
        .stage
        .simulator
        .thread(product.stage.home, issue)
        .expect("a thread");
    assert!(
        thread.contains("skep-demo[bot] (edited 1x) (hidden: outdated) [eyes skep-demo[bot]]:"),
        "{thread}"
    );
    assert!(!thread.contains("red"), "{thread}");
    let view = product
        .stage
        .simulator
        .comments(product.stage.home, issue)
        .expect("comments")
        .remove(0);
    assert_eq!(view.minimized.as_deref(), Some("outdated"));
    product
        .stage
        .simulator
        .delete_comment(product.stage.home, ours, "octo")
        .expect("deleted");
    assert_eq!(github.comment(at, ours).await, Ok(None));
    github
        .minimize_comment(at, ours)
        .await
        .expect("gone is fine");
    assert_eq!(github.comment(at, CommentId(1)).await, Ok(None));
}

#[tokio::test]
async fn people_are_assigned_once_and_github_may_refuse_in_silence() {
    let product = product().await;
    let issue = IssueNumber(product.stage.issue("One"));
    let (github, at, simulator) = (&product.github, &product.at, &product.stage.simulator);
    simulator
        .set_permission(product.stage.home, "ann", "write")
        .expect("a place");
    simulator.create_user("zoe");
    for (login, again, found, why) in [
        ("ann", false, Assignment::Ours, "nobody was assigned"),
        ("ANN", false, Assignment::Theirs, "who is there already is"),
        (
            "ANN",
            true,
            Assignment::Ours,
            "an answer was lost, and it was we",
        ),
        ("zoe", false, Assignment::Refused, "a stranger"),
    ] {
        let assigned = github.assign(at, issue, (login, again)).await;
        assert_eq!(assigned.expect("asked"), found, "{login}: {why}");
    }
    simulator
        .comment(product.stage.home, issue, "zoe", "I would")
        .expect("a comment");
    let spoke = github.assign(at, issue, ("zoe", false)).await;
    assert_eq!(spoke.expect("asked"), Assignment::Ours, "who spoke can be");
    for _ in 0..2 {
        github.unassign(at, issue, "ann").await.expect("taken off");
    }
    assert_eq!(
        simulator
            .issue(product.stage.home, issue)
            .expect("it")
            .assignees,
        ["zoe"]
    );
    assert_eq!(
        github.issue(at, issue).await.expect("it").assignees,
        ["zoe"]
    );
}

#[tokio::test]
async fn a_review_is_read_with_its_threads() {
    let product = product().await;
    let (pull, _) = product.pull(false).await;
    let id = product.reviewed(pull);
    let (github, at) = (&product.github, &product.at);
    let review = github
        .review(at, pull, id)
        .await
        .expect("read")
        .expect("there");
    assert_eq!(
        (review.state, review.body.as_str()),
        (ReviewState::ChangesRequested, "Not yet")
    );
    assert_eq!(
        (review.comments.len(), review.comments[0].hunk.as_str()),
        (1, "@@ -0,0 +1 @@\n+new")
    );
    assert_eq!(github.review(at, pull, 1).await, Ok(None));

    let thread = product.only_thread(pull).await;
    assert_eq!(
        (
            thread.path.as_str(),
            thread.line,
            thread.started_by.as_str()
        ),
        ("new.txt", Some(1), "octo")
    );
    assert_eq!(
        (thread.hunk.as_str(), thread.resolved),
        ("@@ -0,0 +1 @@\n+new", false)
    );
    assert_eq!(
        (thread.first_comment, thread.comments[0].review),
        (review.comments[0].id, Some(id))
    );
}

#[tokio::test]
async fn a_thread_is_answered_once_and_resolved() {
    let product = product().await;
    let (pull, _) = product.pull(false).await;
    product.reviewed(pull);
    let (github, at, home) = (&product.github, &product.at, product.stage.home);
    let thread = product.only_thread(pull).await;
    let marker = "<!-- skep e1 -->";
    product
        .stage
        .simulator
        .reply_to_line(home, thread.first_comment, "octo", marker)
        .expect("an echo");
    assert_eq!(
        github.find_reply(at, pull, None, marker).await,
        Ok(None),
        "only ours counts"
    );
    let reply = github
        .reply(
            at,
            pull,
            thread.first_comment,
            &format!("Because.\n{marker}"),
        )
        .await
        .expect("answered");
    assert_eq!(
        github
            .find_reply(at, pull, Some(product.stage.now()), marker)
            .await,
        Ok(Some(reply))
    );
    let deep = github
        .reply(at, pull, reply, "an answer to an answer")
        .await;
    assert!(matches!(deep, Err(GitHubError::Invalid { .. })), "{deep:?}");

    github
        .resolve_thread(at, &thread.id)
        .await
        .expect("resolved");
    github
        .resolve_thread(at, &thread.id)
        .await
        .expect("resolved again");
    let thread = product.only_thread(pull).await;
    assert!(thread.resolved);
    assert_eq!(
        thread.comments[2].author.login, "skep-demo[bot]",
        "bots are named as in REST"
    );
    let gone = github.resolve_thread(at, "PRRT_1").await;
    assert!(
        matches!(gone, Err(GitHubError::NotFound { .. })),
        "{gone:?}"
    );
    insta::assert_snapshot!(product.stage
            .simulator
            .pull_thread(home, pull)
            .expect("a thread"), @"
    #1 Work (open)
    branch: agent/1-one -> main (1 commits, +1 -0 in 1 files)

    skep-demo[bot]:

    review of octo: changes_requested
      Not yet

    new.txt:1 (resolved)
      octo:
        Why?
      octo:
      skep-demo[bot]:
        Because.
    ");
}

#[tokio::test]
async fn a_draft_is_made_ready_once_and_needs_contents() {
    let product = product().await;
    let (pull, _) = product.pull(true).await;
    let read = product.github.pull(&product.at, pull).await.expect("read");
    assert_eq!(
        (read.draft, read.mergeable, read.mergeable_state.as_deref()),
        (true, Some(true), Some("draft"))
    );
    let narrow = product
        .stage
        .narrow(
            serde_json::json!({ "permissions": { "pull_requests": "write", "contents": "read" } }),
        )
        .await;
    let query = "mutation($id: ID!) { markPullRequestReadyForReview(input: {pullRequestId: $id}) { clientMutationId } }";
    let body = serde_json::json!({ "query": query, "variables": { "id": read.node_id } });
    assert_eq!(
        product.stage.post("/graphql", &narrow, body).await.json()["errors"][0]["type"],
        "FORBIDDEN"
    );
    product
        .github
        .mark_ready(&product.at, pull, None)
        .await
        .expect("ready");
    product
        .github
        .mark_ready(&product.at, pull, None)
        .await
        .expect("ready already");
    assert!(
        !product
            .github
            .pull(&product.at, pull)
            .await
            .expect("read")
            .draft
    );
}
