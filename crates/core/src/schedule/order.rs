//! The order in which tasks would start, found lazily: each step costs as much with ten tasks as with a hundred thousand.
//!
//! Taking a task makes its repository one session busier, so its next one moves back behind those of others.

use std::cmp::Reverse;
use std::collections::btree_set::Iter;
use std::collections::{BTreeMap, BinaryHeap, HashSet};
use std::iter::Peekable;
use std::sync::Arc;

use super::line::Head;
use super::load::{Counted, Load};
use super::needs::Budget;
use super::queue::Schedule;
use super::turn::Turn;
use crate::ids::TaskKey;

/// What the caps are held against while tasks are taken.
#[derive(Debug, Clone, Copy)]
pub(super) enum Look {
    /// Those that start now: each that is taken counts for the next, in the memory that is left too.
    Starting(Budget),
    /// Those that start one day: only what is full now holds a line back.
    Placing,
}

/// One task, in the order.
pub(super) struct Taken {
    pub(super) turn: Turn,
    /// The agent it would be given to.
    pub(super) agent: String,
}

/// The tasks in the order in which they would start.
pub(super) struct Order<'a> {
    schedule: &'a Schedule,
    look: Look,
    now: i64,
    /// What is at work, with those that were taken.
    load: Load,
    fresh: Peekable<Iter<'a, Head>>,
    again: BinaryHeap<Reverse<Head>>,
    /// Heads that moved back before anybody asked whether their line is held back.
    unasked: HashSet<Turn>,
    /// Those that did not fit into the memory, and after how many that were taken each was looked at.
    too_large: BTreeMap<TaskKey, u32>,
    taken: u32,
}

impl<'a> Order<'a> {
    pub(super) fn new(schedule: &'a Schedule, look: Look, now: i64) -> Self {
        Self {
            schedule,
            look,
            now,
            load: schedule.load.clone(),
            fresh: schedule.heads.iter().peekable(),
            again: BinaryHeap::new(),
            unasked: HashSet::new(),
            too_large: BTreeMap::new(),
            taken: 0,
        }
    }

    /// Those that did not fit into the memory, and how many were taken although they stand behind them.
    pub(super) fn passed(self) -> BTreeMap<TaskKey, u32> {
        let taken = self.taken;
        let passed = self.too_large.into_iter();
        passed.map(|(task, at)| (task, taken - at)).collect()
    }

    fn least(&mut self) -> Option<(Head, bool)> {
        let again_first = match (self.fresh.peek(), self.again.peek()) {
            (Some(fresh), Some(Reverse(again))) => again < *fresh,
            (None, Some(_)) => true,
            (_, None) => false,
        };
        match again_first {
            true => self.again.pop().map(|Reverse(head)| (head, false)),
            false => self.fresh.next().map(|head| (head.clone(), true)),
        }
    }

    /// Puts a head back where it belongs now that others of its repository were taken; whether it had to be.
    fn moves_back(&mut self, head: &Head) -> bool {
        let rank = self.load.rank(head.line.repository);
        let moves = rank > head.rank;
        if moves {
            self.again.push(Reverse(Head {
                rank,
                ..head.clone()
            }));
        }
        moves
    }

    /// The agent it would be given to; none while its line is held back.
    fn agent(&mut self, head: &Head, fresh: bool) -> Option<String> {
        // A line that was placed once is not asked again.
        let first = fresh || self.unasked.remove(&head.turn);
        let load = match self.look {
            Look::Starting(_) => &self.load,
            Look::Placing => &self.schedule.load,
        };
        let starting = matches!(self.look, Look::Starting(_));
        match self.schedule.agent_for(&head.line, load, self.now) {
            Ok(agent) => self.fits(head, &agent).then_some(agent),
            Err(_) if first || starting => None,
            Err(_) => head.line.agents.first().cloned(),
        }
    }

    /// Nothing fits into the memory that is left, so nobody need be looked at.
    fn is_used_up(&self) -> bool {
        match &self.look {
            Look::Starting(budget) => !budget.fits(self.schedule.needs.least()),
            Look::Placing => false,
        }
    }

    /// Whether it fits into the memory that is left. One that does not lets the others go on; its line is as large as it is.
    fn fits(&mut self, head: &Head, agent: &str) -> bool {
        let needs = self.schedule.needs.of(agent, head.line.repository);
        let fits = match &self.look {
            Look::Starting(budget) => budget.fits(needs),
            Look::Placing => true,
        };
        if !fits {
            self.too_large.insert(head.turn.task, self.taken);
        }
        fits
    }

    fn take(&mut self, head: &Head, agent: &str) {
        self.load.add(&Counted::new(&head.line, agent));
        self.taken += 1;
        if let Look::Starting(budget) = &mut self.look {
            budget.take(self.schedule.needs.of(agent, head.line.repository));
        }
        if let (Look::Starting(_), Some(person)) = (self.look, head.line.person) {
            self.load.began(person, self.now);
        }
        if let Some(turn) = self.schedule.behind(head) {
            let rank = self.load.rank(head.line.repository);
            let line = Arc::clone(&head.line);
            self.again.push(Reverse(Head { rank, turn, line }));
        }
    }
}

impl Iterator for Order<'_> {
    type Item = Taken;

    fn next(&mut self) -> Option<Taken> {
        loop {
            if self.is_used_up() {
                return None;
            }
            let (head, fresh) = self.least()?;
            if self.moves_back(&head) {
                if fresh {
                    self.unasked.insert(head.turn);
                }
                continue;
            }
            let Some(agent) = self.agent(&head, fresh) else {
                continue;
            };
            self.take(&head, &agent);
            let turn = head.turn;
            return Some(Taken { turn, agent });
        }
    }
}
