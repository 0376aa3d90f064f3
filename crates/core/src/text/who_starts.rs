//! Who may start work, where the operator lets fewer people than those who may push. Ends with who can.

use super::code;
use crate::actor::Permission;
use crate::starter::{StarterFacts, Starters, WhoStarts};

/// So many names are said; more are counted.
const NAMES: usize = 10;

/// The person may not start work here.
pub fn refused(login: &str, who: &WhoStarts, facts: Option<&StarterFacts>) -> String {
    let may = match who {
        WhoStarts::Right(right) => format!("people with {} access", word(*right)),
        WhoStarts::Named(starters) => {
            format!("people with write access who are {}", named(starters))
        }
    };
    let hidden = facts.map_or(&[][..], |facts| facts.hidden.as_slice());
    format!(
        "@{login} may not start agents here: the operator of this server leaves that to {may}.{} One of them can start it: \
         comment `/agent go`.",
        unread(hidden)
    )
}

fn word(right: Permission) -> &'static str {
    match right {
        Permission::Admin => "admin",
        Permission::Maintain => "maintain",
        Permission::Write | Permission::Triage | Permission::Read | Permission::None => "write",
    }
}

fn named(starters: &Starters) -> String {
    let teams = (!starters.teams.is_empty()).then(|| format!("in {}", list(&starters.teams)));
    let owners = starters
        .codeowners
        .then(|| "named as an owner in CODEOWNERS".to_owned());
    let users = (!starters.users.is_empty()).then(|| format!("one of {}", list(&starters.users)));
    let parts: Vec<String> = [teams, owners, users].into_iter().flatten().collect();
    parts.join(", or ")
}

fn list(names: &[String]) -> String {
    let mut shown: Vec<String> = names
        .iter()
        .take(NAMES)
        .map(|name| code(name, 100))
        .collect();
    let more = names.len().saturating_sub(NAMES);
    if more > 0 {
        shown.push(format!("{more} more"));
    }
    shown.join(", ")
}

/// Teams that GitHub does not show us may hold them all the same.
fn unread(hidden: &[String]) -> String {
    if hidden.is_empty() {
        return String::new();
    }
    format!(
        " Who is in {} could not be read, and what is not known is no. The App's owner can grant it \"Members: read\" \
         (organization permissions) and an owner of the organization accept that.",
        list(hidden)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_refusal_names_who_may() {
        let right = refused("ben", &WhoStarts::Right(Permission::Maintain), None);
        insta::assert_snapshot!(right, @"@ben may not start agents here: the operator of this server leaves that to people with maintain access. One of them can start it: comment `/agent go`.");
        let who = WhoStarts::Named(Starters {
            teams: vec!["octo/agents".into()],
            users: vec!["ana".into()],
            codeowners: true,
        });
        let facts = StarterFacts {
            hidden: vec!["octo/agents".into()],
            ..StarterFacts::default()
        };
        insta::assert_snapshot!(refused("ben", &who, Some(&facts)), @r#"@ben may not start agents here: the operator of this server leaves that to people with write access who are in `octo/agents`, or named as an owner in CODEOWNERS, or one of `ana`. Who is in `octo/agents` could not be read, and what is not known is no. The App's owner can grant it "Members: read" (organization permissions) and an owner of the organization accept that. One of them can start it: comment `/agent go`."#);
    }
}
