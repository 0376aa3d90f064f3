//! Where a session's objects wait until they are judged: a folder of objects beside the mirror's own, which git sees on
//! top of them.
//!
//! What is refused leaves with the folder; what is good is moved into the mirror file by file (objects never change, so a
//! half-done move is harmless and is simply done again). It must never be used after the judgement failed.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use super::disk::on_disk;
use super::error::GitError;
use super::lfs;
use super::process::Call;
use crate::core::ids::{SessionId, Sha};

/// Private memory of a process that reads what an agent made.
const MEMORY: u64 = 512 << 20;

/// Where the objects of one session wait. [`Quarantine::discard`] ends it; one that is dropped instead (a collection
/// that was given up) is removed in the background.
#[derive(Debug)]
pub(super) struct Quarantine {
    mirror: PathBuf,
    objects: PathBuf,
}

impl Quarantine {
    /// Makes it, empty. Each has a folder of its own: a look at a session that was given up may still be at it when the next
    /// begins. What a kill leaves of one goes with the next start.
    pub(super) async fn open(mirror: &Path, session: &SessionId) -> Result<Self, GitError> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let objects = mirror
            .join("objects")
            .join(format!("incoming-{session}-{number}"));
        let quarantine = Self {
            mirror: mirror.to_owned(),
            objects,
        };
        quarantine.clear().await?;
        Ok(quarantine)
    }

    /// Makes it empty again.
    pub(super) async fn clear(&self) -> Result<(), GitError> {
        let (objects, mirror) = (self.objects.clone(), self.mirror.join("objects"));
        on_disk("make the quarantine", move || {
            remove(&objects);
            std::fs::create_dir_all(objects.join("info"))?;
            std::fs::create_dir_all(objects.join("pack"))?;
            let alternates = format!("{}\n", mirror.display());
            std::fs::write(objects.join("info/alternates"), alternates)
        })
        .await
    }

    /// A call that sees the mirror and what waits here, writes only here, and is bounded.
    pub(super) fn call(&self, verb: &'static str) -> Call {
        Call::new(verb)
            .repository(&self.mirror)
            .env("GIT_OBJECT_DIRECTORY", &self.objects)
            .memory(MEMORY)
    }

    /// A call that sees the mirror alone, without what waits here.
    pub(super) fn mirrors_own(&self, verb: &'static str) -> Call {
        Call::new(verb).repository(&self.mirror)
    }

    /// Writes a list of objects here and answers its path as git's processes see it from the data folder: one that cannot hold
    /// the signs by which git parts its settings.
    pub(super) async fn list(&self, name: &str, objects: &[Sha]) -> Result<String, GitError> {
        let text: String = objects.iter().map(|sha| format!("{sha}\n")).collect();
        let file = self.objects.join(name);
        on_disk("write a list", move || std::fs::write(file, text)).await?;
        let parts: Vec<_> = self
            .objects
            .components()
            .rev()
            .take(4)
            .map(|part| part.as_os_str().to_string_lossy())
            .collect();
        Ok(parts
            .into_iter()
            .rev()
            .chain([name.into()])
            .collect::<Vec<_>>()
            .join("/"))
    }

    /// The index of this collection.
    pub(super) fn index(&self) -> PathBuf {
        self.objects.join("index")
    }

    /// An index of what is tracked around new files.
    pub(super) fn index_around(&self) -> PathBuf {
        self.objects.join("index-around")
    }

    /// A folder for whatever else a collection needs; it goes with the quarantine.
    pub(super) async fn folder(&self, name: &str) -> Result<PathBuf, GitError> {
        let folder = self.objects.join(name);
        on_disk("make the quarantine", move || {
            std::fs::create_dir_all(&folder)?;
            Ok(folder)
        })
        .await
    }

    /// Moves everything into the mirror.
    pub(super) async fn admit(&self) -> Result<(), GitError> {
        let (objects, mirror) = (self.objects.clone(), self.mirror.clone());
        on_disk("take objects into the mirror", move || {
            move_objects(&objects, &mirror)
        })
        .await
    }

    /// Removes it with all that was not admitted; nothing of it is left when this returns.
    pub(super) async fn discard(mut self) -> Result<(), GitError> {
        let objects = std::mem::take(&mut self.objects);
        on_disk("remove the quarantine", move || {
            remove(&objects);
            Ok(())
        })
        .await
    }
}

impl Drop for Quarantine {
    fn drop(&mut self) {
        let objects = std::mem::take(&mut self.objects);
        if objects.as_os_str().is_empty() {
            return;
        }
        // Without a runtime the program is ending; what stays then goes with the next start.
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn_blocking(move || remove(&objects));
        }
    }
}

fn remove(objects: &Path) {
    match std::fs::remove_dir_all(objects) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            tracing::warn!(path = %objects.display(), %error, "cannot remove the quarantine");
        }
        _ => {}
    }
}

fn move_objects(objects: &Path, mirror: &Path) -> std::io::Result<()> {
    let target = mirror.join("objects");
    // What the pointers of Git LFS stand for goes first: a pointer without its content is worth nothing.
    lfs::move_content(&objects.join(lfs::WAITING), mirror)?;
    for entry in std::fs::read_dir(objects)? {
        let entry = entry?;
        let name = entry.file_name();
        let loose = name.len() == 2
            && name
                .to_string_lossy()
                .bytes()
                .all(|b| b.is_ascii_hexdigit());
        if loose || name == "pack" {
            move_files(&entry.path(), &target.join(&name))?;
        }
    }
    Ok(())
}

/// A pack counts from the moment its index is there, so indexes go last.
fn move_files(from: &Path, to: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(to)?;
    let names = std::fs::read_dir(from)?.map(|entry| entry.map(|entry| entry.file_name()));
    let mut names = names.collect::<std::io::Result<Vec<_>>>()?;
    names.retain(|name| !name.to_string_lossy().starts_with("tmp_"));
    names.sort_by_key(|name| name.to_string_lossy().ends_with(".idx"));
    for name in names {
        std::fs::rename(from.join(&name), to.join(&name))?;
    }
    Ok(())
}
