//! What things are known by: token texts, delivery GUIDs, names of git objects. GitHub's numbers are plain `i64`.
//!
//! It exists so that what is computed is the same in every run. It must never use a random number: a story told twice reads
//! the same.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;
use sha2::{Digest, Sha256};

/// A git object name: 40 (SHA-1) or 64 (SHA-256) lower-case hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Sha(String);

impl Sha {
    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Sha {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The text is no git object name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a git object name")]
pub struct NotASha(String);

impl FromStr for Sha {
    type Err = NotASha;
    fn from_str(text: &str) -> Result<Self, NotASha> {
        let hexadecimal = text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        if hexadecimal && matches!(text.len(), 40 | 64) {
            Ok(Self(text.to_owned()))
        } else {
            Err(NotASha(text.chars().take(100).collect()))
        }
    }
}

/// Hexadecimal digits that depend on the words only, as many as wanted.
pub fn digits(words: &str, length: usize) -> String {
    let mut text = String::new();
    let mut round = 0_u32;
    while text.len() < length {
        text.push_str(&hex::encode(Sha256::digest(format!("{words}/{round}"))));
        round += 1;
    }
    text.truncate(length);
    text
}

/// The text of the `number`th token: 40 characters, or GitHub's form since 2026 (`ghs_<app>_<dotted>`, 520 characters).
pub fn token_text(app: i64, number: u64, long: bool) -> String {
    let seed = format!("token/{app}/{number}");
    if !long {
        return format!("ghs_{}", digits(&seed, 36));
    }
    let head = format!("ghs_{app}_{}.", digits(&format!("{seed}/head"), 36));
    let tail = format!(".{}", digits(&format!("{seed}/tail"), 86));
    let middle = 520_usize.saturating_sub(head.len() + tail.len());
    format!("{head}{}{tail}", digits(&seed, middle))
}

/// The client id of the App with that number; a JWT may name either.
pub fn client_id(app: i64) -> String {
    format!("Iv23li{app:014}")
}

/// The `number`th delivery's GUID, in the shape of a version 4 UUID.
pub fn guid(number: i64) -> String {
    let d = digits(&format!("delivery/{number}"), 32);
    format!(
        "{}-{}-4{}-a{}-{}",
        &d[0..8],
        &d[8..12],
        &d[13..16],
        &d[17..20],
        &d[20..32]
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_have_the_forms_of_github() {
        let short = token_text(7, 1, false);
        assert_eq!(short.len(), 40);
        let long = token_text(7, 1, true);
        assert_eq!(long.len(), 520);
        assert_eq!(long.matches('.').count(), 2);
        assert!(long.starts_with("ghs_7_"));
        assert_ne!(short, token_text(7, 2, false));
    }

    #[test]
    fn guids_are_version_four() {
        let guid = guid(1);
        assert_eq!(guid.len(), 36);
        assert_eq!(&guid[14..15], "4");
        assert_eq!(&guid[19..20], "a");
    }

    #[test]
    fn only_whole_object_names_are_taken() {
        assert!(
            "0123456789abcdef0123456789abcdef01234567"
                .parse::<Sha>()
                .is_ok()
        );
        assert!("a".repeat(64).parse::<Sha>().is_ok());
        for wrong in [
            "",
            "HEAD",
            "0123456",
            "0123456789ABCDEF0123456789ABCDEF01234567",
        ] {
            assert!(wrong.parse::<Sha>().is_err(), "{wrong}");
        }
    }
}
