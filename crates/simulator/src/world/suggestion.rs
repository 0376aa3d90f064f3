//! Suggestions: changes of an issue that an App proposes and a person approves or dismisses. The record the world keeps.
//!
//! It must never decide anything: that is `suggesting`.

use std::collections::BTreeMap;

use crate::world::issue::Issue;

/// All suggestions, by the issues' own numbers.
#[derive(Debug, Clone)]
pub struct Suggestions {
    /// Whether there are any here; GitHub Enterprise Server has none.
    pub offered: bool,
    /// Whether what is suggested is done at once, because the repository wants it so.
    pub at_once: bool,
    pub(super) all: BTreeMap<i64, Vec<Suggestion>>,
}

impl Default for Suggestions {
    fn default() -> Self {
        Self {
            offered: true,
            at_once: false,
            all: BTreeMap::new(),
        }
    }
}

/// One of them.
#[derive(Debug, Clone)]
pub struct Suggestion {
    /// Its number.
    pub id: i64,
    /// What it would do.
    pub change: Suggested,
    /// `pending`, `applied`, `approved`, `dismissed`.
    pub state: &'static str,
    /// The number of its label or type.
    pub target: i64,
    /// Why.
    pub rationale: Option<String>,
    /// `low`, `medium`, `high`.
    pub confidence: Option<String>,
    /// Who made it.
    pub actor: String,
    /// Who approved or dismissed it.
    pub resolved_by: Option<String>,
    /// When it was made.
    pub created_at: i64,
    /// When it last changed.
    pub updated_at: i64,
}

/// A change that can be suggested here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Suggested {
    /// A label is put on.
    Label(String),
    /// The issue gets this type.
    Type(String),
}

impl Suggested {
    /// The name of the label or type.
    pub fn name(&self) -> &str {
        match self {
            Self::Label(name) | Self::Type(name) => name,
        }
    }

    /// GitHub's word for it.
    pub fn action(&self) -> &'static str {
        match self {
            Self::Label(_) => "add_label",
            Self::Type(_) => "set_type",
        }
    }

    /// Whether the issue has it.
    pub(super) fn is_on(&self, issue: &Issue) -> bool {
        match self {
            Self::Label(name) => issue.has_label(name),
            Self::Type(name) => issue.kind.as_ref() == Some(name),
        }
    }
}

/// What somebody suggests.
#[derive(Debug, Clone)]
pub struct Wish {
    /// What.
    pub change: Suggested,
    /// Why.
    pub rationale: Option<String>,
    /// How sure.
    pub confidence: Option<String>,
}
