//! How much memory the machine has left for us: of the whole machine (proc_meminfo(5), `MemAvailable`), and of each control group
//! around us that has a limit (<https://docs.kernel.org/admin-guide/cgroup-v2.html#memory>, and the same of version 1); what lacks
//! most counts. It must never count what the kernel would give back by itself as taken.

use std::io;
use std::path::Path;

/// The memory of the machine, or of our part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MachineMemory {
    /// What can still be had, bytes.
    pub free: u64,
    /// All of it, bytes.
    pub total: u64,
}

/// A group's limit beyond this is none: version 1 says "no limit" so.
const UNLIMITED: u64 = 1 << 60;

impl MachineMemory {
    /// Looks at it now.
    ///
    /// # Errors
    /// The kernel does not tell.
    pub fn now() -> io::Result<Self> {
        Self::below(Path::new("/"))
    }

    /// Reads what the kernel tells below a root.
    fn below(root: &Path) -> io::Result<Self> {
        let told = std::fs::read_to_string(root.join("proc/meminfo"))?;
        let bytes = |name| number(&told, name).map(|kib| kib.saturating_mul(1024));
        let (Some(free), Some(total)) = (bytes("MemAvailable:"), bytes("MemTotal:")) else {
            return Err(io::Error::other("no MemAvailable in /proc/meminfo"));
        };
        let ours = std::fs::read_to_string(root.join("proc/self/cgroup")).unwrap_or_default();
        let whole = Self { free, total };
        let groups = ours.lines().filter_map(|line| Group::parse(root, line));
        Ok(groups
            .flat_map(|group| group.limits())
            .fold(whole, |least, group| Self {
                free: least.free.min(group.free),
                total: least.total.min(group.total),
            }))
    }

    /// What is kept free of it: as configured, and never more than a tenth, so that a small machine is of use at all.
    pub fn reserve(self, wanted: u64) -> u64 {
        wanted.min(self.total / 10)
    }

    /// What one session may take of it: as configured, and never more than three quarters.
    pub fn session_limit(self, wanted: u64) -> u64 {
        wanted.min(self.total / 4 * 3)
    }

    /// What one session may take now of whatever there is; as configured where the kernel does not tell how much that is.
    pub fn for_session(wanted: u64) -> u64 {
        Self::now().map_or(wanted, |machine| machine.session_limit(wanted))
    }

    /// Whether it is about to run out: less than a quarter of what is kept free is left.
    pub fn runs_out(self, wanted: u64) -> bool {
        self.free < self.reserve(wanted) / 4
    }
}

/// A control group we are in, by the names its version has for things.
struct Group<'a> {
    root: std::path::PathBuf,
    path: &'a str,
    limit: &'static str,
    taken: &'static str,
    idle: &'static str,
}

impl<'a> Group<'a> {
    /// `0::/user.slice`, or `4:memory:/docker/1cde`; none for groups of something else.
    fn parse(root: &Path, line: &'a str) -> Option<Self> {
        let mut parts = line.splitn(3, ':');
        let (number, of, path) = (parts.next()?, parts.next()?, parts.next()?);
        match of {
            "" if number == "0" => Some(Self {
                root: root.join("sys/fs/cgroup"),
                path,
                limit: "memory.max",
                taken: "memory.current",
                idle: "inactive_file",
            }),
            _ if of.split(',').any(|of| of == "memory") => Some(Self {
                root: root.join("sys/fs/cgroup/memory"),
                path,
                limit: "memory.limit_in_bytes",
                taken: "memory.usage_in_bytes",
                idle: "total_inactive_file",
            }),
            _ => None,
        }
    }

    /// What it has left, and what each group around it has. One whose files are not to be seen here has no limit we could know.
    fn limits(&self) -> Vec<MachineMemory> {
        let below = Path::new(self.path.trim_start_matches('/'));
        let folders = below.ancestors().map(|folder| self.root.join(folder));
        folders.filter_map(|folder| self.limit(&folder)).collect()
    }

