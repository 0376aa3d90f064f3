//! How values go to GitHub and come back: bounded texts, times.

use std::borrow::Cow;

use serde::{Deserialize, Deserializer};

use crate::core::time::parse_rfc3339;

/// The longest text sent; GitHub refuses more than 65,536 characters. Sentences are cut well before, in the core; this is
/// the last defence.
pub(super) const TEXT_CHARS: usize = 65_000;

/// At most `most` characters of `text`.
pub(super) fn cut(text: &str, most: usize) -> Cow<'_, str> {
    match text.char_indices().nth(most) {
        None => Cow::Borrowed(text),
        Some((end, _)) => Cow::Owned(text[..end].to_owned()),
    }
}

/// Reads GitHub's times (`2011-04-10T20:09:31Z`) as epoch milliseconds.
pub(super) fn millis<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    let text = String::deserialize(deserializer)?;
    parse_rfc3339(&text).ok_or_else(|| serde::de::Error::custom("a time is not RFC 3339"))
}

/// The same where there may be none.
pub(super) fn optional_millis<'de, D: Deserializer<'de>>(
    given: D,
) -> Result<Option<i64>, D::Error> {
    let text = Option::<String>::deserialize(given)?;
    let read = |text: String| {
        parse_rfc3339(&text).ok_or_else(|| serde::de::Error::custom("a time is not RFC 3339"))
    };
    text.map(read).transpose()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_is_longer_than_github_takes() {
        assert_eq!(
            cut(&"é".repeat(70_000), TEXT_CHARS).chars().count(),
            TEXT_CHARS
        );
        assert_eq!(cut("short", TEXT_CHARS), "short");
    }
}
