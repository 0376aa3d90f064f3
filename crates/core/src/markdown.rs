//! Which lines of a comment are its author's own words, and which are code or quotes: as GitHub shows them, as far as
//! one pass over the lines can tell. Commands and answers count only in words.
//!
//! One deliberate difference from the page: a line directly below a quote is taken as the author's own, although
//! Markdown draws it into the quote. People type there when they reply, and `>` stands before every line they quote.

/// One line and what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row<'a> {
    /// The line without its end.
    pub text: &'a str,
    /// What it is.
    pub kind: Kind,
}

/// What a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Nothing but white space.
    Blank,
    /// The author's own words.
    Words,
    /// Begins with `>`.
    Quote,
    /// The line that opens a code block.
    Open,
    /// A line of code, fenced or indented, or of an HTML block that shows its content as it is.
    Code,
    /// The line that closes a code block.
    Close,
}

impl Kind {
    /// Whether it belongs to code, its fences included.
    pub fn is_code(self) -> bool {
        matches!(self, Self::Open | Self::Code | Self::Close)
    }
}

/// Sorts the lines of a text; together they are the text.
pub fn rows(text: &str) -> Vec<Row<'_>> {
    let mut scan = Scan::default();
    let lines = text
        .split('\n')
        .map(|line| line.strip_suffix('\r').unwrap_or(line));
    lines
        .map(|text| Row {
            text,
            kind: scan.next(text),
        })
        .collect()
}

/// The first word behind an opening fence, in lower case: `rust` of "```Rust ignore".
pub fn language(line: &str) -> String {
    let info = line.trim_start_matches(|c: char| {
        c.is_whitespace() || "-*+>.)`~".contains(c) || c.is_ascii_digit()
    });
    info.split_whitespace()
        .next()
        .unwrap_or_default()
        .to_ascii_lowercase()
}

/// The text behind a list mark (`- x`, `* x`, `1. x`, `a) x`), with the mark's width.
pub fn item(content: &str) -> Option<(usize, &str)> {
    let mark = match content.chars().next()? {
        '-' | '*' | '+' => 1,
        c if c.is_ascii_digit() => content.bytes().take_while(u8::is_ascii_digit).count() + 1,
        _ => return None,
    };
    let after = content.get(mark..)?;
    let marked = mark == 1 || (mark <= 10 && content[..mark].ends_with(['.', ')']));
    if !marked || !(after.is_empty() || after.starts_with([' ', '\t'])) {
        return None;
    }
    let rest = after.trim_start();
    let gap = after.len() - rest.len();
    Some((mark + if (1..=4).contains(&gap) { gap } else { 1 }, rest))
}

/// A line without its code spans, each replaced by a space.
pub fn without_code_spans(line: &str) -> String {
    let runs = backtick_runs(line);
    let mut out = String::with_capacity(line.len());
    let mut at = 0;
    let mut next = 0;
    while let Some((start, length)) = runs.get(next).copied() {
        // A run that met no partner of its length is text; later runs of that length are looked at only once.
        let Some(close) = runs
            .iter()
            .skip(next + 1)
            .take(64)
            .position(|(_, other)| *other == length)
        else {
            next += 1;
            continue;
        };
        let (end, _) = runs[next + 1 + close];
        out.push_str(&line[at..start]);
        out.push(' ');
        at = end + length;
        next += close + 2;
    }
    out.push_str(&line[at..]);
    out
}

fn backtick_runs(line: &str) -> Vec<(usize, usize)> {
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for (at, _) in line.match_indices('`') {
        match runs.last_mut() {
            Some((start, length)) if *start + *length == at => *length += 1,
            _ => runs.push((at, 1)),
        }
    }
    runs
}

#[derive(Default)]
struct Scan {
    block: Option<Block>,
    /// Where the content of the list item we are in begins.
    list: usize,
    before: Option<Kind>,
}

/// A block whose lines are shown as they are.
#[derive(Clone, Copy)]
enum Block {
    Fence {
        mark: char,
        length: usize,
        container: usize,
    },
    Html,
}

impl Scan {
    fn next(&mut self, line: &str) -> Kind {
        let kind = self.sort(line);
        self.before = Some(kind);
        kind
    }

    fn sort(&mut self, line: &str) -> Kind {
        let content = line.trim_start_matches([' ', '\t']);
        let indent = width(&line[..line.len() - content.len()]);
        match self.block {
            Some(Block::Html) => return self.inside_html(content),
            Some(Block::Fence { container, .. })
                if !content.trim().is_empty() && indent < container =>
            {
                self.block = None;
            }
            Some(Block::Fence { mark, length, .. }) => {
                return self.inside_fence(content, mark, length);
            }
            None => {}
        }
        if content.trim().is_empty() {
            return Kind::Blank;
        }
        self.outside(content, indent)
    }

    fn inside_html(&mut self, content: &str) -> Kind {
        if !closes_html(content) {
            return Kind::Code;
        }
        self.block = None;
        Kind::Close
    }

    fn inside_fence(&mut self, content: &str, mark: char, length: usize) -> Kind {
        let run = content.trim_end();
        if run.len() < length || run.chars().any(|c| c != mark) {
            return Kind::Code;
        }
        self.block = None;
        Kind::Close
    }

