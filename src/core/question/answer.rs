//! What a comment answers. A comment is read in parts: a quote that is one open question's begins the part that answers
//! it; everything else speaks to all open questions.
//!
//! With one question to answer, what names no option is an answer in own words. With several, only what says which
//! question it means is an answer; the lines around it are kept with it as remarks, so that the agent hears them.

use super::choice::{self, Choice, choose};
use super::found::Found;
use super::pair::{self, Pair};
use super::quote::{Known, Shown};
use super::{Answers, Given, Question, Unclear};
use crate::core::markdown::{Kind, Row, rows};
use crate::core::sanitise;

/// Longest comment that is read, bytes: all that GitHub takes.
const MAX_BYTES: usize = 4 * 65_536;

/// What a comment answers. `open` are the task's open questions in order; people name them by their [`Question::id`].
pub fn answers(open: &[&Question], body: &str) -> Answers {
    let mut found = Found::default();
    if open.is_empty() {
        return found.answers();
    }
    let clean = sanitise::inbound(body, MAX_BYTES);
    let rows = rows(&clean);
    let parts = parts(open, &rows);
    let quoting = parts.iter().any(|part| part.about.is_some());
    let mut lead = String::new();
    for part in &parts {
        match part.about {
            Some(question) => to_one(open, question, &part.rows, &mut found),
            None if quoting => lead = to_many(open, &part.rows, &mut found),
            None if open.len() == 1 => to_one(open, open[0], &part.rows, &mut found),
            None => {
                lead = to_many(open, &part.rows, &mut found);
                if found.is_empty() && part.rows.iter().any(|row| row.kind == Kind::Words) {
                    found.unclear(Unclear::WhichQuestion);
                }
            }
        }
    }
    if let Some(first) = found.first().filter(|_| !lead.is_empty()) {
        found.remark(first, &lead);
    }
    found.answers()
}

/// What is said to one question, or to all.
struct Part<'a> {
    about: Option<&'a Question>,
    rows: Vec<Row<'a>>,
}

fn parts<'a>(open: &[&'a Question], rows: &[Row<'a>]) -> Vec<Part<'a>> {
    let mut known = Known::new(open);
    let mut parts = vec![Part { about: None, rows: Vec::new() }];
    for block in rows.chunk_by(|a, b| (a.kind == Kind::Quote) == (b.kind == Kind::Quote)) {
        let quote = block.first().is_some_and(|row| row.kind == Kind::Quote);
        let shown = if quote { known.quoted(block) } else { None };
        if let Some(Shown::Question(question) | Shown::Option(question)) = shown {
            turn_to(&mut parts, question);
        }
        // A quoted question is known; a quoted option says what "yes" means, and stays.
        if let Some(part) = parts.last_mut().filter(|_| !matches!(shown, Some(Shown::Question(_)))) {
            part.rows.extend(block);
        }
    }
    parts
}

/// Makes the part about a question the last one.
fn turn_to<'a>(parts: &mut Vec<Part<'a>>, question: &'a Question) {
    let known = parts.iter().position(|part| part.about.is_some_and(|known| known.id == question.id));
    let part = known.map_or(Part { about: Some(question), rows: Vec::new() }, |at| parts.remove(at));
    parts.push(part);
}

