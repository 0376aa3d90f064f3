//! What the command line says about a running skep, and about what was typed.

use super::count;

/// Nothing listens at the admin address.
pub fn not_running(url: &str) -> String {
    format!(
        "No skep is running at {url}. Start one with `skep serve`, or name its admin address with --admin."
    )
}

/// It listens and does not answer.
pub fn slow(url: &str, seconds: u64) -> String {
    format!("The skep at {url} did not answer within {seconds} s. Its log may say why.")
}

/// Something else answers.
pub fn foreign(url: &str, why: &str) -> String {
    format!("What answers at {url} is not the admin address of a skep of this version: {why}")
}

/// The connection ended before the answer did.
pub fn lost(url: &str, why: &str) -> String {
    format!("The connection to the skep at {url} ended before its answer: {why}")
}

/// A refusal of the admin address, with its next step.
pub fn refused(message: &str, next: Option<&str>) -> String {
    next.map_or_else(|| message.to_owned(), |next| format!("{message} ({next})"))
}

/// What `--admin` got.
pub fn not_an_address(text: &str) -> String {
    format!("`{text}` is not an address such as http://127.0.0.1:3001")
}

/// An event that is about no repository.
pub const NOWHERE: &str = "-";

/// `skep help` of something unknown.
pub fn unknown_command(name: &str) -> String {
    format!("there is no command `{name}`; `skep help` lists them")
}

/// `skep dispatch` without a target.
pub const NO_TARGET: &str = "name what to start: `owner/repo#12`, several as `owner/repo#12 13`, or `owner/repo --label agent:go`";

/// `--label ''`.
pub const EMPTY_LABEL: &str = "the label is empty";

/// A target that is no issue and no repository.
pub fn malformed_target(word: &str) -> String {
    format!("`{word}` is not an issue such as owner/repo#12")
}

/// `#13` without a repository before it.
pub fn no_repository(word: &str) -> String {
    format!("`{word}` follows no repository: write the first as owner/repo#12")
}

/// A repository without issues and without `--label`.
pub fn no_issue(repository: &str) -> String {
    format!(
        "`{repository}` names no issue: write {repository}#12, or add --label to take all its open issues with that label"
    )
}

/// An issue beside `--label`.
pub fn issue_and_label(word: &str) -> String {
    format!("`{word}` names an issue, and --label asks for all with that label: use one of the two")
}

/// `--label` found nothing.
pub fn nothing_labeled(label: &str) -> String {
    format!("no open issue has the label `{label}`")
}

/// How many issues a dispatch started, of how many.
pub fn started(number: usize, total: usize) -> String {
    format!("{number} of {total} started")
}

/// Dispatched issues that have a pull request already.
pub fn continued(issues: usize) -> String {
    format!(
        "{} in review: the agent continues with the open pull request and starts nothing new",
        count(issues as u64, "issue")
    )
}

/// Issues of a label that were left alone.
pub fn passed_over(issues: usize) -> String {
    format!("{} in review, passed over", count(issues as u64, "issue"))
}

/// GitHub has not confirmed the App's identity since a moment.
pub fn unidentified(since: &str, why: &str) -> String {
    format!("has not said who we are since {since}: {why} (webhooks are stored meanwhile)")
}

/// Webhooks that were stored.
pub fn webhooks(number: u64, last: &str, event: &str) -> String {
    format!("{number} since the start, the last {last} ({event})")
}

/// None was stored.
pub const NO_WEBHOOKS: &str =
    "none since the start; GitHub shows what it sent on the App's page under Advanced";

/// Webhooks that were refused.
pub fn refused_webhooks(number: u64, last: &str, why: &str) -> String {
    format!("{}, the last {last}: {why}", count(number, "webhook"))
}

/// Webhooks that are signed and not readable.
pub fn unreadable(number: u64) -> String {
    format!("{number} could not be read")
}

/// Above the report of the last downtime.
pub const DOWNTIME: &str = "The last time skep was down";

/// Who is held up where it is no installation.
pub const THE_APP: &str = "the App itself";
/// Why nothing is posted: GitHub said so.
pub const PAUSED_BY_GITHUB: &str = "GitHub asked for a pause";
/// Why nothing is posted: our own limits.
pub const PAUSED_BY_PACE: &str =
    "skep stays below GitHub's limits of content; what waits is posted then";

/// What cannot be created before a moment.
pub fn waits_for_room(number: i64, what: &str, until: &str) -> String {
    format!("{} until {until}", count(number.unsigned_abs(), what))
}

/// What becomes of a session that is stopped, where the answer does not say.
pub const BEING_STOPPED: &str = "it is being stopped";

/// How full the house is, and how many wait.
pub fn queue(at_work: u32, slots: u32, waiting: usize, held: usize) -> String {
    let wait = match waiting {
        0 => "nothing waits".to_owned(),
        1 => "1 issue waits".to_owned(),
        waiting => format!("{waiting} issues wait"),
    };
    let held = match held {
        0 => String::new(),
        held => format!(" for a slot, {held} for something of their own"),
    };
    format!("{at_work} of {slots} slots in use, {wait}{held}\n")
}

/// How much memory is free, and for whom.
pub fn memory(told: &str) -> String {
    format!("memory: {told}\n")
}

/// A table has room for so many pull requests, and no more are counted.
pub const MORE_OUTCOMES: &str =
    "there are more: only the newest 10000 are counted; choose a shorter time with --since\n";

/// The ledger's first line.
pub fn outcomes(total: u64, since: &str) -> String {
    match total {
        0 => format!("no pull request was opened since {since}\n"),
        total => format!(
            "{} opened since {since}; accepted: merged, on the base branch and not reverted\n",
            count(total, "pull request")
        ),
    }
}

/// No span of time.
pub fn not_a_span(typed: &str) -> String {
    format!("{typed:?} is no time; write it like 30d, 12h or 1d12h")
}

/// Starts that the operator paused.
pub fn paused(repository: Option<&str>, since: &str) -> String {
    match repository {
        Some(repository) => format!(
            "starts in {repository} are paused since {since}; `skep resume --repo {repository}` lets them go on\n"
        ),
        None => format!("all starts are paused since {since}; `skep resume` lets them go on\n"),
    }
}
