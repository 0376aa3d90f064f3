//! Which files a piece of work will probably change, from the words of its issue and its agent's plan: what they name, and what
//! earlier commits with the same words changed.
//!
//! It must never name a file that the repository does not have, and each guess says what it is made on.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::history::History;
use super::named::Named;
use super::tree::Tree;
use super::words::{Terms, terms};
use crate::path_kind::{PathKind, path_kind};

/// So many files are guessed at most.
const MOST: usize = 64;
/// What weighs less is left out.
const LEAST: f64 = 0.005;
/// So many commits with like words vote.
const VOTERS: usize = 20;
/// A vote for nothing: where no commit's words are much alike, no file gets much.
const DOUBT: f64 = 0.02;
/// What a folder that is named counts for all its files together.
const FOLDER: f64 = 0.3;
/// What it counts that a file is always changed together with one that is named.
const TOGETHER: f64 = 0.5;
/// From which weight on a named file draws others after it.
const SURE: f64 = 0.5;
/// No guess is surer.
const SUREST: f64 = 0.98;

/// What somebody asks for.
#[derive(Debug, Clone, Copy, Default)]
pub struct Request<'a> {
    /// The title of the issue.
    pub title: &'a str,
    /// Its body, Markdown.
    pub body: &'a str,
    /// What its agent says it will do; empty while it has not.
    pub plan: &'a str,
    /// The name of the role that works on it.
    pub role: &'a str,
}

/// On what a guess is made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "by")]
pub enum Evidence {
    /// The issue names it.
    Named,
    /// The agent's plan names it.
    Planned,
    /// The issue names its folder.
    Folder {
        /// The folder, from the root.
        folder: String,
    },
    /// It changes together with a file that the issue names.
    Together {
        /// That file.
        with: String,
    },
    /// A commit with like words changed it.
    Alike {
        /// The commit's hash, or the beginning of it.
        commit: String,
        /// The first line of its message, cut.
        title: String,
    },
}

/// A file that will probably be changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Guess {
    /// Its path.
    pub path: String,
    /// How probably, 0 to 1.
    pub weight: f64,
    /// On what most of that is built.
    pub evidence: Evidence,
}

/// The files that a piece of work will probably change.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Forecast {
    /// The most probable first, of equals by path; at most 64.
    pub files: Vec<Guess>,
}

/// Guesses which files a request will change in a repository.
pub fn forecast(request: &Request<'_>, tree: &Tree, history: &History) -> Forecast {
    let mut weighed = Weighed::default();
    // The plan is nearer to the work: what is cut is the end of the body.
    let body = &match request.plan.is_empty() {
        true => Cow::from(request.body),
        false => Cow::from(format!("{}\n\n{}", request.plan, request.body)),
    };
    vote(
        &mut weighed,
        (&terms(request.title, body), request.role),
        history,
    );
    let named = Named::in_text(request.title, request.body, tree);
    name(&mut weighed, (&named, &Evidence::Named), history);
    let planned = Named::in_text("", request.plan, tree);
    name(&mut weighed, (&planned, &Evidence::Planned), history);
    let files = weighed.files.into_iter();
    let mut files: Vec<Guess> = files
        .filter(|(path, (weight, ..))| *weight >= LEAST && tree.has(path))
        .map(|(path, (weight, _, evidence))| Guess {
            path,
            weight,
            evidence,
        })
        .collect();
    files.sort_by(|one, other| {
        other
            .weight
            .total_cmp(&one.weight)
            .then_with(|| one.path.cmp(&other.path))
    });
    files.truncate(MOST);
    Forecast { files }
}

/// Per path its weight, the largest single part of that, and what this part is built on.
#[derive(Default)]
struct Weighed {
    files: BTreeMap<String, (f64, f64, Evidence)>,
}

impl Weighed {
    /// One more reason: each takes its share of what the others leave.
    fn add(&mut self, path: &str, weight: f64, evidence: Evidence) {
        let weight = weight.clamp(0.0, SUREST);
        match self.files.get_mut(path) {
            None => {
                self.files
                    .insert(path.to_owned(), (weight, weight, evidence));
            }
            Some((all, largest, best)) => {
                *all = (1.0 - (1.0 - *all) * (1.0 - weight)).min(SUREST);
                if weight > *largest {
                    (*largest, *best) = (weight, evidence);
                }
            }
        }
    }
}

/// Commits with like words vote for what they changed: each by the square of its likeness and its freshness, and the less for
/// each file the more files it has.
fn vote(weighed: &mut Weighed, (about, role): (&Terms, &str), history: &History) {
    let voters = history.alike(about, VOTERS);
    let voice = |likeness: f64, fresh: f64| likeness * likeness * fresh;
    let all: f64 = voters
        .iter()
        .map(|alike| voice(alike.likeness, alike.fresh))
        .sum();
    let mut votes: BTreeMap<&str, (f64, usize)> = BTreeMap::new();
    for (at, alike) in voters.iter().enumerate() {
        let each = voice(alike.likeness, alike.fresh) / (alike.paths.len() as f64).sqrt();
        for path in alike.paths {
            // Those that are most alike come first: the first that votes for a file is shown.
            votes.entry(path).or_insert((0.0, at)).0 += each;
        }
    }
    for (path, (votes, first)) in votes {
        let evidence = Evidence::Alike {
            commit: voters[first].commit.to_owned(),
            title: voters[first].title.to_owned(),
        };
        let leaning = leaning(role, path_kind(path));
        weighed.add(path, leaning * votes / (all + DOUBT), evidence);
    }
}

/// What the text names, what changes together with that, and what lies in folders that it names.
fn name(weighed: &mut Weighed, (named, by): (&Named<'_>, &Evidence), history: &History) {
    for (path, weight) in &named.files {
        weighed.add(path, *weight, by.clone());
        if *weight < SURE {
            continue;
        }
        for (other, share) in history.together(path) {
            let with = Evidence::Together {
                with: (*path).to_owned(),
            };
            weighed.add(other, TOGETHER * weight * share, with);
        }
    }
    for (folder, files) in &named.folders {
        // What never changed may change now, if it is one of few.
        let all: f64 = files.iter().map(|path| history.share(path) + 0.001).sum();
        for path in files {
            let part = (history.share(path) + 0.001) / all;
            let folder = Evidence::Folder {
                folder: folder.clone(),
            };
            weighed.add(path, FOLDER * part, folder);
        }
    }
}

/// What a role makes of votes: one that tests changes tests first, one that ships what ships it, one that plans prose.
fn leaning(role: &str, kind: PathKind) -> f64 {
    let own = match role {
        "testing" => PathKind::Test,
        "deploy" => PathKind::Build,
        "spec" | "architect" => PathKind::Document,
        _ => return 1.0,
    };
    if kind == own { 1.5 } else { 0.7 }
}
