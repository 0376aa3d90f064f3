//! One-line pieces: list items and links' texts (Markdown escaped), and titles (which GitHub shows as they are, and which
//! become commit subjects when a pull request is squashed, so that references in them count).

use unicode_segmentation::UnicodeSegmentation;

use super::Allow;
use super::hidden::visible;
use super::line::span;
use super::word::{self, Verdict, judge};

/// Plain text as one line of Markdown that shows it literally and in which nothing is live; at most `max_chars`
/// characters, `…` marks a cut.
pub fn inline(text: &str, max_chars: usize) -> String {
    let text = one_line(text);
    let mut pieces: Vec<String> = Vec::new();
    if text.starts_with(['/', '-', '+', '='])
        && pieces_of(&text).next().is_some_and(is_plain)
        && max_chars > 2
    {
        pieces.push("\\".to_owned());
    }
    let mut used = pieces.len();
    for piece in pieces_of(&text) {
        let room = max_chars.saturating_sub(used);
        let shown = shown(piece);
        let length = shown.chars().count();
        if length > room {
            return cut_off(pieces, used, piece, max_chars);
        }
        used += length;
        pieces.push(shown);
    }
    pieces.concat()
}

fn cut_off(mut pieces: Vec<String>, mut used: usize, piece: &str, max_chars: usize) -> String {
    let whole = pieces.len();
    while used + 1 > max_chars
        && let Some(last) = pieces.pop()
    {
        used -= last.chars().count();
    }
    if whole == pieces.len() && is_plain(piece) {
        for grapheme in piece.graphemes(true) {
            let shown = escaped(grapheme);
            let length = shown.chars().count();
            if used + length + 1 > max_chars {
                break;
            }
            used += length;
            pieces.push(shown);
        }
    }
    if max_chars > 0 {
        pieces.push("…".to_owned());
    }
    pieces.concat()
}

/// A title: one line, no Markdown, at most `max_chars` characters. Mentions and references are pulled apart by a space
/// (`# 12`), since nothing else is inert in a commit subject.
pub fn title(text: &str, max_chars: usize) -> String {
    let text = one_line(text);
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        out.push(c);
        let next = chars.peek().copied().unwrap_or(' ');
        let live = match c {
            '@' => next.is_alphanumeric() || matches!(next, '-' | '_'),
            '#' => next.is_ascii_digit(),
            '-' => next.is_ascii_digit() && ends_with_gh(&out[..out.len() - 1]),
            '<' => next == '!',
            _ => false,
        };
        if live {
            out.push(' ');
        }
    }
    if out.chars().count() <= max_chars {
        return out;
    }
    let mut cut: String = take_graphemes(&out, max_chars.saturating_sub(1))
        .trim_end()
        .to_owned();
    if max_chars > 0 {
        cut.push('…');
    }
    cut
}

fn ends_with_gh(text: &str) -> bool {
    let bytes = text.as_bytes();
    let Some(start) = bytes.len().checked_sub(2) else {
        return false;
    };
    bytes[start..].eq_ignore_ascii_case(b"gh")
        && (start == 0 || !bytes[start - 1].is_ascii_alphanumeric())
}

/// The longest run of whole graphemes from the start with at most `max_chars` characters.
pub(super) fn take_graphemes(text: &str, max_chars: usize) -> &str {
    let mut used = 0;
    let mut end = 0;
    for grapheme in text.graphemes(true) {
        used += grapheme.chars().count();
        if used > max_chars {
            break;
        }
        end += grapheme.len();
    }
    &text[..end]
}

/// Text on one line: what cannot be seen is gone, and white space is one blank.
pub fn one_line(text: &str) -> String {
    visible(text)
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

/// Words, and what stands between them; together they are the text.
fn pieces_of(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let end = if word::is_part(first) {
            rest.find(|c| !word::is_part(c)).unwrap_or(rest.len())
        } else {
            rest.find(word::is_part).unwrap_or(rest.len())
        };
        let (piece, after) = rest.split_at(end);
        rest = after;
        Some(piece)
    })
}

fn is_plain(piece: &str) -> bool {
    judge(piece, false, &Allow::default()) == Verdict::Plain
}

fn shown(piece: &str) -> String {
    if is_plain(piece) {
        escaped(piece)
    } else {
        span(piece)
    }
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '&' => out.push_str("&amp;"),
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '(' | ')' | '#' | '|' | '~' | '!'
            | '>' | '$' => {
                out.extend(['\\', c]);
            }
            c => out.push(c),
        }
    }
    out
}
