//! One line of Markdown outside code blocks, rewritten so that nothing in it is live that is not allowed.
//!
//! Mentions and references are defused by a code span: GitHub links them after rendering, so a backslash or an entity
//! does not stop it (github/cmark-gfm#181, github/markup#1168); inside code it does not look. The other ways, a
//! zero-width space or an empty HTML comment, would put hidden content into our own text.

use std::collections::BTreeMap;

use super::Allow;
use super::hidden::{entity, entity_length, is_hidden};
use super::word::{self, Verdict};

/// What a line is made of after entities, escapes and code spans are understood.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Char(char),
    /// A backslash and the punctuation behind it.
    Escaped(char),
    /// Kept exactly: an entity.
    Raw(String),
    /// A code span's content.
    Code(String),
}

/// The state that runs through all lines of a text.
pub(super) struct Writer<'a> {
    allow: &'a Allow,
    /// Pipes inside code spans end table cells, so they must leave them.
    tables: bool,
    /// Inside a link's text a second link must not begin.
    in_label: bool,
    /// The last visible letters, over line ends, to see a closing keyword.
    tail: String,
}

impl<'a> Writer<'a> {
    pub(super) fn new(allow: &'a Allow, tables: bool) -> Self {
        Self {
            allow,
            tables,
            in_label: false,
            tail: String::new(),
        }
    }

    /// Rewrites one line, without its line end.
    pub(super) fn line(&mut self, line: &str) -> String {
        let mut tokens = tokens(line);
        escape_command(&mut tokens);
        let mut out = Vec::new();
        self.write(&tokens, &mut out);
        self.remember(' ');
        render(&out, self.tables)
    }

    fn write(&mut self, tokens: &[Token], out: &mut Vec<Token>) {
        let mut at = 0;
        while at < tokens.len() {
            at += match &tokens[at] {
                Token::Char('!') if tokens.get(at + 1) == Some(&Token::Char('[')) => {
                    self.image(&tokens[at..], out)
                }
                Token::Char('[') => self.bracket(&tokens[at..], out),
                Token::Char(']') if matches!(tokens.get(at + 1), Some(Token::Char('(' | ':'))) => {
                    out.push(Token::Escaped(']'));
                    1
                }
                Token::Char('~') => tildes(&tokens[at..], out),
                Token::Char(c) if word::is_part(*c) => self.word(&tokens[at..], out),
                Token::Code(code) => {
                    code.chars().for_each(|c| self.remember(c));
                    push_code(out, code);
                    1
                }
                token => {
                    if let Token::Char(c) | Token::Escaped(c) = token {
                        self.remember(*c);
                    }
                    out.push(token.clone());
                    1
                }
            };
        }
    }

    fn remember(&mut self, c: char) {
        if matches!(c, '*' | '_' | '~' | '`') {
            return;
        }
        if self.tail.len() > 200 {
            let keep: String = self.tail.chars().rev().take(40).collect();
            self.tail = keep.chars().rev().collect();
        }
        self.tail.push(c);
    }

    fn word(&mut self, tokens: &[Token], out: &mut Vec<Token>) -> usize {
        let text: String = chars(tokens).take_while(|c| word::is_part(*c)).collect();
        let length = text.chars().count();
        let closing = word::is_closing(&self.tail);
        text.chars().for_each(|c| self.remember(c));
        let (core, mut end) = word::trimmed(&text);
        let mut verdict = word::judge(core, closing, self.allow);
        if verdict == Verdict::Plain {
            verdict = word::judge(&text, closing, self.allow);
            end = if verdict == Verdict::Plain { end } else { "" };
        }
        let core = &text[..text.len() - end.len()];
        let live = match verdict {
            Verdict::Plain | Verdict::Live => true,
            Verdict::Address => !self.in_label && ends_here(core, &tokens[length..]),
            Verdict::Defuse => false,
        };
        if live {
            out.extend(core.chars().map(Token::Char));
        } else {
            push_code(out, core);
        }
        out.extend(end.chars().map(Token::Char));
        length
    }

    fn image(&mut self, tokens: &[Token], out: &mut Vec<Token>) -> usize {
        let Some(link) = Link::parse(&tokens[1..]) else {
            out.extend([Token::Char('!'), Token::Escaped('[')]);
            return 2;
        };
        let label = link.label.to_vec();
        self.write(&label, out);
        self.address(&label, &link.address, out);
        link.length + 1
    }

    fn bracket(&mut self, tokens: &[Token], out: &mut Vec<Token>) -> usize {
        let Some(link) = Link::parse(tokens) else {
            out.push(Token::Char('['));
            return 1;
        };
        let label = link.label.to_vec();
        let reference = word::is_closing(&self.tail) && self.allow.refers(&link.address);
        let after_bang = matches!(out.last(), Some(Token::Char('!')));
        if self.allow.links(&link.address) && !reference && !after_bang && !label.is_empty() {
            out.push(Token::Char('['));
            self.in_label = true;
            self.write(&label, out);
            self.in_label = false;
            out.push(Token::Raw(format!("]({})", link.address)));
        } else {
            self.write(&label, out);
            self.address(&label, &link.address, out);
        }
        link.length
    }

