//! Text of agents and people on its way into a comment or pull request of ours, block by block. A fenced block is
//! rewritten so that no renderer can disagree about where it ends; everything else goes line by line through `line`.

use super::hidden::visible;
use super::line::{Writer, defuse_marker};
use super::{Allow, settle};

/// Renderers that would run or fetch something from a fence's content.
const RICH: [&str; 6] = [
    "mermaid",
    "geojson",
    "topojson",
    "stl",
    "math",
    "suggestion",
];

/// Makes text safe to post: no terminal codes or hidden characters, no mention, reference or link but the allowed, no
/// closing keyword, image, raw HTML, slash command or marker of ours, and no code block left open. Applying it twice
/// changes nothing more. The result may be longer than the input; [`super::fit`] comes after.
pub fn outbound(text: &str, allow: &Allow) -> String {
    settle(
        text.to_owned(),
        |text| once(text, allow),
        |text| fence(&[text], ""),
    )
}

fn once(text: &str, allow: &Allow) -> String {
    let text = visible(text);
    let lines: Vec<&str> = text.split('\n').collect();
    let mut writer = Writer::new(allow, lines.iter().any(|line| is_table_rule(line)));
    let mut out: Vec<String> = Vec::with_capacity(lines.len());
    let mut at = 0;
    while at < lines.len() {
        if let Some(open) = Fence::open(lines[at]) {
            let body = &lines[at + 1..];
            let close = body.iter().position(|line| open.is_closed_by(line));
            let content: Vec<&str> = body[..close.unwrap_or(body.len())]
                .iter()
                .map(|line| open.dedent(line))
                .collect();
            let content = if close.is_none() && content.last() == Some(&"") {
                &content[..content.len() - 1]
            } else {
                &content[..]
            };
            out.push(fence(content, &open.info));
            at += 1 + close.map_or(body.len(), |close| close + 1);
        } else {
            out.push(writer.line(lines[at]));
            at += 1;
        }
    }
    out.join("\n")
}

/// A line that can make the line above it a table's head, in any nesting.
fn is_table_rule(line: &str) -> bool {
    line.contains('-')
        && line.contains(['|', ':'])
        && line
            .chars()
            .all(|c| " \t|:->*+.)".contains(c) || c.is_ascii_digit())
}

/// An opening code fence.
pub(super) struct Fence {
    mark: char,
    length: usize,
    indent: usize,
    /// The language, cut down to harmless characters.
    pub(super) info: String,
}

impl Fence {
    /// Reads an opening fence at any indentation.
    pub(super) fn open(line: &str) -> Option<Self> {
        let content = line.trim_start_matches([' ', '\t']);
        let mark = content.chars().next().filter(|c| matches!(c, '`' | '~'))?;
        let length = content.chars().take_while(|c| *c == mark).count();
        let info = &content[length..];
        if length < 3 || (mark == '`' && info.contains('`')) {
            return None;
        }
        let word = info.split_whitespace().next().unwrap_or_default();
        let info = word
            .chars()
            .filter(|c| c.is_ascii_alphanumeric() || "_+-".contains(*c))
            .take(30)
            .collect();
        Some(Self {
            mark,
            length,
            indent: line.len() - content.len(),
            info,
        })
    }

    /// How far it is indented, in bytes.
    pub(super) fn indent(&self) -> usize {
        self.indent
    }

    /// Whether the line ends the block.
    pub(super) fn is_closed_by(&self, line: &str) -> bool {
        let line = line.trim();
        line.len() >= self.length && line.chars().all(|c| c == self.mark)
    }

    /// The line that would end the block.
    pub(super) fn closing(&self) -> String {
        self.mark.to_string().repeat(self.length)
    }

    fn dedent<'a>(&self, line: &'a str) -> &'a str {
        let spaces = line
            .bytes()
            .take_while(|b| matches!(b, b' ' | b'\t'))
            .count();
        &line[spaces.min(self.indent)..]
    }
}

/// A fenced block at column 0 that holds exactly these lines, save commands and markers.
fn fence(content: &[&str], info: &str) -> String {
    let text = content
        .iter()
        .map(|line| inert(line))
        .collect::<Vec<_>>()
        .join("\n");
    let text = defuse_marker(&text);
    let longest = text
        .split(|c| c != '`')
        .map(str::len)
        .max()
        .unwrap_or_default();
    let mark = "`".repeat((longest + 1).max(3));
    let info = if RICH.iter().any(|rich| info.eq_ignore_ascii_case(rich)) {
        "text"
    } else {
        info
    };
    if content.is_empty() {
        return format!("{mark}{info}\n{mark}");
    }
    format!("{mark}{info}\n{text}\n{mark}")
}

/// Bots that read comments line by line do not know fences: a lone `/command` is moved off the line's first column.
fn inert(line: &str) -> String {
    let word = line
        .strip_prefix('/')
        .map(|rest| rest.split_whitespace().next().unwrap_or_default());
    let command = word.is_some_and(|word| {
        word.starts_with(|c: char| c.is_ascii_alphabetic())
            && word.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
    });
    if command {
        format!(" {line}")
    } else {
        line.to_owned()
    }
}
