//! What killed processes left in a mirror goes.

use std::fs::DirEntry;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::{Duration, SystemTime};

/// Removes what killed processes left in a mirror: lock files, half-written packs, half-taken results older than `age`.
pub(super) fn clear_leftovers(mirror: &Path, age: Duration) {
    let old = |path: &Path| {
        let modified = std::fs::symlink_metadata(path).and_then(|meta| meta.modified());
        modified.is_ok_and(|time| {
            SystemTime::now()
                .duration_since(time)
                .is_ok_and(|passed| passed >= age)
        })
    };
    let mut folders = vec![mirror.join("refs")];
    let mut stale = vec![
        mirror.join("packed-refs.lock"),
        mirror.join("HEAD.lock"),
        mirror.join("config.lock"),
    ];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => folders.push(path),
                _ if path
                    .extension()
                    .is_some_and(|extension| extension == "lock") =>
                {
                    stale.push(path)
                }
                _ => {}
            }
        }
    }
    for folder in [mirror.join("objects"), mirror.join("objects/pack")] {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let name = entry.file_name();
            if name.to_string_lossy().starts_with("tmp_")
                || name.to_string_lossy().starts_with("incoming-")
            {
                stale.push(entry.path());
            }
        }
    }
    for path in stale.iter().filter(|path| old(path)) {
        tracing::warn!(path = %path.display(), "removing what a killed git process left in the mirror");
        let _ = if path.is_dir() {
            std::fs::remove_dir_all(path)
        } else {
            std::fs::remove_file(path)
        };
    }
}

/// Whether a git process works in a mirror: each that is started for one has it in its environment, a predecessor's too.
pub(super) fn is_at_work(mirror: &Path) -> bool {
    let wanted = [b"GIT_DIR=", mirror.as_os_str().as_bytes()].concat();
    let processes = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    processes
        .filter_map(|process| std::fs::read(process.path().join("environ")).ok())
        .any(|environment| {
            environment
                .split(|byte| *byte == 0)
                .any(|one| *one == wanted)
        })
}

/// Removes the half-written packs of a fetch that ended badly. Only fetches write packs into a mirror, one at a time, so
/// whoever has the turn may.
pub(super) fn clear_packs(mirror: &Path) {
    for half in half_packs(mirror) {
        // What cannot be removed now is removed at the next start.
        let _ = std::fs::remove_file(half.path());
    }
}

/// How large the half-written packs of a mirror are, bytes.
pub(super) fn half_fetched(mirror: &Path) -> u64 {
    half_packs(mirror)
        .filter_map(|half| half.metadata().ok())
        .map(|meta| meta.blocks() * 512)
        .sum()
}

fn half_packs(mirror: &Path) -> impl Iterator<Item = DirEntry> {
    let packs = std::fs::read_dir(mirror.join("objects/pack"));
    let packs = packs.into_iter().flatten().flatten();
    packs.filter(|entry| entry.file_name().to_string_lossy().starts_with("tmp_"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_at_work_in_a_mirror_is_seen_until_it_is_gone() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        assert!(!is_at_work(folder.path()));
        let mut process = std::process::Command::new("sleep")
            .arg("60")
            .env("GIT_DIR", folder.path())
            .spawn()
            .expect("a process");
        assert!(is_at_work(folder.path()));
        assert!(!is_at_work(&folder.path().join("other")));
        process.kill().expect("killed");
        process.wait().expect("gone");
        assert!(!is_at_work(folder.path()));
    }

    #[test]
    fn leftovers_go_and_the_rest_stays() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mirror = folder.path();
        for dir in ["refs/heads/a", "objects/pack", "objects/incoming-1-1-1/xx"] {
            std::fs::create_dir_all(mirror.join(dir)).expect("made");
        }
        let leftovers = [
            "refs/heads/a/b.lock",
            "packed-refs.lock",
            "objects/pack/tmp_pack_x",
        ];
        let kept = ["refs/heads/a/b", "packed-refs", "objects/pack/pack-1.pack"];
        for file in leftovers.iter().chain(&kept) {
            std::fs::write(mirror.join(file), "x").expect("written");
        }
        clear_leftovers(mirror, Duration::from_secs(3600));
        assert!(
            leftovers.iter().all(|file| mirror.join(file).exists()),
            "young ones may be alive"
        );
        clear_leftovers(mirror, Duration::ZERO);
        assert!(leftovers.iter().all(|file| !mirror.join(file).exists()));
        assert!(kept.iter().all(|file| mirror.join(file).exists()));
        assert!(!mirror.join("objects/incoming-1-1-1").exists());
    }
}
