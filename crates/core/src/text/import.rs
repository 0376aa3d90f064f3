//! What is said of other tools' files that are taken over: line by line what was taken, what skep does anyhow, and what has no
//! counterpart.

use super::count;

/// Above the repository's own policy.
pub const POLICY_HEAD: &str = "# What skep's sessions get in this repository: docs/configuration.md, \"A repository's own policy\".\n\
    # Taken over by `skep import`; it counts once it is on the default branch.";
/// What the role is taken from.
pub const FROM_SYMPHONY: &str = "Works as Symphony's WORKFLOW.md says.";
/// Above the scripts.
pub const SET_UP: &str =
    "## Setting up\n\nBefore you build or test for the first time in a working copy, run:";
/// How the template as a whole is called.
pub const PROMPT: &str = "prompt";
/// Where the scripts go.
pub const AGENTS_MD: &str = "AGENTS.md, for the agent to run";

/// Where words for agents go.
pub const AGENTS_WORDS: &str = "AGENTS.md, which agents of every role read";

/// A role file from Copilot's that says nothing of itself.
pub fn from_copilot(name: &str) -> String {
    format!("Works as Copilot's agent {name}.")
}

/// The file is too long.
pub fn too_long(path: &str, bytes: usize, most: usize) -> String {
    format!("{path} has {bytes} bytes, at most {most} are read")
}

/// The file is no YAML.
pub fn no_yaml(path: &str, line: usize, why: &str) -> String {
    format!("{path}:{line}: not valid YAML: {why}")
}

/// Labels that start work.
pub fn by_label(labels: &str) -> String {
    format!("skep.toml: `auto_start.labels`, so that {labels} starts work here as well")
}

/// A setting of the operator's.
pub fn setting(key: &str, to: &str) -> String {
    format!("skep.toml: `{key}` = {to}")
}

/// A role's file.
pub fn role_file(path: &str) -> String {
    format!("{path}, the role of issues that name none")
}

/// A role's file under another name.
pub fn role_copied(path: &str, role: &str) -> String {
    format!("{path}, started by the label `role:{role}`")
}

/// A role's file that is one already.
pub fn role_as_it_is(role: &str) -> String {
    format!("skep reads it as it is, started by the label `role:{role}`")
}

/// The name of a role.
pub fn role_label(role: &str) -> String {
    format!("the label `role:{role}` names it")
}

/// A part of a role's file that counts.
pub const ROLE_KEY: &str = "the role's file, where it counts";

/// The model is the operator's.
pub fn role_model(role: &str) -> String {
    format!(
        "a repository chooses no model: the operator does, by `roles.{role}.model` in skep.toml, in the words of the agent"
    )
}

/// Tools that are none.
pub fn unknown_tools(names: &str) -> String {
    format!("the kinds of tools count; these name none of them: {names}")
}

/// A file's name holds nothing that a label can.
pub const NO_ROLE_NAME: &str = "no role can be called so: name the file with letters or digits";

/// A role's file is wrong.
pub fn unreadable_role(what: &str) -> String {
    format!("it cannot be used: {what}")
}

/// MCP servers.
pub const MCP: &str =
    "no repository brings servers into a session: configure them in the agent's own home";

/// The key is of no version that is known.
pub const UNKNOWN_KEY: &str = "skep has nothing like it";
/// Nothing stands there.
pub const EMPTY: &str = "it is empty";
/// Issues of GitHub.
pub const GITHUB_ISSUES: &str =
    "skep works on the issues of the repositories that its App is installed on";

/// Issues elsewhere.
pub fn other_tracker(kind: &str) -> String {
    format!("skep works on GitHub's issues, not on those of {kind}: file the work there")
}

/// States of issues.
pub const STATES: &str = "the label `agent:go` starts work, taking it away holds it, closing the issue ends it; status labels show the rest";
/// What names the tracker.
pub const TRACKER: &str = "the App's installation says which repositories there are";
/// How often is asked.
pub const POLLING: &str = "webhooks tell at once what happens";
/// Where working copies are.
pub const WORKSPACE: &str = "each session has a working copy of its own in `data_dir`";
/// Scripts around a run.
pub const HOOK: &str = "skep runs no scripts outside the sandbox; what has to hold before work counts as done stands in `[verify]` of .github/skep.toml";
/// Numbers of turns.
pub const TURNS: &str = "a session has a time and a budget instead of a number of turns: `limits.session_timeout`, `limits.issue_tokens`";
/// Retries.
pub const RETRIES: &str = "what fails is tried again by itself, after pauses that double from `limits.retry_base`; sessions at once are counted by account, repository, role and agent";
/// How Codex is confined.
pub const SANDBOX: &str =
    "every agent runs in skep's sandbox, and what it asks for is answered by its role's rights";
/// Who makes the working copy.
pub const CLONE: &str = "skep lays out the working copy itself";
/// The same, beside something else.
pub const WITHOUT_CLONE: &str =
    "AGENTS.md, for the agent to run, without the lines that make the working copy: skep does that";
/// A script that cannot be taken apart.
pub const CLONE_SCRIPT: &str = "it makes the working copy, which skep does itself; what else it does, if an agent needs it, belongs into AGENTS.md";
/// Tags with a condition.
pub const CONDITION: &str =
    "skep tells the agent itself what the issue says and whether it goes on";
/// A part of the issue.
pub const ISSUE_IS_GIVEN: &str = "skep gives the issue to the agent itself";
/// A variable within a sentence.
pub const REWORDED: &str = "the role's file, with words for the variables";

