//! The kept inputs of a target: one a file, below `fixtures/fuzz`.

use std::path::{Path, PathBuf};

fn folder(target: &str) -> PathBuf {
    let top = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut tops = top.ancestors().map(|top| top.join("fixtures/fuzz"));
    let found = tops.find(|folder| folder.is_dir());
    found.expect("the repository's fixtures").join(target)
}

/// All of them.
pub(crate) fn inputs(target: &str) -> Vec<Vec<u8>> {
    let folder = folder(target);
    let read = std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{folder:?}: {error}"));
    let mut paths: Vec<PathBuf> = read.map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    let read = |path: PathBuf| std::fs::read(path).expect("an input");
    let inputs: Vec<Vec<u8>> = paths.into_iter().map(read).collect();
    assert!(inputs.len() >= 10, "{target} has {} inputs", inputs.len());
    inputs
}

/// Runs a target over all of them.
pub(crate) fn hold(target: &str, runs: impl Fn(&[u8])) {
    for input in inputs(target) {
        runs(&input);
    }
}
