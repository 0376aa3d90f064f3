//! The wishes of an operator whose engine starts nothing: what the benches of the engine run with.

use skep::core::policy::{Limits, Me, Policy};

/// The policy.
pub(crate) fn policy() -> Policy {
    Policy {
        agent_sessions: Default::default(),
        agent_memory: Default::default(),
        me: Me {
            app_id: 1,
            slug: "skep".into(),
            login: "skep[bot]".into(),
        },
        default_role: "swe".parse().expect("a role"),
        issues: Default::default(),
        roles: Default::default(),
        agents: vec!["demo".into()],
        default_agent: "demo".into(),
        limits: Limits {
            sessions: 0,
            ..Limits::default()
        },
        prices: Default::default(),
        allowed_bots: vec![],
        allow_protected: Default::default(),
        uncounted: vec![],
        author_answers: false,
        ready: Default::default(),
        readiness: Default::default(),
        base_rules: Default::default(),
        confinement_warning: None,
        keys: Default::default(),
        credentials: vec![],
    }
}
