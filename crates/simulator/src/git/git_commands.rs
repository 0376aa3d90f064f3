//! The git commands the simulator needs on its own repositories: make a commit, read a file, compare, merge.
//!
//! It exists because a GitHub answers questions about trees and merges. It must never see a client's configuration: the
//! user's and the machine's git config are switched off for every command.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::process::Command;

use crate::ids::Sha;

/// How long one git command may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// What a caller's environment may not tell our git.
const FOREIGN: [&str; 8] = [
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_PROTOCOL",
    "GIT_TRACE",
    "GIT_CONFIG_COUNT",
    "GIT_CONFIG_PARAMETERS",
];

/// What went wrong with a git command of ours.
#[derive(Debug, thiserror::Error)]
pub enum GitFault {
    /// It could not be started or talked to.
    #[error("git could not be run: {0}")]
    Io(std::io::Error),
    /// It took longer than a minute.
    #[error("git {0} took longer than a minute")]
    Slow(String),
    /// It said no.
    #[error("git {command} failed: {said}")]
    Failed {
        /// The subcommand.
        command: String,
        /// The first 500 characters of its complaint.
        said: String,
    },
}

/// A finished command.
#[derive(Debug)]
pub struct Finished {
    /// Exit status zero.
    pub ok: bool,
    /// Standard output.
    pub out: Vec<u8>,
    /// Standard error.
    pub err: String,
}

/// Runs git in `dir` with `input` on its standard input, whatever it answers.
pub async fn attempt(
    dir: &Path,
    args: &[&str],
    protocol: Option<&str>,
    input: &[u8],
) -> Result<Finished, GitFault> {
    let mut command = Command::new("git");
    command.args(args).current_dir(dir).kill_on_drop(true);
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("LC_ALL", "C");
    for name in FOREIGN {
        command.env_remove(name);
    }
    if let Some(protocol) = protocol {
        command.env("GIT_PROTOCOL", protocol);
    }
    let work = async {
        let mut child = command.spawn()?;
        let mut stdin = child.stdin.take();
        let feed = async {
            if let Some(pipe) = stdin.as_mut() {
                // A command that does not read all of its input closes the pipe early; its exit status tells the rest.
                let _ = pipe.write_all(input).await;
            }
            drop(stdin);
        };
        let (output, ()) = tokio::join!(child.wait_with_output(), feed);
        output
    };
    let output = tokio::time::timeout(PATIENCE, work).await;
    let output = output
        .map_err(|_| GitFault::Slow(name_of(args)))?
        .map_err(GitFault::Io)?;
    let err = String::from_utf8_lossy(&output.stderr).into_owned();
    Ok(Finished {
        ok: output.status.success(),
        out: output.stdout,
        err,
    })
}

/// Runs git and wants success.
pub async fn run(dir: &Path, args: &[&str], input: &[u8]) -> Result<Vec<u8>, GitFault> {
    wanted(args, attempt(dir, args, None, input).await?)
}

/// Runs a protocol command with the client's `Git-Protocol` and wants an answer; `receive-pack` exits non-zero when it
/// refused something, which is an answer too.
pub async fn run_protocol(
    dir: &Path,
    args: &[&str],
    protocol: Option<&str>,
    input: &[u8],
) -> Result<Vec<u8>, GitFault> {
    let finished = attempt(dir, args, protocol, input).await?;
    if finished.out.is_empty() {
        wanted(args, finished)
    } else {
        Ok(finished.out)
    }
}

fn wanted(args: &[&str], finished: Finished) -> Result<Vec<u8>, GitFault> {
    if finished.ok {
        return Ok(finished.out);
    }
    Err(GitFault::Failed {
        command: name_of(args),
        said: finished.err.chars().take(500).collect(),
    })
}

fn name_of(args: &[&str]) -> String {
    args.iter()
        .find(|arg| !arg.starts_with('-'))
        .copied()
        .unwrap_or_default()
        .to_owned()
}

/// The object a revision names, if there is one.
pub async fn resolve(dir: &Path, revision: &str) -> Result<Option<Sha>, GitFault> {
    if revision.is_empty()
        || revision.starts_with('-')
        || revision.contains("..")
        || revision.contains(':')
    {
        return Ok(None);
    }
    let wanted = format!("{revision}^{{commit}}");
    let found = attempt(
        dir,
        &[
            "rev-parse",
            "--verify",
            "--quiet",
            "--end-of-options",
            &wanted,
        ],
        None,
        &[],
    )
    .await?;
    Ok(String::from_utf8_lossy(&found.out).trim().parse().ok())
}

/// Who made a commit and when.
#[derive(Debug, Clone)]
pub struct Signature {
    /// Display name.
    pub name: String,
    /// Address.
    pub email: String,
    /// Seconds since the epoch.
    pub at: i64,
}

/// A commit to be made on a branch.
#[derive(Debug, Clone)]
pub struct CommitDraft {
    /// The branch without `refs/heads/`.
    pub branch: String,
    /// What it builds on; `None` begins a history.
    pub parent: Option<Sha>,
    /// Paths and their new contents; `None` removes the path.
    pub files: Vec<(String, Option<Vec<u8>>)>,
    /// Author and committer.
    pub author: Signature,
    /// The message.
    pub message: String,
}

