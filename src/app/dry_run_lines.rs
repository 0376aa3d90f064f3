//! A start that is only thought through, as the admin address shows it; and what earlier sessions of its agent came to.

use super::answer_lines::session_line;
use super::lookup::{read_task, unread};
use super::orders::{refused, unreadable};
use super::queue_lines::failed;
use crate::core::actor::Actor;
use crate::core::budget::Amounts;
use crate::core::dry_run::{self, Basis, Estimate, Foreseen, Past, Usual};
use crate::core::task::{Begun, Job, Planning};
use crate::core::text;
use crate::core::usage::Figure;
use crate::engine::Engine;
use crate::http::types::{
    DryRunAnswer, DryRunQueue, EstimateLine, FigureLine, GateLine, SessionLine, UsualLine, WorkLine,
};
use crate::http::{ApiError, IssueAt};
use crate::runner::{self, Services, read_facts};

/// An estimate rests on so many sessions at most, the newest.
const SESSIONS: i64 = 1_000;

/// Who is asked.
pub(super) struct DryRun<'a> {
    pub(super) services: &'a Services,
    pub(super) engine: &'a Engine,
}

impl DryRun<'_> {
    /// What would come of an issue if it was started now.
    pub(super) async fn of(&self, issue: &IssueAt) -> Result<DryRunAnswer, ApiError> {
        let services = self.services;
        let github = &services.github;
        let at = github.locate(&issue.repository).await.map_err(refused)?;
        let place = at.place(issue.issue);
        let facts = read_facts(services, &place, &Actor::Operator)
            .await
            .map_err(|error| ApiError::conflict(unreadable(&place, &error)))?;
        let known = read_task(&services.store, place.task()).await?;
        let foreseen = runner::dry_run(services, &facts, known.as_ref())
            .await
            .map_err(|failure| ApiError::conflict(failure.text().to_owned()))?;
        let repository = place.name.to_string();
        let job = foreseen.task.job().filter(|_| foreseen.refusal.is_none());
        let estimate = match job {
            Some(job) => self.estimate(&repository, &job.agent).await?,
            None => None,
        };
        let work = job.map(|job| self.work(job));
        Ok(DryRunAnswer {
            queue: self.queue(&repository).await?,
            title: facts.snapshot.title.clone(),
            issue: place.issue.0,
            repository,
            work,
            estimate,
            ..answer(foreseen)
        })
    }

    fn work(&self, job: &Job) -> WorkLine {
        let general = &self.services.policy.limits;
        let clocks = job.role.limits.within(general);
        let Amounts {
            attempts,
            time_ms,
            tokens,
            cost,
        } = job.role.limits.caps(general);
        let first = std::iter::once(&job.agent);
        let others = job.role.fallbacks.iter();
        let others = others.filter(|other| **other != job.agent);
        WorkLine {
            role: job.role.name.to_string(),
            role_why: text::role_why(&job.why, job.role.name.as_str()),
            agents: first.chain(others).cloned().collect(),
            model: job.role.model.clone(),
            writes: job.role.writes,
            plans_first: job.plan == Planning::Wanted,
            base: job.base_branch.clone(),
            branch: job.branch.to_string(),
            session_timeout_ms: clocks.wall_ms,
            silence_ms: clocks.silence_ms,
            issue_attempts: attempts,
            issue_time_ms: time_ms,
            issue_tokens: tokens,
            issue_cost_micro_usd: cost,
        }
    }

    async fn estimate(
        &self,
        repository: &str,
        agent: &str,
    ) -> Result<Option<EstimateLine>, ApiError> {
        let rows = self.services.store.sessions_since(0, SESSIONS).await;
        let rows = rows.map_err(|error| unread(&error))?;
        let lines: Vec<SessionLine> = rows.iter().map(|row| session_line(row, None)).collect();
        let past: Vec<Past<'_>> = lines.iter().filter_map(past).collect();
        let estimate = dry_run::estimate(&past, repository, agent);
        Ok(estimate.map(|estimate| estimate_line(&estimate, agent)))
    }

    async fn queue(&self, repository: &str) -> Result<DryRunQueue, ApiError> {
        let view = self.engine.queue(0).await;
        let view = view.map_err(|error| failed(&error))?;
        let holds = |name: Option<&str>| name.is_none_or(|name| name == repository);
        let mut paused = view.paused.iter().map(|pause| &pause.repository);
        Ok(DryRunQueue {
            at_work: view.at_work,
            slots: self.engine.slots_in_all(),
            waiting: view.waiting,
            paused: paused.any(|of| holds(of.as_ref().map(|(_, name)| name.as_str()))),
        })
    }
}

/// What does not need to be looked up.
fn answer(foreseen: Foreseen) -> DryRunAnswer {
    let begins = match foreseen.begun {
        Begun::Session(_) => "session",
        Begun::Revision(_) => "revision",
        Begun::Nothing => "nothing",
    };
    let gates = foreseen.gates.into_iter().map(|gate| GateLine {
        gate: gate.name.to_owned(),
        passes: gate.says.is_none(),
        says: gate.says,
    });
    let prompt = foreseen
        .turn
        .map(|turn| text::prompt::headed(&turn.instructions, &turn.prompt));
    let not_known = match prompt.is_some() {
        true => text::dry_run::not_known(foreseen.attachments),
        false => Vec::new(),
    };
    DryRunAnswer {
        begins: begins.to_owned(),
        refusal: foreseen.refusal,
        gates: gates.collect(),
        held: foreseen.held,
        waits_for: foreseen.waits,
        prompt,
        no_prompt: foreseen.no_turn,
        not_known,
        ..DryRunAnswer::default()
    }
}

/// A session that is over and whose usage is known.
fn past(line: &SessionLine) -> Option<Past<'_>> {
    line.ended_at?;
    let usage = line.usage.as_ref()?;
    let figure = |line: &FigureLine| line.amount.map_or(Figure::UNKNOWN, Figure::exact);
    Some(Past {
        repository: line.repository.as_deref()?,
        agent: &line.agent,
        tokens: figure(&usage.tokens),
        cost: figure(&usage.cost_micro_usd),
        worked_ms: usage.worked_ms,
    })
}

fn estimate_line(estimate: &Estimate, agent: &str) -> EstimateLine {
    let usual = |usual: Usual| UsualLine {
        median: usual.median,
        most: usual.most,
    };
    EstimateLine {
        agent: agent.to_owned(),
        in_repository: estimate.basis == Basis::Here,
        sessions: estimate.sessions as u64,
        tokens: estimate.tokens.map(usual),
        cost_micro_usd: estimate.cost.map(usual),
        worked_ms: estimate.worked_ms.map(usual),
    }
}
