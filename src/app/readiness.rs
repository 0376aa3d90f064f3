//! Looks whether what the next sessions need is ready, before one is spent: whether their agents start here, fence and all, and
//! answer; whether GitHub lets the App do in their repositories what it must, and keeps it from their base branches. (Disk and memory: `disk_space`, `memory_space`.)
//!
//! What is found holds two minutes. The operator is told of each cause once, and once that it is gone. It must never judge a single
//! issue, and it starts no session.

use std::time::Duration;

use futures::future::join_all;
use tokio_util::sync::CancellationToken;

use crate::config::lacking;
use crate::core::base_rules::{OnBaseRules, Standing};
use crate::core::failure::{Failure, shortened};
use crate::core::gated_pulls::GatedPulls;
use crate::core::location::Place;
use crate::core::policy::Readiness;
use crate::core::schedule::{Fault, Subject};
use crate::core::text::{base_rules, waiting};
use crate::engine::{Ask, Engine, Finding};
use crate::github::{At, GitHubError};
use crate::runner::{Runner, Services};

/// What is out of order is looked at again about so often as it may be.
const EVERY: Duration = Duration::from_secs(5);
/// Many starts at once ask together.
const GATHER: Duration = Duration::from_millis(20);
/// So much of what something said is told, characters.
const SAID: usize = 300;

pub(super) async fn watch(engine: Engine, runner: Runner, cancel: CancellationToken) {
    let looking = async {
        loop {
            tokio::select! {
                () = engine.asked() => tokio::time::sleep(GATHER).await,
                () = tokio::time::sleep(EVERY) => {}
            }
            look(&engine, &runner).await;
        }
    };
    cancel.run_until_cancelled(looking).await.unwrap_or(())
}

/// Looks at what is asked for, until nothing is.
pub(super) async fn look(engine: &Engine, runner: &Runner) {
    loop {
        let asks = match engine.asks().await {
            Ok(asks) if asks.is_empty() => return,
            Ok(asks) => asks,
            Err(error) => {
                tracing::warn!(%error, "what is to be looked at before sessions start cannot be read");
                return;
            }
        };
        let findings = join_all(asks.into_iter().map(|ask| look_at(runner.services(), ask))).await;
        match engine.found(findings).await {
            Ok(news) => news.iter().for_each(|finding| tell(runner, finding)),
            Err(error) => {
                tracing::warn!(%error, "free slots could not be given out");
                return;
            }
        }
    }
}

async fn look_at(services: &Services, ask: Ask) -> Finding {
    let (fault, said) = match &ask.subject {
        Subject::Agent(name) => match agent(services, name).await {
            Ok(said) => (None, said),
            Err(fault) => (Some(fault), None),
        },
        Subject::Repository(_) => (repository(services, &ask.place).await, None),
    };
    Finding {
        subject: ask.subject,
        fault,
        said,
    }
}

/// What an agent calls itself, or what is wrong with it, if it does not shake hands.
async fn agent(services: &Services, name: &str) -> Result<Option<String>, Fault> {
    // An agent nobody configured is refused with a reason of its own.
    let Some(spec) = services.specs.get(name) else {
        return Ok(None);
    };
    let folder = services.folders.data().join("readiness").join(name);
    let tried = services
        .agents
        .try_out(spec, &folder, services.timings.initialize);
    let why = match tried.await {
        Ok(said) => return Ok(Some(said).filter(|said| !said.trim().is_empty())),
        Err(why) => why.to_string(),
    };
    Err(Fault::Agent {
        agent: name.to_owned(),
        why: shortened(&services.redactor.redact(&why), SAID),
    })
}

/// What is wrong with a repository. That the App is suspended, or not installed any more, is found out and told elsewhere.
async fn repository(services: &Services, place: &Place) -> Option<Fault> {
    match services.github.installation_for(&place.name).await {
        Ok(installation) => {
            let (mut lacks, _) = lacking(&installation.permissions, &[], GatedPulls::Off);
            // The gate for pull requests holds up no work, and says for itself what it lacks. Without the others less is known, but the work can be done.
            lacks.retain(|permission| permission.ends_with("=write"));
            let at = At {
                installation: installation.id,
                ..At::of(place)
            };
            match lacks.is_empty() {
                false => Some(Fault::Permissions { lacks }),
                true => base(services, &at).await,
            }
        }
        Err(error) => unreachable(error),
    }
}

/// Whether the App could put something on the default branch without a person. Where that is no reason not to work there, the operator
/// is told once.
async fn base(services: &Services, at: &At) -> Option<Fault> {
    let (policy, github) = (&services.policy, &services.github);
    if policy.base_rules == OnBaseRules::Off {
        return None;
    }
    let read = async {
        let branch = github.repository(at).await?.default_branch;
        github.base_rules(at, &branch).await
    };
    let rules = match read.await {
        Ok(rules) => rules,
        Err(error) => return unreachable(error),
    };
    let standing = rules.standing();
    if !policy.base_rules.refuses(&standing) {
        let said = base_rules::of(&at.name.to_string(), &rules.branch, &standing);
        if let Some(said) = said.filter(|_| services.told_of_base.is_news(at.repository)) {
            tracing::warn!(
                said,
                "the base branch is not kept from the App (base_rules)"
            );
        }
        return None;
    }
    let rulesets = match standing {
        Standing::Bypasses { rulesets } => rulesets,
        Standing::Kept | Standing::Unseen | Standing::Open => Vec::new(),
    };
    Some(Fault::BaseRules {
        branch: rules.branch,
        rulesets,
    })
}

fn unreachable(error: GitHubError) -> Option<Fault> {
    if matches!(
        error,
        GitHubError::NotInstalled { .. } | GitHubError::Suspended | GitHubError::Uninstalled
    ) {
        return None;
    }
    match Failure::from(error) {
        Failure::Parked { .. } | Failure::Held { .. } => None,
        failure => Some(Fault::Repository {
            why: shortened(failure.text(), SAID),
        }),
    }
}

/// Tells the operator, once for each cause.
fn tell(runner: &Runner, finding: &Finding) {
    let what = match &finding.subject {
        Subject::Agent(name) => format!("agent {name}"),
        Subject::Repository(id) => format!("repository {id}"),
    };
    let Some(fault) = &finding.fault else {
        tracing::info!(what, "ready again: what waited for it starts");
        return;
    };
    let fault = waiting::out_of_order(fault);
    match runner.services().policy.readiness {
        Readiness::Warn => {
            tracing::warn!(
                what,
                fault,
                "not ready; sessions start all the same (readiness)"
            );
        }
        Readiness::Block | Readiness::Off => {
            tracing::warn!(what, fault, "not ready: what needs it waits (readiness)");
        }
    }
}
