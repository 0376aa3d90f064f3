//! Which issues a pull request says it is for: "Closes #12", "Issue: owner/repo#3", "See https://…/issues/7", in its title or body.
//!
//! The words are those of GitHub's closing keywords, and issue, ref and see. A number without any of them names nothing: people
//! compare, too ("unlike #12"). Code, quotes and what is struck out say nothing.

use std::sync::LazyLock;

use regex::Regex;

use super::block::blocks;
use super::found::{Collected, References, Source};
use super::home::Home;
use super::pattern::pattern;
use super::phrase::{is_denied, list};
use super::plain::Plain;
use crate::sanitise::inbound;

/// The longest body that is read, bytes. GitHub's own limit is 65,536 characters.
const BODY_BYTES: usize = 262_144;

static SAID: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:close[sd]?|closing|fix(?:e[sd])?|fixing|resolve[sd]?|resolving|issues?|refs?|references?|see)\b",
    )
});

/// Between the words and the reference.
static GAP: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"(?i)^[\s:|(\[<"'–—-]{0,12}(?:(?:the|also|issues?|bugs?|tickets?)\b[\s:]{1,8}){0,3}[(\[<"']{0,4}"#,
    )
});

/// Reads what a pull request's title and body say. `home` is the pull request's own place.
pub fn linked(title: &str, body: &str, home: &Home<'_>) -> References {
    let mut all = Collected::new(home);
    let mut plain = Plain::default();
    let titled = inbound(title, BODY_BYTES);
    sentences(&Plain::default().words(&titled), &mut all);
    for block in blocks(&inbound(body, BODY_BYTES)) {
        sentences(&plain.words(&block.text), &mut all);
    }
    all.finish()
}

fn sentences(text: &str, all: &mut Collected<'_>) {
    let mut read_to = 0;
    for words in SAID.find_iter(text) {
        if words.start() < read_to {
            continue;
        }
        let behind = &text[words.end()..];
        let gap = GAP.find(behind).map_or(0, |gap| gap.end());
        let Some((targets, length)) = list(&behind[gap..], all.home) else {
            continue;
        };
        read_to = words.end() + gap + length;
        if !is_denied(text, words.start()) {
            all.add(targets, Source::Body, &text[words.start()..read_to]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::IssueNumber;

    fn read(title: &str, body: &str) -> String {
        let repository = "octo/hello".parse().expect("a name");
        let home = Home {
            repository: &repository,
            issue: IssueNumber(13),
            host: "github.com",
        };
        let found = linked(title, body, &home).found.into_iter();
        let shown = found.map(|one| {
            let name = one.repository.map(|name| name.to_string());
            format!("{}#{}", name.unwrap_or_default(), one.number)
        });
        shown.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn what_a_pull_request_is_for_is_read_in_every_spelling() {
        for (title, body, expected) in [
            ("Fix #3: a page", "", "#3"),
            ("A page (closes #3)", "", "#3"),
            ("", "Closes #3", "#3"),
            ("", "**Fixes:** #3 and #4", "#3 #4"),
            ("", "- Resolves octo/other#5.", "octo/other#5"),
            ("", "Issue: https://github.com/octo/hello/issues/7", "#7"),
            (
                "",
                "See [the issue](https://github.com/a/b/issues/7)",
                "a/b#7",
            ),
            ("", "ref #3, refs octo/hello#4", "#3 #4"),
            ("", "It fixes the issue #3.", "#3"),
        ] {
            assert_eq!(read(title, body), expected, "{title} {body}");
        }
    }

    #[test]
    fn what_is_said_of_others_names_nothing() {
        for body in [
            "Unlike #3, this is small.",
            "#3",
            "```\nCloses #3\n```",
            "`Closes #3`",
            "> Closes #3",
            "~~Closes #3~~",
            "<!-- Closes #3 -->",
            "This does not fix #3.",
            "a prefix #3",
            "Closes https://example.org/octo/hello/issues/3",
        ] {
            assert_eq!(read("", body), "", "{body}");
        }
    }
}