/// Everything speaks to one question.
fn to_one(open: &[&Question], question: &Question, rows: &[Row<'_>], found: &mut Found) {
    let said = |row: &Row<'_>| row.kind == Kind::Words && !unaddressed(row.text).is_empty();
    let Some(first) = rows.iter().position(said) else { return };
    let lines = || rows.iter().filter(|row| said(row)).map(|row| unaddressed(row.text));
    if lines().any(|line| names_questions(question, line)) {
        let lead = to_many(open, rows, found);
        return remark(question, &lead, found);
    }
    let mut bare: Vec<usize> = lines().filter_map(|line| bare(question, line)).collect();
    bare.dedup();
    if bare.len() > 1 {
        return found.unclear(Unclear::Twice { question: question.id });
    }
    // A choice that stands alone on its line counts wherever it stands; other ways to choose only at the beginning.
    let at = rows.iter().position(|row| said(row) && self::bare(question, unaddressed(row.text)).is_some());
    let at = at.or((!rows[..first].iter().any(|row| row.kind.is_code())).then_some(first));
    match at {
        Some(at) => choice_at(question, rows, at, found),
        None => own_words(question, &join(rows), found),
    }
}

/// Takes the choice in one line, with the lines around it as remarks; or all of it as own words.
fn choice_at(question: &Question, rows: &[Row<'_>], at: usize, found: &mut Found) {
    let line = unaddressed(rows[at].text);
    let others = rows.iter().enumerate().filter(|(n, row)| *n != at && row.kind != Kind::Quote);
    let others: Vec<Row<'_>> = others.map(|(_, row)| *row).collect();
    let others = join(&others);
    match chosen(question, line) {
        Choice::Option(index) => {
            found.option_of(Some(question), index, Unclear::Twice { question: question.id });
            remark(question, &others, found);
        }
        Choice::NoSuch if unaddressed(&others).is_empty() => found.unclear(no_such(question, line)),
        Choice::TwoReadings => found.unclear(Unclear::TwoReadings { question: question.id, said: said(line) }),
        Choice::NoSuch | Choice::Words => own_words(question, &unnumbered(question, &join(rows)), found),
    }
}

/// The option a line names by its label or whole text and nothing else.
fn bare(question: &Question, line: &str) -> Option<usize> {
    let label = choice::label(line).filter(|index| *index < question.options.len());
    choice::exact(&question.options, line).or(label)
}

/// Reads a line as a choice, also behind the question's own number: `2: Use SQLite`.
fn chosen(question: &Question, line: &str) -> Choice {
    match (choose(question, line), pair::numbered(line)) {
        (Choice::Words, Some((number, words))) if number == question.id => choose(question, words),
        (choice, _) => choice,
    }
}

/// Whether a line answers by question numbers: this one's, or one asked before it. A number that was never asked is
/// part of the words (`4h`).
fn names_questions(question: &Question, line: &str) -> bool {
    let pairs = pair::pairs(line).filter(|_| !question.options.is_empty()).unwrap_or_default();
    choice::exact(&question.options, line).is_none() && pairs.iter().any(|pair| pair.number <= question.id)
}

/// Only what says which question it means is an answer. Returns the words before the first answer.
fn to_many(open: &[&Question], rows: &[Row<'_>], found: &mut Found) -> String {
    let mut current = None;
    let mut lead = Vec::new();
    for row in rows {
        let line = unaddressed(row.text);
        let heard = row.kind == Kind::Words && !line.is_empty() && hear(open, line, &mut current, found);
        match current {
            _ if heard || row.kind == Kind::Quote => {}
            Some(question) => found.remark(question, row.text.trim_end()),
            None => lead.push(row.text),
        }
    }
    lead.join("\n").trim().to_owned()
}

/// Hears one line; says whether it was an answer, if only an unclear one.
fn hear(open: &[&Question], line: &str, current: &mut Option<u32>, found: &mut Found) -> bool {
    if let Some(pairs) = pair::pairs(line) {
        for pair in pairs {
            *current = paired(open, &pair, found).or(*current);
        }
        return true;
    }
    let numbered = pair::numbered(line);
    let named = numbered.and_then(|(number, words)| Some((by_number(open, number)?, words)));
    if let Some((question, words)) = named {
        *current = Some(question.id);
        match choose(question, words) {
            Choice::Option(index) => found.option_of(Some(question), index, Unclear::Twice { question: question.id }),
            Choice::NoSuch => found.unclear(no_such(question, words)),
            Choice::TwoReadings => found.unclear(Unclear::TwoReadings { question: question.id, said: said(words) }),
            Choice::Words => own_words(question, words, found),
        }
        return true;
    }
    lone(open, line, current, found)
}

/// A line without a question's number: the text of an option only one question has, or a lone number or letter when only
/// one question has options.
fn lone(open: &[&Question], line: &str, current: &mut Option<u32>, found: &mut Found) -> bool {
    let choosing: Vec<&Question> = open.iter().copied().filter(|question| !question.options.is_empty()).collect();
    let named = |by: fn(&[String], &str) -> Option<usize>| -> Vec<(&Question, usize)> {
        choosing.iter().filter_map(|question| Some((*question, by(&question.options, line)?))).collect()
    };
    let exact = named(choice::exact);
    let options = if exact.is_empty() { named(choice::beginning) } else { exact };
    match (options.as_slice(), choosing.as_slice(), choice::label(line)) {
        ([(question, index)], _, None) => {
            *current = Some(question.id);
            found.option_of(Some(question), *index, Unclear::Twice { question: question.id });
        }
        (_, [question], Some(_)) => {
            *current = Some(question.id);
            match choose(question, line) {
                Choice::Option(index) => {
                    found.option_of(Some(question), index, Unclear::Twice { question: question.id });
                }
                Choice::TwoReadings => found.unclear(Unclear::TwoReadings { question: question.id, said: said(line) }),
                Choice::NoSuch | Choice::Words => found.unclear(no_such(question, line)),
            }
        }
        ([], _, None) => return false,
        _ => found.unclear(Unclear::WhichQuestion),
    }
    true
}

fn paired(open: &[&Question], pair: &Pair, found: &mut Found) -> Option<u32> {
    let Some(question) = by_number(open, pair.number) else {
        found.unclear(Unclear::NoSuchQuestion { number: pair.number });
        return None;
    };
    if pair.option < question.options.len() {
        found.option_of(Some(question), pair.option, Unclear::Twice { question: question.id });
    } else {
        found.unclear(no_such(question, &pair.said));
    }
    Some(question.id)
}

fn by_number<'a>(open: &[&'a Question], number: u32) -> Option<&'a Question> {
    open.iter().copied().find(|question| question.id == number)
}

fn own_words(question: &Question, words: &str, found: &mut Found) {
    let given = Given { question: question.id, option: None, text: words.trim().to_owned() };
    found.take(given, Unclear::Twice { question: question.id });
}

fn remark(question: &Question, words: &str, found: &mut Found) {
    if !words.trim().is_empty() {
        found.remark(question.id, words);
    }
}

fn no_such(question: &Question, line: &str) -> Unclear {
    Unclear::NoSuchOption { question: question.id, said: said(line), options: question.options.len() }
}

fn said(line: &str) -> String {
    line.trim().chars().take(40).collect()
}

/// Words that begin with the question's own number (`2: use it`) lose it.
fn unnumbered(question: &Question, words: &str) -> String {
    let (first, rest) = words.split_once('\n').unwrap_or((words, ""));
    let own = pair::numbered(first).filter(|(number, _)| *number == question.id && first.contains(':'));
    own.map_or_else(|| words.to_owned(), |(_, first)| format!("{first}\n{rest}"))
}

/// A line without the mentions it begins with.
fn unaddressed(line: &str) -> &str {
    let mut line = line.trim();
    while line.starts_with('@') {
        let end = line.find(char::is_whitespace).unwrap_or(line.len());
        line = line[end..].trim_start();
    }
    line
}

fn join(rows: &[Row<'_>]) -> String {
    rows.iter().map(|row| row.text).collect::<Vec<_>>().join("\n").trim().to_owned()
}
