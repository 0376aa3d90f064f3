//! What can go wrong at the git edge, and what each of them means for an effect.
//!
//! Every way a repository can refuse us has its own variant, so that the person on the issue reads what to change and the
//! operator reads what git said. An error must never carry a token, nor more of a remote's message than a short line.

use std::time::Duration;

use crate::core::failure::{Failure, PushRule, shortened};
use crate::core::ids::{AgentBranch, Sha};
use crate::core::text::outside;

/// An error of git, or of what an agent left for it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GitError {
    /// The program cannot be started.
    #[error("git cannot be started ({why}): install git, or name the program with its full path")]
    Missing {
        /// What the operating system said.
        why: String,
    },
    /// The program is older than what we build on, or lacks published security fixes.
    #[error(
        "git {found} is too old: install git {wanted} or newer and name it as SKEP_GIT if it is elsewhere{}",
        if *excusable { "; if your distribution has patched this one (Debian 12, Ubuntu 24.04), set SKEP_OLD_GIT=allow" } else { "" }
    )]
    TooOld {
        /// The version found.
        found: String,
        /// The smallest good version of the same line.
        wanted: String,
        /// Whether patches of a distribution could make it good enough; below the floor of features nothing does.
        excusable: bool,
    },
    /// The address is not one we speak to.
    #[error(
        "{0:?} is not an address git may use: https://host/owner/name.git (http on loopback only)"
    )]
    Address(String),
    /// The name cannot be a branch.
    #[error("{0:?} is not a branch name")]
    BranchName(String),
    /// The repository has no branch at all.
    #[error("the repository is empty")]
    Empty,
    /// The repository has branches, but not this one.
    #[error("the repository has no branch {0:?}")]
    UnknownBranch(String),
    /// The host says there is no such repository (or not for us).
    #[error("the repository is not there, or not visible with this token")]
    Gone,
    /// The host does not accept the token (401).
    #[error("the host does not accept the token")]
    BadToken,
    /// The host knows the token but forbids reading (403).
    #[error("the host forbids reading the repository: {reason}")]
    Forbidden {
        /// The remote's own words, shortened.
        reason: String,
    },
    /// The host answered with a redirect: the repository has another name now.
    #[error("the host redirects to another address: the repository was renamed or moved")]
    Redirected,
    /// The host could not be reached, or the connection broke: the outcome is unknown.
    #[error("the host cannot be reached: {why}")]
    Network {
        /// What git said, shortened.
        why: String,
    },
    /// The connection stood, and next to nothing came.
    #[error("the host sent next to nothing for too long")]
    Stalled,
    /// A fetch that may bring a whole repository took longer than allowed and was ended.
    #[error("the first fetch took longer than {} s", after.as_secs())]
    FirstFetch {
        /// The time it had.
        after: Duration,
    },
    /// The remote refused the push for a reason of its own.
    #[error("the push was refused: {reason}")]
    Rejected {
        /// What stands against it.
        rule: PushRule,
        /// The remote's own words, shortened.
        reason: String,
    },
    /// A branch of another name leaves no room for ours: git keeps branches as files in folders.
    #[error("{branch} cannot be made beside the branch {other}")]
    InTheWay {
        /// Our branch.
        branch: AgentBranch,
        /// The other one.
        other: String,
    },
    /// Somebody else wrote our branch.
    #[error("{branch} was moved by somebody else to {}", theirs.as_ref().map_or("nothing (deleted)", Sha::as_str))]
    BranchMoved {
        /// Our branch.
        branch: AgentBranch,
        /// Where it is now.
        theirs: Option<Sha>,
    },
    /// The content of files in Git LFS did not go up, so that the push was not tried.
    #[error("the host's Git LFS did not take the content of files: {reason}")]
    Lfs {
        /// What git-lfs said, shortened.
        reason: String,
    },
    /// What the agent left breaks a rule; nothing of it was taken into the mirror.
    #[error("the agent's work cannot be taken: {}", problems.join("; "))]
    Unsafe {
        /// Each rule broken, as a sentence.
        problems: Vec<String>,
    },
    /// The agent's bundle is not a bundle we take; the working tree may still be collected without it.
    #[error("the agent's commits cannot be taken: {reason}")]
    Bundle {
        /// Why.
        reason: String,
    },
    /// The agent left more behind than we look at.
    #[error("the agent left too much behind: {what}")]
    TooLarge {
        /// How much, and how much is looked at.
        what: String,
    },
    /// A file asked for is larger than the reader takes.
    #[error("{path} is larger than {max_bytes} bytes")]
    FileTooLarge {
        /// The path in the repository.
        path: String,
        /// The reader's limit.
        max_bytes: usize,
    },
    /// A git process took longer than allowed and was ended.
    #[error("git {verb} took longer than {} s", after.as_secs())]
    Timeout {
        /// The git command.
        verb: String,
        /// The time it had.
        after: Duration,
    },
    /// A git process wrote more than allowed.
    #[error("git {verb} wrote more than {cap} bytes")]
    Flood {
        /// The git command.
        verb: String,
        /// The cap.
        cap: usize,
    },
    /// Another process holds a lock in the mirror, or one died holding it.
    #[error("the mirror is locked: {why}")]
    Locked {
        /// What git said, shortened.
        why: String,
    },
    /// Git failed in a way nobody foresaw.
    #[error("git {verb} failed: {stderr}")]
    Failed {
        /// The git command.
        verb: String,
        /// Its last words, shortened.
        stderr: String,
    },
    /// No room is left on the disk of the data folder.
    #[error("cannot {verb}: the disk is full")]
    Full {
        /// What was tried.
        verb: String,
    },
    /// A file operation of our own failed.
    #[error("cannot {verb}: {why}")]
    Disk {
        /// What was tried.
        verb: String,
        /// What the operating system said.
        why: String,
    },
    /// Git printed something that does not have the shape its manual promises.
    #[error("git {verb} printed something unexpected")]
    Unreadable {
        /// The git command.
        verb: String,
    },
}

