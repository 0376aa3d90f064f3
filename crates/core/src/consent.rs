//! What somebody lets be published of protected paths: exactly these changes, by one hash over all of them.
//!
//! The hash is made of what git says of a commit, never of words, so that it names one state of the work and no other. It must
//! never be taken for a right: who may give a consent is judged where it is given.

use serde::{Deserialize, Serialize};

use crate::ids::CommentId;

/// So many digits of a hash are shown, and at least so many name one.
pub const SHOWN_DIGITS: usize = 16;

/// SHA-256 over each protected change (path, modes and objects before and after), sorted: 64 hexadecimal digits in lower case.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ChangeHash(String);

impl ChangeHash {
    /// Takes the 32 bytes of one.
    pub fn of_bytes(bytes: &[u8; 32]) -> Self {
        Self(hex::encode(bytes))
    }

    /// All digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// As it is shown.
    pub fn short(&self) -> &str {
        &self.0[..SHOWN_DIGITS]
    }

    /// Whether somebody who wrote these digits means it: at least as many as are shown, and all of them are its first.
    pub fn is_named_by(&self, digits: &str) -> bool {
        digits.len() >= SHOWN_DIGITS && self.0.starts_with(&digits.to_ascii_lowercase())
    }
}

impl TryFrom<String> for ChangeHash {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let digits = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
        match text.len() == 64 && text.bytes().all(digits) {
            true => Ok(Self(text)),
            false => Err(format!("`{text}` is no hash of changes")),
        }
    }
}

impl From<ChangeHash> for String {
    fn from(hash: ChangeHash) -> Self {
        hash.0
    }
}

/// Digits that may name a hash, as somebody wrote them: 16 to 64, with or without `sha256:` before them.
pub fn digits(words: &str) -> Option<String> {
    let digits = words.strip_prefix("sha256:").unwrap_or(words);
    let right = (SHOWN_DIGITS..=64).contains(&digits.len());
    let hexadecimal = digits.bytes().all(|b| b.is_ascii_hexdigit());
    (right && hexadecimal).then(|| digits.to_ascii_lowercase())
}

/// The protected changes of a commit, as people are to see them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProtectedDiff {
    /// Over all of them, shown or not.
    pub hash: ChangeHash,
    /// The first of them, sorted by path.
    pub changes: Vec<ProtectedChange>,
    /// How many more there are.
    #[serde(default)]
    pub more: u64,
}

/// One change of a protected path.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProtectedChange {
    /// The path; bytes that are not UTF-8 are replaced.
    pub path: String,
    /// Git's mode before, six octal digits; `000000` where there was nothing.
    pub old_mode: String,
    /// Git's mode after; `000000` where there is nothing.
    pub new_mode: String,
    /// What differs.
    pub content: ChangedContent,
}

/// What differs in a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangedContent {
    /// Its mode alone.
    Same,
    /// These lines, each with `+`, `-`, a space or `@@` before it; an agent wrote them.
    Lines(String),
    /// The first of them; the rest did not fit.
    FirstLines(String),
    /// It is no text.
    Binary {
        /// Git's name of the new content.
        object: String,
        /// Its size.
        bytes: u64,
    },
    /// It did not fit.
    NotShown,
}

impl ProtectedDiff {
    /// Whether people see all of it.
    pub fn is_whole(&self) -> bool {
        let shown = |change: &ProtectedChange| {
            !matches!(
                change.content,
                ChangedContent::FirstLines(_) | ChangedContent::NotShown
            )
        };
        self.more == 0 && self.changes.iter().all(shown)
    }
}

/// Protected paths that wait for somebody's word, or have it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PathsAsked {
    /// The key of the comment that shows them.
    pub key: String,
    /// That comment, once it is there.
    #[serde(default)]
    pub comment: Option<CommentId>,
    /// What it shows, without how to answer.
    pub text: String,
    /// What may be published.
    pub hash: ChangeHash,
    /// The paths.
    pub paths: Vec<String>,
    /// What somebody said of them.
    #[serde(default)]
    pub word: Option<PathsWord>,
}

/// What somebody said of protected paths.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PathsWord {
    /// They may be published as they are.
    Approved {
        /// Whose word.
        by: String,
    },
    /// The work is published without them.
    Dropped {
        /// Whose word.
        by: String,
    },
}

impl PathsAsked {
    /// What may be published, and by whose word, where somebody said so.
    pub fn approved(&self) -> Option<(&ChangeHash, &str)> {
        match &self.word {
            Some(PathsWord::Approved { by }) => Some((&self.hash, by)),
            Some(PathsWord::Dropped { .. }) | None => None,
        }
    }
}

/// Protected paths that somebody let be published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PathsApproved {
    /// What.
    pub hash: ChangeHash,
    /// Whose word.
    pub by: String,
    /// The paths.
    pub paths: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hash(digit: &str) -> ChangeHash {
        ChangeHash::try_from(digit.repeat(64)).expect("64 digits")
    }

    #[test]
    fn a_hash_is_named_by_what_is_shown_of_it_and_by_no_less() {
        let hash = hash("a");
        assert!(hash.is_named_by(hash.short()) && hash.is_named_by(&"A".repeat(64)));
        for other in [
            &"a".repeat(15),
            "",
            &format!("{}b", "a".repeat(16)),
            &"a".repeat(65),
        ] {
            assert!(!hash.is_named_by(other), "{other}");
        }
    }

    #[test]
    fn digits_are_read_and_nothing_else_is() {
        let sixteen = "0123456789ABCDEF";
        assert_eq!(digits(sixteen).as_deref(), Some("0123456789abcdef"));
        assert_eq!(
            digits(&format!("sha256:{sixteen}")).as_deref(),
            Some("0123456789abcdef")
        );
        for wrong in ["", "0123456789abcde", "0123456789abcdeg", &"a".repeat(65)] {
            assert_eq!(digits(wrong), None, "{wrong}");
        }
        for wrong in ["a", &"A".repeat(64), &"g".repeat(64)] {
            assert!(ChangeHash::try_from(wrong.to_owned()).is_err(), "{wrong}");
        }
    }
}
