//! The files to deploy with, held against the program: ports, paths, settings, commands, the time a stop takes.
//!
//! No container engine and no systemd is asked; what would only fail there is looked for here, by rules that name what is wrong.

mod containers;
mod image;
mod unit;

use std::collections::BTreeSet;

use clap::Parser;
use regex::Regex;
use serde_yaml_ng::Value;
use skep::cli::Cli;
use skep::config::reference;
use skep::core::policy::Limits;

use super::read;

/// What the rules know of the program.
struct Facts {
    /// Variables that it reads.
    settings: BTreeSet<&'static str>,
    /// Where webhooks arrive, and where only operators may.
    port: u64,
    admin_port: u64,
    /// Seconds that a stop waits for agents.
    drain: u64,
}

impl Facts {
    fn new() -> Self {
        let settings = reference();
        let port = |key: &str| {
            let setting = settings
                .iter()
                .find(|setting| setting.key.as_deref() == Some(key));
            let default = &setting.expect("a setting").default;
            let port = default.rsplit_once(':').expect("an address").1;
            port.parse().expect("a port")
        };
        Self {
            port: port("listen"),
            admin_port: port("admin_listen"),
            drain: Limits::default().drain_ms.unsigned_abs().div_ceil(1000),
            settings: settings.iter().filter_map(|setting| setting.env).collect(),
        }
    }

    /// The variables of skep that a text names and that are no settings.
    fn unknown(&self, text: &str, beside: &[&str]) -> Vec<String> {
        let name = Regex::new(r"\bSKEP_[A-Z][A-Z0-9_]*").expect("a pattern");
        let named = name.find_iter(text).map(|found| found.as_str());
        let unknown = named.filter(|name| !self.settings.contains(name) && !beside.contains(name));
        unknown
            .map(|name| format!("{name} is no setting"))
            .collect()
    }

    /// A stop needs at least as long as agents are waited for.
    fn stop(&self, name: &str, seconds: Option<u64>) -> Option<String> {
        match seconds {
            Some(seconds) if seconds >= self.drain => None,
            Some(_) => Some(format!("{name} is shorter than limits.drain")),
            None => Some(format!("{name} is missing or no span of time")),
        }
    }
}

/// `90`, `90s` or `1m30s` in seconds.
fn seconds(text: &str) -> Option<u64> {
    let parts = Regex::new(r"^(?:(\d+)m)?(?:(\d+)s?)?$").expect("a pattern");
    let parts = parts.captures(text).filter(|_| !text.is_empty())?;
    let number = |at| {
        parts
            .get(at)
            .map_or(Some(0), |part| part.as_str().parse::<u64>().ok())
    };
    Some(number(1)? * 60 + number(2)?)
}

/// Why the program does not take a command line, which begins with its own path.
fn misspelt(words: &[&str]) -> Option<String> {
    let (program, rest) = words.split_first()?;
    if program.rsplit('/').next() != Some("skep") {
        return Some(format!("{program} is not skep"));
    }
    let line = std::iter::once("skep").chain(rest.iter().copied());
    let error = Cli::try_parse_from(line).err()?;
    Some(format!("skep does not take `{}`: {error}", rest.join(" ")))
}

/// Where a value stands, step by step; numbers are places in a list. A null where it is not.
fn at<'v>(value: &'v Value, path: &str) -> &'v Value {
    path.split('.')
        .fold(value, |value, step| match step.parse::<usize>() {
            Ok(place) => &value[place],
            Err(_) => &value[step],
        })
}

/// A list's members; none of what is no list.
fn members(value: &Value) -> &[Value] {
    value.as_sequence().map_or(&[], Vec::as_slice)
}

const IMAGE: &str = "Dockerfile";
const COMPOSE: &str = "docs/deploy/compose.yaml";
const KUBERNETES: &str = "docs/deploy/kubernetes.yaml";
const UNIT: &str = "docs/deploy/skep.service";

/// What is wrong with a file of that name and content.
fn wrong(file: &str, text: &str) -> Vec<String> {
    let facts = Facts::new();
    match file {
        IMAGE => image::wrong(text, &facts),
        COMPOSE => containers::compose(text, &facts),
        KUBERNETES => containers::kubernetes(text, &facts),
        UNIT => unit::wrong(text, &facts),
        _ => panic!("no rules for {file}"),
    }
}

#[test]
fn the_files_to_deploy_with_are_right() {
    for file in [IMAGE, COMPOSE, KUBERNETES, UNIT] {
        assert_eq!(wrong(file, &read(file)), [""; 0], "{file}");
    }
}

/// Every page of the folder has its rules.
#[test]
fn no_file_is_left_out() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/deploy");
    let names = std::fs::read_dir(folder).expect("a folder");
    let names: BTreeSet<String> = names
        .map(|entry| entry.expect("an entry").file_name())
        .map(|name| format!("docs/deploy/{}", name.display()))
        .collect();
    assert_eq!(
        names,
        BTreeSet::from([COMPOSE, KUBERNETES, UNIT].map(str::to_owned))
    );
}

