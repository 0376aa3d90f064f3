//! The words of a block without its marks: links become their addresses, emphasis goes, and so does what is struck out,
//! quoted or code. It reads what `sanitise::inbound` shows: there a tag has no attribute but where its link leads.

use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::pattern::pattern;
use crate::markdown::without_code_spans;

/// Tags whose content is not the author's own word: the page shows it as code or as struck out.
const NOT_SAID: [&str; 7] = ["code", "del", "kbd", "pre", "s", "samp", "strike"];

static TAG: LazyLock<Regex> =
    LazyLock::new(|| pattern(r#"<(/?)([A-Za-z][A-Za-z0-9-]*)(?: href="([^"<\n]*)")?>"#));
static STRUCK_OUT: LazyLock<Regex> = LazyLock::new(|| pattern("~~[^~]+~~"));
static LINK: LazyLock<Regex> = LazyLock::new(|| pattern(r"\[[^\[\]\n]*\]\(([^()\s]*)\)"));

/// Reads blocks one after the other; a quote may begin in one and end in a later one.
#[derive(Default)]
pub(super) struct Plain {
    quotes: usize,
}

impl Plain {
    /// A block's words.
    pub(super) fn words(&mut self, block: &str) -> String {
        let text = without_code_spans(block);
        let text = STRUCK_OUT.replace_all(&text, " ");
        let text = self.without_tags(&text);
        without_emphasis(&LINK.replace_all(&text, " $1 "))
    }

    /// Every tag becomes a space; in place of a link's text stands where it leads.
    fn without_tags(&mut self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut unsaid: Option<String> = None;
        let mut end = 0;
        for tag in TAG.captures_iter(text) {
            let Some(place) = tag.get(0) else { continue };
            if unsaid.is_none() && self.quotes == 0 {
                out.push_str(&text[end..place.start()]);
            }
            end = place.end();
            out.push(' ');
            self.pass(&tag, &mut unsaid, &mut out);
        }
        if unsaid.is_none() && self.quotes == 0 {
            out.push_str(&text[end..]);
        }
        out
    }

    fn pass(&mut self, tag: &Captures<'_>, unsaid: &mut Option<String>, out: &mut String) {
        let closing = !tag[1].is_empty();
        let name = tag[2].to_ascii_lowercase();
        if name == "blockquote" {
            self.quotes = if closing {
                self.quotes.saturating_sub(1)
            } else {
                self.quotes.saturating_add(1)
            };
        } else if closing {
            unsaid.take_if(|open| *open == name);
        } else if unsaid.is_none() && self.quotes == 0 {
            let address = tag.get(3).filter(|_| name == "a");
            if let Some(address) = address {
                out.push_str(address.as_str());
                out.push(' ');
            }
            *unsaid = (address.is_some() || NOT_SAID.contains(&name.as_str())).then_some(name);
        }
    }
}

/// Without `*`, and without `_` at the edge of a word.
fn without_emphasis(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut before = ' ';
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        let inside = before.is_alphanumeric() && rest.peek().is_some_and(|c| c.is_alphanumeric());
        if c == '*' || c == '_' && !inside {
            continue;
        }
        out.push(c);
        before = c;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::Plain;

    #[test]
    fn only_what_the_author_says_is_left() {
        let cases = [
            ("**Depends on:** #12", "Depends on: #12"),
            (
                "_Depends on_ my_org/my_repo#12",
                "Depends on my_org/my_repo#12",
            ),
            ("a `Depends on #1` b", "a   b"),
            ("~~Depends on #1~~ #2", "  #2"),
            (
                "see [#12](https://h/a/b/issues/12 ) [x](https://h/1)",
                "see [#12](https://h/a/b/issues/12 )  https://h/1 ",
            ),
            (r#"<a href="https://h/1">#1</a>."#, " https://h/1  ."),
            ("<del>Depends on #1</del><B>x</B>", "   x "),
            ("<https://h/1>", "<https://h/1>"),
        ];
        for (block, words) in cases {
            assert_eq!(Plain::default().words(block), words, "{block}");
        }
    }

    #[test]
    fn a_quote_goes_on_over_blocks() {
        let mut plain = Plain::default();
        let said = ["a <blockquote>b", "c", "d</blockquote> e"].map(|block| plain.words(block));
        assert_eq!(said, ["a  ", "", "  e"]);
    }
}
