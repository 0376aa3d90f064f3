//! What a source file says to the compiler: its tokens without comments, without the content of texts, and without the items
//! that only tests have; and the paths of its `use` lines, each written out.
//!
//! It exists because a rule that reads lines can be walked around by a brace, a line end or a test in the middle of a file.

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// A word, a punctuation mark or a bracket, and its line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    pub line: usize,
    pub text: String,
}

/// The product code of a file: its tokens in order, then its `use` lines as whole paths.
pub(super) struct Code {
    tokens: Vec<Token>,
    uses: Vec<Vec<Token>>,
}

/// What stands for a text or number: rules speak of code.
const LITERAL: &str = "\"\"";

impl Code {
    /// Reads a file.
    pub(super) fn parse(text: &str) -> Self {
        let stream: TokenStream = text.parse().expect("a file the compiler reads");
        let mut tokens = Vec::new();
        flatten(stream, &mut tokens);
        let starts = tokens
            .iter()
            .enumerate()
            .filter(|(_, token)| token.text == "use")
            .map(|(at, _)| at + 1);
        let mut uses = Vec::new();
        for start in starts {
            let rest = &tokens[start..];
            let end = rest.iter().position(|token| token.text == ";").unwrap_or(0);
            expand(&rest[..end], &[], &mut uses);
        }
        Self { tokens, uses }
    }

    /// The lines that hold a phrase such as `env::var` or `#[allow(`, whole words only.
    pub(super) fn lines_with(&self, phrase: &str) -> Vec<usize> {
        let wanted = words(phrase);
        let mut lines: Vec<usize> = self
            .phrases()
            .flat_map(|tokens| found(tokens, &wanted))
            .collect();
        lines.sort_unstable();
        lines.dedup();
        lines
    }

    /// The modules of the crate that are named from a file at this module path, each with its line.
    pub(super) fn modules_named(&self, path: &[&str]) -> Vec<(usize, String)> {
        let up = "super::".repeat(path.len());
        let mut named = Vec::new();
        for root in ["crate::", up.as_str()].map(words) {
            for tokens in self.phrases() {
                let at = (0..tokens.len())
                    .filter(|at| starts(&tokens[*at..], &root) && !is_inside(tokens, *at));
                named.extend(
                    at.filter_map(|at| tokens.get(at + root.len()))
                        .map(|t| (t.line, t.text.clone())),
                );
            }
        }
        named.sort();
        named.dedup();
        named
    }

    fn phrases(&self) -> impl Iterator<Item = &[Token]> {
        std::iter::once(self.tokens.as_slice()).chain(self.uses.iter().map(Vec::as_slice))
    }
}

/// True for the second `super` of `super::super`: the path begins before it.
fn is_inside(tokens: &[Token], at: usize) -> bool {
    at > 0 && tokens[at - 1].text == ":"
}

fn starts(tokens: &[Token], wanted: &[String]) -> bool {
    tokens.len() >= wanted.len()
        && tokens
            .iter()
            .zip(wanted)
            .all(|(have, want)| have.text == *want)
}

fn found<'t>(tokens: &'t [Token], wanted: &'t [String]) -> impl Iterator<Item = usize> + 't {
    (0..tokens.len())
        .filter(|at| starts(&tokens[*at..], wanted))
        .map(|at| tokens[at].line)
}

/// A phrase in tokens: words whole, everything else mark by mark.
fn words(phrase: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut in_word = false;
    for mark in phrase.chars() {
        let is_word = mark.is_alphanumeric() || mark == '_';
        match words.last_mut().filter(|_| is_word && in_word) {
            Some(word) => word.push(mark),
            None if mark == ' ' => {}
            None => words.push(mark.to_string()),
        }
        in_word = is_word;
    }
    words
}

fn flatten(stream: TokenStream, into: &mut Vec<Token>) {
    let trees: Vec<TokenTree> = stream.into_iter().collect();
    let mut at = 0;
    while let Some(tree) = trees.get(at) {
        if is_test(&trees[at..]) {
            at += 2 + item(&trees[at + 2..]);
            continue;
        }
        let mut push = |line: usize, text: &str| {
            into.push(Token {
                line,
                text: text.to_owned(),
            })
        };
        match tree {
            TokenTree::Group(group) => {
                let (open, close) = brackets(group.delimiter());
                push(group.span_open().start().line, open);
                flatten(group.stream(), into);
                into.push(Token {
                    line: group.span_close().start().line,
                    text: close.to_owned(),
                });
            }
            TokenTree::Literal(literal) => push(literal.span().start().line, LITERAL),
            TokenTree::Ident(word) => push(word.span().start().line, &word.to_string()),
            TokenTree::Punct(mark) => push(mark.span().start().line, &mark.to_string()),
        }
        at += 1;
    }
}

