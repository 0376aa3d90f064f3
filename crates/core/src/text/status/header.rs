//! The first line of the status comment: the mood in bold, and what it is about.

use crate::agent::ErrorClass;
use crate::event::{FetchProgress, FetchStep};
use crate::task::{BlockReason, End, Job, Next, Progress, Stage, Step, Task};
use crate::text::{answer_replies, budget, clock, count, gate, span, waiting};

/// The line for a task as it stands.
pub(in crate::text) fn header(task: &Task) -> String {
    match &task.stage {
        Stage::Idle => "**No session here yet**".into(),
        Stage::Checking { .. } => "**Received** · checking".into(),
        Stage::Queued { told, next, .. } => match task.gate() {
            Some(held) => gate::header(task, &held, &whom(task)),
            None => queued(task, *told, next),
        },
        Stage::Working { .. }
        | Stage::Blocked {
            reason: BlockReason::Asked,
            ..
        } if task.open_questions().next().is_some() => {
            let open = task.open_questions().count() as u64;
            format!(
                "**Needs {}** · {}",
                whom(task),
                count(open, "open question")
            )
        }
        Stage::Working { job, step, .. } => working(job, step, task.progress()),
        Stage::Blocked {
            reason: BlockReason::Asked,
            ..
        } => "**Waiting**".into(),
        Stage::Blocked {
            reason: BlockReason::Later { class, until },
            ..
        } => later(*class, *until),
        Stage::Blocked {
            reason: BlockReason::Plan,
            ..
        } => format!("**Needs {}** · the plan waits for approval", whom(task)),
        Stage::Blocked {
            reason: BlockReason::Paths,
            ..
        } => format!(
            "**Needs {}** · its protected paths wait for a word",
            whom(task)
        ),
        Stage::Blocked {
            reason: BlockReason::Budget { cap },
            ..
        } => format!("**Needs {}** · {}", whom(task), budget::waits(*cap)),
        Stage::Blocked {
            reason: BlockReason::Paused { .. },
            ..
        } => "**Paused**".into(),
        Stage::Ended { .. } if task.can_revise() && task.review.issue_closed => {
            "**In review** · the issue is closed".into()
        }
        Stage::Ended {
            end: End::Failed { class, .. },
            ..
        } if task.can_revise() => {
            format!(
                "**In review** · needs {} · the last session failed · `{class}`",
                whom(task)
            )
        }
        Stage::Ended { .. } if task.can_revise() && task.review.unfinished.is_some() => {
            format!("**In review** · not finished, needs {}", whom(task))
        }
        Stage::Ended { .. } if task.can_revise() && task.review.needs.is_some() => {
            format!("**In review** · needs {}", whom(task))
        }
        Stage::Ended {
            end: End::Cancelled { .. },
            ..
        } if task.can_revise() => "**In review** · the last session was stopped".into(),
        Stage::Ended {
            end: End::Unchanged,
            ..
        } => format!("**Needs {}** · no file was changed", whom(task)),
        Stage::Ended { job, end, at, .. } => ended(job.as_deref(), end, *at),
    }
}

fn later(class: ErrorClass, until: i64) -> String {
    let at = clock(until);
    match class {
        ErrorClass::RateLimit => {
            format!("**Waiting** · paused by the provider's limit, resumes at {at}")
        }
        _ => format!("**Waiting** · tries its model again at {at}"),
    }
}

/// The place in the queue, what it waits for there, and when it may start.
fn queued(task: &Task, told: Option<(i64, i64)>, next: &Next) -> String {
    let place = told.map_or_else(String::new, |(position, total)| {
        format!(" · #{position} of {total}")
    });
    format!(
        "**Queued**{place} · {}{}{}",
        waiting::words(&task.waits_for),
        next_words(next),
        waiting::may_start(task.may_start)
    )
}

/// Who has to act; named without a ping, since each edit would be one.
fn whom(task: &Task) -> String {
    match task.job().and_then(|job| job.actor.login()) {
        Some(login) => answer_replies::name(login),
        None => "a person".into(),
    }
}

fn next_words(next: &Next) -> &'static str {
    match next {
        Next::Begin => "",
        Next::Revise => " to revise the pull request",
        Next::Conversation { .. } => " to go on",
        Next::Look { .. } => " to finish",
    }
}

fn working(job: &Job, step: &Step, progress: Option<&Progress>) -> String {
    let at = match (step, progress.and_then(|progress| progress.fetch)) {
        (Step::Preparing { .. }, Some(fetch)) => fetching(fetch),
        _ => step_words(step).to_owned(),
    };
    format!("**Working** as {}{at}", job.role.name)
}

fn fetching(fetch: FetchProgress) -> String {
    let what = match fetch.step {
        FetchStep::Receiving => "fetching",
        FetchStep::Unpacking => "unpacking",
    };
    format!(" · {what} the repository, {} %", fetch.percent)
}

fn step_words(step: &Step) -> &'static str {
    match step {
        Step::Preparing { .. } => " · preparing the working copy",
        Step::Running { .. } => "",
        Step::Waiting { .. } => " · waiting for an answer",
        Step::Collecting { .. } => " · looking at what changed",
        Step::Asking { .. } | Step::Publishing { .. } => " · pushing the branch",
        Step::Opening { .. } => " · opening the pull request",
        Step::Answering { .. } => " · posting the answer",
    }
}

fn ended(job: Option<&Job>, end: &End, at: i64) -> String {
    let took = job
        .and_then(|job| job.started_at)
        .map(|start| span(at - start));
    let within = |word: &str| {
        took.as_ref()
            .map(|took| format!(" {word} {took}"))
            .unwrap_or_default()
    };
    match end {
        End::InReview => format!("**In review** · done{}", within("in")),
        End::Merged => "**Done** · the pull request was merged".into(),
        End::PullClosed => "**Closed** · the pull request was closed without merging".into(),
        End::Unchanged => "**Ended** · no file was changed".into(),
        End::Answered if job.is_some_and(|job| job.role.writes) => {
            format!(
                "**Answered**{} · no files changed; the answer is a comment of its own",
                within("in")
            )
        }
        End::Answered => format!(
            "**Answered**{} · the answer is a comment of its own",
            within("in")
        ),
        End::Refused { .. } => "**Not started**".into(),
        End::Failed { class, .. } => format!("**Failed**{} · `{class}`", within("after")),
        End::Cancelled { .. } => format!("**Stopped**{}", within("after")),
    }
}
