//! What came of a try.

/// What came of a try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sent {
    /// It was taken; what was answered.
    Taken(String),
    /// It was not.
    Failed(Trouble),
}

impl Sent {
    pub(super) fn failed(why: impl Into<String>) -> Self {
        Self::Failed(Trouble {
            why: why.into(),
            retry_after_ms: None,
        })
    }
}

/// Why it was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// In words without secrets.
    pub why: String,
    /// How long the receiver asked to be left alone, milliseconds.
    pub retry_after_ms: Option<i64>,
}

/// An error with what led to it.
pub(super) fn chain(error: &dyn std::error::Error) -> String {
    let mut said = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let cause_says = cause.to_string();
        if !said.contains(&cause_says) {
            said.push_str(": ");
            said.push_str(&cause_says);
        }
        next = cause.source();
    }
    said
}
