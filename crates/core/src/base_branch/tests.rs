//! Proofs about base branches: who names one, and what is none.

use proptest::prelude::*;

use super::*;
use crate::actor::{Account, AccountKind};
use crate::ids::UserId;

fn issue(labels: &[&str], body: &str, milestone: Option<(&str, &str)>) -> Snapshot {
    Snapshot {
        title: "Uploads".into(),
        body: body.into(),
        author: Account {
            id: UserId(1),
            login: "ana".into(),
            kind: AccountKind::User,
        },
        labels: labels.iter().map(|label| (*label).to_owned()).collect(),
        issue_type: None,
        milestone: milestone.map(|(title, description)| Milestone {
            title: title.into(),
            description: description.into(),
        }),
        comments: vec![],
        at: 0,
    }
}

fn branch(issue: &Snapshot) -> Option<String> {
    named(issue, None)
        .expect("no mistake")
        .map(|base| base.branch)
}

#[test]
fn each_place_may_name_it_and_the_nearer_one_counts() {
    let form = "### Base branch\n\nfrom-form\n";
    let milestone = Some(("2.4 (base: from-milestone)", ""));
    assert_eq!(
        branch(&issue(&["bug"], "Please.", Some(("2.4", "Soon.")))),
        None
    );
    assert_eq!(
        branch(&issue(&[], "", milestone)).as_deref(),
        Some("from-milestone")
    );
    assert_eq!(
        branch(&issue(&[], form, milestone)).as_deref(),
        Some("from-form")
    );
    let all = issue(&["bug", "Base:from-label"], form, milestone);
    assert_eq!(branch(&all).as_deref(), Some("from-label"));
    let by = named(&all, Some("from-command"))
        .expect("no mistake")
        .expect("a base");
    assert_eq!(
        (by.branch.as_str(), by.by),
        ("from-command", BaseSource::Command)
    );
    let by = named(&all, None).expect("no mistake").expect("a base").by;
    assert_eq!(by, BaseSource::Label("Base:from-label".into()));
}

#[test]
fn an_empty_field_names_nothing() {
    for answer in ["_No response_", "default", "None", "n/a", "-"] {
        let body = format!("### Base branch\n\n{answer}\n");
        assert_eq!(branch(&issue(&[], &body, None)), None, "{answer}");
    }
}

#[test]
fn milestones_say_it_in_a_title_or_a_line() {
    for (title, description, expected) in [
        ("base: release/2.4", "", Some("release/2.4")),
        ("2.4, base:release/2.4; soon", "", Some("release/2.4")),
        (
            "2.4",
            "Fixes only.\n\n- base: `release/2.4`\n",
            Some("release/2.4"),
        ),
        ("2.4", "Base branch: release/2.4.", Some("release/2.4")),
        ("2.4", "The base: it must hold.\n\n```\nbase: x\n```", None),
        ("2.4", "> base: x", None),
        ("database: move", "", None),
        ("base:", "base:", None),
    ] {
        let found = branch(&issue(&[], "", Some((title, description))));
        assert_eq!(found.as_deref(), expected, "{title} / {description}");
    }
}

#[test]
fn what_is_no_branch_is_a_mistake() {
    let mistake = |labels: &[&str]| named(&issue(labels, "", None), None).expect_err("a mistake");
    let labels = ["base:a", "base:b"];
    assert_eq!(
        mistake(&labels),
        BaseMistake::Several(labels.map(String::from).into())
    );
    assert!(matches!(mistake(&["base:"]), BaseMistake::NoName { .. }));
    assert!(matches!(mistake(&["base:a b"]), BaseMistake::NoName { .. }));
    assert!(matches!(
        mistake(&["base:agent/3-note"]),
        BaseMistake::Ours { .. }
    ));
    let form = issue(&[], "### Base branch\n\nI do not know\n", None);
    let said = named(&form, None).expect_err("a mistake");
    let by = BaseSource::Field;
    assert_eq!(
        said,
        BaseMistake::NoName {
            said: "I do not know".into(),
            by
        }
    );
}

#[test]
fn names_are_those_git_takes() {
    for good in [
        "main",
        "release/2.x",
        "a-b_c",
        "ä",
        "v1.0",
        "refs/heads/main",
        "`main`",
    ] {
        assert!(name(good).is_some(), "{good}");
    }
    assert_eq!(name(" `refs/heads/main` ").as_deref(), Some("main"));
    for bad in [
        "",
        " ",
        "-x",
        "/x",
        "x/",
        "x//y",
        ".x",
        "x/.y",
        "x.lock",
        "x.lock/y",
        "x..y",
        "x@{1}",
        "@",
        "HEAD",
        "x y",
        "x~1",
        "x^",
        "x:y",
        "x?",
        "x*",
        "x[1]",
        "x\\y",
        "x\u{7f}",
        "x.",
        &"x".repeat(201),
    ] {
        assert_eq!(name(bad), None, "{bad:?}");
    }
}

proptest! {
    #[test]
    fn any_words_are_read(title in ".{0,60}", description in "(.|\n|base:| ){0,80}", body in "(.|\n|### Base branch){0,80}") {
        let issue = issue(&["base: x"], &body, Some((&title, &description)));
        let _ = named(&issue, None);
        let without = Snapshot { labels: vec![], ..issue };
        if let Ok(Some(base)) = named(&without, None) {
            prop_assert_eq!(name(&base.branch), Some(base.branch));
        }
    }
}