    fn address(&mut self, label: &[Token], address: &str, out: &mut Vec<Token>) {
        let shown: String = label
            .iter()
            .map(|token| render(std::slice::from_ref(token), self.tables))
            .collect();
        if shown == address {
            return;
        }
        out.extend([Token::Char(' '), Token::Char('(')]);
        push_code(out, address);
        out.push(Token::Char(')'));
    }
}

/// An inline link of the one shape we keep: `[label](address)`, a title is understood and dropped.
struct Link<'a> {
    label: &'a [Token],
    address: String,
    length: usize,
}

impl<'a> Link<'a> {
    fn parse(tokens: &'a [Token]) -> Option<Self> {
        const LONGEST: usize = 2_500;
        let tokens = &tokens[..tokens.len().min(LONGEST)];
        let bracket = |token: &Token| matches!(token, Token::Char('[' | ']'));
        let close = tokens.iter().skip(1).position(bracket)? + 1;
        if tokens[close] != Token::Char(']') || tokens.get(close + 1) != Some(&Token::Char('(')) {
            return None;
        }
        let address: String = chars(&tokens[close + 2..])
            .take_while(|c| is_address(*c))
            .collect();
        let mut end = close + 2 + address.chars().count();
        if matches!(tokens.get(end), Some(Token::Char(' '))) {
            end += title_length(&tokens[end..])?;
        }
        let closed = tokens.get(end) == Some(&Token::Char(')')) && !address.is_empty();
        closed.then(|| Self {
            label: &tokens[1..close],
            address,
            length: end + 1,
        })
    }
}

fn title_length(tokens: &[Token]) -> Option<usize> {
    let spaces = chars(tokens).take_while(|c| *c == ' ').count();
    let quote = chars(&tokens[spaces..])
        .next()
        .filter(|c| matches!(c, '"' | '\''))?;
    let inside = chars(&tokens[spaces + 1..])
        .take_while(|c| *c != quote)
        .count();
    let end = spaces + 1 + inside;
    (tokens.get(end) == Some(&Token::Char(quote))).then_some(end + 1)
}

fn is_address(c: char) -> bool {
    c.is_ascii_alphanumeric() || "-._~:/?#@!$'*+,;=%".contains(c)
}

/// The leading plain characters.
fn chars(tokens: &[Token]) -> impl Iterator<Item = char> + '_ {
    tokens.iter().map_while(|token| match token {
        Token::Char(c) => Some(*c),
        _ => None,
    })
}

/// Whether a bare address cannot be grown by what follows: renderers take everything up to the next space into it, an
/// opening backtick too.
fn ends_here(address: &str, after: &[Token]) -> bool {
    let space = |token: &Token| matches!(token, Token::Char(' ' | '\t'));
    let harmless = |token: &Token| matches!(token, Token::Char(c) if ").,;:!?*_\"']".contains(*c));
    let path = address.splitn(4, '/').count() == 4;
    let mut run = after.iter().take_while(|token| !space(token)).peekable();
    run.peek().is_none() || (path && run.all(harmless))
}

fn tildes(tokens: &[Token], out: &mut Vec<Token>) -> usize {
    let run = chars(tokens).take_while(|c| *c == '~').count();
    let token = if run >= 3 {
        Token::Escaped('~')
    } else {
        Token::Char('~')
    };
    out.extend(std::iter::repeat_n(token, run));
    run
}

/// Puts a backslash before a `/word` that begins the line, behind quote and list marks too.
fn escape_command(tokens: &mut [Token]) {
    let mark = |token: &Token| matches!(token, Token::Char(c) if " \t>*+-.)".contains(*c) || c.is_ascii_digit());
    let Some(first) = tokens.iter().position(|token| !mark(token)) else {
        return;
    };
    let letter = matches!(tokens.get(first + 1), Some(Token::Char(c)) if c.is_alphanumeric());
    if tokens[first] == Token::Char('/') && letter {
        tokens[first] = Token::Escaped('/');
    }
}

fn push_code(out: &mut Vec<Token>, code: &str) {
    match out.last_mut() {
        Some(Token::Code(last)) => last.push_str(code),
        _ => out.push(Token::Code(code.to_owned())),
    }
}

/// Reads a line: code spans that close on it, escapes, entities.
fn tokens(line: &str) -> Vec<Token> {
    let runs = backtick_runs(line);
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(c) = line[at..].chars().next() {
        let rest = &line[at..];
        at += match c {
            '`' => code_span(line, at, &runs, &mut out),
            '\\' => escape(rest, &mut out),
            '&' => ampersand(rest, &mut out),
            '<' => push(&mut out, Token::Raw("&lt;".to_owned()), 1),
            c => push(&mut out, Token::Char(c), c.len_utf8()),
        };
    }
    out
}

