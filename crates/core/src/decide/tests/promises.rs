//! What must hold in every state that can be reached: the rules are done when they stop, and nothing can hang.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::events::*;
use crate::decide::{Decision, advance, decide, reconcile};
use crate::effect::{Action, EffectKind};
use crate::event::Event;
use crate::policy::Context;
use crate::task::{BlockReason, Stage, Step, Task};

/// What of the outbox the session's way depends on: which kinds are under way.
#[derive(Default)]
struct UnderWay(BTreeSet<EffectKind>);

impl UnderWay {
    fn heard(&mut self, before: &Task, event: &Event, decision: &Decision) {
        if let Some(kind) = event.answers().filter(|_| is_an_answer(before, event)) {
            let still = decision.task.conversation.messages.iter();
            if kind != EffectKind::Steer || !still.clone().any(|message| message.sending) {
                self.0.remove(&kind);
            }
        }
        for kind in &decision.withdraw {
            self.0.remove(kind);
        }
        for planned in &decision.effects {
            // Roles and edits are looked up beside the way of a session.
            if let Action::CheckTrigger(check) = &planned.effect.action
                && !check.asking.starts()
            {
                continue;
            }
            self.0.insert(planned.effect.kind());
        }
    }
}

/// Whether an outcome is that of an effect of the task as it stands: it names its session, or the trigger in hand.
fn is_an_answer(before: &Task, event: &Event) -> bool {
    if let Event::TriggerChecked { facts } = event {
        let start = facts.asking.starts();
        return start && facts.snapshot.at >= before.last_trigger;
    }
    let named = serde_json::to_value(event).expect("an event serializes")["session"].clone();
    let known = before.job().map(|job| serde_json::json!(job.session));
    let of_session = event.answers().is_some_and(EffectKind::is_of_session);
    !of_session || known == Some(named)
}

/// Who or what moves the task on; `None` when nobody does.
fn moved_by(task: &Task, under_way: &UnderWay) -> Option<&'static str> {
    let effect = |kind| under_way.0.contains(&kind).then_some("an effect");
    let timer = || (!task.timers.is_empty()).then_some("a timer");
    match &task.stage {
        Stage::Idle | Stage::Ended { .. } => Some("nothing is wanted"),
        Stage::Checking { .. } => effect(EffectKind::CheckTrigger),
        Stage::Queued { .. } => Some("the queue"),
        Stage::Working { step, .. } => match step {
            Step::Preparing { .. } => effect(EffectKind::PrepareWorkspace),
            Step::Running { turn } if turn.over.is_some() => effect(EffectKind::Steer),
            Step::Running { .. } => effect(EffectKind::RunTurn),
            Step::Waiting { .. } => timer(),
            Step::Collecting { .. } => effect(EffectKind::Collect),
            Step::Asking { .. } => effect(EffectKind::CheckPublish),
            Step::Publishing { .. } => effect(EffectKind::Publish),
            Step::Opening { .. } => effect(EffectKind::OpenPull),
            Step::Answering { .. } => effect(EffectKind::PostAnswer),
        },
        Stage::Blocked { reason, .. } => match reason {
            BlockReason::Asked | BlockReason::Later { .. } => timer(),
            BlockReason::Plan => task.conversation.plan.as_ref().map(|_| "a person"),
            BlockReason::Paths => task.conversation.paths.as_ref().map(|_| "a person"),
            BlockReason::Paused { .. } | BlockReason::Budget { .. } => Some("a person"),
        },
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    /// With no new event the rules and what follows from the state change nothing, and whatever is not over is moved on by
    /// a timer, an effect under way, the queue or a person.
    #[test]
    fn the_rules_come_to_rest_and_nothing_can_hang(picks in proptest::collection::vec(0..events().len(), 1..60)) {
        let (all, policy) = (events(), policy());
        let (mut task, mut under_way) = (Task::new(place()), UnderWay::default());
        for (step, pick) in picks.into_iter().enumerate() {
            let now = 1_000 + step as i64 * 700;
            let (name, event) = &all[pick];
            let decision = decide(&task, event, &policy, now);
            under_way.heard(&task, event, &decision);
            prop_assert!(decision.task.wanted.is_empty(), "{name} leaves {:?}", decision.task.wanted);
            task = decision.task;
            prop_assert!(moved_by(&task, &under_way).is_some(), "{name} hangs: {:?}", task.stage);
            let cx = Context { policy: &policy, now };
            let again = advance::advance(task.clone(), String::new(), cx);
            prop_assert!(again.effects.is_empty() && again.events.is_empty(), "{name}: {:?}", again.effects);
            let mut after = again.task;
            prop_assert_eq!(&after, &task, "after {}", name);
            let change = reconcile::Change { before: &task, answered: None, planned: &[] };
            let follows = reconcile::reconcile(&change, &mut after, cx);
            prop_assert!(follows.effects.is_empty() && follows.withdraw.is_empty(), "{name}: {follows:?}");
            prop_assert_eq!(&after, &task, "after {}", name);
        }
    }
}