/// The file, what is changed in it to what, and a part of what is then found.
const PLANTED: [(&str, &str, &str, &str); 41] = [
    (IMAGE, "USER 10001:10001", "USER skep", "USER is no number"),
    (IMAGE, "USER 10001:10001", "USER 0", "runs as root"),
    (IMAGE, "USER 10001:10001\n", "", "no USER"),
    (
        IMAGE,
        "USER 10001:10001",
        "USER 10002:10002",
        "makes no user 10002",
    ),
    (IMAGE, "bookworm-slim", "latest", "debian:latest"),
    (
        IMAGE,
        "FROM debian:bookworm-slim",
        "FROM debian",
        "has no tag",
    ),
    (
        IMAGE,
        "install -y --no-install-recommends bubblewrap",
        "install -y bubblewrap",
        "--no-install-recommends",
    ),
    (
        IMAGE,
        "git util-linux \\\n && rm -rf /var/lib/apt/lists/*",
        "git util-linux",
        "leaves apt's lists",
    ),
    (
        IMAGE,
        "RUN apt-get update \\\n && apt-get install -y --no-install-recommends cmake",
        "RUN apt-get install -y --no-install-recommends cmake",
        "without an update",
    ),
    (
        IMAGE,
        "COPY LICENSE-MIT",
        "COPY LICENSE-GPL",
        "no LICENSE-GPL",
    ),
    (
        IMAGE,
        "COPY LICENSE-MIT",
        "COPY rust-toolchain.toml",
        "keeps rust-toolchain.toml out",
    ),
    (IMAGE, "COPY LICENSE-MIT", "ADD LICENSE-MIT", "ADD"),
    (
        IMAGE,
        "--from=build /src/target/dist",
        "--from=builder /src/target/dist",
        "no stage builder",
    ),
    (IMAGE, "EXPOSE 3000", "EXPOSE 3000 3001", "EXPOSE"),
    (
        IMAGE,
        "SKEP_LISTEN=0.0.0.0:3000",
        "SKEP_LISTEN=0.0.0.0:8080",
        "SKEP_LISTEN",
    ),
    (
        IMAGE,
        "SKEP_OLD_GIT",
        "SKEP_OLDGIT",
        "SKEP_OLDGIT is no setting",
    ),
    (IMAGE, "VOLUME /data", "VOLUME /var/data", "VOLUME"),
    (
        IMAGE,
        "CMD [\"serve\"]",
        "CMD [\"server\"]",
        "does not take `server`",
    ),
    (
        IMAGE,
        "\"skep\", \"status\"",
        "\"skep\", \"health\"",
        "does not take `health`",
    ),
    (IMAGE, "rust:1.95", "rust:1.80", "older than rust-version"),
    (
        COMPOSE,
        "image: skep\n",
        "image: skep:latest\n",
        "skep:latest",
    ),
    (COMPOSE, "context: ../..", "context: ..", "no Dockerfile"),
    (COMPOSE, "127.0.0.1:3000:3000", "3001:3001", "3001"),
    (COMPOSE, "- data:/data", "- data:/srv", "/data is no volume"),
    (COMPOSE, "volumes:\n  data:\n", "", "no volume data"),
    (
        COMPOSE,
        "stop_grace_period: 90s",
        "stop_grace_period: 20s",
        "shorter than limits.drain",
    ),
    (
        COMPOSE,
        "SKEP_PRIVATE_KEY_FILE",
        "SKEP_KEY_FILE",
        "SKEP_KEY_FILE is no setting",
    ),
    (
        COMPOSE,
        "/run/secrets/app-key",
        "/run/secrets/key",
        "no secret key",
    ),
    (KUBERNETES, "replicas: 1", "replicas: 2", "replicas"),
    (
        KUBERNETES,
        "kind: StatefulSet",
        "kind: Deployment",
        "Recreate",
    ),
    (
        KUBERNETES,
        "runAsNonRoot: true",
        "runAsNonRoot: false",
        "runAsNonRoot",
    ),
    (
        KUBERNETES,
        "path: /healthz",
        "path: /health",
        "/health is no probe",
    ),
    (
        KUBERNETES,
        "containerPort: 3000",
        "containerPort: 3001",
        "3001",
    ),
    (
        KUBERNETES,
        "targetPort: webhook",
        "targetPort: http",
        "no port http",
    ),
    (
        KUBERNETES,
        "terminationGracePeriodSeconds: 90",
        "terminationGracePeriodSeconds: 10",
        "shorter than limits.drain",
    ),
    (
        KUBERNETES,
        "mountPath: /data",
        "mountPath: /srv",
        "/data is no volume",
    ),
    (UNIT, "skep serve", "skep server", "does not take `server`"),
    (
        UNIT,
        "TimeoutStopSec=90",
        "TimeoutStopSec=5",
        "shorter than limits.drain",
    ),
    (UNIT, "kill -HUP", "kill -USR1", "ExecReload"),
    (UNIT, "KillMode=mixed", "KillMode=control-group", "KillMode"),
    (UNIT, "/var/lib/skep", "/srv/skep", "StateDirectory"),
];

#[test]
fn each_planted_mistake_is_found() {
    for (file, from, to, part) in PLANTED {
        let text = read(file);
        assert!(text.contains(from), "{file} has no {from:?} any more");
        let found = wrong(file, &text.replacen(from, to, 1));
        let named = found.iter().any(|finding| finding.contains(part));
        assert!(named, "{file}, {from:?} -> {to:?}: {found:?}");
    }
}

#[test]
fn spans_are_read_as_engines_write_them() {
    let read = ["90", "90s", "1m30s", "2m", "", "s", "soon", "-1"].map(seconds);
    let (some, none) = read.split_at(4);
    assert_eq!(some, [Some(90), Some(90), Some(90), Some(120)]);
    assert_eq!(none, [None; 4]);
}
