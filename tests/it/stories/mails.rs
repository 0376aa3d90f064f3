//! What lands in people's inboxes from issue to merge: a hundred lives, twenty of each course, each mail counted, with whom it
//! is for and why.

use std::collections::BTreeMap;
use std::time::Duration;

use skep::core::ids::IssueNumber;
use skep::core::notifications::Notifications;
use skep::http::{AdminService, By};
use skep_simulator::JobEnd;
use skep_simulator::world::{Notice, ReviewDraft};

use crate::test_app::TestApp;

/// How a life goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Course {
    Plain,
    Question,
    Revision,
    FailedCheck,
    Failure,
}

const COURSES: [Course; 5] = [
    Course::Plain,
    Course::Question,
    Course::Revision,
    Course::FailedCheck,
    Course::Failure,
];

impl Course {
    /// What the agent does; each life has a file of its own.
    fn script(self, life: usize) -> String {
        let file = format!("NOTE-{life}.md");
        match self {
            Self::Plain | Self::Revision => format!("write {file}: hello\nsay Wrote it."),
            Self::Question => {
                format!("ask Which? | red | blue\nwrite {file}: {{answer}}\nsay Done.")
            }
            Self::FailedCheck => {
                format!(
                    "write {file}: one\nsay Wrote it.\nrest\nwrite {file}: two\nfinish Fixed it."
                )
            }
            Self::Failure => "crash".to_owned(),
        }
    }
}

async fn app(notifications: Notifications) -> TestApp {
    TestApp::with(|plan| {
        plan.issues.notifications = notifications;
        plan.limits.start_attempts = 1;
    })
    .await
}

fn pull(app: &TestApp, issue: IssueNumber) -> IssueNumber {
    IssueNumber(app.pull_for(issue).issue.number)
}

fn check(app: &TestApp, issue: IssueNumber, conclusion: &str) {
    let head = app
        .simulator
        .branch_head(app.repository, &app.pull_for(issue).head)
        .expect("the branch");
    let end = JobEnd {
        name: "test",
        conclusion,
        steps: &[("Run", conclusion)],
        log: "no\n",
    };
    app.simulator
        .finish_check(app.repository, head.as_str(), end)
        .expect("a check");
}

/// Ana asks, and does what is asked of her, until it is merged. Answers the numbers of issue and pull request.
async fn live(app: &mut TestApp, course: Course, life: usize) -> [IssueNumber; 2] {
    let issue = app.go(&format!("Add note {life}"), &course.script(life));
    match course {
        Course::Plain | Course::Revision | Course::FailedCheck => app.settle_all().await,
        Course::Question => {
            app.settle().await;
            app.reply(issue, "1").await;
            app.settle_all().await;
        }
        Course::Failure => {
            app.settle_all().await;
            let body = format!("```skep-demo\n{}\n```\n", Course::Plain.script(life));
            app.simulator
                .edit_body(app.repository, issue, &body, "ana")
                .expect("an edit");
            app.reply(issue, "/agent retry fresh").await;
            app.settle_all().await;
        }
    }
    let pull = pull(app, issue);
    app.advance(Duration::from_secs(60));
    if course == Course::Revision {
        let script = format!("write NOTE-{life}.md: two\nsay Done.");
        let review = ReviewDraft {
            event: "REQUEST_CHANGES".into(),
            body: format!("In English.\n\n```skep-demo\n{script}\n```\n"),
            comments: vec![],
        };
        app.simulator
            .review(app.repository, pull, "ana", review)
            .expect("a review");
        app.settle_all().await;
    }
    if course == Course::FailedCheck {
        check(app, issue, "failure");
        app.settle_all().await;
        check(app, issue, "success");
        app.settle_all().await;
    }
    app.simulator
        .mark_ready(app.repository, pull, "ana")
        .expect("ready");
    app.simulator
        .merge(app.repository, pull, "ana")
        .await
        .expect("merged");
    app.settle_all().await;
    [issue, pull]
}

/// What is ours of what people were notified of, of these numbers.
fn ours(app: &TestApp, numbers: [IssueNumber; 2]) -> Vec<Notice> {
    let mut all = app.simulator.notices();
    all.retain(|notice| {
        notice.by == "skep[bot]" && numbers.iter().any(|number| number.0 == notice.number)
    });
    all
}

/// Whether it asks its reader to do something.
fn asks(notice: &Notice) -> bool {
    const ASKING: [&str; 5] = [
        "Review it",
        "/agent answer",
        "Tick",
        "/agent retry",
        "reply",
    ];
    let asked = matches!(notice.reason, "review_requested" | "assign");
    asked || ASKING.iter().any(|words| notice.words.contains(words))
}

fn is_receipt(notice: &Notice) -> bool {
    notice.words.contains("<!-- skep:status:") && !asks(notice)
}

fn shown(notice: &Notice) -> String {
    let what = if is_receipt(notice) {
        "status comment"
    } else {
        &notice.about
    };
    format!("{} ({}, {})", what, notice.to, notice.reason)
}

