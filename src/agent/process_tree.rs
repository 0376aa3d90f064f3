//! Finds and ends every process of a session: by descent from the one skep started, and by a mark in the environment for
//! those that left the family (`setsid`, double fork).
//!
//! It reads `/proc` and signals through process file descriptors, so that a recycled process number is never hit. It
//! must never touch a process that is neither a descendant nor marked.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;
use std::io::Read;
use std::path::Path;
use std::time::{Duration, Instant};

use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};

/// The variable that names the one process tree: unique for every start.
pub(super) const TREE: &str = "SKEP_PROCESS";
/// The variable that names the data folder of the skep that started it.
pub(super) const OWNER: &str = "SKEP_HOME";
/// The variable that names the session.
pub(super) const SESSION: &str = "SKEP_SESSION";

/// A process, told apart from a later one with the same number by its start time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Seen {
    number: i32,
    started: u64,
}

struct Stat {
    parent: i32,
    started: u64,
    dead: bool,
    /// What the processors worked for it and for those of its children that it waited for, in ticks.
    worked: u64,
}

/// A tick of what `/proc` counts, milliseconds: the same wherever skep runs (`USER_HZ`, proc_pid_stat(5)).
const TICK_MS: u64 = 10;

/// Variables and the values they must all have.
pub(super) type Marks<'a> = &'a [(&'a str, &'a str)];

/// Ends the tree below `root` and everything that carries the marks; answers how many are still there after `patience`.
pub(super) fn end(root: Option<u32>, marks: Marks<'_>, patience: Duration) -> usize {
    let deadline = Instant::now() + patience;
    let mut known = BTreeSet::new();
    let mut pause = Duration::from_millis(1);
    loop {
        if let Some(root) = root.and_then(|root| i32::try_from(root).ok()) {
            known.extend(descendants(root));
        }
        known.extend(marked(marks));
        known.retain(|seen| alive(*seen));
        if known.is_empty() || Instant::now() >= deadline {
            return known.len();
        }
        for seen in &known {
            signal(*seen, Signal::KILL);
        }
        std::thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(25));
    }
}

/// Asks everything in the tree to end by itself.
pub(super) fn terminate(root: u32, marks: Marks<'_>) {
    let root = i32::try_from(root).unwrap_or(i32::MAX);
    for seen in descendants(root)
        .into_iter()
        .chain(marked(marks))
        .collect::<BTreeSet<_>>()
    {
        signal(seen, Signal::TERM);
    }
}

/// Kills what a earlier process of the skep with this data folder has left; answers how many were found.
pub(super) fn reap(owner: &Path) -> usize {
    let owner = owner.to_string_lossy();
    let found = marked(&[(OWNER, &owner)]).len();
    let left = end(None, &[(OWNER, &owner)], Duration::from_secs(5));
    if left > 0 {
        tracing::error!(left, "processes of a former life did not end");
    }
    found
}

/// Living processes whose environment holds all the marks; never this process.
pub(super) fn marked(marks: Marks<'_>) -> Vec<Seen> {
    let wanted: Vec<String> = marks
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    let own = std::process::id();
    let carries = |number: &i32| {
        let Some(environment) = environment(*number) else {
            return false;
        };
        let variables: Vec<&[u8]> = environment.split(|byte| *byte == 0).collect();
        wanted
            .iter()
            .all(|mark| variables.contains(&mark.as_bytes()))
    };
    let others = numbers()
        .into_iter()
        .filter(|number| u32::try_from(*number) != Ok(own))
        .filter(carries);
    others.filter_map(living).collect()
}

/// What a process was given as its environment, each variable ended by a zero; at most 1 MiB.
pub(super) fn environment(number: i32) -> Option<Vec<u8>> {
    let mut environment = Vec::new();
    let file = fs::File::open(format!("/proc/{number}/environ")).ok()?;
    file.take(1 << 20).read_to_end(&mut environment).ok()?;
    Some(environment)
}

/// What this process has started, and what that has, as far as it lives.
pub(super) fn started_by_us() -> BTreeSet<i32> {
    let own = i32::try_from(std::process::id()).unwrap_or(0);
    let below = descendants(own).into_iter().map(|seen| seen.number);
    below.filter(|number| *number != own).collect()
}

/// The parent of each living process.
pub(super) fn parents() -> HashMap<i32, i32> {
    let living = numbers().into_iter().filter_map(|n| Some((n, stat(n)?)));
    let living = living.filter(|(_, stat)| !stat.dead);
    living.map(|(number, stat)| (number, stat.parent)).collect()
}

