//! The comment that asks: the question, its options as boxes, how to answer, and what happens without an answer. Edited
//! when answers come, until nothing in it can be ticked any more.
//!
//! `core::question::ticked` reads back what is written here: a box line is `- [ ] 1. option`, and where several
//! questions are open each stands under `### 3 · …` with its own number. Nothing in an agent's words may look like that.

use super::{LIMIT, answer_replies};
use crate::question::{Answer, By, Question, shown};
use crate::sanitise::{self, Allow};

/// What the comment depends on besides its questions.
#[derive(Debug, Clone, Copy)]
pub struct Asking<'a> {
    /// Whose decision it is: the one person who is pinged, by login.
    pub requester: Option<&'a str>,
    /// Epoch milliseconds.
    pub now: i64,
    /// How long a question without a deadline waits, milliseconds.
    pub expire_ms: i64,
}

/// How the boxes stand.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Life {
    Open,
    Expired,
    /// The session ended, or the agent asked anew.
    Moot,
}

/// Renders the comment of a batch: answered questions are frozen, open ones have boxes. `open_total` counts the open
/// questions of the whole task: while there are several, in this comment or in another, each is answered by its number.
pub fn render(batch: &[Question], open_total: usize, cx: &Asking<'_>) -> String {
    page(batch, open_total.max(open(batch).count()), cx, Life::Open)
}

/// Renders the comment when nothing in it can be answered any more because it is all answered, or no longer asked.
/// Nobody is pinged.
pub fn render_answered(batch: &[Question]) -> String {
    page(
        batch,
        0,
        &Asking {
            requester: None,
            now: 0,
            expire_ms: 0,
        },
        Life::Moot,
    )
}

/// Renders the comment when its time is over: what had no answer gets none.
pub fn render_expired(batch: &[Question], expire_ms: i64) -> String {
    page(
        batch,
        0,
        &Asking {
            requester: None,
            now: 0,
            expire_ms,
        },
        Life::Expired,
    )
}

fn open(batch: &[Question]) -> impl Iterator<Item = &Question> {
    batch.iter().filter(|question| question.answer.is_none())
}

fn page(batch: &[Question], open_total: usize, cx: &Asking<'_>, life: Life) -> String {
    let alone = batch.len() == 1 && open_total <= 1;
    let options: usize = batch
        .iter()
        .flat_map(|question| &question.options)
        .map(|option| shown(option).len() + 12)
        .sum();
    let room = (LIMIT - 4_000).saturating_sub(options) / batch.len().max(1);
    let mut parts = vec![title(batch, alone, cx, life)];
    for question in batch {
        parts.extend(asked(question, alone, room.clamp(300, 8_000)));
        let live = life == Life::Open && question.answer.is_none();
        parts.extend(choices(question, alone, live));
        parts.extend(fate(question, alone, cx, life));
    }
    if life == Life::Open {
        parts.extend(ways(batch, alone, open_total));
    }
    sanitise::fit(&parts.join("\n\n"), LIMIT)
}

fn title(batch: &[Question], alone: bool, cx: &Asking<'_>, life: Life) -> String {
    let waiting = open(batch).count();
    let given = |question: &Question| {
        question
            .answer
            .as_ref()
            .is_some_and(|answer| answer.by != By::Agent)
    };
    match (waiting, life) {
        (0, _) if !batch.iter().any(given) => "**No longer asked**".into(),
        (0, _) => "**Answered**".into(),
        (_, Life::Expired) => "**No answer came**".into(),
        (_, Life::Moot) => "**No longer asked**".into(),
        (_, Life::Open) => {
            let to = cx
                .requester
                .map_or_else(String::new, |login| format!("@{login} "));
            let decisions = if waiting == 1 {
                "a decision".to_owned()
            } else {
                format!("{waiting} decisions")
            };
            let when = batch
                .first()
                .filter(|_| alone)
                .and_then(|question| unanswered(question, true, cx));
            let when = when.map_or_else(String::new, |when| format!(" · {when}"));
            format!("{to}**I need {decisions}**{when}")
        }
    }
}

/// The question itself, under its number unless it stands alone.
fn asked(question: &Question, alone: bool, room: usize) -> Vec<String> {
    let words = sanitise::redact(question.text.trim(), &[]);
    let text = sanitise::fit(&inert(&sanitise::outbound(&words, &Allow::nothing())), room);
    if alone {
        return vec![text];
    }
    let (first, rest) = text.split_once('\n').unwrap_or((&text, ""));
    let plain = first.starts_with(|c: char| c.is_alphanumeric()) && first.chars().count() <= 200;
    let (head, rest) = if plain {
        (format!("### {} · {first}", question.id), rest)
    } else {
        (format!("### {} ·", question.id), text.as_str())
    };
    let rest = rest.trim_matches('\n');
    if rest.is_empty() {
        vec![head]
    } else {
        vec![head, rest.to_owned()]
    }
}

