//! Work that begins on the branch of the issue it waits for (`stack = true`): it goes there, follows it through a merge of each
//! kind, and waits for people when that comes to nothing.

use std::time::Duration;

use skep::core::ids::IssueNumber;
use skep_simulator::world::ReviewDraft;

use super::follow::with;
use crate::test_app::{HOLD, Options, TestApp};

const FIRST: &str = "write FIRST.md: first\nsay Wrote the first.";
const SECOND: &str =
    "write FIRST.md: first, and second\nwrite SECOND.md: second\nsay Wrote the second.";
const THIRD: &str = "write THIRD.md: third\nsay Wrote the third.";

fn stacks(options: &mut Options) {
    options.issues.stack = true;
}

impl TestApp {
    /// An issue that depends on others and is to be worked on.
    fn depends(&self, title: &str, script: &str, on: &str) -> IssueNumber {
        let body = format!("Please. Depends on {on}.\n\n```skep-demo\n{script}\n```\n");
        let issue = self.issue(title, &body, &[]);
        self.label(issue, "agent:go");
        issue
    }

    fn number(&self, issue: IssueNumber) -> IssueNumber {
        IssueNumber(self.pull_for(issue).issue.number)
    }

    /// A person merges the pull request of an issue.
    async fn merged(&mut self, issue: IssueNumber, squashed: bool) {
        self.advance(Duration::from_secs(60));
        let (home, pull) = (self.repository, self.number(issue));
        self.simulator.mark_ready(home, pull, "ana").expect("ready");
        let merged = match squashed {
            true => self.simulator.squash(home, pull, "ana").await,
            false => self.simulator.merge(home, pull, "ana").await,
        };
        merged.expect("merged");
    }

    /// What a pull request shows: where it goes, how many commits and files.
    fn goes(&self, issue: IssueNumber) -> (String, i64, i64) {
        let pull = self.pull_for(issue);
        assert!(pull.issue.open, "{}", self.thread(issue));
        (pull.base, pull.commits, pull.changed_files)
    }

    /// An issue that depends on another one, whose session works until it may go on.
    async fn busy_above(&mut self, on: &str) -> IssueNumber {
        let issue = self.depends("Second", &format!("{SECOND}\n{HOLD}"), on);
        self.until_event(issue, "session.running").await;
        self.heard().await;
        issue
    }

    async fn until_review(&mut self, issue: IssueNumber) {
        self.until("it is in review", |app| {
            app.labels(issue).contains(&"agent:review".to_owned())
        })
        .await;
        self.heard().await;
    }

    async fn on(&self, branch: &str, path: &str) -> Option<String> {
        let file = self.simulator.file(self.repository, branch, path).await;
        file.expect("git")
    }

    /// The status comment without its folded part and its first line, which has times.
    fn shows(&self, issue: IssueNumber) -> String {
        let status = self.status(issue);
        let end = status.find("<details>").unwrap_or(status.len());
        status[..end].trim().to_owned()
    }

    fn branches(&self) -> Vec<String> {
        let all = self.simulator.branches(self.repository);
        let ours = all.into_iter().filter(|name| name.starts_with("agent/"));
        ours.collect()
    }
}

/// An app with one pull request in review and another one that stands on it.
async fn two(above: &str) -> (TestApp, IssueNumber, IssueNumber) {
    let mut app = TestApp::with(stacks).await;
    let first = app.go("First", FIRST);
    let second = app.depends("Second", above, "#1");
    app.settle_all().await;
    assert_eq!(app.state(first).await, "in-review", "{}", app.thread(first));
    assert_eq!(
        app.state(second).await,
        "in-review",
        "{}",
        app.thread(second)
    );
    (app, first, second)
}

const BELOW: &str = "agent/1-first";

