//! What must hold of every step, held against what people with a right to it have asked for. A rule looks at the task before
//! and after and at what is to be done outside; it never looks at how `decide` came to it.

use crate::actor::Permission;
use crate::decide::Decision;
use crate::discovery::DiscoveryNews;
use crate::effect::{Action, EffectKind};
use crate::event::Event;
use crate::question::By;
use crate::task::{BlockReason, Planning, Stage, Step, Task};

use super::moves::{Found, Move, Seen};
use super::step::{Setting, mark};
use super::world::{Who, World};

/// Where GitHub is made to say that somebody may write who may not: as if `decide` did not ask there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lie {
    Trigger,
    Comment,
    Reaction,
    Review,
    Publish,
}

impl Setting {
    /// What GitHub says of somebody's permission.
    pub(super) fn says(&self, world: &World, who: Who, lie: Lie) -> Option<Permission> {
        let truth = world.permission(who);
        match self.lie == Some(lie) && truth.is_some() {
            true => Some(Permission::Write),
            false => truth,
        }
    }
}

/// One step that is looked at.
pub(super) struct Ruled<'a> {
    pub(super) before: &'a World,
    pub(super) made: Move,
    pub(super) decision: &'a Decision,
    pub(super) setting: &'a Setting,
}

type Rule = fn(&Ruled<'_>, &World) -> Option<String>;

const RULES: &[(&str, Rule)] = &[
    ("a session begins for somebody who may start work", starts),
    (
        "a paused session goes on when somebody who may says so",
        goes_on,
    ),
    ("a plan is approved by somebody who may", plans),
    ("a start is agreed to by somebody with write access", agrees),
    (
        "what holds a start is passed by somebody with write access",
        passes,
    ),
    ("a budget is raised by somebody with write access", raises),
    (
        "somebody is let speak by somebody with write access",
        delegates,
    ),
    (
        "the next session is as somebody who may speak wishes",
        wishes,
    ),
    ("the agent hears nobody who may not speak", hears),
    ("a question is answered by somebody who may", answers),
    (
        "nothing is pushed but for somebody who may push at that time",
        pushes,
    ),
    ("a pull request is opened of what was pushed", opens),
    (
        "a turn belongs to a session, and writes only if it may",
        turns,
    ),
    (
        "the switch is set for somebody who asked for work",
        switches,
    ),
    ("an issue is made for a session that found it", makes),
    ("a draft is made ready when its checks are green", readies),
];

fn broken_of(rule: &str, why: impl Into<String>) -> Option<String> {
    Some(format!("{rule}: {}", why.into()))
}

impl Ruled<'_> {
    /// The first rule that the step breaks. What was asked for and came to something is asked for no more.
    pub(super) fn broken(&self, next: &mut World) -> Option<String> {
        let broken = RULES
            .iter()
            .find_map(|(rule, holds)| broken_of(rule, holds(self, next)?));
        self.consume(next);
        broken
    }

    fn task(&self) -> &Task {
        &self.before.task
    }

    fn after(&self) -> &Task {
        &self.decision.task
    }

    fn began(&self) -> bool {
        self.after().sessions > self.task().sessions
    }

    fn plans(&self, kind: EffectKind) -> bool {
        let mut effects = self.decision.effects.iter();
        effects.any(|planned| planned.effect.kind() == kind)
    }

    fn consume(&self, next: &mut World) {
        let granted = &mut next.granted;
        if self.began() {
            (granted.start, granted.agree, granted.plan) = (false, false, false);
            (granted.may_push, granted.pushed, granted.go_on) = (false, false, false);
        }
        if self.task().is_paused() != self.after().is_paused() {
            granted.go_on = false;
        }
        if self.task().conversation.plan != self.after().conversation.plan {
            granted.plan = false;
        }
        if self.plans(EffectKind::RunTurn) {
            (granted.may_push, granted.pushed) = (false, false);
        }
        if by(self.task()) != by(self.after()) {
            granted.agree = false;
        }
        if self.task().gates.waived != self.after().gates.waived {
            granted.pass = false;
        }
        // What is asked for by a word is carried out with it, or with the answer to what is read for it.
        granted.raise = false;
        granted.delegate = false;
        if next
            .asked
            .iter()
            .all(|one| one.kind != EffectKind::CheckTrigger)
            && !self.plans(EffectKind::CheckTrigger)
        {
            (granted.wish, granted.pass) = (false, false);
        }
    }
}

