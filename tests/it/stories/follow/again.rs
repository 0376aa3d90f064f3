//! Work that is asked for again while its pull request is open: nothing people reviewed is written over.

use skep::http::Target;
use skep_simulator::world::content::IssueEdit;

use super::{BRANCH, Told};

const NOTE: &str = "write NOTE.md: hello\nsay Wrote it.\nrest\nwrite MORE.md: more\nfinish Added what was missing.";
const NOTHING: &str = "write NOTE.md: hello\nsay Wrote it.\nrest\nsay Nothing is missing.";

impl Told {
    async fn asked_by(&mut self, how: &str) {
        match how {
            "label" => {
                self.app.unlabel(self.issue, "agent:go");
                self.settle().await;
                self.app.advance(std::time::Duration::from_secs(1));
                self.app.label(self.issue, "agent:go");
            }
            "dispatch" => {
                let repository = self
                    .app
                    .simulator
                    .name(self.app.repository)
                    .expect("a name")
                    .parse()
                    .expect("owner/name");
                let batch = vec![Target::Issues {
                    repository,
                    issues: vec![self.issue],
                }];
                let batch = self.app.dispatch(batch).await.expect("a batch");
                assert!(
                    batch.successful[0].goes_on && batch.failed.is_empty(),
                    "{batch:?}"
                );
            }
            command => {
                self.app.reply(self.issue, command).await;
            }
        }
        self.settle().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_wish_goes_on_with_the_open_pull_request() {
    for how in ["label", "/agent go", "/agent retry", "dispatch"] {
        let mut told = Told::new(NOTE).await;
        let reviewed = told.head();
        told.asked_by(how).await;
        assert_eq!(told.state().await, "in-review", "{how}: {}", told.read());
        assert!(
            told.holds(reviewed.as_str()),
            "{how}: {}",
            told.app.git(&["log", "--graph", "--oneline", BRANCH])
        );
        assert_eq!(
            told.file("MORE.md").await.as_deref(),
            Some("more\n"),
            "{how}: {}",
            told.read()
        );
        assert_eq!(
            (told.app.pulls().len(), told.revisions().await),
            (1, 1),
            "{how}: {}",
            told.read()
        );
        let thread = told.app.thread(told.issue);
        assert!(thread.contains("nothing is begun anew"), "{how}: {thread}");
        assert_eq!(
            told.app
                .store()
                .sessions(&Default::default(), 10)
                .await
                .expect("sessions")
                .len(),
            1,
            "{how}"
        );
        told.done().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_written_on_the_issue_since_is_told() {
    let mut told = Told::new(NOTE).await;
    told.app.advance(std::time::Duration::from_secs(1));
    told.app
        .simulator
        .comment(told.app.repository, told.issue, "ana", "Mind the umlauts.")
        .expect("a comment");
    told.settle().await;
    told.app.advance(std::time::Duration::from_secs(1));
    told.asked_by("/agent go").await;
    let prompt = told.last_prompt().await;
    assert!(
        prompt.contains("Your pull request #2 is open.") && prompt.contains("Mind the umlauts."),
        "{prompt}"
    );
    told.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn fresh_begins_anew_and_says_so_in_the_same_pull_request() {
    let mut told = Told::new("write NOTE.md: hello\nsay Wrote it.").await;
    let reviewed = told.head();
    told.asked_by("/agent retry fresh").await;
    assert_eq!(
        (told.state().await.as_str(), told.app.pulls().len()),
        ("in-review", 1),
        "{}",
        told.read()
    );
    assert!(
        !told.holds(reviewed.as_str()),
        "{}",
        told.app.git(&["log", "--graph", "--oneline", BRANCH])
    );
    told.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_changes_nothing_leaves_the_pull_request_in_review_and_hearing() {
    let mut told = Told::new(NOTHING).await;
    told.asked_by("label").await;
    assert_eq!(told.state().await, "in-review", "{}", told.read());
    assert!(
        told.app
            .labels(told.issue)
            .contains(&"agent:review".to_owned()),
        "{}",
        told.read()
    );
    let script = "write NOTE.md: hi\nfinish Shorter.";
    told.review(
        "ana",
        "REQUEST_CHANGES",
        &super::with("Shorter.", script),
        vec![],
    );
    told.settle().await;
    assert_eq!(
        told.file("NOTE.md").await.as_deref(),
        Some("hi\n"),
        "{}",
        told.read()
    );
    told.done().await;
}

/// Begun anew by a person's wish, and nothing was changed: the old work is still there to be reviewed.
#[tokio::test(flavor = "multi_thread")]
async fn a_fresh_session_that_changes_nothing_orphans_nothing() {
    let mut told = Told::new("write NOTE.md: hello\nsay There it is.").await;
    let edit = IssueEdit {
        body: Some(super::with("", "say Nothing is to be done.")),
        ..IssueEdit::default()
    };
    told.app
        .simulator
        .edit_issue(told.app.repository, told.issue, edit, "ana")
        .expect("an edit");
    told.asked_by("/agent retry fresh").await;
    assert_eq!(told.state().await, "in-review", "{}", told.read());
    told.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dispatch_of_a_label_passes_over_what_is_in_review() {
    let mut told = Told::new(NOTE).await;
    let head = told.head();
    let fresh = told.app.issue(
        "Another",
        &super::with("", "write OTHER.md: hello\nsay Wrote it."),
        &["batch"],
    );
    told.app.label(told.issue, "batch");
    told.settle().await;
    let repository = told
        .app
        .simulator
        .name(told.app.repository)
        .expect("a name")
        .parse()
        .expect("owner/name");
    let batch = vec![Target::Labeled {
        repository,
        label: "batch".into(),
    }];
    let batch = told.app.dispatch(batch).await.expect("a batch");
    assert_eq!(
        (batch.successful.len(), batch.total, batch.in_review),
        (1, 1, 1),
        "{batch:?}"
    );
    told.settle().await;
    assert_eq!(
        (told.revisions().await, told.head()),
        (0, head),
        "{}",
        told.read()
    );
    assert_eq!(told.app.state(fresh).await, "in-review");
    told.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_for_an_open_pull_request_is_a_plan_for_its_revision() {
    let script = "write NOTE.md: hello\nsay Wrote it.\nrest\nsay I would add MORE.md.\nrest\nwrite MORE.md: more\nfinish Added.";
    let mut told = Told::new(script).await;
    let reviewed = told.head();
    told.asked_by("/agent plan").await;
    assert_eq!(told.state().await, "needs-you", "{}", told.read());
    told.app.advance(std::time::Duration::from_secs(1));
    told.asked_by("/agent approve").await;
    assert_eq!(told.state().await, "in-review", "{}", told.read());
    assert!(told.holds(reviewed.as_str()));
    assert_eq!(
        told.file("MORE.md").await.as_deref(),
        Some("more\n"),
        "{}",
        told.read()
    );
    let thread = told.app.thread(told.issue);
    assert!(
        thread.contains("Approved by") && !thread.contains("Reply `/agent approve`"),
        "{thread}"
    );
    told.done().await;
}
