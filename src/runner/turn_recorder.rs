//! What an agent streams: all of it to the session log, and only what people should see soon to the inbox.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use tokio::sync::mpsc;

use super::agent_facts::{AgentFacts, Source};
use super::budget_watch::BudgetWatch;
use super::contained::{Refused, contained};
use super::lease::Lease;
use super::scope::Turns;
use crate::core::agent::{PlanEntry, Update};
use crate::core::containment::Attempt;
use crate::core::event::Event;
use crate::core::failure::Failure;
use crate::core::ids::SessionId;
use crate::core::sanitise::HeldSecrets;
use crate::core::time::Clock;
use crate::core::usage::Report;
use crate::store::{Complaint, LogLine, Store};

/// Lines kept for people when something goes wrong.
const TAIL: usize = 10;
/// Longest line of the tail, in characters.
const TAIL_LINE: usize = 300;
/// How often lines are written.
const WRITE: Duration = Duration::from_millis(250);
/// Lines written at once.
const BATCH: usize = 128;

/// So many refusals of the sandbox are told in one turn.
const REFUSALS: u32 = 60;
/// The same of what programs do by themselves, which must not take the place of others.
const HABITS: u32 = 20;

/// What was seen of a turn.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// The agent's session stood.
    pub(super) started: bool,
    /// The last lines, redacted.
    pub(super) tail: Vec<String>,
    /// What the turn cost so far.
    pub(super) usage: Report,
}

/// Takes one turn's updates to where they belong.
pub(super) struct TurnRecorder<'a> {
    session: &'a SessionId,
    facts: AgentFacts,
    budget: BudgetWatch<'a>,
    store: &'a Store,
    clock: &'a Clock,
    redactor: &'a HeldSecrets,
    /// The shortest time between two facts about progress.
    pace: Duration,
    /// How long the agent may say nothing until people are told so.
    patience: Duration,
    lines: Vec<LogLine>,
    tail: VecDeque<(String, String)>,
    plan: Vec<PlanEntry>,
    doing: String,
    told: Option<Instant>,
    news: bool,
    started: bool,
    heard: Instant,
    silences: u32,
    refusals: u32,
    habits: u32,
    lost_lines: Complaint,
    lost_facts: Complaint,
}

impl<'a> TurnRecorder<'a> {
    /// For the turn of a claimed effect, whose budget is watched.
    pub(super) fn new(
        scope: &Turns<'a>,
        lease: &'a Lease,
        budget: BudgetWatch<'a>,
    ) -> Result<Self, Failure> {
        Ok(Self {
            session: lease.session()?,
            facts: AgentFacts::new(scope.store, scope.clock, Source::Stream, lease),
            budget,
            store: scope.store,
            clock: scope.clock,
            redactor: scope.redactor,
            pace: scope.timings.progress,
            patience: scope.timings.silent,
            lines: Vec::new(),
            tail: VecDeque::new(),
            plan: Vec::new(),
            doing: String::new(),
            told: None,
            news: false,
            started: false,
            heard: Instant::now(),
            silences: 0,
            refusals: 0,
            habits: 0,
            lost_lines: Complaint::default(),
            lost_facts: Complaint::default(),
        })
    }

    /// Runs until the turn's sender is gone.
    pub(super) async fn run(mut self, mut updates: mpsc::Receiver<Update>) -> Seen {
        let mut tick = tokio::time::interval(WRITE);
        loop {
            tokio::select! {
                update = updates.recv() => match update {
                    Some(update) => self.take(update).await,
                    None => break,
                },
                _ = tick.tick() => {
                    self.write().await;
                    self.tell_silence().await;
                    self.tell_budget().await;
                    self.tell_progress(false).await;
                }
            }
        }
        self.tell_progress(true).await;
        self.write().await;
        let tail = self.tail.into_iter().map(|(_, line)| line).collect();
        Seen {
            started: self.started,
            tail,
            usage: self.budget.spent(),
        }
    }

