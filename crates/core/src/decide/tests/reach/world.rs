//! One issue and the world around it: the task, what skep has asked of the world and not heard yet, who has lost a right, and
//! what people with a right have asked for so far. The last is not known to `decide`: it is what its answers are held against.

use crate::actor::{Account, AccountKind, Actor, Permission};
use crate::decide::Decision;
use crate::effect::{Action, EffectKind};
use crate::event::Asking;
use crate::ids::{CommentId, UserId};
use crate::task::{Stage, Task};

use super::digest::{COMMENTS, Digest, TIMES};
use crate::decide::tests::events::place;

/// Who there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub(super) enum Who {
    /// Write access, until she loses it.
    Ana,
    /// May label and nothing more.
    Tri,
    /// Opened the issue; no access.
    Rob,
    /// No access, unless Ana lets him speak.
    Ben,
    /// No access.
    Eve,
    /// A bot nobody allowed.
    Bot,
    /// Whoever has access to the machine.
    Operator,
}

impl Who {
    pub(super) fn login(self) -> &'static str {
        match self {
            Self::Ana => "ana",
            Self::Tri => "tri",
            Self::Rob => "rob",
            Self::Ben => "ben",
            Self::Eve => "eve",
            Self::Bot => "robot[bot]",
            Self::Operator => "the operator",
        }
    }

    pub(super) fn account(self) -> Account {
        let kind = match self {
            Self::Bot => AccountKind::Bot,
            _ => AccountKind::User,
        };
        Account {
            id: UserId(100 + self as i64),
            login: self.login().into(),
            kind,
        }
    }

    fn of(actor: &Actor) -> Self {
        let all = [
            Self::Ana,
            Self::Tri,
            Self::Rob,
            Self::Ben,
            Self::Eve,
            Self::Bot,
        ];
        let login = actor.login();
        let known = all.into_iter().find(|one| Some(one.login()) == login);
        known.unwrap_or(Self::Operator)
    }
}

/// Something skep asked of the world.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub(super) struct Asked {
    pub(super) kind: EffectKind,
    pub(super) session: u32,
    pub(super) who: Who,
    pub(super) asking: Asking,
    /// The comment or review, or the moment from which reactions count.
    pub(super) number: i64,
    /// GitHub's time of the trigger that is checked.
    pub(super) at: i64,
    pub(super) of_ours: bool,
    pub(super) offered: Vec<String>,
}

/// What somebody with the right to it has asked for, and what the world has said, since it last came to anything.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub(super) struct Granted {
    pub(super) start: bool,
    pub(super) go_on: bool,
    pub(super) plan: bool,
    pub(super) agree: bool,
    pub(super) pass: bool,
    pub(super) raise: bool,
    pub(super) delegate: bool,
    pub(super) wish: bool,
    pub(super) rest: bool,
    /// GitHub said that the requester may still push, and nothing was pushed since.
    pub(super) may_push: bool,
    /// What was last pushed stands there.
    pub(super) pushed: bool,
}

/// One state.
#[derive(Clone)]
pub(super) struct World {
    pub(super) task: Task,
    pub(super) asked: Vec<Asked>,
    pub(super) granted: Granted,
    /// Ana's right is gone.
    pub(super) lost: bool,
    pub(super) now: i64,
    /// The next comment's number.
    pub(super) fresh: i64,
}

impl World {
    pub(super) fn new() -> Self {
        Self {
            task: Task::new(place()),
            asked: Vec::new(),
            granted: Granted::default(),
            lost: false,
            now: TIMES,
            fresh: COMMENTS,
        }
    }

    /// What GitHub says that they may do.
    pub(super) fn permission(&self, who: Who) -> Option<Permission> {
        Some(match who {
            Who::Ana if !self.lost => Permission::Write,
            Who::Tri => Permission::Triage,
            Who::Ana | Who::Rob | Who::Ben | Who::Eve => Permission::Read,
            Who::Bot => Permission::None,
            Who::Operator => return None,
        })
    }

    /// Whether they may start work and agree to a start: by GitHub, or by the machine.
    pub(super) fn writes(&self, who: Who) -> bool {
        self.permission(who).is_none_or(Permission::may_start)
    }

