//! Answers in words: what was taken, what is still open, what could not be understood. One or two sentences each; nobody
//! is pinged but the author of the comment that is replied to.

use super::code;
use crate::question::{Answer, By, Given, Question, Unclear, shown};
use crate::sanitise::{self, Allow};

/// Longest answer that is repeated, in characters.
const ECHO: usize = 300;

/// An answer as it is shown: the option by label and text, or the words.
pub fn said(answer: &Answer, question: &Question, alone: bool) -> String {
    echo(answer.option, &answer.text, question, alone)
}

fn echo(option: Option<usize>, text: &str, question: &Question, alone: bool) -> String {
    let Some((index, option)) =
        option.and_then(|index| Some((index, question.options.get(index)?)))
    else {
        return format!("“{}”", sanitise::inline(&sanitise::redact(text, &[]), ECHO));
    };
    let remark = text
        .strip_prefix(option.as_str())
        .map(str::trim)
        .filter(|remark| !remark.is_empty());
    let remark = remark.map_or_else(String::new, |remark| {
        format!(" (“{}”)", sanitise::inline(remark, ECHO))
    });
    format!(
        "{}. {}{remark}",
        Question::label(index, alone),
        shown(option)
    )
}

/// Some questions are answered, others are not yet. `open` are those that stay open.
pub fn noted(given: &[Given], batch: &[&Question], open: &[&Question]) -> String {
    let alone = given.len() + open.len() <= 1;
    let of = |given: &Given| {
        let question = batch
            .iter()
            .find(|question| question.id == given.question)?;
        Some(format!(
            "{} → {}",
            given.question,
            short(&echo(given.option, &given.text, question, alone))
        ))
    };
    let taken: Vec<String> = given.iter().filter_map(of).collect();
    let left: Vec<String> = open
        .iter()
        .map(|question| question.id.to_string())
        .collect();
    let left = if left.is_empty() {
        String::new()
    } else {
        format!(" Still open: {}.", left.join(", "))
    };
    format!("Noted: {}.{left}", taken.join(", "))
}

fn short(text: &str) -> &str {
    text.trim_end_matches('.')
}

/// Why an answer could not be taken, and how to give it. `open` are the open questions.
pub fn unclear(why: &Unclear, open: &[&Question]) -> String {
    let example = example(open);
    match why {
        Unclear::NoSuchOption {
            question,
            options: 0,
            ..
        } => {
            format!("*Hint*: question {question} has no options. Reply `{question}: your words`.")
        }
        Unclear::NoSuchOption {
            question,
            said,
            options,
        } => {
            let said = code(said, 40);
            let which = if open.len() > 1 {
                format!(" of question {question}")
            } else {
                String::new()
            };
            let last = if *options > 1 {
                format!(" to `{}`", Question::label(options - 1, open.len() <= 1))
            } else {
                String::new()
            };
            let first = Question::label(0, open.len() <= 1);
            format!(
                "*Hint*: {said} is no option{which}. There are `{first}`{last}: reply {example}, or {}.",
                own_words(open)
            )
        }
        Unclear::NoSuchQuestion { number } => {
            let open: Vec<String> = open
                .iter()
                .map(|question| question.id.to_string())
                .collect();
            format!(
                "*Hint*: question {number} is not open. Open now: {}. Reply {example}.",
                open.join(", ")
            )
        }
        Unclear::WhichQuestion => {
            format!(
                "*Hint*: {} are open. Say which one you answer: {example}.",
                super::count(open.len() as u64, "question")
            )
        }
        Unclear::Twice { question } => {
            format!(
                "*Hint*: that comment answers question {question} in two ways, so neither was taken. Reply {example}."
            )
        }
        Unclear::TwoReadings { question, said } => {
            let said = code(said, 40);
            format!(
                "*Hint*: {said} is the label of one option of question {question} and the text of another. Tick its box, please."
            )
        }
        Unclear::TwoBoxes { question } => {
            format!(
                "*Hint*: two boxes of question {question} are ticked, so neither was taken. Leave one."
            )
        }
        Unclear::BoxChanged => {
            format!(
                "*Hint*: a ticked box is not as it was asked, so it was not taken. Reply {example}, or {}.",
                own_words(open)
            )
        }
    }
}