/// Makes the commit and moves the branch to it.
pub async fn commit(dir: &Path, draft: &CommitDraft) -> Result<Sha, GitFault> {
    let author = &draft.author;
    let who = format!("{} <{}> {} +0000", author.name, author.email, author.at);
    let mut stream = format!(
        "commit refs/heads/{}\nauthor {who}\ncommitter {who}\n",
        draft.branch
    )
    .into_bytes();
    stream.extend(data(draft.message.as_bytes()));
    if let Some(parent) = &draft.parent {
        stream.extend(format!("from {parent}\n").into_bytes());
    }
    for (path, content) in &draft.files {
        let path = format!(
            "\"{}\"",
            path.replace('\\', "\\\\")
                .replace('"', "\\\"")
                .replace('\n', "\\n")
        );
        match content {
            Some(bytes) => {
                stream.extend(format!("M 100644 inline {path}\n").into_bytes());
                stream.extend(data(bytes));
            }
            None => stream.extend(format!("D {path}\n").into_bytes()),
        }
    }
    run(dir, &["fast-import", "--quiet", "--force"], &stream).await?;
    let reference = format!("refs/heads/{}", draft.branch);
    resolve(dir, &reference)
        .await?
        .ok_or_else(|| GitFault::Failed {
            command: "fast-import".to_owned(),
            said: format!("{reference} does not exist afterwards"),
        })
}

fn data(bytes: &[u8]) -> Vec<u8> {
    [format!("data {}\n", bytes.len()).as_bytes(), bytes, b"\n"].concat()
}

/// How a pull request is merged.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum MergeMethod {
    /// By a commit of both.
    #[default]
    Merge,
    /// By one commit on the base.
    Squash,
}

/// A merge to be made.
#[derive(Debug, Clone)]
pub struct MergeDraft<'a> {
    /// What is merged into.
    pub base: &'a Sha,
    /// What is merged.
    pub head: &'a Sha,
    /// Who does it, and when.
    pub author: &'a Signature,
    /// The message.
    pub message: &'a str,
    /// How.
    pub method: MergeMethod,
}

/// Merges, and returns the new commit, which no ref names yet; `None` when the two conflict.
pub async fn merge(dir: &Path, draft: &MergeDraft<'_>) -> Result<Option<Sha>, GitFault> {
    let MergeDraft {
        base,
        head,
        author,
        message,
        method,
    } = draft;
    let merged = attempt(
        dir,
        &["merge-tree", "--write-tree", base.as_str(), head.as_str()],
        None,
        &[],
    )
    .await?;
    if !merged.ok {
        return Ok(None);
    }
    let tree = String::from_utf8_lossy(&merged.out).trim().to_owned();
    let mut object = format!("tree {tree}\nparent {base}\n");
    if *method == MergeMethod::Merge {
        object.push_str(&format!("parent {head}\n"));
    }
    let who = format!("{} <{}> {} +0000", author.name, author.email, author.at);
    object.push_str(&format!("author {who}\ncommitter {who}\n\n{message}\n"));
    let made = run(
        dir,
        &["hash-object", "-t", "commit", "-w", "--stdin"],
        object.as_bytes(),
    )
    .await?;
    Ok(String::from_utf8_lossy(&made).trim().parse().ok())
}

/// Points a ref somewhere, or removes it.
pub async fn set_ref(dir: &Path, name: &str, to: Option<&Sha>) -> Result<(), GitFault> {
    match to {
        Some(sha) => run(dir, &["update-ref", name, sha.as_str()], &[]).await?,
        None => run(dir, &["update-ref", "-d", name], &[]).await?,
    };
    Ok(())
}

/// Stores the objects of a push without moving a ref, so that they can be looked at first.
pub async fn store_pack(dir: &Path, pack: &[u8]) -> Result<(), GitFault> {
    run(dir, &["index-pack", "--stdin", "--fix-thin"], pack).await?;
    Ok(())
}

/// The workflow files that commits reachable from `heads`, and from nothing known yet, touch.
pub async fn touched_workflows(dir: &Path, heads: &[&Sha]) -> Result<Vec<String>, GitFault> {
    let mut args = vec!["log", "--format=", "--name-only", "-m"];
    args.extend(heads.iter().map(|sha| sha.as_str()));
    args.extend(["--not", "--all", "--", ".github/workflows"]);
    let listed = run(dir, &args, &[]).await?;
    Ok(String::from_utf8_lossy(&listed)
        .lines()
        .map(str::to_owned)
        .filter(|line| !line.is_empty())
        .collect())
}

/// Copies a branch of another repository into a ref of this one.
pub async fn borrow_branch(
    dir: &Path,
    other: &Path,
    branch: &str,
    into: &str,
) -> Result<(), GitFault> {
    let refspec = format!("+refs/heads/{branch}:{into}");
    run(
        dir,
        &[
            "fetch",
            "--quiet",
            "--no-tags",
            &other.to_string_lossy(),
            &refspec,
        ],
        &[],
    )
    .await?;
    Ok(())
}