fn brackets(delimiter: Delimiter) -> (&'static str, &'static str) {
    match delimiter {
        Delimiter::Parenthesis => ("(", ")"),
        Delimiter::Brace => ("{", "}"),
        Delimiter::Bracket => ("[", "]"),
        Delimiter::None => ("", ""),
    }
}

/// `#[cfg(test)]`, and nothing wider.
fn is_test(trees: &[TokenTree]) -> bool {
    let [TokenTree::Punct(mark), TokenTree::Group(group), ..] = trees else {
        return false;
    };
    mark.as_char() == '#' && group.stream().to_string().replace(' ', "") == "cfg(test)"
}

/// How many trees the item at the start has, its other attributes included.
fn item(trees: &[TokenTree]) -> usize {
    let is_word = |tree: &TokenTree, words: &[&str]| matches!(tree, TokenTree::Ident(word) if words.contains(&word.to_string().as_str()));
    // These end with a semicolon, whatever braces they hold; all others with their braces or a semicolon.
    let first = trees.iter().find(|tree| {
        is_word(
            tree,
            &[
                "use", "const", "static", "type", "let", "fn", "mod", "impl", "struct", "enum",
                "trait",
            ],
        )
    });
    let braces_end =
        !first.is_some_and(|tree| is_word(tree, &["use", "const", "static", "type", "let"]));
    let ends = |tree: &TokenTree| match tree {
        TokenTree::Punct(mark) => matches!(mark.as_char(), ';' | ','),
        TokenTree::Group(group) => braces_end && group.delimiter() == Delimiter::Brace,
        _ => false,
    };
    trees.iter().position(ends).map_or(trees.len(), |at| at + 1)
}

/// Every path of a `use` tree, written out: `a::{b, c::d}` is `a::b` and `a::c::d`.
fn expand(tree: &[Token], before: &[Token], into: &mut Vec<Vec<Token>>) {
    let Some(open) = tree.iter().position(|token| token.text == "{") else {
        into.push([before, tree].concat());
        return;
    };
    let before = [before, &tree[..open]].concat();
    let (mut depth, mut from) = (0_usize, open + 1);
    for (at, token) in tree.iter().enumerate().skip(open) {
        match token.text.as_str() {
            "{" => depth += 1,
            "}" => depth -= 1,
            _ => {}
        }
        if (token.text == "," && depth == 1) || depth == 0 {
            if from < at {
                expand(&tree[from..at], &before, into);
            }
            from = at + 1;
        }
        if depth == 0 {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Code;

    const FILE: &str = r#"//! A file with sqlx:: in its comment.
use crate::{core::ids, store::{self, Store}};
use std::{env as e, process::{Command, Stdio}};
#[cfg(test)]
mod early;
fn product() { let text = "tokio::spawn"; super::super::git::open() }
#[cfg(test)]
#[derive(Debug)]
struct Only { field: dotenv::X }
fn more(x: super::Sibling) { e::var("X"); }
#[cfg(test)]
mod tests { use octocrab::Octocrab; fn inner() { println!(); } }
fn last() { println!("{}", axum ::
    Router::new()); }
"#;

    #[test]
    fn what_only_tests_have_is_left_out_and_nothing_after_it() {
        let code = Code::parse(FILE);
        for (phrase, lines) in [
            ("octocrab", vec![]),
            ("dotenv", vec![]),
            ("sqlx", vec![]),
            ("tokio", vec![]),
            ("println!", vec![13]),
            ("axum::", vec![13]),
            ("process::Command", vec![3]),
            ("std::env", vec![3]),
            ("early", vec![]),
        ] {
            assert_eq!(code.lines_with(phrase), lines, "{phrase}");
        }
    }

    #[test]
    fn modules_are_seen_through_braces_and_from_below() {
        let modules = Code::parse(FILE).modules_named(&["runner", "talk"]);
        let modules: Vec<(usize, &str)> = modules
            .iter()
            .map(|(line, module)| (*line, module.as_str()))
            .collect();
        // The brace itself is no module.
        assert_eq!(modules, [(2, "core"), (2, "store"), (2, "{"), (6, "git")]);
    }
}
