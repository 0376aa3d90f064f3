//! How much memory and how much of the processors' time the processes of each session take, with all that its agent started: looked up
//! in `/proc` in one go for all sessions.
//!
//! What processes share is counted once (proportional set size, proc_pid_smaps(5)); where the kernel does not tell that, all that is
//! resident counts. It must never count a process that belongs to no session of this skep, and it reads nothing of what agents do.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::Path;

use super::Agents;
use super::process_tree::{self, OWNER, SESSION};
use crate::core::ids::SessionId;

/// No tree of processes is deeper.
const DEEPEST: usize = 1_000;

/// What the processes of a session take.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Taken {
    /// Memory at present, bytes.
    pub memory: u64,
    /// What the processors have worked for those that are there, and for what these waited for, milliseconds.
    pub worked_ms: u64,
}

impl Agents {
    /// What the processes of each session take. Sessions without a process are left out.
    ///
    /// # Errors
    /// None: what cannot be looked at is not counted.
    pub async fn taken(&self) -> BTreeMap<SessionId, Taken> {
        let owner = self.inner.ground.data_dir.clone();
        let look = tokio::task::spawn_blocking(move || measure(&owner));
        look.await.unwrap_or_default()
    }
}

fn measure(owner: &Path) -> BTreeMap<SessionId, Taken> {
    let parents: HashMap<i32, i32> = process_tree::parents();
    let own = i32::try_from(std::process::id()).unwrap_or_default();
    let ours = ancestors(own, &parents);
    let mut lines = Lines {
        parents: &parents,
        ours: &ours,
        owner,
        of: HashMap::new(),
    };
    let mut taken: BTreeMap<SessionId, Taken> = BTreeMap::new();
    for number in parents.keys().filter(|number| **number != own) {
        if let Some(session) = lines.session(*number) {
            let of = taken.entry(session).or_default();
            of.memory += bytes(*number);
            of.worked_ms += process_tree::worked_ms(*number);
        }
    }
    taken
}

/// A process, its parent, and so on.
fn ancestors(number: i32, parents: &HashMap<i32, i32>) -> Vec<i32> {
    let next = |number: &i32| parents.get(number).copied();
    std::iter::successors(Some(number), next)
        .take(DEEPEST)
        .collect()
}

/// Whose each process is.
struct Lines<'a> {
    parents: &'a HashMap<i32, i32>,
    /// This process and those it comes from.
    ours: &'a [i32],
    owner: &'a Path,
    /// What was found out already.
    of: HashMap<i32, Option<SessionId>>,
}

impl Lines<'_> {
    /// The session a process belongs to: that of the first of its line, which skep started itself, or which its own parent left
    /// behind.
    fn session(&mut self, number: i32) -> Option<SessionId> {
        let mut line = vec![];
        let mut at = number;
        let found = loop {
            if let Some(known) = self.of.get(&at) {
                break known.clone();
            }
            let parent = *self.parents.get(&at)?;
            line.push(at);
            if parent <= 1 || self.ours.contains(&parent) {
                break marked(at, self.owner);
            }
            if line.len() > DEEPEST {
                return None;
            }
            at = parent;
        };
        for one in line {
            self.of.insert(one, found.clone());
        }
        found
    }
}

/// The session that a process carries in its environment, if it is one of this skep's.
fn marked(number: i32, owner: &Path) -> Option<SessionId> {
    let variables = process_tree::environment(number)?;
    let value = |name: &str| {
        let prefix = format!("{name}=");
        let values = variables.split(|byte| *byte == 0);
        let mut values = values.filter_map(|line| line.strip_prefix(prefix.as_bytes()));
        values.next().map(String::from_utf8_lossy)
    };
    (value(OWNER)? == owner.to_string_lossy()).then_some(())?;
    value(SESSION)?.parse().ok()
}

/// What one process takes, bytes; nothing once it is gone.
fn bytes(number: i32) -> u64 {
    let shared = fs::read_to_string(format!("/proc/{number}/smaps_rollup"));
    let kib = shared.ok().and_then(|text| kib_of(&text, "Pss:"));
    let kib = kib.or_else(|| {
        let status = fs::read_to_string(format!("/proc/{number}/status"));
        kib_of(&status.ok()?, "VmRSS:")
    });
    kib.unwrap_or_default() * 1024
}

