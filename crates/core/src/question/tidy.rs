//! An agent's questions made fit for people: bounded, cleaned, without doubles, numbered.

use super::asked::{Asked, OPTION_CHARS, OPTIONS, Question, TEXT_CHARS};
use super::choice;
use crate::sanitise;

const MINUTE_MS: i64 = 60_000;
const WEEK_MS: i64 = 7 * 24 * 60 * MINUTE_MS;

impl Asked {
    /// Bounded and cleaned: one-line options without doubles, the default matched to an option where it names one (by
    /// text, number or letter), a deadline between a minute and a week.
    #[must_use]
    pub fn tidy(self) -> Self {
        let options: Vec<String> = self
            .options
            .iter()
            .map(|option| option_line(option))
            .collect();
        let default = self
            .default
            .map(|default| option_line(&default))
            .filter(|default| !default.is_empty());
        let default = default.map(|default| match choice::index(&options, &default) {
            Some(index) if !options[index].is_empty() => options[index].clone(),
            _ => default,
        });
        let deadline_ms = self.deadline_ms.map(|span| span.clamp(MINUTE_MS, WEEK_MS));
        Self {
            text: cut(sanitise::visible(&self.text).trim(), TEXT_CHARS),
            options: distinct(options),
            default,
            deadline_ms,
        }
    }

    /// A numbered question as it was asked; when it ends does not matter here.
    pub fn of(question: &Question) -> Self {
        let Question {
            text,
            options,
            default,
            ..
        } = question.clone();
        Self {
            text,
            options,
            default,
            deadline_ms: None,
        }
    }

    /// Whether the same is asked, in whatever spacing and case.
    pub fn is_same(&self, other: &Self) -> bool {
        let options = |asked: &Self| {
            asked
                .options
                .iter()
                .map(|option| choice::fold(option))
                .collect::<Vec<_>>()
        };
        choice::fold(&self.text) == choice::fold(&other.text) && options(self) == options(other)
    }
}

/// Gives the questions their numbers, from `first_id` on, and turns spans into times.
pub fn number(asked: Vec<Asked>, first_id: u32, now: i64) -> Vec<Question> {
    let ids = (0u32..).map(|n| first_id.saturating_add(n));
    let numbered = asked.into_iter().zip(ids).map(|(asked, id)| Question {
        id,
        text: asked.text,
        options: asked.options,
        default: asked.default,
        deadline_at: asked.deadline_ms.map(|span| now.saturating_add(span)),
        asked_at: now,
        answer: None,
    });
    numbered.collect()
}

fn distinct(options: Vec<String>) -> Vec<String> {
    let mut kept: Vec<String> = Vec::new();
    for option in options.into_iter().filter(|option| !option.is_empty()) {
        let again = kept
            .iter()
            .any(|known| choice::fold(known) == choice::fold(&option));
        if !again && kept.len() < OPTIONS {
            kept.push(option);
        }
    }
    kept
}

fn option_line(text: &str) -> String {
    cut(&sanitise::one_line(text), OPTION_CHARS)
}

/// At most so many characters, `…` marks a cut.
fn cut(text: &str, max_chars: usize) -> String {
    if text.chars().count() <= max_chars {
        return text.to_owned();
    }
    let kept: String = text.chars().take(max_chars.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}
