//! Words that the demo agent reads out of its prompts and puts into its steps, and the questions of its script.
//!
//! Pure and total: any prompt and any line give something.

use serde_json::Value;

use super::script::Step;
use crate::core::question::Asked;

/// The ids named in a prompt as `thread <id>`, each once, in order. An id has a digit or an underscore in it, or any
/// sentence about threads would name some.
pub(super) fn threads(prompt: &str) -> Vec<String> {
    let mut found: Vec<String> = vec![];
    let words: Vec<&str> = prompt.split_whitespace().collect();
    for pair in words.windows(2) {
        let is_thread = pair[0]
            .trim_matches(|c: char| !c.is_alphanumeric())
            .eq_ignore_ascii_case("thread");
        let id = pair[1]
            .trim_matches(|c: char| !(c.is_alphanumeric() || c == '_' || c == '='))
            .to_owned();
        let like_an_id = id.contains(|c: char| c.is_ascii_digit() || c == '_');
        if is_thread && like_an_id && !found.contains(&id) {
            found.push(id);
        }
    }
    found
}

/// The step with `{said}` and `{answer}` (first lines) and `{said*}` and `{answer*}` (whole) filled in.
pub(super) fn filled(step: Step, said: &str, answer: &str) -> Step {
    let line = |text: &str| text.lines().next().unwrap_or_default().trim().to_owned();
    let words = [
        ("{said*}", said.to_owned()),
        ("{answer*}", answer.to_owned()),
        ("{said}", line(said)),
        ("{answer}", line(answer)),
    ];
    let filled = serde_json::to_value(&step).map(|mut value| {
        fill(&mut value, &words);
        value
    });
    // Only texts were changed, so that it is a step still.
    filled.and_then(serde_json::from_value).unwrap_or(step)
}

fn fill(value: &mut Value, words: &[(&str, String)]) {
    match value {
        Value::String(text) => *text = replaced(text, words),
        Value::Array(list) => list.iter_mut().for_each(|value| fill(value, words)),
        Value::Object(object) => object.values_mut().for_each(|value| fill(value, words)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// In one pass: words that were put in are not looked at again.
fn replaced(text: &str, words: &[(&str, String)]) -> String {
    let (mut done, mut rest) = (String::new(), text);
    while let Some(at) = rest.find('{') {
        done.push_str(&rest[..at]);
        rest = &rest[at..];
        match words.iter().find(|(name, _)| rest.starts_with(name)) {
            Some((name, word)) => {
                done.push_str(word);
                rest = &rest[name.len()..];
            }
            None => {
                done.push('{');
                rest = &rest[1..];
            }
        }
    }
    done + rest
}

/// `Q | A | B | default=A | deadline=4h ;; Q2 | …`; none if a question is missing or a deadline is none.
pub(super) fn questions(told: &str) -> Option<Vec<Asked>> {
    told.split(";;").map(question).collect()
}

fn question(told: &str) -> Option<Asked> {
    let mut parts = told
        .split('|')
        .map(str::trim)
        .filter(|part| !part.is_empty());
    let mut asked = Asked {
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
pub(super) fn fenced(asked: &[Asked]) -> String {
    let block = |asked: &Asked| {
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
pub(super) fn plain(asked: &[Asked]) -> String {
    let sentence = |asked: &Asked| {
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
        let which = Asked {
            text: "Which?".into(),
            options: vec!["red".into(), "blue".into()],
            default: Some("red".into()),
            deadline_ms: Some(14_400_000),
        };
        let why = Asked {
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

    #[test]
    fn threads_are_named_by_their_ids() {
        let prompt =
            "Answer thread `PRRT_a1` (f.rs:3) and thread 7: see the thread above, thread PRRT_a1.";
        assert_eq!(threads(prompt), ["PRRT_a1", "7"]);
    }

    #[test]
    fn words_are_put_in_once() {
        let step = filled(
            Step::Say("{said}/{said*}/{answer}/{other".into()),
            "one {answer}\ntwo",
            "A",
        );
        assert_eq!(
            step,
            Step::Say("one {answer}/one {answer}\ntwo/A/{other".into())
        );
    }

    proptest! {
        #[test]
        fn any_line_is_read(line in "(\\||;;|default=|deadline=|[0-9]|[smhdé]|\\PC)*") {
            let _ = questions(&line);
            let _ = threads(&line);
            let _ = filled(Step::Say(line.clone()), &line, "{said}");
        }
    }
}
