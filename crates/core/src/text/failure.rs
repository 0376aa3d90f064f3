//! Why work failed, for people: what happened, then what to do.

use crate::actor::Permission;
use crate::agent::ErrorClass;
use crate::event::Work;
use crate::policy::AllowProtected;
use crate::sanitise;

/// A question that may not be written any more.
pub const TOO_MANY_COMMENTS: &str = "the agent asks again, but one session may write only so many comments here, so nobody would see the question.";
/// The turn ended with neither a change nor a word.
pub const NOTHING: &str = "the agent ended without changing anything and without an answer.";
/// The working copy was never laid out: a defect.
pub const NO_GROUND: &str =
    "the working copy was never made. This is a fault of skep's; a new try makes one.";
/// In the story.
pub const LAID_OUT_ANEW: &str = "The working copy was gone, with what was not published yet. It is laid out anew; the agent is told what was said so far.";
/// It was laid out anew again and again.
pub const WORKSPACE_GONE: &str = "the working copy was removed again and again while the agent worked in it. Ask the operator what removes files from skep's data folder.";
/// The issue was closed while the agent worked.
pub const CLOSED_MEANWHILE: &str =
    "the issue was closed before the result could be published. Reopen it first.";

/// What happened, as half a sentence.
pub fn what(class: ErrorClass) -> &'static str {
    match class {
        ErrorClass::Auth => {
            "the agent could not log in to its model; the operator must check its key"
        }
        ErrorClass::RateLimit => {
            "the agent's model refused more requests for now (rate limit or quota)"
        }
        ErrorClass::ModelUnavailable => "the agent's model was not reachable",
        ErrorClass::ContextFull => {
            "the agent's context is full: it had more to tell its model than the model takes"
        }
        ErrorClass::EmptyAnswer => "the agent's model answered nothing",
        ErrorClass::MaxTokens => {
            "the agent's model reached its limit of tokens before the work was done"
        }
        ErrorClass::MaxTurnRequests => {
            "the agent reached its limit of requests in one turn before the work was done"
        }
        ErrorClass::Refusal => "the agent's model refused to go on",
        ErrorClass::BrokenOff => "the agent broke its turn off",
        ErrorClass::Stopped => "the session was ended before the work was done",
        ErrorClass::Timeout => "the agent's time ran out",
        ErrorClass::Silence => "the agent said nothing for too long",
        ErrorClass::Crash => "the agent crashed",
        ErrorClass::Protocol => "the agent did not follow the protocol",
        ErrorClass::Flood => "the agent wrote far too much",
        ErrorClass::Disk => "the agent's files took too much of the disk",
        ErrorClass::Memory => "the agent ran out of memory",
        ErrorClass::Cpu => "the agent took too much of the processors' time",
        ErrorClass::Services => "a service of the tests did not come up or stay",
        ErrorClass::Workspace => "the working copy is gone",
        ErrorClass::Spawn => "the agent could not be started",
        ErrorClass::Unknown => "the agent reported an error",
    }
}

/// The agent reported an error of its own instead of a result.
pub fn agent_error(class: ErrorClass, message: &str) -> String {
    let what = what(class);
    let said = sanitise::inline(&sanitise::redact(message.trim(), &[]), 300);
    if said.is_empty() {
        format!("{what}.")
    } else {
        format!("{what}. It said: “{said}”")
    }
}

/// A turn that ended badly: what happened, then who can mend it, where that is not plain.
pub fn turn(class: ErrorClass, say: &str) -> String {
    let advice = match class {
        ErrorClass::Auth => "The operator of this server must check the key of the agent's model.",
        ErrorClass::RateLimit | ErrorClass::ModelUnavailable | ErrorClass::EmptyAnswer => {
            "It may work again later."
        }
        ErrorClass::ContextFull => "Ask for less at once.",
        ErrorClass::Silence => {
            "Often the limit of its model is used up: some agents then wait without a word until it is free again. It may \
             work again later."
        }
        ErrorClass::Timeout => {
            "Ask for less at once, or ask the operator of this server for more time."
        }
        ErrorClass::Disk => {
            "Ask for less at once, or ask the operator of this server for more room (`limits.workspace`)."
        }
        ErrorClass::Memory => {
            "Ask for less at once (fewer builds or tests side by side), or ask the operator of this server for more memory \
             (`limits.session_memory`). The next session here starts when as much as this one took is free."
        }
        ErrorClass::Cpu => {
            "Ask for less at once, or ask the operator of this server for more time (`limits.session_cpu`)."
        }
        ErrorClass::Spawn => {
            "The operator of this server must see to it that the agent's command is installed and starts, or choose \
             another agent (`SKEP_AGENT`)."
        }
        ErrorClass::Services => {
            "Whoever may merge into the default branch can mend that; `skep sandbox try ROLE -- true` in a checkout tries it out."
        }
        ErrorClass::Protocol => {
            "The operator of this server must check that the agent's command starts an agent that speaks ACP."
        }
        ErrorClass::Crash
        | ErrorClass::Flood
        | ErrorClass::MaxTokens
        | ErrorClass::MaxTurnRequests
        | ErrorClass::Refusal
        | ErrorClass::BrokenOff
        | ErrorClass::Stopped
        | ErrorClass::Workspace
        | ErrorClass::Unknown => return say.to_owned(),
    };
    format!("{say} {advice}")
}

