//! The words of a text that tell what it is about, each with a weight: parts of identifiers, lower case, without endings.
//!
//! English endings and stop words; other languages keep their words whole. It must never keep more than [`MOST`] of them.

use std::collections::BTreeMap;

/// So many different words are kept of a text.
const MOST: usize = 256;
/// So much of a body is read, bytes.
const BODY: usize = 8 * 1024;
/// The shortest and the longest word, bytes.
const LENGTH: std::ops::RangeInclusive<usize> = 2..=40;
/// What a word of the title counts; one of the body counts 1.
const TITLE: f64 = 3.0;
/// What the part counts that a title names before a colon: `printer: …`, `fix(printer): …`.
const SCOPE: f64 = 6.0;
/// A scope stands in the index beside the words, told apart by this sign.
const SCOPE_SIGN: char = '@';
/// So far into a title a scope may reach, bytes.
const SCOPE_END: usize = 50;

/// Words with their weights.
pub(super) type Terms = BTreeMap<String, f64>;

/// Words that tell nothing.
const STOP: &[&str] = &[
    "add", "added", "adding", "adds", "all", "also", "an", "and", "any", "are", "as", "at",
    "authored", "be", "branch", "but", "by", "can", "change", "changed", "changes", "close",
    "closed", "closes", "co", "com", "could", "do", "does", "fix", "fixed", "fixes", "fixing",
    "for", "from", "get", "github", "has", "have", "http", "https", "if", "in", "instead", "into",
    "is", "issue", "it", "its", "made", "make", "makes", "merge", "merged", "more", "my", "new",
    "no", "not", "now", "of", "off", "on", "one", "only", "or", "our", "pr", "pull", "ref", "refs",
    "remove", "removed", "removes", "request", "see", "should", "signed", "so", "some", "such",
    "than", "that", "the", "their", "them", "then", "there", "these", "they", "this", "to", "up",
    "update", "updated", "updates", "us", "use", "used", "uses", "using", "was", "we", "when",
    "which", "will", "with", "would", "www", "yo", "you", "your", "me", "he", "she", "out", "too",
];

/// The words of a title and a body.
pub(super) fn terms(title: &str, body: &str) -> Terms {
    let mut terms = Terms::new();
    for scope in scopes(title) {
        keep(&mut terms, format!("{SCOPE_SIGN}{scope}"), SCOPE);
    }
    for (text, weight) in [(title, TITLE), (cut(body, BODY), 1.0)] {
        for token in text.split(|c: char| !c.is_alphanumeric()) {
            for word in parts(token) {
                keep(&mut terms, word, weight);
            }
        }
    }
    terms
}

/// Title and body of a commit's message. Of a merge of GitHub's the title of the pull request counts, which stands below.
pub(super) fn split(message: &str) -> (&str, &str) {
    let (title, body) = message.trim().split_once('\n').unwrap_or((message, ""));
    let body = body.trim_start();
    if title.starts_with("Merge pull request #") && !body.is_empty() {
        return body.split_once('\n').unwrap_or((body, ""));
    }
    (title, body)
}

/// At most so many bytes of a text, whole characters.
pub(super) fn cut(text: &str, most: usize) -> &str {
    &text[..text.floor_char_boundary(most)]
}

/// A word that is there already keeps its weight: the weightiest come first.
fn keep(terms: &mut Terms, word: String, weight: f64) {
    if terms.len() < MOST {
        terms.entry(word).or_insert(weight);
    }
}

fn scopes(title: &str) -> Vec<String> {
    let head = title.split_once(": ").map(|(head, _)| head);
    let head = head.filter(|head| head.len() <= SCOPE_END).unwrap_or("");
    let head = head.trim_end_matches('!');
    let scope = match head.split_once('(') {
        Some((_, scope)) => scope.trim_end_matches(')'),
        None => head,
    };
    let is_plain = |c: char| c.is_alphanumeric() || "_,/ .+-".contains(c);
    if !scope.chars().all(is_plain) {
        return Vec::new();
    }
    let words = scope.split([',', '/', ' ']).filter(|word| word.len() > 1);
    words.map(str::to_lowercase).take(4).collect()
}

/// What a run of letters and digits is made of: `WalkBuilder` is `walk`, `build` and `walkbuilder`.
fn parts(token: &str) -> Vec<String> {
    let mut starts = vec![0];
    let chars: Vec<(usize, char)> = token.char_indices().collect();
    for at in 1..chars.len() {
        let (before, here) = (chars[at - 1].1, chars[at].1);
        let next_is_small = chars.get(at + 1).is_some_and(|(_, c)| c.is_lowercase());
        let humps = here.is_uppercase() && (before.is_lowercase() || next_is_small);
        if humps || before.is_ascii_digit() != here.is_ascii_digit() {
            starts.push(chars[at].0);
        }
    }
    starts.push(token.len());
    let pieces = starts.windows(2).map(|ends| &token[ends[0]..ends[1]]);
    let mut words: Vec<String> = pieces.filter_map(word).collect();
    if starts.len() > 2 && LENGTH.contains(&token.len()) && !is_number(token) {
        words.push(token.to_lowercase());
    }
    words
}

fn word(piece: &str) -> Option<String> {
    let lower = piece.to_lowercase();
    let tells =
        LENGTH.contains(&lower.len()) && !is_number(&lower) && !STOP.contains(&lower.as_str());
    tells.then(|| stem(&lower).to_owned())
}

fn is_number(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A word without its ending, so that `walker`, `walks` and `walking` are one.
fn stem(word: &str) -> &str {
    const ENDINGS: [&str; 9] = ["ings", "ing", "ies", "ied", "ers", "er", "ed", "es", "s"];
    let ending = ENDINGS.iter().find_map(|ending| {
        let stem = word.strip_suffix(ending)?;
        (stem.len() >= 4).then_some(stem)
    });
    match ending {
        Some(stem) => stem,
        None if word.len() > 4 => word.strip_suffix('e').unwrap_or(word),
        None => word,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(title: &str, body: &str) -> String {
        let words = terms(title, body);
        let words = words
            .iter()
            .map(|(word, weight)| format!("{word}:{weight}"));
        words.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn words_are_parts_of_identifiers_without_endings() {
        assert_eq!(shown("Walkers", "walking, walks"), "walk:3");
        assert_eq!(
            shown("", "`WalkBuilder` HTTPServer max_depth 404"),
            "build:1 depth:1 httpserver:1 max:1 serv:1 walk:1 walkbuilder:1"
        );
        assert_eq!(shown("Fix the issue", "and see #12"), "");
    }

    #[test]
    fn a_title_names_its_part() {
        assert_eq!(shown("printer: colours", ""), "@printer:6 colour:3 print:3");
        assert_eq!(
            shown("fix(axum/core)!: x", ""),
            "@axum:6 @core:6 axum:3 core:3"
        );
        assert_eq!(shown("a sentence? no: scope", ""), "scop:3 sentenc:3");
    }

    #[test]
    fn a_merge_is_named_by_its_pull_request() {
        let merge = "Merge pull request #7 from me/branch\n\nQuicker walks\n\nBody";
        assert_eq!(split(merge), ("Quicker walks", "\nBody"));
        assert_eq!(split("One line"), ("One line", ""));
        assert_eq!(split("Title\n\nBody\nmore"), ("Title", "Body\nmore"));
    }

    #[test]
    fn there_is_a_bound() {
        let many: String = (0..5_000).map(|n| format!("w{n}x ")).collect();
        assert!(terms(&many, &many).len() <= MOST);
        assert_eq!(cut("aé", 2), "a");
    }
}
