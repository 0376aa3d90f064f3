//! Writes our branch on the host, and only ours.
//!
//! A push may be repeated: it looks first, and moves the branch only from where we last left it (a lease). It must never
//! write a ref that is not an [`AgentBranch`], and never write over somebody else's commit.

use super::Git;
use super::error::{GitError, one_line};
use super::process::{Call, Outcome};
use super::remote::{Remote, classify, remote_words};
use crate::core::ids::{AgentBranch, Sha};

/// What to publish.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Push {
    /// The branch to write.
    pub branch: AgentBranch,
    /// The commit it shall be at; the mirror has it.
    pub head: Sha,
    /// Where we last left it; `None` when it must not exist yet.
    pub expected: Option<Sha>,
}

/// How a push went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Published {
    /// The branch was moved.
    Pushed,
    /// The branch was there already: an earlier try had arrived.
    Already,
    /// Somebody else moved or removed the branch; nothing was written.
    Moved {
        /// Where it is now; `None` when it is gone.
        theirs: Option<Sha>,
    },
}

impl Git {
    /// Moves the branch to the commit. Errors: [`GitError::Rejected`] and [`GitError::Lfs`] when the host refuses, [`GitError::BadToken`];
    /// [`GitError::Network`] when the outcome is unknown: come again, the next try looks first.
    pub async fn publish(&self, remote: &Remote, push: &Push) -> Result<Published, GitError> {
        let theirs = self.remote_head(remote, &push.branch).await?;
        if theirs.as_ref() == Some(&push.head) {
            return Ok(Published::Already);
        }
        if theirs != push.expected {
            return Ok(Published::Moved { theirs });
        }
        self.send_content(remote, &push.head).await?;
        let name = push.branch.full_ref();
        let refspec = format!("{}:{name}", push.head);
        match self.push(remote, &name, push.expected.as_ref(), &refspec).await? {
            Written::Done => Ok(Published::Pushed),
            Written::Stale => match self.remote_head(remote, &push.branch).await? {
                Some(theirs) if theirs == push.head => Ok(Published::Already),
                theirs => Ok(Published::Moved { theirs }),
            },
        }
    }

    /// Where our branch is on the host.
    pub async fn remote_head(&self, remote: &Remote, branch: &AgentBranch) -> Result<Option<Sha>, GitError> {
        let name = branch.full_ref();
        let call = Call::new("ls-remote").args(["--refs", "--end-of-options", &remote.url, &name]);
        let outcome = self.converse(remote, &self.mirror_path(remote.repository), call).await?;
        if !outcome.success {
            return Err(classify(&outcome));
        }
        let text = String::from_utf8_lossy(&outcome.stdout);
        let mut lines = text.lines().filter_map(|line| line.split_once('\t'));
        // The pattern matches ends of names, too.
        let found = lines.find(|(_, found)| *found == name).map(|(sha, _)| sha.parse());
        found.transpose().map_err(|_| GitError::unreadable("ls-remote"))
    }

    /// Removes our branch if it is where we left it; one that is gone already is fine. Errors:
    /// [`GitError::BranchMoved`] when it is elsewhere, and as [`Git::publish`].
    pub async fn delete_branch(&self, remote: &Remote, branch: &AgentBranch, expected: &Sha) -> Result<(), GitError> {
        let theirs = self.remote_head(remote, branch).await?;
        let moved = |theirs| Err(GitError::BranchMoved { branch: branch.clone(), theirs });
        match theirs {
            None => return Ok(()),
            Some(theirs) if theirs != *expected => return moved(Some(theirs)),
            Some(_) => {}
        }
        let name = branch.full_ref();
        match self.push(remote, &name, Some(expected), &format!(":{name}")).await? {
            Written::Done => Ok(()),
            Written::Stale => match self.remote_head(remote, branch).await? {
                None => Ok(()),
                theirs => moved(theirs),
            },
        }
    }