/// How to answer in own words, where a plain reply would not do.
fn own_words(open: &[&Question]) -> String {
    match open {
        [_] => "answer in your own words with `/agent answer …`".into(),
        _ => {
            let number = open.first().map_or(1, |question| question.id);
            format!("answer in your own words with `{number}: …`")
        }
    }
}

/// Words that decided nothing: the agent was told, and the question stays open.
pub fn told(author: &str, open: &[&Question]) -> String {
    let what = match open {
        [_] => "The question stays open".to_owned(),
        _ => format!("{} stay open", super::count(open.len() as u64, "question")),
    };
    let choose = match open {
        [one] if one.options.is_empty() => String::new(),
        _ if open.iter().all(|question| question.options.is_empty()) => String::new(),
        _ => format!("tick a box, reply {}, or ", example(open)),
    };
    format!(
        "@{author} the agent is told what you wrote. {what}: {choose}{}.",
        own_words(open)
    )
}

/// Questions that somebody answered again, which were answered before.
pub fn settled(questions: &[&Question]) -> String {
    let one = |question: &&Question| {
        let answer = question.answer.as_ref()?;
        if answer.by == By::Agent {
            return Some(format!(
                "The agent went on without an answer to question {}.",
                question.id
            ));
        }
        Some(format!(
            "Question {} was already answered: {}.",
            question.id,
            short(&said(answer, question, false))
        ))
    };
    questions
        .iter()
        .filter_map(one)
        .collect::<Vec<_>>()
        .join(" ")
}

/// How an answer would look, as code.
fn example(open: &[&Question]) -> String {
    match open {
        [one] if one.options.is_empty() => "in your own words".into(),
        [_] => "`1`".into(),
        _ => {
            let one = |question: &&Question| match question.options.is_empty() {
                true => format!("{}: your words", question.id),
                false => format!("{}a", question.id),
            };
            let choosing: Vec<String> = open
                .iter()
                .filter(|question| !question.options.is_empty())
                .take(2)
                .map(one)
                .collect();
            let words: Vec<String> = open.iter().take(1).map(one).collect();
            format!(
                "`{}`",
                if choosing.is_empty() {
                    words.join(" ")
                } else {
                    choosing.join(" ")
                }
            )
        }
    }
}

/// An answer that came after another.
pub fn late(author: &str, question: &Question, answer: &Answer) -> String {
    let said = said(answer, question, true);
    match &answer.by {
        By::Person(login) if login.eq_ignore_ascii_case(author) => {
            format!("@{author} you have answered that question already: {said}")
        }
        By::Person(login) => format!(
            "@{author} that question was answered already by {}: {said}",
            name(login)
        ),
        By::Default => format!(
            "@{author} nobody had answered that question in time, so its default applied: {said}"
        ),
        By::Agent => format!(
            "@{author} the agent went on without an answer to that question. To have it otherwise, say in words what should \
             be different."
        ),
    }
}

/// An answer after the end.
pub fn over(author: &str) -> String {
    format!(
        "@{author} the session that asked is over, so your answer reaches nobody. Write `/agent retry` to run it again; \
         the new session reads this issue with your comment."
    )
}

/// An answer to nothing.
pub fn nothing_open(author: &str) -> String {
    format!(
        "@{author} no question is open, so there is nothing to answer. `/agent ask <question>` talks to the agent."
    )
}

/// An answer of somebody who may not. Said once per person and issue.
pub fn stranger(author: &str, requester: Option<&str>) -> String {
    let who = requester.map_or_else(String::new, |login| format!(" {} was asked.", name(login)));
    format!(
        "@{author} thank you. Here only people with write access answer the agent, so it was not told.{who} Somebody with \
         write access can take your answer over, or write `/agent delegate @{author}`."
    )
}

/// A person by name, without a ping.
pub fn name(login: &str) -> String {
    sanitise::outbound(&format!("@{login}"), &Allow::nothing())
}
