//! What a working copy differs in from the commit it began at, while its agent is at work in it: to be looked at, never to be published.
//!
//! The agent may change anything at any moment, so git never looks into its folders: our own code reads the files
//! (`working_files`), and git gets what was read, as objects that are thrown away afterwards. So nothing of the repository is run,
//! no filter and no configuration of it holds, and neither the agent's index nor the mirror is written to. Bounded in files, in
//! bytes and in time; what is beyond that is counted.

use std::collections::{BTreeMap, HashSet};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::Git;
use super::base_tree::BaseTree;
use super::collection::sha;
use super::differing::{Before, Found, NAMES, above, compare, copy_rules, inside, laid_out};
use super::disk::on_disk;
use super::error::GitError;
use super::ignore_list::exclude_file;
use super::process::{Call, Input, LISTING, Overflow, paths};
use super::quarantine::Quarantine;
use super::working_files::{Kind, WorkingFiles};
use crate::core::ids::{RepositoryId, SessionId, Sha};

/// So many files are read, …
const FILES: usize = 200;
/// … of so many bytes each, …
const FILE: usize = 512 << 10;
/// … and so many in all.
const BYTES: usize = 4 << 20;
/// The most bytes of the patch.
const PATCH: usize = 512 << 10;
/// How long one call of git may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// What to look at.
#[derive(Debug, Clone)]
pub struct UnfinishedSpec {
    /// The session.
    pub session: SessionId,
    /// Its repository.
    pub repository: RepositoryId,
    /// The commit its working copy was laid out from.
    pub base: Sha,
    /// The working copy.
    pub workspace: PathBuf,
    /// What is a leaving of tools: patterns of gitignore(5).
    pub ignore: Vec<String>,
}

/// What there is so far.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Unfinished {
    /// As a patch.
    pub patch: Vec<u8>,
    /// The patch is longer than this.
    pub cut: bool,
    /// So many files differ, or may, and are not in it.
    pub more: usize,
}

/// One look.
struct Looking<'a> {
    git: &'a Git,
    spec: &'a UnfinishedSpec,
    quarantine: Quarantine,
    files: Arc<WorkingFiles>,
}

impl Git {
    /// What a working copy differs in from its base at this moment. Errors: the disk, git's own words, [`GitError::Timeout`].
    pub async fn unfinished(&self, spec: &UnfinishedSpec) -> Result<Unfinished, GitError> {
        let workspace = spec.workspace.clone();
        let files = on_disk("look at a working copy", move || {
            WorkingFiles::open(&workspace)
        });
        let mirror = self.mirror_path(spec.repository);
        let looking = Looking {
            git: self,
            spec,
            files: Arc::new(files.await?),
            quarantine: Quarantine::open(&mirror, &spec.session).await?,
        };
        let found = looking.look().await;
        looking.quarantine.discard().await?;
        found
    }
}

