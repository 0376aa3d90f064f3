//! What a GFM renderer makes of our output: the proof that nothing in it is live. GitHub looks for mentions, references
//! and keywords in the rendered text outside code, so that is what is looked at here.

use comrak::arena_tree::NodeEdge;
use comrak::nodes::{AstNode, NodeValue};
use comrak::{Arena, Options, parse_document};
use proptest::prelude::*;

use super::{hostile, some};
use crate::sanitise::*;

/// What would be live on the page.
#[derive(Debug, Default, PartialEq, Eq)]
struct Live {
    text: String,
    links: Vec<String>,
    other: Vec<&'static str>,
}

fn is_text<'a>(node: &'a AstNode<'a>) -> bool {
    matches!(node.data.borrow().value, NodeValue::Text(_))
}

fn rendered(markdown: &str) -> Live {
    let mut options = Options::default();
    options.extension.autolink = true;
    options.extension.table = true;
    options.extension.strikethrough = true;
    options.extension.tasklist = true;
    options.extension.footnotes = true;
    let arena = Arena::new();
    let mut live = Live::default();
    for edge in parse_document(&arena, markdown, &options).traverse() {
        let NodeEdge::Start(node) = edge else {
            live.text.push('\u{1}');
            continue;
        };
        match &node.data.borrow().value {
            NodeValue::Text(text) => {
                if live.text.ends_with('\u{1}') && node.previous_sibling().is_some_and(is_text) {
                    live.text.pop();
                }
                live.text.push_str(text);
            }
            NodeValue::Link(link) => live.links.push(link.url.clone()),
            NodeValue::Image(_) => live.other.push("image"),
            NodeValue::HtmlBlock(_) | NodeValue::HtmlInline(_) => live.other.push("html"),
            NodeValue::FootnoteDefinition(_) => live.other.push("footnote"),
            _ => live.text.push('\u{1}'),
        }
    }
    live
}

fn assert_inert(markdown: &str) {
    let live = rendered(markdown);
    assert_eq!(live.other, Vec::<&str>::new(), "{markdown:?}");
    for link in &live.links {
        assert!(
            some().links(link) || link == "https://github.com",
            "{link} in {markdown:?}"
        );
    }
    for (at, mark) in live.text.char_indices() {
        let after = &live.text[at + mark.len_utf8()..];
        let next = after.chars().next().unwrap_or(' ');
        let allowed = match mark {
            '@' => !next.is_ascii_alphanumeric() || after.starts_with("requester"),
            '#' => !next.is_ascii_digit() || after.starts_with("12"),
            _ => true,
        };
        assert!(allowed, "{mark}{after:?} in {markdown:?}");
    }
    assert!(
        !markdown.to_lowercase().contains("<!-- skep"),
        "{markdown:?}"
    );
    assert!(
        !markdown
            .lines()
            .any(|line| line.starts_with("/agent") || line.starts_with("/retest")),
        "{markdown:?}"
    );
}

#[test]
fn the_check_itself_sees_what_is_live() {
    let live = rendered("@octocat #13 ![i](http://evil.example/p) <b> www.evil.example `@code`");
    assert!(live.text.contains("@octocat #13") && !live.text.contains("@code"));
    assert_eq!(live.other, ["image", "html"]);
    assert_eq!(live.links, ["http://www.evil.example"]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_500))]

    #[test]
    fn outbound_text_is_inert(text in hostile()) {
        assert_inert(&outbound(&text, &some()));
    }

    #[test]
    fn and_stays_so_when_it_is_cut(text in hostile(), max in 60usize..300) {
        assert_inert(&fit(&outbound(&text, &some()), max));
    }

    #[test]
    fn inline_text_is_inert_in_a_list_item(text in hostile(), max in 3usize..100) {
        assert_inert(&format!("- {}\n", inline(&text, max)));
    }
}
