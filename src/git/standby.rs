//! Standbys: working copies that stand ready, so that a session begins with a rename however large its repository is.
//!
//! ```text
//! nothing --keep--> standbys/7.making --> standbys/7 --claim--> sessions/7-12-1/work.making --> sessions/7-12-1/work
//!                                           |
//!                                           '--dropped: too many, too old, no room, another boot--> trash
//! ```
//!
//! Each repository has at most one. It is made when a session has begun and nothing else is to be done, claimed by a rename,
//! which one session can win, and brought to that session's commit by difference. It is a working copy as any other, less
//! what belongs to a session (branch, author, ignored files), which is written when it is claimed. No agent has ever seen it:
//! what a session has had is thrown away and must never become one.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::Git;
use super::disk::{on_disk, set_time};
use super::error::GitError;
use super::process::{Call, LISTING, Overflow, paths};
use crate::core::ids::{RepositoryId, Sha};

/// One that no session has begun with for so long goes: its repository is at rest.
const AT_REST: Duration = Duration::from_secs(7 * 24 * 3600);

/// Names the run of the machine. What was written before a power cut may be there by name and empty by content.
const BOOT: &str = "/proc/sys/kernel/random/boot_id";

impl Git {
    /// Notes that the next session of a repository should find one, at this commit. Nothing is made yet.
    pub fn want_standby(&self, repository: RepositoryId, head: &Sha) {
        // Whose contents come commit by commit, when a session needs them: one more than it needs would be fetched.
        if self.is_partial(repository) {
            return;
        }
        self.inner
            .standbys
            .wanted()
            .insert(repository, head.clone());
        self.inner.standbys.news.notify_one();
    }

    /// Returns when one is wanted.
    pub async fn standby_wanted(&self) {
        let news = self.inner.standbys.news.notified();
        if self.inner.standbys.wanted().is_empty() {
            news.await;
        }
    }

    /// Makes what is wanted, or brings what is there to the wanted commit, one after the other; then drops what is at rest, and
    /// what is more than `most`, the longest unused first.
    pub async fn keep_standbys(&self, most: usize) -> Result<(), GitError> {
        while let Some((repository, head)) = self.inner.standbys.next() {
            if most == 0 || !self.mirror_path(repository).exists() {
                continue;
            }
            if let Err(error) = self.keep_standby(repository, &head).await {
                tracing::warn!(%repository, %error, "no working copy could be made ready; the next session makes its own");
                self.drop_standby(repository).await?;
            }
            self.thin_out(most).await?;
        }
        self.thin_out(most).await
    }

    /// Drops all of them, and forgets what is wanted: the disk is short of room.
    pub async fn drop_standbys(&self) -> Result<(), GitError> {
        self.inner.standbys.wanted().clear();
        self.thin_out(0).await
    }

    /// Drops that of a repository, and makes none any more until one is wanted again.
    pub(super) async fn drop_standby(&self, repository: RepositoryId) -> Result<(), GitError> {
        self.inner.standbys.wanted().remove(&repository);
        let maker = self.inner.standbys.makers.of(repository);
        let _nobody_makes = maker.lock().await;
        let ready = self.standby_path(repository);
        self.discard(&ready.with_extension("making")).await?;
        self.discard(&ready).await
    }

    /// Throws away what a killed predecessor did not finish, and everything that was made under other circumstances: before the
    /// machine was started anew, with another path to the mirrors, or when git-lfs was (not) there.
    pub(super) async fn open_standbys(&self) -> Result<(), GitError> {
        let file = self.standbys_folder().join("made-under");
        let (lfs, data) = (self.inner.lfs, self.inner.data_dir.display().to_string());
        let (now, same) = on_disk("look for standbys", {
            let file = file.clone();
            move || {
                let boot = std::fs::read_to_string(BOOT).unwrap_or_default();
                let now = format!("boot {boot}mirrors {data}\nlfs {lfs}\n");
                let same = std::fs::read_to_string(&file).is_ok_and(|then| then == now);
                Ok((now, same && !boot.is_empty()))
            }
        })
        .await?;
        for standby in self.standbys().await? {
            if !same || standby.repository.is_none() {
                self.discard(&standby.path).await?;
            }
        }
        on_disk("look for standbys", move || std::fs::write(file, now)).await
    }

    /// Takes the standby of a repository for a session: afterwards it is at `making`, laid out at `base`. False when there is none.
    pub(super) async fn claim_standby(
        &self,
        repository: RepositoryId,
        base: &Sha,
        making: &Path,
    ) -> Result<bool, GitError> {
        let standby = self.standby_path(repository);
        if !take(&standby, making).await? {
            let heir = self.inner.standbys.heirs.of(repository);
            let Ok(_first) = heir.try_lock() else {
                return Ok(false);
            };
            // To wait for one that is being made is quicker than making a second beside it.
            let maker = self.inner.standbys.makers.of(repository);
            drop(maker.lock().await);
            if !take(&standby, making).await? {
                return Ok(false);
            }
        }
        self.bring_to(repository, making, base).await
    }

    async fn keep_standby(&self, repository: RepositoryId, head: &Sha) -> Result<(), GitError> {
        let maker = self.inner.standbys.makers.of(repository);
        let _one_at_a_time = maker.lock().await;
        let ready = self.standby_path(repository);
        if head_of(&ready).await.as_ref() == Some(head) {
            return Ok(());
        }
        let making = ready.with_extension("making");
        self.discard(&making).await?;
        let there = take(&ready, &making).await?;
        if !(there && self.bring_to(repository, &making, head).await?) {
            self.lay_out(repository, head, &making).await?;
        }
        take(&making, &ready).await?;
        tracing::debug!(%repository, %head, "a working copy stands ready");
        Ok(())
    }

