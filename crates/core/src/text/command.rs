//! What is said about commands: the list of them, hints for slips, and a polite no. Nobody is pinged but the author of
//! the comment that is replied to.

use super::code;
use crate::command::table;

/// The list of commands, and of what can be named in them.
pub fn help(known: &[String], agents: &[String]) -> String {
    let rows = table::ALL.iter().map(|usage| {
        format!(
            "| `{}` | {} |",
            usage.usage.replace('|', "\\|"),
            usage.meaning
        )
    });
    format!(
        "A command stands at the start of a line; upper and lower case are the same, and one comment may hold several. \
         People with write access give them. 👍 means it was taken.\n\n| Command | What it does |\n| --- | --- |\n{}\n\n**Roles.** {}\n\n**Agents.** There {}: {}.",
        rows.collect::<Vec<_>>().join("\n"),
        roles(known),
        if agents.len() == 1 { "is" } else { "are" },
        agents
            .iter()
            .map(|name| code(name, 60))
            .collect::<Vec<_>>()
            .join(", ")
    )
}

/// A word that is no command.
pub fn unknown(word: &str, nearest: Option<&str>) -> String {
    let word = code(word, 60);
    match nearest {
        Some(nearest) => format!("*Hint*: {word} is no command. Did you mean `/agent {nearest}`?"),
        None => format!(
            "*Hint*: {word} is no command. `/agent help` shows them all. To tell the agent something, write it without \
             `/agent`."
        ),
    }
}

/// A command without what it needs.
pub fn faulty(command: &str, usage: &str) -> String {
    format!("*Hint*: `/agent {command}` was not understood. It is written `{usage}`.")
}

/// A sentence that begins like a command.
pub fn sentence(command: &str) -> String {
    let usage = table::find(command).map_or("", |usage| usage.usage);
    format!(
        "*Hint*: `/agent {command}` stands alone on its line, so nothing was done. To tell the agent something, write it \
         without `/agent`; for the command, write only `{usage}`."
    )
}

/// A role nobody knows, said at once.
pub fn unknown_role(role: &str, nearest: Option<&str>, known: &[String]) -> String {
    let nearest = nearest.map_or_else(String::new, |name| {
        format!(" Did you mean `/agent role {name}`?")
    });
    format!(
        "There is no role {}.{nearest} {}",
        code(role, 60),
        roles(known)
    )
}

/// GitHub could not be asked for a role.
pub fn role_unread(roles: &[String]) -> String {
    let named: Vec<String> = roles.iter().map(|role| code(role, 60)).collect();
    let (the, command) = if named.len() == 1 {
        ("role", "command")
    } else {
        ("roles", "commands")
    };
    let named = named.join(", ");
    format!(
        "GitHub did not answer when it was asked for the {the} {named}. Please write the {command} again."
    )
}

/// The roles there are.
pub fn roles(known: &[String]) -> String {
    let known: Vec<String> = known.iter().map(|name| code(name, 60)).collect();
    format!(
        "There are: {}; and each `.github/agents/<role>.agent.md` on the default branch is one.",
        known.join(", ")
    )
}

/// More commands than one comment may hold.
pub fn too_many(taken: usize, left_out: usize) -> String {
    format!(
        "*Hint*: a comment may hold {taken} commands; {} left out.",
        if left_out == 1 {
            "1 more was".to_owned()
        } else {
            format!("{left_out} more were")
        }
    )
}

/// A command of somebody who may not. Said once per person and issue.
pub fn not_permitted(author: &str) -> String {
    format!(
        "@{author} thank you, but only people with write access can give commands here, so nothing was done. One of them \
         can do it for you, or write `/agent delegate @{author}` to let you do it on this issue."
    )
}

#[cfg(test)]
mod tests;
