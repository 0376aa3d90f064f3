//! The bug router: what a bot filed goes to the role its words point to. Bots neither set labels nor answer questions, so
//! this is the one place where words are weighed.
//!
//! Each keyword counts once, and twice as much in the title; whole words only. The best role must have enough points and be
//! clear of the next, otherwise the default role works. What spoke for it is kept, so that it can be shown.

use std::cmp::Reverse;

use serde::{Deserialize, Serialize};

use super::RoleName;
use crate::actor::AccountKind;
use crate::label;
use crate::sanitise;
use crate::snapshot::Snapshot;

/// So much of a body is weighed, bytes.
const BODY: usize = 16 * 1024;
/// So many labels are weighed.
const LABELS: usize = 50;
/// The fewest points that decide.
const ENOUGH: u32 = 4;
/// What a title says counts so many times.
const TITLE: u32 = 2;
/// So many words are kept as evidence.
const EVIDENCE: usize = 6;

/// What the words of an issue came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Routed {
    /// The roles with points, the best first.
    pub scores: Vec<Score>,
}

/// How much speaks for one role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Score {
    /// The role.
    pub role: RoleName,
    /// Its points.
    pub points: u32,
    /// The heaviest of the words that gave them.
    pub words: Vec<String>,
}

impl Routed {
    /// The role that is clear of all others.
    pub fn winner(&self) -> Option<RoleName> {
        let best = self.scores.first()?;
        let next = self.scores.get(1).map_or(0, |next| next.points);
        let clear = best.points.saturating_mul(2) >= next.saturating_mul(3);
        (best.points >= ENOUGH && clear).then(|| best.role.clone())
    }
}

/// Whether the router may look at it: a bot opened it, or it is marked as filed by one.
pub(super) fn is_filed_by_a_bot(issue: &Snapshot, labels: &[String]) -> bool {
    let title = issue.title.trim_start().to_ascii_lowercase();
    issue.author.kind == AccountKind::Bot
        || labels
            .iter()
            .any(|marker| label::has(&issue.labels, marker))
        || title.starts_with("[auto-filed]")
}

/// Weighs an issue.
pub(super) fn route(issue: &Snapshot) -> Routed {
    let labels: Vec<&str> = issue
        .labels
        .iter()
        .take(LABELS)
        .map(String::as_str)
        .collect();
    let body = sanitise::inbound(&issue.body, BODY);
    let rest = words(&format!("{body}\n{}", labels.join(" . ")));
    let title = words(&issue.title);
    let mut scores: Vec<Score> = TABLE
        .iter()
        .filter_map(|(role, keywords)| score(role.parse().ok()?, keywords, (&title, &rest)))
        .collect();
    scores.sort_by_key(|score| Reverse(score.points));
    Routed { scores }
}

fn score(role: RoleName, keywords: &[Keyword], (title, rest): (&str, &str)) -> Option<Score> {
    let mut found: Vec<(u32, &str)> = keywords
        .iter()
        .filter_map(|(weight, word)| {
            let padded = format!(" {word} ");
            match (title.contains(&padded), rest.contains(&padded)) {
                (true, _) => Some((weight.saturating_mul(TITLE), *word)),
                (false, true) => Some((*weight, *word)),
                (false, false) => None,
            }
        })
        .collect();
    found.sort_by_key(|(points, _)| Reverse(*points));
    let points = found.iter().map(|(points, _)| points).sum();
    let words = found.iter().take(EVIDENCE);
    (points > 0).then(|| Score {
        role,
        points,
        words: words.map(|(_, word)| (*word).to_owned()).collect(),
    })
}

/// The words of a text in lower case, each between single spaces; what is no letter or digit parts them.
fn words(text: &str) -> String {
    let mut out = String::with_capacity(text.len().saturating_add(2));
    out.push(' ');
    for word in text.split(|c: char| !c.is_alphanumeric()) {
        if !word.is_empty() {
            out.push_str(&word.to_lowercase());
            out.push(' ');
        }
    }
    out
}

