//! A start that is only thought through: the decisions of a real one, on a copy of the task that nobody keeps; and what it may cost,
//! as earlier sessions did.
//!
//! It exists so that people see what would come before anything does. It must never know a rule of its own: what would happen
//! is what `decide` says, and nothing that is planned here is ever performed.

use crate::decide::{self, GateAnswer};
use crate::dependency::Dependencies;
use crate::effect::{Action, PrepareWorkspace, Turn};
use crate::event::{BaseFacts, Event, TriggerFacts};
use crate::policy::Context;
use crate::task::{Begun, End, Gate, Stage, Task};
use crate::text;
use crate::usage::{Exactness, Figure};

/// Stands where a session has a random word around other people's text, which nobody may know before.
pub const NONCE: &str = "000000000000000000000000";

/// A start that is thought through, step by step.
#[derive(Debug, Clone)]
pub struct DryRun<'a> {
    cx: Context<'a>,
    planned: Vec<Action>,
    reason: String,
    foreseen: Foreseen,
}

/// What would come of it.
#[derive(Debug, Clone)]
pub struct Foreseen {
    /// What would begin.
    pub begun: Begun,
    /// Why nothing would.
    pub refusal: Option<String>,
    /// What each gate says.
    pub gates: Vec<GateAnswer>,
    /// What would hold it before it begins, the first first.
    pub held: Vec<String>,
    /// What it says it waits for.
    pub waits: Vec<String>,
    /// Files that people attached, which would be fetched.
    pub attachments: usize,
    /// The task as it would be.
    pub task: Task,
    /// The first turn of its agent.
    pub turn: Option<Turn>,
    /// Why there would be none, though something begins.
    pub no_turn: Option<String>,
}

/// How one thing that holds a task is let go of.
type Pass = fn(&mut Task);

impl<'a> DryRun<'a> {
    /// The operator asks for work on an issue, of which this was read just now.
    pub fn of(known: Option<&Task>, facts: &TriggerFacts, cx: Context<'a>) -> Self {
        let task = known.map_or_else(|| Task::new(facts.place.clone()), Task::clone);
        let gates = decide::gates(&task, facts, cx.policy);
        let mut run = Self {
            cx,
            planned: Vec::new(),
            reason: String::new(),
            foreseen: Foreseen {
                begun: Begun::Nothing,
                refusal: None,
                gates,
                held: Vec::new(),
                waits: Vec::new(),
                attachments: 0,
                task,
                turn: None,
                no_turn: None,
            },
        };
        run.hear(&Event::Dispatched {
            facts: Box::new(facts.clone()),
        });
        run.foreseen.begun = Begun::between(known, &run.foreseen.task);
        run.foreseen.refusal = run.refused();
        // Who changes the same files is looked up in the mirror, which is brought up to date first.
        run.foreseen.task.overlaps.looking = false;
        run
    }

    /// Whether GitHub would be asked what it waits for.
    pub fn reads_dependencies(&self) -> bool {
        let reads = |action: &Action| matches!(action, Action::ReadDependencies(_));
        self.planned.iter().any(reads)
    }

    /// GitHub said it.
    pub fn dependencies_read(&mut self, found: Dependencies) {
        self.hear(&Event::DependenciesRead {
            found: Box::new(found),
        });
    }

    /// A slot is free, once nothing holds it any more: what would be prepared. `None` where nothing would be.
    pub fn slot(&mut self) -> Option<PrepareWorkspace> {
        self.foreseen.waits = text::gate::waits(&self.foreseen.task);
        self.foreseen.held = let_go(&mut self.foreseen.task);
        if self.foreseen.refusal.is_some() {
            return None;
        }
        self.hear(&Event::SlotGranted { agent: None });
        let prepare = self.planned.iter().find_map(|action| match action {
            Action::PrepareWorkspace(prepare) => Some(prepare.clone()),
            _ => None,
        });
        self.foreseen.attachments = prepare.as_ref().map_or(0, |one| one.attachments.len());
        prepare
    }

    /// The working copy stands.
    pub fn prepared(&mut self, base: BaseFacts) {
        let Some(job) = self.foreseen.task.job() else {
            return;
        };
        let session = job.session.clone();
        self.hear(&Event::WorkspaceReady {
            session,
            base,
            head: None,
            nonce: NONCE.to_owned(),
        });
    }

    /// All of it.
    pub fn foreseen(mut self) -> Foreseen {
        let turn = self.planned.iter().find_map(|action| match action {
            Action::RunTurn(run) => Some(run.turn.as_ref().clone()),
            _ => None,
        });
        let begins = self.foreseen.refusal.is_none();
        self.foreseen.no_turn = (begins && turn.is_none()).then(|| self.reason.clone());
        self.foreseen.turn = turn.filter(|_| begins);
        self.foreseen
    }

    fn hear(&mut self, event: &Event) {
        let decision = decide::decide(&self.foreseen.task, event, self.cx.policy, self.cx.now);
        self.foreseen.task = decision.task;
        self.reason = decision.reason;
        let planned = decision.effects.into_iter();
        self.planned = planned.map(|planned| planned.effect.action).collect();
    }