    async fn push(
        &self,
        remote: &Remote,
        name: &str,
        expected: Option<&Sha>,
        refspec: &str,
    ) -> Result<Written, GitError> {
        let lease = format!("--force-with-lease={name}:{}", expected.map_or("", Sha::as_str));
        let flags = ["--porcelain", "--no-verify", "--no-follow-tags", "--no-signed", "--no-recurse-submodules"];
        let call = Call::new("push").args(flags).args([&lease, "--end-of-options", &remote.url, refspec]);
        let outcome = self.converse(remote, &self.mirror_path(remote.repository), call).await?;
        if outcome.success { Ok(Written::Done) } else { refusal(&outcome) }
    }
}

/// How the host took a ref update.
#[derive(Debug, PartialEq, Eq)]
enum Written {
    /// It is done.
    Done,
    /// The branch was not where the lease says.
    Stale,
}

/// Reads why a push failed, from git's porcelain lines and the remote's words.
fn refusal(outcome: &Outcome) -> Result<Written, GitError> {
    let text = String::from_utf8_lossy(&outcome.stdout);
    let line = text.lines().find_map(|line| line.strip_prefix("!\t")?.split('\t').nth(1));
    let Some(line) = line else {
        return Err(match classify(outcome) {
            GitError::Forbidden { reason } => GitError::Rejected { reason },
            other => other,
        });
    };
    let reason = line.split_once('(').map_or(line, |(_, reason)| reason.trim_end_matches(')'));
    if line.starts_with("[rejected]") && reason == "stale info" {
        return Ok(Written::Stale);
    }
    // The host's lock is somebody else's push under way, or its disk is in trouble: not a rule.
    let passing =
        ["cannot lock ref", "failed to update ref", "failed to lock", "unpacker error", "remote failed to report"];
    if passing.iter().any(|sign| line.contains(sign)) || line.starts_with("[remote failure]") {
        return Err(GitError::Network { why: one_line(line, 200) });
    }
    let words = remote_words(&outcome.stderr);
    let said = if words == outcome.stderr { String::new() } else { format!(": {}", one_line(&words, 300)) };
    Err(GitError::Rejected { reason: format!("{}{said}", one_line(reason, 200)) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(stdout: &str, stderr: &str) -> Result<Written, GitError> {
        let stdout = stdout.as_bytes().to_vec();
        refusal(&Outcome { verb: "push", success: false, stdout, stderr: stderr.into() })
    }

    #[test]
    fn refusals_are_told_from_trouble() {
        let line = |summary: &str| format!("To https://h/o/r.git\n!\ta:refs/heads/agent/1-x\t{summary}\nDone\n");
        assert_eq!(read(&line("[rejected] (stale info)"), ""), Ok(Written::Stale));
        let hook = read(
            &line("[remote rejected] (protected branch hook declined)"),
            "remote: error: GH006: Protected branch\x1b[K\nremote: \nerror: failed",
        );
        let reason = "protected branch hook declined: GH006: Protected branch".to_owned();
        assert_eq!(hook, Err(GitError::Rejected { reason }));
        let workflow =
            "refusing to allow a GitHub App to create or update workflow `x.yml` without `workflows` permission";
        assert_eq!(
            read(&line(&format!("[remote rejected] ({workflow})")), ""),
            Err(GitError::Rejected { reason: workflow.into() })
        );
        let archived = "remote: This repository was archived so it is read-only.\nfatal: unable to access 'https://h/o/r.git/': The requested URL returned error: 403";
        assert!(matches!(read("", archived), Err(GitError::Rejected { reason }) if reason.contains("archived")));
        assert!(matches!(read(&line("[remote rejected] (cannot lock ref 'x')"), ""), Err(GitError::Network { .. })));
        assert!(matches!(
            read("", "error: RPC failed; curl 56\nfatal: the remote end hung up unexpectedly"),
            Err(GitError::Network { .. })
        ));
        assert_eq!(read("", "fatal: Authentication failed for 'https://h/o/r.git/'"), Err(GitError::BadToken));
    }
}
