//! What the check run on a pull request's head says of its session. It stands there until the session stands otherwise, so it says
//! nothing that changes meanwhile: that is in the status comment, which it links to.

use super::dashboard_link;
use crate::effect::SessionStands;
use crate::policy::Context;
use crate::task::Task;

/// The headline, and what stands below it (Markdown).
pub fn words(task: &Task, stands: SessionStands) -> (String, String) {
    let (title, more) = match stands {
        SessionStands::Waiting => (
            "The session waits for its turn",
            "It goes on by itself. What it waits for is in the status comment.",
        ),
        SessionStands::Working => (
            "An agent works on it",
            "New commits may come. A comment on the issue or the pull request reaches the agent.",
        ),
        SessionStands::NeedsYou => (
            "The session needs a person",
            "The status comment says whom and what for.",
        ),
        SessionStands::Resting => (
            "Nobody works on it now",
            "How it goes on is in the status comment.",
        ),
        SessionStands::Done => (
            "The session is done",
            "The pull request is its result. Comments on it are read and worked on.",
        ),
        SessionStands::Failed => (
            "The session failed",
            "Why, and how to try again, is in the status comment.",
        ),
        SessionStands::Left => (
            "The branch has moved on",
            "This commit is not its head any more; how the session stands is said at the new head.",
        ),
    };
    let summary = format!(
        "{more}\n\n[Status comment on issue #{}]({}). This check says how the session stands, not whether the change is good.",
        task.place.issue,
        status_comment(task)
    );
    (title.to_owned(), summary)
}

/// The page behind *Details*: the task's on the dashboard where people reach that, else the status comment.
pub fn link(task: &Task, cx: Context<'_>) -> String {
    dashboard_link::page(task, cx).unwrap_or_else(|| status_comment(task))
}

/// The status comment's page, or the issue's.
fn status_comment(task: &Task) -> String {
    let pull = task.pull.as_ref().map_or("", |pull| pull.url.as_str());
    let repository = pull.rsplit_once("/pull/").map_or(pull, |(home, _)| home);
    let issue = format!("{repository}/issues/{}", task.place.issue);
    match task.shown.comment {
        Some(comment) => format!("{issue}#issuecomment-{comment}"),
        None => issue,
    }
}
