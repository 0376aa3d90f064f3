//! Reads an agent's working copy while the agent is at work in it, which may swap any name for another thing at any moment.
//!
//! Every step goes from a folder that is open to a name in it and follows no link, so that nothing outside the working copy is read
//! whatever is swapped meanwhile. It must never write there, wait for anything (a FIFO), or look at more than a bounded number of
//! entries.

use std::ffi::OsStr;
use std::fs::File;
use std::io::Read;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use rustix::fs::{AtFlags, CWD, Dir, FileType, Mode, OFlags, openat, readlinkat, statat};

/// So many entries are looked at in all, …
const ENTRIES: usize = 100_000;
/// … folders within folders so deep.
const DEPTH: usize = 64;

/// What something was when it was looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Folder,
    /// A file or a link.
    File,
}

/// When something was changed: seconds, and their parts.
pub(super) type Changed = (i64, i64);

/// Something in a folder.
#[derive(Debug)]
pub(super) struct Entry {
    /// From the top of the working copy.
    pub(super) path: Vec<u8>,
    pub(super) kind: Kind,
    pub(super) changed: Changed,
}

/// A file or a link with what is in it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Content {
    /// As git writes it.
    pub(super) mode: &'static str,
    pub(super) bytes: Vec<u8>,
}

/// What a walk was.
#[derive(Debug, Default)]
pub(super) struct Walked {
    /// Nothing was left out for being too much.
    pub(super) whole: bool,
    /// Folders that could not be read.
    pub(super) shut: Vec<Vec<u8>>,
}

/// A working copy.
pub(super) struct WorkingFiles {
    top: OwnedFd,
    /// So many entries may still be looked at.
    left: AtomicUsize,
}

impl WorkingFiles {
    /// Opens it, where it is a folder and no link.
    pub(super) fn open(workspace: &Path) -> std::io::Result<Self> {
        Ok(Self {
            top: openat(CWD, workspace, folder_flags(), Mode::empty())?,
            left: AtomicUsize::new(ENTRIES),
        })
    }

    /// Walks through a folder (`b""` is the top); `enter` is told of each entry and says whether a folder is walked through as well.
    pub(super) fn walk(&self, from: &[u8], mut enter: impl FnMut(Entry) -> bool) -> Walked {
        let mut walked = Walked {
            whole: true,
            ..Walked::default()
        };
        let mut folders = vec![from.to_vec()];
        while let Some(folder) = folders.pop() {
            let Ok(entries) = self.entries(&folder) else {
                walked.shut.push(folder);
                continue;
            };
            if self.left.load(Ordering::Relaxed) == 0 {
                walked.whole = false;
                return walked;
            }
            let deep = folder.split(|byte| *byte == b'/').count() >= DEPTH;
            for entry in entries {
                let path = (entry.kind == Kind::Folder).then(|| entry.path.clone());
                if !enter(entry) {
                    continue;
                }
                match path.filter(|_| !deep) {
                    Some(path) => folders.push(path),
                    None => walked.whole &= !deep,
                }
            }
        }
        walked
    }

    /// What is in a file, or where a link leads; `None` where it is something else, is gone, or has more than `most` bytes.
    pub(super) fn read(&self, path: &[u8], most: usize) -> Option<Content> {
        let (folder, name) = parted(path);
        let folder = self.folder(folder).ok()?;
        let name = OsStr::from_bytes(name);
        let stat = statat(&folder, name, AtFlags::SYMLINK_NOFOLLOW).ok()?;
        if FileType::from_raw_mode(stat.st_mode) == FileType::Symlink {
            let target = readlinkat(&folder, name, Vec::new()).ok()?;
            return Some(Content {
                mode: "120000",
                bytes: target.into_bytes(),
            });
        }
        // Without waiting: a FIFO opens at once and is found out below.
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let file = File::from(openat(&folder, name, flags, Mode::empty()).ok()?);
        let meta = file.metadata().ok().filter(std::fs::Metadata::is_file)?;
        let mut bytes = Vec::new();
        let one_more = u64::try_from(most).unwrap_or(u64::MAX).saturating_add(1);
        file.take(one_more).read_to_end(&mut bytes).ok()?;
        let mode = match meta.mode() & 0o100 {
            0 => "100644",
            _ => "100755",
        };
        (bytes.len() <= most).then_some(Content { mode, bytes })
    }

