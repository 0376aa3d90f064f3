//! Files that a session hands in as evidence, taken from its tool: read without following a link, typed by content, bounded, looked through for
//! secrets, and durable before the agent hears a word.
//!
//! It must never read anything outside the session's own working copy and home, whatever its agent does to them meanwhile.

use std::fs::File;
use std::io::Read;
use std::path::{Component, Path, PathBuf};

use rustix::fs::{CWD, Mode, OFlags, openat};
use tokio::sync::Mutex;

use super::agent_facts::AgentFacts;
use crate::core::attachment::Media;
use crate::core::event::Event;
use crate::core::evidence_file::{
    self, CAPTION, EXCERPT, EvidenceFile, EvidenceNews, FILE_BYTES, Taken,
};
use crate::core::ids::{RepositoryId, SessionId};
use crate::core::sanitise::HeldSecrets;
use crate::core::text::{evidence_file as says, tools};
use crate::git::Git;

/// Takes what a session hands in.
pub(super) struct HandingIn {
    pub(super) session: SessionId,
    pub(super) repository: RepositoryId,
    pub(super) git: Git,
    pub(super) redactor: HeldSecrets,
    /// The session's own folders; a relative path is one of the first.
    pub(super) folders: Vec<PathBuf>,
    /// Whether the session makes anything of which it could be evidence.
    pub(super) is_on: bool,
    /// What was taken before; one file is taken at a time.
    pub(super) taken: Mutex<Taken>,
}

/// A file that was read.
pub(super) struct ReadFile {
    name: String,
    bytes: Vec<u8>,
}

impl ReadFile {
    /// What of it could be a secret: all of it, whatever it is.
    pub(super) fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }
}

impl HandingIn {
    /// Reads the file, if it is one of the session's own.
    pub(super) async fn read(&self, path: &str) -> Result<ReadFile, String> {
        if !self.is_on {
            return Err(tools::NO_SUCH_TOOL.to_owned());
        }
        let (wanted, folders) = (PathBuf::from(path), self.folders.clone());
        let read = tokio::task::spawn_blocking(move || within(&folders, &wanted));
        let bytes = read.await.ok().flatten();
        let bytes = bytes.ok_or_else(|| says::not_there(path))?;
        let name = Path::new(path).file_name().unwrap_or_default();
        Ok(ReadFile {
            name: name.to_string_lossy().into_owned(),
            bytes,
        })
    }

    /// Takes it; answers what the agent is told, or what is wrong.
    pub(super) async fn take(
        &self,
        file: ReadFile,
        caption: &str,
        facts: &AgentFacts,
    ) -> Result<String, String> {
        let mut taken = self.taken.lock().await;
        let media = evidence_file::judge(&file.name, &file.bytes, *taken);
        let media = media.map_err(says::refused)?;
        let excerpt = match media {
            Media::Text => {
                let text = file.text();
                if !self.redactor.find(&text).is_empty() {
                    return Err(says::SECRET.to_owned());
                }
                (text.chars().count() <= EXCERPT).then_some(text)
            }
            _ => None,
        };
        let not_kept = |error: &dyn std::fmt::Display| {
            tracing::warn!(session = %self.session, %error, "evidence could not be kept");
            says::NOT_KEPT.to_owned()
        };
        let kept = evidence_file::kept(media, file.bytes).map_err(says::refused)?;
        let bytes = kept.len() as u64;
        let blob = self.git.keep_file(self.repository, kept).await;
        let blob = blob.map_err(|error| not_kept(&error))?;
        let caption: String = caption.trim().chars().take(CAPTION).collect();
        let told = says::taken(&file.name);
        let event = Event::Evidence(Box::new(EvidenceNews::HandedIn(EvidenceFile {
            session: self.session.clone(),
            name: file.name,
            blob,
            media,
            bytes,
            caption: self.redactor.redact(&caption),
            excerpt,
        })));
        let stated = facts.state(event, "handed_in").await;
        stated.map_err(|error| not_kept(&error))?;
        taken.files += 1;
        taken.bytes += bytes;
        Ok(told)
    }
}

/// The content of a regular file below one of these folders, up to one byte more than may be taken.
fn within(folders: &[PathBuf], wanted: &Path) -> Option<Vec<u8>> {
    let (folder, below) = match wanted.is_absolute() {
        true => folders
            .iter()
            .find_map(|folder| Some((folder, wanted.strip_prefix(folder).ok()?)))?,
        false => (folders.first()?, wanted),
    };
    let parts: Vec<&std::ffi::OsStr> = below
        .components()
        .filter(|part| *part != Component::CurDir)
        .map(|part| match part {
            Component::Normal(name) => Some(name),
            _ => None,
        })
        .collect::<Option<_>>()?;
    let (name, above) = parts.split_last()?;
    // Step by step, so that no link on the way is followed, and none that is put there meanwhile.
    let step = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let mut at = openat(CWD, folder, step, Mode::empty()).ok()?;
    for part in above {
        at = openat(&at, *part, step, Mode::empty()).ok()?;
    }
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let file = File::from(openat(&at, *name, flags, Mode::empty()).ok()?);
    let mut bytes = Vec::new();
    let is_file = file.metadata().is_ok_and(|meta| meta.is_file());
    let read = is_file.then(|| {
        file.take(FILE_BYTES as u64 + 1)
            .read_to_end(&mut bytes)
            .is_ok()
    });
    read.unwrap_or(false).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn only_regular_files_of_the_sessions_own_folders_are_read() {
        let whole = tempfile::tempdir().expect("a folder");
        let root = whole.path().canonicalize().expect("a path");
        let (work, home) = (root.join("work"), root.join("home"));
        for folder in [&work, &home, &work.join("sub")] {
            std::fs::create_dir(folder).expect("made");
        }
        std::fs::write(root.join("secret"), "secret").expect("written");
        std::fs::write(work.join("sub/a.txt"), "a").expect("written");
        std::fs::write(home.join("b.txt"), "b").expect("written");
        symlink(root.join("secret"), work.join("link")).expect("linked");
        symlink(&root, work.join("up")).expect("linked");
        let folders = vec![work.clone(), home.clone()];
        let read = |path: &Path| within(&folders, path);
        assert_eq!(read(Path::new("./sub/a.txt")), Some(b"a".to_vec()));
        assert_eq!(read(&home.join("b.txt")), Some(b"b".to_vec()));
        for wrong in [
            Path::new("link"),
            Path::new("up/secret"),
            Path::new("../secret"),
            Path::new("sub/../../secret"),
            &root.join("secret"),
            Path::new("sub"),
            Path::new(""),
            Path::new("/dev/zero"),
            Path::new("none"),
        ] {
            assert_eq!(read(wrong), None, "{}", wrong.display());
        }
        let large = vec![b'x'; FILE_BYTES + 10];
        std::fs::write(work.join("large"), large).expect("written");
        let read = read(Path::new("large")).expect("its beginning");
        assert_eq!(read.len(), FILE_BYTES + 1);
    }
}