/// Not a number that can be taken.
pub fn not_a_number(text: &str) -> String {
    format!("{text} is no whole number above 0")
}

/// Another program than Codex.
pub fn other_command(program: &str) -> String {
    format!(
        "skep starts agents by ACP, and not `{program}`: `skep agents` lists those there are, `agent` in skep.toml names one"
    )
}

/// The prompt is empty, or too long.
pub fn prompt_length(length: usize, most: usize) -> String {
    match length {
        0 => "there is no prompt: the roles' own ones are used".to_owned(),
        length => {
            format!("the prompt has {length} characters, at most {most} are taken: shorten it")
        }
    }
}

/// The prompt is about another tracker.
pub fn speaks_of_linear(lines: usize) -> String {
    format!(
        "it speaks of Linear, whose tools are not here, on {}: reword that",
        count(lines as u64, "line")
    )
}

/// No job is called as it must be.
pub const NO_SETUP_JOB: &str = "it has no job `copilot-setup-steps`, so Copilot ran nothing either";
/// The machine.
pub const MACHINE: &str = "sessions run on skep's own Linux machine";

/// Another kind of machine.
pub fn other_machine(name: &str) -> String {
    format!("sessions run on skep's own Linux machine, not on {name}")
}

/// Permissions of the job's token.
pub const PERMISSIONS: &str = "agents have no token of GitHub's";
/// How long the steps may take.
pub const SETUP_TIME: &str = "what an agent runs counts to its session: `limits.session_timeout`";
/// An image.
pub const CONTAINER: &str = "agents' programs come from the machine, or from the operator's image: `sandbox = \"container\"` and `sandbox_image`";
/// What only a workflow knows.
pub const EXPRESSION: &str = "its value is known in a workflow alone";

/// A variable.
pub fn variable(name: &str) -> String {
    format!(".github/skep.toml: `env.{name}`")
}

/// A variable that a repository may not set.
pub fn no_variable(why: &str) -> String {
    format!("it {why}")
}

/// A service in an image.
pub fn service(name: &str, image: &str) -> String {
    let image = match image.is_empty() {
        true => String::new(),
        false => format!(" ({image})"),
    };
    format!(
        "an image{image} is not started beside a session, a program of the machine is: add `[services.{name}]` with its command and port to .github/skep.toml"
    )
}

/// An action that caches.
pub const CACHE: &str =
    "nothing is kept from one session to the next but what a standby working copy holds";

/// An action that sets a language up.
pub fn tool(preset: &str) -> String {
    format!(
        ".github/skep.toml: `egress_allow` has \"{preset}\"; the language itself has to be on the machine"
    )
}

/// Another action.
pub fn action(name: &str) -> String {
    format!("skep runs no actions: what `{name}` installs has to be on the machine")
}

/// A script for another shell.
pub fn other_shell(name: &str) -> String {
    format!("it is for {name}, and sessions run on Linux with a plain shell")
}

/// A script that works in a workflow alone.
pub const WORKFLOW_SCRIPT: &str = "it uses what only a workflow has (`${{ … }}`, `GITHUB_ENV`): what an agent needs of it belongs into AGENTS.md or `[env]`";

/// Being named in a comment.
pub const MENTION: &str = "a comment that starts a line with `/agent`, or names the App, is heard: `/agent go` starts work";
/// The branch a pull request goes to.
pub const TARGET_BRANCH: &str =
    "the default branch, or the one that the label `base:NAME` of an issue names";
/// Whose token is used.
pub const OWN_TOKEN: &str = "the App has its own, and no agent sees it";
/// The model and its key.
pub const MODEL_KEY: &str =
    "the operator's agent has its own model and key: `agent`, `agents.<name>.inherit` in skep.toml";

/// Nothing was found.
pub fn nothing(folder: &str) -> String {
    format!(
        "{folder} has no WORKFLOW.md, .github/agents/*.md, copilot-setup-steps.yml, workflow of OpenHands' resolver or .openhands folder: name another folder, or labels with --label"
    )
}

/// A file could not be read.
pub fn unreadable(path: &str, why: &str) -> String {
    format!("{path} cannot be read: {why}")
}

/// A file could not be written.
pub fn unwritable(path: &str, why: &str) -> String {
    format!("{path} cannot be written: {why}")
}

/// A file was written.
pub fn written(path: &str) -> String {
    format!("written: {path}")
}

/// A file would be.
pub fn would_write(path: &str) -> String {
    format!("would write {path}:")
}

/// A file of that name is there, and another one.
pub fn is_there(path: &str) -> String {
    format!("{path} is there already and stays as it is; this would go into it:")
}

/// It says the same already.
pub fn is_the_same(path: &str) -> String {
    format!("{path} says so already")
}

/// Above the settings.
pub const SETTINGS: &str = "for the operator's skep.toml:";

/// Above the lines.
pub const LINES: [&str; 4] = ["WHERE", "WHAT", "", "BECAME"];
/// It is taken over.
pub const TAKEN: &str = "taken";
/// skep does so anyhow.
pub const GIVEN: &str = "given";
/// It has no counterpart.
pub const LEFT: &str = "left";

/// How much of it was taken.
pub fn summary(taken: usize, given: usize, left: usize) -> String {
    format!("{taken} taken, {given} that skep does anyhow, {left} without a counterpart")
}

/// What to do next.
pub const NEXT: &str = "commit the files to the default branch; roles, commands and labels: docs/conversation.md, docs/configuration.md";