#[tokio::test(flavor = "multi_thread")]
async fn it_begins_on_the_branch_in_review_and_says_so() {
    let (app, first, second) = two(SECOND).await;
    assert_eq!(app.goes(second), (BELOW.into(), 1, 2));
    assert_eq!(app.goes(first), ("main".into(), 1, 1));
    insta::assert_snapshot!(app.shows(second), @"
    **In review** · done in 0 ms

    [`agent/2-second`](../tree/agent/2-second) · draft pull request #4

    Stacked on #1's pull request #3: it starts from that branch, its pull request goes there, and it is merged after that one. When #3 is merged, skep leads this one to where that went.

    2 files changed (+2 −1). Review the pull request: a review, or `/agent <what to do>` on it, sends the agent back to work; when you are happy, mark it ready for review, then merge it.
    ");
    let body = app.pull_for(second).issue.body;
    insta::assert_snapshot!(body.lines().take(6).collect::<Vec<_>>().join("\n"), @"
    <!-- skep: this part is kept up to date; write above or below it -->
    Closes #2

    Stacked on #3 (for #1): merge that one first. Then skep lets this one go where that went, with its own commits alone.

    **Risk: low** (skep verified nothing of it)
    ");
    let (below, pull) = (app.number(first), app.number(second));
    assert_eq!(app.simulator.stacks(app.repository), [[below.0, pull.0]]);
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn until_that_is_in_review_it_waits_and_says_for_what() {
    let mut app = TestApp::with(stacks).await;
    let first = app.issue("First", "", &[]);
    let second = app.depends("Second", SECOND, "#1");
    app.settle_all().await;
    assert_eq!(app.state(second).await, "queued");
    insta::assert_snapshot!(app.shows(second), @"
    **Queued** · waiting for #1

    It waits for:

    - #1 First: open

    It starts by itself once they are closed as completed, or, stacked on its branch, as soon as a pull request of skep's for #1 is in review. To start it now, comment `/agent go`.
    ");
    // Closed without a pull request of skep's, it lets the other one go as ever.
    app.close_issue(first, "ana");
    app.settle_all().await;
    assert_eq!(app.goes(second).0, "main");
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_setting_it_waits_until_the_other_is_closed() {
    let mut app = TestApp::new().await;
    let first = app.go("First", FIRST);
    let second = app.depends("Second", SECOND, "#1");
    app.settle_all().await;
    assert_eq!(app.state(first).await, "in-review");
    assert_eq!(app.state(second).await, "queued", "{}", app.thread(second));
    app.merged(first, false).await;
    app.settle_all().await;
    assert_eq!(app.goes(second), ("main".into(), 1, 2));
    assert_eq!(app.simulator.stacks(app.repository), Vec::<Vec<i64>>::new());
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_for_two_waits_for_one_of_them_to_be_closed() {
    let mut app = TestApp::with(stacks).await;
    let first = app.go("First", FIRST);
    let other = app.issue("Other", "", &[]);
    let third = app.depends("Third", THIRD, "#1 and #2");
    app.settle_all().await;
    assert_eq!(app.state(first).await, "in-review");
    assert_eq!(app.state(third).await, "queued", "{}", app.thread(third));
    app.close_issue(other, "ana");
    app.settle_all().await;
    assert_eq!(app.goes(third), (BELOW.into(), 1, 1));
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_merge_it_goes_on_to_where_that_went() {
    let (mut app, first, second) = two(SECOND).await;
    let head = app.pull_for(second).head_sha.clone();
    app.merged(first, false).await;
    app.settle_all().await;
    assert_eq!(app.goes(second), ("main".into(), 1, 2));
    assert_eq!(
        app.pull_for(second).head_sha,
        head,
        "nothing had to be pushed"
    );
    // The branch below goes last: what goes to a branch is closed with it.
    assert_eq!(app.branches(), ["agent/2-second"]);
    assert!(
        !app.shows(second).contains("tacked"),
        "{}",
        app.shows(second)
    );
    let body = app.pull_for(second).issue.body;
    assert!(!body.contains("Stacked on"), "{body}");
    app.merged(second, true).await;
    app.settle_all().await;
    assert_eq!(app.state(second).await, "done");
    assert_eq!(app.branches(), Vec::<String>::new());
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_squash_its_own_commits_alone_go_on() {
    let (mut app, first, second) = two(SECOND).await;
    app.merged(first, true).await;
    app.settle_all().await;
    assert_eq!(
        app.goes(second),
        ("main".into(), 1, 2),
        "{}",
        app.thread(second)
    );
    let text = app.on("agent/2-second", "FIRST.md").await;
    assert_eq!(text.as_deref(), Some("first, and second\n"));
    // And the agent goes on from there.
    let pull = app.number(second);
    app.advance(Duration::from_secs(60));
    let words = with("/agent One more.", "write MORE.md: more\nsay Added it.");
    app.simulator
        .comment(app.repository, pull, "ana", &words)
        .expect("a comment");
    app.settle_all().await;
    assert_eq!(
        app.goes(second),
        ("main".into(), 2, 3),
        "{}",
        app.thread(second)
    );
    app.done().await;
}

/// Whatever is killed on the way, it ends the same.
#[tokio::test(flavor = "multi_thread")]
async fn a_kill_at_any_step_after_the_squash_changes_nothing() {
    let (mut app, first, _) = two(SECOND).await;
    app.merged(first, true).await;
    let all = app.run_steps(usize::MAX).await;
    app.done().await;
    for step in (1..all).step_by(3) {
        let (mut app, first, second) = two(SECOND).await;
        app.merged(first, true).await;
        app.run_steps(step).await;
        app.crash_and_open().await;
        app.settle_all().await;
        let goes = app.goes(second);
        assert_eq!(
            goes,
            ("main".into(), 1, 2),
            "{step}: {}",
            app.thread(second)
        );
        assert_eq!(app.branches(), ["agent/2-second"], "{step}");
        app.done().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_merge_while_it_is_at_work_lets_it_finish_first() {
    let mut app = TestApp::with(stacks).await;
    let first = app.go("First", FIRST);
    app.until_review(first).await;
    let second = app.busy_above("#1").await;
    app.merged(first, true).await;
    app.heard().await;
    let told = app.stored(second).await.conversation.messages;
    let told = told.iter().find(|message| message.id.starts_with("below:"));
    insta::assert_snapshot!(told.expect("it hears of it").text, @"Pull request #2 for issue #1, on which your branch stands, was merged into `main`. Go on with your task as it is: your commits are put onto that branch when you are done, and you are asked to merge if they conflict.");
    app.let_go().await;
    app.settle_all().await;
    assert_eq!(
        app.goes(second),
        ("main".into(), 1, 2),
        "{}",
        app.thread(second)
    );
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn three_in_a_row_go_one_by_one() {
    let (mut app, first, second) = two(SECOND).await;
    let third = app.depends("Third", THIRD, "#2");
    app.settle_all().await;
    assert_eq!(
        app.goes(third),
        ("agent/2-second".into(), 1, 1),
        "{}",
        app.thread(third)
    );
    let numbers = [first, second, third].map(|issue| app.number(issue).0);
    assert_eq!(app.simulator.stacks(app.repository), [numbers]);
    app.merged(first, true).await;
    app.settle_all().await;
    assert_eq!(app.goes(second), ("main".into(), 1, 2));
    // The one in the middle was made anew: so is what stands on it.
    assert_eq!(
        app.goes(third),
        ("agent/2-second".into(), 1, 1),
        "{}",
        app.thread(third)
    );
    assert_eq!(
        app.simulator.stacks(app.repository),
        [numbers[..1].to_vec(), numbers[1..].to_vec()]
    );
    app.merged(second, true).await;
    app.settle_all().await;
    assert_eq!(
        app.goes(third),
        ("main".into(), 1, 1),
        "{}",
        app.thread(third)
    );
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fix_below_is_told_to_who_is_at_work_above() {
    let mut app = TestApp::with(stacks).await;
    let first = app.go("First", FIRST);
    app.until_review(first).await;
    let second = app.busy_above("#1").await;
    let draft = ReviewDraft {
        event: "REQUEST_CHANGES".into(),
        body: with("Say more.", "write MORE.md: more\nsay Said more."),
        comments: Vec::new(),
    };
    app.advance(Duration::from_secs(60));
    let below = app.number(first);
    let (home, before) = (app.repository, app.pull_for(first).head_sha);
    app.simulator
        .review(home, below, "ana", draft)
        .expect("a review");
    app.until("it is fixed", |app| app.pull_for(first).head_sha != before)
        .await;
    app.until_review(first).await;
    let told = app.stored(second).await.conversation.messages;
    let told = told.iter().find(|message| message.id.starts_with("below:"));
    insta::assert_snapshot!(told.expect("it hears of it").text, @"Your branch stands on `agent/1-first` (pull request #2 for issue #1), and that has new commits now. Go on with your task and do not undo what the other one does; you are asked to merge if the two conflict in the end.");
    app.let_go().await;
    app.settle_all().await;
    assert_eq!(app.goes(second).0, BELOW, "{}", app.thread(second));
    // What was fixed below does not come again either.
    app.merged(first, true).await;
    app.settle_all().await;
    assert_eq!(
        app.goes(second),
        ("main".into(), 1, 2),
        "{}",
        app.thread(second)
    );
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn below_closed_unmerged_a_person_says_what_becomes_of_it() {
    let (mut app, first, second) = two(SECOND).await;
    app.advance(Duration::from_secs(60));
    let below = app.number(first);
    app.simulator
        .close_pull(app.repository, below, "ana")
        .expect("closed");
    app.settle_all().await;
    assert_eq!(
        app.goes(second).0,
        BELOW,
        "nothing is led elsewhere without a word"
    );
    assert!(app.labels(second).contains(&"agent:needs-you".to_owned()));
    insta::assert_snapshot!(app.shows(second), @"
    **In review** · needs `@ana`

    [`agent/2-second`](../tree/agent/2-second) · draft pull request #4

    Stacked on #1's pull request #3: it starts from that branch, its pull request goes there, and it is merged after that one. When #3 is merged, skep leads this one to where that went.

    2 files changed (+2 −1). Review the pull request: a review, or `/agent <what to do>` on it, sends the agent back to work; when you are happy, mark it ready for review, then merge it.

    A person has to look: `#1`'s pull request `#3`, on which this one is stacked, was closed without a merge. Nothing of this work is lost. Reopen `#3`, or change the base branch of this pull request on GitHub, then say with `/agent <what to do>` what is to become of the changes of `#3`
    ");
    // Opened again, all is as before.
    app.advance(Duration::from_secs(60));
    app.simulator
        .reopen_issue(app.repository, below, "ana")
        .expect("open");
    app.settle_all().await;
    assert!(
        app.labels(second).contains(&"agent:review".to_owned()),
        "{}",
        app.thread(second)
    );
    app.merged(first, true).await;
    app.settle_all().await;
    assert_eq!(
        app.goes(second),
        ("main".into(), 1, 2),
        "{}",
        app.thread(second)
    );
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_without_stacks_does_as_well() {
    let (mut app, first, second) = two(SECOND).await;
    app.simulator.set_stacks(false);
    app.merged(first, true).await;
    app.settle_all().await;
    assert_eq!(
        app.goes(second),
        ("main".into(), 1, 2),
        "{}",
        app.thread(second)
    );
    app.done().await;
    let mut app = TestApp::with(stacks).await;
    app.simulator.set_stacks(false);
    app.go("First", FIRST);
    let second = app.depends("Second", SECOND, "#1");
    app.settle_all().await;
    assert_eq!(
        app.goes(second),
        (BELOW.into(), 1, 2),
        "{}",
        app.thread(second)
    );
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_branch_deleted_by_githubs_button_leads_it_on_as_well() {
    let (mut app, first, second) = two(SECOND).await;
    app.simulator.set_stacks(false);
    app.merged(first, true).await;
    let below = app.number(first);
    app.simulator
        .delete_merged_branch(app.repository, below, "ana")
        .await
        .expect("deleted");
    app.settle_all().await;
    assert_eq!(
        app.goes(second),
        ("main".into(), 1, 2),
        "{}",
        app.thread(second)
    );
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_conflicts_is_sent_to_the_agent() {
    let (mut app, first, second) = two(SECOND).await;
    app.merged(first, true).await;
    // Somebody changes the same line at once.
    app.simulator
        .push_to_branch(app.repository, "main", &[("FIRST.md", "theirs\n")], "ana")
        .await
        .expect("a push");
    app.settle_all().await;
    let (base, ..) = app.goes(second);
    assert_eq!(base, "main");
    assert!(
        app.course(second)
            .await
            .iter()
            .any(|line| line == "revision.started"),
        "{:?}",
        app.course(second).await
    );
    app.leave_unfinished();
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_others_pushed_is_not_rebased_and_a_person_is_told() {
    let (mut app, first, second) = two(THIRD).await;
    let theirs = [("THEIRS.md", "by hand\n")];
    app.simulator
        .push_to_branch(app.repository, "agent/2-second", &theirs, "ana")
        .await
        .expect("a push");
    app.settle_all().await;
    let head = app.pull_for(second).head_sha;
    app.merged(first, true).await;
    app.settle_all().await;
    assert_eq!(app.goes(second).0, "main");
    assert_eq!(
        app.pull_for(second).head_sha,
        head,
        "nothing is written over"
    );
    let says = app.shows(second);
    let told = says.lines().last().unwrap_or_default();
    insta::assert_snapshot!(told, @"A person has to look: `#3` has moved on, and this pull request, which is stacked on it, could not follow: others pushed to its branch, and skep does not write over that. Rebase it onto where that went, and change its base branch on GitHub if it does not go there; or comment `/agent rebase this`");
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_leads_it_elsewhere_has_the_last_word() {
    let (mut app, first, second) = two(SECOND).await;
    app.simulator.set_stacks(false);
    app.simulator
        .push_to_branch(app.repository, "next", &[("NEXT.md", "next\n")], "ana")
        .await
        .expect("a branch");
    let pull = app.number(second);
    app.simulator
        .retarget(app.repository, pull, "next", "ana")
        .expect("led elsewhere");
    app.settle_all().await;
    app.merged(first, true).await;
    app.settle_all().await;
    assert_eq!(app.goes(second).0, "next", "{}", app.thread(second));
    app.done().await;
}
