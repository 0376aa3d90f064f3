//! The one status comment: a header by mood, links, the plan with live ticks, the reason and the next step, and a folded
//! block for the curious. Edited, never repeated.

mod header;

pub(super) use self::header::header;
use super::{
    LIMIT, budget, clock, code, containment, count, gate, kept::kept, left_out, pull, role_why,
    span, verify,
};
use crate::agent::{ErrorClass, PlanEntry, PlanStatus};
use crate::event::{ChecksState, Work};
use crate::policy::{Context, GO_LABEL};
use crate::role::Why;
use crate::sanitise::{self, Allow};
use crate::task::{BlockReason, End, Job, Progress, Stage, Step, Task};

/// Entries of a plan that are shown.
const SHOWN: usize = 40;

/// Renders the comment for a task as it stands.
pub fn render(task: &Task, cx: Context<'_>) -> String {
    if task.shows_sprint() {
        return super::sprint::render(task, cx.now);
    }
    let mut parts = vec![head(task, cx)];
    parts.extend(task.gate().and_then(|held| gate::explained(task, &held)));
    parts.extend(links(task).into_iter().chain(several_roles(task)));
    parts.extend(implied_role(task, cx));
    parts.extend(base(task));
    parts.extend(second_bot(task));
    if let Some(progress) = task.progress() {
        parts.extend(plan(task, &progress.plan));
        parts.extend(doing(task, progress));
    }
    parts.extend(ending(task));
    parts.extend(super::sprint::beside(task));
    parts.extend(super::overlap::line(task));
    parts.extend(super::withheld::line(task));
    parts.extend(super::suggestion::section(&task.suggested));
    parts.extend(super::discovery::section(&task.discovered));
    parts.extend(held_up(task, cx));
    parts.extend(details(task, cx));
    parts.push(format!("<sub>updated {}</sub>", clock(cx.now)));
    sanitise::fit(&parts.join("\n\n"), LIMIT)
}

/// The header, and near a limit how near.
fn head(task: &Task, cx: Context<'_>) -> String {
    let held = matches!(
        task.stage,
        Stage::Blocked {
            reason: BlockReason::Budget { .. },
            ..
        }
    );
    let near = budget::near(task, cx.policy).filter(|_| task.stage.is_live() && !held);
    let near = near.map_or_else(String::new, |near| format!(" · {near}"));
    format!("{}{near}", header(task))
}

/// Of several role labels one counts: whoever wants another sees how, while it matters.
fn several_roles(task: &Task) -> Option<String> {
    let job = task
        .job()
        .filter(|_| !matches!(task.stage, Stage::Ended { .. }))?;
    let Why::FirstOf { labels, .. } = &job.why else {
        return None;
    };
    let (counts, others) = labels.split_first()?;
    let (counts, others): (_, Vec<_>) = (
        code(counts, 60),
        others.iter().map(|label| code(label, 60)).collect(),
    );
    Some(format!(
        "{}: {counts} counts. To have {}, remove {counts} before the next session starts.",
        count(labels.len() as u64, "role label"),
        others.join(" or "),
    ))
}

/// A role that nobody named outright, while it can still be changed; as the default it is no news.
fn implied_role(task: &Task, cx: Context<'_>) -> Option<String> {
    let Stage::Queued { job, .. } = &task.stage else {
        return None;
    };
    let name = &job.role.name;
    let open = job.started_at.is_none() && *name != cx.policy.default_role;
    open.then(|| super::role::implied(&job.why, name.as_str()))
        .flatten()
}

/// Two bots on one prefix take each other's labels away.
fn second_bot(task: &Task) -> Option<String> {
    let bot = task.second_bot.as_deref()?;
    Some(format!(
        "⚠️ {} uses labels that begin with `agent:` as well, so those here may not say how it stands. The operator of one of \
         the two can give it another prefix (skep: `label_prefix`).",
        code(bot, 60)
    ))
}

/// Where the work goes, when that is not the default branch.
fn base(task: &Task) -> Option<String> {
    let job = task.job().filter(|job| !job.only_asked)?;
    let by = job.base_from.as_ref()?;
    Some(super::base_branch::shown(&job.base_branch, by))
}

