//! Control groups of skep's own: how a start enters one, and, where the kernel gives this process some, that they hold.
//!
//! The second needs version 2 with `memory` and `pids`, and a group that nobody but the tests is in
//! (`systemd-run --user --scope -p Delegate=yes target/debug/deps/it-… agents::cgroup`). Machines with version 1 have none: there it is said
//! and nothing more, and what is written into which file is compared beside the code.

use std::io::Write;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use skep::agent::{Agents, AgentsConfig, Output, SandboxChoice};
use skep::core::text::cgroup::OWN;

use super::{Bench, Setup, config, fenced, until};

const SKEP: &str = env!("CARGO_BIN_EXE_skep");

#[test]
fn a_start_enters_its_group_before_it_is_the_program() {
    let group = tempfile::tempdir().expect("a folder");
    let start = |folder: PathBuf| {
        Command::new(SKEP)
            .arg("cgroup")
            .arg(folder)
            .args(["sh", "-c", "echo inside; exit 7"])
            .output()
            .expect("skep starts")
    };
    let output = start(group.path().to_owned());
    assert_eq!(output.status.code(), Some(7));
    assert_eq!(String::from_utf8_lossy(&output.stdout), "inside\n");
    let entered = std::fs::read_to_string(group.path().join("cgroup.procs"));
    assert_eq!(entered.expect("written"), "0", "whoever writes");

    let output = start(group.path().join("none"));
    assert_eq!(output.status.code(), Some(125));
    assert!(output.stdout.is_empty(), "it was not started");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.starts_with("the control group ends: "), "{said}");
}

/// A bench whose starts have groups with 64 MiB; `None` where there are none, which is said.
async fn bench(sandbox: SandboxChoice) -> Option<Bench> {
    let mut bench = Setup::demo().bench().await;
    bench.agents = Agents::open(AgentsConfig {
        session_memory: Some(64 << 20),
        ..config(&bench.data(), sandbox, false)
    })
    .await
    .expect("agents");
    let held = bench.agents.limits_held_by();
    if held == OWN {
        return Some(bench);
    }
    let line = format!("skipped: control groups of skep's own ({held})\n");
    std::io::stderr()
        .write_all(line.as_bytes())
        .expect("somebody reads");
    None
}

async fn shell(bench: &Bench, script: &str) -> Output {
    let argv = ["sh", "-c", script].map(str::to_owned);
    let ran = bench
        .agents
        .run_confined(&bench.launch, &argv, Duration::from_secs(60));
    ran.await.expect("it ran")
}

/// The groups of starts beside this process's own.
fn groups() -> Vec<PathBuf> {
    let own = std::fs::read_to_string("/proc/self/cgroup").expect("told");
    let own = own.lines().find_map(|line| line.strip_prefix("0::/"));
    let own = PathBuf::from("/sys/fs/cgroup").join(own.expect("version 2"));
    let beside = std::fs::read_dir(own.parent().expect("a parent")).expect("read");
    let ours = beside.flatten().map(|entry| entry.path());
    ours.filter(|path| path.to_string_lossy().contains("/session-1296269-"))
        .collect()
}

#[tokio::test]
async fn the_kernel_ends_what_wants_more_memory_and_nobody_inside_can_change_that() {
    let Some(bench) = bench(SandboxChoice::Bubblewrap).await else {
        return;
    };
    if !fenced(&bench.agents) {
        return;
    }
    let output = shell(&bench, "head -c 300000000 /dev/zero | tail; echo went on").await;
    assert!(!output.success && output.stdout.is_empty(), "{output:?}");
    let output = shell(&bench, "ls /sys/fs/cgroup 2>/dev/null; echo looked").await;
    assert_eq!(String::from_utf8_lossy(&output.stdout), "looked\n");
}

#[tokio::test]
async fn what_hides_from_the_mark_is_ended_with_its_group() {
    let Some(bench) = bench(SandboxChoice::None).await else {
        return;
    };
    let script = "setsid env -i sleep 98765 >/dev/null 2>&1 & echo $!";
    let output = shell(&bench, script).await;
    let number = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    until("its end", || {
        !PathBuf::from(format!("/proc/{number}")).exists()
    })
    .await;
    until("the end of its group", || groups().is_empty()).await;
}
