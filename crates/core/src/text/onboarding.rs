//! What the first pull request of a repository says, and the file that it proposes.

use super::code;
use crate::repository_policy::PATH;

/// The title of the pull request and of its commit.
pub const TITLE: &str = "Say how agents work here";

/// The file: every key there is, commented out, with what was found in the repository.
pub fn file(commands: &[&str]) -> String {
    let commands = match commands.is_empty() {
        true => "\"make test\"".to_owned(),
        false => {
            let quoted: Vec<String> = commands.iter().map(|line| format!("{line:?}")).collect();
            quoted.join(", ")
        }
    };
    format!(
        r#"# How skep's agents work in this repository. It counts as it stands on the default branch, and nowhere else.
# Nothing is set yet: take away the `#` in front of a line to set it.

# What the agents' sandbox may reach besides their model: presets (npm, crates, pypi, go, debian) and hosts.
#egress_allow = ["crates", "npm"]

# Paths whose change a person has to approve before it is pushed, besides `.github/**` and the like.
#protected = ["infra/**"]

# What skep runs itself, in a clean checkout of every pull request of its agents, before it calls the work done.
#[verify]
#commands = [{commands}]
#minutes = 20

# A service that the tests need: one beside each session, gone with it.
#[services.cache]
#command = ["redis-server", "--port", "6379"]
#port = 6379

# Variables of the sessions. Whoever reads this repository reads them.
#[env]
#CI = "true"

# Work that comes again: an issue is opened when it is due, and starts.
#[recurring.dependencies]
#every = "monday"
#title = "Update the dependencies"
#prompt = "Update what is outdated within its major version, and run the tests."
"#
    )
}

/// The text of the pull request; `guide` is whether the repository has an `AGENTS.md`, the names are those of the labels that start work
/// and that ask for a plan.
pub fn body(commands: &[&str], guide: bool, (go, plan): (&str, &str)) -> String {
    let found = match commands {
        [] => "No way to run the tests was recognised here, so `verify.commands` is an example."
            .to_owned(),
        all => {
            let all: Vec<String> = all.iter().map(|line| code(line, 80)).collect();
            format!(
                "`verify.commands` holds what would run the tests, by the files of this repository: {}.",
                all.join(", ")
            )
        }
    };
    let guide = match guide {
        true => "`AGENTS.md` is there, and agents read it.",
        false => {
            "There is no `AGENTS.md`: a short one that says how to build, how to test and what to leave alone makes agents much \
             better. Coding agents of every kind read it."
        }
    };
    format!(
        "skep is installed here: an issue with the label `{go}` gets a coding agent, which asks on the issue and opens a draft pull \
         request. With `{plan}` beside it, it plans first.\n\n\
         This adds `{PATH}` with everything a repository can say about that, all of it commented out: merging it changes nothing yet.\n\n\
         - {found}\n- {guide}\n\n\
         Merge it, change it before that, or close it: it is not proposed again. Nothing depends on it."
    )
}

/// A line about the label, on GitHub.
pub const LABEL: &str = "skep: an agent works on this";