impl Looking<'_> {
    async fn look(&self) -> Result<Unfinished, GitError> {
        let mut found = self.walk().await?;
        let ignore = exclude_file(&self.spec.ignore);
        let list = self.ignore_list();
        on_disk("write the ignore list", move || {
            std::fs::write(list, ignore)
        })
        .await?;
        for path in self.new_files(&mut found).await? {
            found.files.insert(path, None);
        }
        self.patch(found).await
    }

    async fn run(&self, call: Call) -> Result<Vec<u8>, GitError> {
        let call = call.timeout(PATIENCE);
        self.git.inner.program.run(call).await?.bytes()
    }

    /// What differs by its time or is new, where the base has folders.
    async fn walk(&self) -> Result<Found, GitError> {
        let call = self.quarantine.call("ls-tree");
        let call = call.args(["-r", "-z", "--full-tree", "--end-of-options"]);
        let call = call.arg(self.spec.base.as_str());
        let listing = self.run(call.cap(LISTING, Overflow::Fail)).await?;
        let (files, workspace) = (self.files.clone(), self.spec.workspace.clone());
        let index = self.git.index_path(&self.spec.session);
        on_disk("look at a working copy", move || {
            let since = laid_out(&index, &workspace);
            Ok(compare(&files, &BaseTree::read(&listing), since))
        })
        .await
    }

    /// The new files that the repository does not ignore, those in new folders as well.
    async fn new_files(&self, found: &mut Found) -> Result<Vec<Vec<u8>>, GitError> {
        let mut new = std::mem::take(&mut found.new);
        found.more += new.len().saturating_sub(NAMES);
        new.truncate(NAMES);
        let ignored = self.ignored(&new).await?;
        new.retain(|(path, _)| !ignored.contains(path));
        let (folders, files): (Vec<_>, Vec<_>) =
            new.into_iter().partition(|(_, kind)| *kind == Kind::Folder);
        let own = self.files.clone();
        let (mut inside, more) = on_disk("look at a working copy", move || {
            Ok(inside(&own, folders.into_iter().map(|(path, _)| path)))
        })
        .await?;
        found.more += more;
        let ignored = self.ignored(&inside).await?;
        inside.retain(|(path, _)| !ignored.contains(path));
        let all = files.into_iter().chain(inside);
        Ok(all.map(|(path, _)| path).collect())
    }

    fn ignore_list(&self) -> PathBuf {
        self.quarantine.index().with_extension("ignore")
    }

    /// Which of these are ignored, by the rules that stand in the working copy now. Git sees copies of the rules and nothing else.
    async fn ignored(&self, names: &[(Vec<u8>, Kind)]) -> Result<HashSet<Vec<u8>>, GitError> {
        if names.is_empty() {
            return Ok(HashSet::new());
        }
        let (top, own) = (self.quarantine.folder("rules").await?, self.files.clone());
        let folders: HashSet<Vec<u8>> = names.iter().flat_map(|(path, _)| above(path)).collect();
        let copied = top.clone();
        on_disk("copy the rules", move || {
            copy_rules(&own, &folders, &copied);
            Ok(())
        })
        .await?;
        let asked = |(path, kind): &(Vec<u8>, Kind)| match kind {
            Kind::Folder => [b"./", &path[..], b"/\0"].concat(),
            Kind::File => [b"./", &path[..], b"\0"].concat(),
        };
        let call = self.quarantine.call("check-ignore");
        let call = call.args(["-z", "--no-index", "--stdin"]);
        let call = call
            .env("GIT_WORK_TREE", top)
            // It takes paths in no other way; behind `./` a name with a colon is one as well.
            .env("GIT_LITERAL_PATHSPECS", "0")
            .config("core.bare=false")
            .config(format!(
                "core.excludesFile={}",
                self.ignore_list().display()
            ))
            .input(Input::Bytes(names.iter().flat_map(asked).collect()))
            .cap(LISTING, Overflow::Fail)
            .timeout(PATIENCE);
        let outcome = self.git.inner.program.run(call).await?;
        // It fails where none is ignored as well.
        if !outcome.success && outcome.stderr.contains("fatal") {
            return Err(outcome.failed());
        }
        let named = |path: &[u8]| {
            let path = path.strip_prefix(b"./").unwrap_or(path);
            path.strip_suffix(b"/").unwrap_or(path).to_vec()
        };
        Ok(paths(&outcome.stdout).map(named).collect())
    }

    /// Compares what was read with what was there, as two trees of these files alone.
    async fn patch(&self, mut found: Found) -> Result<Unfinished, GitError> {
        let held = self.quarantine.folder("held").await?;
        let (own, files) = (self.files.clone(), std::mem::take(&mut found.files));
        let read = on_disk("look at a working copy", move || {
            hold(&own, files, &held).map(|(read, more)| (read, more, held))
        });
        let (read, more, held) = read.await?;
        let objects = self.objects(&held, read.len()).await?;
        let (mut old, mut new) = (Vec::new(), Vec::new());
        for (file, object) in read.iter().zip(&objects) {
            let same = |before: &Before| before.mode == file.mode && before.object == *object;
            if file.before.as_ref().is_some_and(same) {
                continue;
            }
            new.extend(line(file.mode, object, &file.path));
            if let Some(before) = &file.before {
                old.extend(line(&before.mode, &before.object, &file.path));
            }
        }
        let gone = found.gone.iter();
        let gone = gone.filter(|(path, before)| is_storable(path, &before.mode));
        for (path, before) in gone.take(FILES) {
            old.extend(line(&before.mode, &before.object, path));
        }
        let more = found.more + more + found.gone.len().saturating_sub(FILES);
        if old.is_empty() && new.is_empty() {
            return Ok(Unfinished {
                more,
                ..Unfinished::default()
            });
        }
        let (old, new) = (self.tree("old", old).await?, self.tree("new", new).await?);
        let patch = self.difference(&old, &new).await?;
        Ok(Unfinished {
            cut: patch.len() >= PATCH,
            patch,
            more,
        })
    }

    /// What was read, as objects, in order.
    async fn objects(&self, held: &Path, count: usize) -> Result<Vec<String>, GitError> {
        if count == 0 {
            return Ok(Vec::new());
        }
        let named = (0..count).map(|number| held.join(number.to_string()));
        let named = named.flat_map(|path| [path.as_os_str().as_bytes(), b"\n"].concat());
        let call = self.quarantine.call("hash-object");
        let call = call.args(["-w", "--no-filters", "--stdin-paths"]);
        let objects = self.run(call.input(Input::Bytes(named.collect()))).await?;
        let objects = String::from_utf8_lossy(&objects);
        Ok(objects.lines().map(str::to_owned).collect())
    }

    async fn difference(&self, old: &Sha, new: &Sha) -> Result<Vec<u8>, GitError> {
        let call = self.quarantine.call("diff-tree").args([
            "-r",
            "-p",
            "--no-ext-diff",
            "--no-textconv",
            "--no-color",
        ]);
        let call = call
            .config("core.quotePath=false")
            .args(["--end-of-options", old.as_str(), new.as_str()])
            .cap(PATCH, Overflow::Cut);
        self.run(call).await
    }

    async fn tree(&self, name: &'static str, lines: Vec<u8>) -> Result<Sha, GitError> {
        let index = self.quarantine.index().with_extension(name);
        let own = |call: Call| call.env("GIT_INDEX_FILE", &index);
        let update = own(self.quarantine.call("update-index"));
        // This index is never laid out anywhere: names that other systems read as something else do no harm in it.
        let update = update
            .args(["--add", "--replace", "-z", "--index-info"])
            .config("core.protectHFS=false")
            .config("core.protectNTFS=false");
        if !lines.is_empty() {
            self.run(update.input(Input::Bytes(lines))).await?;
        }
        let write = own(self.quarantine.call("write-tree")).arg("--missing-ok");
        sha("write-tree", &self.run(write).await?)
    }
}