/// An agent's words with no heading and no box of their own: those would read as ours.
fn inert(text: &str) -> String {
    let mut fence: Option<String> = None;
    let lines = text.split('\n').map(|line| match &fence {
        Some(mark) => {
            if line.trim_end() == mark {
                fence = None;
            }
            line.to_owned()
        }
        None if line.starts_with("```") => {
            fence = Some(line.chars().take_while(|c| *c == '`').collect());
            line.to_owned()
        }
        None => inert_line(line),
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn inert_line(line: &str) -> String {
    let marks = line.len()
        - line
            .trim_start_matches(|c: char| " \t>-*+.)".contains(c) || c.is_ascii_digit())
            .len();
    let (marks, rest) = line.split_at(marks);
    let unboxed = rest.strip_prefix("[ ]").map(|rest| ("☐", rest));
    let unboxed = unboxed.or_else(|| {
        Some((
            "☑",
            rest.strip_prefix("[x]")
                .or_else(|| rest.strip_prefix("[X]"))?,
        ))
    });
    match unboxed {
        Some((shown, rest)) => format!("{marks}{shown}{rest}"),
        None if rest.starts_with('#') => format!("{marks}\\{rest}"),
        None => line.to_owned(),
    }
}

fn choices(question: &Question, alone: bool, live: bool) -> Option<String> {
    let chosen = question.answer.as_ref().and_then(|answer| answer.option);
    let line = |(index, option): (usize, &String)| {
        let mark = match (live, chosen == Some(index)) {
            (true, _) => "[ ]",
            (false, true) => "☑",
            (false, false) => "☐",
        };
        format!(
            "- {mark} {}. {}",
            Question::label(index, alone),
            shown(option)
        )
    };
    let lines: Vec<String> = question.options.iter().enumerate().map(line).collect();
    (!lines.is_empty()).then(|| lines.join("\n"))
}

/// What was answered, or what happens without an answer.
fn fate(question: &Question, alone: bool, cx: &Asking<'_>, life: Life) -> Option<String> {
    match (&question.answer, life) {
        (Some(answer), _) => Some(answered(question, answer, alone)),
        (None, Life::Open) if alone => None,
        (None, Life::Open) => {
            unanswered(question, alone, cx).map(|when| format!("*{}*", capital(&when)))
        }
        (None, Life::Expired) => Some(format!("No answer came within {}.", about(cx.expire_ms))),
        (None, Life::Moot) => Some("Not answered, and no longer asked.".into()),
    }
}

fn answered(question: &Question, answer: &Answer, alone: bool) -> String {
    let said = answer_replies::said(answer, question, alone);
    match &answer.by {
        By::Person(login) => format!("Answered by {}: {said}", answer_replies::name(login)),
        By::Default => {
            let by = question
                .deadline_at
                .map_or_else(String::new, |at| format!(" by {}", day_and_time(at)));
            format!("No answer came{by}, so the default applies: {said}")
        }
        By::Agent => "The agent went on without an answer.".into(),
    }
}

fn unanswered(question: &Question, alone: bool, cx: &Asking<'_>) -> Option<String> {
    let time = question.deadline_at.map(|at| {
        format!(
            "in {} ({})",
            about(at.saturating_sub(cx.now)),
            day_and_time(at)
        )
    });
    let default = question
        .default
        .as_ref()
        .map(|words| match question.default_option() {
            Some(index) if alone => format!("option {}", index + 1),
            Some(index) => format!("option {}", Question::label(index, alone)),
            None => format!("“{}”", shown(words)),
        });
    let last = || format!("in {}", about(cx.expire_ms));
    match (time, default) {
        (time, Some(default)) => Some(format!(
            "without an answer {} I take {default}",
            time.unwrap_or_else(last)
        )),
        (Some(time), None) => Some(format!("answer wanted {time}")),
        (None, None) => Some(format!("without an answer {} I stop", last())),
    }
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(chars).collect()
    })
}

/// The ways to answer, one line.
fn ways(batch: &[Question], alone: bool, open_total: usize) -> Option<String> {
    let open: Vec<&Question> = open(batch).collect();
    let first = open.first()?;
    let number = first.id;
    let choosing: Vec<&&Question> = open
        .iter()
        .filter(|question| !question.options.is_empty())
        .collect();
    if alone {
        let ways = if choosing.is_empty() {
            "Reply in your own words."
        } else {
            "Tick a box, or reply `1`. In your own words: `/agent answer …`."
        };
        return Some(ways.into());
    }
    let words = format!("or `{number}: your words`");
    let letters = ["a", "b"];
    let example: Vec<String> = choosing
        .iter()
        .take(2)
        .zip(letters.iter().rev())
        .map(|(question, letter)| {
            let letter = if question.options.len() == 1 {
                "a"
            } else {
                letter
            };
            format!("{}{letter}", question.id)
        })
        .collect();
    Some(match example.is_empty() {
        true if open_total == 1 => "Reply in your own words.".into(),
        true => format!("Reply `{number}: your words`, a line for each."),
        false if choosing.len() == 1 => {
            format!("Tick a box, or reply `{}`, {words}.", example.join(" "))
        }
        false => format!(
            "Tick a box each, or reply `{}`, {words}.",
            example.join(" ")
        ),
    })
}

/// `2026-11-25 18:02 UTC`.
fn day_and_time(at: i64) -> String {
    let time = chrono::DateTime::from_timestamp_millis(at).unwrap_or_default();
    time.format("%Y-%m-%d %H:%M UTC").to_string()
}

/// `4 h`, `90 min`, `3 days`: for people who plan.
fn about(ms: i64) -> String {
    let minutes = (ms.max(0) + 30_000) / 60_000;
    match minutes {
        0 => "less than a minute".into(),
        1..120 if minutes != 60 => format!("{minutes} min"),
        60..2_880 => format!("{} h", (minutes + 30) / 60),
        _ => format!("{} days", (minutes + 720) / 1_440),
    }
}

#[cfg(test)]
mod tests;
