//! Which open question a quoted block shows, so that a reply below the quote answers that one.

use super::Question;
use crate::core::markdown::Row;

/// The one open question whose text, or else whose option, stands in the quote.
pub(super) fn quoted<'a>(open: &[&'a Question], block: &[Row<'_>]) -> Option<&'a Question> {
    let lines: Vec<String> = block.iter().map(|row| letters(row.text)).filter(|line| !line.is_empty()).collect();
    let quote = lines.join(" ");
    let by_text = one(open, |question| shows(&quote, &lines, &question.text));
    by_text.or_else(|| one(open, |question| question.options.iter().any(|option| holds(&quote, &letters(option)))))
}

fn one<'a>(open: &[&'a Question], wanted: impl Fn(&Question) -> bool) -> Option<&'a Question> {
    let mut found = open.iter().copied().filter(|question| wanted(question));
    let first = found.next()?;
    found.next().is_none().then_some(first)
}

/// Whether the quote holds the question, or one long line of it, or is a long piece of it.
fn shows(quote: &str, lines: &[String], text: &str) -> bool {
    const LONG: usize = 12;
    let whole = letters(text);
    let line = |line: &str| Some(letters(line)).filter(|line| line.len() >= LONG);
    holds(quote, &whole)
        || text.lines().filter_map(line).any(|line| holds(quote, &line))
        || lines.iter().any(|line| line.len() >= LONG && holds(&whole, line))
}

/// Whether the words stand in the text, as whole words.
fn holds(text: &str, words: &str) -> bool {
    words.len() >= 4 && format!(" {text} ").contains(&format!(" {words} "))
}

/// Letters and digits in lower case, a space for everything between them.
fn letters(text: &str) -> String {
    let spaced: String = text.chars().map(|c| if c.is_alphanumeric() { c } else { ' ' }).collect();
    spaced.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}
