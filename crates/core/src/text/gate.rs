//! What holds a task that is to start, what releases it, and who has to act.

use super::issue_link::reference;
use super::{answer_replies, count, overlap, stack};
use crate::dependency::{Blocker, Named, Standing, Unknown, Unresolved};
use crate::location::Place;
use crate::project_status::ProjectStatus;
use crate::sanitise;
use crate::task::{Approval, ApprovalReason, Gate, Task};

/// So many issues are named one by one.
const NAMED: usize = 10;
/// So much of a title is shown, in characters.
const TITLE: usize = 80;

/// To whoever may not agree to a start.
pub const MAY_NOT_AGREE: &str =
    "To let this start, somebody with write access has to agree to it with `/agent approve`.";

/// A line of the timeline: somebody agreed.
pub fn agreed(login: &str) -> String {
    format!("{} agreed to its start", answer_replies::name(login))
}

/// A line of the timeline: a bot put the label on that passes what holds an issue.
pub fn only_people(login: &str) -> String {
    format!(
        "{} put the label `autonomy:override` on, which counts from people only",
        answer_replies::name(login)
    )
}

/// A line of the timeline: somebody wants it started in spite of what holds it.
pub fn passed(login: &str) -> String {
    format!(
        "{} said that it shall start in spite of what it waits for",
        answer_replies::name(login)
    )
}

/// Once, after a day.
pub fn reminder(login: Option<&str>, left: i64) -> String {
    let whom = login.map_or_else(String::new, |login| format!("@{login}: "));
    format!(
        "{whom}this issue still waits for somebody to approve its start. Write `/agent approve` to let it start, or \
         `/agent stop` to leave it; without either it is given up in {}.",
        count(days(left), "day")
    )
}

/// Whole days of a span in milliseconds, at least one.
pub(super) fn days(span: i64) -> u64 {
    let days = (span + 86_400_000 - 1) / 86_400_000;
    u64::try_from(days.max(1)).unwrap_or(1)
}

/// Why it ended.
pub fn nobody_agreed(days: i64) -> String {
    format!("nobody approved its start in {days} days")
}

/// What it waits for, behind its mood; `whom` is who has to act where a person has to.
pub fn header(task: &Task, gate: &Gate<'_>, whom: &str) -> String {
    let words = words(task, gate);
    match gate.needs_a_person() {
        true => format!("**Needs {whom}** · {words}"),
        false => format!("**Queued** · {words}"),
    }
}

/// What it waits for, half a sentence.
pub fn words(task: &Task, gate: &Gate<'_>) -> String {
    match gate {
        Gate::Reading => "looking at what it waits for".into(),
        Gate::Unread => "what it waits for could not be read".into(),
        Gate::Cycle(_) => "it waits for itself".into(),
        Gate::Blockers => format!("waiting for {}", first(task)),
        Gate::Unmet => "something it waits for will not come by itself".into(),
        Gate::Approval(_) => "its start has to be approved".into(),
        Gate::Project(is) => project(is),
        Gate::Overlap(meeting) => overlap::ahead(meeting, &task.place),
    }
}

/// All that is said of it, but for whom it waits for.
pub fn whole(task: &Task, gate: &Gate<'_>) -> String {
    let explained = explained(task, gate).unwrap_or_default();
    format!("{}\n{explained}", header(task, gate, ""))
}

/// Everything that the issue says it waits for, how each of them stands, a text each; what is done already as well.
pub fn waits(task: &Task) -> Vec<String> {
    let found = &task.dependencies;
    let known = found.blockers.iter().map(|one| blocker(one, &task.place));
    known
        .chain(found.unresolved.iter().map(unresolved))
        .collect()
}

/// The issues that hold it, as GitHub links them, the first of them.
pub fn holding(task: &Task) -> Vec<String> {
    let unmet = task.unmet().take(NAMED);
    unmet
        .map(|one| reference(&one.issue, &task.place))
        .collect()
}

/// The first that it waits for, and how many more.
fn first(task: &Task) -> String {
    let mut unmet = task.unmet();
    let first = unmet.next().map(|one| reference(&one.issue, &task.place));
    let first = first.unwrap_or_default();
    match unmet.count() as u64 {
        0 => first,
        more => format!("{first} and {more} more"),
    }
}

/// What holds it, one by one, and the way out; `None` where the header says it all.
pub fn explained(task: &Task, gate: &Gate<'_>) -> Option<String> {
    Some(match gate {
        Gate::Reading => return None,
        Gate::Unread => "GitHub did not tell what this issue waits for, so it does not start by itself. Comment `/agent go` to \
                         start it anyway; it is looked at again when the issue's text, labels or dependencies are changed."
            .into(),
        Gate::Cycle(path) => cycle(path, &task.place),
        Gate::Blockers => format!(
            "{}\n\nIt starts by itself once they are closed as completed{}. To start it now, comment `/agent go`.",
            list(task),
            task.could_stand_on().map(stack::or_in_review).unwrap_or_default()
        ),
        Gate::Unmet => format!(
            "{}\n\nTake the dependency away, or comment `/agent go` to start without it.",
            list(task)
        ),
        Gate::Approval(approval) => approve(approval),
        Gate::Overlap(_) => overlap::AHEAD.into(),
        Gate::Project(_) => "It starts by itself when the repository's status file says `active` again, which is looked at every five \
                             minutes. To start it now, comment `/agent go`."
            .into(),
    })
}

