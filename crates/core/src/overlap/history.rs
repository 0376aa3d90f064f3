//! What landed in a repository lately: which words came with which files. An inverted index from words to commits, with
//! weights by how rare a word is (tf-idf), and how often each file was changed.
//!
//! Bounded by what it takes in; it must never count a commit that changed a great many files at once: such a one moves or
//! formats them, and says nothing of what belongs together.

use std::collections::BTreeMap;

use super::words::{Terms, split, terms};
use crate::path_kind::{PathKind, path_kind};

/// So many commits are taken in, the newest ones.
pub(super) const MOST: usize = 2_000;
/// A commit with more files than that is left out.
const FILES: usize = 30;
/// A word in more than this share of all commits finds none.
const COMMON: f64 = 0.2;
/// … unless they are no more than this.
const RARE: usize = 20;
/// After so many newer commits one counts half.
const HALF: f64 = 300.0;
/// A file in this share of all commits counts full, …
const OFTEN: f64 = 0.2;
/// … and one in this share not at all: it says nothing of who meets whom.
const EVERYWHERE: f64 = 0.6;
/// Below so many commits nothing is said of a file's share.
const FEW: usize = 50;
/// So many commits of one file are looked at for what changes with it.
const LOOKED_AT: usize = 50;

/// A commit, or a pull request as it was merged.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Landed {
    /// Its hash, or the beginning of it.
    pub commit: String,
    /// Its message.
    pub message: String,
    /// The paths that it changed.
    pub paths: Vec<String>,
}

/// The index.
#[derive(Debug, Clone, Default)]
pub struct History {
    /// The newest first.
    commits: Vec<Known>,
    /// Per word the commits that have it, and what it weighs there.
    words: BTreeMap<String, Vec<(u32, f64)>>,
    paths: BTreeMap<String, Vec<u32>>,
}

#[derive(Debug, Clone)]
struct Known {
    commit: String,
    title: String,
    paths: Vec<String>,
    /// The length of its vector of words.
    length: f64,
}

/// A commit whose words are like those of a text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Alike<'a> {
    pub(super) commit: &'a str,
    pub(super) title: &'a str,
    pub(super) paths: &'a [String],
    /// How much alike, 0 to 1.
    pub(super) likeness: f64,
    /// What its age leaves of what it counts, 0 to 1.
    pub(super) fresh: f64,
}

impl History {
    /// Takes in what landed, the newest first; what comes after the first 2,000 that count is left alone.
    pub fn of(newest_first: impl IntoIterator<Item = Landed>) -> Self {
        let mut history = Self::default();
        let counts = |landed: &Landed| (1..=FILES).contains(&landed.paths.len());
        let landed = newest_first.into_iter().filter(counts).take(MOST);
        for (at, landed) in (0_u32..).zip(landed) {
            let (title, body) = split(&landed.message);
            for (word, weight) in terms(title, body) {
                history.words.entry(word).or_default().push((at, weight));
            }
            for path in &landed.paths {
                history.paths.entry(path.clone()).or_default().push(at);
            }
            history.commits.push(Known {
                commit: landed.commit,
                title: title.chars().take(80).collect(),
                paths: landed.paths,
                length: 0.0,
            });
        }
        history.measure();
        history
    }

    /// How many commits are known.
    pub fn len(&self) -> usize {
        self.commits.len()
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.commits.is_empty()
    }

    /// What it counts, 0 to 1, that two pieces of work both change this file: nothing for files that programs write or to
    /// which every change adds its line, and little for those that most commits change.
    pub fn counts(&self, path: &str) -> f64 {
        if matches!(path_kind(path), PathKind::Generated | PathKind::Log) {
            return 0.0;
        }
        let changed = self.paths.get(path).map_or(0, Vec::len);
        if self.commits.len() < FEW {
            return 1.0;
        }
        let share = changed as f64 / self.commits.len() as f64;
        ((EVERYWHERE - share) / (EVERYWHERE - OFTEN)).clamp(0.0, 1.0)
    }

    /// In what share of all commits a file was changed, 0 to 1.
    pub(super) fn share(&self, path: &str) -> f64 {
        let changed = self.paths.get(path).map_or(0, Vec::len);
        changed as f64 / self.commits.len().max(1) as f64
    }

    /// The commits whose words are most like these, the likest first, of equals the newest; at most so many.
    pub(super) fn alike(&self, words: &Terms, most: usize) -> Vec<Alike<'_>> {
        let mut scores = vec![0.0; self.commits.len()];
        let (mut length, common) = (0.0, self.commits.len() as f64 * COMMON);
        for (word, weight) in words {
            let found = self.words.get(word).map_or(&[][..], Vec::as_slice);
            let rarity = self.rarity(found.len());
            length += (rarity * weight) * (rarity * weight);
            if found.len() > RARE && found.len() as f64 > common {
                continue;
            }
            for (at, there) in found {
                scores[*at as usize] += rarity * rarity * weight * there;
            }
        }
        let likeness = |(at, score): (usize, f64)| {
            let both = length.sqrt() * self.commits[at].length;
            (score > 0.0 && both > 0.0).then(|| (at, score / both))
        };
        let mut best: Vec<(usize, f64)> = scores
            .into_iter()
            .enumerate()
            .filter_map(likeness)
            .collect();
        best.sort_by(|(at, one), (to, other)| other.total_cmp(one).then(at.cmp(to)));
        best.truncate(most);
        let known = best.into_iter().map(|(at, likeness)| {
            let known = &self.commits[at];
            Alike {
                commit: &known.commit,
                title: &known.title,
                paths: &known.paths,
                likeness,
                fresh: 0.5_f64.powf(at as f64 / HALF),
            }
        });
        known.collect()
    }

    /// The files that were changed together with one, and in what share of its last commits, 0 to 1; by path.
    pub(super) fn together(&self, path: &str) -> BTreeMap<&str, f64> {
        let last = self.paths.get(path).into_iter().flatten().take(LOOKED_AT);
        let mut together: BTreeMap<&str, f64> = BTreeMap::new();
        let mut seen = 0;
        for at in last {
            seen += 1;
            let others = self.commits[*at as usize].paths.iter();
            for other in others.filter(|other| *other != path) {
                *together.entry(other).or_default() += 1.0;
            }
        }
        together.retain(|_, times| *times > 1.0);
        // Two more than there are, so that few commits do not say much.
        together
            .values_mut()
            .for_each(|times| *times /= f64::from(seen + 2));
        together
    }

    /// What a word is worth that so many commits have.
    fn rarity(&self, found: usize) -> f64 {
        let all = self.commits.len() as f64;
        (1.0 + all / found.max(1) as f64).ln()
    }

    fn measure(&mut self) {
        let mut lengths = vec![0.0; self.commits.len()];
        for found in self.words.values() {
            let rarity = self.rarity(found.len());
            for (at, weight) in found {
                lengths[*at as usize] += (rarity * weight) * (rarity * weight);
            }
        }
        for (known, length) in self.commits.iter_mut().zip(lengths) {
            known.length = f64::sqrt(length);
        }
    }
}
