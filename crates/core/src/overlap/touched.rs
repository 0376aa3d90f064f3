//! What one piece of work touches or will touch, and how much two of them share.
//!
//! The overlap is the chance that both change one file at least, if their weights are chances and files are changed
//! independently of each other: 1 − Π (1 − a·b). It is symmetric and between 0 and 1, and a path more never lowers it.

use std::collections::BTreeMap;

use super::forecast::Forecast;
use super::history::History;

/// So many shared paths are named at most.
const NAMED: usize = 5;
/// So many paths of a change are taken in; one that changes more meets everybody anyway.
const MOST: usize = 2_000;

/// A weight between 0 and 1 for each path.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Touched {
    paths: BTreeMap<String, f64>,
}

impl Touched {
    /// What a forecast expects.
    pub fn expected(forecast: &Forecast, history: &History) -> Self {
        let files = forecast.files.iter();
        Self::of(
            files.map(|guess| (guess.path.as_str(), guess.weight)),
            history,
        )
    }

    /// What has been changed already.
    pub fn changed<'a>(paths: impl IntoIterator<Item = &'a str>, history: &History) -> Self {
        Self::of(
            paths.into_iter().take(MOST).map(|path| (path, 1.0)),
            history,
        )
    }

    fn of<'a>(paths: impl Iterator<Item = (&'a str, f64)>, history: &History) -> Self {
        let counted = paths.map(|(path, weight)| {
            // Both sides of an overlap are weighed like that, so that it counts once in all.
            let counts = history.counts(path).sqrt();
            (path.to_owned(), weight.clamp(0.0, 1.0) * counts)
        });
        Self {
            paths: counted.filter(|(_, weight)| *weight > 0.0).collect(),
        }
    }

    /// This and another one of the same work: of each path the larger weight.
    #[must_use]
    pub fn with(mut self, other: Self) -> Self {
        for (path, weight) in other.paths {
            let known = self.paths.entry(path).or_default();
            *known = known.max(weight);
        }
        self
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.paths.is_empty()
    }

    /// What it weighs that a path is touched, 0 to 1.
    pub fn weight(&self, path: &str) -> f64 {
        self.paths.get(path).copied().unwrap_or(0.0)
    }
}

/// What two pieces of work share.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Overlap {
    /// How much, 0 to 1.
    pub share: f64,
    /// The paths that most of it is about, the weightiest first; at most 5.
    pub paths: Vec<String>,
}

/// How much two pieces of work share.
pub fn overlap(one: &Touched, other: &Touched) -> Overlap {
    let (few, many) = match one.paths.len() <= other.paths.len() {
        true => (one, other),
        false => (other, one),
    };
    let both = few
        .paths
        .iter()
        .map(|(path, weight)| (path, weight * many.weight(path)));
    let mut both: Vec<(&String, f64)> = both.filter(|(_, weight)| *weight > 0.0).collect();
    let neither: f64 = both.iter().map(|(_, weight)| 1.0 - weight).product();
    both.sort_by(|one, other| other.1.total_cmp(&one.1).then_with(|| one.0.cmp(other.0)));
    Overlap {
        share: (1.0 - neither).clamp(0.0, 1.0),
        paths: both
            .iter()
            .take(NAMED)
            .map(|(path, _)| (*path).clone())
            .collect(),
    }
}