    fn folder(&self, path: &[u8]) -> std::io::Result<OwnedFd> {
        let mut folder = self.top.try_clone()?;
        for name in path.split(|byte| *byte == b'/') {
            if !name.is_empty() {
                folder = openat(
                    &folder,
                    OsStr::from_bytes(name),
                    folder_flags(),
                    Mode::empty(),
                )?;
            }
        }
        Ok(folder)
    }

    fn entries(&self, folder: &[u8]) -> std::io::Result<Vec<Entry>> {
        let opened = self.folder(folder)?;
        let mut entries = Vec::new();
        for entry in Dir::read_from(&opened)? {
            let entry = entry?;
            let name = entry.file_name();
            if matches!(name.to_bytes(), b"." | b"..") {
                continue;
            }
            let fewer = |left: usize| left.checked_sub(1);
            let order = (Ordering::Relaxed, Ordering::Relaxed);
            if self.left.fetch_update(order.0, order.1, fewer).is_err() {
                break;
            }
            let Ok(stat) = statat(&opened, name, AtFlags::SYMLINK_NOFOLLOW) else {
                continue;
            };
            let kind = match FileType::from_raw_mode(stat.st_mode) {
                FileType::Directory => Kind::Folder,
                FileType::RegularFile | FileType::Symlink => Kind::File,
                _ => continue,
            };
            entries.push(Entry {
                path: below(folder, name.to_bytes()),
                kind,
                changed: changed(&stat),
            });
        }
        Ok(entries)
    }
}

fn folder_flags() -> OFlags {
    OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC
}

#[expect(
    clippy::useless_conversion,
    reason = "other systems have other numbers"
)]
fn changed(stat: &rustix::fs::Stat) -> Changed {
    let seconds = i64::try_from(stat.st_mtime).unwrap_or(i64::MAX);
    let parts = i64::try_from(stat.st_mtime_nsec).unwrap_or(0);
    (seconds, parts)
}

/// The folder and the name in it.
pub(super) fn parted(path: &[u8]) -> (&[u8], &[u8]) {
    match path.iter().rposition(|byte| *byte == b'/') {
        Some(end) => (&path[..end], &path[end + 1..]),
        None => (b"", path),
    }
}

fn below(folder: &[u8], name: &[u8]) -> Vec<u8> {
    match folder.is_empty() {
        true => name.to_vec(),
        false => [folder, b"/", name].concat(),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn links_lead_nowhere_and_special_files_are_passed_over() {
        let (folder, elsewhere) = (tempfile::tempdir(), tempfile::tempdir());
        let (folder, elsewhere) = (folder.expect("a folder"), elsewhere.expect("a folder"));
        std::fs::create_dir_all(folder.path().join("a/b")).expect("made");
        std::fs::write(folder.path().join("a/b/c"), "here").expect("written");
        std::fs::write(elsewhere.path().join("secret"), "not yours").expect("written");
        symlink(elsewhere.path(), folder.path().join("out")).expect("linked");
        symlink(elsewhere.path().join("secret"), folder.path().join("link")).expect("linked");
        let fifo = folder.path().join("pipe");
        let made = std::process::Command::new("mkfifo").arg(&fifo).status();
        assert!(made.expect("mkfifo runs").success());
        let files = WorkingFiles::open(folder.path()).expect("a folder");
        let mut seen = Vec::new();
        let walked = files.walk(b"", |entry| {
            seen.push(String::from_utf8(entry.path).expect("text"));
            true
        });
        seen.sort();
        assert_eq!(seen, ["a", "a/b", "a/b/c", "link", "out"]);
        assert!(walked.whole && walked.shut.is_empty());
        let read = |path: &str| files.read(path.as_bytes(), 100);
        let content = read("a/b/c").expect("a file");
        assert_eq!((content.mode, &content.bytes[..]), ("100644", &b"here"[..]));
        assert_eq!(read("link").expect("a link").mode, "120000");
        for nothing in ["out/secret", "pipe", "a", "gone", "a/b/c/d"] {
            assert_eq!(read(nothing), None, "{nothing}");
        }
        assert_eq!(files.read(b"a/b/c", 3), None, "it is larger");
        assert!(WorkingFiles::open(&folder.path().join("out")).is_err());
    }
}
