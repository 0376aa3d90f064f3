//! Writes our branch on the host, and only ours.
//!
//! A push may be repeated: it looks first, and moves the branch only from where we last left it (a lease). It must never
//! write a ref that is not an [`AgentBranch`], and never write over somebody else's commit.

use super::Git;
use super::error::{GitError, one_line};
use super::partial::is_partial;
use super::process::{Call, Outcome};
use super::refs::{is_any_below, read_ref};
use super::refusal::{self, secrets};
use super::remote::{Remote, classify, remote_words};
use crate::core::failure::PushRule;
use crate::core::ids::{AgentBranch, Sha};

/// So much of a host's words is kept.
const SAID: usize = 400;

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
        let theirs = self.room_for(remote, &push.branch).await?;
        if theirs.as_ref() == Some(&push.head) {
            return Ok(Published::Already);
        }
        if theirs != push.expected {
            return Ok(Published::Moved { theirs });
        }
        self.send_content(remote, &push.head).await?;
        let name = push.branch.full_ref();
        let refspec = format!("{}:{name}", push.head);
        match self
            .push(remote, &name, push.expected.as_ref(), &refspec)
            .await?
        {
            Written::Done => Ok(Published::Pushed),
            Written::Stale => match self.remote_head(remote, &push.branch).await? {
                Some(theirs) if theirs == push.head => Ok(Published::Already),
                theirs => Ok(Published::Moved { theirs }),
            },
        }
    }

    /// Where our branch is on the host.
    pub async fn remote_head(
        &self,
        remote: &Remote,
        branch: &AgentBranch,
    ) -> Result<Option<Sha>, GitError> {
        let (heads, name) = (self.heads_around(remote, branch).await?, branch.full_ref());
        Ok(heads
            .into_iter()
            .find(|(found, _)| *found == name)
            .map(|(_, sha)| sha))
    }

    /// Where our branch is on the host, if one of that name can be there at all. Errors: [`GitError::InTheWay`].
    async fn room_for(
        &self,
        remote: &Remote,
        branch: &AgentBranch,
    ) -> Result<Option<Sha>, GitError> {
        let mut heads = self.heads_around(remote, branch).await?;
        let name = branch.full_ref();
        match heads.iter().position(|(found, _)| *found == name) {
            Some(ours) => Ok(Some(heads.swap_remove(ours).1)),
            None => match heads.into_iter().next() {
                None => Ok(None),
                Some((found, _)) => {
                    let other = found.trim_start_matches("refs/heads/").to_owned();
                    Err(GitError::InTheWay {
                        branch: branch.clone(),
                        other,
                    })
                }
            },
        }
    }

    /// Makes sure, before work for it begins, that our branch can be pushed. The mirror knows of most; only what it takes for
    /// an obstacle is looked up on the host. Errors: [`GitError::InTheWay`].
    pub async fn check_room(&self, remote: &Remote, branch: &AgentBranch) -> Result<(), GitError> {
        let (mirror, name) = (self.mirror_path(remote.repository), branch.full_ref());
        let above = above(&name).any(|above| read_ref(&mirror, above).is_some());
        if above || is_any_below(&mirror, &name) {
            return self.room_for(remote, branch).await.map(drop);
        }
        Ok(())
    }

    /// Our branch on the host, and every branch whose name cannot be beside it: one it would lie below, or that lies below it.
    async fn heads_around(
        &self,
        remote: &Remote,
        branch: &AgentBranch,
    ) -> Result<Vec<(String, Sha)>, GitError> {
        let name = branch.full_ref();
        let call = Call::new("ls-remote").args([
            "--refs",
            "--end-of-options",
            &remote.url,
            &name,
            &format!("{name}/*"),
        ]);
        let outcome = self
            .run_remote(
                remote,
                &self.mirror_path(remote.repository),
                call.args(above(&name)),
            )
            .await?;
        if !outcome.success {
            return Err(classify(&outcome));
        }
        let text = String::from_utf8_lossy(&outcome.stdout);
        let lines = text.lines().filter_map(|line| line.split_once('\t'));
        // The patterns match ends of names, too.
        let around = lines.filter(|(_, found)| is_around(found, &name));
        let read =
            |(sha, found): (&str, &str)| sha.parse::<Sha>().map(|sha| (found.to_owned(), sha));
        around
            .map(read)
            .collect::<Result<Vec<_>, _>>()
            .map_err(|_| GitError::unreadable("ls-remote"))
    }

    /// Removes our branch if it is where we left it; one that is gone already is fine. Errors:
    /// [`GitError::BranchMoved`] when it is elsewhere, and as [`Git::publish`].
    pub async fn delete_branch(
        &self,
        remote: &Remote,
        branch: &AgentBranch,
        expected: &Sha,
    ) -> Result<(), GitError> {
        let theirs = self.remote_head(remote, branch).await?;
        let moved = |theirs| {
            Err(GitError::BranchMoved {
                branch: branch.clone(),
                theirs,
            })
        };
        match theirs {
            None => return Ok(()),
            Some(theirs) if theirs != *expected => return moved(Some(theirs)),
            Some(_) => {}
        }
        let name = branch.full_ref();
        match self
            .push(remote, &name, Some(expected), &format!(":{name}"))
            .await?
        {
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
        let lease = format!(
            "--force-with-lease={name}:{}",
            expected.map_or("", Sha::as_str)
        );
        let flags = [
            "--porcelain",
            "--no-verify",
            "--no-follow-tags",
            "--no-signed",
            "--no-recurse-submodules",
        ];
        let mirror = self.mirror_path(remote.repository);
        let mut call = Call::new("push").args(flags).arg(&lease);
        if is_partial(&mirror) {
            // A pack of differences is made against older contents, which it may lack.
            call = call.arg("--no-thin");
        }
        let call = call.args(["--end-of-options", &remote.url, refspec]);
        let outcome = self.run_remote(remote, &mirror, call).await?;
        if outcome.success {
            Ok(Written::Done)
        } else {
            refusal(&outcome)
        }
    }
}

