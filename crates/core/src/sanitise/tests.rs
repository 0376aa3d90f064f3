//! Proofs about sanitising: hidden words, live words, secrets.

use proptest::prelude::*;
use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};

use super::*;

mod leaving;
mod rendered;

/// Fragments that matter to one direction or the other, mixed at random: far more likely to meet a hole than plain noise.
pub(super) fn hostile() -> impl Strategy<Value = String> {
    let fragments = vec![
        "@octocat",
        "@octo/team",
        "@",
        "#12",
        "#",
        "12",
        "octo/hello#3",
        "GH-7",
        "gh-",
        "Closes ",
        "fix\u{e9}s ",
        "fixes: ",
        "`",
        "``",
        "```",
        "````",
        "~~~",
        "\n",
        "\n\n",
        "\r\n",
        " ",
        "    ",
        "\t",
        "> ",
        "- ",
        "1. ",
        "|",
        "|-|-|",
        "| :-: |",
        "\\",
        "\\`",
        "\\@",
        "&",
        "&#64;",
        "&commat;",
        "&#35;",
        "&#x200b;",
        "&ZeroWidthSpace;",
        "&amp;",
        "&#38;",
        ";",
        "&#",
        "<",
        ">",
        "<!--",
        "-->",
        "<!-- skep:",
        "<!-- x -->",
        "<div title=\"",
        "<b>",
        "</b>",
        "<img alt='hi' src=x>",
        "\"",
        "'",
        "<?",
        "?>",
        "<![CDATA[",
        "]]>",
        "<!D",
        "<a href=\"u\" title=\"t\">",
        "<script>",
        "[",
        "]",
        "(",
        ")",
        "![",
        "](",
        "](a (",
        "](a \"",
        "](",
        "]:",
        "[x](https://github.com/a)",
        "[x](http://evil.example/@a)",
        "[x]: /u \"t\"",
        "![alt](https://evil.example/p.png \"t\")",
        "https://github.com/a/b",
        "https://github.com",
        "http://evil.example/x",
        "www.evil.example",
        "www",
        ".",
        ":",
        "//",
        "/",
        "/agent stop",
        "\n/retest\n",
        "mailto:a@b.example",
        "a@b.example",
        "*",
        "**",
        "_",
        "~",
        "!",
        "$",
        "a",
        "word",
        "\u{200b}",
        "\u{202e}",
        "\u{e0041}",
        "\u{1f468}\u{200d}\u{1f4bb}",
        "\u{2764}\u{fe0f}",
        "\u{1b}[31m",
        "\u{1b}]8;;http://x\u{7}",
        "\u{1b}",
        "\u{9b}",
        "\0",
        "\u{e9}",
        "{",
        "}",
        "%40",
        "]\\(",
        "```mermaid\n",
        "\n```\n",
        "\n~~~ skep-demo\n",
        "https://github.com/o/r/issues/9",
        "=",
        "---",
        "&#124;",
        "\u{fe0f}",
    ];
    proptest::collection::vec(proptest::sample::select(fragments), 0..40)
        .prop_map(|parts| parts.concat())
}

pub(super) fn some() -> Allow {
    Allow {
        mention: vec!["requester".to_owned()],
        references: vec!["#12".to_owned(), "https://github.com/o/r/pull/7".to_owned()],
        hosts: vec!["github.com".to_owned()],
    }
}

fn invisible(c: char) -> bool {
    use GeneralCategory as G;
    matches!(c.general_category(), G::Format | G::Control | G::PrivateUse)
        && !matches!(c, '\n' | '\t')
}

#[test]
fn no_character_of_cf_cc_co_reaches_an_agent() {
    let mut seen = 0;
    for c in ('\0'..=char::MAX).filter(|c| invisible(*c)) {
        seen += 1;
        let out = inbound(&format!("a{c}b"), 1_000);
        // The two that begin a terminal sequence take its letter with them.
        let sequence = matches!(c, '\u{1b}' | '\u{9b}') && out == "a";
        assert!(
            sequence || out == "ab" || (out == "a\nb" && matches!(c, '\r' | '\u{85}')),
            "U+{:04X} gives {out:?}",
            u32::from(c)
        );
        assert!(
            !outbound(&format!("a{c}b"), &some()).contains(c),
            "U+{:04X}",
            u32::from(c)
        );
        assert!(
            !inline(&format!("a{c}b"), 100).contains(c),
            "U+{:04X}",
            u32::from(c)
        );
    }
    assert!(seen > 137_000, "{seen}");
}

#[test]
fn fillers_selectors_and_tags_go_and_emoji_stay() {
    for c in [
        '\u{ad}',
        '\u{115f}',
        '\u{1160}',
        '\u{3164}',
        '\u{ffa0}',
        '\u{fe00}',
        '\u{fe0f}',
        '\u{e0100}',
        '\u{34f}',
        '\u{2065}',
    ] {
        assert_eq!(
            inbound(&format!("a{c}b"), 100),
            "ab",
            "U+{:04X}",
            u32::from(c)
        );
    }
    for whole in [
        "\u{1f468}\u{200d}\u{1f4bb}",
        "\u{2764}\u{fe0f}",
        "1\u{fe0f}\u{20e3}",
        "\u{1f469}\u{1f3fd}\u{200d}\u{1f680}",
    ] {
        assert_eq!(inbound(whole, 100), whole);
    }
    assert_eq!(
        inbound("\u{2764}\u{fe0f}\u{fe0f}\u{e0101}x", 100),
        "\u{2764}\u{fe0f}x"
    );
}

