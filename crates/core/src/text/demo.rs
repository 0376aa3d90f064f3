//! What `skep demo` says at the terminal, beside the events it shows.

use super::count;

/// The first line.
pub const TITLE: &str = "skep demo: a label becomes a pull request";
/// What confines the agents, where nothing is wrong with it.
pub const SANDBOXED: &str = "bubblewrap: agents see their own folder only";
/// What became of a question that is withdrawn.
pub const WITHDRAWN: &str = "the agent went on without an answer";
/// How long a session is parked.
pub const PARKED: &str = "until the answer comes";

/// What happens in the demo that one issue is enough for.
pub fn files_one(user: &str, repository: &str, agent: &str) -> String {
    format!(
        "{user} files an issue in {repository} and labels it `agent:go`; `{agent}` works on it."
    )
}

/// What happens in the demo of three issues.
pub fn files_three(user: &str, repository: &str) -> String {
    format!("{user} files three issues in {repository} and labels each `agent:go`.")
}

/// How many issues ended in a pull request, of how many.
pub fn ended(opened: usize, total: usize, seconds: f64) -> String {
    let became = if total == 1 {
        "issue became a pull request"
    } else {
        "issues became pull requests"
    };
    format!("{opened} of {total} {became}, in {seconds:.1} s.")
}

/// What happened besides.
pub fn counts(answered: usize, revised: usize) -> String {
    format!("Questions answered: {answered}. Revisions after a review: {revised}.")
}

/// Above the thread of the first issue, of so many.
pub fn thread(issues: usize) -> &'static str {
    if issues == 1 {
        "The issue, as people on GitHub see it:"
    } else {
        "The issue with the question, as people on GitHub see it:"
    }
}

/// Above the thread of the pull request that was reviewed.
pub const REVIEWED: &str = "The pull request with the review:";

/// Above the next steps.
pub const NEXT: &str = "Next:";
/// What `skep demo --keep` is for.
pub const KEEP: &str = "leaves all of this running, to send it webhooks by hand";
/// What `skep config check` is for.
pub const CHECK: &str = "says what a real installation still needs";
/// What the README is for.
pub const README: &str = "install the App on GitHub in five steps";

/// `--keep`: it goes on.
pub fn still_running(folder: &str) -> String {
    format!("Still running; Ctrl-C ends it and removes {folder}.")
}

/// `--keep`: what can be done on an issue.
pub fn by_hand(user: &str) -> String {
    format!("As {user}, file an issue and label it; look at it some seconds later:")
}

/// `--keep`: what can be done on the issue's thread.
pub const BY_HAND_COMMENT: &str = "Say something on it, and edit what was said:";

/// `--keep`: what can be done on a pull request.
pub fn by_hand_pull(number: i64) -> String {
    format!(
        "On the pull request #{number}, comment on a line, let a check fail and pass, push, review, merge:"
    )
}

/// `--keep`: what else can be done.
pub const BY_HAND_ALL: &str =
    "All verbs with their fields (unlabel, react, close, reopen and more):";

/// `--keep`: a webhook of one's own.
pub fn by_hand_webhook(secret: &str) -> String {
    format!("Or send a webhook by hand (secret: {secret}):")
}

/// An agent's program is missing; `installs` is the name by which skep can install it.
pub fn no_program(program: &str, installs: Option<&str>) -> String {
    let way = installs.map_or_else(String::new, |name| {
        format!("; `skep agents install {name}` installs it")
    });
    format!("`{program}` is not installed, or not on the PATH{way}")
}

/// Ended by a signal before anything was filed.
pub const INTERRUPTED_EARLY: &str = "interrupted before the demo began";
/// Ended by a signal on the way.
pub const INTERRUPTED: &str = "interrupted before the demo ended";

/// Issues without a pull request, as `#1`.
pub fn no_pull(issues: &[String]) -> String {
    format!(
        "no pull request for {}; the lines above say how far it came",
        issues.join(", ")
    )
}

/// What should have happened and did not.
pub fn undone(what: &[String]) -> String {
    format!("{}; the lines above say how far it came", what.join(", "))
}

/// A question that nobody answered.
pub fn unanswered(issue: i64) -> String {
    format!("the question of #{issue} was not answered")
}

/// A review without a consequence.
pub fn unrevised(issue: i64) -> String {
    format!("the review of the pull request of #{issue} led to no revision")
}

/// It took too long.
pub fn too_slow(seconds: u64) -> String {
    format!("it did not come to an end within {seconds} s")
}

/// What a session changed: `2 files, +3 −1, in 1 commit`.
pub fn changed(files: u64, lines: &str, commits: u64) -> String {
    format!(
        "{}, {lines}, in {}",
        count(files, "file"),
        count(commits, "commit")
    )
}
