//! Drawings hold what they should, and no text of an issue gets out of its box.

use proptest::prelude::*;
use regex::Regex;

use super::super::draw::{Bounds, Class, Drawn, Picture, dot, json, mermaid};
use super::super::{Graph, Standing};
use super::{key, keys, only};

/// Titles that break drawings elsewhere.
pub(super) const TITLES: [&str; 16] = [
    "Add a \"quoted\" word",
    "Array[0] and map{a: 1} and call(x)",
    "`code` and **bold** and ```fence",
    "<script>alert(1)</script> & <b>",
    "a; b; c --> d; click n0 href \"javascript:x\"",
    "two\nlines\r\nand\ttabs",
    "end",
    "style x:y#1; classDef a:b#2;",
    "%%{init: {\"theme\": \"dark\"}}%%",
    "1. a list",
    "#quot; #35; &lt; &amp;amp;",
    "Straße ﬂ°°34¶ß °C",
    "\\N \\G \\l back\\",
    "日本語 \u{202e}evil\u{202c} 👩‍👩‍👧",
    "",
    "\"]:::done\n    n0 --> n1",
];

fn drawn(number: usize, label: &str) -> Drawn {
    Drawn {
        key: key(number),
        label: label.to_owned(),
        class: Class::ALL[number % Class::ALL.len()],
        link: Some(format!("https://github.com/octo/app/issues/{number}")),
    }
}

/// Each of the titles waits for the one before it, every third edge waived.
pub(super) fn gallery() -> Picture {
    let mut graph = Graph::default();
    for at in 1..TITLES.len() {
        graph.set(key(at), &keys(&[at - 1]));
        if at % 3 == 0 {
            graph.waive(key(at), only(&[at - 1]));
        }
    }
    let issues = TITLES
        .iter()
        .enumerate()
        .map(|(at, title)| drawn(at, title));
    Picture::of(&graph, issues, Bounds::default())
}

fn small() -> (Graph, Vec<Drawn>) {
    let mut graph = Graph::default();
    graph.set(key(1), &keys(&[0]));
    graph.set(key(2), &keys(&[0, 1, 7]));
    graph.waive(key(2), only(&[0]));
    graph.stand(key(0), Standing::Done);
    let issues = [
        drawn(2, "#3 Say \"hello\""),
        drawn(0, "#1 a < b"),
        drawn(1, &"x".repeat(400)),
        drawn(0, "told twice"),
    ];
    (graph, issues.to_vec())
}

#[test]
fn a_small_graph_in_three_languages() {
    let (graph, issues) = small();
    let picture = Picture::of(&graph, issues, Bounds::default());
    let all = [
        mermaid(&picture),
        dot(&picture),
        serde_json::to_string_pretty(&json(&picture)).expect("JSON"),
    ];
    insta::assert_snapshot!(all.join("\n"), @"");
}

#[test]
fn every_title_in_mermaid() {
    insta::assert_snapshot!(mermaid(&gallery()), @"");
}

#[test]
fn every_title_in_dot() {
    insta::assert_snapshot!(dot(&gallery()), @"");
}

#[test]
fn what_has_no_room_is_counted() {
    let mut graph = Graph::default();
    for at in 1..30 {
        graph.set(key(at), &keys(&(0..at).collect::<Vec<_>>()));
    }
    let issues = || (0..30).map(|at| drawn(at, "a"));
    let bounds = Bounds {
        nodes: 10,
        edges: 20,
        ..Bounds::default()
    };
    let picture = Picture::of(&graph, issues(), bounds);
    let text = mermaid(&picture);
    assert_eq!(text.matches(" --> ").count(), 20);
    let left_out = "more[\"… and 20 more#44; 25 dependencies more\"]";
    assert!(text.contains(left_out), "{text}");
    assert!(dot(&picture).contains("… and 20 more, 25 dependencies more"));
    assert_eq!(
        json(&picture)["left_out"],
        serde_json::json!({"nodes": 20, "edges": 25})
    );
    // Too long: fewer nodes, which are counted as well.
    let bounds = Bounds {
        bytes: 1_500,
        ..Bounds::default()
    };
    let text = mermaid(&Picture::of(&graph, issues(), bounds));
    let shown = text.matches(":::").count();
    assert!(text.len() <= 1_500 && (1..30).contains(&shown), "{text}");
    let left_out = format!("more[\"… and {} more\"]", 30 - shown);
    assert!(text.contains(&left_out), "{text}");
}

#[test]
fn a_link_is_an_address_or_it_is_not_drawn() {
    let with = |link: &str| {
        let issue = Drawn {
            link: Some(link.to_owned()),
            ..drawn(0, "a")
        };
        let picture = Picture::of(&Graph::default(), [issue], Bounds::default());
        json(&picture)["nodes"][0]["link"]
            .as_str()
            .map(str::to_owned)
    };
    for link in [
        "javascript:alert(1)",
        "data:text/html,x",
        "no address",
        "//x",
    ] {
        assert_eq!(with(link), None, "{link}");
    }
    assert_eq!(with(&format!("https://x/{}", "a".repeat(400))), None);
    let odd = "https://x/a\"b;c d?q='&r=(1)#issuecomment-1";
    let plain = "https://x/a%22b%3Bc%20d?q=%27%26r=%281%29#issuecomment-1";
    assert_eq!(with(odd).as_deref(), Some(plain));
}

proptest! {
    /// However a title is written, each statement stays on its line and is what it should be.
    #[test]
    fn no_title_gets_out_of_its_box(titles in proptest::collection::vec(".{0,90}", 1..6), spice in 0..TITLES.len()) {
        let mut graph = Graph::default();
        graph.set(key(1), &keys(&[0]));
        let titles = titles.iter().map(String::as_str).chain([TITLES[spice]]);
        let issues: Vec<Drawn> = titles.enumerate().map(|(at, title)| drawn(at, title)).collect();
        let nodes = issues.len();
        let picture = Picture::of(&graph, issues, Bounds::default());

        let text = mermaid(&picture);
        let line = Regex::new(concat!(
            r#"^(flowchart LR|    n\d+\["([^\x00-\x1f\x21-\x2f\x3a-\x40\x5b-\x60\x7b-\x7f]|#\d+;)+"\]:::[a-z-]+"#,
            r##"|    n\d+ --> n\d+|    click n\d+ href "https://[a-z0-9./]+" _blank|    classDef [a-z-]+ [a-z0-9#:,]+)$"##
        )).expect("a pattern");
        for one in text.lines() {
            prop_assert!(line.is_match(one), "{one}");
        }
        prop_assert_eq!(text.matches("]:::").count(), nodes);

        let text = dot(&picture);
        let line = Regex::new(r#"^    n\d+ \[label="([^"\\]|\\\\|\\")*", fillcolor="[^"]*", color="[^"]*", fontcolor="[^"]*", URL="[^"]*"\];$"#)
            .expect("a pattern");
        let labels = text.lines().filter(|line| line.contains("label="));
        prop_assert_eq!(labels.clone().count(), nodes);
        for one in labels {
            prop_assert!(line.is_match(one), "{one}");
        }
        prop_assert_eq!(text.lines().count(), nodes + 5);
    }
}
