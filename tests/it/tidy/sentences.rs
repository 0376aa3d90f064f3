//! What people read stands in `core/text`: no other file of the product writes a whole sentence.
//!
//! A sentence is a text in the code of four words or more that begins like one and ends like one. Comments, what only tests
//! have, and messages for a developer (`expect`, `assert`) are none.

use proc_macro2::{TokenStream, TokenTree};
use syn::visit::{self, Visit};

use super::graph::is_for_tests;
use super::{assert_none, sources};

/// Who may write sentences: the text itself and the simulator, which depends on nothing of the product.
const MAY: [&str; 2] = ["core/text/", "simulator/"];

#[derive(Default)]
struct Sentences {
    found: Vec<(usize, String)>,
}

impl Sentences {
    fn of(text: &str) -> Vec<(usize, String)> {
        let mut found = Self::default();
        found.visit_file(&syn::parse_file(text).expect("a file the compiler reads"));
        found.found
    }

    fn look(&mut self, line: usize, text: &str) {
        let words = text.split_whitespace().count();
        let begins = text
            .trim_start()
            .starts_with(|c: char| c.is_uppercase() || c == '`' || c == '{');
        if words >= 4 && begins && text.trim_end().ends_with(['.', '!', '?']) {
            self.found.push((line, text.to_owned()));
        }
    }

    fn tokens(&mut self, tokens: TokenStream) {
        let mut attribute = false;
        for token in tokens {
            let of_attribute = std::mem::take(&mut attribute);
            match token {
                // A comment inside a macro's call comes as an attribute.
                TokenTree::Punct(mark) => attribute = mark.as_char() == '#',
                TokenTree::Group(_) if of_attribute => {}
                TokenTree::Group(group) => self.tokens(group.stream()),
                TokenTree::Literal(literal) => {
                    let line = literal.span().start().line;
                    if let Ok(text) = syn::parse_str::<syn::LitStr>(&literal.to_string()) {
                        self.look(line, &text.value());
                    }
                }
                TokenTree::Ident(_) => {}
            }
        }
    }
}

impl<'ast> Visit<'ast> for Sentences {
    fn visit_item(&mut self, item: &'ast syn::Item) {
        if !is_for_tests(item) {
            visit::visit_item(self, item);
        }
    }

    fn visit_attribute(&mut self, attribute: &'ast syn::Attribute) {
        // `#[error("…")]` is said to people; a comment is an attribute as well.
        if let syn::Meta::List(list) = &attribute.meta {
            self.tokens(list.tokens.clone());
        }
    }

    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        if call.method != "expect" {
            visit::visit_expr_method_call(self, call);
        } else {
            self.visit_expr(&call.receiver);
        }
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        let name = call.path.segments.last().map(|last| last.ident.to_string());
        if !name.is_some_and(|name| name.contains("assert")) {
            self.tokens(call.tokens.clone());
        }
    }

    fn visit_lit_str(&mut self, text: &'ast syn::LitStr) {
        self.look(text.span().start().line, &text.value());
    }
}

#[test]
fn sentences_stand_in_the_text_alone() {
    let mut found = Vec::new();
    for source in sources() {
        let is_test = source.path.ends_with("tests.rs") || source.path.contains("/tests/");
        if is_test || MAY.iter().any(|may| source.path.starts_with(may)) {
            continue;
        }
        let said = Sentences::of(&source.text);
        found.extend(
            said.iter()
                .map(|(line, text)| format!("{}:{line}: {text}", source.file)),
        );
    }
    assert_none("sentences outside core/text", &found);
}

#[test]
fn a_planted_sentence_is_found() {
    let lines = |text: &str| -> Vec<usize> {
        Sentences::of(text)
            .into_iter()
            .map(|(line, _)| line)
            .collect()
    };
    let planted = [
        "fn f() -> &'static str { \"The agent is at work again.\" }",
        "fn f(n: u8) -> String { format!(\"It worked for {n} minutes.\") }",
        "#[derive(Error)] enum E { #[error(\"The App is not installed here.\")] A }",
        "const SAY: &str = \"Add the label once more.\";",
        "fn f() { g(h!({ \"say\": \"People should look at this.\" })) }",
    ];
    for text in planted {
        assert_eq!(lines(text), [1], "{text}");
    }
    let fine = [
        "//! The agent is at work again.\nfn f() {}",
        "fn f() { x.expect(\"It was just put there, so it is.\") }",
        "fn f() { assert!(a, \"It must be so here.\") }",
        "#[cfg(test)] mod tests { const SAY: &str = \"Add the label once more.\"; }",
        "fn f() { because(\"goes on when a slot is free\") }",
    ];
    for text in fine {
        assert_eq!(lines(text), [0_usize; 0], "{text}");
    }
}
