//! The protocol with the kernel over a folder that stands for its file system: which files are written, with what, and which are left alone.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tempfile::TempDir;

use super::*;

const UNIT: &str = "sys/fs/cgroup/system.slice/skep.service";
const MOUNT: &str = "41 31 0:38 / /sys/fs/cgroup rw,relatime shared:4 - cgroup2 cgroup2 rw\n";
const MIB: u64 = 1 << 20;
/// No process has this number.
const NOBODY: i32 = i32::MAX;

/// A machine where skep is a service; `line` is its own group.
fn machine(line: &str, controllers: &str) -> TempDir {
    let root = tempfile::tempdir().expect("a folder");
    let unit = root.path().join(UNIT);
    for folder in [&unit, &root.path().join("proc/self")] {
        fs::create_dir_all(folder).expect("made");
    }
    let own = std::process::id();
    let files = [
        ("proc/self/cgroup", format!("1:name=systemd:/\n0::{line}\n")),
        (
            "proc/self/mountinfo",
            format!("23 1 0:20 / /proc rw - proc proc rw\n{MOUNT}"),
        ),
    ];
    for (name, value) in files {
        fs::write(root.path().join(name), value).expect("written");
    }
    let kernels = [
        ("cgroup.type", "domain\n".to_owned()),
        ("cgroup.controllers", format!("{controllers}\n")),
        // The first of all is no process of skep's.
        ("cgroup.procs", format!("1\n{own}\n")),
        ("cgroup.subtree_control", String::new()),
    ];
    for (name, value) in kernels {
        fs::write(unit.join(name), value).expect("written");
    }
    root
}

fn service(controllers: &str) -> (TempDir, PathBuf) {
    let root = machine("/system.slice/skep.service", controllers);
    let unit = root.path().join(UNIT);
    (root, unit)
}

fn read(folder: &Path, name: &str) -> String {
    fs::read_to_string(folder.join(name)).expect("there")
}

fn open(root: &TempDir) -> Result<Cgroups, String> {
    Cgroups::below(root.path(), Some(64 * MIB))
}

#[test]
fn skep_goes_into_a_group_of_its_own_and_each_start_into_another() {
    let (root, unit) = service("cpuset memory pids");
    let cgroups = open(&root).expect("offered");
    let own = std::process::id().to_string();
    assert_eq!(read(&unit, "skep/cgroup.procs"), own);
    assert_eq!(read(&unit, "cgroup.subtree_control"), "+memory +pids");

    let group = cgroups.make("7-12-1.4711.0", Some(4_096)).expect("made");
    let folder = unit.join("session-7-12-1.4711.0");
    assert_eq!(group.folder(), folder);
    assert_eq!(read(&folder, "memory.max"), (64 * MIB).to_string());
    assert_eq!(read(&folder, "pids.max"), "4096");
    let twice = cgroups.make("7-12-1.4711.0", None);
    assert!(twice.is_err(), "a mark is one start's");
    let free = cgroups.make("7-12-1.4711.1", None).expect("made");
    assert_eq!(read(free.folder(), "pids.max"), "max");
}

/// What skep has started may have started more by then, such as a sandbox that is tried; who is nobody of skep's stays.
#[test]
fn what_skep_has_started_goes_with_it_however_far_below() {
    let (root, unit) = service("memory pids");
    let mut child = std::process::Command::new("sh")
        .args(["-c", "sleep 600 & echo $!; wait"])
        .stdout(std::process::Stdio::piped())
        .spawn()
        .expect("a child");
    let mut line = String::new();
    let output = child.stdout.take().expect("piped");
    std::io::BufRead::read_line(&mut std::io::BufReader::new(output), &mut line).expect("told");
    let own = std::process::id();
    // Of all who are moved the file of this folder tells the last.
    fs::write(unit.join("cgroup.procs"), format!("{own}\n{line}1\n")).expect("written");
    open(&root).expect("offered");
    let moved = read(&unit, "skep/cgroup.procs");
    let ended = std::process::Command::new("kill")
        .args([line.trim(), &child.id().to_string()])
        .status();
    child.wait().expect("it ends");
    assert!(ended.expect("kill is there").success());
    assert_eq!(moved, line.trim());
}

#[test]
fn a_fair_share_of_the_processors_is_taken_where_it_is_offered() {
    let (root, unit) = service("cpu memory pids");
    open(&root).expect("offered");
    assert_eq!(read(&unit, "cgroup.subtree_control"), "+cpu");
}

#[test]
fn a_group_that_skep_is_in_already_is_used_again() {
    let root = machine("/system.slice/skep.service/skep", "memory pids");
    let unit = root.path().join(UNIT);
    fs::create_dir(unit.join("skep")).expect("made");
    fs::write(unit.join("skep/cgroup.type"), "domain\n").expect("written");
    fs::write(unit.join("cgroup.procs"), "").expect("written");
    fs::write(unit.join("cgroup.subtree_control"), "memory pids\n").expect("written");
    open(&root).expect("offered");
    assert_eq!(read(&unit, "cgroup.subtree_control"), "memory pids\n");
    assert!(!unit.join("skep/cgroup.procs").exists(), "nobody was moved");
}

