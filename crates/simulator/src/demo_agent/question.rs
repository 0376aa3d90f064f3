//! A question of the demo agent: how a script spells it, how a message without tools asks it.
//!
//! Pure and total: any line gives questions or none.

use serde::{Deserialize, Serialize};

/// Something people are asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Question {
    /// The question, Markdown.
    pub text: String,
    /// What can be chosen; may be empty.
    pub options: Vec<String>,
    /// What applies when nobody answers.
    pub default: Option<String>,
    /// How long to wait for an answer, milliseconds.
    pub deadline_ms: Option<i64>,
}

/// `Q | A | B | default=A | deadline=4h ;; Q2 | …`; none if a question is missing or a deadline is none.
pub(super) fn questions(told: &str) -> Option<Vec<Question>> {
    told.split(";;").map(question).collect()
}

fn question(told: &str) -> Option<Question> {
    let mut parts = told
        .split('|')
        .map(str::trim)
        .filter(|part| !part.is_empty());
    let mut asked = Question {
        text: parts.next()?.to_owned(),
        options: vec![],
        default: None,
        deadline_ms: None,
    };
    for part in parts {
        if let Some(default) = part.strip_prefix("default=") {
            asked.default = Some(default.trim().to_owned());
        } else if let Some(deadline) = part.strip_prefix("deadline=") {
            asked.deadline_ms = Some(span(deadline.trim())?);
        } else {
            asked.options.push(part.to_owned());
        }
    }
    Some(asked)
}

/// `90s`, `15m`, `4h`, `7d` in milliseconds.
fn span(text: &str) -> Option<i64> {
    let unit = text.chars().next_back()?;
    let seconds = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3_600,
        'd' => 86_400,
        _ => return None,
    };
    let count: i64 = text[..text.len() - unit.len_utf8()].parse().ok()?;
    count.checked_mul(seconds * 1_000).filter(|span| *span > 0)
}

/// The largest unit that is whole.
fn spelt(ms: i64) -> String {
    let units = [(86_400_000, 'd'), (3_600_000, 'h'), (60_000, 'm')];
    let whole = units.iter().find(|(unit, _)| ms % unit == 0);
    whole.map_or_else(
        || format!("{}s", ms / 1_000),
        |(unit, name)| format!("{}{name}", ms / unit),
    )
}

/// The questions as an agent without tools ends its turn: a fenced block for each, a bullet for each option.
pub(super) fn fenced(asked: &[Question]) -> String {
    let block = |asked: &Question| {
        let mut text = format!("```question\n{}\n", asked.text);
        for option in &asked.options {
            text.push_str(&format!("- {option}\n"));
        }
        if let Some(default) = &asked.default {
            text.push_str(&format!("default: {default}\n"));
        }
        if let Some(deadline) = asked.deadline_ms {
            text.push_str(&format!("deadline: {}\n", spelt(deadline)));
        }
        text + "```"
    };
    asked.iter().map(block).collect::<Vec<_>>().join("\n\n")
}

/// The questions as plain sentences with lists, as a model writes that was told nothing of how to ask.
pub(super) fn plain(asked: &[Question]) -> String {
    let sentence = |asked: &Question| {
        let choices: String = asked
            .options
            .iter()
            .map(|option| format!("\n- {option}"))
            .collect();
        format!("{}{choices}", asked.text)
    };
    asked.iter().map(sentence).collect::<Vec<_>>().join("\n\n")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn questions_have_options_a_default_and_a_deadline() {
        let two = questions("Which? | red | blue | default=red | deadline=4h ;; Why?")
            .expect("two questions");
        let which = Question {
            text: "Which?".into(),
            options: vec!["red".into(), "blue".into()],
            default: Some("red".into()),
            deadline_ms: Some(14_400_000),
        };
        let why = Question {
            text: "Why?".into(),
            options: vec![],
            default: None,
            deadline_ms: None,
        };
        assert_eq!(two, [which, why]);
        assert_eq!(questions("Which? | deadline=soon"), None);
        assert_eq!(questions("Which? ;; "), None);
        assert_eq!(
            fenced(&two),
            "```question\nWhich?\n- red\n- blue\ndefault: red\ndeadline: 4h\n```\n\n```question\nWhy?\n```"
        );
        assert_eq!(plain(&two), "Which?\n- red\n- blue\n\nWhy?");
    }

    proptest! {
        #[test]
        fn any_line_is_read(line in "(\\||;;|default=|deadline=|[0-9]|[smhdé]|\\PC)*") {
            let _ = questions(&line);
        }
    }
}
