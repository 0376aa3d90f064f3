//! Questions in an agent's last message: for agents that know no tool to ask with.

use super::{Asked, BATCH};
use crate::markdown::{Kind, Row, item, language, rows};
use crate::time::unit_ms;

/// Every fenced block marked `question`; without one, and when nothing was changed, the last paragraph if it ends with a
/// question mark, with the list below it as options. At most [`BATCH`] questions, each tidy.
pub fn in_message(message: &str, changed_nothing: bool) -> Vec<Asked> {
    let rows = rows(message);
    let mut asked = blocks(&rows);
    if asked.is_empty() && changed_nothing {
        asked.extend(last_paragraph(&rows));
    }
    let tidy = asked
        .into_iter()
        .map(Asked::tidy)
        .filter(|asked| !asked.text.is_empty());
    tidy.take(BATCH).collect()
}

fn blocks(rows: &[Row<'_>]) -> Vec<Asked> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < rows.len() {
        let opens = rows[at].kind == Kind::Open && language(rows[at].text) == "question";
        at += 1;
        if opens {
            let lines = rows[at..].iter().take_while(|row| row.kind == Kind::Code);
            let lines: Vec<&str> = lines.map(|row| row.text).collect();
            at += lines.len();
            found.push(block(&lines));
        }
    }
    found
}

/// Text lines, then `- option` lines, `default: …` and `deadline: 4h` in any order.
fn block(lines: &[&str]) -> Asked {
    let mut text = Vec::new();
    let mut asked = Asked {
        text: String::new(),
        options: Vec::new(),
        default: None,
        deadline_ms: None,
    };
    for line in lines {
        let content = line.trim();
        if let Some(value) = field(content, "default") {
            asked.default = Some(value.to_owned());
        } else if let Some(value) = field(content, "deadline") {
            asked.deadline_ms = span(value);
        } else if let Some((_, option)) = item(content) {
            asked.options.push(option.to_owned());
        } else {
            text.push(*line);
        }
    }
    asked.text = text.join("\n").trim().to_owned();
    asked
}

fn field<'a>(line: &'a str, name: &str) -> Option<&'a str> {
    let (key, value) = line.split_once(':')?;
    key.trim().eq_ignore_ascii_case(name).then(|| value.trim())
}

/// Milliseconds of `90m`, `4 h`, `2 days`.
fn span(text: &str) -> Option<i64> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let number: i64 = text.get(..digits)?.parse().ok()?;
    let unit = unit_ms(text[digits..].trim())?;
    Some(number.saturating_mul(unit))
}

fn last_paragraph(rows: &[Row<'_>]) -> Option<Asked> {
    let end = rows.iter().rposition(|row| row.kind != Kind::Blank)?;
    let rows = &rows[..=end];
    let list = rows
        .iter()
        .rposition(|row| row.kind != Kind::Words || !listed(row.text))
        .map_or(0, |last| last + 1);
    let options = options(&rows[list..]);
    let above = &rows[..list];
    let end = above.iter().rposition(|row| row.kind != Kind::Blank)? + 1;
    let start = above[..end]
        .iter()
        .rposition(|row| row.kind != Kind::Words)
        .map_or(0, |last| last + 1);
    let text: Vec<&str> = above[start..end].iter().map(|row| row.text).collect();
    let text = text.join("\n").trim().to_owned();
    let asks = text
        .trim_end_matches(|c: char| "*_`\"”)".contains(c))
        .ends_with(['?', '？']);
    asks.then_some(Asked {
        text,
        options,
        default: None,
        deadline_ms: None,
    })
}

fn options(rows: &[Row<'_>]) -> Vec<String> {
    let mut options: Vec<String> = Vec::new();
    for row in rows {
        match (item(row.text.trim()), options.last_mut()) {
            (Some((_, option)), _) => options.push(option.to_owned()),
            (None, Some(last)) => last.extend([" ", row.text.trim()]),
            (None, None) => {}
        }
    }
    options
}

/// A line of a list: an item, or what continues one.
fn listed(line: &str) -> bool {
    item(line.trim_start()).is_some() || line.starts_with("  ")
}
