//! What people said, put into the steps of a script; the threads a prompt names.
//!
//! Pure and total: any prompt and any step give something.

use serde_json::Value;

use super::script::Step;

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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

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
            let _ = threads(&line);
            let _ = filled(Step::Say(line.clone()), &line, "{said}");
        }
    }
}
