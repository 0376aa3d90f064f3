//! A decision in the making: what every family of events may do to it. It decides nothing by itself.

use serde_json::{Value, json};

use super::{Context, Decision, Noted, Planned};
use crate::effect::{Effect, EffectKind, Reaction};
use crate::event::Alarm;
use crate::ids::{CommentId, IssueNumber};
use crate::place::Actor;
use crate::story::Happening;
use crate::task::{Hold, Job, Progress, Stage, Step, Task};
use crate::text;

/// A decision in the making.
pub(super) struct Draft<'a> {
    pub(super) task: Task,
    pub(super) cx: Context<'a>,
    effects: Vec<Planned>,
    withdraw: Vec<EffectKind>,
    events: Vec<Noted>,
    /// What the outbox holds as alarms before this decision.
    alarms: Vec<(Alarm, i64)>,
}

impl<'a> Draft<'a> {
    pub(super) fn new(task: Task, cx: Context<'a>) -> Self {
        let alarms = task.alarms.clone();
        Self {
            task,
            cx,
            effects: Vec::new(),
            withdraw: Vec::new(),
            events: Vec::new(),
            alarms,
        }
    }

    /// Lets another family of events decide, and goes on from what it came to, with its reason.
    pub(super) fn through(self, decide: impl FnOnce(Self) -> Decision) -> (Self, String) {
        let (cx, alarms) = (self.cx, self.alarms.clone());
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
                alarms,
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
        self.set_alarms();
        Decision {
            task: self.task,
            effects: self.effects,
            withdraw: self.withdraw,
            events: self.events,
            reason: reason.into(),
        }
    }

    /// Plans an effect for now.
    pub(super) fn plan(&mut self, effect: Effect) {
        self.plan_at(effect, self.cx.now);
    }

    /// Plans an effect for later.
    pub(super) fn plan_at(&mut self, effect: Effect, not_before: i64) {
        self.effects.push(Planned { effect, not_before });
    }

    /// Plans a reaction on the issue.
    pub(super) fn react(&mut self, reaction: Reaction) {
        let place = self.task.place.clone();
        let instead_of = match reaction {
            // How it ended is one thing: what was true of an earlier end is taken back.
            Reaction::Hooray | Reaction::Confused => self.task.shown.end.replace(reaction),
            Reaction::Eyes | Reaction::Rocket | Reaction::ThumbsUp => None,
        };
        let instead_of = instead_of.filter(|old| *old != reaction);
        self.plan(Effect::React {
            place,
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
        let place = self.task.place.clone();
        self.plan(Effect::ReactTo {
            place,
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
                self.task.tell(self.cx.now, text::talk::TOO_MANY_COMMENTS);
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
        let place = self.task.place.clone();
        self.plan(Effect::Say {
            place,
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
    pub(super) fn note(&mut self, happening: Happening, details: Value) {
        let session = self.task.job().map(|job| job.session.clone());
        self.events.push(Noted {
            happening,
            session,
            details,
        });
    }

    /// Lets the world know, without details.
    pub(super) fn note_bare(&mut self, happening: Happening) {
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
        self.task.wish.drop_start();
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
            Stage::Queued { job, .. } | Stage::Working { job, .. } | Stage::Held { job, .. } => {
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
        let Some(ground) = &job.ground else {
            return false;
        };
        let effect = Effect::Collect {
            place: self.task.place.clone(),
            session: job.session.clone(),
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
        | Stage::Held { progress, .. }
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
            let place = self.task.place.clone();
            self.plan(Effect::ShowLabel { place, label });
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
        let effect = Effect::ShowStatus {
            place: self.task.place.clone(),
            comment: self.task.shown.comment,
            body: text::status::render(&self.task, self.cx),
        };
        self.plan_at(effect, at);
    }

    /// An alarm rang: its row is closed, and if the moment is still waited for it is planned anew.
    pub(super) fn rang(&mut self, alarm: &Alarm) {
        self.alarms.retain(|(other, _)| other != alarm);
        self.task.alarms.clone_from(&self.alarms);
    }

    /// The moments waited for follow from the task; the outbox holds exactly these.
    fn set_alarms(&mut self) {
        let wanted = self.wanted_alarms();
        // A decision may come here twice: only what holds at its end is planned.
        self.withdraw.retain(|kind| *kind != EffectKind::Ring);
        self.effects
            .retain(|planned| planned.effect.kind() != EffectKind::Ring);
        if wanted == self.alarms {
            self.task.alarms = wanted;
            return;
        }
        if !self.alarms.is_empty() {
            self.withdraw.push(EffectKind::Ring);
        }
        for (alarm, at) in &wanted {
            let place = self.task.place.clone();
            self.plan_at(
                Effect::Ring {
                    place,
                    alarm: alarm.clone(),
                },
                *at,
            );
        }
        self.task.alarms = wanted;
    }

    fn wanted_alarms(&self) -> Vec<(Alarm, i64)> {
        let limits = &self.cx.policy.limits;
        let mut alarms = Vec::new();
        if let Stage::Working {
            step: Step::Waiting { until },
            ..
        } = &self.task.stage
        {
            alarms.push((Alarm::Park, *until));
        }
        if let Stage::Held {
            hold: Hold::Later { until, .. },
            ..
        } = &self.task.stage
        {
            alarms.push((Alarm::Again, *until));
        }
        let waits = matches!(
            self.task.stage,
            Stage::Working { .. } | Stage::Held { .. } | Stage::Queued { .. }
        );
        let open: Vec<_> = self.task.open_questions().filter(|_| waits).collect();
        if let Some(first) = open.iter().map(|question| question.asked_at).min() {
            if !self.task.talk.reminded {
                alarms.push((Alarm::Remind, first + limits.remind_ms));
            }
            let ends = open
                .iter()
                .map(|question| super::ask::ends_at(question, limits.expire_ms));
            alarms.extend(ends.min().map(|at| (Alarm::Expire, at)));
        }
        alarms.extend(self.task.follow.look_at.map(|at| (Alarm::Look, at)));
        alarms
    }
}
