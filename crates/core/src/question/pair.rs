//! Question numbers with what is answered to them: `1b 2a`, `1: b, 2: a`, `2: words`.

use super::choice;

/// A question's number with one of its options.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pair {
    /// The number as said.
    pub(super) number: u32,
    /// The option, from 0.
    pub(super) option: usize,
    /// The letter or number of the option as said.
    pub(super) said: String,
}

/// Reads a line that holds nothing but pairs, at least one.
pub(super) fn pairs(line: &str) -> Option<Vec<Pair>> {
    let mut found = Vec::new();
    let mut rest = between(line);
    while !rest.is_empty() {
        let (pair, after) = pair(rest)?;
        found.push(pair);
        rest = between(after);
    }
    (!found.is_empty()).then_some(found)
}

/// Reads `2: words` or `2. words`: the number and the words.
pub(super) fn numbered(line: &str) -> Option<(u32, &str)> {
    let (number, rest) = question_number(line.trim())?;
    let mark = rest.trim_start();
    let words = mark.strip_prefix([':', '=']).or_else(|| {
        let words = mark.strip_prefix(['.', ')'])?;
        words.starts_with([' ', '\t']).then_some(words)
    })?;
    let words = words.trim();
    (!words.is_empty()).then_some((number, words))
}

fn pair(text: &str) -> Option<(Pair, &str)> {
    let (number, rest) = question_number(text)?;
    let pick = rest.trim_start_matches([' ', '\t', '.', ':', ')', '=', '-']);
    let mark = &rest[..rest.len() - pick.len()];
    let end = pick
        .find(|c: char| !c.is_alphanumeric())
        .unwrap_or(pick.len());
    let (said, after) = pick.split_at(end);
    let numeric = said.starts_with(|c: char| c.is_ascii_digit());
    if numeric && !mark.contains([':', '=']) {
        return None;
    }
    let option = choice::label(said)?;
    let after = after.strip_prefix(['.', ')']).unwrap_or(after);
    Some((
        Pair {
            number,
            option,
            said: said.to_owned(),
        },
        after,
    ))
}

fn question_number(text: &str) -> Option<(u32, &str)> {
    let text = text.strip_prefix(['#', 'q', 'Q']).unwrap_or(text);
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    if !(1..=4).contains(&digits) {
        return None;
    }
    text[..digits]
        .parse()
        .ok()
        .map(|number| (number, &text[digits..]))
}

/// Skips what stands between pairs: white space, punctuation, and words that say nothing.
fn between(text: &str) -> &str {
    let mut text = text;
    loop {
        text = text.trim_start_matches(|c: char| c.is_whitespace() || ",;/&+.!".contains(c));
        let end = text
            .find(|c: char| !c.is_alphabetic())
            .unwrap_or(text.len());
        if !["and", "please", "thanks"]
            .iter()
            .any(|word| text[..end].eq_ignore_ascii_case(word))
        {
            return text;
        }
        text = &text[end..];
    }
}