    fn outside(&mut self, content: &str, indent: usize) -> Kind {
        let fresh = matches!(
            self.before,
            None | Some(Kind::Blank | Kind::Code | Kind::Close)
        );
        if indent < self.list && (fresh || fence(content).is_some()) {
            self.list = 0;
        }
        let depth = indent.saturating_sub(if indent >= self.list { self.list } else { 0 });
        if depth >= 4 {
            return if fresh { Kind::Code } else { Kind::Words };
        }
        let (content, indent) = self.enter_items(content, indent);
        if content.starts_with('>') {
            return Kind::Quote;
        }
        if let Some((mark, length)) = fence(content) {
            self.block = Some(Block::Fence {
                mark,
                length,
                container: self.list.min(indent),
            });
            return Kind::Open;
        }
        if opens_html(content) && !closes_html(content) {
            self.block = Some(Block::Html);
            return Kind::Open;
        }
        Kind::Words
    }

    /// Steps over list marks, also several on one line, and remembers where the content begins.
    fn enter_items<'a>(&mut self, mut content: &'a str, mut indent: usize) -> (&'a str, usize) {
        for _ in 0..10 {
            let Some((mark, rest)) = item(content) else {
                break;
            };
            indent += mark;
            self.list = indent;
            content = rest;
        }
        (content, indent)
    }
}

fn width(indent: &str) -> usize {
    indent
        .chars()
        .fold(0, |at, c| if c == '\t' { at / 4 * 4 + 4 } else { at + 1 })
}

fn fence(content: &str) -> Option<(char, usize)> {
    let mark = content.chars().next().filter(|c| matches!(c, '`' | '~'))?;
    let length = content.chars().take_while(|c| *c == mark).count();
    (length >= 3 && !(mark == '`' && content[length..].contains('`'))).then_some((mark, length))
}

const AS_IT_IS: [&str; 4] = ["pre", "script", "style", "textarea"];

fn opens_html(content: &str) -> bool {
    let Some(rest) = content.strip_prefix('<') else {
        return false;
    };
    AS_IT_IS.iter().any(|tag| {
        rest.get(..tag.len())
            .is_some_and(|name| name.eq_ignore_ascii_case(tag))
            && !rest[tag.len()..].starts_with(|c: char| c.is_ascii_alphanumeric() || c == '-')
    })
}

fn closes_html(content: &str) -> bool {
    content.match_indices("</").any(|(at, _)| {
        AS_IT_IS.iter().any(|tag| {
            content[at + 2..].get(..=tag.len()).is_some_and(|end| {
                end.strip_suffix('>')
                    .is_some_and(|name| name.eq_ignore_ascii_case(tag))
            })
        })
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Kind, item, language, rows, without_code_spans};

    fn marks(text: &str) -> String {
        let mark = |kind| match kind {
            Kind::Blank => '.',
            Kind::Words => 'w',
            Kind::Quote => 'q',
            Kind::Open => '<',
            Kind::Code => 'c',
            Kind::Close => '>',
        };
        rows(text).iter().map(|row| mark(row.kind)).collect()
    }

    #[test]
    fn lines_are_sorted_as_the_page_shows_them() {
        let cases = [
            ("a\n\n> b\nc", "w.qw"),
            ("```\na\n```\nb", "<c>w"),
            ("```\r\na\r\n```\r\nb", "<c>w"),
            ("~~~\n```\n~~~\nb", "<c>w"),
            ("````\n```\n````", "<c>"),
            ("``` a`b\nc", "ww"),
            ("```\nnever closed", "<c"),
            ("a\n    still a", "ww"),
            ("a\n\n    code\n\tcode\nb", "w.ccw"),
            ("- a\n\n      code\n  words", "w.cw"),
            ("- a\n  ```\n  x\n  ```\nb", "w<c>w"),
            ("- ```\n  x\nb", "<cw"),
            ("1. - ~~~\n     x\n     ~~~\n     y", "<c>w"),
            ("- a\n\nb\n\n    c", "w.w.c"),
            ("<pre>\nx\n</PRE>\ny", "<c>w"),
            ("<pre>x</pre>\ny\n<prefix>", "www"),
            ("   > q\n    > not after a paragraph", "qw"),
        ];
        for (text, sorted) in cases {
            assert_eq!(marks(text), sorted, "{text:?}");
        }
    }

    #[test]
    fn small_pieces() {
        assert_eq!(item("12) x"), Some((4, "x")));
        assert_eq!(item("-x"), None);
        assert_eq!(item("- "), Some((2, "")));
        assert_eq!(language("  ~~~ Question now"), "question");
        assert_eq!(without_code_spans("a `b` ``c ` d`` `e"), "a     `e");
    }

    proptest! {
        #[test]
        fn no_text_breaks_it(text in "([-*>` ~\t1.)a<]|\n|```|    |<pre>|</pre>|\u{e9}){0,60}") {
            let joined: Vec<_> = rows(&text).iter().map(|row| row.text).collect();
            prop_assert_eq!(joined.join("\n"), text.clone());
            for row in rows(&text) {
                without_code_spans(row.text);
                language(row.text);
            }
        }
    }
}
