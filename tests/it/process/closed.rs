//! What other processes of the same user see of a running skep: neither its memory nor its environment, where secrets are.

use std::os::unix::fs::{PermissionsExt, chown};
use std::process::Command;

use super::running::Served;
use super::setup::Setup;

/// A user without rights, and how a command line becomes that user's.
const NOBODY: u32 = 65_534;
const AS_NOBODY: [&str; 4] = [
    "setpriv",
    "--reuid=65534",
    "--regid=65534",
    "--clear-groups",
];

/// Root may look at everything, so that two of its processes prove nothing.
fn lowered() -> &'static [&'static str] {
    match rustix::process::getuid().is_root() {
        true => &AS_NOBODY,
        false => &[],
    }
}

/// What a program of the same user as skep's reads from a file.
fn read(path: &str) -> Result<Vec<u8>, String> {
    let line: Vec<&str> = lowered().iter().copied().chain(["cat", path]).collect();
    let output = Command::new(line[0]).args(&line[1..]).output();
    let output = output.expect("it starts");
    match output.status.success() {
        true => Ok(output.stdout),
        false => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_process_of_its_user_sees_its_secrets_and_it_leaves_no_core() {
    let setup = Setup::new().await;
    let open = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(setup.folder.path(), open).expect("set");
    if !lowered().is_empty() {
        std::fs::create_dir(setup.data()).expect("a folder");
        chown(setup.data(), Some(NOBODY), Some(NOBODY)).expect("given away");
    }
    let served = Served::start_within(&setup, lowered());
    let number = served.number();
    for name in ["environ", "mem", "maps", "auxv"] {
        let refused = read(&format!("/proc/{number}/{name}")).expect_err(name);
        assert!(
            refused.contains("denied") || refused.contains("permitted"),
            "{name}: {refused}"
        );
    }
    // What is started without that can be looked at, so that the refusal is skep's own doing.
    let line: Vec<&str> = lowered().iter().copied().chain(["sleep", "100"]).collect();
    let other = Command::new(line[0])
        .args(&line[1..])
        .env("CANARY", "c4n4ry")
        .spawn();
    let mut other = other.expect("it starts");
    crate::agents::until("the other one can be looked at", || {
        let seen = read(&format!("/proc/{}/environ", other.id()));
        seen.is_ok_and(|seen| String::from_utf8_lossy(&seen).contains("CANARY=c4n4ry"))
    })
    .await;
    other.kill().expect("it runs");
    other.wait().expect("gone");
    let limits = std::fs::read_to_string(format!("/proc/{number}/limits")).expect("limits");
    let cores = limits
        .lines()
        .find(|line| line.starts_with("Max core file size"));
    let cores: Vec<&str> = cores.expect("a line").split_whitespace().collect();
    assert_eq!(cores[4..6], ["0", "0"], "{limits}");
    served.stop().await;
}
