//! A decision in the making: what every family of events may do to it. It decides nothing by itself.

use serde_json::{Value, json};

use super::{Decision, Noted, Planned};
use crate::effect::{self, Action, Effect, Reaction};
use crate::event_name::DomainEvent;
use crate::ids::{CommentId, IssueNumber, SessionId};
use crate::place::Actor;
use crate::policy::Context;
use crate::task::{Job, Progress, Stage, Step, Task};
use crate::text;

/// A decision in the making.
pub(super) struct Draft<'a> {
    pub(super) task: Task,
    pub(super) cx: Context<'a>,
    effects: Vec<Planned>,
    events: Vec<Noted>,
}

impl<'a> Draft<'a> {
    pub(super) fn new(task: Task, cx: Context<'a>) -> Self {
        Self {
            task,
            cx,
            effects: Vec::new(),
            events: Vec::new(),
        }
    }

    /// Lets another family of events decide, and goes on from what it came to, with its reason.
    pub(super) fn through(self, decide: impl FnOnce(Self) -> Decision) -> (Self, String) {
        let cx = self.cx;
        let Decision {
            task,
            effects,
            events,
            reason,
            ..
        } = decide(self);
        (
            Self {
                task,
                cx,
                effects,
                events,
            },
            reason,
        )
    }

    /// Ends the decision with its reason, changing nothing more.
    pub(super) fn because(self, reason: impl Into<String>) -> Decision {
        Decision {
            task: self.task,
            effects: self.effects,
            withdraw: Vec::new(),
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
        if self.task.job().is_some_and(|job| job.comments >= limit) {
            self.task
                .tell(self.cx.now, text::conversation::TOO_MANY_COMMENTS);
            return;
        }
        self.count_comment();
        self.put(on, key.into(), None, body);
    }

    /// One more comment of the session.
    pub(super) fn count_comment(&mut self) {
        if let Some(job) = self.job_mut() {
            job.comments += 1;
        }
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
}
