//! Which option of one question a few words name: by text, by number, by letter, by the beginning of its text.

use super::{Question, courtesy};

/// What the words came to.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Choice {
    /// This option, from 0.
    Option(usize),
    /// A number or letter no option has.
    NoSuch,
    /// The number of one option and the text of another.
    TwoReadings,
    /// Words that name no option.
    Words,
}

/// Reads one line as a choice.
pub(super) fn choose(question: &Question, line: &str) -> Choice {
    if question.options.is_empty() {
        return Choice::Words;
    }
    let line = unboxed(line.trim());
    let read = courtesy::fewer(line)
        .into_iter()
        .map(|line| plainly(question, line));
    let choice = read.into_iter().find(|choice| *choice != Choice::Words);
    choice
        .or_else(|| stripped(&question.options, line).map(Choice::Option))
        .unwrap_or(Choice::Words)
}

fn plainly(question: &Question, line: &str) -> Choice {
    let text = exact(&question.options, line);
    let number = label(line);
    match (text, number) {
        (Some(text), Some(number)) if text != number && number < question.options.len() => {
            Choice::TwoReadings
        }
        (Some(text), _) => Choice::Option(text),
        (None, Some(number)) if number < question.options.len() => Choice::Option(number),
        (None, Some(_)) => Choice::NoSuch,
        (None, None) => labeled(&question.options, line)
            .or_else(|| beginning(&question.options, line))
            .map_or(Choice::Words, Choice::Option),
    }
}

/// The option that words name, text before number: for an agent's own default.
pub(super) fn index(options: &[String], words: &str) -> Option<usize> {
    let number = || label(words).filter(|number| *number < options.len());
    exact(options, words)
        .or_else(number)
        .or_else(|| beginning(options, words))
}

/// The option a line names by its label or whole text and nothing else, courtesies apart.
pub(super) fn alone(question: &Question, line: &str) -> Option<usize> {
    let named = |line: &str| {
        let label = label(line).filter(|index| *index < question.options.len());
        exact(&question.options, line).or(label)
    };
    courtesy::fewer(line)
        .into_iter()
        .find_map(named)
        .or_else(|| stripped(&question.options, line))
}

/// The option that is the same but for such words: `Postgres` for `Use Postgres`.
fn stripped(options: &[String], line: &str) -> Option<usize> {
    let wanted = fold(bare(courtesy::without(line)));
    if wanted.is_empty() {
        return None;
    }
    one(options, |option| {
        fold(bare(courtesy::without(option))) == wanted
    })
}

/// The option whose whole text this is, if it is one only.
pub(super) fn exact(options: &[String], words: &str) -> Option<usize> {
    let wanted = [fold(words), fold(bare(words))];
    one(options, |option| {
        !option.is_empty() && wanted.contains(&fold(option))
    })
}

/// The option that begins so, if it is one only; four characters are the least.
pub(super) fn beginning(options: &[String], words: &str) -> Option<usize> {
    let wanted = fold(bare(words));
    if wanted.chars().count() < 4 {
        return None;
    }
    one(options, |option| fold(option).starts_with(&wanted))
}

/// A number or letter that stands alone, as an index: `2`, `2.`, `#2`, `(b)`, `option 2`.
pub(super) fn label(words: &str) -> Option<usize> {
    let words = bare(words);
    let words = match words.get(..7) {
        Some(start) if start.eq_ignore_ascii_case("option ") => bare(&words[7..]),
        _ => words,
    };
    let words = words.strip_prefix('#').unwrap_or(words);
    if (1..=3).contains(&words.len()) && words.bytes().all(|b| b.is_ascii_digit()) {
        // Number 0 is no option: it becomes an index that none has.
        return words
            .parse::<usize>()
            .ok()
            .map(|number| number.checked_sub(1).unwrap_or(usize::MAX));
    }
    match words.as_bytes() {
        [letter] if letter.is_ascii_alphabetic() => {
            Some(usize::from(letter.to_ascii_lowercase() - b'a'))
        }
        _ => None,
    }
}

/// An option copied with its label: `2. Use SQLite`.
fn labeled(options: &[String], line: &str) -> Option<usize> {
    let (mark, text) = line.split_once([' ', '\t'])?;
    let index = label(mark)?;
    let option = options.get(index)?;
    (mark.ends_with(['.', ')', ':']) && fold(option) == fold(text)).then_some(index)
}

/// Case and spacing do not matter.
pub(super) fn fold(text: &str) -> String {
    text.split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .to_lowercase()
}

/// The words without quotation marks, emphasis and the punctuation that ends a sentence.
pub(super) fn bare(words: &str) -> &str {
    let marks = |c: char| c.is_whitespace() || "*_`\"'“”„‘’«»()[]\u{fe0f}\u{20e3}".contains(c);
    words
        .trim_matches(marks)
        .trim_end_matches(|c: char| marks(c) || ".,;:!)".contains(c))
}

/// A copied box or list mark says nothing.
fn unboxed(line: &str) -> &str {
    let item = line
        .strip_prefix(['-', '*', '+'])
        .and_then(|rest| rest.strip_prefix(' '))
        .unwrap_or(line)
        .trim_start();
    let boxes = ["[x]", "[X]", "[ ]"];
    boxes
        .iter()
        .find_map(|mark| item.strip_prefix(mark))
        .unwrap_or(item)
        .trim_start()
}

fn one(options: &[String], wanted: impl Fn(&str) -> bool) -> Option<usize> {
    let mut found = options
        .iter()
        .enumerate()
        .filter(|(_, option)| wanted(option))
        .map(|(index, _)| index);
    let first = found.next()?;
    found.next().is_none().then_some(first)
}