/// The branches a branch would lie below, by their full names.
fn above(name: &str) -> impl Iterator<Item = &str> {
    name.rmatch_indices('/')
        .map(|(end, _)| &name[..end])
        .filter(|above| above.len() > "refs/heads".len())
}

/// Whether a ref is the one named, or cannot be beside it.
fn is_around(found: &str, name: &str) -> bool {
    let below = |path: &str, folder: &str| {
        path.strip_prefix(folder)
            .is_some_and(|rest| rest.starts_with('/'))
    };
    found == name || below(found, name) || below(name, found)
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
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix("!\t")?.split('\t').nth(1));
    if refusal::rule(&outcome.stderr) == PushRule::LargePush {
        return Err(GitError::Rejected {
            rule: PushRule::LargePush,
            reason: one_line(&remote_words(&outcome.stderr), SAID),
        });
    }
    let Some(line) = line else {
        return Err(match classify(outcome) {
            GitError::Forbidden { reason } => GitError::Rejected {
                rule: refusal::rule(&outcome.stderr),
                reason,
            },
            other => other,
        });
    };
    let reason = line
        .split_once('(')
        .map_or(line, |(_, reason)| reason.trim_end_matches(')'));
    if line.starts_with("[rejected]") && reason == "stale info" {
        return Ok(Written::Stale);
    }
    // The host's lock is somebody else's push under way, or its disk is in trouble: not a rule.
    let passing = [
        "cannot lock ref",
        "failed to update ref",
        "failed to lock",
        "unpacker error",
        "remote failed to report",
    ];
    if passing.iter().any(|sign| line.contains(sign)) || line.starts_with("[remote failure]") {
        let words = remote_words(&outcome.stderr);
        return Err(GitError::Network {
            why: one_line(&format!("{line}: {words}"), SAID),
        });
    }
    Err(rejected(reason, &outcome.stderr))
}

