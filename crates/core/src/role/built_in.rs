//! The nine roles shipped in the binary, each a Copilot custom-agent file that a repository may copy to
//! `.github/agents/` and change. They must never promise a right that the layers above them do not grant.

use super::{People, Role, RoleLimits, RoleName, RoleOverride, RoleSource, Tools, from_agent_file};

/// Which role wins when an issue carries several: the first in this list. Roles made by the operator come after these,
/// in alphabetical order.
pub const ORDER: [&str; 9] = [
    "spec",
    "architect",
    "swe",
    "testing",
    "debugging",
    "design",
    "deploy",
    "security",
    "triage",
];

/// Name and text of each shipped file.
pub(super) const FILES: [(&str, &str); 9] = [
    ("spec", include_str!("prompts/spec.agent.md")),
    ("architect", include_str!("prompts/architect.agent.md")),
    ("swe", include_str!("prompts/swe.agent.md")),
    ("testing", include_str!("prompts/testing.agent.md")),
    ("debugging", include_str!("prompts/debugging.agent.md")),
    ("design", include_str!("prompts/design.agent.md")),
    ("deploy", include_str!("prompts/deploy.agent.md")),
    ("security", include_str!("prompts/security.agent.md")),
    ("triage", include_str!("prompts/triage.agent.md")),
];

/// The built-in role of that name.
pub fn built_in(name: &RoleName) -> Option<Role> {
    let (_, text) = FILES.iter().find(|(file, _)| *file == name.as_str())?;
    let path = format!("{name}.agent.md");
    let file = from_agent_file(name, &path, text).expect("the tests parse every shipped file");
    Some(role(name, file))
}

/// Every built-in role, in the documented order.
pub fn all() -> Vec<Role> {
    ORDER
        .iter()
        .filter_map(|name| built_in(&name.parse().ok()?))
        .collect()
}

fn role(name: &RoleName, file: RoleOverride) -> Role {
    Role {
        name: name.clone(),
        description: file.description.unwrap_or_default(),
        prompt: file.prompt.unwrap_or_default(),
        agent: None,
        model: None,
        tools: file.tools.unwrap_or_else(Tools::all),
        writes: file.writes.unwrap_or(true),
        plan: false,
        approve: false,
        suggest: file.suggest.unwrap_or(false),
        fallbacks: vec![],
        limits: RoleLimits::default(),
        people: People::default(),
        source: RoleSource::BuiltIn,
    }
}