fn project(is: &ProjectStatus) -> String {
    match is {
        ProjectStatus::Active => "the repository lets work start".into(),
        ProjectStatus::Unclear => {
            "the repository's status file cannot be understood, so no work starts".into()
        }
        ProjectStatus::Held { word, reason } => {
            let reason = sanitise::inline(reason, 300);
            let reason = match reason.is_empty() {
                true => String::new(),
                false => format!(": {reason}"),
            };
            format!("the repository says that it is `{word}`{reason}")
        }
    }
}

fn cycle(path: &[Named], home: &Place) -> String {
    let shown: Vec<String> = path
        .iter()
        .take(NAMED)
        .map(|one| reference(one, home))
        .collect();
    let more = path.len().saturating_sub(NAMED);
    let chain = match (shown.as_slice(), more) {
        ([only], 0) => format!("{only} waits for itself"),
        ([first, rest @ ..], 0) => format!(
            "{first} waits for {}, and that for {first} again",
            rest.join(", that for ")
        ),
        (all, more) => format!("{}, and so on over {more} more", all.join(" waits for ")),
    };
    format!(
        "{chain}: none of them can start. Take one of these dependencies away, or comment `/agent go` on the issue that shall \
         start first."
    )
}

fn approve(approval: &Approval) -> String {
    let why = match approval.why {
        ApprovalReason::Checkpoint => "The issue has the label `checkpoint`",
        ApprovalReason::Role => "Its role starts only when a person agrees",
        ApprovalReason::Repository => "In this repository work starts only when a person agrees",
        ApprovalReason::Planning => "Its role plans work, and no person started it",
    };
    let void = approval.void.as_ref().map(|by| {
        let by = answer_replies::name(by);
        format!(" What {by} agreed to has been changed since, so that does not count any more.")
    });
    format!(
        "{why}.{} Somebody with write access can let it start with `/agent approve`, or with 👍 on this comment.",
        void.unwrap_or_default()
    )
}

/// Everything that it waits for, a line each.
fn list(task: &Task) -> String {
    let unmet = task.unmet().map(|one| blocker(one, &task.place));
    let unknown = task.unknown().map(unresolved);
    let mut lines: Vec<String> = unmet.chain(unknown).collect();
    let surplus = lines.len().saturating_sub(NAMED);
    lines.truncate(NAMED);
    let (found, waived) = (&task.dependencies, &task.gates.waived);
    if surplus > 0 {
        lines.push(format!("and {surplus} more"));
    }
    let hidden = found.hidden.saturating_sub(waived.hidden);
    if hidden > 0 {
        lines.push(format!(
            "{} that skep may not see",
            count(u64::from(hidden), "issue")
        ));
    }
    if found.cut > waived.cut {
        lines.push(format!(
            "{} beyond those that are looked at",
            count(u64::from(found.cut), "more reference")
        ));
    }
    let lines: Vec<String> = lines.into_iter().map(|line| format!("- {line}")).collect();
    format!("It waits for:\n\n{}", lines.join("\n"))
}

fn blocker(one: &Blocker, home: &Place) -> String {
    let title = sanitise::inline(&one.title, TITLE);
    let title = match title.is_empty() {
        true => String::new(),
        false => format!(" {title}"),
    };
    format!("{}{title}: {}", reference(&one.issue, home), stands(one))
}

fn stands(one: &Blocker) -> &'static str {
    match (one.standing, one.is_pull) {
        (Standing::Open, _) if one.failed => "the agent's work on it failed",
        (Standing::Open, true) => "a pull request that is not merged yet",
        (Standing::Open, false) => "open",
        (Standing::Completed, _) => "done",
        (Standing::NotPlanned, true) => "a pull request that was closed without a merge",
        (Standing::NotPlanned, false) => "closed as not planned",
        (Standing::Duplicate, _) => "closed as a duplicate",
        (Standing::Other, _) => "closed, but not as completed",
    }
}

fn unresolved(one: &Unresolved) -> String {
    let name = one.repository.as_ref();
    let name = name.map(|name| format!("{name}#{}", one.number));
    let name = name.unwrap_or_else(|| format!("#{}", one.number));
    let why = match one.why {
        Unknown::Missing => "there is no such issue",
        Unknown::Unreadable => "skep may not see it",
        Unknown::TooMany => "not looked at, because the issue names too many repositories",
    };
    format!("`{name}`: {why}")
}
