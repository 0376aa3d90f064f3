//! A session's private working copy: made, bundled from, removed.
//!
//! The copy has a `.git` of its own that borrows the mirror's objects, so that an agent can commit, look at the history
//! and break everything without touching anybody else. It must never name a remote that has an address, hold a hook or a credential, and the
//! service never runs git on it once an agent has been there.

use std::io::Write;
use std::path::{Path, PathBuf};

use super::Git;
use super::disk::{copy_keeping_time, on_disk, remove_tree};
use super::error::GitError;
use super::identity::Identity;
use super::ignore_list::exclude_file;
use super::partial;
use super::process::{Call, Overflow};
use super::refs::read_ref;
use crate::core::ids::{AgentBranch, RepositoryId, SessionId, Sha};

/// The working copy to make.
#[derive(Debug, Clone)]
pub struct WorkspaceSpec {
    /// The repository; its mirror must hold `base`.
    pub repository: RepositoryId,
    /// The session it is for.
    pub session: SessionId,
    /// The commit it starts from.
    pub base: Sha,
    /// The commit whose files steer agents, wherever it starts from.
    pub steered_by: Sha,
    /// The local branch that is checked out.
    pub branch: AgentBranch,
    /// Where it is made: an absolute path whose parent the agent must not be able to write before it starts.
    pub path: PathBuf,
    /// Who the agent's own commits are by.
    pub author: Identity,
    /// What the agent's git ignores besides the repository's own rules: patterns of gitignore(5).
    pub ignore: Vec<String>,
}

impl Git {
    /// Makes the working copy, of the repository's standby where there is one. It appears under its name only when complete; one
    /// that is there is kept as it is.
    pub async fn create_workspace(&self, spec: &WorkspaceSpec) -> Result<(), GitError> {
        if tokio::fs::symlink_metadata(&spec.path).await.is_ok() {
            return Ok(());
        }
        let making = provisional(&spec.path);
        self.discard(&making).await?;
        if !self
            .claim_standby(spec.repository, &spec.base, &making)
            .await?
        {
            self.lay_out(spec.repository, &spec.base, &making).await?;
        }
        self.steer(spec, &making).await?;
        let (index, spec) = (self.index_path(&spec.session), spec.clone());
        on_disk("make the working copy", move || {
            write_sessions_own(&making.join(".git"), &spec)?;
            copy_keeping_time(&making.join(".git/index"), &index)?;
            std::fs::rename(&making, &spec.path)
        })
        .await
    }

    /// Lays a commit out in a folder that is not there yet, with a `.git` of its own.
    pub(super) async fn lay_out(
        &self,
        repository: RepositoryId,
        at: &Sha,
        making: &Path,
    ) -> Result<(), GitError> {
        let objects = self.mirror_path(repository).join("objects");
        on_disk("make the working copy", {
            let (git, at, lfs) = (making.join(".git"), at.clone(), self.inner.lfs);
            let partial = self.is_partial(repository);
            move || {
                write_skeleton(&git, &objects, &at)?;
                if partial {
                    partial::mark(&git)?;
                }
                if lfs {
                    append(&git.join("config"), LFS_FILTER)
                } else {
                    Ok(())
                }
            }
        })
        .await?;
        let call = Call::new("read-tree")
            .args(["--reset", "-u", "--end-of-options", at.as_str()])
            .repository(&making.join(".git"))
            .env("GIT_WORK_TREE", making);
        self.inner.program.run(call).await?.bytes().map(drop)
    }

    /// What the mirror keeps of a session, if it keeps something.
    pub fn kept(&self, repository: RepositoryId, session: &SessionId) -> Option<Sha> {
        read_ref(&self.mirror_path(repository), &session_ref(session))
    }

    /// Keeps a commit of the mirror as what a session made.
    pub async fn keep(
        &self,
        repository: RepositoryId,
        session: &SessionId,
        head: &Sha,
    ) -> Result<(), GitError> {
        let name = session_ref(session);
        let call = Call::new("update-ref")
            .args(["--no-deref", &name, head.as_str()])
            .repository(&self.mirror_path(repository));
        self.inner.program.run(call).await?.bytes().map(drop)
    }