/// That something is ready and waits for GitHub.
fn held_up(task: &Task, cx: Context<'_>) -> Option<String> {
    let until = task.shown.held_until.filter(|until| *until > cx.now)?;
    Some(format!(
        "Held up until {}: GitHub takes only so many comments and pull requests in an hour. Nobody has to do anything; \
         what is missing follows then.",
        clock(until)
    ))
}

/// Where it stands, in one reply: for whoever asks.
pub fn brief(task: &Task, cx: Context<'_>) -> String {
    let mut parts = match &task.stage {
        _ if task.shows_sprint() => vec![super::sprint::header(task)],
        Stage::Idle => vec![
            "No session here yet. Comment `/agent go`, or add the label `agent:go`, to start"
                .into(),
        ],
        Stage::Ended {
            end: End::Refused { say },
            ..
        } => vec![format!("{}: {}", header(task), words(say))],
        _ => vec![header(task)],
    };
    parts.extend(links(task));
    let waits = task.conversation.messages.len() as u64;
    if waits > 0 {
        parts.push(format!("{} for the agent", count(waits, "message")));
    }
    parts.push(format!("<sub>asked {}</sub>", clock(cx.now)));
    parts.join(" · ")
}

fn links(task: &Task) -> Option<String> {
    let mut links = Vec::new();
    if let Some(job) = task.job().filter(|_| task.branch_head.is_some()) {
        links.push(format!("[`{}`](../tree/{})", job.branch, job.branch));
    }
    if let Some(pull) = &task.pull {
        let over = matches!(
            &task.stage,
            Stage::Ended {
                end: End::Merged | End::PullClosed,
                ..
            }
        );
        let kind = if pull.draft && !over {
            "draft pull request"
        } else {
            "pull request"
        };
        links.push(format!("{kind} #{}", pull.number));
    }
    (!links.is_empty()).then(|| links.join(" · "))
}

fn plan(task: &Task, entries: &[PlanEntry]) -> Option<String> {
    let live = matches!(
        task.stage,
        Stage::Working {
            step: Step::Running { .. },
            ..
        }
    );
    let line = |entry: &PlanEntry| {
        let (tick, tail) = match entry.status {
            PlanStatus::Completed => ("x", ""),
            PlanStatus::InProgress if live => (" ", " ⏳"),
            PlanStatus::InProgress | PlanStatus::Pending => (" ", ""),
        };
        format!("- [{tick}] {}{tail}", sanitise::inline(&entry.content, 200))
    };
    let mut lines: Vec<String> = entries.iter().take(SHOWN).map(line).collect();
    if entries.len() > SHOWN {
        lines.push(format!("- … and {} more", entries.len() - SHOWN));
    }
    (!lines.is_empty()).then(|| lines.join("\n"))
}

fn doing(task: &Task, progress: &Progress) -> Option<String> {
    if !matches!(task.stage, Stage::Working { .. }) {
        return None;
    }
    let report = sanitise::inline(&progress.report, 300);
    let doing = sanitise::inline(&progress.doing, 160);
    let silent = match progress.silent_ms {
        0 => String::new(),
        ms => format!(" · silent for {}", span(ms)),
    };
    let asked = task.open_questions().next().is_some();
    let lines = [
        (!report.is_empty()).then_some(report),
        asked.then(|| "Waiting for your answer.".to_owned()),
        (!(asked || doing.is_empty() && silent.is_empty()))
            .then(|| format!("Now: {doing}{silent}")),
    ];
    let lines: Vec<String> = lines.into_iter().flatten().collect();
    (!lines.is_empty()).then(|| lines.join("\n\n"))
}

