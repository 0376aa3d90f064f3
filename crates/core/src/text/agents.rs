//! What `skep agents` says of the agents there are.

use super::settings::did_you_mean;

/// What is asked of an agent that is tried: nothing that changes anything.
pub const PROMPT: &str = "Answer with the single word ready. Use no tools and change nothing.";
/// It is not there.
pub const NOT_INSTALLED: &str = "not installed";
/// It is there, as far as its program is known.
pub const INSTALLED: &str = "installed";
/// Its program's name is not in the list.
pub const UNKNOWN: &str = "not known";
/// There is nobody to ask.
pub const NOBODY_TO_ASK: &str =
    "there is no terminal to ask at: add --yes to install without asking";
/// It was not wanted.
pub const NOT_INSTALLED_NOW: &str = "Nothing was installed.";

/// Where the list is from.
pub fn listed(source: &str, read: &str) -> String {
    format!(
        "SKEP_AGENT=NAME, or `agent = \"NAME\"` in a role, is enough for any of them once it is installed. The first six are presets, which skep \
         knows how to start quietly and which keys to pass to; of the others, those of {source} as of {read}, it knows the command alone: their \
         keys are passed by agents.NAME.inherit in skep.toml. `skep agents install NAME` installs one, `skep agents --try NAME` starts one and \
         asks it a word."
    )
}

/// A key is set.
pub fn has_key(variable: &str) -> String {
    format!("{variable} is set")
}

/// None of its keys is set.
pub fn wants_key(variables: &[String]) -> String {
    format!("one of {}, or its own login", variables.join(", "))
}

/// Which keys an agent takes that is no preset: nobody says.
pub const NEEDS_OWN: &str = "as its makers say (agents.NAME.inherit)";

/// How it is had where there is no command to install it.
pub fn by_archive(address: &str) -> String {
    format!("unpack {address}")
}

/// No such agent.
pub fn unknown(name: &str, known: &str, near: Option<&str>) -> String {
    format!(
        "there is no agent `{name}` in the list; there are {known}.{}",
        did_you_mean(near)
    )
}

/// There is no command that could be run.
pub fn no_command(name: &str, address: &str) -> String {
    format!(
        "the makers of {name} have an archive and no command: unpack {address}, and put its program on the PATH"
    )
}

/// Whether to run a command of theirs.
pub fn ask(name: &str, command: &str) -> String {
    format!(
        "To install {name}, its makers say:\n\n  {command}\n\nRun it, with your rights and outside of any sandbox?"
    )
}

/// Their command failed.
pub fn failed(code: i32) -> String {
    format!("the command ended with {code}; what it said stands above")
}

/// It did what it says.
pub fn installed(name: &str) -> String {
    format!("{name} is installed. `skep agents --try {name}` looks whether it works.")
}

/// It answered.
pub fn answered(words: &str) -> String {
    let short: String = words.trim().chars().take(80).collect();
    format!("answers to a prompt: {short}")
}

/// It shook hands and did not answer.
pub fn silent(error: &str) -> String {
    format!("starts, and does not answer to a prompt: {error}")
}

/// It answered with nothing.
pub const NO_WORDS: &str = "it said nothing";