    /// Where our branch was on the host when the mirror was last brought up to date.
    pub fn branch_in_mirror(&self, repository: RepositoryId, branch: &AgentBranch) -> Option<Sha> {
        read_ref(&self.mirror_path(repository), &branch.full_ref())
    }

    /// Removes a session's working copy and its index; what was collected of it stays in the mirror, and whatever is gone
    /// already is fine.
    pub async fn remove_workspace(
        &self,
        session: &SessionId,
        workspace: &Path,
    ) -> Result<(), GitError> {
        self.discard(&provisional(workspace)).await?;
        self.discard(workspace).await?;
        remove_tree(&self.index_path(session)).await
    }

    /// Removes a session's working copy, its index and its ref in the mirror; whatever is gone already is fine.
    pub async fn remove_session(
        &self,
        repository: RepositoryId,
        session: &SessionId,
        workspace: &Path,
    ) -> Result<(), GitError> {
        self.remove_workspace(session, workspace).await?;
        let (mirror, name) = (self.mirror_path(repository), session_ref(session));
        if read_ref(&mirror, &name).is_none() {
            return Ok(());
        }
        let call = Call::new("update-ref")
            .args(["-d", &name])
            .repository(&mirror)
            .cap(1024, Overflow::Cut);
        self.inner.program.run(call).await?.bytes().map(drop)
    }

    /// The index as it was before the agent came, kept where no agent writes: it knows which files are untouched.
    pub(super) fn index_path(&self, session: &SessionId) -> PathBuf {
        self.inner.data_dir.join("indexes").join(session.as_str())
    }
}

/// Where the mirror keeps what a session made.
pub(super) fn session_ref(session: &SessionId) -> String {
    format!("refs/skep/sessions/{session}")
}

fn provisional(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".making");
    path.with_file_name(name)
}

/// With it the agent's own commits hold pointers; what they stand for is fetched for nobody (git-lfs-install(1)).
const LFS_FILTER: &str =
    "[filter \"lfs\"]\n\tclean = git-lfs clean -- %f\n\tsmudge = git-lfs smudge --skip -- %f\n";

fn append(path: &Path, text: &str) -> std::io::Result<()> {
    std::fs::OpenOptions::new()
        .append(true)
        .open(path)?
        .write_all(text.as_bytes())
}

/// What `git init` and `git clone --shared` would write for a commit, less everything that is not needed.
fn write_skeleton(git: &Path, objects: &Path, at: &Sha) -> std::io::Result<()> {
    for folder in [
        "info",
        "objects/info",
        "objects/pack",
        "refs/tags",
        "refs/heads/agent",
    ] {
        std::fs::create_dir_all(git.join(folder))?;
    }
    std::fs::write(git.join("HEAD"), format!("{at}\n"))?;
    std::fs::write(
        git.join("objects/info/alternates"),
        format!("{}\n", objects.display()),
    )?;
    let (version, format) = if at.as_str().len() == 64 {
        (1, "[extensions]\n\tobjectFormat = sha256\n")
    } else {
        (0, "")
    };
    let config = format!(
        "[core]\n\trepositoryformatversion = {version}\n\tfilemode = true\n\tbare = false\n\tlogallrefupdates = true\n{format}\
         [gc]\n\tauto = 0\n[maintenance]\n\tauto = false\n",
    );
    std::fs::write(git.join("config"), config)
}

/// What is of one session: its branch, its author, what is ignored.
fn write_sessions_own(git: &Path, spec: &WorkspaceSpec) -> std::io::Result<()> {
    std::fs::write(git.join("info/exclude"), exclude_file(&spec.ignore))?;
    std::fs::write(git.join(spec.branch.full_ref()), format!("{}\n", spec.base))?;
    std::fs::write(
        git.join("HEAD"),
        format!("ref: {}\n", spec.branch.full_ref()),
    )?;
    let author = format!(
        "[user]\n\tname = {}\n\temail = {}\n",
        quoted(spec.author.name()),
        quoted(spec.author.email()),
    );
    append(&git.join("config"), &author)
}

/// A value as git-config(1) quotes it. An [`Identity`] holds no control characters.
fn quoted(value: &str) -> String {
    format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn a_value_is_quoted_as_git_config_does() {
        assert_eq!(quoted("a\"b\\c"), "\"a\\\"b\\\\c\"");
    }
}