/// What the end means and what comes next.
fn ending(task: &Task) -> Option<String> {
    let Stage::Ended { end, progress, .. } = &task.stage else {
        return held(task);
    };
    let what = match end {
        End::InReview | End::PullClosed | End::Answered => None,
        End::Merged => task
            .job()
            .and_then(Job::named_base)
            .map(|branch| super::base_branch::merged(&branch)),
        End::Unchanged => Some(
            "The agent's words are in a comment of their own. If that is the answer, close the issue; if a change is wanted, \
             say here what is missing and write `/agent retry`."
                .to_owned(),
        ),
        End::Refused { say } => Some(format!("Nothing was started: {}", words(say))),
        End::Failed { say, .. } => {
            let parts = [Some(format!("It failed because {}", words(say))), tail(progress), kept(task)];
            Some(parts.into_iter().flatten().collect::<Vec<_>>().join("\n\n"))
        }
        End::Cancelled { why } => {
            let stopped = format!("Stopped because {}.", words(why));
            Some(kept(task).map_or(stopped.clone(), |kept| format!("{stopped}\n\n{kept}")))
        }
    };
    let in_review = task.can_revise() || *end == End::InReview;
    // What ended the last session is said below.
    let said = |class: &ErrorClass| match end {
        End::Failed { class: failed, .. } => failed.agent() == Some(*class),
        End::Cancelled { .. } => *class == ErrorClass::Stopped,
        End::InReview
        | End::Merged
        | End::PullClosed
        | End::Answered
        | End::Unchanged
        | End::Refused { .. } => false,
    };
    let unfinished = task
        .review
        .unfinished
        .filter(|class| in_review && !said(class))
        .map(not_finished);
    let left = match end {
        End::InReview | End::Answered | End::Unchanged | End::Failed { .. } => left(progress),
        End::Merged | End::PullClosed | End::Refused { .. } | End::Cancelled { .. } => None,
    };
    let next = match end {
        _ if task.can_revise() => Some(review(
            task,
            progress.work.as_deref().filter(|_| *end == End::InReview),
        )),
        End::InReview => progress.work.as_ref().map(|work| review(task, Some(work))),
        End::Failed { .. } => Some(super::conversation::RETRY.to_owned()),
        End::Cancelled { .. } => Some(
            "To start again, comment `/agent retry`; if the issue is closed, reopen it first."
                .to_owned(),
        ),
        End::Merged | End::PullClosed | End::Answered | End::Unchanged | End::Refused { .. } => {
            None
        }
    };
    let checks = Some(()).filter(|()| in_review).and_then(|()| checks(task));
    let parts = [unfinished, what, left, next, checks, verify::on_issue(task)];
    Some(parts.into_iter().flatten().collect::<Vec<_>>().join("\n\n"))
        .filter(|text| !text.is_empty())
}

/// The turn behind the pull request stopped half-way.
fn not_finished(class: ErrorClass) -> String {
    format!(
        "⚠️ The work is not finished: {}.",
        super::failure::what(class)
    )
}

/// What a pull request in review waits for, as things stand.
fn review(task: &Task, work: Option<&Work>) -> String {
    if task.review.issue_closed {
        return "The issue is closed, so the agent does not work on its pull request any more. Reopen the issue to let it \
                go on; otherwise merge or close the pull request as you see fit."
            .to_owned();
    }
    let what = work.filter(|work| !work.is_empty()).map(|work| {
        let (plus, minus) = pull::totals(work);
        let files = count(work.files.len() as u64, "file");
        match task.job().is_some_and(|job| job.round > 0) {
            true => format!("The last revision changed {files} (+{plus} −{minus}). "),
            false => format!("{files} changed (+{plus} −{minus}). "),
        }
    });
    let draft = task.pull.as_ref().is_some_and(|pull| pull.draft);
    let then = match (task.review.conflicts, draft) {
        (false, _) if task.review.unfinished.is_some() => "ask for the rest before you merge it.",
        (true, _) => {
            "Its branch conflicts with the base: nobody can merge it until that is resolved, by you or by asking the agent \
             once more."
        }
        (false, true) => "when you are happy, mark it ready for review, then merge it.",
        (false, false) => "when you are happy, merge it.",
    };
    let join = if task.review.conflicts { ". " } else { "; " };
    format!(
        "{}Review the pull request: a review, or `/agent <what to do>` on it, sends the agent back to work{join}{then}",
        what.unwrap_or_default()
    )
}

/// What is not part of the result, or not finished.
fn left(progress: &Progress) -> Option<String> {
    progress.work.as_deref().and_then(left_out::on_issue)
}