    fn refused(&self) -> Option<String> {
        if self.foreseen.begun != Begun::Nothing {
            return None;
        }
        match &self.foreseen.task.stage {
            Stage::Ended {
                end: End::Refused { say },
                ..
            } => Some(say.clone()),
            _ => Some(self.reason.clone()),
        }
    }
}

/// Lets go of everything that holds a task, and says what that was.
fn let_go(task: &mut Task) -> Vec<String> {
    let mut held = Vec::new();
    while let Some(gate) = task.gate() {
        if gate != Gate::Reading {
            held.push(text::gate::words(task, &gate));
        }
        let pass: Pass = match gate {
            Gate::Reading | Gate::Overlap(_) => |task| task.overlaps = Default::default(),
            Gate::Unread => |task| task.gates.waived.unread = true,
            Gate::Cycle(_) => |task| task.gates.cycle.clear(),
            Gate::Blockers | Gate::Unmet => |task| task.dependencies = Default::default(),
            Gate::Approval(_) => |task| task.gates.approval = None,
            Gate::Project(_) => |task| task.gates.project = None,
        };
        pass(task);
        // What is still being read is not read here.
        task.gates.reading = Default::default();
    }
    held
}

/// What an earlier session came to.
#[derive(Debug, Clone, Copy)]
pub struct Past<'a> {
    /// Where, `owner/name`.
    pub repository: &'a str,
    /// Its agent.
    pub agent: &'a str,
    /// Tokens.
    pub tokens: Figure,
    /// Money, millionths of a dollar.
    pub cost: Figure,
    /// How long its agent worked, milliseconds.
    pub worked_ms: i64,
}

/// On which sessions an estimate rests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Basis {
    /// Those of the agent in the repository.
    Here,
    /// Those of the agent in other repositories.
    Elsewhere,
}

/// What a session may come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Estimate {
    /// As which sessions did.
    pub basis: Basis,
    /// How many.
    pub sessions: usize,
    /// Tokens; `None` where none of them told.
    pub tokens: Option<Usual>,
    /// Money, millionths of a dollar.
    pub cost: Option<Usual>,
    /// How long its agent works, milliseconds.
    pub worked_ms: Option<Usual>,
}

/// Half took no more than the one, none more than the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Usual {
    /// The median.
    pub median: u64,
    /// The most.
    pub most: u64,
}

/// What a session of an agent in a repository may come to, as earlier ones did; `None` where there is nothing to go by.
pub fn estimate(past: &[Past<'_>], repository: &str, agent: &str) -> Option<Estimate> {
    let its = |one: &&Past<'_>| one.agent == agent;
    let here = |one: &Past<'_>| one.repository.eq_ignore_ascii_case(repository);
    let (here, elsewhere): (Vec<&Past<'_>>, Vec<&Past<'_>>) =
        past.iter().filter(its).partition(|one| here(one));
    let (basis, sessions) = match here.is_empty() {
        false => (Basis::Here, here),
        true => (Basis::Elsewhere, elsewhere),
    };
    let known = |figure: Figure| {
        let known = !matches!(figure.exactness(), Exactness::Unknown);
        known.then_some(figure.amount)
    };
    let worked = |ms: i64| u64::try_from(ms).ok().filter(|ms| *ms > 0);
    (!sessions.is_empty()).then(|| Estimate {
        basis,
        sessions: sessions.len(),
        tokens: usual(sessions.iter().filter_map(|one| known(one.tokens))),
        cost: usual(sessions.iter().filter_map(|one| known(one.cost))),
        worked_ms: usual(sessions.iter().filter_map(|one| worked(one.worked_ms))),
    })
}

fn usual(amounts: impl Iterator<Item = u64>) -> Option<Usual> {
    let mut amounts: Vec<u64> = amounts.collect();
    amounts.sort_unstable();
    Some(Usual {
        median: *amounts.get(amounts.len().checked_sub(1)? / 2)?,
        most: *amounts.last()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn past<'a>(repository: &'a str, agent: &'a str, tokens: u64) -> Past<'a> {
        Past {
            repository,
            agent,
            tokens: Figure::exact(tokens),
            cost: Figure::UNKNOWN,
            worked_ms: 1_000,
        }
    }

    #[test]
    fn what_it_may_cost_is_told_of_the_nearest_sessions() {
        let all = [
            past("octo/hello", "goose", 30),
            past("Octo/Hello", "goose", 10),
            past("octo/hello", "goose", 20),
            past("octo/other", "goose", 900),
            past("octo/hello", "codex", 900),
        ];
        let here = estimate(&all, "octo/hello", "goose").expect("there are some");
        assert_eq!((here.basis, here.sessions), (Basis::Here, 3));
        let usual = Usual {
            median: 20,
            most: 30,
        };
        // Nothing was told of the money, and that is no zero.
        assert_eq!((here.tokens, here.cost), (Some(usual), None));
        let elsewhere = estimate(&all, "octo/new", "goose").expect("there are some");
        assert_eq!((elsewhere.basis, elsewhere.sessions), (Basis::Elsewhere, 4));
        assert_eq!(estimate(&all, "octo/hello", "mine"), None);
    }
}
