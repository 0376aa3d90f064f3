//! What waits for a person, of one task: each thing in a sentence, with since when and whom it waits for.

use super::moment::Moment;
use super::place::Place;
use super::words::Line;
use crate::ids::SessionId;
use crate::task::{BlockReason, End, Gate, Stage, Task};
use crate::text::{budget, gate};

/// One thing that waits for a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Need {
    /// The issue.
    pub place: Place,
    /// Its title.
    pub title: Line,
    /// What kind of thing, in a word or two.
    pub kind: &'static str,
    /// What it is.
    pub what: Line,
    /// Who is asked; empty where nobody in particular is.
    pub who: Line,
    /// The session that waits.
    pub session: Option<SessionId>,
    /// Since when, where that is known.
    pub since: Option<Moment>,
}

impl Need {
    /// Where it is dealt with.
    pub fn page(&self) -> String {
        match &self.session {
            Some(session) => format!("/sessions/{session}"),
            None => self.place.page(),
        }
    }
}

/// A need as it is found: kind, words, since when.
type Found = (&'static str, String, Option<i64>);

/// Everything of a task that waits for a person.
pub fn needs(task: &Task, now: i64) -> Vec<Need> {
    let asked = task
        .open_questions()
        .map(|one| ("question", one.text.clone(), Some(one.asked_at)));
    let hosts = task.blocked.open().map(|host| {
        let what = format!(
            "May its agent reach {}? The issue has the question.",
            host.host
        );
        ("blocked host", what, None)
    });
    let stage = of_stage(task);
    let found: Vec<Found> = asked.chain(stage).chain(hosts).collect();
    found
        .into_iter()
        .map(|(kind, what, since)| Need {
            place: Place {
                repository: task.place.name.clone(),
                issue: task.place.issue,
            },
            title: title(task),
            kind,
            what: Line::of_markdown(&what),
            who: who(task),
            session: task.job().map(|job| job.session.clone()),
            since: since.map(|at| Moment { at, now }),
        })
        .collect()
}

/// The issue's title, as far as it is known.
pub(super) fn title(task: &Task) -> Line {
    let title = task.job().map(|job| job.snapshot.title.as_str());
    Line::new(title.unwrap_or_default())
}

fn who(task: &Task) -> Line {
    let assigned = task.conversation.assigned.as_deref();
    let asked = task.job().and_then(|job| job.actor.login());
    Line::new(assigned.or(asked).unwrap_or_default())
}

fn of_stage(task: &Task) -> Option<Found> {
    match &task.stage {
        Stage::Queued { job, .. } => {
            let held = task.gate().filter(Gate::needs_a_person)?;
            let since = match held {
                Gate::Approval(approval) => approval.since,
                _ => job.queued_at,
            };
            Some(("start", gate::words(task, &held), Some(since)))
        }
        Stage::Blocked { reason, since, .. } => {
            let (kind, what) = of_block(reason)?;
            Some((kind, what, Some(*since)))
        }
        Stage::Ended { end, at, .. } => {
            of_end(task, end).map(|(kind, what)| (kind, what, Some(*at)))
        }
        Stage::Idle | Stage::Checking { .. } | Stage::Working { .. } => None,
    }
}

fn of_block(reason: &BlockReason) -> Option<(&'static str, String)> {
    Some(match reason {
        BlockReason::Plan => ("plan", "Its plan waits for approval.".to_owned()),
        BlockReason::Paths => (
            "protected paths",
            "What it made changes protected paths; the issue shows them.".to_owned(),
        ),
        BlockReason::Budget { cap } => ("budget", budget::waits(*cap)),
        BlockReason::Paused { why, .. } => ("paused", format!("Paused: {why}.")),
        BlockReason::Asked | BlockReason::Later { .. } => return None,
    })
}

fn of_end(task: &Task, end: &End) -> Option<(&'static str, String)> {
    if task.can_revise() {
        if let Some(needs) = &task.review.needs {
            return Some(("review", needs.clone()));
        }
        if task.review.unfinished.is_some() {
            return Some(("review", "Its last turn did not finish.".to_owned()));
        }
    }
    match end {
        End::Unchanged => Some((
            "no change",
            "Its agent changed no file; its words are on the issue.".to_owned(),
        )),
        End::Failed { say, .. } => Some(("failure", say.clone())),
        _ => None,
    }
}
