//! How far each issue is, by the events alone.
//!
//! It must never know how an issue should end but to ask whether anything still moves.

use serde_json::Value;

use crate::core::event_name::DomainEvent;
use crate::core::text::demo_queue as text;
use crate::core::text::demo_queue_issues::{ISSUES, QueueIssue, QueueKind};

/// How far an issue is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) enum Stand {
    /// Nothing is known of it.
    #[default]
    NotTaken,
    Queued,
    Held(String),
    Working,
    Paused,
    InReview,
    Merged,
    Lost(String),
}

/// What was seen of an issue.
#[derive(Debug, Clone, Default)]
pub(super) struct Seen {
    pub(super) stand: Stand,
    /// What it waited for, each once, as people write it.
    pub(super) waited_for: Vec<String>,
    /// Its provider's limit stopped it.
    pub(super) was_paused: bool,
    /// It went on after that.
    pub(super) was_resumed: bool,
    /// Epoch milliseconds.
    pub(super) started: Option<i64>,
    /// Epoch milliseconds.
    pub(super) ended: Option<i64>,
    pub(super) pull: Option<i64>,
}

/// What was seen of all of them.
pub(super) struct Board {
    seen: Vec<Seen>,
}

impl Default for Board {
    fn default() -> Self {
        Self {
            seen: vec![Seen::default(); ISSUES.len()],
        }
    }
}

impl Board {
    /// An issue with what was seen of it.
    pub(super) fn work(&self) -> impl Iterator<Item = (&'static QueueIssue, &Seen)> {
        let all = ISSUES.iter().zip(&self.seen);
        all.filter(|(issue, _)| issue.kind.is_work())
    }

    /// What was seen of an issue.
    pub(super) fn of(&self, number: i64) -> Option<&Seen> {
        let place = ISSUES.iter().position(|issue| issue.number == number)?;
        self.seen.get(place)
    }

    /// Takes in what happened.
    pub(super) fn see(&mut self, event: DomainEvent, line: &Value) {
        let number = line["issue"].as_i64().unwrap_or_default();
        let place = ISSUES.iter().position(|issue| issue.number == number);
        let Some(seen) = place.and_then(|place| self.seen.get_mut(place)) else {
            return;
        };
        seen.see(event, line);
    }

    /// A phase stands so: what its parts wait for is an earlier one.
    pub(super) fn phase(&mut self, phase: i64, how: &str) {
        let earlier = QueueIssue::of(phase).map_or(&[][..], |phase| phase.after);
        for before in earlier {
            if !how.contains(&format!("#{before}")) {
                continue;
            }
            let all = ISSUES.iter().zip(&mut self.seen);
            for (_, seen) in all.filter(|(part, _)| part.parent == Some(phase)) {
                seen.waits(text::earlier(*before));
            }
        }
    }

    /// Whether each of the ten has come where it should.
    pub(super) fn all_ended(&self) -> bool {
        self.work().all(|(issue, seen)| match issue.kind {
            QueueKind::Approved => seen.stand == Stand::InReview,
            _ => seen.stand == Stand::Merged,
        })
    }

    /// Whether something went wrong, and nothing moves that does not wait for it.
    pub(super) fn is_stuck(&self) -> bool {
        let lost = self
            .work()
            .any(|(_, seen)| matches!(seen.stand, Stand::Lost(_)));
        let moves = |(issue, seen): (&QueueIssue, &Seen)| match seen.stand {
            Stand::Queued | Stand::Working | Stand::Paused => true,
            // A part of a phase that waits is not asked to start.
            Stand::NotTaken => seen.waited_for.is_empty(),
            Stand::InReview => issue.kind != QueueKind::Approved,
            Stand::Held(_) | Stand::Merged | Stand::Lost(_) => false,
        };
        lost && !self.work().any(moves)
    }
}

impl Seen {
    fn see(&mut self, event: DomainEvent, line: &Value) {
        let (details, at) = (&line["details"], line["time"].as_i64());
        let why = || details["why"].as_str().unwrap_or_default().to_owned();
        match event {
            DomainEvent::TaskQueued | DomainEvent::TaskReleased => self.stand = Stand::Queued,
            DomainEvent::TaskHeld => {
                self.stand = Stand::Held(why());
                let issues = details["issues"].as_array().into_iter().flatten();
                for one in issues.filter_map(Value::as_str) {
                    self.waits(one.to_owned());
                }
                if details["gate"] == "approval" {
                    self.waits(text::APPROVAL.to_owned());
                }
            }
            DomainEvent::TaskWaiting if details["reason"]["for"] == "closed" => {
                self.waits(text::PROVIDER.to_owned());
            }
            DomainEvent::SessionDispatched => {
                self.was_resumed |= self.was_paused;
                self.stand = Stand::Working;
                self.started = self.started.or(at);
            }
            DomainEvent::SessionPaused => {
                self.stand = Stand::Paused;
                if why() == "rate_limit" {
                    self.was_paused = true;
                    self.waits(text::PROVIDER.to_owned());
                }
            }
            DomainEvent::PullRequestOpened => self.pull = details["number"].as_i64(),
            DomainEvent::SessionCompleted if details["state"] == "in-review" => {
                (self.stand, self.ended) = (Stand::InReview, at);
            }
            DomainEvent::PullRequestMerged => (self.stand, self.ended) = (Stand::Merged, at),
            DomainEvent::TaskRefused
            | DomainEvent::SessionFailed
            | DomainEvent::SessionCancelled => self.stand = Stand::Lost(why()),
            _ => {}
        }
    }

    fn waits(&mut self, what: String) {
        if !self.waited_for.contains(&what) {
            self.waited_for.push(what);
        }
    }
}