/// A session's files grew beyond what one may take.
pub fn too_large(bytes: u64, limit: u64) -> String {
    format!(
        "the agent's files grew to {} MiB, and one session may take {} MiB of the server's disk.",
        bytes >> 20,
        limit >> 20
    )
}

/// The disk ran full, and this session takes most of it.
pub fn disk_full(bytes: u64) -> String {
    format!(
        "the server's disk ran full, and of all sessions this one took most of it ({} MiB).",
        bytes >> 20
    )
}

/// A session grew beyond what one may take of the memory. Bytes.
pub fn too_much_memory(bytes: u64, limit: u64) -> String {
    format!(
        "the agent and what it started took {} of memory, and one session may take {}.",
        super::disk::size(bytes),
        super::disk::size(limit)
    )
}

/// A turn took more of the processors' time than one may. Milliseconds.
pub fn too_much_cpu(worked: i64, limit: i64) -> String {
    format!(
        "the agent and what it started took {} of the processors' time in one turn, and may take {}.",
        super::span(worked),
        super::span(limit)
    )
}

/// The memory ran out, and this session takes most of it. Bytes.
pub fn memory_full(bytes: u64) -> String {
    format!(
        "the server's memory ran out, and of all sessions this one took most of it ({}).",
        super::disk::size(bytes)
    )
}

/// The kernel ended it because the memory ran out. Bytes; 0 where nobody measured it.
pub fn killed_for_memory(bytes: u64) -> String {
    match bytes {
        0 => "the server's memory ran out, and its kernel ended the agent.".into(),
        bytes => format!(
            "the server's memory ran out, and its kernel ended the agent, which had taken {} with what it started.",
            super::disk::size(bytes)
        ),
    }
}

/// In the story: the provider's limit is used up, and when it ends is known.
pub fn limited(until: i64) -> String {
    format!(
        "Paused by the limit of the agent's provider; it resumes at {}.",
        super::clock(until)
    )
}

/// In the story: the model failed, and is tried again.
pub fn again(class: ErrorClass, tries: u32, until: i64) -> String {
    let times = if tries == 1 {
        "once".to_owned()
    } else {
        format!("{tries} times in a row")
    };
    format!(
        "Failed {times}: {}. It tries again at {}.",
        what(class),
        super::clock(until)
    )
}

/// At the top of a pull request whose work is not finished.
pub fn unfinished(class: ErrorClass) -> String {
    format!(
        "> [!WARNING]\n> This work is not finished: {}. It stays a draft until a later turn finishes it or a person marks \
         it ready. {}",
        what(class),
        super::conversation::BACK_TO_WORK
    )
}

/// A start that failed as often as it may.
pub fn tried(say: &str, times: i64) -> String {
    if times > 1 {
        format!("{say} It was tried {times} times.")
    } else {
        say.to_owned()
    }
}

/// What git found cannot be published as it is.
pub fn objections(work: &Work, allowed: &AllowProtected) -> Option<String> {
    let mut sentences: Vec<String> = work
        .objections
        .iter()
        .map(|text| sanitise::inline(text, 300))
        .collect();
    let held: Vec<&str> = work
        .protected
        .iter()
        .map(String::as_str)
        .filter(|path| !allowed.allows(path))
        .collect();
    if !held.is_empty() {
        sentences.push(format!(
            "it touches {} ({}), which a person must change by hand, unless the operator allows it in `skep.toml` \
             (`allow_protected`)",
            super::count(held.len() as u64, "protected path"),
            paths(&held)
        ));
    }
    sentences.extend(super::secret::found(&work.secrets));
    if sentences.is_empty() {
        return None;
    }
    let alarm = match work.secrets.is_empty() {
        true => "",
        false => super::secret::WHAT_NOW,
    };
    Some(format!(
        "the result was not published: {}. Say in the issue what to leave out, or split it into smaller ones.{alarm}",
        sentences.join("; ")
    ))
}

