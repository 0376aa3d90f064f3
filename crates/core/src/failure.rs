//! What the pipeline does about an edge's error: every edge error converts to one of four answers.
//!
//! It never carries secrets or bodies: `why` goes to the operator's log, `say` may be shown to people on the issue.

use std::time::Duration;

/// The verdict on a failed effect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// Trying again may help; `after` is what the other side asked for (`retry-after`), if it did.
    Retry {
        /// The pause the other side asked for.
        after: Option<Duration>,
        /// For the operator.
        why: String,
    },
    /// The other side is shut to us until a person opens it again. The work waits, however long, and asking whether it is
    /// open again counts as no try.
    Parked {
        /// When to ask again, unless we hear of it sooner.
        after: Duration,
        /// For the operator.
        why: String,
    },
    /// Our own pace has no room for it at present, so nothing was sent. It comes back by itself, however often, and that counts
    /// as no try.
    Held {
        /// When there is room again.
        after: Duration,
        /// What there is no room for.
        room: Room,
        /// For the operator.
        why: String,
    },
    /// Trying again cannot help; `say` tells the person on the issue what to change. One or two plain sentences.
    Refused {
        /// For people, without markup.
        say: String,
    },
    /// Our own fault or a broken promise of the other side; not retried.
    Broken {
        /// For the operator.
        why: String,
    },
}

/// What our own pace has room for, or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Room {
    /// Any change.
    Changes,
    /// Changes that create content.
    Creations,
}

/// What stands against a push, as far as the host's words tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PushRule {
    /// It holds a secret.
    Secret,
    /// It changes workflows.
    Workflow,
    /// One file is too large.
    LargeFile,
    /// All of it is larger than the host, or something on the way, takes.
    LargePush,
    /// A rule set covers the branch.
    RuleSet,
    /// A branch protection rule covers the branch.
    Protection,
    /// The repository takes nothing any more.
    Archived,
    /// Anything else.
    Other,
}

impl Failure {
    /// A retry without a wish of the other side.
    pub fn retry(why: impl Into<String>) -> Self {
        Self::Retry {
            after: None,
            why: why.into(),
        }
    }

    /// A refusal that people are told.
    pub fn refused(say: impl Into<String>) -> Self {
        Self::Refused { say: say.into() }
    }

    /// A defect.
    pub fn broken(why: impl Into<String>) -> Self {
        Self::Broken { why: why.into() }
    }

    /// The sentence inside, whoever it is for.
    pub fn text(&self) -> &str {
        match self {
            Self::Retry { why, .. }
            | Self::Parked { why, .. }
            | Self::Held { why, .. }
            | Self::Broken { why } => why,
            Self::Refused { say } => say,
        }
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.text())
    }
}

/// What a program or another side said, in at most `max_chars` characters and a mark for what is left out in the middle: the
/// beginning says what it was about, and the end most often why.
pub fn shortened(text: &str, max_chars: usize) -> String {
    let length = text.chars().count();
    if length <= max_chars {
        return text.to_owned();
    }
    let tail = max_chars / 3;
    let head: String = text.chars().take(max_chars - tail).collect();
    let tail: String = text.chars().skip(length - tail).collect();
    format!("{head}…{tail}")
}

#[cfg(test)]
mod tests {
    use super::shortened;

    #[test]
    fn both_ends_of_a_long_text_are_kept() {
        assert_eq!(shortened("short", 5), "short");
        assert_eq!(
            shortened("the beginning, then much, then the end", 18),
            "the beginnin…he end"
        );
        assert_eq!(shortened("ééééé", 3), "éé…é");
        assert_eq!(shortened("abc", 0), "…");
    }
}
