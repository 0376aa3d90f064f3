//! What a decision says of an agent as a whole, besides its task: that its provider lets nobody in for a while, that it works, or
//! that a person wants it tried. Derived from the task before and after; the schedule starts nothing on an agent that is shut.

use crate::agent::ErrorClass;
use crate::event::Event;
use crate::task::{BlockReason, End, FailureClass, Job, Stage, Step, Task};

/// What is new of an agent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentNews {
    /// The agent's name.
    pub agent: String,
    /// What is so.
    pub is: AgentIs,
}

/// How an agent stands with its provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AgentIs {
    /// It was refused.
    Refused {
        /// What the provider said.
        class: ErrorClass,
        /// When it may be asked again, epoch milliseconds; `None`: nobody can tell.
        until: Option<i64>,
    },
    /// It worked, in a turn that began at this time, epoch milliseconds.
    Working {
        /// When.
        since: i64,
    },
    /// A person wants it tried now.
    Wanted,
}

/// The most memory that a turn took, with all that its agent started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Took {
    /// The agent's name.
    pub agent: String,
    /// Bytes.
    pub memory: u64,
}

/// What an event says of the memory that the session in hand took.
pub(super) fn took(before: &Task, event: &Event) -> Option<Took> {
    let (session, usage) = match event {
        Event::TurnEnded { session, end, .. } => (session, &end.usage),
        Event::TurnFailed { session, usage, .. } | Event::UsageReported { session, usage } => {
            (session, usage)
        }
        _ => return None,
    };
    let job = before.job().filter(|job| job.session == *session)?;
    (usage.memory > 0).then(|| Took {
        agent: job.agent.clone(),
        memory: usage.memory,
    })
}

/// What the step from one state of the task to another says of its agent.
pub(super) fn of(before: &Task, event: &Event, after: &Task) -> Option<AgentNews> {
    let of = |job: &Job, is| {
        let agent = job.agent.clone();
        Some(AgentNews { agent, is })
    };
    match (&before.stage, &after.stage) {
        (Stage::Working { .. }, Stage::Blocked { job, reason, .. }) => match reason {
            BlockReason::Later {
                class: class @ ErrorClass::RateLimit,
                until,
            } => of(
                job,
                AgentIs::Refused {
                    class: *class,
                    until: Some(*until),
                },
            ),
            _ => worked(before, event).and_then(|is| of(job, is)),
        },
        (
            Stage::Working { .. },
            Stage::Ended {
                job: Some(job),
                end:
                    End::Failed {
                        class:
                            FailureClass::Agent(class @ (ErrorClass::Auth | ErrorClass::RateLimit)),
                        ..
                    },
                ..
            },
        ) => of(
            job,
            AgentIs::Refused {
                class: *class,
                until: None,
            },
        ),
        (
            Stage::Blocked {
                reason: BlockReason::Later { .. },
                ..
            },
            Stage::Queued { job, .. },
        ) if !matches!(event, Event::TimerFired { .. }) => of(job, AgentIs::Wanted),
        (Stage::Working { job, .. }, _) => worked(before, event).and_then(|is| of(job, is)),
        _ => None,
    }
}

/// An agent that answered has a provider that lets it in, or did when its turn began.
fn worked(before: &Task, event: &Event) -> Option<AgentIs> {
    let answered = match event {
        Event::Asked { .. } | Event::Reported { .. } | Event::Finished { .. } => true,
        Event::TurnEnded { end, .. } => end.error.is_none() && end.unfinished().is_none(),
        _ => false,
    };
    let Stage::Working {
        step: Step::Running { turn },
        ..
    } = &before.stage
    else {
        return None;
    };
    answered.then_some(AgentIs::Working { since: turn.began })
}
