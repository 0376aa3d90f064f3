//! Which role works: that of a command, of the labels, or what the issue implies, with the repository's own file for it laid
//! over.

use crate::event::TriggerFacts;
use crate::policy::Policy;
use crate::role::{
    self, Ceiling, Choice, People, Role, RoleLimits, RoleName, RoleSource, Tools, Why,
};
use crate::task::RunOptions;
use crate::text;

/// A role, and why it is that one.
pub(super) struct Chosen {
    pub(super) role: Role,
    pub(super) why: Why,
}

/// Picks it, or says what is wrong with what was asked for.
pub(super) fn pick(
    facts: &TriggerFacts,
    wish: &RunOptions,
    policy: &Policy,
) -> Result<Chosen, String> {
    let in_repository = |name: &RoleName| {
        let mut files = facts.role_files.iter();
        files.find(|file| file.role == name.as_str())
    };
    let known = |name: &RoleName| {
        let ours = policy.roles.get(name).cloned();
        ours.or_else(|| role::built_in(name))
            .or_else(|| in_repository(name).map(|file| of_repository(name, &file.path)))
    };
    let wished: Vec<String> = wish
        .role
        .iter()
        .map(|role| format!("role:{role}"))
        .collect();
    let labels = match wished.is_empty() {
        true => &facts.snapshot.labels,
        false => &wished,
    };
    let implied = || policy.implying().of(&facts.snapshot);
    let (chosen, why) = match role::choose(labels, implied, known) {
        Choice::Chosen { role, .. } if wish.role.is_some() => (*role, Why::Command),
        Choice::Chosen { role, why } => (*role, why),
        Choice::Unknown { label, nearest } => {
            let known = role::names(&policy.roles);
            let nearest = nearest.as_deref();
            return Err(text::refusal::unknown_role(&label, nearest, &known));
        }
    };
    let layered = match in_repository(&chosen.name) {
        None => chosen,
        Some(file) => {
            let over = role::from_agent_file(&chosen.name, &file.path, &file.text)
                .map_err(|error| text::refusal::role_file(&error.to_string()))?;
            role::layer(chosen, over, &Ceiling::default())
        }
    };
    match &layered.agent {
        Some(agent) if !policy.agents.contains(agent) => {
            Err(text::refusal::unknown_agent(layered.name.as_str(), agent))
        }
        Some(_) | None => Ok(Chosen {
            role: wished_for(layered, wish),
            why,
        }),
    }
}

/// An agent by command, and no rights for a mere answer.
fn wished_for(mut role: Role, wish: &RunOptions) -> Role {
    if let Some(agent) = &wish.agent {
        role.agent = Some(agent.clone());
        role.fallbacks.clear();
    }
    role.writes &= wish.answer.is_none();
    role
}

/// A role that only the repository knows: all of its words come from its file.
fn of_repository(name: &RoleName, path: &str) -> Role {
    Role {
        name: name.clone(),
        description: String::new(),
        prompt: String::new(),
        agent: None,
        model: None,
        tools: Tools::all(),
        writes: true,
        limits: RoleLimits::default(),
        people: People::default(),
        plan: false,
        approve: false,
        suggest: false,
        fallbacks: vec![],
        source: RoleSource::Repository {
            path: path.to_owned(),
        },
    }
}
