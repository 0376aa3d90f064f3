//! One fact: whose it is, what the core decides, and all of it written down.

use super::Engine;
use super::audit;
use super::decided::{Decided, Versions};
use super::error::EngineError;
use super::facts::{Meaning, OfPull};
use super::open::Open;
use super::rows;

use crate::core::decide::{self, Decision};
use crate::core::effect::EffectKind;
use crate::core::event::Fact;
use crate::core::event_name::DomainEvent;
use crate::core::location::Place;
use crate::core::task::{Task, TurnSoFar};
use crate::store::{InboxKind, InboxRow, TaskRow, Withdrawal};

impl Engine {
    pub(super) async fn settle(
        &self,
        transition: &mut Open<'_>,
        row: &InboxRow,
        meaning: Meaning,
    ) -> Result<(), EngineError> {
        let now = (self.clock)();
        let (fact, happening) = match meaning {
            Meaning::Fact(fact) => (
                fact,
                (row.kind == InboxKind::Webhook).then_some(DomainEvent::DeliveryAccepted),
            ),
            Meaning::OfIssue(fact, standing) => {
                let task = fact.place.task();
                transition.stands(task, &standing, row.seq);
                (fact, Some(DomainEvent::DeliveryAccepted))
            }
            Meaning::Opened(installation) => {
                let freed = transition.unpark(installation, now).await?;
                let reason =
                    format!("installation {installation} is open: {freed} parked effects go on");
                return Self::accepted(transition, row, now, reason);
            }
            Meaning::OfPull(of) => match transition.task_of_pull(of.repository, of.pull).await? {
                Some(key) => {
                    let OfPull {
                        installation,
                        repository,
                        name,
                        event,
                        ..
                    } = of;
                    let place = Place {
                        installation,
                        repository,
                        name,
                        issue: key.issue,
                    };
                    (Fact { place, event }, Some(DomainEvent::DeliveryAccepted))
                }
                None => {
                    return Self::ignore(
                        transition,
                        row,
                        now,
                        "ignored: the pull request is not one of ours".into(),
                    );
                }
            },
            Meaning::Pushed(pushed) => {
                let told = self.base_moved(transition, row, &pushed).await?;
                let reason = format!(
                    "{} moved: {told} pull requests are looked at",
                    pushed.branch
                );
                return Self::ignore(transition, row, now, reason);
            }
            Meaning::OfRepositories(of) => {
                let told = self.tell_all(transition, row, &of).await?;
                return Self::accepted(transition, row, now, format!("{told} tasks are told"));
            }
            Meaning::Queue(order) => {
                let result = order.take(transition, now).await?;
                transition.add_audit(audit::order(&result, row, now));
                transition.mark_handled(row.seq, now, result);
                return Ok(());
            }
            Meaning::Gate(reason) => return Self::accepted(transition, row, now, reason),
            Meaning::Malformed(reason) => {
                transition.mark_handled(row.seq, now, reason);
                return Ok(());
            }
            Meaning::Nothing(reason) => return Self::ignore(transition, row, now, reason),
        };
        self.take(transition, row, &fact, happening).await
    }

    /// Decides on a fact and writes all of it.
    pub(super) async fn take(
        &self,
        transition: &mut Open<'_>,
        row: &InboxRow,
        fact: &Fact,
        happening: Option<DomainEvent>,
    ) -> Result<(), EngineError> {
        let now = (self.clock)();
        let (decision, versions) = self.apply(transition, row, fact).await?;
        let told = Decided::of(row, &decision, (versions, now));
        told.log(&decision.reason);
        transition.counted.told(told);
        if let Some(happening) = happening {
            transition.add_event(rows::delivery(
                row,
                happening,
                Some(&fact.place),
                &decision.reason,
            ));
        }
        for noted in &decision.events {
            transition.add_event(rows::event(noted, &decision.task, row, now));
        }
        if let Some(entry) = crate::core::audit::of(&fact.event, &decision) {
            transition.add_audit(audit::decision(entry, &decision.task, row, now));
        }
        transition.mark_handled(row.seq, now, decision.reason);
        Ok(())
    }

    /// A delivery that was taken, and is of no one task.
    fn accepted(
        transition: &mut Open<'_>,
        row: &InboxRow,
        now: i64,
        reason: String,
    ) -> Result<(), EngineError> {
        let taken = DomainEvent::DeliveryAccepted;
        transition.add_event(rows::delivery(row, taken, None, &reason));
        transition.mark_handled(row.seq, now, reason);
        Ok(())
    }

