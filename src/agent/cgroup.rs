//! Control groups of the kernel (version 2, <https://docs.kernel.org/admin-guide/cgroup-v2.html>) for what skep starts: where part of
//! that tree is delegated to skep, each start gets a group of its own, in which the kernel itself holds the limits and which it ends
//! as a whole. Where it is not, skep watches and looks for processes by their marks, which it does in any case.
//!
//! A group is made before the process that goes into it, which enters by itself before it becomes anything else
//! ([`crate::fence`]): nothing it starts can be outside. It must never touch a group that it has not made.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// What a group of ours is called, before the mark of its start.
const PREFIX: &str = "skep-";
/// Where skep itself goes: a group with limits for those below it must hold no process itself.
const OWN: &str = "skep-itself";
/// How long a group may take to be empty after it was ended.
const PATIENCE: Duration = Duration::from_secs(2);
/// The share of the processors, of which everybody has 100: what is skep's own comes first.
const WEIGHT: &str = "50";

/// What the kernel holds, as far as it is delegated.
const CONTROLLERS: [&str; 3] = ["memory", "pids", "cpu"];

/// The part of the tree in which groups are made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Groups {
    folder: PathBuf,
    controllers: Vec<&'static str>,
}

/// What one start may take. None: no limit.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bounds {
    /// Bytes of memory.
    pub(super) memory: Option<u64>,
    /// Processes and threads.
    pub(super) tasks: Option<u64>,
}

impl Groups {
    /// Finds out what is delegated, and ends what a former life left in it.
    ///
    /// # Errors
    /// Why none can be used here, in half a sentence.
    pub(super) fn find() -> Result<Self, String> {
        let own = fs::read_to_string("/proc/self/cgroup").map_err(|error| error.to_string())?;
        let mounts = fs::read_to_string("/proc/self/mountinfo").map_err(|error| error.to_string())?;
        let folder = place(&own, &mounts).ok_or("there are no control groups of version 2")?;
        Self::in_folder(folder)
    }

    /// The same in a folder that is known to be the group of this process.
    fn in_folder(folder: PathBuf) -> Result<Self, String> {
        let denied = |error: io::Error| format!("{} is not ours: {error}", folder.display());
        let there = fs::read_to_string(folder.join("cgroup.controllers")).map_err(denied)?;
        if !folder.join("cgroup.kill").exists() && !is_root(&folder) {
            return Err("the kernel is older than 5.14".to_owned());
        }
        clear(&folder);
        let probe = folder.join(format!("{PREFIX}probe"));
        fs::create_dir(&probe).map_err(denied)?;
        fs::remove_dir(&probe).map_err(denied)?;
        let offered = |name: &&str| there.split_whitespace().any(|word| word == *name);
        let offered: Vec<&'static str> = CONTROLLERS.into_iter().filter(offered).collect();
        let controllers = match offered.is_empty() {
            true => vec![],
            false => hand_down(&folder, offered)?,
        };
        Ok(Self {
            folder,
            controllers,
        })
    }

    /// What the kernel holds in each group, by its words.
    pub(super) fn controllers(&self) -> &[&'static str] {
        &self.controllers
    }

    /// Makes the group of a start.
    pub(super) fn open(&self, mark: &str, bounds: Bounds) -> io::Result<Group> {
        let folder = self.folder.join(format!("{PREFIX}{mark}"));
        fs::create_dir(&folder)?;
        let group = Group { folder };
        for (controller, file, value) in settings(bounds) {
            if self.controllers.contains(&controller) {
                // What an older kernel lacks (`memory.oom.group`, swap) is left to the watchers.
                drop(fs::write(group.folder.join(file), value));
            }
        }
        Ok(group)
    }
}

fn settings(bounds: Bounds) -> Vec<(&'static str, &'static str, String)> {
    let mut all = vec![("cpu", "cpu.weight", WEIGHT.to_owned())];
    if let Some(bytes) = bounds.memory {
        all.push(("memory", "memory.max", bytes.to_string()));
        all.push(("memory", "memory.swap.max", "0".to_owned()));
        all.push(("memory", "memory.oom.group", "1".to_owned()));
    }
    if let Some(tasks) = bounds.tasks {
        all.push(("pids", "pids.max", tasks.to_string()));
    }
    all
}

