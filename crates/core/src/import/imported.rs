//! What comes in and what comes out, as values.

/// A file of another tool.
#[derive(Debug, Clone, Copy)]
pub struct Foreign<'a> {
    /// Its path in the repository.
    pub path: &'a str,
    /// What it holds.
    pub text: &'a str,
}

/// A file that skep reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewFile {
    /// Its path in the repository.
    pub path: String,
    /// What it holds.
    pub text: String,
}

/// What became of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// It is taken over, and where to.
    Taken(String),
    /// skep does so anyhow, and how.
    Given(String),
    /// It has no counterpart, and what there is instead.
    Left(String),
}

/// One thing that a file said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The file; empty where it was said on the command line.
    pub path: String,
    /// The line, from 1.
    pub line: usize,
    /// What it says: a key, or its beginning.
    pub what: String,
    /// What became of it.
    pub fate: Fate,
}

/// What all of it comes to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Imported {
    /// Files for the repository.
    pub files: Vec<NewFile>,
    /// Settings for the operator's `skep.toml`; empty where there are none.
    pub settings: String,
    /// Every line with what became of it, file by file.
    pub lines: Vec<Line>,
}
