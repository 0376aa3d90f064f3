//! OpenHands' resolver: the workflow that a label starts, and what a repository tells its agent.
//!
//! Shape: <https://docs.all-hands.dev/usage/how-to/github-action>, `openhands/resolver/examples/openhands-resolver.yml`.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;
use serde_yaml_ng::Value;

use super::draft::Draft;
use super::imported::{Fate, Foreign};
use super::yaml::{Document, Step, front_matter};
use crate::text::import as says;

/// What the repository tells the agent.
pub(super) const MICROAGENT: &str = ".openhands/microagents/repo.md";
/// What prepares its machine.
pub(super) const SETUP: &str = ".openhands/setup.sh";
/// The label where the workflow names none: the reusable workflow looks for it itself.
const LABEL: &str = "fix-me";

static NAMED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"label\.name\s*==\s*'([^']{1,50})'"#).expect("a pattern that a test compiles")
});

/// Whether a workflow calls the resolver.
pub(super) fn is_resolver(text: &str) -> bool {
    let uses = |line: &str| {
        let line = line.trim().trim_start_matches("- ");
        line.starts_with("uses:") && line.to_ascii_lowercase().contains("openhands-resolver")
    };
    text.lines().any(uses)
}

pub(super) fn take(file: &Foreign<'_>, draft: &mut Draft) -> Result<(), String> {
    let document = Document::parse(file.path, file.text, 1)?;
    let mut names = BTreeSet::new();
    for (at, line) in file.text.lines().enumerate() {
        for found in NAMED.captures_iter(line) {
            if names.insert(found[1].to_owned()) {
                draft.label(&found[1]);
                let fate = Fate::Taken(says::by_label(&found[1]));
                draft.note((file.path, at + 1), found[0].to_owned(), fate);
            }
        }
    }
    if names.is_empty() {
        draft.label(LABEL);
        let fate = Fate::Taken(says::by_label(LABEL));
        draft.note((file.path, 1), "on.issues.labeled".to_owned(), fate);
    }
    for (name, _) in document.entries(&[Step::Key("jobs")]) {
        let job = [Step::Key("jobs"), Step::Key(&name)];
        for part in ["with", "secrets"] {
            let way = [&job[..], &[Step::Key(part)]].concat();
            for (key, _) in document.entries(&way) {
                let line = document.line(&[&way[..], &[Step::Key(&key)]].concat());
                draft.note((file.path, line), format!("{part}.{key}"), fate(part, &key));
            }
        }
        let reacts = document
            .at(&job)
            .is_some_and(|job| matches!(job.get("if"), Some(Value::String(_))));
        if reacts && file.text.contains("comment.body") {
            let line = document.line(&[&job[..], &[Step::Key("if")]].concat());
            draft.note(
                (file.path, line),
                "if".to_owned(),
                Fate::Given(says::MENTION.to_owned()),
            );
        }
    }
    Ok(())
}

fn fate(part: &str, key: &str) -> Fate {
    match (part, key.to_ascii_lowercase().as_str()) {
        ("with", "macro") => Fate::Given(says::MENTION.to_owned()),
        ("with", "max_iterations") => Fate::Left(says::TURNS.to_owned()),
        ("with", "target_branch") => Fate::Given(says::TARGET_BRANCH.to_owned()),
        ("with", "base_container_image" | "runner") => Fate::Left(says::CONTAINER.to_owned()),
        ("secrets", "pat_token" | "pat_username" | "github_token") => {
            Fate::Given(says::OWN_TOKEN.to_owned())
        }
        (_, "llm_model" | "llm_api_key" | "llm_base_url") => Fate::Left(says::MODEL_KEY.to_owned()),
        _ => Fate::Left(says::UNKNOWN_KEY.to_owned()),
    }
}

/// What the repository tells the agent, and what prepares its machine.
pub(super) fn take_words(file: &Foreign<'_>, draft: &mut Draft) {
    if file.path == SETUP {
        draft.set_up(&format!("sh {SETUP}"));
        draft.fetches(file.text);
    } else {
        let words = front_matter(file.text).map_or(file.text, |(_, body, _)| body);
        draft.tells(words);
    }
    let name = file.path.rsplit('/').next().unwrap_or(file.path);
    let say = match file.path {
        SETUP => says::AGENTS_MD,
        _ => says::AGENTS_WORDS,
    };
    draft.note((file.path, 1), name.to_owned(), Fate::Taken(say.to_owned()));
}
