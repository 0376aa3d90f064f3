//! Asks git which commit this is, unless whoever builds says it (`SKEP_COMMIT`, `SOURCE_DATE_EPOCH`), and tells the compiler.
//!
//! The day is the commit's and not that of the build, so that two builds of one commit are the same program. Builds for development
//! ask nobody: they would be made anew with every commit.

use std::process::Command;

fn main() {
    for name in ["SKEP_COMMIT", "SOURCE_DATE_EPOCH"] {
        println!("cargo::rerun-if-env-changed={name}");
    }
    println!("cargo::rerun-if-changed=build.rs");
    let released = std::env::var("PROFILE").is_ok_and(|profile| profile == "release");
    if !released {
        return;
    }
    if let Some(log) = git(&["rev-parse", "--git-path", "logs/HEAD"]) {
        println!("cargo::rerun-if-changed={log}");
    }
    let commit = said("SKEP_COMMIT").or_else(|| git(&["rev-parse", "HEAD"]));
    let hex = |text: &String| text.len() >= 7 && text.bytes().all(|b| b.is_ascii_hexdigit());
    if let Some(commit) = commit.filter(hex) {
        println!(
            "cargo::rustc-env=BUILD_COMMIT={}",
            &commit[..commit.len().min(12)]
        );
    }
    let seconds = said("SOURCE_DATE_EPOCH").or_else(|| git(&["log", "-1", "--format=%ct"]));
    if let Some(seconds) = seconds.and_then(|text| text.parse::<i64>().ok()) {
        println!("cargo::rustc-env=BUILD_SECONDS={seconds}");
    }
}

fn said(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|text| !text.is_empty())
}

fn git(arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").args(arguments).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned())
}
