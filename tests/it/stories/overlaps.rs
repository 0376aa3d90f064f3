//! Work on two issues that probably changes the same files: both say so, or the later one waits; who is at work hears of what landed.

use std::time::Duration;

use skep::core::ids::IssueNumber;
use skep::core::overlap::OnOverlap;
use skep::http::{AdminService, By};

use crate::required::grid;
use crate::test_app::{HOLD, TestApp};

const FILES: [&str; 3] = ["src/walk.rs", "src/printer.rs", "docs/guide.md"];

async fn where_work_meets(overlaps: OnOverlap) -> TestApp {
    let mut app = TestApp::with(|plan| {
        plan.issues.overlaps = overlaps;
        plan.limits.sessions = 5;
        plan.files = FILES
            .map(|path| (path.to_owned(), "fn main() {}\n".to_owned()))
            .to_vec();
    })
    .await;
    // Before its first session nothing is known of a repository.
    let first = app.go("Begin", "write first.txt: 1");
    app.settle_all().await;
    assert_eq!(app.state(first).await, "in-review");
    app
}

impl TestApp {
    /// An issue whose session works until it may go on.
    async fn busy(&mut self, title: &str, step: &str) -> IssueNumber {
        let issue = self.go(title, &format!("{step}\n{HOLD}"));
        self.until_event(issue, "session.running").await;
        self.heard().await;
        issue
    }

    /// What the status comment says once it may be edited again.
    async fn says(&mut self, issue: IssueNumber) -> String {
        self.advance(Duration::from_secs(10));
        self.heard().await;
        self.status(issue)
    }

