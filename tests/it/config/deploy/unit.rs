//! The rules for the systemd unit: its commands are skep's, it waits for agents, and its folder is the one that systemd makes.

use super::{Facts, misspelt, seconds};

/// The values of a key in a section, in order.
fn values<'t>(text: &'t str, section: &str, key: &str) -> Vec<&'t str> {
    let mut inside = false;
    let mut found = Vec::new();
    for line in text.lines().map(str::trim) {
        if line.starts_with('[') {
            inside = line == format!("[{section}]");
        } else if let Some((name, value)) = line.split_once('=')
            && inside
            && name == key
        {
            found.push(value);
        }
    }
    found
}

/// What is wrong.
pub(super) fn wrong(text: &str, facts: &Facts) -> Vec<String> {
    let one = |key: &str| values(text, "Service", key).last().copied();
    let mut found = facts.unknown(text, &[]);
    match values(text, "Service", "ExecStart")[..] {
        [line] => found.extend(misspelt(&line.split_whitespace().collect::<Vec<_>>())),
        _ => found.push("ExecStart is not one command".to_owned()),
    }
    // SIGHUP is how skep is told to read its file again.
    if one("ExecReload") != Some("/bin/kill -HUP $MAINPID") {
        found.push("ExecReload does not send SIGHUP".to_owned());
    }
    found.extend(facts.stop("TimeoutStopSec", one("TimeoutStopSec").and_then(seconds)));
    let whole = [
        // Agents get no signal of systemd's: skep ends them.
        ("KillMode", "mixed"),
        ("Restart", "on-failure"),
        // A wrong configuration.
        ("RestartPreventExitStatus", "2"),
    ];
    for (key, value) in whole {
        if one(key) != Some(value) {
            found.push(format!("{key} is not {value}"));
        }
    }
    if one("User").is_none_or(|user| ["root", "0"].contains(&user)) {
        found.push("it runs as root".to_owned());
    }
    let controllers: Vec<&str> = one("Delegate")
        .into_iter()
        .flat_map(str::split_whitespace)
        .collect();
    if !["memory", "pids"]
        .iter()
        .all(|name| controllers.contains(name))
    {
        found.push("Delegate gives no memory and pids".to_owned());
    }
    let environment = values(text, "Service", "Environment");
    let pairs = environment.iter().flat_map(|line| line.split_whitespace());
    let mut pairs = pairs.filter_map(|pair| pair.split_once('='));
    let folder = pairs.find(|(name, _)| *name == "SKEP_DATA_DIR");
    let made = one("StateDirectory").map(|name| format!("/var/lib/{name}"));
    if folder.map(|(_, path)| path) != made.as_deref() {
        found.push("SKEP_DATA_DIR is not the StateDirectory".to_owned());
    }
    if one("StateDirectoryMode") != Some("0700") {
        found.push("others may read the StateDirectory".to_owned());
    }
    if values(text, "Install", "WantedBy") != ["multi-user.target"] {
        found.push("nothing wants it at the start of the machine".to_owned());
    }
    found
}
