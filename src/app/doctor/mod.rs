//! `skep doctor`: everything that `skep config check` tries, and what it does not: files' modes, the clock, whether webhooks arrive, how
//! much of the rate limit is left, and a command in a real sandbox.
//!
//! Each part is one finding, ok or with what to do. What can be mended without harm is a [`Repair`], which nobody makes unasked.

mod bundle;
mod files;
mod notifications;
mod outside;
mod repair;
mod sandbox;

pub use bundle::{bundle, finding as finding_json};
pub use repair::Repair;

use super::check;
use super::finding::Finding;
use super::setup::{Addresses, Setup};
use crate::config::Config;
use crate::core::sanitise::HeldSecrets;

/// What was found.
pub struct Examination {
    /// Part by part.
    pub findings: Vec<Finding>,
    /// What can be mended by itself.
    pub repairs: Vec<Repair>,
    /// What may stand in no report.
    pub(super) held: HeldSecrets,
}

/// Looks at everything, GitHub too unless it must not be asked.
///
/// # Errors
/// The configuration holds no App or no agent, so that there is nothing to look at.
pub async fn examine(config: &Config, offline: bool) -> anyhow::Result<Examination> {
    let addresses = Addresses {
        listen: config.webhook_listen(),
        admin: config.admin_listen,
    };
    let setup = Setup::from_config(config.clone())?;
    let held = HeldSecrets::default();
    held.hold(setup.keys());
    let (mut findings, mut repairs) = files::look(config);
    findings.extend(check::check(setup, addresses, offline).await);
    findings.push(sandbox::look(config).await);
    findings.extend(notifications::look(config).await);
    if !offline {
        let setup = Setup::from_config(config.clone())?;
        let (found, mends) = outside::look(&setup, &config.public, &held).await;
        findings.extend(found);
        repairs.extend(mends);
    }
    Ok(Examination {
        findings,
        repairs,
        held,
    })
}