type Keyword = (u32, &'static str);

/// What points to which role. Words that also stand in other bugs (`http`, `404`, `container`, `display`, `undefined`) are
/// not here.
const TABLE: [(&str, &[Keyword]); 5] = [
    ("security", SECURITY),
    ("testing", TESTING),
    ("deploy", DEPLOY),
    ("design", DESIGN),
    ("debugging", DEBUGGING),
];

const SECURITY: &[Keyword] = &[
    (4, "cve"),
    (4, "ghsa"),
    (4, "vulnerability"),
    (4, "vulnerabilities"),
    (4, "vulnerable"),
    (4, "sql injection"),
    (4, "code injection"),
    (4, "command injection"),
    (4, "xss"),
    (4, "cross site scripting"),
    (4, "csrf"),
    (4, "ssrf"),
    (4, "path traversal"),
    (4, "privilege escalation"),
    (4, "remote code execution"),
    (4, "secret scanning"),
    (4, "exposed secret"),
    (4, "hardcoded credentials"),
    (3, "security advisory"),
    (3, "cvss"),
    (3, "cwe"),
    (3, "codeql"),
    (2, "trivy"),
    (2, "snyk"),
    (1, "security"),
];

const TESTING: &[Keyword] = &[
    (4, "flaky"),
    (4, "flaky test"),
    (4, "flaky tests"),
    (4, "flakiness"),
    (4, "test failure"),
    (4, "test failures"),
    (4, "failing test"),
    (4, "failing tests"),
    (4, "failed test"),
    (4, "failed tests"),
    (3, "test failed"),
    (3, "tests failed"),
    (3, "test is failing"),
    (3, "tests are failing"),
    (3, "test was disabled"),
    (3, "code coverage"),
    (3, "coverage dropped"),
    (3, "coverage decreased"),
    (3, "mutation testing"),
    (2, "test suite"),
    (2, "assertionerror"),
    (2, "assertion failed"),
    (2, "pytest"),
    (2, "junit"),
    (2, "jest"),
    (2, "playwright"),
    (2, "cypress"),
    (2, "e2e"),
    (1, "test"),
    (1, "tests"),
];

const DEPLOY: &[Keyword] = &[
    (4, "build failed"),
    (4, "build failure"),
    (4, "build is failing"),
    (4, "failed to build"),
    (4, "docker build"),
    (4, "deployment failed"),
    (4, "failed to deploy"),
    (4, "crashloopbackoff"),
    (4, "imagepullbackoff"),
    (3, "nightly build"),
    (3, "docker image"),
    (3, "dockerfile"),
    (3, "deploy"),
    (3, "deployment"),
    (3, "release failed"),
    (3, "publish failed"),
    (3, "kubernetes"),
    (3, "k8s"),
    (3, "terraform"),
    (3, "helm chart"),
    (2, "helm"),
    (2, "docker"),
    (2, "rollout"),
    (2, "ci cd"),
    (2, "github pages"),
    (1, "workflow"),
    (1, "pipeline"),
    (1, "release"),
    (1, "registry"),
];

const DESIGN: &[Keyword] = &[
    (4, "accessibility"),
    (4, "a11y"),
    (4, "wcag"),
    (4, "visual regression"),
    (4, "color contrast"),
    (4, "colour contrast"),
    (3, "contrast ratio"),
    (3, "screen reader"),
    (3, "dark mode"),
    (3, "stylesheet"),
    (3, "css"),
    (2, "aria label"),
    (2, "alt text"),
    (2, "lighthouse"),
    (2, "layout shift"),
];

const DEBUGGING: &[Keyword] = &[
    (4, "segfault"),
    (4, "segmentation fault"),
    (4, "sigsegv"),
    (4, "nil pointer dereference"),
    (4, "null pointer"),
    (4, "nullpointerexception"),
    (4, "data race"),
    (4, "deadlock"),
    (4, "use after free"),
    (4, "panicked at"),
    (4, "memory leak"),
    (4, "traceback most recent call last"),
    (3, "panic"),
    (3, "traceback"),
    (3, "stack trace"),
    (3, "stacktrace"),
    (3, "typeerror"),
    (3, "referenceerror"),
    (3, "unhandled exception"),
    (3, "uncaught exception"),
    (3, "unhandled rejection"),
    (3, "core dump"),
    (3, "heap out of memory"),
    (2, "internal server error"),
    (2, "exception"),
    (2, "crash"),
    (2, "crashed"),
    (2, "crashes"),
    (1, "regression"),
];

#[cfg(test)]
mod tests;