    fn limit(&self, folder: &Path) -> Option<MachineMemory> {
        let read = |name| std::fs::read_to_string(folder.join(name)).ok();
        let bytes = |name| read(name)?.trim().parse::<u64>().ok();
        let total = bytes(self.limit).filter(|limit| *limit < UNLIMITED)?;
        let idle = read("memory.stat").and_then(|told| number(&told, self.idle));
        let taken = bytes(self.taken)?.saturating_sub(idle.unwrap_or_default());
        let free = total.saturating_sub(taken);
        Some(MachineMemory { free, total })
    }
}

/// How many processes the kernel has ended since it started because the memory ran out; `None` where it does not tell.
pub(super) fn kernel_kills() -> Option<u64> {
    let told = std::fs::read_to_string("/proc/vmstat").ok()?;
    number(&told, "oom_kill")
}

/// The number behind a name at the beginning of a line.
fn number(told: &str, name: &str) -> Option<u64> {
    let mut words = told.lines().map(str::split_whitespace);
    words.find_map(|mut words| {
        let named = words.next() == Some(name);
        named.then(|| words.next()?.parse().ok()).flatten()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn machine(files: &[(&str, &str)]) -> io::Result<MachineMemory> {
        let root = tempfile::tempdir().expect("a folder");
        for (path, text) in files {
            let path = root.path().join(path);
            std::fs::create_dir_all(path.parent().expect("it has one")).expect("made");
            std::fs::write(path, text).expect("written");
        }
        MachineMemory::below(root.path())
    }

    const MEMINFO: (&str, &str) = (
        "proc/meminfo",
        "MemTotal:       4000 kB\nMemFree:         100 kB\nMemAvailable:   3000 kB\n",
    );
    const KIB: u64 = 1024;

    #[test]
    fn what_the_kernel_would_give_back_is_free() {
        let seen = machine(&[MEMINFO]).expect("told");
        let wanted = MachineMemory {
            free: 3_000 * KIB,
            total: 4_000 * KIB,
        };
        assert_eq!(seen, wanted);
        assert!(machine(&[("proc/meminfo", "MemTotal: 5 kB")]).is_err());
    }

    #[test]
    fn the_tightest_group_around_us_counts() {
        let files = [
            MEMINFO,
            ("proc/self/cgroup", "1:name=systemd:/x\n0::/a/b\n"),
            ("sys/fs/cgroup/a/memory.max", "2048000\n"),
            ("sys/fs/cgroup/a/memory.current", "1948000\n"),
            (
                "sys/fs/cgroup/a/memory.stat",
                "anon 5\ninactive_file 48000\n",
            ),
            ("sys/fs/cgroup/a/b/memory.max", "max\n"),
            ("sys/fs/cgroup/a/b/memory.current", "1900000\n"),
        ];
        let wanted = MachineMemory {
            free: 148_000,
            total: 2_048_000,
        };
        assert_eq!(machine(&files).expect("told"), wanted);
        // In a container the path may be one of the machine's that is not to be seen from inside.
        let files = [
            MEMINFO,
            ("proc/self/cgroup", "4:cpu,memory:/docker/1cde\n"),
            ("sys/fs/cgroup/memory/memory.limit_in_bytes", "1024000\n"),
            ("sys/fs/cgroup/memory/memory.usage_in_bytes", "1000000\n"),
            (
                "sys/fs/cgroup/memory/memory.stat",
                "inactive_file 7\ntotal_inactive_file 6000\n",
            ),
        ];
        assert_eq!(machine(&files).expect("told").free, 30_000);
        let none = [
            MEMINFO,
            ("proc/self/cgroup", "4:memory:/\n"),
            (
                "sys/fs/cgroup/memory/memory.limit_in_bytes",
                "9223372036854771712\n",
            ),
            ("sys/fs/cgroup/memory/memory.usage_in_bytes", "1000000\n"),
        ];
        assert_eq!(machine(&none).expect("told").free, 3_000 * KIB);
    }

    #[test]
    fn a_small_machine_is_of_use() {
        let small = MachineMemory {
            free: 30,
            total: 1_000,
        };
        assert_eq!((small.reserve(1 << 30), small.reserve(7)), (100, 7));
        assert_eq!(
            (small.session_limit(1 << 30), small.session_limit(7)),
            (750, 7)
        );
        assert!(!small.runs_out(1 << 30));
        assert!(MachineMemory { free: 24, ..small }.runs_out(1 << 30));
    }
}