    fn ignore(
        transition: &mut Open<'_>,
        row: &InboxRow,
        now: i64,
        reason: String,
    ) -> Result<(), EngineError> {
        transition.mark_ignored(row.seq, now, reason);
        Ok(())
    }

    /// Decides on one fact and writes what was decided, but for its events; answers also which version of the task there was and is.
    async fn apply(
        &self,
        transition: &mut Open<'_>,
        row: &InboxRow,
        fact: &Fact,
    ) -> Result<(Decision, Versions), EngineError> {
        let now = (self.clock)();
        let stored = transition.task(fact.place.task()).await?;
        let version = stored.as_ref().map_or(0, |stored| stored.version);
        let mut versions = Versions {
            before: version,
            after: version,
        };
        let mut before = read_task(stored.as_ref(), &fact.place)?;
        let is_news = version == 0 || before.place != fact.place;
        before.place.clone_from(&fact.place);
        let decision = decide::decide(&before, &fact.event, &self.policy, now);
        withdraw(transition, &decision, now).await?;
        // Of an issue where nothing has happened yet there is nothing to remember.
        if decision.task != before || (version == 0 && !decision.effects.is_empty()) {
            let row = rows::task(&decision.task, now)?;
            versions.after = transition.put_task(&row, version).await?;
            if is_news {
                transition.put_repository(&fact.place, now).await?;
            }
        }
        if let Some(record) = decision.task.record() {
            transition
                .put_session(&rows::session(&decision.task, &record)?)
                .await?;
        }
        for outcome in decision.task.changed_outcomes(&before) {
            let row = rows::outcome(&decision.task, outcome);
            transition.put_outcome(&row).await?;
        }
        // The id derives from the fact that caused it, so deciding the same fact twice plans it once.
        for (index, planned) in decision.effects.iter().enumerate() {
            transition
                .add_effect(&rows::effect(
                    planned,
                    format!("e{}.{index}", row.seq),
                    &self.policy.limits,
                    now,
                )?)
                .await?;
        }
        note_so_far(transition, &before, &decision.task).await?;
        if let Some(news) = &decision.agent {
            for agent in self.policy.by_the_same_credential(&news.agent) {
                transition.agent(agent, news.is, now).await?;
            }
        }
        if let Some(took) = &decision.took {
            let repository = decision.task.key().repository;
            transition.took(took, repository).await?;
        }
        transition.relate(&before, &decision.task, row.seq).await?;
        if self.policy.issues.stack {
            transition.pull_moved(&before, &decision.task, row.seq);
        }
        transition
            .sprint(&before, &decision, (&fact.event, row.seq))
            .await?;
        transition.labels_changed(before.key(), &fact.event, row.seq);
        transition
            .counted
            .decided(&before, &decision, (&fact.event, now));
        let standing = decision.task.standing(&before, now);
        transition.place(decision.task.key(), standing, now);
        Ok((decision, versions))
    }
}

/// Keeps what another try of a running turn must know beside its effect.
async fn note_so_far(
    transition: &mut Open<'_>,
    before: &Task,
    after: &Task,
) -> Result<(), EngineError> {
    let Some(so_far) = TurnSoFar::of(after) else {
        return Ok(());
    };
    if !so_far.differs(TurnSoFar::of(before).as_ref()) {
        return Ok(());
    }
    let body = rows::text("how far a turn is", &so_far)?;
    let kind = EffectKind::RunTurn.name();
    Ok(transition.note_so_far(after.key(), kind, &body).await?)
}

pub(super) fn read_stored(row: &TaskRow) -> Result<Task, EngineError> {
    serde_json::from_str(&row.body).map_err(|source| EngineError::Unreadable {
        what: format!("task {}", row.key),
        source,
    })
}

fn read_task(row: Option<&TaskRow>, place: &Place) -> Result<Task, EngineError> {
    row.map_or_else(|| Ok(Task::new(place.clone())), read_stored)
}

/// Takes back what is not wanted any more of what was planned before.
async fn withdraw(
    transition: &mut Open<'_>,
    decision: &Decision,
    now: i64,
) -> Result<(), EngineError> {
    if decision.withdraw.is_empty() {
        return Ok(());
    }
    let kinds: Vec<&str> = decision.withdraw.iter().map(|kind| kind.name()).collect();
    let withdrawal = Withdrawal {
        task: decision.task.key(),
        kinds: &kinds,
        now,
        why: &decision.reason,
    };
    transition.withdraw(withdrawal).await?;
    Ok(())
}