    async fn merge_of(&mut self, issue: IssueNumber) {
        let pull = self.pull_for(issue).issue.number;
        self.simulator
            .mark_ready(self.repository, pull, "ana")
            .expect("ready");
        self.simulator
            .merge(self.repository, pull, "ana")
            .await
            .expect("merged");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn both_issues_say_that_their_work_meets_and_go_on() {
    let mut app = where_work_meets(OnOverlap::Warn).await;
    let one = app
        .busy("Follow links in `src/walk.rs`", "write one.txt: a")
        .await;
    let other = app.busy("src/walk.rs is slow", "write other.txt: b").await;
    let apart = app
        .busy("Colours in src/printer.rs", "write apart.txt: c")
        .await;
    let meets = |issue: IssueNumber| {
        format!(
            "Probably changes the same files as #{issue} (`src/walk.rs`). Nobody has to do anything"
        )
    };
    for (issue, with) in [(one, other), (other, one)] {
        let said = app.says(issue).await;
        assert!(said.contains(&meets(with)), "{said}");
        assert_eq!(app.our_comments(issue).len(), 1, "no comment of its own");
    }
    let said = app.says(apart).await;
    assert!(!said.contains("the same files"), "{said}");
    app.let_go().await;
    app.settle_all().await;
    for issue in [one, other, apart] {
        assert_eq!(app.state(issue).await, "in-review", "{}", app.thread(issue));
        assert!(!app.status(issue).contains("the same files"));
    }
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_session_changes_counts_whatever_its_issue_says() {
    let mut app = where_work_meets(OnOverlap::Warn).await;
    let one = app
        .busy("Something else", "run echo a > docs/gui''de.md")
        .await;
    let changed = app.session_dir(one, 1).join("work/docs/guide.md");
    app.until("it has changed the file", |_| {
        std::fs::read_to_string(&changed).is_ok_and(|text| text == "a\n")
    })
    .await;
    let other = app
        .busy("Say more in docs/guide.md", "write other.txt: b")
        .await;
    let said = app.says(other).await;
    assert!(
        said.contains(&format!("the same files as #{one} (`docs/guide.md`)")),
        "{said}"
    );
    let said = app.says(one).await;
    assert!(
        said.contains(&format!("the same files as #{other} (`docs/guide.md`)")),
        "{said}"
    );
    app.let_go().await;
    app.settle_all().await;
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_later_one_waits_where_the_operator_wants_that() {
    let mut app = where_work_meets(OnOverlap::Wait).await;
    let one = app
        .busy("Follow links in `src/walk.rs`", "write one.txt: a")
        .await;
    let other = app.go("src/walk.rs is slow", "write other.txt: b");
    let third = app.go("Walk in src/walk.rs faster", "write third.txt: c");
    let apart = app
        .busy("Colours in src/printer.rs", "write apart.txt: c")
        .await;
    app.heard().await;
    assert_eq!(app.state(other).await, "queued");
    let said = app.says(other).await;
    insta::assert_snapshot!(said.lines().take(3).collect::<Vec<_>>().join("\n"), @r#"
    **Queued** · waiting for the work on #3, which probably changes the same files (`src/walk.rs`)

    It starts by itself when the other is in review or over. To start it now, comment `/agent go`.
    "#);
    // A person may think otherwise.
    app.say("ana", third, "/agent go");
    app.heard().await;
    app.until_event(third, "session.running").await;
    app.let_go().await;
    app.settle_all().await;
    for issue in [one, other, third, apart] {
        assert_eq!(app.state(issue).await, "in-review", "{}", app.thread(issue));
    }
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_that_come_at_once_one_goes_first_over_a_restart_too() {
    let mut app = where_work_meets(OnOverlap::Wait).await;
    let step = format!("write one.txt: a\n{HOLD}");
    // Both are accepted before either may start.
    app.operator(async |admin| admin.pause(None, By::operator()).await)
        .await;
    let one = app.go("Follow links in `src/walk.rs`", &step);
    let other = app.go("src/walk.rs is slow", "write other.txt: b");
    app.heard().await;
    app.operator(async |admin| admin.resume(None, By::operator()).await)
        .await;
    app.until_event(one, "session.running").await;
    app.heard().await;
    assert_eq!(app.state(other).await, "queued", "{}", app.thread(other));
    app.crash().await;
    app.open().await;
    app.heard().await;
    assert_eq!(app.state(other).await, "queued", "{}", app.thread(other));
    app.let_go().await;
    app.settle_all().await;
    for issue in [one, other] {
        assert_eq!(app.state(issue).await, "in-review", "{}", app.thread(issue));
    }
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_at_work_hears_what_landed() {
    let mut app = where_work_meets(OnOverlap::Warn).await;
    let other = app.busy("src/walk.rs is slow", "write other.txt: b").await;
    let one = app.go("Follow links in `src/walk.rs`", "write one.txt: a");
    app.until("it is in review", |app| {
        app.labels(one).contains(&"agent:review".to_owned())
    })
    .await;
    app.merge_of(one).await;
    app.heard().await;
    let said = app.stored(other).await.conversation.messages;
    let landed = said
        .iter()
        .find(|message| message.id.starts_with("landed:"));
    insta::assert_snapshot!(landed.expect("it hears of it").text, @"The work on issue #4 was merged into `main` meanwhile. It changed `one.txt`. Your task probably touches the same files: keep your change small there and do not undo what the other one does. Before review your commits are put onto it; where they conflict, you are asked to merge.");
    app.let_go().await;
    app.settle_all().await;
    assert_eq!(app.state(other).await, "in-review", "{}", app.thread(other));
    app.done().await;
}

/// One that landed while another one is at work which meets it.
async fn where_one_landed(other: &str) -> (TestApp, IssueNumber) {
    let mut app = where_work_meets(OnOverlap::Warn).await;
    let other = app.go("src/walk.rs is slow", other);
    app.until_event(other, "session.running").await;
    app.heard().await;
    let one = app.go(
        "Follow links in `src/walk.rs`",
        "write src/walk.rs: fn walk() {}",
    );
    app.until("it is in review", |app| {
        app.labels(one).contains(&"agent:review".to_owned())
    })
    .await;
    app.merge_of(one).await;
    app.heard().await;
    (app, other)
}

impl TestApp {
    /// Whether the pull request of an issue stands on what the base branch is now, in one commit of its own.
    fn stands_on_main(&self, issue: IssueNumber) -> bool {
        let main = self.simulator.branch_head(self.repository, "main");
        let pull = self.pull_for(issue);
        let parent = self.git(&["rev-parse", &format!("{}^", pull.head_sha)]);
        Some(parent.trim()) == main.as_ref().map(|main| main.as_str())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_at_work_is_brought_up_to_date_before_review() {
    let (mut app, other) = where_one_landed(&format!("write other.txt: b\n{HOLD}")).await;
    app.let_go().await;
    app.settle_all().await;
    assert_eq!(app.state(other).await, "in-review", "{}", app.thread(other));
    assert!(app.stands_on_main(other), "{}", app.thread(other));
    let pull = app.pull_for(other);
    assert_eq!((pull.commits, pull.changed_files), (1, 1));
    let said = "without a conflict before this was opened, because other work on the same files had landed";
    assert!(pull.issue.body.contains(said), "{}", pull.issue.body);
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_at_any_step_brings_it_up_to_date_once() {
    grid(0..12, |steps: usize| async move {
        let (mut app, other) = where_one_landed(&format!("write other.txt: b\n{HOLD}")).await;
        app.let_go().await;
        app.run_steps(steps).await;
        app.crash_and_open().await;
        app.settle_all().await;
        assert_eq!(app.state(other).await, "in-review", "{}", app.thread(other));
        assert!(app.stands_on_main(other), "{steps}: {}", app.thread(other));
        assert_eq!(app.pull_for(other).commits, 1, "{steps}");
        app.done().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_conflicts_with_what_landed_is_merged_by_the_agent_while_it_is_a_draft() {
    let merges = "run git merge --quiet --no-edit -X ours $(git --git-dir=\"$(head -n 1 .git/objects/info/alternates)/..\" \
                  rev-parse refs/heads/main)";
    // It rests once more when it has heard what landed.
    let script =
        format!("write src/walk.rs: fn fast() {{}}\n{HOLD}\nrest\nrest\n{merges}\nfinish Merged.");
    let (mut app, other) = where_one_landed(&script).await;
    let main = app.simulator.branch_head(app.repository, "main");
    app.let_go().await;
    app.settle_until(|app| app.pulls().len() == 3).await;
    assert!(app.pull_for(other).draft, "nobody reads what conflicts");
    app.settle_all().await;
    let course = app.course(other).await;
    let revised = course.iter().filter(|line| *line == "revision.started");
    assert_eq!(revised.count(), 1, "{course:?}");
    let head = app.pull_for(other).head_sha;
    let log = app.git(&["rev-list", &head]);
    let main = main.expect("main");
    assert!(
        log.lines().any(|line| line == main.as_str()),
        "{}",
        app.thread(other)
    );
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_agent_plans_counts_where_its_issue_names_nothing() {
    let mut app = where_work_meets(OnOverlap::Warn).await;
    let one = app.busy("src/walk.rs is slow", "write one.txt: a").await;
    let other = app
        .busy(
            "Quantum chromodynamics",
            "plan Read `src/walk.rs` and make it lazy | Try it",
        )
        .await;
    app.until_event(other, "session.progress").await;
    app.heard().await;
    for (issue, with) in [(one, other), (other, one)] {
        let said = app.says(issue).await;
        let meets = format!("Probably changes the same files as #{with} (`src/walk.rs`)");
        assert!(said.contains(&meets), "{said}");
    }
    app.let_go().await;
    app.settle_all().await;
    app.done().await;
}

/// Where only the same work would count, the forecast, which is never sure, says nothing.
#[tokio::test(flavor = "multi_thread")]
async fn overlap_percent() {
    let mut said = Vec::new();
    for percent in [15, 100] {
        let mut app = where_work_meets(OnOverlap::Warn).await;
        app.wish(|plan| plan.limits.overlap_percent = percent);
        app.crash_and_open().await;
        let one = app
            .busy("Follow links in `src/walk.rs`", "write one.txt: a")
            .await;
        app.busy("src/walk.rs is slow", "write other.txt: b").await;
        said.push(app.says(one).await.contains("the same files"));
        app.let_go().await;
        app.settle_all().await;
        app.done().await;
    }
    assert_eq!(said, [true, false]);
}
