//! A decision in the making: what every family of events may do to it. It decides nothing by itself.

use serde_json::{Value, json};

use super::{Context, Decision, Noted, Planned};
use crate::effect::{self, Action, Effect, EffectKind, Reaction};
use crate::event::Timer;
use crate::event_name::DomainEvent;
use crate::ids::{CommentId, IssueNumber, SessionId};
use crate::place::Actor;
use crate::task::{BlockReason, Job, Progress, Stage, Step, Task};
use crate::text;

/// A decision in the making.
pub(super) struct Draft<'a> {
    pub(super) task: Task,
    pub(super) cx: Context<'a>,
    effects: Vec<Planned>,
    withdraw: Vec<EffectKind>,
    events: Vec<Noted>,
    /// What the outbox holds as timers before this decision.
    timers: Vec<(Timer, i64)>,
}

impl<'a> Draft<'a> {
    pub(super) fn new(task: Task, cx: Context<'a>) -> Self {
        let timers = task.timers.clone();
        Self {
            task,
            cx,
            effects: Vec::new(),
            withdraw: Vec::new(),
            events: Vec::new(),
            timers,
        }
    }

    /// Lets another family of events decide, and goes on from what it came to, with its reason.
    pub(super) fn through(self, decide: impl FnOnce(Self) -> Decision) -> (Self, String) {
        let (cx, timers) = (self.cx, self.timers.clone());
        let Decision {
            task,
            effects,
            withdraw,
            events,
            reason,
        } = decide(self);
        (
            Self {
                task,
                cx,
                effects,
                withdraw,
                events,
                timers,
            },
            reason,
        )
    }

    /// Gives up what is planned or running of these kinds.
    pub(super) fn withdraw(&mut self, kinds: impl IntoIterator<Item = EffectKind>) {
        self.withdraw.extend(kinds);
    }

    /// Ends the decision with its reason, changing nothing more but the moments that are waited for.
    pub(super) fn because(mut self, reason: impl Into<String>) -> Decision {
        self.set_timers();
        Decision {
            task: self.task,
            effects: self.effects,
            withdraw: self.withdraw,
            events: self.events,
            reason: reason.into(),
        }
    }

    /// Plans an action for now.
    pub(super) fn plan(&mut self, action: impl Into<Action>) {
        self.plan_at(action, self.cx.now);
    }

    /// Plans an action for later.
    pub(super) fn plan_at(&mut self, action: impl Into<Action>, not_before: i64) {
        let action = action.into();
        let of_session = action.kind().is_of_session();
        let session = self.task.job().map(|job| job.session.clone());
        self.push(session.filter(|_| of_session), action, not_before);
    }

    /// Plans an action for a session that is not the task's any more.
    pub(super) fn plan_for(&mut self, session: SessionId, action: impl Into<Action>) {
        self.push(Some(session), action.into(), self.cx.now);
    }

    fn push(&mut self, session: Option<SessionId>, action: Action, not_before: i64) {
        let effect = Effect {
            place: self.task.place.clone(),
            session,
            action,
        };
        self.effects.push(Planned { effect, not_before });
    }

    /// Plans a reaction on the issue.
    pub(super) fn react(&mut self, reaction: Reaction) {
        let instead_of = match reaction {
            // How it ended is one thing: what was true of an earlier end is taken back.
            Reaction::Hooray | Reaction::Confused => self.task.shown.end.replace(reaction),
            Reaction::Eyes | Reaction::Rocket | Reaction::ThumbsUp => None,
        };
        let instead_of = instead_of.filter(|old| *old != reaction);
        self.plan(effect::React {
            reaction,
            instead_of,
        });
    }

    /// Plans a reaction on a comment.
    pub(super) fn react_to(
        &mut self,
        comment: CommentId,
        reaction: Reaction,
        instead_of: Option<Reaction>,
    ) {
        self.plan(effect::ReactTo {
            comment,
            reaction,
            instead_of,
        });
    }

