//! Drawings hold what they should, and no text of an issue gets out of its box.

use proptest::prelude::*;
use regex::Regex;

use super::super::draw::{Bounds, Class, Drawn, Picture, dot, json, mermaid, tree};
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

/// As issues are drawn: each with its number.
fn numbered(graph: &Graph, issues: usize) -> String {
    let issues = (1..=issues).map(|at| drawn(at, &format!("#{at} Title")));
    tree(&Picture::of(graph, issues, Bounds::default()))
}

#[test]
fn a_tree_shows_each_issue_once_under_what_it_waits_for() {
    let mut graph = Graph::default();
    graph.set(key(2), &keys(&[1]));
    graph.set(key(4), &keys(&[2, 3]));
    graph.set(key(5), &keys(&[1]));
    graph.set(key(6), &keys(&[5]));
    graph.set(key(7), &keys(&[6]));
    graph.waive(key(7), only(&[6]));
    insta::assert_snapshot!(numbered(&graph, 7), @"
    #1 Title · waiting
    ├─ #2 Title · ready
    └─ #5 Title · review
       └─ #6 Title · done
    #3 Title · working
    └─ #4 Title · needs-you, after #2 too
    #7 Title · failed
    ");
}

#[test]
fn a_tree_of_a_circle_ends() {
    let mut graph = Graph::default();
    graph.set(key(1), &keys(&[3]));
    graph.set(key(2), &keys(&[1]));
    graph.set(key(3), &keys(&[2]));
    graph.set(key(4), &keys(&[3]));
    graph.set(key(5), &keys(&[5]));
    insta::assert_snapshot!(numbered(&graph, 5), @"
    #1 Title · waiting
    └─ #2 Title · ready
       └─ #3 Title · working
          └─ #4 Title · needs-you
    #5 Title · review
    ");
}

#[test]
fn two_pictures_make_one() {
    let mut one = Graph::default();
    one.set(key(2), &keys(&[1]));
    let mut other = Graph::default();
    other.set(key(2), &keys(&[1]));
    other.set(key(3), &keys(&[2]));
    let of = |graph: &Graph, all: &[usize], word: &str| {
        let all = all.iter().map(|at| drawn(*at, &format!("#{at} {word}")));
        let bounds = Bounds {
            nodes: 3,
            ..Bounds::default()
        };
        Picture::of(graph, all, bounds)
    };
    let both = of(&one, &[1, 2], "Mine").with(of(&other, &[3, 2, 1], "Theirs"));
    insta::assert_snapshot!(tree(&both), @"
    #1 Mine · waiting
    └─ #2 Mine · ready
       └─ #3 Theirs · working
    ");
    let cut = of(&one, &[1, 2], "Mine").with(of(&other, &[3, 4, 5], "Theirs"));
    assert!(tree(&cut).ends_with("\n… and 2 more\n"), "{}", tree(&cut));
}

#[test]
fn no_title_ends_its_line_in_a_tree() {
    let drawing = tree(&gallery());
    assert_eq!(drawing.lines().count(), TITLES.len(), "{drawing}");
    assert!(!drawing.contains(['\u{202e}', '\r', '\t']), "{drawing}");
}

#[test]
fn a_small_graph_in_three_languages() {
    let (graph, issues) = small();
    let picture = Picture::of(&graph, issues, Bounds::default());
    let all = [mermaid(&picture), dot(&picture), json(&picture)];
    insta::assert_snapshot!(all.join("\n"), @r##"
    flowchart LR
        n0["#35;3 Say #34;hello#34;"]:::ready
        n1["#35;1 a #60; b"]:::outside
        n2["xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…"]:::waiting
        n1 -.-> n0
        n2 --> n0
        n1 --> n2
        click n0 href "https://github.com/octo/app/issues/2" _blank
        click n1 href "https://github.com/octo/app/issues/0" _blank
        click n2 href "https://github.com/octo/app/issues/1" _blank
        classDef outside fill:#f6f8fa,stroke:#8c959f,color:#24292f
        classDef waiting fill:#eaeef2,stroke:#57606a,color:#24292f
        classDef ready fill:#ddf4ff,stroke:#0969da,color:#24292f

    digraph skep {
        rankdir=LR;
        node [shape=box, style="rounded,filled", fontname="sans-serif"];
        n0 [label="#3 Say \"hello\"", fillcolor="#ddf4ff", color="#0969da", fontcolor="#24292f", URL="https://github.com/octo/app/issues/2"];
        n1 [label="#1 a < b", fillcolor="#f6f8fa", color="#8c959f", fontcolor="#24292f", URL="https://github.com/octo/app/issues/0"];
        n2 [label="xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…", fillcolor="#eaeef2", color="#57606a", fontcolor="#24292f", URL="https://github.com/octo/app/issues/1"];
        n1 -> n0 [style=dashed];
        n2 -> n0;
        n1 -> n2;
    }

    {
      "nodes": [
        {
          "id": "3#3",
          "label": "#3 Say \"hello\"",
          "class": "ready",
          "link": "https://github.com/octo/app/issues/2"
        },
        {
          "id": "1#1",
          "label": "#1 a < b",
          "class": "outside",
          "link": "https://github.com/octo/app/issues/0"
        },
        {
          "id": "2#2",
          "label": "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…",
          "class": "waiting",
          "link": "https://github.com/octo/app/issues/1"
        }
      ],
      "edges": [
        {
          "blocker": "1#1",
          "dependent": "3#3",
          "waived": true,
          "holds": false
        },
        {
          "blocker": "2#2",
          "dependent": "3#3",
          "waived": false,
          "holds": true
        },
        {
          "blocker": "1#1",
          "dependent": "2#2",
          "waived": false,
          "holds": false
        }
      ],
      "left_out": {
        "nodes": 0,
        "edges": 0
      }
    }
    "##);
}

#[test]
fn every_title_in_mermaid() {
    insta::assert_snapshot!(mermaid(&gallery()), @r##"
    flowchart LR
        n0["Add a #34;quoted#34; word"]:::outside
        n1["Array#91;0#93; and map#123;a#58; 1#125; and call#40;x#41;"]:::waiting
        n2["#96;code#96; and #42;#42;bold#42;#42; and #96;#96;#96;fence"]:::ready
        n3["#60;script#62;alert#40;1#41;#60;#47;script#62; #38; #60;b#62;"]:::working
        n4["a#59; b#59; c #45;#45;#62; d#59; click n0 href #34;javascript#58;x#34;"]:::needs-you
        n5["two lines and tabs"]:::review
        n6["end"]:::done
        n7["style x#58;y#35;1#59; classDef a#58;b#35;2#59;"]:::failed
        n8["#37;#37;#123;init#58; #123;#34;theme#34;#58; #34;dark#34;#125;#125;#37;#37;"]:::cycle
        n9["1#46; a list"]:::outside
        n10["#35;quot#59; #35;35#59; #38;lt#59; #38;amp#59;amp#59;"]:::waiting
        n11["Stra#223;e #64258;#176;#176;34#182;#223; #176;C"]:::ready
        n12["#92;N #92;G #92;l back#92;"]:::working
        n13["日本語 evil 👩‍👩‍👧"]:::needs-you
        n14["#32;"]:::review
        n15["#34;#93;#58;#58;#58;done n0 #45;#45;#62; n1"]:::done
        n0 --> n1
        n1 --> n2
        n2 -.-> n3
        n3 --> n4
        n4 --> n5
        n5 -.-> n6
        n6 --> n7
        n7 --> n8
        n8 -.-> n9
        n9 --> n10
        n10 --> n11
        n11 -.-> n12
        n12 --> n13
        n13 --> n14
        n14 -.-> n15
        click n0 href "https://github.com/octo/app/issues/0" _blank
        click n1 href "https://github.com/octo/app/issues/1" _blank
        click n2 href "https://github.com/octo/app/issues/2" _blank
        click n3 href "https://github.com/octo/app/issues/3" _blank
        click n4 href "https://github.com/octo/app/issues/4" _blank
        click n5 href "https://github.com/octo/app/issues/5" _blank
        click n6 href "https://github.com/octo/app/issues/6" _blank
        click n7 href "https://github.com/octo/app/issues/7" _blank
        click n8 href "https://github.com/octo/app/issues/8" _blank
        click n9 href "https://github.com/octo/app/issues/9" _blank
        click n10 href "https://github.com/octo/app/issues/10" _blank
        click n11 href "https://github.com/octo/app/issues/11" _blank
        click n12 href "https://github.com/octo/app/issues/12" _blank
        click n13 href "https://github.com/octo/app/issues/13" _blank
        click n14 href "https://github.com/octo/app/issues/14" _blank
        click n15 href "https://github.com/octo/app/issues/15" _blank
        classDef outside fill:#f6f8fa,stroke:#8c959f,color:#24292f
        classDef waiting fill:#eaeef2,stroke:#57606a,color:#24292f
        classDef ready fill:#ddf4ff,stroke:#0969da,color:#24292f
        classDef working fill:#0969da,stroke:#0a3069,color:#ffffff
        classDef needs-you fill:#fff8c5,stroke:#9a6700,color:#24292f
        classDef review fill:#fbefff,stroke:#8250df,color:#24292f
        classDef done fill:#dafbe1,stroke:#1a7f37,color:#24292f
        classDef failed fill:#ffebe9,stroke:#cf222e,color:#24292f
        classDef cycle fill:#cf222e,stroke:#82071e,color:#ffffff
    "##);
}

#[test]
fn every_title_in_dot() {
    insta::assert_snapshot!(dot(&gallery()), @r##"
    digraph skep {
        rankdir=LR;
        node [shape=box, style="rounded,filled", fontname="sans-serif"];
        n0 [label="Add a \"quoted\" word", fillcolor="#f6f8fa", color="#8c959f", fontcolor="#24292f", URL="https://github.com/octo/app/issues/0"];
        n1 [label="Array[0] and map{a: 1} and call(x)", fillcolor="#eaeef2", color="#57606a", fontcolor="#24292f", URL="https://github.com/octo/app/issues/1"];
        n2 [label="`code` and **bold** and ```fence", fillcolor="#ddf4ff", color="#0969da", fontcolor="#24292f", URL="https://github.com/octo/app/issues/2"];
        n3 [label="<script>alert(1)</script> &amp; <b>", fillcolor="#0969da", color="#0a3069", fontcolor="#ffffff", URL="https://github.com/octo/app/issues/3"];
        n4 [label="a; b; c --> d; click n0 href \"javascript:x\"", fillcolor="#fff8c5", color="#9a6700", fontcolor="#24292f", URL="https://github.com/octo/app/issues/4"];
        n5 [label="two lines and tabs", fillcolor="#fbefff", color="#8250df", fontcolor="#24292f", URL="https://github.com/octo/app/issues/5"];
        n6 [label="end", fillcolor="#dafbe1", color="#1a7f37", fontcolor="#24292f", URL="https://github.com/octo/app/issues/6"];
        n7 [label="style x:y#1; classDef a:b#2;", fillcolor="#ffebe9", color="#cf222e", fontcolor="#24292f", URL="https://github.com/octo/app/issues/7"];
        n8 [label="%%{init: {\"theme\": \"dark\"}}%%", fillcolor="#cf222e", color="#82071e", fontcolor="#ffffff", URL="https://github.com/octo/app/issues/8"];
        n9 [label="1. a list", fillcolor="#f6f8fa", color="#8c959f", fontcolor="#24292f", URL="https://github.com/octo/app/issues/9"];
        n10 [label="#quot; #35; &amp;lt; &amp;amp;amp;", fillcolor="#eaeef2", color="#57606a", fontcolor="#24292f", URL="https://github.com/octo/app/issues/10"];
        n11 [label="Straße ﬂ°°34¶ß °C", fillcolor="#ddf4ff", color="#0969da", fontcolor="#24292f", URL="https://github.com/octo/app/issues/11"];
        n12 [label="\\N \\G \\l back\\", fillcolor="#0969da", color="#0a3069", fontcolor="#ffffff", URL="https://github.com/octo/app/issues/12"];
        n13 [label="日本語 evil 👩‍👩‍👧", fillcolor="#fff8c5", color="#9a6700", fontcolor="#24292f", URL="https://github.com/octo/app/issues/13"];
        n14 [label="", fillcolor="#fbefff", color="#8250df", fontcolor="#24292f", URL="https://github.com/octo/app/issues/14"];
        n15 [label="\"]:::done n0 --> n1", fillcolor="#dafbe1", color="#1a7f37", fontcolor="#24292f", URL="https://github.com/octo/app/issues/15"];
        n0 -> n1;
        n1 -> n2;
        n2 -> n3 [style=dashed];
        n3 -> n4;
        n4 -> n5;
        n5 -> n6 [style=dashed];
        n6 -> n7;
        n7 -> n8;
        n8 -> n9 [style=dashed];
        n9 -> n10;
        n10 -> n11;
        n11 -> n12 [style=dashed];
        n12 -> n13;
        n13 -> n14;
        n14 -> n15 [style=dashed];
    }
    "##);
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
        parsed(&picture)["left_out"],
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
        parsed(&picture)["nodes"][0]["link"]
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

fn parsed(picture: &Picture) -> serde_json::Value {
    serde_json::from_str(&json(picture)).expect("JSON")
}
