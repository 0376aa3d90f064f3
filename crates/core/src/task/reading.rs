//! How a task reads from outside: its state's name, the label that fits, the record of its session. Derived, never stored.

use super::{BlockReason, End, FailureClass, Next, ReturnTo, Stage, Step, Task};
use crate::agent::ErrorClass;
use crate::command::Priority;
use crate::effect::StatusLabel;
use crate::ids::IssueNumber;
use crate::label;
use crate::question::Question;
use crate::session::{SessionRecord, SessionState};

impl Task {
    /// The state's name on the wire and in tables.
    pub fn state(&self) -> &'static str {
        match &self.stage {
            Stage::Idle => "idle",
            Stage::Checking { .. } => "checking",
            Stage::Queued { .. } => "queued",
            Stage::Working {
                step: Step::Waiting { .. },
                ..
            } => "needs-you",
            Stage::Working { .. } => "working",
            Stage::Blocked {
                reason:
                    BlockReason::Asked
                    | BlockReason::Plan
                    | BlockReason::Paths
                    | BlockReason::Budget { .. },
                ..
            } => "needs-you",
            Stage::Blocked {
                reason: BlockReason::Later { .. },
                ..
            } => "waiting",
            Stage::Blocked {
                reason: BlockReason::Paused { .. },
                ..
            } => "paused",
            Stage::Ended { .. } if self.can_revise() => "in-review",
            Stage::Ended { end, .. } => match end {
                End::InReview => "in-review",
                End::Merged | End::Answered => "done",
                End::Unchanged => "needs-you",
                End::Refused { .. } => "refused",
                End::Failed { .. } => "failed",
                End::Cancelled { .. } | End::PullClosed => "cancelled",
            },
        }
    }

    /// The status label that fits.
    pub fn label(&self) -> Option<StatusLabel> {
        if let Some(label) = self.sprint_label() {
            return label;
        }
        match &self.stage {
            Stage::Idle | Stage::Checking { .. } => self.shown.label,
            Stage::Queued { .. } => Some(
                match self.gate().is_some_and(|gate| gate.needs_a_person()) {
                    true => StatusLabel::NeedsYou,
                    false => StatusLabel::Queued,
                },
            ),
            Stage::Working { .. } if self.open_questions().next().is_some() => {
                Some(StatusLabel::NeedsYou)
            }
            Stage::Working { .. } => Some(StatusLabel::Working),
            Stage::Blocked {
                reason:
                    BlockReason::Asked
                    | BlockReason::Plan
                    | BlockReason::Paths
                    | BlockReason::Budget { .. },
                ..
            } => Some(StatusLabel::NeedsYou),
            Stage::Blocked {
                reason: BlockReason::Later { .. },
                ..
            } => Some(StatusLabel::Queued),
            Stage::Blocked {
                reason: BlockReason::Paused { .. },
                ..
            } => Some(StatusLabel::Paused),
            // Nobody works for a closed issue.
            Stage::Ended { .. } if self.can_revise() && self.review.issue_closed => None,
            Stage::Ended { end, .. } if self.can_revise() => match end {
                End::Failed { .. } => Some(StatusLabel::NeedsYou),
                _ if self.needs_a_person() => Some(StatusLabel::NeedsYou),
                _ => Some(StatusLabel::Review),
            },
            // A question that was answered is no work that is done.
            Stage::Ended {
                job: Some(job),
                end: End::Answered,
                ..
            } if job.only_asked => None,
            Stage::Ended { end, .. } => match end {
                End::InReview if self.needs_a_person() => Some(StatusLabel::NeedsYou),
                End::Unchanged => Some(StatusLabel::NeedsYou),
                End::InReview => Some(StatusLabel::Review),
                End::Merged | End::Answered => Some(StatusLabel::Done),
                End::Failed { .. } => Some(StatusLabel::Failed),
                End::Refused { .. } | End::Cancelled { .. } | End::PullClosed => None,
            },
        }
    }

    /// Something about our pull request is for a person to look at.
    pub fn needs_a_person(&self) -> bool {
        self.review.needs.is_some() || self.review.unfinished.is_some()
    }

    /// Our pull request is open and no session is on: the task is in review, and what people say of it sends the agent back
    /// to work, however the last session ended.
    pub fn can_revise(&self) -> bool {
        let over = |end: &End| matches!(end, End::Merged | End::PullClosed);
        let rests = matches!(&self.stage, Stage::Ended { job: Some(_), end, .. } if !over(end));
        rests && self.has_open_pull() && !self.review.taken_away
    }

    /// Our pull request is open, as far as we know: its branch is left when it is over.
    pub fn has_open_pull(&self) -> bool {
        self.pull.is_some() && self.branch.is_some()
    }

    /// Its last session was ended for what it took of the disk.
    pub fn filled_the_disk(&self) -> bool {
        let disk = FailureClass::Agent(ErrorClass::Disk);
        matches!(&self.stage, Stage::Ended { end: End::Failed { class, .. }, .. } if *class == disk)
    }

    /// Whether a number is our pull request's.
    pub fn is_our_pull(&self, on: IssueNumber) -> bool {
        self.pull.as_ref().is_some_and(|pull| pull.number == on.0)
    }

    /// Our pull request, while it is in review.
    pub fn pull_in_review(&self) -> Option<i64> {
        let pull = self.pull.as_ref().filter(|_| self.can_revise());
        pull.map(|pull| pull.number)
    }

    /// What is here would be lost with it if a start that is refused took its place.
    pub fn is_kept(&self) -> bool {
        match &self.stage {
            Stage::Queued { .. } | Stage::Working { .. } | Stage::Blocked { .. } => true,
            Stage::Idle | Stage::Checking { .. } | Stage::Ended { .. } => self.can_revise(),
        }
    }

    /// Where the session goes back to, while it only answers a person.
    pub fn side_question(&self) -> Option<ReturnTo> {
        let live = matches!(self.stage, Stage::Queued { .. } | Stage::Working { .. });
        self.job().filter(|_| live)?.return_to.clone()
    }

    /// A session is paused: held, or about to be held again once it has answered a person's question.
    pub fn is_paused(&self) -> bool {
        matches!(self.held_by(), Some(BlockReason::Paused { .. }))
    }

    /// It is paused, and GitHub was asked since then whether it may go on.
    pub fn is_asked_to_go_on(&self) -> bool {
        matches!(
            self.held_by(),
            Some(BlockReason::Paused { asked: true, .. })
        )
    }

    /// What holds it, also while it only answers a person beside that.
    fn held_by(&self) -> Option<&BlockReason> {
        let back = match &self.stage {
            Stage::Blocked { reason, .. } => return Some(reason),
            Stage::Queued { job, .. } | Stage::Working { job, .. } => job.return_to.as_ref(),
            Stage::Idle | Stage::Checking { .. } | Stage::Ended { .. } => None,
        };
        match back {
            Some(ReturnTo::Blocked { reason, .. }) => Some(reason),
            _ => None,
        }
    }

    /// GitHub is asked whether what is paused may go on, or what was asked does not count any more.
    pub(crate) fn asks_to_go_on(&mut self, now: bool) {
        let back = match &mut self.stage {
            Stage::Blocked { reason, .. } => Some(reason),
            Stage::Queued { job, .. } | Stage::Working { job, .. } => {
                match job.return_to.as_mut() {
                    Some(ReturnTo::Blocked { reason, .. }) => Some(reason),
                    _ => None,
                }
            }
            Stage::Idle | Stage::Checking { .. } | Stage::Ended { .. } => None,
        };
        if let Some(BlockReason::Paused { asked, .. }) = back {
            *asked = now;
        }
    }

    /// Its role assigns this person to the issue.
    pub fn assigns(&self, login: &str) -> bool {
        self.job().is_some_and(|job| job.role.people.assigns(login))
    }

    /// A writer let this person speak here.
    pub fn delegated(&self, login: &str) -> bool {
        self.conversation
            .delegates
            .iter()
            .any(|other| other.eq_ignore_ascii_case(login))
    }

    /// The questions nobody has answered yet, oldest first.
    pub fn open_questions(&self) -> impl Iterator<Item = &Question> {
        self.conversation
            .questions
            .iter()
            .filter(|question| question.answer.is_none())
    }

    /// Where it stands among those that wait: by command, else by label, else by the issue's field.
    pub fn priority(&self) -> Priority {
        let labeled = |name: &str| {
            self.job()
                .is_some_and(|job| label::has(&job.snapshot.labels, name))
        };
        self.options.priority.unwrap_or_else(|| {
            if labeled("priority:high") {
                Priority::High
            } else if labeled("priority:medium") {
                Priority::Medium
            } else if labeled("priority:low") {
                Priority::Low
            } else {
                let field = self.job().and_then(|job| job.priority);
                field.unwrap_or(Priority::Medium)
            }
        })
    }

    /// What is kept of the session in hand or the last one.
    pub fn record(&self) -> Option<SessionRecord> {
        let job = self.job()?;
        let (stop, ended_at) = match &self.stage {
            Stage::Ended { end, at, .. } => (Some(end.stop()), Some(*at)),
            _ => (None, None),
        };
        Some(SessionRecord {
            id: job.session.clone(),
            number: self.sessions,
            state: self.session_state(),
            role: job.role.name.to_string(),
            agent: job.agent.clone(),
            stop,
            branch: job.branch.clone(),
            pull: self.pull.as_ref().map(|pull| pull.number),
            created_at: job.queued_at,
            started_at: job.started_at,
            ended_at,
            usage: self.session_usage(&job.session),
        })
    }

    fn session_state(&self) -> SessionState {
        match &self.stage {
            Stage::Idle | Stage::Checking { .. } => SessionState::Created,
            Stage::Queued {
                job,
                next: Next::Begin,
                ..
            } if job.started_at.is_none() => SessionState::Created,
            Stage::Queued { .. } | Stage::Blocked { .. } => SessionState::Parked,
            Stage::Working { step, .. } => match step {
                Step::Preparing { .. } => SessionState::Dispatched,
                Step::Running { .. } => SessionState::Running,
                Step::Waiting { .. } => SessionState::Waiting,
                Step::Collecting { .. }
                | Step::Asking { .. }
                | Step::Publishing { .. }
                | Step::Opening { .. }
                | Step::Answering { .. } => SessionState::Idle,
            },
            Stage::Ended { end, .. } => match end {
                End::InReview | End::Merged | End::PullClosed | End::Answered | End::Unchanged => {
                    SessionState::Completed
                }
                End::Failed { .. } | End::Refused { .. } => SessionState::Failed,
                End::Cancelled { .. } => SessionState::Cancelled,
            },
        }
    }
}

impl End {
    /// A short stable word for machines.
    pub fn stop(&self) -> String {
        match self {
            Self::InReview => "pull_request".into(),
            Self::Merged => "merged".into(),
            Self::PullClosed => "pull_request_closed".into(),
            Self::Answered => "answered".into(),
            Self::Unchanged => "nothing_changed".into(),
            Self::Refused { .. } => "refused".into(),
            Self::Failed { class, .. } => class.to_string(),
            Self::Cancelled { .. } => "cancelled".into(),
        }
    }
}