    /// Puts a comment of ours on the issue or its pull request. A session has only so many: what is over shows in the
    /// status comment alone.
    pub(super) fn say(&mut self, on: IssueNumber, key: impl Into<String>, body: String) {
        let limit = self.cx.policy.limits.comments;
        if let Some(job) = self.job_mut() {
            if job.comments >= limit {
                self.task
                    .tell(self.cx.now, text::conversation::TOO_MANY_COMMENTS);
                return;
            }
            job.comments += 1;
        }
        self.put(on, key.into(), None, body);
    }

    /// Makes a comment of ours say this: one that is there already, or is on its way.
    pub(super) fn put(
        &mut self,
        on: IssueNumber,
        key: String,
        comment: Option<CommentId>,
        body: String,
    ) {
        self.plan(effect::UpsertComment {
            on,
            key,
            comment,
            body,
        });
    }

    /// Puts a comment of ours on the issue itself.
    pub(super) fn say_here(&mut self, key: impl Into<String>, body: String) {
        let issue = self.task.place.issue;
        self.say(issue, key, body);
    }

    /// Takes back everything that was planned in this decision: there is nobody to hear it, and nothing to do it to.
    pub(super) fn say_nothing(&mut self) {
        self.effects.clear();
    }

    /// Lets the world know.
    pub(super) fn note(&mut self, happening: DomainEvent, details: Value) {
        let session = self.task.job().map(|job| job.session.clone());
        self.events.push(Noted {
            happening,
            session,
            details,
        });
    }

    /// Lets the world know, without details.
    pub(super) fn note_bare(&mut self, happening: DomainEvent) {
        self.note(happening, json!({}));
    }

    /// GitHub is asked whether somebody may start; what is here now comes back if nothing starts.
    pub(super) fn check(&mut self, actor: Actor) {
        let before = match std::mem::replace(&mut self.task.stage, Stage::Idle) {
            Stage::Idle => None,
            Stage::Checking { before, .. } => before,
            other => Some(Box::new(other)),
        };
        self.task.stage = Stage::Checking { actor, before };
    }

    /// Nothing starts: what was here before the question is here again.
    pub(super) fn uncheck(&mut self) {
        self.task.options.drop_start();
        if let Stage::Checking { before, .. } = &mut self.task.stage {
            self.task.stage = before.take().map_or(Stage::Idle, |before| *before);
        }
    }

    /// Gives up everything that is planned or running for the session, but for the look at what it made.
    pub(super) fn give_up(&mut self) {
        self.withdraw([
            EffectKind::CheckTrigger,
            EffectKind::PrepareWorkspace,
            EffectKind::RunTurn,
            EffectKind::Steer,
            EffectKind::CheckPublish,
            EffectKind::Publish,
            EffectKind::OpenPull,
            EffectKind::PostAnswer,
        ]);
    }

    /// The job in hand or the last one.
    pub(super) fn job_mut(&mut self) -> Option<&mut Job> {
        match &mut self.task.stage {
            Stage::Idle | Stage::Checking { .. } => None,
            Stage::Queued { job, .. } | Stage::Working { job, .. } | Stage::Blocked { job, .. } => {
                Some(job)
            }
            Stage::Ended { job, .. } => job.as_deref_mut(),
        }
    }

    /// Moves the session on.
    pub(super) fn set_step(&mut self, next: Step) {
        if let Stage::Working { step, .. } = &mut self.task.stage {
            *step = next;
        }
    }

    /// Plans git's look at what the session made, which ends its agent; false when it has no working copy.
    pub(super) fn plan_look(&mut self, said: text::pull::Said<'_>) -> bool {
        let Some(job) = self.task.job() else {
            return false;
        };
        let Some(ground) = &job.workspace else {
            return false;
        };
        let effect = effect::Collect {
            base: ground.from.clone(),
            upstream: Some(ground.base.sha.clone()).filter(|base| *base != ground.from),
            message: text::pull::commit_message(job, said),
        };
        self.plan(effect);
        true
    }

