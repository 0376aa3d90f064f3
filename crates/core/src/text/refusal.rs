//! Why work does not start. Each sentence ends with what to do next.

use super::code;
use crate::actor::Permission;
use crate::sanitise;

/// On a pull request.
pub const PULL: &str = "agents start from issues, not from pull requests. Open an issue that says what should change, and label that.";
/// On a closed issue.
pub const CLOSED: &str = "the issue is closed. Reopen it, then comment `/agent go`.";
/// In an archived repository.
pub const ARCHIVED: &str = "the repository is archived and cannot be written. Unarchive it in its settings, then try again.";

/// The person may not.
pub fn permission(login: &str, has: Permission) -> String {
    let has = match has {
        Permission::None => "no",
        Permission::Read => "read",
        Permission::Triage => "triage",
        Permission::Write | Permission::Maintain | Permission::Admin => "write",
    };
    format!(
        "@{login} has {has} access here, and agents are started by people with write access. Someone with write access can \
         start it: comment `/agent go`."
    )
}

/// GitHub could not be asked, or refused to answer.
pub fn unchecked(say: &str, exhausted: bool) -> String {
    if exhausted {
        return String::from(
            "GitHub did not answer when it was asked who may start work here, and without an answer nothing starts. \
             When GitHub is available again, comment `/agent go`.",
        );
    }
    format!("{say} Then comment `/agent go`.")
}

/// A bot may not.
pub fn bot(login: &str) -> String {
    format!(
        "`{login}` is not a person, and bots do not start agents here. A person with write access can comment \
         `/agent go`; the operator can allow a bot by its number (`allowed_bots`)."
    )
}

/// Nothing to start from.
pub fn empty(branch: &str) -> String {
    format!("the repository is empty. Push a first commit to `{branch}`, then comment `/agent go`.")
}

/// A role nobody knows.
pub fn unknown_role(label: &str, nearest: Option<&str>, known: &[String]) -> String {
    let nearest = nearest.map_or_else(String::new, |name| format!(" Did you mean `role:{name}`?"));
    format!(
        "{} names no role that exists here.{nearest} {} Use one of them, then comment `/agent go`.",
        code(label, 60),
        super::command::roles(known)
    )
}

/// A role file that cannot be read.
pub fn role_file(error: &str) -> String {
    format!(
        "the role's file cannot be used: {}. Mend it on the default branch, then comment `/agent go`.",
        sanitise::inline(error, 400)
    )
}

/// A role that names an agent the operator has not configured.
pub fn unknown_agent(role: &str, agent: &str) -> String {
    format!(
        "the role `{role}` wants the agent {}, which is not configured on this server. Its operator can add \
         {} to `skep.toml`.",
        code(agent, 60),
        code(&format!("[agents.{agent}]"), 70)
    )
}