/// The group of one start. Whatever is in it ends with this.
#[derive(Debug)]
pub(super) struct Group {
    folder: PathBuf,
}

impl Group {
    /// Where a process enters it.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Ends all that is in it. Blocks until it is empty, or for as long as that may take.
    pub(super) fn end(&self) {
        end(&self.folder);
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if !is_gone(&self.folder) {
            end(&self.folder);
        }
    }
}

/// Ends all that is in the groups of a life that is over.
pub(super) fn clear(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with(PREFIX) && name != OWN {
            end(&entry.path());
        }
    }
}

fn end(folder: &Path) {
    let began = Instant::now();
    let mut pause = Duration::from_millis(1);
    loop {
        // A group that is gone already has no such file.
        drop(fs::write(folder.join("cgroup.kill"), "1"));
        if is_gone(folder) || began.elapsed() > PATIENCE {
            return;
        }
        std::thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(20));
    }
}

/// Whether it is removed now: the kernel keeps one that has processes.
fn is_gone(folder: &Path) -> bool {
    match fs::remove_dir(folder) {
        Ok(()) => true,
        Err(error) => error.kind() == io::ErrorKind::NotFound,
    }
}

/// The root of a tree has no such files of its own, and may hold processes whatever is below it.
fn is_root(folder: &Path) -> bool {
    !folder.join("cgroup.type").exists()
}

/// Lets the kernel hold limits in the groups below, for which none but those may have processes: skep's own go into one of their own.
fn hand_down(folder: &Path, offered: Vec<&'static str>) -> Result<Vec<&'static str>, String> {
    let failed = |what: &str, error: io::Error| format!("{what}: {error}");
    if !is_root(folder) {
        let own = folder.join(OWN);
        match fs::create_dir(&own) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                return Err(failed("a group for skep itself", error));
            }
            _ => {}
        }
        let members = fs::read_to_string(folder.join("cgroup.procs"));
        let members = members.map_err(|error| failed("cgroup.procs", error))?;
        for number in members.lines() {
            fs::write(own.join("cgroup.procs"), number)
                .map_err(|error| failed("moving into a group of its own", error))?;
        }
    }
    // One at a time: some may not be handed down here.
    let handed = |name: &&str| fs::write(folder.join("cgroup.subtree_control"), format!("+{name}")).is_ok();
    Ok(offered.into_iter().filter(handed).collect())
}

/// Where the group of a process is: its line (`0::/path`) below the place where that tree is mounted.
fn place(own: &str, mounts: &str) -> Option<PathBuf> {
    let path = own.lines().find_map(|line| line.strip_prefix("0::"))?;
    let mount = mounts.lines().find_map(|line| {
        let (fields, more) = line.split_once(" - ")?;
        let mut fields = fields.split(' ');
        let (root, at) = (fields.nth(3)?, fields.next()?);
        (more.split(' ').next()? == "cgroup2").then_some((root, at))
    });
    let (root, at) = mount?;
    let below = path.strip_prefix(root.trim_end_matches('/')).unwrap_or(path);
    Some(Path::new(at).join(below.trim_start_matches('/')))
}

#[cfg(test)]
mod tests {
    use std::process::{Command, Stdio};

    use super::*;

