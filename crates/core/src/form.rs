//! Answers to the fields of an issue form, as GitHub writes them into the body of the issue: a heading with the field's
//! label, then what was chosen or typed.
//!
//! <https://docs.github.com/en/communities/using-templates-to-encourage-useful-issues-and-pull-requests/syntax-for-githubs-form-schema>.
//! A body that no form made may say the same by hand. Headings in code or quotes are no fields.

use super::markdown::{Kind, Row, rows, without_code_spans};
use super::sanitise;

/// Longest body that is read, bytes: all that GitHub takes.
const MAX_BYTES: usize = 4 * 65_536;
/// What GitHub writes where a field was left empty.
const NO_ANSWER: &str = "_No response_";

/// The first line of the answer to the first field with one of these labels (letter case does not matter); `None` where
/// there is no such field or nobody answered it.
pub(crate) fn answer(body: &str, labels: &[&str]) -> Option<String> {
    let visible = sanitise::inbound(body, MAX_BYTES);
    let rows = rows(&visible);
    let asked = |row: &Row<'_>| {
        let heading = heading(row);
        heading.is_some_and(|text| labels.iter().any(|label| label.eq_ignore_ascii_case(text)))
    };
    let at = rows.iter().position(asked)?;
    let answer = rows
        .get(at.saturating_add(1)..)?
        .iter()
        .find(|row| row.kind != Kind::Blank)?;
    if answer.kind != Kind::Words || heading(answer).is_some() || answer.text.trim() == NO_ANSWER {
        return None;
    }
    Some(answer.text.trim().to_owned())
}

/// The text of a heading (`### Base branch`), without its marks.
fn heading<'a>(row: &Row<'a>) -> Option<&'a str> {
    let text = row.text.trim();
    let marks = text.bytes().take_while(|b| *b == b'#').count();
    let rest = text.get(marks..)?;
    let is_heading =
        row.kind == Kind::Words && (1..=6).contains(&marks) && rest.starts_with([' ', '\t']);
    is_heading.then(|| rest.trim().trim_end_matches([':', '#', ' ']))
}

/// The lines of a text that its author wrote and people see: no code blocks, no quotes, nothing hidden.
pub(crate) fn visible_lines(text: &str, max_bytes: usize) -> Vec<String> {
    let visible = sanitise::inbound(text, max_bytes);
    rows(&visible)
        .iter()
        .filter(|row| row.kind == Kind::Words)
        .map(|row| row.text.to_owned())
        .collect()
}

/// The same without code spans: for words that ask for something.
pub(crate) fn own_lines(text: &str, max_bytes: usize) -> Vec<String> {
    let lines = visible_lines(text, max_bytes);
    lines.iter().map(|line| without_code_spans(line)).collect()
}

#[cfg(test)]
mod tests {
    use super::{answer, own_lines};

    #[test]
    fn a_field_is_read_as_github_writes_it() {
        let field = |body: &str| answer(body, &["Base branch", "Target branch"]);
        let form = "### What happened?\n\nIt broke.\n\n### Base branch\n\nrelease/2.x\n\n### Version\n\n2.1";
        assert_eq!(field(form).as_deref(), Some("release/2.x"));
        for (body, expected) in [
            (
                "### Base branch\n\n_No response_\n\n### Version\n\n2.1",
                None,
            ),
            ("### Base branch\n\n### Version\n\n2.1", None),
            ("### Base branch", None),
            ("", None),
            ("## base BRANCH:\nmain", Some("main")),
            ("### Target branch\r\n\r\nv3\r\n", Some("v3")),
            ("The base branch is main.", None),
            ("```\n### Base branch\n\nmain\n```", None),
            ("> ### Base branch\n\nmain", None),
            ("### Base branch\n\n> main", None),
            ("<!-- ### Base branch\n\nmain -->", None),
            ("#Base branch\nmain", None),
            ("####### Base branch\nmain", None),
        ] {
            assert_eq!(field(body).as_deref(), expected, "{body:?}");
        }
    }

    #[test]
    fn own_lines_hold_no_code_and_no_quotes() {
        let text = "One `two` three\n> four\n```\nfive\n```\n<!-- six -->\nseven";
        let lines = own_lines(text, 1_000);
        assert_eq!(lines, ["One   three", "seven"]);
    }
}
