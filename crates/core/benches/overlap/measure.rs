//! What was said of a pair, and how often it was right.

/// What is known of a pair of changes.
pub(super) struct Pair {
    /// They share a file.
    pub(super) truth: bool,
    /// The overlap of their forecasts.
    pub(super) overlap: f64,
    /// The same, where no name of a file stands in the messages.
    pub(super) without_names: f64,
    /// The first file of both forecasts lies in the same top folder.
    pub(super) same_folder: bool,
    /// What part of the first one's files is among the first five of its forecast.
    pub(super) recalled: f64,
    /// How long its forecast took.
    pub(super) millis: f64,
}

/// How good an answer is.
pub(super) struct Score {
    /// How often it is yes.
    pub(super) said: usize,
    /// How many of those are true.
    pub(super) precision: f64,
    /// How many of the true ones that are.
    pub(super) recall: f64,
}

/// How good a way to answer is.
pub(super) fn score(pairs: &[Pair], mut says: impl FnMut(&Pair) -> bool) -> Score {
    let (mut said, mut right, mut all) = (0, 0, 0);
    for pair in pairs {
        let yes = says(pair);
        said += usize::from(yes);
        right += usize::from(yes && pair.truth);
        all += usize::from(pair.truth);
    }
    let part = |of: usize| right as f64 / of.max(1) as f64;
    Score {
        said,
        precision: part(said),
        recall: part(all),
    }
}
