//! What a comment answers. A comment is read in parts: a quote that is one open question's begins the part that answers
//! it; everything else speaks to all open questions.
//!
//! With one question to answer, what names no option is an answer in own words where there is none to name, or where it
//! is said to be the answer; else it is no decision, only words. With several, only what says which question it means is an
//! answer; the lines around it are kept with it as remarks, so that the agent hears them.

use super::choice::{self, Choice, choose};
use super::found::Found;
use super::pair::{self, Pair};
use super::parts::{parts, spoken};
use super::{Answers, Given, Question, Saying, Unclear};
use crate::markdown::{Kind, Row, rows};
use crate::sanitise;

/// Longest comment that is read, bytes: all that GitHub takes.
const MAX_BYTES: usize = 4 * 65_536;

/// What a comment answers. `questions` are those that stand in comments with an open one, in order: what is said to those
/// that were answered before is told apart. People name them by their [`Question::id`].
pub fn answers(questions: &[&Question], body: &str, saying: Saying) -> Answers {
    let mut found = Found::default();
    let open: Vec<&Question> = questions
        .iter()
        .copied()
        .filter(|question| question.answer.is_none())
        .collect();
    let settled = questions
        .iter()
        .filter(|question| question.answer.is_some())
        .map(|question| question.id)
        .collect();
    let asked = Hearing {
        open: &open,
        settled,
        saying,
    };
    if open.is_empty() {
        return found.answers();
    }
    let clean = sanitise::inbound(body, MAX_BYTES);
    let rows = rows(&clean);
    let parts = spoken(parts(&open, &rows));
    let quoting = parts.iter().any(|part| part.about.is_some());
    let mut lead = String::new();
    for part in &parts {
        match part.about {
            Some(question) => to_one(&asked, question, &part.rows, &mut found),
            None if quoting => lead = to_many(&asked, &part.rows, &mut found),
            None if open.len() == 1 => to_one(&asked, open[0], &part.rows, &mut found),
            None => lead = to_many(&asked, &part.rows, &mut found),
        }
    }
    match found.first() {
        Some(first) if !lead.is_empty() => found.remark(first, &lead),
        None if found.is_empty() || quoting => found.words(&lead),
        _ => {}
    }
    found.answers()
}

/// What people are asked, and how they speak.
struct Hearing<'a> {
    open: &'a [&'a Question],
    settled: Vec<u32>,
    saying: Saying,
}

impl Hearing<'_> {
    fn knows(&self, number: u32) -> bool {
        self.settled.contains(&number) || self.open.iter().any(|question| question.id == number)
    }
}

/// Everything speaks to one question.
fn to_one(asked: &Hearing<'_>, question: &Question, rows: &[Row<'_>], found: &mut Found) {
    let said = |row: &Row<'_>| row.kind == Kind::Words && !unaddressed(row.text).is_empty();
    let Some(first) = rows.iter().position(said) else {
        // Nothing but code is an answer as well.
        if rows.iter().any(|row| row.kind.is_code()) {
            own_words(asked, question, &join(rows), found);
        }
        return;
    };
    let lines = || {
        rows.iter()
            .filter(|row| said(row))
            .map(|row| unaddressed(row.text))
    };
    if lines().any(|line| names_questions(question, line)) || is_list_of(asked, lines()) {
        let lead = to_many(asked, rows, found);
        return remark(question, &lead, found);
    }
    if let Some(index) = agrees(question, rows, lines()) {
        return found.option_of(
            Some(question),
            index,
            Unclear::Twice {
                question: question.id,
            },
        );
    }
    let mut alone: Vec<usize> = lines()
        .filter_map(|line| choice::alone(question, line))
        .collect();
    alone.dedup();
    if alone.len() > 1 {
        return found.unclear(Unclear::Twice {
            question: question.id,
        });
    }
    // A choice that stands alone on its line counts wherever it stands; other ways to choose only at the beginning.
    let at = rows
        .iter()
        .position(|row| said(row) && choice::alone(question, unaddressed(row.text)).is_some());
    let at = at.or((!rows[..first].iter().any(|row| row.kind.is_code())).then_some(first));
    match at {
        Some(at) => choice_at(asked, question, Chosen { rows, at }, found),
        None => own_words(asked, question, &join(rows), found),
    }
}

