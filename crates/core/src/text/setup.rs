//! What an operator reads on the way to a skep that works: `skep config init`, `skep config check` and a `skep serve` that
//! lacks something.

/// Something `skep serve` cannot do without.
#[derive(Debug, Clone, Copy)]
pub struct Need<'a> {
    /// The setting, as it is written.
    pub name: &'a str,
    /// What it means.
    pub meaning: &'a str,
}

/// What is missing and how to get it.
pub fn not_ready(needs: &[Need<'_>]) -> String {
    let list: String = needs
        .iter()
        .map(|need| format!("\n  {}: {}", need.name, need.meaning))
        .collect();
    format!(
        "`skep serve` still needs:{list}

The way there:
  1. `skep setup --url https://YOUR-HOST --agent NAME` registers the App by one button and keeps its secrets.
     (No public address? --poll 30s in place of --url: skep asks GitHub for news.)
  2. Give the agent its model's key, and start `skep serve` (with SKEP_AGENT, if it is not in skep.toml).
  3. Add the label agent:go to an issue.
An App that is there already is named by SKEP_APP_ID, SKEP_PRIVATE_KEY_FILE and SKEP_WEBHOOK_SECRET.

`skep demo` shows all of it without GitHub; `skep config check` says what is left to do."
    )
}

/// `skep config init` wrote its file.
pub fn written(file: &str) -> String {
    format!("Wrote {file}. Fill in its first four settings, then run `skep config check`.")
}

/// `skep config init` found a file.
pub fn exists(file: &str) -> String {
    format!(
        "{file} already exists and is left as it is; name another file with --config, or move it away"
    )
}

/// The last line of `skep config check`.
pub fn checked(problems: usize) -> String {
    match problems {
        0 => "Everything works: start `skep serve`.".to_owned(),
        1 => "One problem keeps `skep serve` from working. Fix it, then run `skep config check` again.".to_owned(),
        _ => format!(
            "{problems} problems keep `skep serve` from working. Fix them, then run `skep config check` again."
        ),
    }
}

/// Among the warnings of the log: somebody took the credentials away.
pub const NO_CREDENTIALS: &str = "credentials are missing";

/// A role asks for an agent that was not there at the start.
pub fn agent_needs_a_restart(role: &str, agent: &str) -> String {
    format!(
        "the role `{role}` wants the agent `{agent}`, which skep did not know when it started: restart it"
    )
}
