//! The rules for the Dockerfile: who the program runs as, what is taken in from where, and that its words are skep's.

use std::path::Path;

use regex::Regex;

use super::super::read;
use super::{Facts, misspelt};

/// What whoever builds it says; settings they are none.
const FOR_THE_BUILD: [(&str, &str); 2] = [
    ("SKEP_COMMIT", "crates/build-info/build.rs"),
    ("SKEP_SBOM_UNCHECKED", ".ci/sbom"),
];

/// An instruction and what stands behind it, on one line.
#[derive(Debug)]
struct Instruction {
    word: String,
    rest: String,
}

/// A stage: what it begins with, its name, and its instructions.
#[derive(Debug, Default)]
struct Stage {
    from: String,
    name: Option<String>,
    instructions: Vec<Instruction>,
}

impl Stage {
    fn all<'s>(&'s self, word: &'s str) -> impl Iterator<Item = &'s str> {
        let of = self.instructions.iter().filter(move |one| one.word == word);
        of.map(|one| one.rest.as_str())
    }

    fn last<'s>(&'s self, word: &'s str) -> Option<&'s str> {
        self.all(word).last()
    }

    /// A variable of its `ENV` lines.
    fn variable(&self, name: &str) -> Option<&str> {
        let pairs = self.all("ENV").flat_map(str::split_whitespace);
        let mut pairs = pairs.filter_map(|pair| pair.split_once('='));
        pairs.find(|(of, _)| *of == name).map(|(_, value)| value)
    }
}

fn stages(text: &str) -> Vec<Stage> {
    let lines = text
        .lines()
        .filter(|line| !line.trim_start().starts_with('#'));
    let whole = lines.collect::<Vec<_>>().join("\n").replace("\\\n", " ");
    let mut stages = Vec::new();
    for line in whole.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        let (word, rest) = (word.to_uppercase(), rest.trim().to_owned());
        if word == "FROM" {
            let words: Vec<&str> = rest.split_whitespace().collect();
            let named = words.len() == 3 && words[1].eq_ignore_ascii_case("as");
            stages.push(Stage {
                from: words[0].to_owned(),
                name: named.then(|| words[2].to_owned()),
                instructions: Vec::new(),
            });
        } else if let Some(stage) = stages.last_mut() {
            stage.instructions.push(Instruction { word, rest });
        }
    }
    stages
}

/// The data folder and the user of the image, for those who run it.
pub(super) fn promises() -> (String, u64) {
    let text = read(super::IMAGE);
    let stages = stages(&text);
    let last = stages.last().expect("a stage");
    let folder = last.variable("SKEP_DATA_DIR").expect("a data folder");
    let user = last.last("USER").expect("a user").split(':').next();
    let user = user.and_then(|user| user.parse().ok()).expect("a number");
    (folder.to_owned(), user)
}

/// What is wrong.
pub(super) fn wrong(text: &str, facts: &Facts) -> Vec<String> {
    let for_the_build = FOR_THE_BUILD.map(|(name, _)| name);
    let mut found = facts.unknown(text, &for_the_build);
    for (name, file) in FOR_THE_BUILD {
        if !read(file).contains(name) {
            found.push(format!("{file} reads no {name}"));
        }
    }
    let stages = stages(text);
    let Some(last) = stages.last() else {
        return vec!["there is no stage".to_owned()];
    };
    for (at, stage) in stages.iter().enumerate() {
        found.extend(base(&stage.from, &stages[..at]));
        found.extend(stage.all("ADD").map(|rest| format!("ADD {rest}: use COPY")));
        found.extend(stage.all("RUN").flat_map(apt));
        found.extend(
            stage
                .all("COPY")
                .flat_map(|rest| copied(rest, &stages[..at])),
        );
    }
    found.extend(user(last));
    found.extend(promised(last, facts));
    found.extend(commands(last));
    found
}

fn base(from: &str, before: &[Stage]) -> Vec<String> {
    let stage = |stage: &Stage| stage.name.as_deref() == Some(from);
    if before.iter().any(stage) {
        return Vec::new();
    }
    let number = |text: &str| -> Vec<u64> {
        text.split('.')
            .filter_map(|part| part.parse().ok())
            .collect()
    };
    match from.rsplit_once(':') {
        None => vec![format!("{from} has no tag")],
        Some((_, "latest")) => vec![format!("{from} is another one every day")],
        Some(("rust", tag)) => {
            let manifest = read("Cargo.toml");
            let oldest = manifest
                .split("rust-version = \"")
                .nth(1)
                .expect("the oldest Rust");
            let oldest = number(oldest.split('"').next().unwrap_or_default());
            let old = number(tag.split('-').next().unwrap_or_default()) < oldest;
            old.then(|| format!("{from} is older than rust-version"))
                .into_iter()
                .collect()
        }
        Some(_) => Vec::new(),
    }
}