/// Protected paths keep it from being published, and nobody can be asked about them.
pub fn protected(held: &[String]) -> String {
    let held: Vec<&str> = held.iter().map(String::as_str).collect();
    format!(
        "the result was not published: it touches {} ({}). Say in the issue what to leave out, or change them by hand.",
        super::count(held.len() as u64, "protected path"),
        paths(&held)
    )
}

/// The first few paths, and how many more there are.
pub(super) fn paths(all: &[&str]) -> String {
    const NAMED: usize = 5;
    let mut named: Vec<String> = all
        .iter()
        .take(NAMED)
        .map(|path| super::code(path, 120))
        .collect();
    if all.len() > NAMED {
        named.push(format!("and {} more", all.len() - NAMED));
    }
    named.join(", ")
}

/// Somebody else wrote to our branch, or deleted it.
#[derive(Debug, Clone, Copy)]
pub struct BranchMoved<'a> {
    /// Our branch.
    pub branch: &'a str,
    /// Where it is now; `None` when it is gone.
    pub theirs: Option<&'a str>,
    /// What we had.
    pub ours: &'a str,
    /// Its pull request is open, and the next revision goes on from there.
    pub goes_on: bool,
}

/// Somebody else wrote to our branch.
pub fn branch_moved(moved: &BranchMoved<'_>) -> String {
    let BranchMoved {
        branch,
        theirs,
        ours,
        goes_on,
    } = *moved;
    let what = match theirs {
        Some(theirs) => format!(
            "somebody pushed {theirs} to `{branch}` meanwhile, and their work is not overwritten"
        ),
        None => format!(
            "somebody deleted `{branch}` meanwhile, and it is not brought back without a word"
        ),
    };
    let next = if goes_on {
        "the next revision goes on from theirs"
    } else {
        "a new try goes to a branch of its own"
    };
    format!("{what}. Ours ({ours}) is kept on the server; {next}.")
}

/// The switch is off, and nobody has said who did it.
pub const LABEL_GONE: &str = "somebody removed the label `agent:go`";

/// The requester's right is gone.
pub fn right_lost(login: &str, has: Permission) -> String {
    let has = format!("{has:?}").to_lowercase();
    format!(
        "@{login} asked for this and has only {has} access now, so the result was not published. Someone with write \
         access can comment `/agent retry`."
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn work(protected: &[&str]) -> Work {
        let sha = "a"
            .repeat(40)
            .parse::<crate::ids::Sha>()
            .expect("forty digits");
        Work {
            head: sha.clone(),
            base: sha,
            commits: 1,
            committed_by_us: true,
            files: vec![],
            protected: protected.iter().map(|path| (*path).to_owned()).collect(),
            objections: vec![],
            secrets: vec![],
            whole: None,
            conflicts: vec![],
            left_out: vec![],
            put_onto: None,
            protected_diff: None,
            signs: Default::default(),
        }
    }

    #[test]
    fn only_what_is_not_allowed_is_objected_to() {
        let matching = |glob: &str| AllowProtected::Matching(vec!["x/*".into(), glob.into()]);
        let both = work(&[".github/a.yml", "CLAUDE.md"]);
        assert_eq!(objections(&both, &AllowProtected::Everything), None);
        assert_eq!(objections(&both, &matching("**")), None);
        assert_eq!(objections(&work(&[]), &AllowProtected::Nothing), None);
        let said = objections(&both, &matching(".github/**")).expect("one is left");
        assert!(said.contains("1 protected path (`CLAUDE.md`)"), "{said}");
        let said = objections(&both, &AllowProtected::Nothing).expect("both are left");
        assert!(
            said.contains("2 protected paths (`.github/a.yml`, `CLAUDE.md`)"),
            "{said}"
        );
        let many = work(&[
            "ci/1.sh", "ci/2.sh", "ci/3.sh", "ci/4.sh", "ci/5.sh", "ci/6_.sh",
        ]);
        let said = objections(&many, &matching("CLAUDE.md")).expect("all are left");
        assert!(said.contains("`ci/5.sh`, and 1 more)"), "{said}");
    }

    #[test]
    fn other_objections_stay_when_paths_are_allowed() {
        let large = Work {
            objections: vec!["120 files changed".into()],
            ..work(&["CLAUDE.md"])
        };
        let said = objections(&large, &AllowProtected::Everything).expect("it is too large");
        assert!(
            said.starts_with("the result was not published: 120 files changed. "),
            "{said}"
        );
    }
}