/// The option that is quoted, where all that is said to it is yes.
fn agrees<'l>(
    question: &Question,
    rows: &[Row<'_>],
    lines: impl Iterator<Item = &'l str>,
) -> Option<usize> {
    const YES: [&str; 14] = [
        "yes", "yep", "this", "this one", "that one", "that", "+1", "ok", "okay", "ja", "oui",
        "sí", "да", "はい",
    ];
    let quote = |row: &Row<'_>| choice::alone(question, row.text.trim_start_matches([' ', '>']));
    let quoted: Vec<usize> = rows
        .iter()
        .filter(|row| row.kind == Kind::Quote)
        .filter_map(quote)
        .collect();
    let mut lines = lines.map(|line| choice::fold(choice::bare(line)));
    let yes = lines
        .next()
        .is_some_and(|line| YES.contains(&line.as_str()))
        && lines.next().is_none();
    if let ([index], true) = (quoted.as_slice(), yes) {
        Some(*index)
    } else {
        None
    }
}

/// The line that holds a choice, among all lines.
struct Chosen<'a> {
    rows: &'a [Row<'a>],
    at: usize,
}

/// Takes the choice in one line, with the lines around it as remarks; or all of it as own words.
fn choice_at(asked: &Hearing<'_>, question: &Question, line: Chosen<'_>, found: &mut Found) {
    let Chosen { rows, at } = line;
    let line = unaddressed(rows[at].text);
    let others = rows
        .iter()
        .enumerate()
        .filter(|(n, row)| *n != at && row.kind != Kind::Quote);
    let others: Vec<Row<'_>> = others.map(|(_, row)| *row).collect();
    let others = join(&others);
    match chosen(question, line) {
        Choice::Option(index) => {
            found.option_of(
                Some(question),
                index,
                Unclear::Twice {
                    question: question.id,
                },
            );
            remark(question, &others, found);
        }
        Choice::NoSuch if unaddressed(&others).is_empty() => found.unclear(no_such(question, line)),
        Choice::TwoReadings => found.unclear(Unclear::TwoReadings {
            question: question.id,
            said: said(line),
        }),
        Choice::NoSuch | Choice::Words => match unnumbered(question, &join(rows)) {
            Some(words) => to_its_number(question, &words, found),
            None => own_words(asked, question, &join(rows), found),
        },
    }
}

/// Whether every line is a question's number with what is said to it, where one of several was answered before.
fn is_list_of<'l>(asked: &Hearing<'_>, lines: impl Iterator<Item = &'l str>) -> bool {
    let lines = lines.flat_map(|line| pieces(asked, line));
    let said: Vec<Option<u32>> = lines.map(|line| Some(pair::numbered(line)?.0)).collect();
    let settled = said
        .iter()
        .flatten()
        .any(|number| asked.settled.contains(number));
    let open = said
        .iter()
        .flatten()
        .any(|number| asked.open.iter().any(|question| question.id == *number));
    settled
        && open
        && said
            .iter()
            .all(|number| number.is_some_and(|number| asked.knows(number)))
}

/// The pieces of a line such as `1. 2 / 2. 8080`, where each begins with the number of a question; else the line.
fn pieces<'l>(asked: &Hearing<'_>, line: &'l str) -> Vec<&'l str> {
    let begins =
        |piece: &&str| pair::numbered(piece).is_some_and(|(number, _)| asked.knows(number));
    let split = |mark| line.split(mark).map(str::trim).collect::<Vec<&str>>();
    let found = [" / ", "; ", ", "]
        .into_iter()
        .map(split)
        .find(|pieces| pieces.len() > 1 && pieces.iter().all(begins));
    found.unwrap_or_else(|| vec![line])
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
    let pairs = pair::pairs(line)
        .filter(|_| !question.options.is_empty())
        .unwrap_or_default();
    choice::exact(&question.options, line).is_none()
        && pairs.iter().any(|pair| pair.number <= question.id)
}

/// Only what says which question it means is an answer. Returns the words before the first answer.
fn to_many(asked: &Hearing<'_>, rows: &[Row<'_>], found: &mut Found) -> String {
    let mut current = None;
    let mut lead = Vec::new();
    for row in rows {
        let line = unaddressed(row.text);
        let mut heard = false;
        if row.kind == Kind::Words && !line.is_empty() {
            for piece in pieces(asked, line) {
                heard |= hear(asked, piece, &mut current, found);
            }
        }
        match current {
            _ if heard || row.kind == Kind::Quote => {}
            Some(question) => found.remark(question, row.text.trim_end()),
            None => lead.push(row.text),
        }
    }
    lead.join("\n").trim().to_owned()
}

