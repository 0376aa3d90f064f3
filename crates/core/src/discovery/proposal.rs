//! An issue as somebody proposes it, and what can be said of a batch of them before anything is read.

use serde::{Deserialize, Serialize};

use super::mistake::{Mistake, Wrong};
use super::same_title;
use crate::dependency::{self, Home};
use crate::ids::{IssueNumber, RepositoryName};
use crate::label;
use crate::sanitise;

/// The longest title, in characters.
pub const TITLE: usize = 200;
/// The longest text, in bytes.
pub const BODY: usize = 20_000;
/// Labels of one issue.
pub const LABELS: usize = 10;
/// How soon an issue may be wanted.
const PRIORITIES: [&str; 3] = ["high", "medium", "low"];
/// Labels that say something to skep begin so; a person puts them on, or another part of the proposal says it.
const OWN: [&str; 6] = [
    "agent:",
    "role:",
    "priority:",
    "depends:",
    "base:",
    "autonomy:",
];

/// An issue as somebody proposes it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    /// Its title.
    pub title: String,
    /// Its text.
    pub body: String,
    /// The kind of worker.
    pub role: Option<String>,
    /// How soon.
    pub priority: Option<String>,
    /// Further labels.
    pub labels: Vec<String>,
    /// What it waits for: `1` (a place in the batch, from 1), `#12`, `octo/lib#3`.
    pub waits_for: Vec<String>,
}

/// One whose shape is right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// Its title: one line, in which nothing is live.
    pub title: String,
    /// Its text, as it was given.
    pub body: String,
    /// The name of its role, small.
    pub role: Option<String>,
    /// How soon.
    pub priority: Option<&'static str>,
    /// Further labels, each once.
    pub labels: Vec<String>,
    /// What it waits for, each once.
    pub waits_for: Vec<Target>,
}

/// Something that an issue of a batch waits for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
    /// The issue of the batch at this place, from 0.
    New(usize),
    /// An issue that is there; without a repository it is in the batch's own.
    There(Option<RepositoryName>, IssueNumber),
}

/// Reads a batch, or says everything that is wrong with its shape.
///
/// # Errors
/// What is wrong, by place, at least one.
pub fn drafts(batch: &[Proposal], home: &Home<'_>) -> Result<Vec<Draft>, Vec<Mistake>> {
    let mut wrong = Vec::new();
    let mut all: Vec<Draft> = Vec::with_capacity(batch.len());
    for (at, proposal) in batch.iter().enumerate() {
        let mut mistakes = Vec::new();
        let draft = draft(proposal, home, &mut mistakes);
        let twin = all
            .iter()
            .position(|one| same_title(&one.title, &draft.title));
        mistakes.extend(
            twin.filter(|_| !draft.title.is_empty())
                .map(Wrong::SameTitle),
        );
        wrong.extend(mistakes.into_iter().map(|one| one.at(at)));
        all.push(draft);
    }
    match wrong.is_empty() {
        true => Ok(all),
        false => Err(wrong),
    }
}

fn draft(proposal: &Proposal, home: &Home<'_>, wrong: &mut Vec<Wrong>) -> Draft {
    let title = sanitise::title(&proposal.title, usize::MAX)
        .trim()
        .to_owned();
    match title.chars().count() {
        0 => wrong.push(Wrong::NoTitle),
        long if long > TITLE => wrong.push(Wrong::LongTitle(long)),
        _ => {}
    }
    let body = proposal.body.trim().to_owned();
    if body.len() > BODY {
        wrong.push(Wrong::LongBody(body.len()));
    }
    let named = |text: &Option<String>| {
        let text = text.as_deref().map(str::trim).unwrap_or_default();
        (!text.is_empty()).then(|| text.to_owned())
    };
    let priority = named(&proposal.priority).and_then(|name| {
        let found = priority(&name);
        if found.is_none() {
            wrong.push(Wrong::Priority(name));
        }
        found
    });
    let role = named(&proposal.role).map(|role| role.to_lowercase());
    let role = role.map(|role| role.trim_start_matches("role:").to_owned());
    Draft {
        title,
        body,
        role,
        priority,
        labels: labels(&proposal.labels, wrong),
        waits_for: targets(&proposal.waits_for, home, wrong),
    }
}

fn priority(name: &str) -> Option<&'static str> {
    let name = label::behind(name, "priority:").unwrap_or(name).trim();
    PRIORITIES.into_iter().find(|one| label::same(one, name))
}

fn labels(given: &[String], wrong: &mut Vec<Wrong>) -> Vec<String> {
    let mut labels: Vec<String> = Vec::new();
    for name in given.iter().map(|name| name.trim()) {
        if name.is_empty() || label::has(&labels, name) {
            continue;
        }
        match OWN.iter().any(|own| label::behind(name, own).is_some()) {
            true => wrong.push(Wrong::OwnLabel(name.to_owned())),
            false => labels.push(name.to_owned()),
        }
    }
    if labels.len() > LABELS {
        wrong.push(Wrong::TooManyLabels(labels.len()));
    }
    labels
}

fn targets(given: &[String], home: &Home<'_>, wrong: &mut Vec<Wrong>) -> Vec<Target> {
    let mut targets = Vec::new();
    for text in given.iter().map(|text| text.trim()) {
        match target(text, home) {
            Some(target) if targets.contains(&target) => {}
            Some(target) => targets.push(target),
            None => wrong.push(Wrong::NoReference(text.to_owned())),
        }
    }
    targets
}

fn target(text: &str, home: &Home<'_>) -> Option<Target> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if digits {
        let place: usize = text.parse().ok()?;
        return place.checked_sub(1).map(Target::New);
    }
    let (repository, number) = dependency::reference(text, home)?;
    Some(Target::There(repository, number))
}
