//! The history of a clone, and pairs of changes out of it.

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::rc::Rc;
use std::time::Instant;

use skep_core::overlap::{Forecast, History, Landed, Request, Touched, Tree, forecast, overlap};
use skep_core::path_kind::{PathKind, path_kind};

use super::Lot;
use super::measure::Pair;

/// So many changes come before the first pair, so that something is known.
const BEFORE: usize = 300;
/// The two of a pair are at most so many changes apart, as issues are that are worked on at once.
const APART: usize = 20;
/// What is known is gathered anew after so many changes, so that the newest ones before a pair may be missing from it.
const STEP: usize = 10;
/// A change with more files than that is a clean-up of everything, and no issue.
const FILES: usize = 30;

/// What landed, the oldest first.
pub(super) struct Past {
    clone: PathBuf,
    landed: Vec<Landed>,
}

/// What is known before a change: the files there are, and what landed.
struct Before {
    tree: Tree,
    names: BTreeSet<String>,
    history: History,
}

impl Past {
    pub(super) fn read(clone: &Path) -> Self {
        let log = [
            "log",
            "--first-parent",
            "-m",
            "--no-renames",
            "--name-only",
            "-z",
            "--format=%x01%H%x02%B%x03",
        ];
        let text = git(clone, &log);
        let record = |record: &str| {
            let (head, paths) = record.split_once('\u{3}')?;
            let (commit, message) = head.split_once('\u{2}')?;
            let paths = paths.split('\0').map(|path| path.trim_matches('\n'));
            Some(Landed {
                commit: commit.to_owned(),
                message: message.to_owned(),
                paths: paths
                    .filter(|path| !path.is_empty())
                    .map(str::to_owned)
                    .collect(),
            })
        };
        let mut landed: Vec<Landed> = text.split('\u{1}').filter_map(record).collect();
        landed.reverse();
        Self {
            clone: clone.to_owned(),
            landed,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.landed.len()
    }

    /// Pairs by lot, the earlier one first, in order.
    pub(super) fn pairs(&self, count: usize, lot: &mut Lot) -> Vec<(usize, usize)> {
        let is_work = |at: &usize| (1..=FILES).contains(&files(&self.landed[*at]).len());
        let all: Vec<usize> = (BEFORE..self.landed.len()).filter(is_work).collect();
        let mut pairs = BTreeSet::new();
        // Fewer, where there are not so many.
        for _ in 0..count * 20 {
            let first = lot.below(all.len());
            let second = first + 1 + lot.below(APART - 1);
            if pairs.len() < count && second < all.len() {
                pairs.insert((all[first], all[second]));
            }
        }
        pairs.into_iter().collect()
    }

    pub(super) fn judge(&self, pairs: &[(usize, usize)]) -> Vec<Pair> {
        let mut known: HashMap<usize, Rc<Before>> = HashMap::new();
        let judge = |(first, second): &(usize, usize)| {
            let at = first - first % STEP;
            if !known.contains_key(&at) {
                known.clear();
                known.insert(at, Rc::new(self.before(at)));
            }
            let before = Rc::clone(&known[&at]);
            self.pair(*first, *second, &before)
        };
        pairs.iter().map(judge).collect()
    }

    fn before(&self, at: usize) -> Before {
        let parent = format!("{}^1", self.landed[at].commit);
        let listing = git(
            &self.clone,
            &["ls-tree", "-r", "--name-only", "-z", &parent],
        );
        let paths: Vec<String> = listing
            .split('\0')
            .filter(|path| !path.is_empty())
            .map(str::to_owned)
            .collect();
        let names = paths.iter().filter_map(|path| path.rsplit('/').next());
        Before {
            names: names.map(str::to_lowercase).collect(),
            tree: Tree::of(paths),
            history: History::of(self.landed[..at].iter().rev().cloned()),
        }
    }

    fn pair(&self, first: usize, second: usize, before: &Before) -> Pair {
        let (one, other) = (&self.landed[first], &self.landed[second]);
        let began = Instant::now();
        let guess = foresee(&one.message, before);
        let millis = began.elapsed().as_secs_f64() * 1e3;
        let others = foresee(&other.message, before);
        let share = |one: &Forecast, other: &Forecast| {
            let touched = |forecast| Touched::expected(forecast, &before.history);
            overlap(&touched(one), &touched(other)).share
        };
        let blank =
            |landed: &Landed| foresee(&without_names(&landed.message, &before.names), before);
        let (truth, known) = (files(one), files(one));
        let known: BTreeSet<&str> = known
            .into_iter()
            .filter(|path| before.tree.has(path))
            .collect();
        let first_five: BTreeSet<&str> = guess
            .files
            .iter()
            .take(5)
            .map(|guess| guess.path.as_str())
            .collect();
        let found = known.intersection(&first_five).count();
        Pair {
            truth: !truth.is_disjoint(&files(other)),
            overlap: share(&guess, &others),
            without_names: share(&blank(one), &blank(other)),
            same_folder: top(&guess).is_some() && top(&guess) == top(&others),
            recalled: found as f64 / known.len().clamp(1, 5) as f64,
            millis,
        }
    }
}

/// The forecast of a change by its message.
fn foresee(message: &str, before: &Before) -> Forecast {
    let message = message.trim();
    let (mut title, mut body) = message.split_once('\n').unwrap_or((message, ""));
    if title.starts_with("Merge pull request #") {
        (title, body) = body.trim().split_once('\n').unwrap_or((body.trim(), ""));
    }
    let request = Request {
        title,
        body,
        plan: "",
        role: "swe",
    };
    forecast(&request, &before.tree, &before.history)
}

/// The top folder of the file that is forecast first; of a file at the root the file itself.
fn top(forecast: &Forecast) -> Option<&str> {
    forecast.files.first()?.path.split('/').next()
}

/// The files of a change that count.
fn files(landed: &Landed) -> BTreeSet<&str> {
    let counts = |path: &&String| !matches!(path_kind(path), PathKind::Generated | PathKind::Log);
    landed
        .paths
        .iter()
        .filter(counts)
        .map(String::as_str)
        .collect()
}

/// A text in which no path and no name of a file stands.
fn without_names(text: &str, names: &BTreeSet<String>) -> String {
    let words = text.split_inclusive(char::is_whitespace).map(|word| {
        let bare = word
            .trim_matches(|c: char| !c.is_alphanumeric())
            .to_lowercase();
        let names_one = bare.split(['/', ':']).any(|part| names.contains(part));
        if bare.contains('/') || names_one {
            "\n"
        } else {
            word
        }
    });
    words.collect()
}

fn git(clone: &Path, arguments: &[&str]) -> String {
    let output = Command::new("git")
        .arg("-C")
        .arg(clone)
        .args(arguments)
        .output()
        .expect("git runs");
    String::from_utf8_lossy(&output.stdout).into_owned()
}