fn checks(task: &Task) -> Option<String> {
    let needs = task
        .review
        .needs
        .as_deref()
        .map(|needs| format!("A person has to look: {}", words(needs)));
    let state = match task.review.checks {
        None | Some(ChecksState::None) => return needs,
        Some(ChecksState::Pending) => "Its checks are on their way.",
        Some(ChecksState::Green) => "Its checks are green.",
        Some(ChecksState::Red) => "Some of its checks fail.",
    };
    Some(
        [Some(state.to_owned()), needs]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join("\n\n"),
    )
}

/// What a held session waits for, and the way out.
fn held(task: &Task) -> Option<String> {
    let Stage::Blocked {
        reason, progress, ..
    } = &task.stage
    else {
        return None;
    };
    let so_far = progress
        .work
        .as_ref()
        .filter(|work| !work.is_empty())
        .map(|work| {
            format!(
                " What it has done so far ({}) is kept.",
                count(work.files.len() as u64, "changed file")
            )
        });
    let so_far = so_far.unwrap_or_default();
    Some(match reason {
        BlockReason::Asked => {
            format!("It waits without taking a slot, and goes on with your answer.{so_far}")
        }
        BlockReason::Plan => "Reply `/agent approve` to start, or say what to change.".into(),
        BlockReason::Paths => format!("{}{so_far}", super::paths::WAY_OUT),
        BlockReason::Later { class, .. } => {
            let tries = task
                .job()
                .and_then(|job| job.outage)
                .map_or(0, |outage| outage.tries);
            format!(
                "It waits because {} (try {tries}). Nobody has to do anything; `/agent go` tries at once.{so_far}",
                super::failure::what(*class)
            )
        }
        BlockReason::Budget { cap } => format!("{}{so_far}", budget::way_out(*cap)),
        BlockReason::Paused { why, .. } => format!(
            "Paused because {}.{so_far} To go on, add the label `{GO_LABEL}` or write `/agent resume`; to end it, write \
             `/agent stop`.",
            words(why)
        ),
    })
}

/// Our own sentences may name people in them; nobody is pinged by an explanation.
fn words(text: &str) -> String {
    sanitise::outbound(text, &Allow::default())
}

fn tail(progress: &Progress) -> Option<String> {
    if progress.tail.is_empty() {
        return None;
    }
    let lines: Vec<String> = progress
        .tail
        .iter()
        .map(|line| line.replace("```", "'''"))
        .collect();
    Some(format!(
        "Its last lines:\n\n```text\n{}\n```",
        sanitise::fit(&lines.join("\n"), 4_000)
    ))
}

fn details(task: &Task, cx: Context<'_>) -> Option<String> {
    let job = task.job()?;
    let agent = task
        .progress()
        .and_then(|progress| progress.agent.as_deref());
    let agent = agent.map_or_else(String::new, |name| {
        format!(" ({})", sanitise::inline(name, 100))
    });
    let limits = job.role.limits.within(&cx.policy.limits);
    let mut lines = vec![
        format!(
            "- Role `{}`: {}",
            job.role.name,
            role_why(&job.why, job.role.name.as_str())
        ),
        format!("- Agent: `{}`{agent}", job.agent),
        super::dashboard_link::session_line(task, job, cx),
        format!(
            "- Limits: {} in all, {} without a sign of life",
            span(limits.wall_ms),
            span(limits.silence_ms)
        ),
        "- To see the log, comment `/agent logs`".into(),
    ];
    if job.started_at.is_some() || task.sessions > 1 {
        lines.insert(4, format!("- Spent: {}", budget::meter(task, cx)));
    }
    if job.by_rule {
        lines.push(format!("- {}", super::conversation::BY_RULE));
    }
    if job.cold {
        lines.push(format!("- {}", super::conversation::STARTED_COLD));
    }
    lines.extend(containment::line(&task.attempts).map(|line| format!("- {line}")));
    let from = task.timeline.len().saturating_sub(3);
    for beat in &task.timeline[from..] {
        lines.push(format!("- {} {}", clock(beat.at), words(&beat.text)));
    }
    Some(format!(
        "<details><summary>Details</summary>\n\n{}\n\n</details>",
        lines.join("\n")
    ))
}