/// Lives of all courses; answers how many there were of each pattern of mails.
async fn lives(app: &mut TestApp, courses: &[Course], count: usize, most: usize) -> String {
    let mut patterns: BTreeMap<(Course, String), usize> = BTreeMap::new();
    let mut by_number: BTreeMap<usize, usize> = BTreeMap::new();
    for life in 0..count {
        let course = courses[life % courses.len()];
        let numbers = live(app, course, life).await;
        let notices = ours(app, numbers);
        assert!(
            notices.iter().all(|notice| notice.to == "ana"),
            "{notices:#?}"
        );
        assert!(notices.len() <= most, "{course:?}: {notices:#?}");
        let idle = |notice: &&Notice| !asks(notice) && !is_receipt(notice);
        assert_eq!(
            notices.iter().find(idle),
            None,
            "it asks nothing of anybody"
        );
        let pattern: Vec<String> = notices.iter().map(shown).collect();
        *patterns.entry((course, pattern.join(", "))).or_default() += 1;
        *by_number.entry(notices.len()).or_default() += 1;
    }
    let line = |((course, pattern), count): (&(Course, String), &usize)| {
        format!("{course:?} x{count}: {pattern}")
    };
    let lines: Vec<String> = patterns.iter().map(line).collect();
    format!("{}\nmails: lives {by_number:?}", lines.join("\n"))
}

/// A fifth of a hundred lives.
async fn twenty(course: Course) -> String {
    let mut app = app(Notifications::Normal).await;
    let told = lives(&mut app, &[course], 20, 3).await;
    app.done().await;
    told
}

#[tokio::test(flavor = "multi_thread")]
async fn plain_lives_bring_two_mails() {
    insta::assert_snapshot!(twenty(Course::Plain).await, @"
    Plain x20: status comment (ana, author), pull_request.opened (ana, mention)
    mails: lives {2: 20}
    ");
}

#[tokio::test(flavor = "multi_thread")]
async fn lives_with_a_question_bring_three() {
    insta::assert_snapshot!(twenty(Course::Question).await, @"
    Question x20: status comment (ana, author), issue_comment.created (ana, mention), pull_request.opened (ana, mention)
    mails: lives {3: 20}
    ");
}

#[tokio::test(flavor = "multi_thread")]
async fn lives_with_a_revision_bring_three() {
    insta::assert_snapshot!(twenty(Course::Revision).await, @"
    Revision x20: status comment (ana, author), pull_request.opened (ana, mention), pull_request.review_requested (ana, review_requested)
    mails: lives {3: 20}
    ");
}

#[tokio::test(flavor = "multi_thread")]
async fn lives_with_a_failed_check_bring_two() {
    insta::assert_snapshot!(twenty(Course::FailedCheck).await, @"
    FailedCheck x20: status comment (ana, author), pull_request.opened (ana, mention)
    mails: lives {2: 20}
    ");
}

#[tokio::test(flavor = "multi_thread")]
async fn lives_with_a_failure_bring_three() {
    insta::assert_snapshot!(twenty(Course::Failure).await, @"
    Failure x20: status comment (ana, author), issue_comment.created (ana, mention), pull_request.opened (ana, mention)
    mails: lives {3: 20}
    ");
}

#[tokio::test(flavor = "multi_thread")]
async fn in_quiet_every_mail_asks_for_something() {
    let mut app = app(Notifications::Quiet).await;
    let told = lives(&mut app, &COURSES, 10, 2).await;
    assert!(!app.simulator.notices().iter().any(is_receipt));
    insta::assert_snapshot!(told, @"
    Plain x2: pull_request.opened (ana, mention)
    Question x2: issue_comment.created (ana, mention), pull_request.opened (ana, mention)
    Revision x2: pull_request.opened (ana, mention), pull_request.review_requested (ana, review_requested)
    FailedCheck x2: pull_request.opened (ana, mention)
    Failure x2: issue_comment.created (ana, author), pull_request.opened (ana, mention)
    mails: lives {1: 4, 2: 6}
    ");
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn in_quiet_what_only_a_person_releases_is_told_and_what_passes_by_itself_is_not() {
    let mut app = app(Notifications::Quiet).await;
    let issue = app.issue(
        "Careful",
        "```skep-demo\nwrite a.txt: a\n```\n",
        &["checkpoint"],
    );
    app.label(issue, "agent:go");
    app.settle().await;
    let status = app.status(issue);
    assert!(status.contains("/agent approve"), "{}", app.thread(issue));
    assert_eq!(app.state(issue).await, "queued");
    app.operator(async |admin| admin.pause(None, By::operator()).await)
        .await;
    let other = app.go("Later", "write b.txt: b");
    app.settle().await;
    assert_eq!(app.status(other), "", "{}", app.thread(other));
    app.operator(async |admin| admin.resume(None, By::operator()).await)
        .await;
    app.reply(issue, "/agent approve").await;
    app.settle_all().await;
    for issue in [issue, other] {
        assert_eq!(app.state(issue).await, "in-review", "{}", app.thread(issue));
    }
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn in_quiet_a_bad_end_is_told_by_the_status_comment_and_a_question_is_asked_once() {
    let mut app = app(Notifications::Quiet).await;
    let failed = app.go("Fails", "crash");
    app.settle_all().await;
    assert!(
        app.status(failed).contains("/agent retry"),
        "{}",
        app.status(failed)
    );
    assert!(app.labels(failed).contains(&"agent:failed".to_owned()));
    let asked = app.go("Asks", "ask Which? | red | blue\nsay It is {answer}.");
    app.settle().await;
    assert_eq!(app.status(asked), "");
    assert!(app.labels(asked).contains(&"agent:needs-you".to_owned()));
    app.advance(Duration::from_secs(2 * 24 * 3_600));
    app.settle().await;
    assert_eq!(
        app.our_comments(asked).len(),
        1,
        "nobody is reminded: {}",
        app.thread(asked)
    );
    app.reply(asked, "1").await;
    app.settle_all().await;
    app.done().await;
}
