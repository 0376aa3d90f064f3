//! A session's sandbox on paper, for `skep sandbox show`, and what is said of a command that is tried in one.

use std::fmt::Write;

use crate::containment::{Attempt, Attempts};

/// What is told of it. Lists in the order in which they are shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shown {
    /// The role's name.
    pub role: String,
    /// The agent's name.
    pub agent: String,
    /// What confines it.
    pub sandbox: String,
    /// Whether anything does.
    pub holds: bool,
    /// Parts of this machine's system that may be read.
    pub system: Vec<String>,
    /// What else may be read.
    pub reads: Vec<String>,
    /// What may be written.
    pub writes: Vec<String>,
    /// Folders in memory.
    pub memory: Vec<String>,
    /// What is kept out of sight.
    pub hidden: Vec<String>,
    /// Services for tests that stand beside it.
    pub services: Vec<String>,
    /// What may be reached.
    pub reaches: Vec<String>,
    /// The names of variables.
    pub variables: Vec<String>,
    /// Limits, by what is limited.
    pub limits: Vec<(String, String)>,
    /// The command line of what was asked about.
    pub line: Option<String>,
}

/// What its own folders are called.
pub const WORKSPACE: &str = "its working copy";
/// The same.
pub const HOME: &str = "its home";
/// The same.
pub const MIRROR: &str = "the mirror of its repository";

/// What is limited.
pub mod limit {
    /// Over all.
    pub const TIME: &str = "time";
    /// Without a sign of life.
    pub const SILENCE: &str = "silence";
    /// With all that it starts.
    pub const MEMORY: &str = "memory";
    /// Of its working copy and its home.
    pub const DISK: &str = "disk";
    /// At once.
    pub const PROCESSES: &str = "processes";
    /// Of one process.
    pub const OPEN_FILES: &str = "open files";
    /// The bytes of one.
    pub const FILE: &str = "one file";
}
/// Nothing is.
pub const NO_LIMIT: &str = "any number";

/// A role that nothing works for.
pub fn no_agent(role: &str) -> String {
    format!("no agent works for the role {role}: set `agent`, or `roles.{role}.agent`")
}

/// A role nobody knows.
pub fn no_role(name: &str, near: Option<&str>, known: &[String]) -> String {
    let near = near.map_or_else(String::new, |near| format!(" Did you mean {near}?"));
    format!(
        "there is no role {name:?}.{near} There are: {}",
        known.join(", ")
    )
}

/// The policy of the repository around the current folder cannot be read.
pub fn unreadable(path: &str, why: &str) -> String {
    format!("{path} of this repository cannot be read: {why}")
}

/// It has mistakes.
pub fn mistaken(mistakes: &[String]) -> String {
    format!(
        "the policy of this repository has mistakes:\n{}",
        mistakes.join("\n")
    )
}

/// What a command that is tried finds itself in.
pub fn tried_in(repository: Option<&str>, sandbox: &str) -> String {
    let place = match repository {
        Some(path) => format!("a copy of the last commit of {path} that is thrown away"),
        None => {
            "an empty folder that is thrown away: the current one is in no repository".to_owned()
        }
    };
    format!("The command runs in {place}. Sandbox: {sandbox}")
}

/// A service for tests, by its command.
pub fn service(name: &str, port: u16, command: &[String]) -> String {
    format!("{name} at 127.0.0.1:{port}: {}", command.join(" "))
}

/// There is no such command.
pub fn no_program(name: &str) -> String {
    format!(
        "there is no command {name:?} on the PATH that skep has, so there is none in the sandbox"
    )
}

/// It ran for longer than a session may.
pub fn too_long(limit: &str) -> String {
    format!("a session may take {limit}.")
}

/// A limit ended the command.
pub fn cut(why: &str) -> String {
    format!("the command was ended by a limit: {why}")
}

/// What its sandbox refused a command, a line each.
pub fn refusals(refused: &[(Attempt, u64)], holds: bool) -> Vec<String> {
    if !holds {
        return vec!["there is no sandbox, so nothing was refused.".to_owned()];
    }
    let mut all = Attempts::default();
    for (attempt, count) in refused {
        all.note(attempt, *count);
    }
    if all.is_empty() {
        return vec!["nothing that it asked for was refused.".to_owned()];
    }
    let line = |(attempt, count): &(Attempt, u64)| {
        let times = match count {
            1 => String::new(),
            count => format!(", {count} times or more"),
        };
        let what = crate::sanitise::title(&attempt.what, 200);
        format!("refused {what} ({}{times})", attempt.why)
    };
    let mut lines: Vec<String> = all.seen.iter().map(line).collect();
    if all.more > 0 {
        lines.push(format!("refused {} more", all.more));
    }
    lines
}

