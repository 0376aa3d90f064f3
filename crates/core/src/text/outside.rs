//! What people on the issue read when git, GitHub or an agent refuses: what stands in the way, and the next step.
//!
//! It never holds a token, a header or an unbounded message of another side: the edges shorten what they pass on.

use crate::failure::PushRule;

/// The repository has no commit.
pub const EMPTY: &str = "The repository is empty: push a first commit to its default branch, then comment `/agent retry`.";

/// The repository is gone, or the App cannot see it.
pub const GONE: &str = "The repository is gone or the App can no longer see it: install the App on it, then comment `/agent retry`.";

/// The first fetch took too long.
pub fn first_fetch(minutes: u64) -> String {
    format!(
        "The first fetch of the repository was given up after {minutes} minutes; nothing of it is kept. The operator can \
         allow more time (`limits.first_fetch`), or have the repository fetched without the contents of its older files \
         (a smaller `limits.full_history`); then comment `/agent retry`."
    )
}

/// The server's disk ran full while the repository was fetched.
pub fn no_room_for_fetch(bytes: u64) -> String {
    format!(
        "The repository does not fit on the server's disk: the fetch was ended after {} MiB, and nothing of it is kept. The \
         operator can make room, or have the repository fetched without the contents of its older files (a smaller \
         `limits.full_history`); then comment `/agent retry`.",
        bytes >> 20
    )
}

/// The base branch is not there.
pub fn unknown_branch(branch: &str) -> String {
    format!(
        "The repository has no branch {branch:?}: set its default branch to one that exists, then comment `/agent retry`."
    )
}

/// Git does not take the name.
pub fn branch_name(name: &str) -> String {
    format!(
        "{name:?} is not a branch name git accepts: rename the branch, then comment `/agent retry`."
    )
}

/// The host forbids reading.
pub fn forbidden(reason: &str) -> String {
    format!(
        "The App may not read the repository ({reason}): give it the permission, then comment `/agent retry`."
    )
}

/// The host refuses the push.
pub fn push_refused(rule: PushRule, reason: &str) -> String {
    format!("the push was refused ({reason}). {}", push_advice(rule))
}

/// What lets a push through, in a sentence or two.
pub fn push_advice(rule: PushRule) -> &'static str {
    match rule {
        PushRule::Secret => {
            "GitHub looks for secrets in every commit, so taking it out in a further one is not enough: ask for the work \
             again without it. If it is a real one, replace it where it comes from."
        }
        PushRule::Workflow => {
            "GitHub lets an App change `.github/workflows` only with the permission *Workflows: write*, which skep does not \
             ask for. Make that change by hand, and ask for the rest without it."
        }
        PushRule::LargeFile => {
            "Ask for the work without that file, or have the repository keep such files with Git LFS."
        }
        PushRule::LargePush => {
            "Trying again cannot help: ask for less at once. On a server of your own, its administrator can raise the limit \
             for requests, there or in the proxy before it."
        }
        PushRule::RuleSet => {
            "A rule set covers this branch: under Settings → Rules, exclude `agent/**` from it or let this App bypass it."
        }
        PushRule::Protection => {
            "A branch protection rule covers this branch: under Settings → Branches, change its pattern so that it does not \
             match `agent/*`."
        }
        PushRule::Archived => "Unarchive the repository in its settings first.",
        PushRule::Other => "Change that rule or permission first.",
    }
}

/// A branch of another name leaves no room for ours.
pub fn in_the_way(branch: &str, other: &str) -> String {
    format!(
        "the branch `{other}` stands in the way: git cannot keep it beside `{branch}`. Rename or delete it, then comment \
         `/agent retry`."
    )
}

/// Somebody else changed our branch.
pub fn branch_moved(branch: &str) -> String {
    format!(
        "Somebody else changed the branch {branch}, so nothing was written over it: merge or delete it, then comment \
         `/agent retry`."
    )
}

/// The content of files in Git LFS did not go up.
pub fn lfs(reason: &str) -> String {
    format!(
        "the repository's Git LFS did not take the content of files that belong there ({reason}), so nothing was pushed. \
         Next: see to it that Git LFS is on for the repository and has room, then comment `/agent retry`."
    )
}

/// What the agent left breaks rules.
pub fn unsafe_work(problems: &[String]) -> String {
    let problems = problems.join("; ");
    format!("The agent's work was not taken: {problems}. Ask for it without that.")
}

/// The agent's commits cannot be read.
pub fn bundle(reason: &str) -> String {
    format!("The agent's commits were not taken: {reason}. Comment `/agent retry` to try again.")
}

