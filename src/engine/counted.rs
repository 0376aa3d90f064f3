//! What decisions add to what this process counts: gathered while they are open, and counted when they are committed.

use super::decided::Decided;
use crate::core::decide::Decision;
use crate::core::event::Event;
use crate::core::event_name::DomainEvent;
use crate::core::task::Task;
use crate::core::usage::Spent;
use crate::meter;

/// What an open transaction will have done.
#[derive(Default)]
pub(super) struct Counted {
    decisions: u64,
    events: Vec<DomainEvent>,
    /// How long those waited that got a slot, milliseconds.
    waits: Vec<i64>,
    /// Agents that started, by the operator's name.
    starts: Vec<String>,
    /// Tokens sent and received.
    tokens: (u64, u64),
    cost_micro_usd: u64,
    /// What a trace tells of it.
    decided: Vec<Decided>,
}

impl Counted {
    /// One decision more.
    pub(super) fn decided(
        &mut self,
        before: &Task,
        decision: &Decision,
        (event, now): (&Event, i64),
    ) {
        self.decisions += 1;
        let told = decision.events.iter().map(|noted| noted.happening);
        self.events.extend(told.clone());
        if told
            .into_iter()
            .any(|told| told == DomainEvent::SessionDispatched)
        {
            let job = decision.task.job();
            self.waits.extend(job.map(|job| now - job.queued_at));
        }
        let Some(record) = decision.task.record() else {
            return;
        };
        if matches!(event, Event::AgentStarted { .. }) {
            self.starts.push(record.agent);
        }
        let earlier = before.record().filter(|earlier| earlier.id == record.id);
        let earlier = earlier.map_or_else(Spent::default, |earlier| earlier.usage);
        self.spent(&earlier, &record.usage);
    }

    fn spent(&mut self, before: &Spent, after: &Spent) {
        let (was, is) = (&before.tokens, &after.tokens);
        let sent = is.total().saturating_sub(is.output);
        let had_sent = was.total().saturating_sub(was.output);
        self.tokens.0 += sent.saturating_sub(had_sent);
        self.tokens.1 += is.output.saturating_sub(was.output);
        self.cost_micro_usd += after.cost.amount.saturating_sub(before.cost.amount);
    }

    /// A decision that a trace tells of.
    pub(super) fn told(&mut self, decided: Decided) {
        self.decided.push(decided);
    }

    /// All of it is true now.
    pub(super) fn count(self) {
        for decided in self.decided {
            decided.record();
        }
        meter::DECISIONS.add(&[], self.decisions);
        for event in self.events {
            meter::EVENTS.add(&[event.name()], 1);
        }
        for wait in self.waits {
            meter::QUEUE_WAIT.observe(&[], wait.max(0) as f64 / 1000.0);
        }
        for agent in self.starts {
            meter::AGENT_STARTS.add(&[&agent], 1);
        }
        meter::TOKENS.add(&["sent"], self.tokens.0);
        meter::TOKENS.add(&["received"], self.tokens.1);
        meter::COST.add(&[], self.cost_micro_usd);
    }
}
