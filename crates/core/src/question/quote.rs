//! Which open question a quoted block shows, so that a reply below the quote answers that one.

use super::Question;
use crate::markdown::Row;

/// Most quoted blocks of a comment that are looked at, and most lines of one: what comes after is not compared.
const MOST: usize = 50;
/// A shorter line is no piece of a question.
const LONG: usize = 12;

/// What a quote shows.
#[derive(Debug, Clone, Copy)]
pub(super) enum Shown<'a> {
    /// The one question whose text stands in it.
    Question(&'a Question),
    /// The one question whose option stands in it, and no question's text.
    Option(&'a Question),
}

/// The open questions, ready to be compared with quotes.
pub(super) struct Known<'a> {
    questions: Vec<Letters<'a>>,
    left: usize,
}

struct Letters<'a> {
    question: &'a Question,
    whole: String,
    lines: Vec<String>,
    options: Vec<String>,
}

impl<'a> Known<'a> {
    pub(super) fn new(open: &[&'a Question]) -> Self {
        let read = |question: &&'a Question| Letters {
            question,
            whole: letters(&question.text),
            lines: question
                .text
                .lines()
                .map(letters)
                .filter(|line| line.len() >= LONG)
                .collect(),
            options: question
                .options
                .iter()
                .map(|option| letters(option))
                .collect(),
        };
        Self {
            questions: open.iter().map(read).collect(),
            left: MOST,
        }
    }

    /// Reads a quoted block. One that shows several questions stands for none of them.
    pub(super) fn quoted(&mut self, block: &[Row<'_>]) -> Option<Shown<'a>> {
        self.left = self.left.checked_sub(1)?;
        let lines: Vec<String> = block
            .iter()
            .map(|row| letters(row.text))
            .filter(|line| line.len() > 2)
            .collect();
        let quote = format!(
            " {} ",
            lines
                .iter()
                .map(|line| line.trim())
                .collect::<Vec<_>>()
                .join(" ")
        );
        let asks = |known: &&Letters<'a>| known.is_asked_in(&quote, &lines);
        let texts: Vec<_> = self.questions.iter().filter(asks).collect();
        match texts.as_slice() {
            [known] => Some(Shown::Question(known.question)),
            [] => {
                let offers =
                    |known: &&Letters<'a>| known.options.iter().any(|option| holds(&quote, option));
                let options: Vec<_> = self.questions.iter().filter(offers).collect();
                if let [known] = options.as_slice() {
                    Some(Shown::Option(known.question))
                } else {
                    None
                }
            }
            _ => None,
        }
    }
}

impl Letters<'_> {
    /// Whether the quote holds the question, or one long line of it, or is a long piece of it.
    fn is_asked_in(&self, quote: &str, lines: &[String]) -> bool {
        holds(quote, &self.whole)
            || self.lines.iter().any(|line| holds(quote, line))
            || lines
                .iter()
                .take(MOST)
                .any(|line| line.len() >= LONG && holds(&self.whole, line))
    }
}

/// Whether the words stand in the text, as whole words; both are [`letters`].
fn holds(text: &str, words: &str) -> bool {
    words.len() >= 6 && text.contains(words)
}

/// Letters and digits in lower case, a space for everything between them and at both ends.
fn letters(text: &str) -> String {
    let spaced: String = text
        .chars()
        .map(|c| if c.is_alphanumeric() { c } else { ' ' })
        .collect();
    format!(
        " {} ",
        spaced
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
            .to_lowercase()
    )
}
