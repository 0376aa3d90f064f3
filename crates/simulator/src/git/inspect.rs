//! Questions about trees and histories: a file, a commit, what lies between two commits.
//!
//! It exists so that contents, commits, pull requests and `push` payloads say what git says. It must never change a
//! repository.

use std::path::Path;

use crate::ids::Sha;

use crate::git::git_commands::{GitFault, attempt, run};

/// What lies at a path.
#[derive(Debug)]
pub enum Entry {
    /// A file.
    File {
        /// Its blob.
        sha: String,
        /// Its bytes.
        bytes: Vec<u8>,
    },
    /// A directory, with what is directly in it.
    Directory(Vec<Listed>),
}

/// One line of a directory.
#[derive(Debug, Clone)]
pub struct Listed {
    /// `blob`, `tree` or `commit`.
    pub kind: String,
    /// The object.
    pub sha: String,
    /// Bytes, for files.
    pub size: i64,
    /// The name without the directory.
    pub name: String,
}

/// Reads a path at a revision; an empty path is the root.
pub async fn entry(dir: &Path, revision: &Sha, path: &str) -> Result<Option<Entry>, GitFault> {
    let object = format!("{revision}:{path}");
    if object.contains('\n') {
        return Ok(None);
    }
    // One process answers all: `<name> <kind> <size>` on a line, and the content below it.
    let asked = format!("{object}\n");
    let answer = run(dir, &["cat-file", "--batch"], asked.as_bytes()).await?;
    let line = answer.iter().position(|b| *b == b'\n').unwrap_or(0);
    let (facts, content) = answer.split_at(line);
    let facts = String::from_utf8_lossy(facts).into_owned();
    let [sha, kind, size] = facts.split(' ').collect::<Vec<_>>()[..] else {
        return Ok(None);
    };
    match (kind, size.parse()) {
        ("blob", Ok(size)) => Ok(Some(Entry::File {
            sha: sha.to_owned(),
            bytes: content.iter().skip(1).take(size).copied().collect(),
        })),
        ("tree", Ok(_)) => Ok(Some(Entry::Directory(directory(dir, &object).await?))),
        _ => Ok(None),
    }
}

async fn directory(dir: &Path, object: &str) -> Result<Vec<Listed>, GitFault> {
    let listed = run(dir, &["ls-tree", "-l", "-z", object], &[]).await?;
    let text = String::from_utf8_lossy(&listed).into_owned();
    Ok(text.split('\0').filter_map(parse_listed).collect())
}

fn parse_listed(line: &str) -> Option<Listed> {
    let (facts, name) = line.split_once('\t')?;
    let mut facts = facts.split_whitespace().skip(1);
    let (kind, sha, size) = (facts.next()?, facts.next()?, facts.next()?);
    let size = size.parse().unwrap_or(0);
    Some(Listed {
        kind: kind.to_owned(),
        sha: sha.to_owned(),
        size,
        name: name.to_owned(),
    })
}

/// A commit as GitHub describes it.
#[derive(Debug, Clone, Default)]
pub struct CommitInfo {
    /// Its name.
    pub sha: String,
    /// Its tree.
    pub tree: String,
    /// What it builds on.
    pub parents: Vec<String>,
    /// Author name, address, ISO 8601 date.
    pub author: [String; 3],
    /// Committer name, address, ISO 8601 date.
    pub committer: [String; 3],
    /// The whole message.
    pub message: String,
    /// New paths.
    pub added: Vec<String>,
    /// Paths that are gone.
    pub removed: Vec<String>,
    /// Changed paths.
    pub modified: Vec<String>,
}

const FORMAT: &str =
    "--format=%x01%H%x02%T%x02%P%x02%an%x02%ae%x02%aI%x02%cn%x02%ce%x02%cI%x02%B%x02";

/// One commit with the files it touched.
pub async fn commit_info(dir: &Path, revision: &Sha) -> Result<Option<CommitInfo>, GitFault> {
    Ok(history(dir, &["-1", revision.as_str()]).await?.pop())
}

/// The commits in `head` and not in `base`, oldest first, at most 100.
pub async fn commits_between(
    dir: &Path,
    base: Option<&Sha>,
    head: &Sha,
) -> Result<Vec<CommitInfo>, GitFault> {
    let exclude = base.map(|sha| format!("^{sha}"));
    let mut range = vec!["-100", head.as_str()];
    range.extend(exclude.as_deref());
    let mut commits = history(dir, &range).await?;
    commits.reverse();
    Ok(commits)
}