fn starts(on: &Ruled<'_>, next: &World) -> Option<String> {
    if !on.began() {
        return None;
    }
    let actor = on
        .after()
        .job()
        .map(|job| job.actor.login().unwrap_or("the operator").to_owned());
    let actor = actor.unwrap_or_default();
    if !may_speak(on.before, &actor) {
        return Some(format!("it began for {actor}"));
    }
    (!next.granted.start).then(|| format!("it began for {actor}, who has not asked for it"))
}

fn goes_on(on: &Ruled<'_>, next: &World) -> Option<String> {
    let was = on.task().is_paused();
    let is = on.after().stage.is_live() && !on.after().is_paused();
    // Beside a pause an agent may answer a question; it goes back to it.
    let beside = on.after().side_question().is_some();
    (was && is && !beside && !next.granted.go_on && !on.began()).then(|| "it goes on".into())
}

fn plans(on: &Ruled<'_>, next: &World) -> Option<String> {
    let is = |task: &Task| task.job().map(|job| (job.session.number(), job.plan));
    let (was, now) = (is(on.task())?, is(on.after())?);
    let approved = was.0 == now.0 && was.1 != Planning::Approved && now.1 == Planning::Approved;
    (approved && !next.granted.plan).then(|| "the plan counts as approved".into())
}

fn by(task: &Task) -> Option<&String> {
    task.gates.approval.as_ref()?.by.as_ref()
}

fn agrees(on: &Ruled<'_>, next: &World) -> Option<String> {
    let now = by(on.after())?;
    // One that waits and is judged anew keeps who agreed to it.
    let waits = match &on.task().stage {
        Stage::Checking {
            before: Some(before),
            ..
        } => before.as_ref(),
        other => other,
    };
    let anew = matches!(waits, Stage::Queued { .. });
    if by(on.task()) == Some(now) && (anew || !on.began()) {
        return None;
    }
    let outsiders = [Who::Tri, Who::Rob, Who::Ben, Who::Eve, Who::Bot];
    if outsiders.iter().any(|who| who.login() == now) {
        return Some(format!("{now} counts as having agreed"));
    }
    (!next.granted.agree).then(|| format!("{now} counts as having agreed, and has not"))
}

fn passes(on: &Ruled<'_>, next: &World) -> Option<String> {
    let (was, now) = (&on.task().gates.waived, &on.after().gates.waived);
    let more = now != was && *now != Default::default();
    (more && !next.granted.pass).then(|| "it is passed".into())
}

fn raises(on: &Ruled<'_>, next: &World) -> Option<String> {
    let raised = on.task().meter.raised != on.after().meter.raised;
    if raised && !next.granted.raise {
        return Some("it is raised".into());
    }
    let held = |task: &Task| {
        matches!(
            task.stage,
            Stage::Blocked {
                reason: BlockReason::Budget { .. },
                ..
            }
        )
    };
    let goes_on = held(on.task()) && !held(on.after()) && on.after().stage.is_live();
    let beside = on.after().side_question().is_some() || on.after().is_paused();
    (goes_on && !beside && !raised).then(|| "it goes on though all is used up".into())
}

fn delegates(on: &Ruled<'_>, next: &World) -> Option<String> {
    let same = on.task().conversation.delegates == on.after().conversation.delegates;
    (!same && !next.granted.delegate).then(|| format!("{:?}", on.after().conversation.delegates))
}

fn wishes(on: &Ruled<'_>, next: &World) -> Option<String> {
    let (was, is) = (&on.task().options, &on.after().options);
    let new = |was: &Option<String>, is: &Option<String>| is.is_some() && was != is;
    let more = new(&was.role, &is.role)
        || new(&was.agent, &is.agent)
        || new(&was.base, &is.base)
        || new(&was.answer, &is.answer)
        || new(&was.approved_by, &is.approved_by)
        || (is.priority.is_some() && was.priority != is.priority)
        || (is.plan && !was.plan)
        || (is.again && !was.again)
        || (is.fresh && !was.fresh);
    let granted = next.granted;
    (more && !granted.wish && !granted.agree && !granted.start).then(|| format!("{is:?}"))
}

/// Whether somebody of that name may speak here now.
fn may_speak(world: &World, login: &str) -> bool {
    let all = [Who::Ana, Who::Tri, Who::Rob, Who::Ben, Who::Eve, Who::Bot];
    let who = all.into_iter().find(|who| who.login() == login);
    who.is_none_or(|who| world.speaks(who))
}

/// Whoever opened the issue may answer where the operator lets them, while something is asked.
fn author_answers(on: &Ruled<'_>, login: &str) -> bool {
    let asks = on.task().conversation.open().next().is_some();
    on.setting.policy.author_answers && login == Who::Rob.login() && asks
}

