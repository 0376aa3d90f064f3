//! Refs of a mirror, read from the files git keeps them in: a file of its own each, or a line of `packed-refs`.
//!
//! The pipeline asks for single refs all the time, so that no question here may cost more where a mirror has thousands of
//! branches: the packed ones are sorted, and looked up by halving. It must never change what a ref stands for.
//! (<https://git-scm.com/docs/gitrepository-layout>, `packed-refs`)

use std::fs::File;
use std::io::{ErrorKind, Result};
use std::os::unix::fs::FileExt;
use std::path::Path;

use super::Git;
use super::disk::on_disk;
use super::error::GitError;
use super::process::Call;
use crate::core::ids::Sha;

/// With so many refs in files of their own, they are packed.
const LOOSE: usize = 100;

/// How the first line of a file says that its refs are in the order of their bytes; git has written that since 2.16.
const SORTED: &str = " sorted ";

/// Bytes that are read at once; a line has at most 64 digits and the name of a ref.
const CHUNK: usize = 4096;

impl Git {
    /// Packs a mirror's refs once many have files of their own, as after a first fetch: git opens each of those whenever it
    /// fetches.
    pub(super) async fn pack_refs(&self, mirror: &Path) -> std::result::Result<(), GitError> {
        let folder = mirror.join("refs");
        if !on_disk("count refs", move || Ok(holds_files(&folder, LOOSE))).await? {
            return Ok(());
        }
        let call = Call::new("pack-refs").arg("--all").repository(mirror);
        let outcome = self.inner.program.run(call).await?;
        if !outcome.success {
            // Somebody has a lock: the next fetch packs them.
            tracing::info!(mirror = %mirror.display(), error = %outcome.failed(), "refs were not packed");
        }
        Ok(())
    }
}

/// Where a ref is. The name must be a checked one.
pub(super) fn read_ref(mirror: &Path, name: &str) -> Option<Sha> {
    if let Ok(text) = std::fs::read_to_string(mirror.join(name)) {
        return text.trim().parse().ok();
    }
    let found = packed(mirror, name)?;
    (found.name == name.as_bytes()).then(|| found.sha.parse().ok())?
}

/// Whether there is a ref below a name, such as `refs/heads/agent/1-x/y` below `refs/heads/agent/1-x`.
pub(super) fn is_any_below(mirror: &Path, name: &str) -> bool {
    let folder = format!("{name}/");
    holds_files(&mirror.join(name), 1)
        || packed(mirror, &folder).is_some_and(|found| found.name.starts_with(folder.as_bytes()))
}

/// Whether a folder has that many files in it, at any depth: git leaves empty folders behind.
fn holds_files(folder: &Path, many: usize) -> bool {
    let (mut folders, mut found) = (vec![folder.to_owned()], 0);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => folders.push(entry.path()),
                _ => found += 1,
            }
            if found >= many {
                return true;
            }
        }
    }
    false
}

/// The first packed ref whose name is not less than the one given.
fn packed(mirror: &Path, name: &str) -> Option<PackedRef> {
    let path = mirror.join("packed-refs");
    let found = File::open(&path).and_then(|file| Packed::open(file)?.at_or_after(name.as_bytes()));
    match found {
        Ok(found) => found,
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        Err(error) => {
            tracing::error!(path = %path.display(), %error, "the mirror's refs cannot be read");
            None
        }
    }
}

/// A line of the file. Names of refs need not be UTF-8.
struct PackedRef {
    sha: String,
    name: Vec<u8>,
    /// Where the next line begins.
    next: u64,
}

/// The file, and where its refs are.
struct Packed {
    file: File,
    /// Where the first line of a ref begins.
    start: u64,
    end: u64,
    sorted: bool,
}

impl Packed {
    fn open(file: File) -> Result<Self> {
        let end = file.metadata()?.len();
        let mut packed = Self {
            file,
            start: 0,
            end,
            sorted: false,
        };
        if let Some((header, next)) = packed.line(0)?
            && header.starts_with(b"#")
        {
            packed.sorted = String::from_utf8_lossy(&header).contains(SORTED);
            packed.start = next;
        }
        Ok(packed)
    }

    /// The first ref at or after a name, by halving what is left.
    fn at_or_after(&self, name: &[u8]) -> Result<Option<PackedRef>> {
        let (mut low, mut high) = (self.start, self.end);
        while self.sorted && high - low > CHUNK as u64 {
            let middle = self.begin_of_line(low + (high - low) / 2)?;
            match self.next_ref(middle)? {
                Some(found) if *found.name < *name => low = found.next,
                _ if middle > low => high = middle,
                _ => break,
            }
        }
        let mut least: Option<PackedRef> = None;
        while let Some(found) = self.next_ref(low)? {
            low = found.next;
            let is_less = |least: &PackedRef| found.name < least.name;
            if *found.name >= *name && least.as_ref().is_none_or(is_less) {
                least = Some(found);
                if self.sorted {
                    break;
                }
            }
        }
        Ok(least)
    }