async fn history(dir: &Path, range: &[&str]) -> Result<Vec<CommitInfo>, GitFault> {
    let mut args = vec!["log", "--root", "--name-status", "--no-renames", FORMAT];
    args.extend_from_slice(range);
    args.push("--");
    let listed = run(dir, &args, &[]).await?;
    let text = String::from_utf8_lossy(&listed).into_owned();
    Ok(text
        .split('\u{1}')
        .skip(1)
        .filter_map(parse_commit)
        .collect())
}

fn parse_commit(text: &str) -> Option<CommitInfo> {
    let fields: Vec<&str> = text.split('\u{2}').collect();
    let [sha, tree, parents, an, ae, ad, cn, ce, cd, message, files] = fields.as_slice() else {
        return None;
    };
    let mut info = CommitInfo {
        sha: (*sha).to_owned(),
        tree: (*tree).to_owned(),
        parents: parents.split_whitespace().map(str::to_owned).collect(),
        author: [(*an).to_owned(), (*ae).to_owned(), (*ad).to_owned()],
        committer: [(*cn).to_owned(), (*ce).to_owned(), (*cd).to_owned()],
        message: message.trim_end().to_owned(),
        ..CommitInfo::default()
    };
    for (status, path) in files.lines().filter_map(|line| line.split_once('\t')) {
        match status {
            "A" => info.added.push(path.to_owned()),
            "D" => info.removed.push(path.to_owned()),
            _ => info.modified.push(path.to_owned()),
        }
    }
    Some(info)
}

/// How two commits differ, as a pull request shows it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Comparison {
    /// Commits in the head only.
    pub commits: i64,
    /// Lines that are new.
    pub additions: i64,
    /// Lines that are gone.
    pub deletions: i64,
    /// Files that differ.
    pub changed_files: i64,
    /// Whether they merge without conflict.
    pub mergeable: bool,
}

/// Compares a head with the base it would be merged into (three dots: from their common ancestor).
pub async fn compare(dir: &Path, base: &Sha, head: &Sha) -> Result<Comparison, GitFault> {
    let range = format!("{base}..{head}");
    let counted = run(dir, &["rev-list", "--count", &range], &[]).await?;
    let mut comparison = Comparison {
        commits: String::from_utf8_lossy(&counted)
            .trim()
            .parse()
            .unwrap_or(0),
        ..Comparison::default()
    };
    let since = format!("{base}...{head}");
    let differing = attempt(
        dir,
        &["diff", "--numstat", "--no-renames", &since],
        None,
        &[],
    )
    .await?;
    for line in String::from_utf8_lossy(&differing.out).lines() {
        let mut columns = line
            .split('\t')
            .map(|column| column.parse::<i64>().unwrap_or(0));
        comparison.additions += columns.next().unwrap_or(0);
        comparison.deletions += columns.next().unwrap_or(0);
        comparison.changed_files += 1;
    }
    let merged = attempt(
        dir,
        &["merge-tree", "--write-tree", base.as_str(), head.as_str()],
        None,
        &[],
    )
    .await?;
    comparison.mergeable = merged.ok;
    Ok(comparison)
}

/// The unified diff of a pull request.
pub async fn diff(dir: &Path, base: &Sha, head: &Sha) -> Result<String, GitFault> {
    let shown = run(
        dir,
        &[
            "diff",
            "--no-color",
            "--no-ext-diff",
            &format!("{base}...{head}"),
        ],
        &[],
    )
    .await?;
    Ok(String::from_utf8_lossy(&shown).into_owned())
}

/// How two commits have parted.
#[derive(Debug, Clone)]
pub struct Divergence {
    /// Their nearest common ancestor.
    pub common: String,
    /// Commits of the second only.
    pub ahead: u64,
    /// Commits of the first only.
    pub behind: u64,
    /// The commits of the second only, oldest first.
    pub commits: Vec<CommitInfo>,
}

/// How `to` stands to `from`; `None` when they have nothing in common.
pub async fn divergence(dir: &Path, from: &Sha, to: &Sha) -> Result<Option<Divergence>, GitFault> {
    let common = attempt(dir, &["merge-base", from.as_str(), to.as_str()], None, &[]).await?;
    if !common.ok {
        return Ok(None);
    }
    let range = format!("{from}...{to}");
    let counted = run(dir, &["rev-list", "--left-right", "--count", &range], &[]).await?;
    let counted = String::from_utf8_lossy(&counted).into_owned();
    let mut counts = counted
        .split_whitespace()
        .map(|count| count.parse().unwrap_or(0));
    let (behind, ahead) = (
        counts.next().unwrap_or_default(),
        counts.next().unwrap_or_default(),
    );
    let exclude = format!("^{from}");
    let mut commits = history(dir, &[to.as_str(), &exclude]).await?;
    commits.reverse();
    Ok(Some(Divergence {
        common: String::from_utf8_lossy(&common.out).trim().to_owned(),
        ahead,
        behind,
        commits,
    }))
}