fn descendants(root: i32) -> Vec<Seen> {
    let all: BTreeMap<i32, Stat> = numbers()
        .into_iter()
        .filter_map(|n| stat(n).map(|stat| (n, stat)))
        .collect();
    let below = |mut number: i32| {
        for _ in 0..10_000 {
            if number == root {
                return true;
            }
            match all.get(&number) {
                Some(stat) if stat.parent > 1 => number = stat.parent,
                _ => return false,
            }
        }
        false
    };
    let members = all
        .iter()
        .filter(|(number, stat)| !stat.dead && below(**number));
    members
        .map(|(number, stat)| Seen {
            number: *number,
            started: stat.started,
        })
        .collect()
}

fn numbers() -> Vec<i32> {
    let Ok(entries) = fs::read_dir("/proc") else {
        return vec![];
    };
    entries
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .collect()
}

fn stat(number: i32) -> Option<Stat> {
    let text = fs::read_to_string(format!("/proc/{number}/stat")).ok()?;
    // The program's name stands in parentheses and may hold anything, even parentheses.
    let fields: Vec<&str> = text.rsplit_once(')')?.1.split_whitespace().collect();
    let dead = matches!(*fields.first()?, "Z" | "X" | "x");
    let worked = fields.get(11..15)?.iter();
    let worked = worked.map(|ticks| ticks.parse::<u64>().unwrap_or_default());
    Some(Stat {
        worked: worked.sum(),
        parent: fields.get(1)?.parse().ok()?,
        started: fields.get(19)?.parse().ok()?,
        dead,
    })
}

fn living(number: i32) -> Option<Seen> {
    stat(number).filter(|stat| !stat.dead).map(|stat| Seen {
        number,
        started: stat.started,
    })
}

/// What the processors worked for a process and for the children it waited for, milliseconds; nothing once it is gone.
pub(super) fn worked_ms(number: i32) -> u64 {
    stat(number).map_or(0, |stat| stat.worked * TICK_MS)
}

/// True while the process is more than an entry that nobody waited for yet.
pub(super) fn is_running(number: u32) -> bool {
    i32::try_from(number).ok().and_then(living).is_some()
}

fn alive(seen: Seen) -> bool {
    living(seen.number) == Some(seen)
}

fn signal(seen: Seen, what: Signal) {
    let Some(pid) = Pid::from_raw(seen.number) else {
        return;
    };
    let Ok(handle) = pidfd_open(pid, PidfdFlags::empty()) else {
        return;
    };
    // Looked at again with the handle open: now the number cannot have passed to somebody else unnoticed.
    if alive(seen) {
        // It may end between the look and the signal; then there is nothing left to do.
        let _ = pidfd_send_signal(&handle, what);
    }
}

#[cfg(test)]
mod tests {
    use std::process::{Command, Stdio};

    use super::*;

    #[test]
    fn ends_what_left_the_family_and_nothing_else() {
        let mark = format!("test-{}", std::process::id());
        let script = "setsid sleep 300 & (nohup sleep 300 >/dev/null 2>&1 &) ; sleep 300 & wait";
        let mut shell = Command::new("sh")
            .args(["-c", script])
            .env(TREE, &mark)
            .stdin(Stdio::null())
            .spawn()
            .expect("a shell");
        let mut stranger = Command::new("sleep").arg("300").spawn().expect("sleep");
        let deadline = Instant::now() + Duration::from_secs(10);
        while marked(&[(TREE, &mark)]).len() < 4 {
            assert!(
                Instant::now() < deadline,
                "the script did not start its children"
            );
            std::thread::yield_now();
        }
        // The shell's entry stays as a zombie until waited for, which counts as gone.
        assert_eq!(
            end(Some(shell.id()), &[(TREE, &mark)], Duration::from_secs(5)),
            0
        );
        assert!(marked(&[(TREE, &mark)]).is_empty());
        shell.wait().expect("ended");
        assert!(
            stranger.try_wait().expect("asked").is_none(),
            "a stranger was killed"
        );
        stranger.kill().expect("killed");
        stranger.wait().expect("ended");
    }

    #[test]
    fn nothing_to_end_is_fine() {
        assert_eq!(
            end(None, &[(TREE, "no-such-mark")], Duration::from_secs(1)),
            0
        );
        assert_eq!(reap(Path::new("/no/such/skep")), 0);
    }
}
