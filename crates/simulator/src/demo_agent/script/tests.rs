//! The language, verb by verb.

use proptest::prelude::*;

use super::*;

fn steps(lines: &str) -> Vec<Step> {
    parse(&format!("Hello\n```skep-demo\n{lines}\n```\nthanks")).expect("there is a block")
}

#[test]
fn the_last_block_counts() {
    assert_eq!(parse("no block"), None);
    assert_eq!(parse("```\nsay no\n```"), None);
    let two =
        "```skep-demo\nsay one\n```\ntext\n````skep-demo extra\nsay two\n```\n````\nsay three";
    let expected = [Step::Say("two".into()), Step::Unknown("```".into())];
    assert_eq!(parse(two).as_deref(), Some(&expected[..]));
}

#[test]
fn a_quoted_block_is_unquoted() {
    let quoted = "> ```skep-demo\n> write a.txt <<END\n>   two\n>\n> END\n> ```\n";
    let text = Text {
        path: "a.txt".into(),
        text: "  two\n\n".into(),
    };
    assert_eq!(parse(quoted), Some(vec![Step::Write(text)]));
}

#[test]
fn every_verb_is_understood() {
    let text = |path: &str, text: &str| Text {
        path: path.into(),
        text: text.into(),
    };
    assert_eq!(
        steps("write a/b.txt: x: y"),
        [Step::Write(text("a/b.txt", "x: y\n"))]
    );
    assert_eq!(
        steps("append a <<E\nl1\n\nl2\nE\nsay z"),
        [Step::Append(text("a", "l1\n\nl2\n")), Step::Say("z".into())]
    );
    assert_eq!(
        steps("plan a | b|c"),
        [Step::Plan(vec!["a".into(), "b".into(), "c".into()])]
    );
    assert_eq!(
        steps("replace f: a b => c"),
        [Step::Replace {
            path: "f".into(),
            old: "a b".into(),
            new: "c".into()
        }]
    );
    let which = || {
        let options = vec!["red".into(), "blue".into()];
        vec![Question {
            text: "Which?".into(),
            options,
            default: None,
            deadline_ms: None,
        }]
    };
    let asked = [
        Step::Ask(which()),
        Step::Elicit(which()),
        Step::Wonder(which()),
    ];
    assert_eq!(
        steps("ask Which? | red | blue\nelicit Which? | red|blue\nwonder Which? |red | blue"),
        asked
    );
    assert_eq!(
        steps(
            "report half way\nreply T_1: done: all\nfinish It works | cargo test\nuntil-said 5\nuntil-there a/b"
        ),
        [
            Step::Report("half way".into()),
            Step::Reply {
                thread: "T_1".into(),
                text: "done: all".into()
            },
            Step::Finish {
                summary: "It works".into(),
                verified: vec!["cargo test".into()]
            },
            Step::UntilSaid(Duration::from_secs(5)),
            Step::UntilThere("a/b".into())
        ]
    );
    assert_eq!(
        steps("wait 0.5\ncrash\nexit 7\nflood 10\ngarbage\ntick 2"),
        [
            Step::Wait(Duration::from_millis(500)),
            Step::Exit(3),
            Step::Exit(7),
            Step::Flood(10),
            Step::Garbage(10),
            Step::Tick(2)
        ]
    );
    assert_eq!(
        steps("permission edit Change it"),
        [Step::Permission {
            kind: "edit".into(),
            title: "Change it".into()
        }]
    );
    assert_eq!(steps("# note\n\ndance"), [Step::Unknown("dance".into())]);
    assert_eq!(
        steps("wait -1\ntick x\nwrite"),
        [
            Step::Unknown("wait -1".into()),
            Step::Unknown("tick x".into()),
            Step::Unknown("write".into())
        ]
    );
}

#[test]
fn every_verb_is_in_the_help() {
    for verb in [
        "say", "think", "plan", "start", "tick", "write", "append", "replace", "delete", "mkdir",
        "read",
    ] {
        assert!(HELP.contains(verb), "{verb}");
    }
    for verb in [
        "elicit",
        "wonder",
        "report",
        "finish",
        "reply",
        "until-said",
        "{said}",
        "{answer}",
    ] {
        assert!(HELP.contains(verb), "{verb}");
    }
    for verb in [
        "commit",
        "run",
        "ask",
        "permission",
        "recall",
        "model",
        "pictures",
        "system-prompt",
        "wait",
        "hang",
        "flood",
        "garbage",
        "lie",
        "fail",
    ] {
        assert!(HELP.contains(verb), "{verb}");
    }
}

proptest! {
    #[test]
    fn any_text_is_parsed(text in "(```skep-demo|write a <<E|E|say|[ -~\n`>é])*") {
        let _ = parse(&text);
        let _ = parse(&format!("```skep-demo\n{text}"));
    }

    #[test]
    fn lines_are_never_lost(lines in prop::collection::vec("[a-z]{1,8} [a-z ]{0,10}", 0..20)) {
        let quiet: Vec<&String> = lines.iter().filter(|line| !line.trim().is_empty()).collect();
        prop_assert_eq!(steps(&lines.join("\n")).len(), quiet.len());
    }
}