fn apt(run: &str) -> Vec<String> {
    let mut found = Vec::new();
    let Some(install) = run.find("apt-get install") else {
        return found;
    };
    if !run[..install].contains("apt-get update") {
        found.push("apt installs without an update in the same layer".to_owned());
    }
    let line = run[install..].split("&&").next().unwrap_or_default();
    for option in ["--no-install-recommends", "-y"] {
        if !line.split_whitespace().any(|word| word == option) {
            found.push(format!("apt installs without {option}"));
        }
    }
    if !run[install..].contains("rm -rf /var/lib/apt/lists/*") {
        found.push("a layer leaves apt's lists behind".to_owned());
    }
    found
}

fn copied(rest: &str, before: &[Stage]) -> Vec<String> {
    let words: Vec<&str> = rest.split_whitespace().collect();
    let from = words.iter().find_map(|word| word.strip_prefix("--from="));
    if let Some(from) = from {
        let there = before
            .iter()
            .any(|stage| stage.name.as_deref() == Some(from));
        return (!there)
            .then(|| format!("there is no stage {from}"))
            .into_iter()
            .collect();
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let ignored = read(".dockerignore");
    let sources = words.iter().filter(|word| !word.starts_with("--"));
    let sources: Vec<&&str> = sources.collect();
    let (_, sources) = sources.split_last().expect("a target");
    let judge = |source: &&&str| {
        if !root.join(source).exists() {
            return Some(format!("COPY: there is no {source}"));
        }
        let out = ignored.lines().any(|line| line == **source);
        out.then(|| format!(".dockerignore keeps {source} out"))
    };
    sources.iter().filter_map(judge).collect()
}

fn user(last: &Stage) -> Option<String> {
    let Some(user) = last.last("USER") else {
        return Some("the last stage has no USER: it runs as root".to_owned());
    };
    let number = user.split(':').next().unwrap_or_default();
    if !Regex::new(r"^\d+(:\d+)?$")
        .expect("a pattern")
        .is_match(user)
    {
        return Some(format!("USER is no number: {user}"));
    }
    if number.parse() == Ok(0) {
        return Some("the last stage runs as root".to_owned());
    }
    let made = last
        .all("RUN")
        .any(|run| run.contains(&format!("--uid {number} ")));
    (!made).then(|| format!("the image makes no user {number}"))
}

fn promised(last: &Stage, facts: &Facts) -> Vec<String> {
    let mut found = Vec::new();
    let exposed: Vec<&str> = last.all("EXPOSE").flat_map(str::split_whitespace).collect();
    if exposed != [facts.port.to_string()] {
        found.push(format!(
            "EXPOSE is {exposed:?}, webhooks arrive at {}",
            facts.port
        ));
    }
    let listen = last.variable("SKEP_LISTEN");
    if listen != Some(&format!("0.0.0.0:{}", facts.port)) {
        found.push(format!("SKEP_LISTEN is {listen:?}"));
    }
    let (volume, folder) = (last.last("VOLUME"), last.variable("SKEP_DATA_DIR"));
    if volume.is_none() || volume != folder {
        found.push(format!("VOLUME is {volume:?}, SKEP_DATA_DIR {folder:?}"));
    }
    let made = |folder| {
        last.all("RUN")
            .any(|run| run.contains(&format!(" -o skep -g skep {folder}")))
    };
    if !folder.is_some_and(made) {
        found.push("the data folder is not its user's".to_owned());
    }
    if last
        .last("STOPSIGNAL")
        .is_some_and(|signal| signal != "SIGTERM")
    {
        found.push("STOPSIGNAL is not SIGTERM".to_owned());
    }
    found
}

/// What is started, and what says that it is well.
fn commands(last: &Stage) -> Vec<String> {
    let list = |text: &str| serde_json::from_str::<Vec<String>>(text).ok();
    let part = |word: &str| last.last(word).and_then(list);
    let started = part("ENTRYPOINT").zip(part("CMD"));
    let started = started.map(|(first, second)| [first, second].concat());
    let health = last
        .last("HEALTHCHECK")
        .and_then(|rest| rest.split_once("CMD "));
    let health = health.and_then(|(_, rest)| list(rest));
    let mut found = Vec::new();
    for (name, line) in [("ENTRYPOINT and CMD", started), ("HEALTHCHECK", health)] {
        match line {
            None => found.push(format!("{name}: not there, or no list")),
            Some(line) => {
                let words: Vec<&str> = line.iter().map(String::as_str).collect();
                found.extend(misspelt(&words));
            }
        }
    }
    found
}