/// `Pss:  235 kB`.
fn kib_of(text: &str, name: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use std::process::{Child, Command, Stdio};
    use std::time::{Duration, Instant};

    use super::*;

    const MIB: u64 = 1 << 20;

    fn shell(script: &str, owner: &str, session: &str) -> Child {
        Command::new("sh")
            .args(["-c", script])
            .env(OWNER, owner)
            .env(SESSION, session)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .expect("a shell")
    }

    #[test]
    fn a_tree_is_counted_whole_and_no_other_with_it() {
        let owner = format!("/memory/{}", std::process::id());
        // A shell keeps what it has read; one of them leaves the family.
        let hungry = "sh -c 'x=$(head -c 16777216 /dev/zero | tr \"\\0\" a); sleep 300' & \
             setsid sh -c 'x=$(head -c 16777216 /dev/zero | tr \"\\0\" a); sleep 300' & wait";
        let mut one = shell(hungry, &owner, "7-12-1");
        let mut other = shell("sleep 300", &owner, "7-12-2");
        let mut stranger = shell(hungry, "/memory/another", "7-12-3");
        let deadline = Instant::now() + Duration::from_secs(60);
        let taken = loop {
            let taken = measure(Path::new(&owner));
            let of = |session: &str| taken.get(&session.parse().expect("an id")).copied();
            if of("7-12-1").is_some_and(|taken| taken.memory > 32 * MIB) && of("7-12-2").is_some() {
                break taken;
            }
            assert!(Instant::now() < deadline, "{taken:?}");
            std::thread::sleep(Duration::from_millis(10));
        };
        let sessions: Vec<String> = taken.keys().map(ToString::to_string).collect();
        assert_eq!(sessions, ["7-12-1", "7-12-2"]);
        assert!(
            taken.values().any(|taken| taken.memory < 8 * MIB),
            "{taken:?}"
        );
        for child in [&mut one, &mut other, &mut stranger] {
            let marks = [(OWNER, owner.as_str())];
            process_tree::end(Some(child.id()), &marks, Duration::from_secs(5));
            child.wait().expect("ended");
        }
        process_tree::end(None, &[(OWNER, "/memory/another")], Duration::from_secs(5));
        assert_eq!(measure(Path::new(&owner)), BTreeMap::new());
    }

    #[test]
    fn what_children_worked_counts_as_well() {
        let owner = format!("/worked/{}", std::process::id());
        let busy = "sh -c 'i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done'; sleep 300";
        let mut busy = shell(busy, &owner, "7-12-1");
        let mut idle = shell("sleep 300", &owner, "7-12-2");
        let deadline = Instant::now() + Duration::from_secs(60);
        let sleeps = |taken: &BTreeMap<SessionId, Taken>| {
            let of = |session: &str| taken.get(&session.parse().expect("an id")).copied();
            Some((of("7-12-1")?.worked_ms, of("7-12-2")?.worked_ms))
        };
        loop {
            let found = sleeps(&measure(Path::new(&owner)));
            if found.is_some_and(|(busy, idle)| busy >= 50 && idle < 50) {
                break;
            }
            assert!(Instant::now() < deadline, "{found:?}");
            std::thread::sleep(Duration::from_millis(10));
        }
        for child in [&mut busy, &mut idle] {
            let marks = [(OWNER, owner.as_str())];
            process_tree::end(Some(child.id()), &marks, Duration::from_secs(5));
            child.wait().expect("ended");
        }
    }

    #[test]
    fn the_kernels_figures_are_read() {
        let rollup =
            "5578-7ffc ---p 00000000 00:00 0   [rollup]\nRss:     1624 kB\nPss:      235 kB\n";
        assert_eq!(kib_of(rollup, "Pss:"), Some(235));
        assert_eq!(kib_of(rollup, "VmRSS:"), None);
        assert_eq!(bytes(i32::MAX), 0);
        let own = i32::try_from(std::process::id()).expect("a number");
        assert!(bytes(own) > MIB);
    }
}