    /// Whether they may speak to the agent and give commands here.
    pub(super) fn speaks(&self, who: Who) -> bool {
        self.writes(who) || self.task.delegated(who.login())
    }

    pub(super) fn session(&self) -> u32 {
        self.task.sessions
    }

    pub(super) fn has(&self, kind: EffectKind) -> Option<&Asked> {
        self.asked.iter().find(|one| one.kind == kind)
    }

    /// The same for a comment or a review of somebody.
    pub(super) fn has_of(&self, kind: EffectKind, who: Who) -> Option<&Asked> {
        let mut asked = self.asked.iter();
        asked.find(|one| one.kind == kind && one.who == who)
    }

    pub(super) fn digest(&self) -> u128 {
        let mut digest = Digest::new();
        digest.value(&self.task);
        let stale = |one: &Asked| one.at < self.task.last_trigger;
        for one in &self.asked {
            digest.value(one);
            digest.word(u64::from(stale(one)));
        }
        digest.value(&self.granted);
        digest.word(u64::from(self.lost));
        digest.end()
    }

    /// What was asked of the world with a decision, and what of that is not wanted any more.
    pub(super) fn ask(&mut self, decision: &Decision) {
        self.asked
            .retain(|one| !decision.withdraw.contains(&one.kind));
        for planned in &decision.effects {
            let effect = &planned.effect;
            let session = effect
                .session
                .as_ref()
                .map_or(0, |session| session.number());
            let mut one = Asked {
                kind: effect.kind(),
                session,
                who: Who::Operator,
                asking: Asking::Label,
                number: 0,
                at: 0,
                of_ours: false,
                offered: Vec::new(),
            };
            match &effect.action {
                Action::CheckTrigger(check) => {
                    (one.who, one.asking) = (Who::of(&check.actor), check.asking);
                    one.at = check.snapshot.as_ref().map_or(self.now, |words| words.at);
                }
                Action::AuthorizeComment(read) => {
                    one.who = Who::of(&Actor::Person(read.actor.clone()));
                    (one.number, one.of_ours) = (read.comment.0, read.of_ours);
                }
                Action::CheckPublish(check) => one.who = Who::of(&check.actor),
                Action::ReadReview(read) => {
                    one.number = read.review;
                    one.who = Who::of_review(read.review);
                }
                Action::ReadApprovals(read) => one.number = read.since,
                Action::Steer(steer) => one.offered.clone_from(&steer.words),
                Action::PrepareWorkspace(_)
                | Action::RunTurn(_)
                | Action::Collect(_)
                | Action::Publish(_)
                | Action::OpenPull(_)
                | Action::PostAnswer(_)
                | Action::RefreshPullRequest(_)
                | Action::ReadDependencies(_)
                | Action::CreateIssue(_) => {}
                _ => continue,
            }
            if !self.asked.contains(&one) {
                self.asked.push(one);
            }
        }
    }

    /// The comments that decide something are there as soon as they are wanted: this opens no way, it only saves steps.
    pub(super) fn post(&mut self) {
        self.task.shown.comment = Some(CommentId(77));
        for (at, batch) in self.task.conversation.batches.iter_mut().enumerate() {
            batch.comment = Some(CommentId(600 + at as i64));
        }
    }

    /// Bounds: what is beyond them is not followed further.
    pub(super) fn is_within(&self) -> bool {
        let conversation = &self.task.conversation;
        self.task.sessions <= 2
            && conversation.messages.len() <= 2
            && conversation.asked <= 2
            && self.asked.len() <= 5
            && self.task.discovered.issues.len() <= 1
    }

    pub(super) fn is_queued(&self) -> bool {
        matches!(self.task.stage, Stage::Queued { slot: false, .. })
    }
}

/// Reviews are numbered by who wrote them.
const REVIEWS: i64 = 8;

impl Who {
    pub(super) fn review(self, fresh: i64) -> i64 {
        fresh * REVIEWS + self as i64
    }

    fn of_review(review: i64) -> Self {
        match review % REVIEWS {
            0 => Self::Ana,
            _ => Self::Eve,
        }
    }
}