    /// The ref in the line that begins at an offset, or in the first after it that has one: what an annotated tag stands for
    /// follows it in a line of its own, which begins with `^`.
    fn next_ref(&self, mut at: u64) -> Result<Option<PackedRef>> {
        while let Some((line, next)) = self.line(at)? {
            at = next;
            let space = line.iter().position(|byte| *byte == b' ');
            if let Some(space) = space.filter(|_| line[0] != b'#') {
                let (sha, name) = (&line[..space], &line[space + 1..]);
                let sha = String::from_utf8_lossy(sha).into_owned();
                let name = name.to_vec();
                return Ok(Some(PackedRef { sha, name, next }));
            }
        }
        Ok(None)
    }

    /// The line that begins at an offset, without its end, and where the next one begins.
    fn line(&self, at: u64) -> Result<Option<(Vec<u8>, u64)>> {
        let mut bytes = Vec::new();
        while at + (bytes.len() as u64) < self.end {
            let had = bytes.len();
            bytes.resize(had + CHUNK, 0);
            let read = self.file.read_at(&mut bytes[had..], at + had as u64)?;
            bytes.truncate(had + read);
            if let Some(end) = bytes[had..].iter().position(|byte| *byte == b'\n') {
                bytes.truncate(had + end);
                return Ok(Some((bytes, at + (had + end) as u64 + 1)));
            }
            if read == 0 {
                break;
            }
        }
        // Git ends every line, the last one too.
        Ok(None)
    }

    /// Where the line begins in which an offset lies.
    fn begin_of_line(&self, within: u64) -> Result<u64> {
        let mut end = within;
        while end > self.start {
            let from = end.saturating_sub(CHUNK as u64).max(self.start);
            let mut bytes = vec![0; usize::try_from(end - from).unwrap_or(CHUNK)];
            self.file.read_exact_at(&mut bytes, from)?;
            if let Some(before) = bytes.iter().rposition(|byte| *byte == b'\n') {
                return Ok(from + before as u64 + 1);
            }
            end = from;
        }
        Ok(self.start)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sha(number: usize) -> String {
        format!("{number:040x}")
    }

    /// A mirror with so many packed branches, every tenth name of a tag, in the order git writes them.
    fn mirror(branches: usize, header: &str) -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut text = header.to_owned();
        for number in 0..branches {
            let name = format!("refs/heads/b{number:05}/{}", "x".repeat(number % 90));
            text += &format!("{} {name}y\n", sha(number));
        }
        text += &format!("{} refs/tags/v1\n^{}\n", sha(1), sha(2));
        text += &format!("{} refs/tags/v2\n", sha(3));
        std::fs::write(folder.path().join("packed-refs"), text).expect("written");
        folder
    }

    const HEADER: &str = "# pack-refs with: peeled fully-peeled sorted \n";

    #[test]
    fn each_of_many_packed_refs_is_found_and_no_other() {
        for header in [HEADER, "# pack-refs with: peeled \n", ""] {
            let folder = mirror(3_000, header);
            for number in (0..3_000).step_by(if header == HEADER { 1 } else { 701 }) {
                let name = format!("refs/heads/b{number:05}/{}y", "x".repeat(number % 90));
                let found = read_ref(folder.path(), &name);
                assert_eq!(
                    found.map(|sha| sha.to_string()),
                    Some(sha(number)),
                    "{name}"
                );
                assert_eq!(read_ref(folder.path(), &format!("{name}y")), None);
                assert!(is_any_below(
                    folder.path(),
                    &format!("refs/heads/b{number:05}")
                ));
            }
            for (tag, number) in [("v1", 1), ("v2", 3)] {
                let found = read_ref(folder.path(), &format!("refs/tags/{tag}"));
                assert_eq!(found.map(|found| found.to_string()), Some(sha(number)));
            }
            for none in [
                "refs/heads/a",
                "refs/heads/c",
                "refs/tags/v0",
                "refs/tags/v3",
                "z",
            ] {
                assert_eq!(read_ref(folder.path(), none), None, "{none}");
                assert!(!is_any_below(folder.path(), none), "{none}");
            }
        }
    }

    #[test]
    fn a_file_of_its_own_wins_over_the_packed_line() {
        let folder = mirror(10, HEADER);
        let name = "refs/heads/b00003/xxxy";
        std::fs::create_dir_all(folder.path().join("refs/heads/b00003")).expect("made");
        assert!(
            !holds_files(&folder.path().join("refs/heads"), 1),
            "empty folders"
        );
        std::fs::write(folder.path().join(name), format!("{}\n", sha(9))).expect("written");
        let found = read_ref(folder.path(), name).map(|sha| sha.to_string());
        assert_eq!(found, Some(sha(9)));
        assert!(is_any_below(folder.path(), "refs/heads"));
    }

    #[test]
    fn a_mirror_without_packed_refs_has_none() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        assert_eq!(read_ref(folder.path(), "refs/heads/main"), None);
        assert!(!is_any_below(folder.path(), "refs/heads"));
    }
}
