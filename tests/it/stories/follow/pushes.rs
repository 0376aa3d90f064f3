//! Other people's commits: those on our branch are kept, those on the base are merged by the agent where they conflict.

use super::{BRANCH, Told, with};
use crate::test_app::HOLD;

const NOTE: &str = "write NOTE.md: hello\nsay Wrote it.";

/// Merges the newest head of the base, taking our side where both changed a line.
const MERGE: &str = "run git merge --quiet --no-edit -X ours $(git --git-dir=\"$(head -n 1 .git/objects/info/alternates)/..\" \
                     rev-parse refs/heads/main)";

/// Merges what the session had made before somebody pushed.
const BRING_IN: &str = "run git merge --quiet --no-edit $(git --git-dir=\"$(head -n 1 .git/objects/info/alternates)/..\" \
                        rev-parse refs/skep/sessions/1296269-1-1)";

impl Told {
    pub(super) async fn push(&self, branch: &str, files: &[(&str, &str)]) {
        self.app.advance(std::time::Duration::from_secs(1));
        self.app
            .simulator
            .push_to_branch(self.app.repository, branch, files, "ana")
            .await
            .expect("a push");
    }

    /// Whether a commit is in the history of our branch.
    pub(super) fn holds(&self, commit: &str) -> bool {
        let log = self.app.git(&["rev-list", BRANCH]);
        log.lines().any(|line| line == commit)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_persons_push_between_revisions_is_kept_and_the_agent_goes_on_on_top() {
    let mut told = Told::new(NOTE).await;
    told.push(BRANCH, &[("ANA.md", "mine\n")]).await;
    let theirs = told.head();
    told.settle().await;
    assert_eq!(told.revisions().await, 0, "a push asks for nothing");
    told.review(
        "ana",
        "REQUEST_CHANGES",
        &with("Now you.", "read ANA.md\nwrite NOTE.md: two\nfinish Done."),
        vec![],
    );
    told.settle().await;
    assert_eq!(told.state().await, "in-review", "{}", told.read());
    assert!(told.holds(theirs.as_str()) && told.head() != theirs);
    assert_eq!(
        (
            told.file("ANA.md").await.as_deref(),
            told.file("NOTE.md").await.as_deref()
        ),
        (Some("mine\n"), Some("two\n"))
    );
    assert_eq!(told.app.the_pull().head, BRANCH);
    insta::assert_snapshot!(told.read());
    told.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_persons_push_during_a_revision_is_kept_too() {
    let mut told = Told::new(NOTE).await;
    let script =
        format!("write NOTE.md: two\n{HOLD}\nsay Two.\nrest\n{BRING_IN}\nfinish Brought it in.");
    told.review(
        "ana",
        "REQUEST_CHANGES",
        &with("Two, please.", &script),
        vec![],
    );
    let note = told.app.session_dir(told.issue, 1).join("work/NOTE.md");
    let written = move |_: &crate::test_app::TestApp| {
        std::fs::read_to_string(&note).is_ok_and(|text| text == "two\n")
    };
    told.app.until("the agent is at work", written).await;
    told.push(BRANCH, &[("ANA.md", "mine\n")]).await;
    let theirs = told.head();
    told.app.let_go().await;
    told.settle().await;
    assert_eq!(told.state().await, "in-review", "{}", told.read());
    assert!(
        told.holds(theirs.as_str()),
        "{}",
        told.app.git(&["log", "--graph", "--oneline", BRANCH])
    );
    assert_eq!(
        (
            told.file("ANA.md").await.as_deref(),
            told.file("NOTE.md").await.as_deref()
        ),
        (Some("mine\n"), Some("two\n"))
    );
    let prompt = told.last_prompt().await;
    assert!(
        prompt.contains("somebody pushed to your branch"),
        "{prompt}"
    );
    insta::assert_snapshot!(told.read());
    told.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conflict_with_the_base_is_merged_once_and_the_bases_changes_are_not_ours() {
    let mut told = Told::new(&format!("{NOTE}\nrest\n{MERGE}\nfinish Merged the base.")).await;
    // More than a session may change, and a protected path: none of it is the session's doing.
    let many: Vec<(String, String)> = (0..120)
        .map(|n| (format!("many/{n}.txt"), "x\n".to_owned()))
        .collect();
    let mut files: Vec<(&str, &str)> = many
        .iter()
        .map(|(path, text)| (path.as_str(), text.as_str()))
        .collect();
    files.extend([
        ("NOTE.md", "theirs\n"),
        (".github/dependabot.yml", "version: 2\n"),
    ]);
    told.push("main", &files).await;
    let base = told
        .app
        .simulator
        .branch_head(told.app.repository, "main")
        .expect("main");
    told.settle().await;
    assert_eq!(
        (told.state().await.as_str(), told.revisions().await),
        ("in-review", 1),
        "{}",
        told.read()
    );
    assert!(
        told.last_prompt()
            .await
            .contains(&format!("git merge {base}"))
    );
    assert!(told.holds(base.as_str()), "{}", told.read());
    assert_eq!(told.app.the_pull().changed_files, 1);
    assert_eq!(told.file("NOTE.md").await.as_deref(), Some("hello\n"));
    assert!(
        !told
            .app
            .labels(told.issue)
            .contains(&"agent:needs-you".to_owned())
    );
    insta::assert_snapshot!(told.read());
    // The next one is another one; as the agent does nothing about it, it is for a person.
    told.push("main", &[("NOTE.md", "theirs again\n")]).await;
    told.settle().await;
    assert_eq!(told.revisions().await, 2, "{}", told.read());
    assert!(
        told.app
            .labels(told.issue)
            .contains(&"agent:needs-you".to_owned()),
        "{}",
        told.read()
    );
    told.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_that_does_not_resolve_the_conflict_is_not_sent_again() {
    let mut told = Told::new(&format!("{NOTE}\nrest\nfinish I would rather not.")).await;
    told.push("main", &[("NOTE.md", "theirs\n")]).await;
    told.settle().await;
    assert_eq!(
        (told.state().await.as_str(), told.revisions().await),
        ("in-review", 1),
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

#[tokio::test(flavor = "multi_thread")]
async fn a_base_that_moves_without_a_conflict_is_nobodys_concern() {
    let mut told = Told::new(NOTE).await;
    told.push("main", &[("ELSEWHERE.md", "theirs\n")]).await;
    told.settle().await;
    assert_eq!(
        (told.state().await.as_str(), told.revisions().await),
        ("in-review", 0),
        "{}",
        told.read()
    );
    told.done().await;
}