    /// A folder with the files of a group that was delegated with these controllers.
    fn delegated(controllers: &str) -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a folder");
        let files = [
            ("cgroup.controllers", controllers),
            ("cgroup.kill", ""),
            ("cgroup.type", "domain"),
            ("cgroup.procs", "1\n22\n"),
            ("cgroup.subtree_control", ""),
        ];
        for (name, text) in files {
            fs::write(folder.path().join(name), text).expect("written");
        }
        folder
    }

    #[test]
    fn limits_are_written_for_what_is_delegated_only() {
        let bounds = Bounds {
            memory: Some(4096),
            tasks: Some(9),
        };
        let set = |controllers: &str| {
            let folder = delegated(controllers);
            let groups = Groups::in_folder(folder.path().to_owned()).expect("delegated");
            let group = groups.open("7-12-1.1.0", bounds).expect("a group");
            let names = ["memory.max", "memory.swap.max", "memory.oom.group", "pids.max", "cpu.weight"];
            let read = |name: &str| fs::read_to_string(group.folder().join(name)).ok();
            let found = names.map(read);
            for name in names {
                drop(fs::remove_file(group.folder().join(name)));
            }
            let moved = fs::read_to_string(folder.path().join(OWN).join("cgroup.procs")).ok();
            drop(fs::remove_file(group.folder().join("cgroup.kill")));
            (groups.controllers().join(" "), found, moved)
        };
        let all = ["4096", "0", "1", "9", "50"].map(|text| Some(text.to_owned()));
        let (held, found, moved) = set("cpuset cpu io memory pids");
        assert_eq!((held.as_str(), found), ("memory pids cpu", all));
        assert_eq!(moved.as_deref(), Some("22"), "skep's own processes have moved");
        let (held, found, _) = set("pids");
        assert_eq!((held.as_str(), found[3].as_deref()), ("pids", Some("9")));
        assert_eq!(found.iter().flatten().count(), 1, "{found:?}");
        let (held, found, moved) = set("");
        assert_eq!((held.as_str(), found.iter().flatten().count(), moved), ("", 0, None));
    }

    #[test]
    fn where_nothing_is_delegated_that_is_said() {
        let folder = tempfile::tempdir().expect("a folder");
        assert!(Groups::in_folder(folder.path().join("none")).is_err_and(|why| why.contains("is not ours")));
        let old = delegated("memory");
        fs::remove_file(old.path().join("cgroup.kill")).expect("removed");
        assert_eq!(Groups::in_folder(old.path().to_owned()), Err("the kernel is older than 5.14".to_owned()));
    }

    #[test]
    fn the_group_of_a_process_is_below_the_mount() {
        let mounts = "25 21 0:22 / /sys rw - sysfs sysfs rw\n30 25 0:26 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw\n";
        let own = "12:cpu:/x\n0::/system.slice/skep.service\n";
        let place_of = |own: &str, mounts: &str| place(own, mounts).map(|path| path.display().to_string());
        assert_eq!(place_of(own, mounts).as_deref(), Some("/sys/fs/cgroup/system.slice/skep.service"));
        assert_eq!(place_of("0::/\n", mounts).as_deref(), Some("/sys/fs/cgroup/"));
        let inner = "30 25 0:26 /docker/1 /sys/fs/cgroup ro - cgroup2 cgroup rw\n";
        assert_eq!(place_of("0::/docker/1/a\n", inner).as_deref(), Some("/sys/fs/cgroup/a"));
        assert_eq!(place_of("12:cpu:/x\n", mounts), None);
        assert_eq!(place_of(own, ""), None);
    }

    /// The real thing, where this machine lets us: whatever left the family is still in the group.
    #[test]
    fn a_group_is_ended_as_a_whole() {
        let groups = match Groups::find() {
            Ok(groups) => groups,
            Err(why) => return eprintln!("skipped: {why}"),
        };
        let bounds = Bounds {
            memory: None,
            tasks: None,
        };
        let group = groups.open(&format!("test.{}", std::process::id()), bounds);
        let group = group.expect("a group");
        let line = format!(
            "echo 0 > {}/cgroup.procs; setsid sleep 300 & (env -i setsid sleep 300 &); exec sleep 300",
            group.folder().display()
        );
        let mut shell = Command::new("sh")
            .args(["-c", &line])
            .stdin(Stdio::null())
            .spawn()
            .expect("a shell");
        let members = || fs::read_to_string(group.folder().join("cgroup.procs")).unwrap_or_default();
        let deadline = Instant::now() + Duration::from_secs(20);
        while members().lines().count() < 3 {
            assert!(Instant::now() < deadline, "{}", members());
            std::thread::yield_now();
        }
        let began = Instant::now();
        let folder = group.folder().to_owned();
        // Zombies count as members until they are waited for.
        let waiting = std::thread::spawn(move || shell.wait());
        group.end();
        assert!(!folder.exists() && began.elapsed() < PATIENCE, "{:?}", began.elapsed());
        waiting.join().expect("no panic").expect("ended");
    }
}
