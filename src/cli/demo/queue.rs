//! `skep demo --queue`: ten issues that wait for each other, a plan with two phases and a provider's limit, played on the real
//! skep as the rest of the demo is.
//!
//! It shows what happened and never what should have. What releases an issue is done by the demo's person, visibly; how an issue
//! ended is read from the simulated GitHub.

mod board;
mod ending;
mod person;
mod phases;
mod words;

use std::time::{Duration, Instant};

use anyhow::{bail, ensure};

use super::environment::{Environment, USER};
use super::output::Output;
use crate::app::event_json;
use crate::core::event_name::DomainEvent;
use crate::core::ids::IssueNumber;
use crate::core::text::demo_queue as text;
use crate::core::text::demo_queue_issues::ISSUES;
use board::Board;
use ending::Ending;
use person::Person;
use phases::Phases;
use skep_simulator::world::IssueDraft;

/// The longest that it may take: it takes seconds, but ten sessions do a lot of work where others work as well.
pub(super) const TIME_LIMIT: Duration = Duration::from_secs(5 * 60);

/// Plays it; an error names what did not end as it should.
pub(super) async fn play(
    environment: &Environment,
    output: &Output,
    keep: bool,
    began: Instant,
) -> anyhow::Result<()> {
    output.opening(environment, began.elapsed(), text::TITLE)?;
    words::files(output)?;
    file(environment)?;
    let mut run = Run {
        environment,
        output,
        board: Board::default(),
        person: Person::new(environment),
        phases: Phases::default(),
    };
    let followed = tokio::time::timeout(environment.time_limit, run.follow()).await;
    let ended = ending::ended(environment, &run.board)?;
    let missing = ending::missing(&run.board, &ended, phases::is_closed(environment)?);
    let ok = missing.is_empty() && matches!(followed, Ok(Ok(())));
    let ending = Ending {
        environment,
        board: &run.board,
        ended: &ended,
        ok,
        took: began.elapsed(),
    };
    ending.show(output, keep).await?;
    match followed {
        Ok(Err(error)) => Err(error),
        _ if !missing.is_empty() => bail!(text::missing(&missing)),
        Ok(Ok(())) => Ok(()),
        Err(_) => bail!(crate::core::text::demo::too_slow(
            environment.time_limit.as_secs()
        )),
    }
}

/// Files the issues, says what waits for what, and then adds what starts them, as a person would.
fn file(environment: &Environment) -> anyhow::Result<()> {
    let (github, home) = (&environment.simulator, environment.repository);
    for issue in &ISSUES {
        let draft = IssueDraft {
            title: issue.title.to_owned(),
            body: Some(issue.body()),
            labels: issue.labels.iter().map(ToString::to_string).collect(),
            ..IssueDraft::default()
        };
        let number = github.open_issue(home, USER, draft)?;
        ensure!(
            number == issue.number,
            "issue {number} is not {}",
            issue.title
        );
    }
    let at = |number: i64| (home, IssueNumber(number));
    for issue in &ISSUES {
        if let Some(parent) = issue.parent {
            github.sub_issue(at(parent), at(issue.number), USER)?;
        }
        for blocker in issue.blocked_by {
            github.block(at(issue.number), at(*blocker), USER)?;
        }
    }
    for issue in &ISSUES {
        if let Some(label) = issue.switch() {
            github.label(home, issue.number, label, USER)?;
        }
    }
    Ok(())
}

struct Run<'a> {
    environment: &'a Environment,
    output: &'a Output,
    board: Board,
    person: Person<'a>,
    phases: Phases,
}

impl Run<'_> {
    /// Shows events as they come and lets the person act, until every issue has ended or nothing moves any more.
    async fn follow(&mut self) -> anyhow::Result<()> {
        let store = &self.environment.running.app.store;
        let (mut wake, mut after) = (store.event_wake(), 0);
        loop {
            // Before the events: what the comment tells of has happened by then.
            let phases = self.phases.look(self.environment)?;
            for row in store.events(after, 500).await? {
                after = row.seq;
                if let Some(event) = DomainEvent::parse(&row.event.name) {
                    self.happened(event, &event_json(&row))?;
                }
            }
            for (phase, how) in phases {
                self.board.phase(phase, &how);
                words::phase(self.output, self.environment, phase, &how)?;
            }
            if let Some(plan) = self.phases.done(self.environment)? {
                self.person.see_plan(plan);
            }
            if let Some(deed) = self.person.act().await? {
                words::person(self.output, self.environment, &deed)?;
                continue;
            }
            if self.is_over().await? {
                return Ok(());
            }
            let _rang = tokio::time::timeout(Duration::from_millis(50), wake.changed()).await;
        }
    }

    fn happened(&mut self, event: DomainEvent, line: &serde_json::Value) -> anyhow::Result<()> {
        words::event(self.output, &self.board, event, line)?;
        self.board.see(event, line);
        self.person.see(event, line);
        Ok(())
    }

    async fn is_over(&self) -> anyhow::Result<bool> {
        let well = self.board.all_ended() && phases::is_closed(self.environment)?;
        let over = well || self.board.is_stuck();
        Ok(over && self.person.is_idle() && self.environment.all_said().await?)
    }
}
