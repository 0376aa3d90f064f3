//! What a SIGHUP takes up without a restart: webhook secrets, roles, limits, and whatever else the policy says.
//!
//! What modules were built with at the start stays until the next one: agents, addresses, the database, keys. A configuration that is wrong,
//! or that needs what was not built, changes nothing.

use secrecy::{ExposeSecret, SecretString};

use super::assembly::Assembly;
use super::audit_log::AuditLog;
use super::running::Running;
use super::setup::Setup;
use crate::core::policy::Policy;
use crate::core::text::setup as says;

/// What was read again.
pub struct Reread {
    /// The webhook secrets, the present one first.
    pub webhook_secrets: Vec<SecretString>,
    /// All of it.
    pub setup: Box<Setup>,
}

/// Takes up the webhook secrets: all that counts before it is known who we are.
pub(super) fn secrets(assembly: &Assembly, read: &Reread) -> Result<(), String> {
    let texts = read.webhook_secrets.iter();
    let texts = texts.map(|text| text.expose_secret().to_owned());
    assembly.held.hold(texts);
    let secrets = &assembly.setup.github.secrets;
    secrets
        .replace(read.webhook_secrets.clone())
        .map_err(|error| error.to_string())
}

/// Takes up the policy as well.
pub(super) fn policy(running: &Running, read: &Reread) -> Result<(), String> {
    let app = &running.app;
    let live = &app.runner.services().policy;
    let renewed = renewed(live, &read.setup)?;
    if renewed == **live {
        return Ok(());
    }
    live.replace(renewed);
    let (engine, configured) = (app.engine.clone(), read.setup.configured.clone());
    let audit = AuditLog {
        store: app.store.clone(),
        clock: app.runner.services().clock.clone(),
    };
    tokio::spawn(async move {
        if let Err(error) = engine.policy_changed().await {
            tracing::warn!(%error, "free slots could not be given out by the new limits; the next news does it");
        }
        if let Err(error) = audit.reloaded(configured.as_deref()).await {
            tracing::warn!(%error, "the reload is not in the audit");
        }
    });
    Ok(())
}

/// The present policy with what may change while agents, sandbox and keys stay as they were built.
fn renewed(now: &Policy, setup: &Setup) -> Result<Policy, String> {
    let unknown = setup.roles.values().find_map(|role| {
        let agent = role.agent.as_ref()?;
        (!now.agents.contains(agent))
            .then(|| says::agent_needs_a_restart(&role.name.to_string(), agent))
    });
    if let Some(unknown) = unknown {
        return Err(unknown);
    }
    Ok(Policy {
        default_role: setup.default_role.clone(),
        issues: setup.issues.clone(),
        roles: setup.roles.clone(),
        limits: setup.limits.clone(),
        prices: setup.prices.clone(),
        allowed_bots: setup.allowed_bots.clone(),
        allow_protected: setup.allow_protected.clone(),
        uncounted: setup.uncounted.clone(),
        author_answers: setup.author_answers,
        ready: setup.ready,
        readiness: setup.readiness,
        base_rules: setup.base_rules,
        ..now.clone()
    })
}
