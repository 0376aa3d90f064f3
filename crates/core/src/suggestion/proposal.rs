//! What an agent proposes, as it says it. Its words may be anything.

/// A proposal.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Proposal {
    /// Labels that are to be put on.
    pub labels: Vec<Proposed>,
    /// The type that the issue is to have.
    pub kind: Option<Proposed>,
    /// The issue that this one repeats: `12`, `#12`.
    pub duplicate_of: Option<Proposed>,
}

/// One part of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Proposed {
    /// What.
    pub what: String,
    /// Why.
    pub rationale: String,
    /// How sure: `low`, `medium`, `high`.
    pub confidence: String,
}

impl Proposal {
    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty() && self.kind.is_none() && self.duplicate_of.is_none()
    }
}