impl GitError {
    /// Wraps a file operation's error with the verb that names it.
    pub(super) fn disk(verb: impl Into<String>, error: std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => {
                Self::Full { verb: verb.into() }
            }
            _ => Self::Disk {
                verb: verb.into(),
                why: error.to_string(),
            },
        }
    }

    /// Git printed something else than its manual says.
    pub(super) fn unreadable(verb: &str) -> Self {
        Self::Unreadable {
            verb: verb.to_owned(),
        }
    }

    /// What the person on the issue is told, if the error is for people at all.
    fn say(&self) -> Option<String> {
        Some(match self {
            Self::Empty => outside::EMPTY.to_owned(),
            Self::UnknownBranch(branch) => outside::unknown_branch(branch),
            Self::BranchName(name) => outside::branch_name(name),
            Self::Gone => outside::GONE.to_owned(),
            Self::Forbidden { reason } => outside::forbidden(reason),
            Self::FirstFetch { after } => outside::first_fetch(after.as_secs().div_ceil(60)),
            Self::Rejected { rule, reason } => outside::push_refused(*rule, reason),
            Self::InTheWay { branch, other } => outside::in_the_way(branch.as_str(), other),
            Self::BranchMoved { branch, .. } => outside::branch_moved(branch.as_str()),
            Self::Lfs { reason } => outside::lfs(reason),
            Self::Unsafe { problems } => outside::unsafe_work(problems),
            Self::Bundle { reason } => outside::bundle(reason),
            Self::TooLarge { what } => outside::too_large(what),
            Self::FileTooLarge { path, max_bytes } => outside::file_too_large(path, *max_bytes),
            _ => return None,
        })
    }
}

impl From<GitError> for Failure {
    fn from(error: GitError) -> Self {
        if let Some(say) = error.say() {
            return Self::refused(say);
        }
        match error {
            GitError::BadToken
            | GitError::Redirected
            | GitError::Network { .. }
            | GitError::Stalled
            | GitError::Timeout { .. }
            | GitError::Locked { .. }
            | GitError::Full { .. }
            | GitError::Disk { .. } => Self::retry(error.to_string()),
            _ => Self::broken(error.to_string()),
        }
    }
}

/// Makes one short line of what a program or a remote host said: no control characters, no escape sequences.
pub(super) fn one_line(text: &str, max_chars: usize) -> String {
    let mut line = String::new();
    let mut escape = false;
    for c in text.chars() {
        if escape {
            escape = !c.is_ascii_alphabetic();
        } else if c == '\u{1b}' {
            escape = true;
        } else if !c.is_control() && !is_invisible(c) {
            line.push(c);
        } else if !line.ends_with(' ') {
            line.push(' ');
        }
    }
    shortened(line.trim(), max_chars)
}

/// Characters that change how a line looks without being seen: zero-width, bidirectional, tags.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_one_short_visible_line() {
        assert_eq!(
            one_line("a\r\nb\u{1b}[31mred\u{1b}[0m\u{202e}x", 50),
            "a bred x"
        );
        assert_eq!(one_line("abcdef", 3), "ab…f");
        assert_eq!(one_line("\u{1b}", 3), "");
    }

    #[test]
    fn refusals_name_the_next_step_and_trouble_is_retried() {
        let said = |error: GitError| matches!(Failure::from(error), Failure::Refused { say } if say.contains(':'));
        assert!(said(GitError::Empty));
        assert!(said(GitError::UnknownBranch("main".into())));
        assert!(said(GitError::Gone));
        assert!(said(GitError::Lfs {
            reason: "not found".into()
        }));
        let mended = |reason: &str| {
            let rejected = GitError::Rejected {
                rule: crate::git::refusal::rule(reason),
                reason: reason.into(),
            };
            assert!(said(rejected.clone()));
            rejected.say().expect("it is for people")
        };
        assert!(
            mended("GH013: Repository rule violations found for refs/heads/agent/1-x")
                .contains("exclude `agent/**`")
        );
        assert!(mended("GH006: Protected branch update failed").contains("Settings → Branches"));
        assert!(
            mended("create or update workflow `x` without `workflows` permission")
                .contains("by hand")
        );
        let secret =
            mended("GH013: rule violations. GITHUB PUSH PROTECTION. Push cannot contain secrets");
        assert!(
            secret.contains("without it") && !secret.contains("bypass"),
            "{secret}"
        );
        let other = GitError::InTheWay {
            branch: "agent/1-x".parse().expect("a branch"),
            other: "agent".into(),
        };
        assert!(said(other));
        let retried = |error: GitError| matches!(Failure::from(error), Failure::Retry { .. });
        assert!(retried(GitError::BadToken));
        assert!(retried(GitError::Network { why: "x".into() }));
        assert!(matches!(
            Failure::from(GitError::unreadable("log")),
            Failure::Broken { .. }
        ));
    }
}
