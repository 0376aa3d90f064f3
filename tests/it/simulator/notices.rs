//! Who is notified of what, and why.

use skep_simulator::world::{IssueDraft, IssueEdit, PullDraft, ReviewDraft};

use super::client::stage;

#[tokio::test]
async fn people_are_notified_of_what_is_new_and_of_nothing_else() {
    let stage = stage().await;
    let (github, home) = (&stage.simulator, stage.home);
    for person in ["ana", "ben", "cem"] {
        github.create_user(person);
        github
            .set_permission(home, person, "write")
            .expect("a permission");
    }
    let draft = IssueDraft {
        title: "One".into(),
        body: Some("For @cem.".into()),
        ..IssueDraft::default()
    };
    let issue = github.open_issue(home, "ana", draft).expect("an issue");
    let said = github
        .comment(home, issue, "ben", "@ana look; mail me@example.org")
        .expect("a comment");
    github
        .edit_comment(home, said, "ben", "@cem look")
        .expect("an edit");
    github.label(home, issue, "bug", "ben").expect("a label");
    github
        .react(home, issue, "eyes", "ben")
        .expect("a reaction");
    let edit = IssueEdit {
        assignees: Some(vec!["cem".into()]),
        ..IssueEdit::default()
    };
    github
        .edit_issue(home, issue, edit, "ben")
        .expect("an assignee");
    github.close_issue(home, issue, "ana").expect("closed");
    github
        .push_to_branch(home, "feature", &[("A.md", "a\n")], "ana")
        .await
        .expect("a branch");
    let draft = PullDraft {
        title: "Two".into(),
        body: Some("By @ana, who hears nothing of herself.".into()),
        head: "feature".into(),
        base: "main".into(),
        draft: true,
    };
    let pull = github
        .open_pull(home, "ana", draft)
        .await
        .expect("a pull request");
    github.mark_ready(home, pull, "ana").expect("ready");
    let review = ReviewDraft {
        event: "COMMENT".into(),
        body: "Fine.".into(),
        comments: vec![],
    };
    github.review(home, pull, "ben", review).expect("a review");
    let lines: Vec<String> = github
        .notices()
        .into_iter()
        .map(|notice| {
            let number = if notice.number == issue {
                "issue"
            } else {
                "pull"
            };
            let (to, why, about, by) = (notice.to, notice.reason, notice.about, notice.by);
            format!("{number}: {to} ({why}) of {about} by {by}")
        })
        .collect();
    insta::assert_snapshot!(lines.join("\n"), @"
    issue: cem (mention) of issues.opened by ana
    issue: ana (mention) of issue_comment.created by ben
    issue: cem (subscribed) of issue_comment.created by ben
    issue: cem (assign) of issues.assigned by ben
    issue: cem (mention) of issues.closed by ana
    issue: ben (comment) of issues.closed by ana
    pull: ana (author) of pull_request_review.submitted by ben
    ");
}
