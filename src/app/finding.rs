//! How one part of the installation is, and what to do where that is not well.

use std::fmt;

/// How a part of the installation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Right.
    Right,
    /// Odd, and no reason not to start.
    Odd,
    /// Wrong: `skep serve` cannot start, or cannot work.
    Wrong,
}

/// What was found out about one part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// How it is.
    pub verdict: Verdict,
    /// The part, in a word or two.
    pub part: String,
    /// What was found, and what to do.
    pub text: String,
}

impl Finding {
    pub(super) fn right(part: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            verdict: Verdict::Right,
            part: part.into(),
            text: text.into(),
        }
    }

    pub(super) fn odd(part: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            verdict: Verdict::Odd,
            part: part.into(),
            text: text.into(),
        }
    }

    pub(super) fn wrong(part: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            verdict: Verdict::Wrong,
            part: part.into(),
            text: text.into(),
        }
    }

    /// What is not there.
    pub fn missing(part: &str, text: &str) -> Self {
        Self::wrong(part, text)
    }

    /// What the configuration warns of.
    pub fn warning(text: &str) -> Self {
        Self::odd("setting", text)
    }
}

/// `✓ git          2.47.3`.
impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mark = match self.verdict {
            Verdict::Right => '✓',
            Verdict::Odd => '!',
            Verdict::Wrong => '✗',
        };
        write!(f, "{mark} {:<12} {}", self.part, self.text)
    }
}