fn push(out: &mut Vec<Token>, token: Token, length: usize) -> usize {
    out.push(token);
    length
}

fn backtick_runs(line: &str) -> BTreeMap<usize, Vec<usize>> {
    let mut runs: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    let mut at = 0;
    while let Some(found) = line[at..].find('`') {
        let start = at + found;
        let length = line[start..].bytes().take_while(|b| *b == b'`').count();
        runs.entry(length).or_default().push(start);
        at = start + length;
    }
    runs
}

fn code_span(
    line: &str,
    at: usize,
    runs: &BTreeMap<usize, Vec<usize>>,
    out: &mut Vec<Token>,
) -> usize {
    let length = line[at..].bytes().take_while(|b| *b == b'`').count();
    let inside = at + length;
    let same = runs.get(&length).map(Vec::as_slice).unwrap_or_default();
    let Some(close) = same.get(same.partition_point(|start| *start < inside)) else {
        out.extend(std::iter::repeat_n(Token::Escaped('`'), length));
        return length;
    };
    push_code(out, unpadded(&line[inside..*close]));
    close + length - at
}

fn unpadded(code: &str) -> &str {
    match code
        .strip_prefix(' ')
        .and_then(|code| code.strip_suffix(' '))
    {
        Some(inner) if code.chars().any(|c| c != ' ') => inner,
        _ => code,
    }
}

fn escape(rest: &str, out: &mut Vec<Token>) -> usize {
    let mut after = rest.chars().skip(1);
    let Some(c) = after.next() else {
        return push(out, Token::Char('\\'), 1);
    };
    let joins = after
        .next()
        .is_some_and(|next| next.is_alphanumeric() || next == '/');
    match c {
        '<' => push(out, Token::Raw("&lt;".to_owned()), 2),
        '&' => push(out, Token::Raw("&amp;".to_owned()), 2),
        '@' | '#' | '/' | '.' | '-' | '_' | ':' if joins => 1,
        c if c.is_ascii_punctuation() => push(out, Token::Escaped(c), 2),
        _ => push(out, Token::Escaped('\\'), 1),
    }
}

fn ampersand(rest: &str, out: &mut Vec<Token>) -> usize {
    match entity(rest) {
        Some((c, length)) if is_hidden(c) => length,
        Some(('\n' | '\t', length)) => push(out, Token::Char(' '), length),
        Some((c, length)) if c.is_ascii_alphanumeric() || "@#/.-_:".contains(c) => {
            push(out, Token::Char(c), length)
        }
        _ => match entity_length(rest) {
            Some(length) => push(out, Token::Raw(rest[..length].to_owned()), length),
            None => push(out, Token::Raw("&amp;".to_owned()), 1),
        },
    }
}

fn render(tokens: &[Token], tables: bool) -> String {
    let mut out = String::new();
    for token in tokens {
        match token {
            Token::Char(c) => out.push(*c),
            Token::Escaped(c) => out.extend(['\\', *c]),
            Token::Raw(text) => out.push_str(text),
            Token::Code(code) if tables && code.contains('|') => {
                let cells = code
                    .split('|')
                    .map(|part| part.strip_suffix('\\').unwrap_or(part));
                let spans = cells.map(|part| {
                    if part.is_empty() {
                        String::new()
                    } else {
                        span(part)
                    }
                });
                out.push_str(&spans.collect::<Vec<_>>().join("&#124;"));
            }
            Token::Code(code) => out.push_str(&span(code)),
        }
    }
    out
}

/// A code span that holds exactly this, on one line.
pub(super) fn span(code: &str) -> String {
    let code = defuse_marker(code);
    let longest = code
        .split(|c| c != '`')
        .map(str::len)
        .max()
        .unwrap_or_default();
    let fence = "`".repeat(longest + 1);
    let spaced = code.starts_with(' ') && code.ends_with(' ') && code.chars().any(|c| c != ' ');
    if code.starts_with('`') || code.ends_with('`') || spaced {
        return format!("{fence} {code} {fence}");
    }
    format!("{fence}{code}{fence}")
}

/// Breaks what would read as the hidden marker of our own comments, also where it stays visible.
pub(super) fn defuse_marker(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("<!--") {
        let after = rest[at + 4..].trim_start().as_bytes();
        let ours = after
            .get(..4)
            .is_some_and(|word| word.eq_ignore_ascii_case(b"skep"));
        out.push_str(&rest[..at]);
        out.push_str(if ours { "<! --" } else { "<!--" });
        rest = &rest[at + 4..];
    }
    out.push_str(rest);
    out
}