    /// Changes what people see of the session's course.
    pub(super) fn on_progress(&mut self, change: impl FnOnce(&mut Progress)) {
        if let Stage::Working { progress, .. }
        | Stage::Blocked { progress, .. }
        | Stage::Ended { progress, .. } = &mut self.task.stage
        {
            change(progress);
        }
    }

    /// Shows a change of state on the issue, at once.
    pub(super) fn show(&mut self) {
        self.show_at(self.cx.now);
        let label = self.task.label();
        if label != self.task.shown.label {
            self.task.shown.label = label;
            self.plan(effect::ShowLabel { label });
        }
    }

    /// Shows mere progress, at most once in the configured interval.
    pub(super) fn show_progress(&mut self) {
        let (now, planned) = (self.cx.now, self.task.shown.status_at);
        let interval = self.cx.policy.limits.status_interval_ms;
        // An edit that is still to come shows this as well: were it put off each time, a busy agent would never be seen.
        self.show_at(if planned > now {
            planned
        } else {
            now.max(planned.saturating_add(interval))
        });
    }

    fn show_at(&mut self, at: i64) {
        if matches!(self.task.stage, Stage::Idle | Stage::Checking { .. }) {
            return;
        }
        self.task.shown.status_at = at;
        let effect = effect::ShowStatus {
            comment: self.task.shown.comment,
            body: text::status::render(&self.task, self.cx),
        };
        self.plan_at(effect, at);
    }

    /// An alarm rang: its row is closed, and if the moment is still waited for it is planned anew.
    pub(super) fn rang(&mut self, alarm: &Timer) {
        self.timers.retain(|(other, _)| other != alarm);
        self.task.timers.clone_from(&self.timers);
    }

    /// The moments waited for follow from the task; the outbox holds exactly these.
    fn set_timers(&mut self) {
        let wanted = self.wanted_alarms();
        // A decision may come here twice: only what holds at its end is planned.
        self.withdraw.retain(|kind| *kind != EffectKind::SetTimer);
        self.effects
            .retain(|planned| planned.effect.action.kind() != EffectKind::SetTimer);
        if wanted == self.timers {
            self.task.timers = wanted;
            return;
        }
        if !self.timers.is_empty() {
            self.withdraw.push(EffectKind::SetTimer);
        }
        for (alarm, at) in &wanted {
            self.plan_at(
                effect::SetTimer {
                    alarm: alarm.clone(),
                },
                *at,
            );
        }
        self.task.timers = wanted;
    }

    fn wanted_alarms(&self) -> Vec<(Timer, i64)> {
        let limits = &self.cx.policy.limits;
        let mut timers = Vec::new();
        if let Stage::Working {
            step: Step::Waiting { until },
            ..
        } = &self.task.stage
        {
            timers.push((Timer::Park, *until));
        }
        if let Stage::Blocked {
            reason: BlockReason::Later { until, .. },
            ..
        } = &self.task.stage
        {
            timers.push((Timer::Again, *until));
        }
        let waits = matches!(
            self.task.stage,
            Stage::Working { .. } | Stage::Blocked { .. } | Stage::Queued { .. }
        );
        let open: Vec<_> = self.task.open_questions().filter(|_| waits).collect();
        if let Some(first) = open.iter().map(|question| question.asked_at).min() {
            if !self.task.conversation.reminded {
                timers.push((Timer::Remind, first + limits.remind_ms));
            }
            let ends = open
                .iter()
                .map(|question| super::ask::ends_at(question, limits.expire_ms));
            timers.extend(ends.min().map(|at| (Timer::Expire, at)));
        }
        timers.extend(self.task.review.look_at.map(|at| (Timer::Look, at)));
        timers
    }
}
