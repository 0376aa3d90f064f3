//! What people get when a revision is done: an answer with a mention and the commit, a request for their review, and a
//! description that is true.

use skep_simulator::world::content::IssueEdit;

use super::{BRANCH, Told, on_note, with};
use crate::test_app::HOLD;

const NOTE: &str = "write NOTE.md: hello\nsay Wrote it.";

impl Told {
    fn body(&self) -> String {
        self.app.the_pull().issue.body
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_review_is_answered_and_asked_for_again_and_the_description_is_true() {
    let mut told = Told::new(NOTE).await;
    let body = format!("Look at #9 first.\n\n{}\n\n- [x] I tried it", told.body());
    let edit = IssueEdit {
        body: Some(body),
        ..IssueEdit::default()
    };
    told.app
        .simulator
        .edit_issue(told.app.repository, told.pull, edit, "ana")
        .expect("an edit");
    let script = "write MORE.md: more\nfinish Added a second line. It is short. | read the file";
    told.review(
        "ana",
        "REQUEST_CHANGES",
        &with("Add a second line.", script),
        vec![],
    );
    told.settle().await;
    let (head, thread) = (
        told.head(),
        told.app
            .simulator
            .pull_thread(told.app.repository, told.pull),
    );
    let thread = thread.expect("a thread");
    assert!(
        thread.contains(&format!("@ana done in {head}: 1 file changed (+1 −0).")),
        "{thread}"
    );
    assert!(
        thread.contains("Added a second line. It is short.") && thread.contains("read the file"),
        "{thread}"
    );
    assert_eq!(told.app.the_pull().reviewers, ["ana"]);
    let body = told.body();
    assert!(
        body.starts_with("Look at #9 first.\n\n") && body.ends_with("\n\n- [x] I tried it"),
        "{body}"
    );
    assert!(
        body.contains("2 files changed, 2 insertions (+), 0 deletions (−), 2 commits."),
        "{body}"
    );
    assert!(
        body.contains("> Wrote it.") && body.contains("> Added a second line. It is short."),
        "{body}"
    );
    let subject = told.app.git(&["log", "-1", "--format=%s", BRANCH]);
    assert_eq!(subject.trim(), "Added a second line");
    told.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_warning_stays_until_its_cause_is_gone() {
    let conflict = "run B=$(git branch --show-current); git checkout -q -b t && echo 2 > README.md && git commit -qam t && \
                    git checkout -q $B && echo 3 > README.md && git commit -qam u && git merge t; true\nsay Merged.";
    let mut told = Told::new(conflict).await;
    let warning = "**Not to be merged as it is:**";
    assert!(told.body().contains(warning), "{}", told.body());
    told.review(
        "ana",
        "REQUEST_CHANGES",
        &with("More.", "write MORE.md: more\nfinish More."),
        vec![],
    );
    told.settle().await;
    assert!(
        told.body().contains(warning) && told.body().contains("> More."),
        "{}",
        told.body()
    );
    told.review(
        "ana",
        "REQUEST_CHANGES",
        &with("Resolve it.", "write README.md: 4\nfinish Resolved."),
        vec![],
    );
    told.settle().await;
    assert!(
        !told.body().contains(warning) && told.body().contains("> Resolved."),
        "{}",
        told.body()
    );
    told.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_whose_part_of_ours_is_gone_is_left_alone() {
    let mut told = Told::new(NOTE).await;
    let edit = IssueEdit {
        body: Some("All mine.".into()),
        ..IssueEdit::default()
    };
    told.app
        .simulator
        .edit_issue(told.app.repository, told.pull, edit, "ana")
        .expect("an edit");
    told.review(
        "ana",
        "REQUEST_CHANGES",
        &with("More.", "write MORE.md: more\nfinish More."),
        vec![],
    );
    told.settle().await;
    assert_eq!(told.body(), "All mine.");
    told.done().await;
}

/// Whom GitHub does not take as a reviewer has the answer all the same.
#[tokio::test(flavor = "multi_thread")]
async fn a_reviewer_github_refuses_fails_nothing() {
    let mut told = Told::new(NOTE).await;
    told.app
        .reply(told.issue, "/agent delegate @stranger")
        .await;
    told.settle().await;
    told.review(
        "stranger",
        "REQUEST_CHANGES",
        &with("More.", "write MORE.md: more\nfinish More."),
        vec![on_note("x")],
    );
    told.settle().await;
    assert_eq!(told.state().await, "in-review", "{}", told.read());
    assert_eq!(
        told.file("MORE.md").await.as_deref(),
        Some("more\n"),
        "{}",
        told.read()
    );
    assert!(told.app.the_pull().reviewers.is_empty());
    assert!(
        told.read().contains("@stranger done in "),
        "{}",
        told.read()
    );
    told.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revision_that_fails_tells_whoever_asked_for_it() {
    let mut told = Told::new(NOTE).await;
    told.app
        .simulator
        .set_permission(told.app.repository, "ben", "write")
        .expect("a permission");
    told.review(
        "ben",
        "REQUEST_CHANGES",
        &with("Kinder.", "write NOTE.md: dear all\ncrash"),
        vec![],
    );
    told.settle().await;
    let thread = told
        .app
        .simulator
        .pull_thread(told.app.repository, told.pull)
        .expect("a thread");
    assert!(thread.contains("@ben it failed because "), "{thread}");
    assert!(
        thread.contains("is on the branch [`agent/1-add-a-note`]"),
        "{thread}"
    );
    assert_eq!(
        told.file("NOTE.md").await.as_deref(),
        Some("dear all\n"),
        "{}",
        told.read()
    );
    told.done().await;
}

/// However a session ends: what came to the branch is described, and named as not finished until a later turn finishes it.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_failed_or_stopped_revision_pushed_is_described_and_stays_a_draft() {
    for (last, why) in [
        ("crash", "the agent crashed"),
        (HOLD, "the session was ended before the work was done"),
    ] {
        let mut told = Told::new(NOTE).await;
        let script = format!("write MORE.md: more\nrun touch ../home/more\n{last}");
        told.review(
            "ana",
            "REQUEST_CHANGES",
            &with("Add a second file.", &script),
            vec![],
        );
        if last == HOLD {
            let more = told.app.session_dir(told.issue, 1).join("home/more");
            told.app.until("it has begun", |_| more.exists()).await;
            told.app.reply(told.issue, "/agent stop").await;
        }
        told.settle().await;
        assert_eq!(
            told.file("MORE.md").await.as_deref(),
            Some("more\n"),
            "{last}: {}",
            told.read()
        );
        let body = told.body();
        assert!(
            body.contains("2 files changed") && body.contains("MORE.md"),
            "{last}: {body}"
        );
        assert!(
            body.contains("This work is not finished: ") && body.contains(why),
            "{last}: {body}"
        );
        assert!(
            body.contains(&format!("\n{}\n\n> Nothing was said.", told.head())),
            "{last}: {body}"
        );
        told.job("test", "success");
        told.settle().await;
        assert!(
            told.app.the_pull().draft,
            "{last}: half of a revision is nothing to merge: {}",
            told.read()
        );
        told.review(
            "ana",
            "REQUEST_CHANGES",
            &with("Go on.", "write MORE.md: all\nfinish All of it."),
            vec![],
        );
        told.settle().await;
        let body = told.body();
        assert!(
            !body.contains("not finished") && body.contains("> All of it."),
            "{last}: {body}"
        );
        told.done().await;
    }
}