/// The agent left more than is looked at.
pub fn too_large(what: &str) -> String {
    format!(
        "The agent's work was not taken: {what}. Ask for less, or add what it builds to .gitignore."
    )
}

/// A file is too large to be read.
pub fn file_too_large(path: &str, max_bytes: usize) -> String {
    format!(
        "{path} is larger than {max_bytes} bytes: make it smaller, then comment `/agent retry`."
    )
}

/// The sandbox does not work.
pub const NO_SANDBOX: &str = "The sandbox for agents does not work on this machine, so no agent is started. The operator \
     finds the reason in skep's log.";

/// A variable, or a setting, that names hosts cannot be read.
pub fn wrong_host(name: &str) -> String {
    format!("`{name}` names no host that can be read")
}

/// The agent has no login.
pub const NO_LOGIN: &str = "The agent has no valid login for its model. The operator has to set the model's key for this \
     agent; then comment `/agent retry`.";

/// What runs is no agent.
pub const NO_PROTOCOL: &str = "The agent's output broke the protocol it should speak, so it was stopped. The operator can \
     check that its command really starts an agent that speaks ACP.";

/// It wrote without end.
pub const FLOOD: &str =
    "The agent wrote far too much output and was stopped. Comment `/agent retry` to try again.";

/// The agent's program is missing; `installs` is the name by which skep can install it.
pub fn not_installed(agent: &str, program: &str, installs: Option<&str>) -> String {
    let way = installs.map_or_else(String::new, |name| {
        format!(" (`skep agents install {name}`)")
    });
    format!(
        "The agent {agent} cannot start here: its command {program} is not installed. The operator can install it where \
         skep runs{way}, or set SKEP_AGENT to another agent; then comment `/agent retry`."
    )
}

/// It ran too long.
pub fn ran_too_long(minutes: u64) -> String {
    format!("The agent was stopped because it ran longer than {minutes} minutes.")
}

/// It was silent too long.
pub fn silent_too_long(minutes: u64) -> String {
    format!("The agent was stopped because it showed no sign of life for {minutes} minutes.")
}

/// GitHub's refusals. `call` says what was wanted, in words: `post a comment in o/n`.
pub mod github {
    /// The App is not there.
    pub fn not_installed(repository: &str) -> String {
        format!(
            "The App is not installed on {repository}, or the repository does not exist. Install it from the App's public \
             page and select this repository."
        )
    }

    /// The installation is suspended.
    pub const SUSPENDED: &str = "The App is suspended on this account. Its owner can un-suspend it under Settings → Applications → Installed GitHub Apps.";

    /// The installation is gone.
    pub const UNINSTALLED: &str = "The App is no longer installed on this account. Install it again from the App's public page.";

    /// The installation does not cover the repository any more.
    pub fn not_covered(repository: &str) -> String {
        format!(
            "The App's installation does not cover {repository} any more. Add it under Settings → Applications → Installed \
             GitHub Apps → Configure."
        )
    }

    /// A permission is missing.
    pub fn not_permitted(call: &str, permission: &str) -> String {
        format!(
            "The App may not {call}: it needs the permission {permission}, and not all of that is granted. Open the App's \
             settings → Permissions & events, grant it, then accept the new permissions on the installation's page."
        )
    }

    /// Archived repositories are read-only.
    pub fn archived(repository: &str) -> String {
        format!(
            "{repository} is archived, so nothing can be written to it. Unarchive it in the repository's settings."
        )
    }

    /// Issues are switched off, or the issue was deleted.
    pub fn gone(call: &str, message: &str) -> String {
        format!(
            "GitHub says it is gone when asked to {call}: {message}. Check that the issue was not deleted and that issues \
             are enabled in the repository's settings."
        )
    }

    /// It is not there, or not visible to us.
    pub fn not_found(call: &str) -> String {
        format!(
            "GitHub has nothing there to {call}, or the App cannot see it. Check that it still exists and that the App is \
             installed on the repository."
        )
    }

    /// The name leads to another repository.
    pub fn another_repository(name: &str) -> String {
        format!(
            "{name} is now another repository; the one this work belongs to was renamed, moved or deleted."
        )
    }

    /// Forbidden for any other reason.
    pub fn forbidden(call: &str, message: &str) -> String {
        format!("GitHub does not allow the App to {call}: {message}")
    }

    /// This very request is refused.
    pub fn invalid(call: &str, message: &str) -> String {
        format!("GitHub refused to {call}: {message}")
    }
}
