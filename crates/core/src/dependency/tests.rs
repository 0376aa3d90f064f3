//! Bodies as people and programs write them, and what is found in any text.

use proptest::prelude::*;

use super::found::EVIDENCE_CHARS;
use super::*;
use crate::ids::IssueNumber;

mod styles;

fn found(body: &str, labels: &[&str]) -> References {
    let repository = "octo/hello".parse().expect("a name");
    let home = Home {
        repository: &repository,
        issue: IssueNumber(1),
        host: "github.com",
    };
    references(body, labels, &home)
}

/// `#12 a/b#3`, in their order.
fn names(body: &str) -> String {
    let shown = |reference: &Reference| {
        let name = reference.repository.as_ref();
        let name = name.map(ToString::to_string).unwrap_or_default();
        format!("{name}#{}", reference.number)
    };
    let all: Vec<String> = found(body, &[]).found.iter().map(shown).collect();
    all.join(" ")
}

#[test]
fn every_way_of_saying_it_counts() {
    let cases = [
        ("Depends on #12", "#12"),
        ("DEPENDS ON: #12", "#12"),
        ("depends-on: https://github.com/octo/hello/issues/12", "#12"),
        ("This depends upon GH-12.", "#12"),
        ("Blocked by #12", "#12"),
        ("blocked on a/b#3", "a/b#3"),
        ("Requires #12 to be merged", "#12"),
        ("require: #12", "#12"),
        ("After #12", "#12"),
        ("After: #12", "#12"),
        ("After #12 is merged, do this", "#12"),
        ("- [ ] Start after #12.", "#12"),
        ("Add it (after #12).", "#12"),
        ("Prerequisite: #12", "#12"),
        ("Prerequisites #12, #13", "#12 #13"),
        ("Waiting on #12", "#12"),
        ("waiting for issue #12", "#12"),
        ("Dependencies: #12, #13", "#12 #13"),
        ("Depends on #1, #2 and owner/repo#3", "#1 #2 owner/repo#3"),
        ("Depends on #4, #2, and #3; #5 & #6 #7", "#2 #3 #4 #5 #6 #7"),
        ("Depends on #4 (the parser), #2 (the lexer)", "#2 #4"),
        ("Depends on #4,\n#2", "#2 #4"),
        ("Depends on\n#12", "#12"),
        ("Depends on the following issues: #2 and #3", "#2 #3"),
        ("Blocked by the fix for #12", "#12"),
        ("Blocked by PR #12", "#12"),
        ("**Depends on:** #12", "#12"),
        ("**Depends on** **#12**", "#12"),
        ("_Blocked by_: #12", "#12"),
        ("| Depends on | #12, #13 |", "#12 #13"),
        (
            "Depends on [#12](https://github.com/octo/hello/issues/12)",
            "#12",
        ),
        (
            "Depends on [the parser](https://github.com/a/b/pull/12)",
            "a/b#12",
        ),
        ("Depends on <https://github.com/a/b/pull/12>", "a/b#12"),
        (
            "Depends on <a href=\"https://github.com/a/b/issues/12\">#9</a>",
            "a/b#12",
        ),
        ("Part of #5, depends on #12", "#12"),
        ("Part of #5. Depends on #12.", "#12"),
        ("Depends on Octo/Hello#12, octo/hello#12, #12", "#12"),
        ("### Blocked by #12", "#12"),
        (
            "<details>\n<summary>More</summary>\n\nDepends on #12\n</details>",
            "#12",
        ),
    ];
    for (body, expected) in cases {
        assert_eq!(names(body), expected, "{body}");
    }
}

#[test]
fn lists_below_the_words_count() {
    let cases = [
        (
            "Depends on:\n- #2\n- [ ] #3 the lexer\n* [x] a/b#4",
            "#2 #3 a/b#4",
        ),
        ("Depends on:\n\n1. #2\n2. #3\n\nThen #4 comes.", "#2 #3"),
        (
            "## Depends on\n\n- the parser (#2)\n- the lexer: #3\n- see #4 for more\n\n## Notes\n- #5",
            "#2 #3",
        ),
        ("### What is this blocked by?\n\n#2, #3", "#2 #3"),
        (
            "## Dependencies\n#2\n#3 and #4\n### Later\n- #5",
            "#2 #3 #4 #5",
        ),
        ("## Blocked by\n\n_No response_\n\n## Notes\n\n- #5", ""),
        (
            "- Depends on:\n  - #2\n  - #3\n- #4 is another thing",
            "#2 #3",
        ),
        (
            "This is blocked by:\n\n- https://github.com/octo/hello/issues/2",
            "#2",
        ),
        ("Depends on\n----------\n- #2", "#2"),
        ("Requires:\n\n* a/b#2\n\n* a/b#3", "a/b#2 a/b#3"),
        ("Depends on:\n\nnothing yet\n\n- #2", ""),
        ("This page requires:\n- #2", "#2"),
        ("This page requires\n- #2", ""),
        ("🔗 Dependencies\n\n- #2", "#2"),
        ("## Detected dependencies\n\n- serde (#2)", ""),
    ];
    for (body, expected) in cases {
        assert_eq!(names(body), expected, "{body}");
    }
}

