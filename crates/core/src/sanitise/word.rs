//! What one run of word characters would become on GitHub: a mention, a reference, a link, or nothing.

use super::Allow;

/// What to do with a word.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It is only text.
    Plain,
    /// It would be live, and may.
    Live,
    /// It is an address that may be live if what stands behind it cannot grow it.
    Address,
    /// It would be live and must not: goes into a code span.
    Defuse,
}

/// Characters that hold such a word together. Everything else ends it.
pub(super) fn is_part(c: char) -> bool {
    c.is_alphanumeric()
        || matches!(
            c,
            '-' | '_' | '.' | '/' | '@' | '#' | ':' | '+' | '?' | '=' | '%'
        )
}

/// Judges one word; `closing` says that a closing keyword stands before it.
pub(super) fn judge(word: &str, closing: bool, allow: &Allow) -> Verdict {
    let lower = word.to_ascii_lowercase();
    if lower.contains("://")
        || lower.contains("www.")
        || lower.starts_with("mailto:")
        || lower.starts_with("xmpp:")
    {
        let live = allow.links(word)
            && !word.contains('@')
            && !digit_after(word, '#')
            && lower.starts_with("http");
        return if live && !(closing && allow.refers(word)) {
            Verdict::Address
        } else {
            Verdict::Defuse
        };
    }
    let mention = word.char_indices().any(|(at, c)| {
        c == '@'
            && word[at + 1..]
                .starts_with(|next: char| next.is_alphanumeric() || matches!(next, '-' | '_' | '.'))
    });
    if mention {
        let allowed = word
            .strip_prefix('@')
            .is_some_and(|login| allow.mentions(login));
        return if allowed {
            Verdict::Live
        } else {
            Verdict::Defuse
        };
    }
    if digit_after(word, '#') || numbered(&lower) {
        return if allow.refers(word) && !closing {
            Verdict::Live
        } else {
            Verdict::Defuse
        };
    }
    Verdict::Plain
}

/// The word without punctuation that ends a sentence, and that punctuation.
pub(super) fn trimmed(word: &str) -> (&str, &str) {
    word.split_at(word.trim_end_matches(['.', ':', '?']).len())
}

fn digit_after(word: &str, mark: char) -> bool {
    word.split(mark)
        .skip(1)
        .any(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
}

/// `GH-12`.
fn numbered(lower: &str) -> bool {
    lower.match_indices("gh-").any(|(at, _)| {
        let inside = lower[..at].ends_with(|c: char| c.is_ascii_alphanumeric());
        !inside && lower[at + 3..].starts_with(|c: char| c.is_ascii_digit())
    })
}

/// Whether text that ends so would close what is named next.
/// Keywords: <https://docs.github.com/en/issues/tracking-your-work-with-issues/using-issues/linking-a-pull-request-to-an-issue>.
pub(super) fn is_closing(before: &str) -> bool {
    let before = before.trim_end_matches(|c: char| !c.is_alphanumeric());
    let start = before
        .rfind(|c: char| !c.is_ascii_alphabetic())
        .map_or(0, |at| {
            at + before[at..].chars().next().map_or(1, char::len_utf8)
        });
    let word = before[start..].to_ascii_lowercase();
    matches!(
        word.as_str(),
        "close"
            | "closes"
            | "closed"
            | "fix"
            | "fixes"
            | "fixed"
            | "resolve"
            | "resolves"
            | "resolved"
    )
}