/// A file that was read.
struct Read {
    path: Vec<u8>,
    mode: &'static str,
    before: Option<Before>,
}

/// Reads files into a folder of ours, each by its number; and how many more there are.
fn hold(
    own: &WorkingFiles,
    files: BTreeMap<Vec<u8>, Option<Before>>,
    to: &Path,
) -> std::io::Result<(Vec<Read>, usize)> {
    let (mut read, mut more, mut left) = (Vec::new(), 0, BYTES);
    for (path, before) in files {
        let content = match read.len() < FILES {
            true => own.read(&path, FILE.min(left)),
            false => None,
        };
        let content = content.filter(|content| is_storable(&path, content.mode));
        let Some(content) = content else {
            more += 1;
            continue;
        };
        left -= content.bytes.len();
        std::fs::write(to.join(read.len().to_string()), content.bytes)?;
        read.push(Read {
            path,
            mode: content.mode,
            before,
        });
    }
    Ok((read, more))
}

/// What git takes into an index as it is asked here: what it refuses would fail all the others with it.
fn is_storable(path: &[u8], mode: &str) -> bool {
    let odd = |name: &[u8]| {
        let is = |other: &[u8]| name.eq_ignore_ascii_case(other);
        is(b".git") || mode == "120000" && is(b".gitmodules")
    };
    !path.split(|byte| *byte == b'/').any(odd)
}

/// A line of `update-index --index-info`.
fn line(mode: &str, object: &str, path: &[u8]) -> Vec<u8> {
    let mut line = format!("{mode} {object}\t").into_bytes();
    line.extend(path);
    line.push(0);
    line
}