#[test]
fn what_says_something_else_counts_nothing() {
    let nothing = [
        "",
        "#12",
        "See #12",
        "Fixes #12",
        "Closes #12, related to #13",
        "after that, #12 showed",
        "After #12 landed the page was empty",
        "After #12, the login shows 500",
        "This broke after #12.",
        "It worked before and failed after #12",
        "## Before\n\n- #2\n\n## After\n\n- #3",
        "Does not depend on #12",
        "This doesn't depend on #12",
        "no longer blocked by #12",
        "It isn't blocked by #12",
        "Unblocked by #12",
        "Is this blocked by #12?",
        "I wonder whether it depends on #12",
        "Blocks #12",
        "Blocking: #12",
        "Prerequisite for #12",
        "Required by #12",
        "The dependency #12 was bumped",
        "#3 depends on #2",
        "- [ ] #3 the parser (depends on #2)",
        "- [ ] #3\n  - depends on #2",
        "### #3 The parser\n\nDepends on #2",
        "`Depends on #12`",
        "Depends on `#12`",
        "```\nDepends on #12\n```",
        "    Depends on #12",
        "> Depends on #12",
        "- > Depends on #12",
        "<!-- Depends on #12 -->",
        "<!--\nDepends on #12\n\n- #13\n-->",
        "~~Depends on #12~~",
        "<del>Depends on #12</del>",
        "<blockquote>\n\nDepends on #12\n\n</blockquote>",
        "<pre>\nDepends on #12\n</pre>",
        "Requires Node #20a",
        "Requires #include <x>",
        "Depends on #0, #012 and hello#12",
        "Depends on https://gitlab.com/a/b/issues/12",
        "Depends on [#12](https://example.com/12)",
        "Depends on https://github.com/a/b/commit/12",
        "independents on #12",
    ];
    for body in nothing {
        assert_eq!(names(body), "", "{body}");
    }
}

#[test]
fn labels_name_dependencies() {
    let labels = [
        "depends:issue-12",
        "Depends:#13",
        "depends: a/b#3",
        "depends:issue-",
        "depends:12",
        "depends:issue-12x",
        "bug",
    ];
    let all = found("Depends on #13", &labels);
    let shown: Vec<(i64, Source, &str)> = all
        .found
        .iter()
        .map(|one| (one.number.0, one.source, one.evidence.as_str()))
        .collect();
    let expected = [
        (12, Source::Label, "depends:issue-12"),
        (13, Source::Body, "Depends on #13"),
        (3, Source::Label, "depends: a/b#3"),
    ];
    assert_eq!(shown, expected);
}

#[test]
fn an_issue_that_names_itself_is_marked() {
    let all = found("Depends on #1 and #2, octo/hello#1, a/b#1", &[]);
    let itself: Vec<bool> = all.found.iter().map(|one| one.itself).collect();
    assert_eq!(itself, [true, false, false]);
    assert_eq!(
        names("#1 depends on #2"),
        "#2",
        "its own number is no other subject"
    );
}

#[test]
fn five_hundred_are_kept_and_the_rest_is_counted() {
    let list = |count: i64| {
        let all: Vec<String> = (2..count + 2).map(|n| format!("#{n}")).collect();
        format!("Depends on {}", all.join(", "))
    };
    let all = found(&list(500), &[]);
    assert_eq!((all.found.len(), all.cut), (500, 0));
    let all = found(&list(6_000), &["depends:#9000"]);
    assert_eq!((all.found.len(), all.cut), (500, 5_501));
    let evidence = &all.found[0].evidence;
    assert_eq!(evidence.chars().count(), EVIDENCE_CHARS);
    assert!(evidence.ends_with('…'), "{evidence}");
}

#[test]
fn the_evidence_is_the_line_that_says_it() {
    let long = format!("{}Depends on   #12 and more", "word ".repeat(100));
    for (body, start, end) in [
        (
            "one\nIt **depends on** #12, see below\nthree",
            "It depends on #12, see below",
            "below",
        ),
        (long.as_str(), "word word", "Depends on #12 and more"),
        ("- [x] blocked by #12", "blocked by #12", "#12"),
    ] {
        let evidence = found(body, &[]).found[0].evidence.clone();
        assert!(
            evidence.starts_with(start) && evidence.ends_with(end),
            "{evidence}"
        );
    }
}

proptest! {
    #[test]
    fn no_text_breaks_it(body in "(Depends on|after|blocked by|:| |\n|#1|#2,|a/b#3|GH-4|https://github.com/a/b/issues/5|- |\\[ \\]|`|```|> |<!--|-->|<del>|</del>|<blockquote>|~~|\\(|\\)|\\[|\\]|\\*|_|# |\u{e9}|\\PC){0,60}") {
        let once = found(&body, &["depends:#7"]);
        prop_assert_eq!(&found(&body, &["depends:#7"]), &once);
        for one in &once.found {
            prop_assert!(one.number.0 > 0 && one.evidence.chars().count() <= EVIDENCE_CHARS);
            prop_assert!(!one.evidence.contains('\n'));
        }
        let keys: std::collections::BTreeSet<_> = once.found.iter().map(|one| (one.repository.clone().map(String::from), one.number)).collect();
        prop_assert_eq!(keys.len(), once.found.len());
    }

    #[test]
    fn the_order_makes_no_difference(numbers in proptest::collection::vec(1_i64..60, 0..40), seed in any::<u64>()) {
        let mut lines: Vec<String> = numbers.iter().enumerate().map(|(at, n)| match at % 4 {
            0 => format!("Depends on #{n}."),
            1 => format!("Blocked by: a/b#{n}"),
            2 => format!("Depends on:\n- #{n}\n- c/d#{n}"),
            _ => format!("Waiting for https://github.com/a/b/pull/{n}"),
        }).collect();
        let sorted = names(&lines.join("\n\n"));
        let length = lines.len().max(1) as u64;
        for at in 0..lines.len() {
            let other = usize::try_from(seed.rotate_left(at as u32) % length).unwrap_or(0);
            lines.swap(at, other);
        }
        prop_assert_eq!(names(&lines.join("\n\n")), sorted.clone());
        lines.extend(lines.clone());
        prop_assert_eq!(names(&lines.join("\n\n")), sorted);
    }
}