    async fn take(&mut self, update: Update) {
        self.news |= self.silences > 0;
        (self.heard, self.silences) = (Instant::now(), 0);
        self.log(&update);
        match update {
            Update::Started {
                agent_session,
                agent_name,
                version,
                queues,
                ..
            } => {
                self.started = true;
                let agent = format!("{agent_name} {version}").trim().to_owned();
                let event = Event::AgentStarted {
                    session: self.session.clone(),
                    agent_session,
                    agent,
                    queues,
                };
                self.tell(event, "agent_started").await;
            }
            Update::Plan { mut entries } => {
                for entry in &mut entries {
                    entry.content = self.redactor.redact(&entry.content);
                }
                self.news |= entries != self.plan;
                self.plan = entries;
                self.tell_progress(false).await;
            }
            Update::Tool { id, title, .. } => {
                self.news |= title != self.doing;
                self.remember(id, &title);
                self.doing = title;
            }
            Update::Message { id, text } => {
                // Its first words are news: people may ask for the log's end.
                self.news |= self.tail.is_empty();
                self.remember(id, text.lines().last().unwrap_or_default());
            }
            Update::Stderr { text } => {
                for line in text
                    .lines()
                    .rev()
                    .take(TAIL)
                    .collect::<Vec<_>>()
                    .into_iter()
                    .rev()
                {
                    self.remember(format!("stderr {}", self.tail.len()), line);
                }
            }
            Update::Note { text } => self.remember(text.clone(), &text),
            Update::Usage(report) => {
                self.budget.heard(report);
                self.tell_budget().await;
            }
            Update::Refused { attempt, count } => self.tell_refused(attempt, count).await,
            Update::Prompt { .. }
            | Update::Permission { .. }
            | Update::Thought { .. }
            | Update::Mode { .. }
            | Update::Reached { .. } => {}
        }
    }

    /// Keeps a line for people; a later one of the same origin replaces it.
    fn remember(&mut self, id: String, line: &str) {
        let line = self.redactor.redact(line.trim());
        let line: String = line
            .chars()
            .filter(|c| !c.is_control())
            .take(TAIL_LINE)
            .collect();
        if line.is_empty() {
            return;
        }
        self.tail.retain(|(other, _)| *other != id);
        self.tail.push_back((id, line));
        if self.tail.len() > TAIL {
            self.tail.pop_front();
        }
    }

    fn log(&mut self, update: &Update) {
        let Ok(json) = serde_json::to_string(update) else {
            return;
        };
        let body = self.redactor.redact(&json);
        self.lines.push(LogLine {
            at: (self.clock)(),
            kind: update.kind().to_owned(),
            body,
        });
    }

    async fn write(&mut self) {
        for batch in std::mem::take(&mut self.lines).chunks(BATCH) {
            if let Err(error) = self.store.append_log(self.session, batch).await {
                let what = format!("lines of the log of session {} were lost", self.session);
                self.lost_lines.say(&what, &error);
            }
        }
    }

    /// Tells of progress: the first at once, then at most one in the configured time, and the last.
    async fn tell_progress(&mut self, last: bool) {
        let rested = self.told.is_none_or(|told| told.elapsed() >= self.pace);
        if !self.news || !(rested || last) {
            return;
        }
        self.news = false;
        self.told = Some(Instant::now());
        self.tell_how(0).await;
    }

    /// Tells that nothing was heard for long, and again each time it has lasted as long once more.
    async fn tell_silence(&mut self) {
        let (quiet, limit) = (self.heard.elapsed(), self.patience);
        if !self.started || quiet < limit * (self.silences + 1) {
            return;
        }
        self.silences += 1;
        self.tell_how(i64::try_from(quiet.as_millis()).unwrap_or(i64::MAX))
            .await;
    }

    /// Tells what is nearly used up, each thing once; a turn that has used up what it may is ended by the watch.
    async fn tell_budget(&mut self) {
        for cap in self.budget.look() {
            let session = self.session.clone();
            self.tell(Event::BudgetNeared { session, cap }, "budget_neared")
                .await;
        }
    }

    /// Tells what the sandbox refused, a number of times for each turn: what an agent can make many of must not fill the inbox.
    async fn tell_refused(&mut self, attempt: Attempt, count: u64) {
        let harmless = attempt.harmless;
        let news = contained(
            self.redactor,
            Refused {
                session: self.session,
                attempt,
                count,
                doing: &self.doing,
            },
        );
        let (told, most) = match harmless {
            true => (&mut self.habits, HABITS),
            false => (&mut self.refusals, REFUSALS),
        };
        *told += 1;
        if *told > most {
            return;
        }
        self.tell(Event::Contained(Box::new(news)), "contained")
            .await;
    }

    async fn tell_how(&mut self, silent_ms: i64) {
        let (session, plan, doing) = (
            self.session.clone(),
            self.plan.clone(),
            self.redactor.redact(&self.doing),
        );
        let tail = self.tail.iter().map(|(_, line)| line.clone()).collect();
        self.tell(
            Event::Progressed {
                session,
                plan,
                doing,
                silent_ms,
                tail,
            },
            "progressed",
        )
        .await;
    }

    async fn tell(&self, event: Event, name: &str) {
        if let Err(error) = self.facts.state(event, name).await {
            let what = format!(
                "a fact about the agent of session {} was lost",
                self.session
            );
            self.lost_facts.say(&what, &error);
        }
    }
}