fn hears(on: &Ruled<'_>, _: &World) -> Option<String> {
    let known = &on.task().conversation.messages;
    let new = on.after().conversation.messages.iter();
    for message in new.filter(|message| known.iter().all(|other| other.id != message.id)) {
        let turn = matches!(&on.task().stage, Stage::Working { step: Step::Running { turn }, .. }
            if turn.heard.iter().any(|heard| heard.id == message.id));
        if !turn && !may_speak(on.before, &message.by) && !author_answers(on, &message.by) {
            return Some(format!("{:?} of {} waits for it", message.text, message.by));
        }
    }
    let texts = on
        .decision
        .effects
        .iter()
        .filter_map(|planned| match &planned.effect.action {
            Action::RunTurn(run) => Some(format!("{}\n{}", run.turn.prompt, run.turn.resumed)),
            Action::Steer(steer) => Some(steer.text.clone()),
            _ => None,
        });
    let silent = [Who::Eve, Who::Bot, Who::Tri];
    for text in texts {
        for who in silent
            .into_iter()
            .filter(|who| !on.after().delegated(who.login()))
        {
            if text.contains(&mark(who)) {
                return Some(format!("it is told words of {}", who.login()));
            }
        }
    }
    None
}

fn answers(on: &Ruled<'_>, _: &World) -> Option<String> {
    let before = &on.task().conversation.questions;
    for question in &on.after().conversation.questions {
        let known = before.iter().find(|other| other.id == question.id);
        if known.is_some_and(|known| known.answer == question.answer) {
            continue;
        }
        let Some(By::Person(login)) = question.answer.as_ref().map(|answer| &answer.by) else {
            continue;
        };
        if !may_speak(on.before, login) && !author_answers(on, login) {
            return Some(format!("{login} answered {}", question.id));
        }
    }
    None
}

fn pushes(on: &Ruled<'_>, next: &World) -> Option<String> {
    if !on.plans(EffectKind::Publish) {
        return None;
    }
    if !next.granted.may_push {
        return Some("it is pushed".into());
    }
    let asking = matches!(
        on.task().stage,
        Stage::Working {
            step: Step::Asking { .. },
            ..
        }
    );
    let unlabeled = on.made == Move::MayPublish(Found::Unlabeled) && on.task().shown.labeled;
    (asking && unlabeled).then(|| "it is pushed though the label is gone".into())
}

fn opens(on: &Ruled<'_>, next: &World) -> Option<String> {
    (on.plans(EffectKind::OpenPull) && !next.granted.pushed).then(|| "it is opened".into())
}

fn turns(on: &Ruled<'_>, _: &World) -> Option<String> {
    let job = on.after().job();
    for planned in &on.decision.effects {
        let of_session = matches!(
            planned.effect.kind(),
            EffectKind::PrepareWorkspace
                | EffectKind::RunTurn
                | EffectKind::Publish
                | EffectKind::OpenPull
        );
        if of_session
            && (job.is_none() || planned.effect.session != job.map(|job| job.session.clone()))
        {
            return Some(format!(
                "{} of {:?}",
                planned.effect.kind().name(),
                planned.effect.session
            ));
        }
        let Action::RunTurn(run) = &planned.effect.action else {
            continue;
        };
        let waits = job.is_some_and(|job| job.plan == Planning::Wanted);
        if run.turn.writes && waits {
            return Some("it writes before its plan is approved".into());
        }
    }
    None
}

fn switches(on: &Ruled<'_>, next: &World) -> Option<String> {
    let sets = |planned: &crate::decide::Planned| match &planned.effect.action {
        Action::SetGoLabel(set) => set.on,
        _ => false,
    };
    let granted = next.granted;
    let asked = granted.start || granted.go_on || granted.wish || granted.agree;
    (on.decision.effects.iter().any(sets) && !asked).then(|| "it is set".into())
}

fn makes(on: &Ruled<'_>, _: &World) -> Option<String> {
    for tell in &on.decision.tells {
        if let Event::Discovery(DiscoveryNews::Start { by, .. }) = &tell.event {
            let login = by.login().unwrap_or("the operator");
            let asked = on.after().job().is_some_and(|job| job.actor == *by);
            if !asked {
                return Some(format!("one starts by the right of {login}"));
            }
        }
    }
    (on.plans(EffectKind::CreateIssue) && on.task().sessions == 0).then(|| "it is made".into())
}

fn readies(on: &Ruled<'_>, _: &World) -> Option<String> {
    let green = match on.made {
        Move::Looked(seen) => !matches!(seen, Seen::Red | Seen::Conflict | Seen::Merged),
        _ => false,
    };
    (on.plans(EffectKind::MarkReady) && !green).then(|| "it is made ready".into())
}