    /// Brings a standby in our hands to another commit, by what differs. False, and it is gone, when that cannot be done.
    async fn bring_to(
        &self,
        repository: RepositoryId,
        making: &Path,
        to: &Sha,
    ) -> Result<bool, GitError> {
        let index = making.join(".git/index");
        on_disk("date a working copy", move || date(&index)).await?;
        let brought = match head_of(making).await {
            Some(from) if from == *to => Ok(true),
            Some(from) => self.by_difference(repository, making, [&from, to]).await,
            None => Ok(false),
        };
        if let Err(error) = &brought {
            tracing::warn!(%repository, %error, "a standby could not be brought up to date; a new working copy is made");
        }
        if matches!(brought, Ok(true)) {
            return Ok(true);
        }
        self.discard(making).await?;
        Ok(false)
    }

    /// Only files whose content differs are written, so that one commit's `.gitattributes` must hold for the other too.
    async fn by_difference(
        &self,
        repository: RepositoryId,
        making: &Path,
        [from, to]: [&Sha; 2],
    ) -> Result<bool, GitError> {
        let differing = Call::new("diff-tree")
            .args([
                "-r",
                "-z",
                "--name-only",
                "--no-renames",
                "--end-of-options",
            ])
            .args([from.as_str(), to.as_str()])
            .repository(&self.mirror_path(repository))
            .cap(LISTING, Overflow::Fail);
        let differing = self.inner.program.run(differing).await?.bytes()?;
        let is_attributes =
            |path: &[u8]| path.rsplit(|b| *b == b'/').next() == Some(b".gitattributes");
        if paths(&differing).any(is_attributes) {
            return Ok(false);
        }
        let call = Call::new("read-tree")
            .args(["-m", "-u", "--end-of-options", from.as_str(), to.as_str()])
            .repository(&making.join(".git"))
            .env("GIT_WORK_TREE", making);
        self.inner.program.run(call).await?.bytes()?;
        let (head, to) = (making.join(".git/HEAD"), format!("{to}\n"));
        on_disk("bring a working copy up to date", move || {
            std::fs::write(head, to)
        })
        .await?;
        Ok(true)
    }

    async fn thin_out(&self, most: usize) -> Result<(), GitError> {
        let mut ready = self.standbys().await?;
        ready.retain(|standby| standby.repository.is_some());
        ready.sort_by_key(|standby| std::cmp::Reverse(standby.since));
        let rested = |since: SystemTime| since.elapsed().is_ok_and(|rest| rest > AT_REST);
        for (number, standby) in ready.into_iter().enumerate() {
            if number >= most || rested(standby.since) {
                self.discard(&standby.path).await?;
            }
        }
        Ok(())
    }

    /// What is in the folder of standbys.
    async fn standbys(&self) -> Result<Vec<Standby>, GitError> {
        let folder = self.standbys_folder();
        on_disk("look for standbys", move || {
            let mut found = Vec::new();
            for entry in std::fs::read_dir(folder)? {
                let entry = entry?;
                if !entry.file_type()?.is_dir() {
                    continue;
                }
                let path = entry.path();
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                let repository = name.parse().ok().map(RepositoryId);
                let head = std::fs::metadata(path.join(".git/HEAD"));
                let since = head.and_then(|head| head.modified());
                found.push(Standby {
                    repository,
                    since: since.unwrap_or(SystemTime::UNIX_EPOCH),
                    path,
                });
            }
            Ok(found)
        })
        .await
    }

    fn standbys_folder(&self) -> PathBuf {
        self.inner.data_dir.join("standbys")
    }

    fn standby_path(&self, repository: RepositoryId) -> PathBuf {
        self.standbys_folder().join(repository.to_string())
    }
}

/// Something in the folder of standbys.
struct Standby {
    path: PathBuf,
    /// `None` for one that is not finished, and for what is none.
    repository: Option<RepositoryId>,
    /// When it was brought to where it is.
    since: SystemTime,
}

/// Dates the index of a standby to now. Git reads each file again that has changed in the second of the index or later, and
/// one that was laid out at once has all of its files from that second. Nobody has touched them since, and whoever does from
/// now on changes them in this second or later.
fn date(index: &Path) -> std::io::Result<()> {
    let seconds = |time: SystemTime| {
        time.duration_since(SystemTime::UNIX_EPOCH)
            .map(|since| since.as_secs())
    };
    let now = SystemTime::now();
    match std::fs::metadata(index).and_then(|meta| meta.modified()) {
        Ok(written) if seconds(written).ok() < seconds(now).ok() => set_time(index, now),
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        // In the same second, or one to come, nothing can be told; and one that is damaged is found out later.
        _ => Ok(()),
    }
}

/// Renames it; false when it is not there. Of several who try, one has it.
async fn take(from: &Path, to: &Path) -> Result<bool, GitError> {
    match tokio::fs::rename(from, to).await {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        Err(error) => Err(GitError::disk("take a standby", error)),
    }
}

/// The commit a standby is laid out at.
async fn head_of(standby: &Path) -> Option<Sha> {
    let head = tokio::fs::read_to_string(standby.join(".git/HEAD")).await;
    head.ok()?.trim().parse().ok()
}