#[test]
fn where_it_cannot_have_all_it_changes_nothing_and_says_why() {
    let (root, unit) = service("memory");
    assert_eq!(open(&root).map(drop), Err(text::NOT_OFFERED.to_owned()));
    assert!(!unit.join("skep").exists());
    let none = Cgroups::below(root.path(), None).map(drop);
    assert_eq!(none, Err(text::NOT_ASKED.to_owned()));

    // Somebody else lives in it: the kernel refuses to hand the controllers down.
    let (root, unit) = service("memory pids");
    fs::remove_file(unit.join("cgroup.subtree_control")).expect("removed");
    fs::create_dir(unit.join("cgroup.subtree_control")).expect("in the way");
    let why = open(&root).map(drop).expect_err("refused");
    assert!(why.contains("Delegate=memory pids cpu"), "{why}");
    let own = std::process::id().to_string();
    assert_eq!(read(&unit, "cgroup.procs"), own, "skep is back");
}

#[test]
fn no_version_2_is_told_from_the_root_of_it() {
    let root = machine("/", "");
    assert_eq!(open(&root).map(drop), Err(text::ABSENT.to_owned()));
    let top = root.path().join("sys/fs/cgroup/cgroup.controllers");
    fs::write(top, "cpu memory pids\n").expect("written");
    assert_eq!(open(&root).map(drop), Err(text::OUTSIDE.to_owned()));
    fs::write(root.path().join("proc/self/cgroup"), "4:memory:/x\n").expect("written");
    assert_eq!(open(&root).map(drop), Err(text::ABSENT.to_owned()));
    let empty = tempfile::tempdir().expect("a folder");
    assert_eq!(open(&empty).map(drop), Err(text::ABSENT.to_owned()));
}

#[test]
fn a_container_sees_its_own_group_as_the_mount() {
    let root = machine("/docker/1cde", "memory pids");
    let mounts = |line: &str| {
        fs::write(root.path().join("proc/self/mountinfo"), line).expect("written");
        own(root.path())
    };
    let at = root.path().join("sys/fs/cgroup");
    let inside = "41 31 0:38 /docker/1cde /sys/fs/cgroup ro - cgroup2 cgroup rw\n";
    assert_eq!(mounts(inside), Some(at.clone()));
    assert_eq!(mounts(MOUNT), Some(at.join("docker/1cde")));
    let other = "41 31 0:38 /docker/2 /sys/fs/cgroup ro - cgroup2 cgroup rw\n";
    assert_eq!(mounts(other), None);
    fs::write(root.path().join("proc/self/cgroup"), "0::/../x\n").expect("written");
    assert_eq!(mounts(MOUNT), None, "out of sight");
}

#[test]
fn what_a_skep_that_is_gone_has_left_goes_and_nothing_else() {
    let (root, unit) = service("memory pids");
    let own = std::process::id();
    let left = unit.join(format!("session-7-12-1.{NOBODY}.3"));
    let stay = [
        unit.join(format!("session-7-12-1.{own}.3")),
        unit.join("session-x"),
        unit.join(format!("another-7-12-1.{NOBODY}.3")),
    ];
    for folder in stay.iter().chain([&left]) {
        fs::create_dir(folder).expect("made");
    }
    open(&root).expect("offered");
    assert!(!left.exists());
    assert!(stay.iter().all(|folder| folder.exists()));
}

#[test]
fn all_in_a_group_are_ended_by_one_word_and_its_folder_goes_with_it() {
    let (root, unit) = service("memory pids");
    let cgroups = open(&root).expect("offered");
    let group = cgroups.make("7-12-1.4711.0", None).expect("made");
    let folder = group.folder().to_owned();
    // Here files do not come and go with their folder.
    fs::write(folder.join("cgroup.kill"), "").expect("written");
    group.kill();
    assert_eq!(read(&folder, "cgroup.kill"), "1");
    for name in ["cgroup.kill", "memory.max", "pids.max"] {
        fs::remove_file(folder.join(name)).expect("removed");
    }
    group.end(Duration::ZERO);
    assert!(!folder.exists() && unit.exists());
    group.end(Duration::ZERO);
}

#[test]
fn the_kernel_tells_whether_the_memory_was_not_enough() {
    let (root, _unit) = service("memory pids");
    let cgroups = open(&root).expect("offered");
    let group = cgroups.make("7-12-1.4711.0", None).expect("made");
    assert_eq!(group.ran_out_of_memory(), None, "it does not tell");
    let told = |kills: &str| {
        let events = format!("low 0\nhigh 0\nmax 9\noom 1\noom_kill {kills}\noom_group_kill 1\n");
        fs::write(group.folder().join("memory.events"), events).expect("written");
        group.ran_out_of_memory()
    };
    assert_eq!(told("0"), None);
    assert_eq!(told("2"), Some(64 * MIB));
}
