//! The project's rules that a compiler does not know: who may name what, how files open, how long they are.

mod circles;
mod code;
mod graph;
mod sentences;
mod sizes;
mod unsafe_code;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use code::Code;

/// A source file with its module: the first folder or file below `src`, or the crate `core`, `seccomp_listener` or `simulator`.
struct Source {
    /// From the top of the tree.
    file: String,
    /// The same with the module in front: `git/mirror.rs`.
    path: String,
    module: String,
    text: String,
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn walk(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder of the tree") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            walk(&path, into);
        } else if path.extension().is_some_and(|end| end == "rs") {
            into.push(path);
        }
    }
}

/// Where product code stands, and what comes before its paths.
const ROOTS: [(&str, &str); 5] = [
    ("src", ""),
    ("crates/build-info/src", "build_info/"),
    ("crates/core/src", "core/"),
    ("crates/seccomp-listener/src", "seccomp_listener/"),
    ("crates/simulator/src", "simulator/"),
];

fn sources() -> Vec<Source> {
    ROOTS
        .iter()
        .flat_map(|(folder, before)| below(folder, before))
        .collect()
}

fn below(folder: &str, before: &str) -> Vec<Source> {
    let (mut paths, top) = (Vec::new(), root().join(folder));
    walk(&top, &mut paths);
    paths.sort();
    let read = |full: PathBuf| {
        let short = full
            .strip_prefix(&top)
            .expect("below it")
            .to_string_lossy()
            .into_owned();
        let path = format!("{before}{short}");
        let module = path
            .split('/')
            .next()
            .unwrap_or_default()
            .trim_end_matches(".rs")
            .to_owned();
        let text = std::fs::read_to_string(&full).expect("a text");
        Source {
            file: format!("{folder}/{short}"),
            path,
            module,
            text,
        }
    };
    paths.into_iter().map(read).collect()
}

/// The code of a file; a file of tests has none.
fn code(source: &Source) -> Code {
    let is_test = source.path.ends_with("tests.rs") || source.path.contains("/tests/");
    Code::parse(if is_test { "" } else { &source.text })
}

/// Every line of product code that holds one of the phrases, outside the places allowed.
fn offenders(phrases: &[&str], allowed: impl Fn(&Source) -> bool) -> Vec<String> {
    let mut found = Vec::new();
    for source in sources().iter().filter(|source| !allowed(source)) {
        let code = code(source);
        for (phrase, number) in phrases.iter().flat_map(|phrase| {
            code.lines_with(phrase)
                .into_iter()
                .map(move |line| (phrase, line))
        }) {
            let line = source.text.lines().nth(number - 1).unwrap_or_default();
            found.push(format!(
                "{}:{number}: {phrase} in {}",
                source.file,
                line.trim()
            ));
        }
    }
    found
}

fn assert_none(rule: &str, found: &[String]) {
    assert!(found.is_empty(), "{rule}:\n{}", found.join("\n"));
}

#[test]
fn only_its_module_names_a_library() {
    let rules: [(&[&str], &[&str]); 11] = [
        (&["sqlx"], &["store"]),
        (&["octocrab"], &["github"]),
        (&["agent_client_protocol"], &["agent", "simulator"]),
        (&["rmcp"], &["agent", "mcp"]),
        (&["axum"], &["http"]),
        (&["lettre"], &["notify"]),
        (
            &["clap", "clap_complete", "clap_mangen"],
            &["config", "cli", "main"],
        ),
        (&["ratatui", "crossterm", "indicatif"], &["cli"]),
        (&["aws_lc_rs"], &["cli", "signing"]),
        (&["seccomp_listener"], &["fence"]),
        (&["skep_simulator"], &["agent", "cli"]),
    ];
    for (words, modules) in rules {
        let found = offenders(words, |source| modules.contains(&source.module.as_str()));
        assert_none(&format!("only {modules:?} may name {words:?}"), &found);
    }
}

#[test]
fn only_git_agent_and_fence_start_processes() {
    let allowed = |source: &Source| {
        let of_simulator = [
            "simulator/git/git_commands.rs",
            "simulator/demo_agent/shell.rs",
        ];
        matches!(source.module.as_str(), "git" | "agent" | "fence")
            || of_simulator.contains(&source.path.as_str())
    };
    assert_none(
        "processes are started elsewhere",
        &offenders(&["Command::new", "process::Command"], allowed),
    );
}

#[test]
fn only_config_reads_the_environment() {
    let allowed = |source: &Source| source.module == "config";
    let words = [
        "env::var",
        "env::var_os",
        "env::vars",
        "env::vars_os",
        "env::set_var",
        "env::remove_var",
        "dotenv",
    ];
    assert_none(
        "the environment is read elsewhere",
        &offenders(&words, allowed),
    );
}

/// What the core must not name; `clippy.toml` and its dependencies keep the rest out.
const IMPURE: [&str; 17] = [
    "async",
    ".await",
    "tokio",
    "std::fs",
    "std::env",
    "std::net",
    "std::process",
    "SystemTime",
    "Instant",
    "Utc",
    "Local",
    "elapsed",
    "getrandom",
    "rand",
    "println!",
    "eprintln!",
    "tracing",
];

#[test]
fn the_core_is_pure() {
    let found = offenders(&IMPURE, |source| source.module != "core");
    assert_none("the core reaches out", &found);
}

