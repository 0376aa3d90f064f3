//! What `skep demo --queue` says at the terminal: what is filed, what happens in words, how each issue ended, what lacks.

use super::clock;

/// The first line.
pub const TITLE: &str = "skep demo --queue: many issues at once, in order";

/// What the person does in it.
pub fn person(user: &str) -> String {
    format!("{user} is played by the demo: what she files, approves and merges is marked `{user}`.")
}

/// What is filed.
pub fn files(user: &str, repository: &str) -> String {
    format!("{user} files ten issues in {repository}, six of them as a plan with two phases:")
}

/// How an issue is filed: behind its title.
pub fn filed(waits: &[String], labels: &[String]) -> String {
    let labels = labels.iter().map(|label| format!("`{label}`"));
    let all: Vec<String> = waits.iter().cloned().chain(labels).collect();
    all.join(", ")
}

/// It says in its text, or by a dependency of GitHub's, what it waits for.
pub fn after(how: &str, issues: &[String]) -> String {
    format!("{how} {}", issues.join(", "))
}

/// GitHub's own dependency.
pub const BLOCKED: &str = "blocked by";

/// Between the filing and what follows.
pub const BEGINS: &str = "What happens, in seconds:";

/// Held.
pub fn held(why: &str) -> String {
    format!("held        {why}")
}
/// Held by other issues.
pub fn held_by(issues: &[&str]) -> String {
    held(&format!("waits for {}", issues.join(", ")))
}
/// Held no longer.
pub fn released(was: &str) -> String {
    format!("released    it was {was}")
}
/// Held no longer, by an approval.
pub const APPROVED: &str = "released    its start is approved";
/// Something for many holds it back.
pub fn waits(why: &str) -> String {
    format!("waits       {why}")
}
/// A session began.
pub fn started(session: &str) -> String {
    format!("started     session {session}")
}
/// It is parked until the provider's limit is over.
pub fn paused(until: i64) -> String {
    format!(
        "paused      by the provider's limit; goes on at {}",
        clock(until)
    )
}
/// It goes on.
pub fn resumed(session: &str) -> String {
    format!("resumed     the limit is over; session {session} goes on")
}
/// Its pull request can be looked at.
pub fn in_review(pull: &str) -> String {
    format!("in review   pull request {pull}")
}
/// It is over.
pub fn done(pull: &str) -> String {
    format!("done        pull request {pull} is merged")
}
/// A plan is taken up.
pub fn plan(issues: i64) -> String {
    format!("plan        taken up, with its {issues} sub-issues")
}
/// A phase stands otherwise.
pub fn phase(how: &str) -> String {
    format!("phase       {how}")
}

/// What the person does: agree to a start.
pub const APPROVES: &str = "comments `/agent approve`";
/// What the person does: merge.
pub fn merges(pull: i64, issue: i64) -> String {
    format!("merges pull request #{pull}, which closes #{issue}")
}

/// What the person does: close what is done.
pub const CLOSES: &str = "closes it as completed";

/// The headings of the table.
pub const HEADINGS: [&str; 6] = ["ISSUE", "TITLE", "WAITED FOR", "STARTED", "ENDED", "HOW"];
/// What an issue waited for: that somebody agrees.
pub const APPROVAL: &str = "approval";
/// What an issue waited for: its provider.
pub const PROVIDER: &str = "the provider";
/// What an issue waited for: an earlier phase.
pub fn earlier(phase: i64) -> String {
    format!("phase #{phase}")
}
/// How an issue ended.
pub fn merged_as(pull: i64) -> String {
    format!("merged as #{pull}")
}
/// How an issue ended.
pub fn in_review_as(pull: i64) -> String {
    format!("in review as #{pull}")
}

/// How many ended well.
pub fn ended(good: usize, all: usize, seconds: f64) -> String {
    format!("{good} of {all} issues ended as they should, in {seconds:.1} s:")
}
/// Above the plan.
pub fn plan_is(issue: i64) -> String {
    format!("The plan #{issue}, as its status comment shows it:")
}
/// Above the plain drawing.
pub fn drawing(skep: &str, repository: &str) -> String {
    format!("What waited for what, as `{skep} graph {repository} --format text` draws it:")
}
/// Above the drawing for a page.
pub fn page(skep: &str, repository: &str) -> String {
    format!("The same from `{skep} graph {repository}`, for any page that shows Mermaid:")
}
/// What `--keep` is for.
pub const KEEP: &str = "leaves it running, to file and merge by hand";
/// Where the queue is explained.
pub const DEPENDENCIES: &str = "how issues say what they wait for";

/// How far an issue came that did not end well.
pub fn stands(how: Stands<'_>) -> String {
    match how {
        Stands::NotTaken => "skep never took it up".into(),
        Stands::Queued => "it still waits".into(),
        Stands::Held(why) => format!("it is held: {why}"),
        Stands::Working => "it is still at work".into(),
        Stands::Paused => "it is still paused".into(),
        Stands::InReview => "it is in review".into(),
        Stands::Merged => "it is merged".into(),
        Stands::Lost(why) => why.to_owned(),
    }
}

/// How far an issue is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stands<'a> {
    /// Nothing is known of it.
    NotTaken,
    /// It waits.
    Queued,
    /// Something of its own holds it.
    Held(&'a str),
    /// An agent works on it.
    Working,
    /// Its provider's limit is used up.
    Paused,
    /// Its pull request is open.
    InReview,
    /// Its pull request is merged.
    Merged,
    /// It failed, or was stopped or refused.
    Lost(&'a str),
}

/// An issue was not merged.
pub fn not_merged(issue: i64, stands: &str) -> String {
    format!("#{issue} was not merged ({stands})")
}
/// An issue is not in review.
pub fn not_in_review(issue: i64, stands: &str) -> String {
    format!("#{issue} is not in review ({stands})")
}
/// A plan did not come to its end.
pub fn not_done(issue: i64) -> String {
    format!("the plan #{issue} is not done")
}
/// An issue was not held by what it waits for.
pub fn not_held(issue: i64, by: &str) -> String {
    format!("#{issue} was never held by {by}")
}
/// The limit did not show.
pub fn not_paused(issue: i64) -> String {
    format!("#{issue} was not paused by its provider's limit")
}
/// It showed, and did not end.
pub fn not_resumed(issue: i64) -> String {
    format!("#{issue} was paused and did not go on")
}

/// What lacks, in one sentence.
pub fn missing(what: &[String]) -> String {
    format!("{}; the lines above say how far it came", what.join(", "))
}