/// Hears one line; says whether it was an answer, if only an unclear one.
fn hear(asked: &Hearing<'_>, line: &str, current: &mut Option<u32>, found: &mut Found) -> bool {
    if let Some(pairs) = pair::pairs(line) {
        for pair in pairs {
            *current = paired(asked, &pair, found).or(*current);
        }
        return true;
    }
    let numbered = pair::numbered(line);
    if let Some((number, _)) = numbered.filter(|(number, _)| asked.settled.contains(number)) {
        *current = Some(number);
        found.settled(number);
        return true;
    }
    let named = numbered.and_then(|(number, words)| Some((by_number(asked.open, number)?, words)));
    if let Some((question, words)) = named {
        *current = Some(question.id);
        match choose(question, words) {
            Choice::Option(index) => found.option_of(
                Some(question),
                index,
                Unclear::Twice {
                    question: question.id,
                },
            ),
            Choice::NoSuch => found.unclear(no_such(question, words)),
            Choice::TwoReadings => found.unclear(Unclear::TwoReadings {
                question: question.id,
                said: said(words),
            }),
            Choice::Words => to_its_number(question, words, found),
        }
        return true;
    }
    lone(asked.open, line, current, found)
}

/// A line without a question's number: the text of an option only one question has, or a lone number or letter when only
/// one question has options.
fn lone(open: &[&Question], line: &str, current: &mut Option<u32>, found: &mut Found) -> bool {
    let choosing: Vec<&Question> = open
        .iter()
        .copied()
        .filter(|question| !question.options.is_empty())
        .collect();
    let named = |by: fn(&[String], &str) -> Option<usize>| -> Vec<(&Question, usize)> {
        choosing
            .iter()
            .filter_map(|question| Some((*question, by(&question.options, line)?)))
            .collect()
    };
    let exact = named(choice::exact);
    let options = if exact.is_empty() {
        named(choice::beginning)
    } else {
        exact
    };
    match (options.as_slice(), choosing.as_slice(), choice::label(line)) {
        ([(question, index)], _, None) => {
            *current = Some(question.id);
            found.option_of(
                Some(question),
                *index,
                Unclear::Twice {
                    question: question.id,
                },
            );
        }
        (_, [question], Some(_)) => {
            *current = Some(question.id);
            match choose(question, line) {
                Choice::Option(index) => {
                    found.option_of(
                        Some(question),
                        index,
                        Unclear::Twice {
                            question: question.id,
                        },
                    );
                }
                Choice::TwoReadings => found.unclear(Unclear::TwoReadings {
                    question: question.id,
                    said: said(line),
                }),
                Choice::NoSuch | Choice::Words => found.unclear(no_such(question, line)),
            }
        }
        ([], _, None) => return false,
        _ => found.unclear(Unclear::WhichQuestion),
    }
    true
}

fn paired(asked: &Hearing<'_>, pair: &Pair, found: &mut Found) -> Option<u32> {
    if asked.settled.contains(&pair.number) {
        found.settled(pair.number);
        return Some(pair.number);
    }
    let Some(question) = by_number(asked.open, pair.number) else {
        found.unclear(Unclear::NoSuchQuestion {
            number: pair.number,
        });
        return None;
    };
    if pair.option < question.options.len() {
        found.option_of(
            Some(question),
            pair.option,
            Unclear::Twice {
                question: question.id,
            },
        );
    } else {
        found.unclear(no_such(question, &pair.said));
    }
    Some(question.id)
}

fn by_number<'a>(open: &[&'a Question], number: u32) -> Option<&'a Question> {
    open.iter().copied().find(|question| question.id == number)
}

/// Words that name no option: the answer where there is none to name, or where they are said to be it.
fn own_words(asked: &Hearing<'_>, question: &Question, words: &str, found: &mut Found) {
    match question.options.is_empty() || asked.saying == Saying::AsAnswer {
        true => to_its_number(question, words, found),
        false => found.words(words),
    }
}

/// Words that are said to be the answer.
fn to_its_number(question: &Question, words: &str, found: &mut Found) {
    let given = Given {
        question: question.id,
        option: None,
        text: words.trim().to_owned(),
    };
    found.take(
        given,
        Unclear::Twice {
            question: question.id,
        },
    );
}

fn remark(question: &Question, words: &str, found: &mut Found) {
    if !words.trim().is_empty() {
        found.remark(question.id, words);
    }
}

fn no_such(question: &Question, line: &str) -> Unclear {
    Unclear::NoSuchOption {
        question: question.id,
        said: said(line),
        options: question.options.len(),
    }
}

fn said(line: &str) -> String {
    line.trim().chars().take(40).collect()
}

/// Words that begin with the question's own number (`2: use it`), without it.
fn unnumbered(question: &Question, words: &str) -> Option<String> {
    let (first, rest) = words.split_once('\n').unwrap_or((words, ""));
    let own =
        pair::numbered(first).filter(|(number, _)| *number == question.id && first.contains(':'));
    own.map(|(_, first)| format!("{first}\n{rest}"))
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
    rows.iter()
        .map(|row| row.text)
        .collect::<Vec<_>>()
        .join("\n")
        .trim()
        .to_owned()
}