/// The host's refusal in its own words; of a secret only what it is and where, for its words are long.
fn rejected(reason: &str, stderr: &str) -> GitError {
    let words = remote_words(stderr);
    let rule = refusal::rule(&format!("{reason} {words}"));
    let lines: Vec<&str> = stderr
        .lines()
        .filter_map(|line| line.strip_prefix("remote:"))
        .collect();
    let said = match (rule, secrets(&lines.join("\n"))) {
        (PushRule::Secret, Some(found)) => {
            format!("push protection found a secret: {}", one_line(&found, SAID))
        }
        _ if words == stderr => one_line(reason, 200),
        _ => format!("{}: {}", one_line(reason, 200), one_line(&words, SAID)),
    };
    GitError::Rejected { rule, reason: said }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(stdout: &str, stderr: &str) -> Result<Written, GitError> {
        let stdout = stdout.as_bytes().to_vec();
        refusal(&Outcome {
            verb: "push",
            success: false,
            stdout,
            stderr: stderr.into(),
        })
    }

    #[test]
    fn refusals_are_told_from_trouble() {
        let line = |summary: &str| {
            format!("To https://h/o/r.git\n!\ta:refs/heads/agent/1-x\t{summary}\nDone\n")
        };
        assert_eq!(
            read(&line("[rejected] (stale info)"), ""),
            Ok(Written::Stale)
        );
        let hook = read(
            &line("[remote rejected] (protected branch hook declined)"),
            "remote: error: GH006: Protected branch\x1b[K\nremote: \nerror: failed",
        );
        let reason = "protected branch hook declined: GH006: Protected branch".to_owned();
        assert_eq!(
            hook,
            Err(GitError::Rejected {
                rule: PushRule::Protection,
                reason
            })
        );
        let workflow = "refusing to allow a GitHub App to create or update workflow `x.yml` without `workflows` permission";
        assert_eq!(
            read(&line(&format!("[remote rejected] ({workflow})")), ""),
            Err(GitError::Rejected {
                rule: PushRule::Workflow,
                reason: workflow.into()
            })
        );
        let archived = "remote: This repository was archived so it is read-only.\nfatal: unable to access 'https://h/o/r.git/': The requested URL returned error: 403";
        assert!(
            matches!(read("", archived), Err(GitError::Rejected { rule: PushRule::Archived, reason }) if reason.contains("read-only"))
        );
        for large in [
            "error: RPC failed; HTTP 413 curl 22 The requested URL returned error: 413\nsend-pack: unexpected disconnect while reading sideband packet\nfatal: the remote end hung up unexpectedly",
            "fatal: unable to access 'https://h/o/r.git/': The requested URL returned error: 413",
        ] {
            assert!(
                matches!(
                    read("", large),
                    Err(GitError::Rejected {
                        rule: PushRule::LargePush,
                        ..
                    })
                ),
                "{large}"
            );
        }
        let too_much = read(
            &line("[remote rejected] (unpacker error)"),
            "remote: fatal: pack exceeds maximum allowed size",
        );
        assert!(
            matches!(
                too_much,
                Err(GitError::Rejected {
                    rule: PushRule::LargePush,
                    ..
                })
            ),
            "{too_much:?}"
        );
        let secret = "remote: error: GH013: Repository rule violations found\nremote: - GITHUB PUSH PROTECTION\nremote:   —— Some Key ————\nremote:      path: a.txt:1\n";
        let reason = "push protection found a secret: Some Key in a.txt:1".to_owned();
        assert_eq!(
            read(
                &line("[remote rejected] (push declined due to repository rule violations)"),
                secret
            ),
            Err(GitError::Rejected {
                rule: PushRule::Secret,
                reason
            })
        );
        assert!(matches!(
            read(&line("[remote rejected] (cannot lock ref 'x')"), ""),
            Err(GitError::Network { .. })
        ));
        assert!(matches!(
            read(
                "",
                "error: RPC failed; curl 56\nfatal: the remote end hung up unexpectedly"
            ),
            Err(GitError::Network { .. })
        ));
        assert_eq!(
            read("", "fatal: Authentication failed for 'https://h/o/r.git/'"),
            Err(GitError::BadToken)
        );
    }
}
