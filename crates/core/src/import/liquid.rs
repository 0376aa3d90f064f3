//! Symphony's prompt template as plain words: what it puts in of the issue skep gives to every agent by itself.
//!
//! Tags and variables: <https://github.com/openai/symphony/blob/main/SPEC.md>. It must never leave a tag in what it answers.

use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::imported::Fate;
use crate::text::import as says;

static TAG: LazyLock<Regex> = LazyLock::new(|| pattern(r"\{%-?\s*(\w+)\s*([^%]*?)-?%\}"));
static VARIABLE: LazyLock<Regex> = LazyLock::new(|| pattern(r"\{\{-?\s*([^}]*?)\s*-?\}\}"));
/// A line that only names a part of the issue: `- Title: {{ issue.title }}`.
static FIELD: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^\s*([-*]\s+)?([\w `*]{1,40}:)?\s*`?\{\{[^}]*\}\}`?\s*$"));

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a pattern that a test compiles")
}

/// A template without its tags, and what became of each line that had some (from 1).
pub(super) fn plain(template: &str) -> (String, Vec<(usize, String, Fate)>) {
    let lines: Vec<&str> = template.lines().collect();
    let mut fates = Vec::new();
    // `None` is a line that goes.
    let mut kept: Vec<Option<String>> = Vec::with_capacity(lines.len());
    let mut inside = 0_usize;
    for (at, line) in lines.iter().enumerate() {
        let mut note = |fate: Fate| fates.push((at + 1, line.trim().to_owned(), fate));
        let before = inside;
        for tag in TAG.captures_iter(line) {
            match &tag[1] {
                "if" | "unless" | "for" | "case" => inside += 1,
                "endif" | "endunless" | "endfor" | "endcase" => inside = inside.saturating_sub(1),
                _ => {}
            }
            if inside > before && before == 0 {
                note(Fate::Given(says::CONDITION.to_owned()));
            }
        }
        let goes = before > 0 || inside > 0 || TAG.is_match(line);
        kept.push(match goes {
            true => None,
            false if FIELD.is_match(line) => {
                note(Fate::Given(says::ISSUE_IS_GIVEN.to_owned()));
                None
            }
            false if VARIABLE.is_match(line) => {
                note(Fate::Taken(says::REWORDED.to_owned()));
                Some(VARIABLE.replace_all(line, reworded).into_owned())
            }
            false => Some((*line).to_owned()),
        });
    }
    (joined(&lines, kept), fates)
}

fn reworded(variable: &Captures<'_>) -> String {
    let name = variable[1].split('|').next().unwrap_or_default().trim();
    match name {
        "issue.identifier" | "issue.number" | "issue.id" => "this issue".to_owned(),
        "attempt" => "this attempt".to_owned(),
        name => {
            let field = name.rsplit('.').next().unwrap_or(name);
            format!("the issue's {}", field.replace('_', " "))
        }
    }
}

/// The lines that stay; a heading whose all went goes as well, and empty lines stand alone.
fn joined(lines: &[&str], mut kept: Vec<Option<String>>) -> String {
    for at in (0..lines.len()).rev() {
        let heads = lines[at].trim_end().ends_with(':');
        let next = (at + 1..lines.len()).find(|next| !lines[*next].trim().is_empty());
        if heads && next.is_some_and(|next| kept[next].is_none()) {
            kept[at] = None;
        }
    }
    let mut text = String::new();
    for line in kept.into_iter().flatten() {
        let empty = line.trim().is_empty();
        if empty && (text.is_empty() || text.ends_with("\n\n")) {
            continue;
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_tag_is_left_and_what_skep_gives_goes() {
        let template = "\
You work on `{{ issue.identifier }}`.

{% if attempt %}
Continuation context:

- This is attempt #{{ attempt }}.
{% endif %}

Issue context:
Identifier: {{ issue.identifier }}
- Title: {{ issue.title }}

Description:
{% if issue.description %}
{{ issue.description }}
{% else %}
None.
{% endif %}

Rules:

1. See {{ issue.url | escape }} first.
";
        let (plain, fates) = plain(template);
        insta::assert_snapshot!(plain, @"
        You work on `this issue`.

        Rules:

        1. See the issue's url first.
        ");
        assert!(!plain.contains("{{") && !plain.contains("{%"), "{plain}");
        let lines: Vec<usize> = fates.iter().map(|(line, ..)| *line).collect();
        assert_eq!(lines, [1, 3, 10, 11, 14, 22]);
    }
}
