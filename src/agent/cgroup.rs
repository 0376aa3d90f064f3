//! Control groups of skep's own, where the kernel and whoever started skep give it some: version 2
//! (<https://docs.kernel.org/admin-guide/cgroup-v2.html>), with the controllers `memory` and `pids`, in a group that skep may write.
//!
//! The kernel lets no group that has processes have groups below it with controllers; so skep goes into one of its own, `skep`, beside
//! which each start gets a `session-…`. It must never move or end a process that is neither skep's own nor in such a folder, and it
//! changes nothing where it cannot have all: then watchers and rlimits hold alone.

pub mod enter;
mod group;
#[cfg(test)]
mod tests;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::core::text::cgroup as text;

use super::process_tree;
pub(super) use group::Group;
use group::{PREFIX, set};

/// skep's own processes are in here.
const OURS: &str = "skep";
/// A process that is being started while the others are moved needs another look.
const LOOKS: usize = 10;
/// How long what was left by a skep that is gone may take to end.
const PATIENCE: Duration = Duration::from_secs(2);

/// The group that is skep's.
#[derive(Debug, Clone)]
pub(super) struct Cgroups {
    folder: PathBuf,
    memory: u64,
}

impl Cgroups {
    /// Makes skep's group ready, and ends what a skep that is gone has left in it. `memory` is what each start may take, bytes, none
    /// where no groups are wanted.
    ///
    /// # Errors
    /// A sentence for the operator: why there are none.
    pub(super) fn open(memory: Option<u64>) -> Result<Self, String> {
        Self::below(Path::new("/"), memory)
    }

    fn below(root: &Path, memory: Option<u64>) -> Result<Self, String> {
        let memory = memory.ok_or(text::NOT_ASKED)?;
        let own = own(root).ok_or(text::ABSENT)?;
        let folder = parent_of_ours(&own).unwrap_or_else(|| own.clone());
        if !folder.join("cgroup.type").exists() {
            // Only the root of all has no type. Where version 1 has these controllers, that is where everybody is.
            let outside = lists(&folder.join("cgroup.controllers"), &NEEDED);
            let why = [text::ABSENT, text::OUTSIDE][usize::from(outside)];
            return Err(why.to_owned());
        }
        if !lists(&folder.join("cgroup.controllers"), &NEEDED) {
            return Err(text::NOT_OFFERED.to_owned());
        }
        prepare(&folder, own == folder).map_err(|error| text::not_ours(&error.to_string()))?;
        sweep(&folder);
        Ok(Self { folder, memory })
    }

    /// Makes the group of one start. `mark` is the start's own.
    ///
    /// # Errors
    /// The kernel refuses a folder or a limit.
    pub(super) fn make(&self, mark: &str, threads: Option<u64>) -> io::Result<Group> {
        Group::make(&self.folder, mark, self.memory, threads)
    }
}

/// What is needed of the kernel.
const NEEDED: [&str; 2] = ["memory", "pids"];

/// Ends what a skep that is gone has left in the group that this process shared with it, if it did.
pub(super) fn sweep_left() {
    if let Some(folder) = own(Path::new("/")).and_then(|own| parent_of_ours(&own)) {
        sweep(&folder);
    }
}

/// Where this process is, as a folder: from the line `0::/path` of `/proc/self/cgroup` and the mount of type `cgroup2`.
fn own(root: &Path) -> Option<PathBuf> {
    let read = |name: &str| fs::read_to_string(root.join("proc/self").join(name)).ok();
    let (groups, mounts) = (read("cgroup")?, read("mountinfo")?);
    let path = groups.lines().find_map(|line| line.strip_prefix("0::"))?;
    mounts.lines().find_map(|line| {
        // proc_pid_mountinfo(5): the fourth field is the mount's root, the fifth where it is; the type follows a dash.
        let (place, kind) = line.split_once(" - ")?;
        let mut fields = place.split(' ').skip(3);
        let (top, point) = (fields.next()?, fields.next()?);
        let below = Path::new(path).strip_prefix(top).ok()?;
        let point = root.join(point.trim_start_matches('/'));
        let up = below.components().any(|part| part.as_os_str() == "..");
        (kind.starts_with("cgroup2 ") && !up).then(|| match below.as_os_str().is_empty() {
            true => point,
            false => point.join(below),
        })
    })
}

/// The group around `own`, where that is one that skep goes into.
fn parent_of_ours(own: &Path) -> Option<PathBuf> {
    let parent = (own.file_name()? == OURS).then(|| own.parent()).flatten()?;
    parent
        .join("cgroup.type")
        .exists()
        .then(|| parent.to_owned())
}

/// Whether a file of words has all of these.
fn lists(file: &Path, wanted: &[&str]) -> bool {
    let there = fs::read_to_string(file).unwrap_or_default();
    let has = |wanted: &&str| there.split_whitespace().any(|word| word == *wanted);
    wanted.iter().all(has)
}

/// Moves skep into a group of its own and hands the controllers down; takes all of it back where the kernel refuses.
fn prepare(folder: &Path, moves: bool) -> io::Result<()> {
    let ours = folder.join(OURS);
    // Another that opens them at the same moment may have made it.
    match fs::create_dir(&ours) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
        _ => {}
    }
    let done = go(folder, &ours).and_then(|()| hand_down(folder, &ours));
    if done.is_err() && moves {
        // Whoever cannot go back stays where nothing limits it.
        drop(go(&ours, folder));
        drop(fs::remove_dir(&ours));
    }
    done
}

/// Hands the controllers down to the groups below.
fn hand_down(folder: &Path, ours: &Path) -> io::Result<()> {
    let control = folder.join("cgroup.subtree_control");
    let mut done = Ok(());
    for _ in 0..LOOKS {
        done = match lists(&control, &NEEDED) {
            true => Ok(()),
            false => set(&control, "+memory +pids"),
        };
        if done.is_ok() {
            break;
        }
        go(folder, ours)?;
    }
    // A fair share of the processors is welcome, and nothing rests on it.
    if done.is_ok() && lists(&folder.join("cgroup.controllers"), &["cpu"]) {
        drop(set(&control, "+cpu"));
    }
    done
}

/// Moves this process, what it has started, and what that has, from one group to another.
fn go(from: &Path, to: &Path) -> io::Result<()> {
    let own = std::process::id().to_string();
    let there = to.join("cgroup.procs");
    let listed = fs::read_to_string(from.join("cgroup.procs"))?;
    let started = process_tree::started_by_us();
    let is_ours = |number: &&str| number.parse().is_ok_and(|n: i32| started.contains(&n));
    if listed.lines().any(|number| number == own) {
        set(&there, &own)?;
    }
    for number in listed.lines().filter(is_ours) {
        // It may have ended meanwhile.
        drop(set(&there, number));
    }
    Ok(())
}

/// Ends and removes the groups of starts whose skep is gone.
fn sweep(folder: &Path) {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    for entry in entries {
        let name = entry.file_name().to_string_lossy().into_owned();
        let Some(mark) = name.strip_prefix(PREFIX) else {
            continue;
        };
        // `7-12-1.4711.3`: the number in the middle is that of the skep that made it.
        let maker = mark.rsplit('.').nth(1).and_then(|n| n.parse::<u32>().ok());
        if maker.is_some_and(|maker| !process_tree::is_running(maker)) {
            Group::left(entry.path()).end(PATIENCE);
        }
    }
}