#[test]
fn encoded_hidden_characters_become_visible() {
    for code in 0xe0000..0xe0080u32 {
        assert_eq!(
            inbound(&format!("a&#{code};b&#x{code:X};"), 100),
            "a[hidden]b[hidden]"
        );
    }
    for name in [
        "ZeroWidthSpace",
        "zwj",
        "zwnj",
        "lrm",
        "rlm",
        "shy",
        "NoBreak",
        "af",
        "it",
        "ic",
        "InvisibleTimes",
    ] {
        assert_eq!(inbound(&format!("a&{name};b"), 100), "a[hidden]b", "{name}");
    }
    assert_eq!(
        inbound("&lt;b&gt; &amp; &#65;", 100),
        "&lt;b&gt; &amp; &#65;"
    );
}

#[test]
fn what_the_page_hides_is_removed_or_shown() {
    let cases = [
        ("a <!-- evil --> b", "a   b"),
        ("a\n<!-- evil\n\n```\nevil\n```\n-->\nb", "a\n\nb"),
        ("<!--> seen <!-- evil -->", "  seen  "),
        (
            "x\n<!-- evil for ever",
            "x\n[hidden: the rest is inside an HTML construct that never ends]",
        ),
        ("a <!-- not closed", "a <!-- not closed"),
        ("a <b title=\"evil\" c>d</b>", "a <b>d</b>"),
        ("<p title='evil' hidden>seen</p>", "<p>seen</p>"),
        ("<div title=\"\n\n```\nevil\n```\n\">seen", "<div>seen"),
        (
            "<div title=\"evil\n\nevil",
            "[hidden: the rest is inside an HTML construct that never ends]",
        ),
        (
            "<img src=\"https://x/p.png\" alt=\"say it\">",
            "[image: say it](https://x/p.png)",
        ),
        (
            "![say it](https://x/p.png \"evil\")",
            "[image: say it](https://x/p.png)",
        ),
        ("[a](https://x \"evil\") b", "[a](https://x) b"),
        ("a\n\n[//]: # (evil)\nb", "a\n\nb"),
        (
            "[a][r]\n\n[r]: https://x 'evil'\n",
            "[a][r]\n\n[r]: https://x\n",
        ),
        ("<?evil?> a <![CDATA[evil]]> <!DOCTYPE evil>", "  a    "),
        (
            "if a < b && c > d { Vec<String> }",
            "if a < b && c > d { Vec<String> }",
        ),
        (
            "<a href=\"https://x\" aria-label='evil'>t</a>",
            "<a href=\"https://x\">t</a>",
        ),
        ("\u{1b}[31mred\u{1b}[0m \u{1b}]0;evil\u{7}x", "red x"),
    ];
    for (given, wanted) in cases {
        assert_eq!(inbound(given, 1_000), wanted, "{given:?}");
        assert!(!wanted.contains("evil"));
    }
}

#[test]
fn fenced_code_survives_unchanged() {
    let text = "Do:\n\n```skep-demo\nwrite a.html <<END\n<!-- kept --> <p title=\"kept\">&#8203;![a](b \"kept\")\n[x]: y \"kept\"\nEND\n```\n\n~~~\n<b a=b>\n~~~\n";
    assert_eq!(inbound(text, 10_000), text);
    assert_eq!(
        inbound("```\na\u{200b}\u{e0041}b\n```", 100),
        "```\nab\n```"
    );
}

#[test]
fn inbound_is_cut_between_graphemes_and_says_so() {
    let family = "\u{1f468}\u{200d}\u{1f4bb}";
    for max in 0..200 {
        let out = inbound(&family.repeat(100), max);
        assert!(out.len() <= max, "{max}: {out:?}");
        if max > 40 {
            let (kept, note) = out.split_once("\n[cut: ").expect("the note");
            assert!(
                kept.len() % family.len() == 0 && note.ends_with(" bytes]"),
                "{out:?}"
            );
        }
    }
}

#[test]
fn long_repetitions_are_no_trap() {
    // No clock here: they end quickly, or in a suite that visibly hangs.
    let shapes = [
        "<a x=\"",
        "<!--",
        "`",
        "` `` ",
        "[a](",
        "![",
        "&#",
        "<div ",
        "@a ",
        "\u{1b}]",
        "[x]: y\n",
        "https://github.com/a)",
        "<?",
        "\\",
        "~~~ ",
        "/",
    ];
    for shape in shapes {
        let text = shape.repeat(60_000 / shape.len());
        assert!(inbound(&text, 65_536).len() <= 65_536, "{shape}");
        assert!(
            fit(&outbound(&text, &some()), 60_000).chars().count() <= 60_000,
            "{shape}"
        );
        assert_eq!(redact(&text, &["0123456789abcdefghij"]), text, "{shape}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn inbound_is_idempotent(text in hostile(), max in 0usize..600) {
        let once = inbound(&text, max);
        prop_assert!(once.len() <= max);
        prop_assert_eq!(inbound(&once, max), once);
    }

    #[test]
    fn inbound_is_idempotent_on_anything(text in any::<String>()) {
        let once = inbound(&text, 65_536);
        prop_assert_eq!(inbound(&once, 65_536), once);
    }
}