/// The whole of it, with line breaks.
pub fn render(shown: &Shown) -> String {
    let mut text = String::new();
    let mut line = |name: &str, what: &str| {
        // A text takes whatever is written to it.
        let _ = writeln!(text, "{name:<10} {what}");
    };
    line(
        "role",
        &format!("{}, with the agent {}", shown.role, shown.agent),
    );
    line("sandbox", &shown.sandbox);
    if !shown.holds {
        line("reads", "whatever skep can read");
        line("writes", "whatever skep can write");
        line("reaches", "whatever this machine can reach");
    } else {
        let image = "what the image holds";
        let system = match shown.system.is_empty() {
            true => image.to_owned(),
            false => shown.system.join(" "),
        };
        line("reads", &system);
        for path in &shown.reads {
            line("", path);
        }
        list(&mut line, "hidden", &shown.hidden, None);
        list(&mut line, "writes", &shown.writes, None);
        for path in &shown.memory {
            line("", &format!("{path} (in memory, its own)"));
        }
        list(
            &mut line,
            "reaches",
            &shown.reaches,
            Some("nothing but itself"),
        );
    }
    list(&mut line, "services", &shown.services, None);
    line("variables", &shown.variables.join(" "));
    for (name, limit) in &shown.limits {
        line("limit", &format!("{name}: {limit}"));
    }
    if let Some(command) = &shown.line {
        line("starts as", command);
    }
    text
}

fn list(line: &mut impl FnMut(&str, &str), name: &str, items: &[String], none: Option<&str>) {
    match (items.split_first(), none) {
        (Some((first, rest)), _) => {
            line(name, first);
            rest.iter().for_each(|item| line("", item));
        }
        (None, Some(none)) => line(name, none),
        (None, None) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::containment::Weight;

    fn own(items: &[&str]) -> Vec<String> {
        items.iter().map(|item| (*item).to_owned()).collect()
    }

    #[test]
    fn a_sandbox_is_told_line_by_line() {
        let shown = Shown {
            role: "swe".into(),
            agent: "claude".into(),
            sandbox: "bubblewrap".into(),
            holds: true,
            system: own(&["/usr", "/bin"]),
            reads: own(&[MIRROR, "/opt/node"]),
            writes: own(&[WORKSPACE, HOME]),
            memory: own(&["/tmp"]),
            hidden: own(&["/opt/node/secret"]),
            reaches: own(&["api.anthropic.com"]),
            services: own(&[&service("db", 5432, &own(&["postgres", "-D", "x"]))]),
            variables: own(&["HOME", "PATH"]),
            limits: vec![("processes".into(), "512".into())],
            line: Some("bwrap … -- claude".into()),
        };
        insta::assert_snapshot!(render(&shown), @"
        role       swe, with the agent claude
        sandbox    bubblewrap
        reads      /usr /bin
                   the mirror of its repository
                   /opt/node
        hidden     /opt/node/secret
        writes     its working copy
                   its home
                   /tmp (in memory, its own)
        reaches    api.anthropic.com
        services   db at 127.0.0.1:5432: postgres -D x
        variables  HOME PATH
        limit      processes: 512
        starts as  bwrap … -- claude
        ");
        let attempt = |what: &str| Attempt::new(what.into(), "it is not on the list", Weight::Odd);
        let refused = [
            (attempt("one.example:443"), 1),
            (attempt("two.example:443"), 1),
            (attempt("two.example:443"), 10),
        ];
        insta::assert_snapshot!(refusals(&refused, true).join("\n"), @"
        refused one.example:443 (it is not on the list)
        refused two.example:443 (it is not on the list, 10 times or more)
        ");
        let open = Shown {
            sandbox: "none".into(),
            ..Shown::default()
        };
        assert!(render(&open).contains("reads      whatever skep can read\n"));
        let image = Shown {
            holds: true,
            ..Shown::default()
        };
        let image = render(&image);
        assert!(
            image.contains("what the image holds\n") && image.contains("nothing but itself"),
            "{image}"
        );
    }
}