#[test]
fn a_planted_clock_is_found() {
    for planted in [
        "use std::time::{Duration, Instant};",
        "use std::time as t; fn f() { t::SystemTime::now(); }",
        "fn f() -> i64 { chrono::Utc::now().timestamp_millis() }",
        "use std::{fs as disk}; fn f() { disk::read(\"x\"); }",
        "fn f(t: T) { t.elapsed(); }",
    ] {
        let code = Code::parse(planted);
        let found = IMPURE.iter().any(|word| !code.lines_with(word).is_empty());
        assert!(found, "{planted}");
    }
}

/// That the core is pure the build sees to as well: `crates/core` depends on no crate that reaches out.
#[test]
fn the_core_depends_on_nothing_that_reaches_out() {
    let manifest =
        std::fs::read_to_string(root().join("crates/core/Cargo.toml")).expect("a manifest");
    let listed = manifest
        .split("[dependencies]")
        .nth(1)
        .and_then(|rest| rest.split("\n[").next())
        .unwrap_or_default();
    let names: Vec<&str> = listed
        .lines()
        .filter_map(|line| line.split(['.', ' ', '=']).next())
        .filter(|n| !n.is_empty())
        .collect();
    let pure = [
        // Templates that are read when it is compiled: values in, text out.
        "askama",
        "base64",
        "chrono",
        "hex",
        "regex",
        "serde",
        "serde_json",
        "serde_yaml_ng",
        "strsim",
        "thiserror",
        "toml",
        "toml_edit",
        "unicode-segmentation",
        "url",
    ];
    assert_eq!(
        names, pure,
        "a crate of the core's is new: does it read a clock, a file, a socket or a random number?"
    );
}

/// The simulator knows GitHub and nothing of skep: it must not even have its types at hand.
#[test]
fn the_simulator_depends_on_nothing_of_skep() {
    let manifest = root().join("crates/simulator/Cargo.toml");
    let text = std::fs::read_to_string(manifest).expect("a manifest");
    let ours: Vec<&str> = text
        .lines()
        .filter(|line| line.starts_with("skep"))
        .collect();
    assert!(ours.is_empty(), "the simulator depends on {ours:?}");
}

/// `core` <- modules <- engine, runner, sweep, http <- app <- cli <- main: arrows never turn back, siblings do not meet.
#[test]
fn arrows_never_turn_back() {
    // The core and the simulator are crates: that they name nothing here the compiler sees to.
    let modules: BTreeMap<&str, &[&str]> = BTreeMap::from([
        ("webhook", &["core"] as &[&str]),
        ("store", &["core"]),
        ("dial", &["core"]),
        ("github", &["core", "dial"]),
        ("git", &["core"]),
        ("agent", &["core", "egress", "fence", "gateway"]),
        ("fence", &[]),
        ("egress", &["core"]),
        ("gateway", &["core", "dial"]),
        ("notify", &["core", "dial", "store"]),
        ("config", &["core"]),
        ("http", &["core", "webhook"]),
        ("engine", &["core", "store", "webhook"]),
        (
            "runner",
            &["core", "store", "github", "git", "agent", "engine"],
        ),
        (
            "sweep",
            &[
                "core", "store", "github", "git", "agent", "engine", "runner",
            ],
        ),
    ]);
    let mut found = Vec::new();
    for source in &sources() {
        let Some(allowed) = modules.get(source.module.as_str()) else {
            continue;
        };
        let path: Vec<&str> = source
            .path
            .trim_end_matches(".rs")
            .trim_end_matches("/mod")
            .split('/')
            .collect();
        for (number, target) in code(source).modules_named(&path) {
            let is_module = modules.contains_key(target.as_str())
                || matches!(target.as_str(), "core" | "app" | "cli");
            if is_module && target != source.module && !allowed.contains(&target.as_str()) {
                found.push(format!(
                    "{}:{number}: {} may not use {target}",
                    source.file, source.module
                ));
            }
        }
    }
    assert_none("arrows turn back", &found);
}

#[test]
fn every_file_says_what_it_is() {
    let silent: Vec<String> = sources()
        .iter()
        .filter(|source| {
            !source.text.starts_with("//! ") || source.text.starts_with("//! (being built)")
        })
        .map(|source| source.path.clone())
        .collect();
    assert_none("files without a header", &silent);
}

#[test]
fn modules_have_names_that_say_something() {
    let vague = [
        "util", "utils", "common", "helpers", "helper", "misc", "manager", "service", "handler",
        "base",
    ];
    let found: Vec<String> = sources()
        .iter()
        .filter(|source| {
            source
                .path
                .trim_end_matches(".rs")
                .split('/')
                .any(|part| vague.contains(&part))
        })
        .map(|source| source.path.clone())
        .collect();
    assert_none("vague names", &found);
}

#[test]
fn nothing_is_held_back_or_silenced() {
    let words = [
        "todo!(",
        "unimplemented!(",
        "#[ignore",
        "#[allow(",
        "dbg!(",
        ".unwrap()",
    ];
    assert_none(
        "held work or silenced checks",
        &offenders(&words, |_| false),
    );
}

#[test]
fn every_kind_has_a_name_of_its_own() {
    // The outbox and the timeline know each kind by a name of its own; that each is performed the compiler sees to.
    use skep::core::effect::EffectKind;
    let names: std::collections::BTreeSet<_> =
        EffectKind::ALL.iter().map(|kind| kind.name()).collect();
    assert_eq!(names.len(), EffectKind::ALL.len());
    let happenings: std::collections::BTreeSet<_> = skep::core::event_name::DomainEvent::ALL
        .iter()
        .map(|happening| happening.name())
        .collect();
    assert_eq!(
        happenings.len(),
        skep::core::event_name::DomainEvent::ALL.len()
    );
}
