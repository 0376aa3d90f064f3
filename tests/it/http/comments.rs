//! What people, pushes and checks say after the label: comments, edits, reviews, hints, each read as one event.

use std::fs;
use std::path::Path;

use serde_json::Value;
use skep::core::event::Event;
use skep::webhook::{Parsed, parse};

use super::webhooks::{check_total, golden, read};

#[test]
fn a_comment_is_the_issues_or_the_pull_requests() {
    let both = [
        "issue_comment.created.json",
        "issue_comment.created.pull.json",
    ]
    .map(golden)
    .join("\n");
    insta::assert_snapshot!(both, @r##"
    Codertocat/Hello-World 186853002#12 by 2311213: {"event":"commented","comment":492700400,"on":12,"author":{"id":21031067,"login":"Codertocat","kind":"user"},"sender":{"id":583231,"login":"octocat","kind":"user"},"body":"You are totally right! I'll get this fixed right away.","at":1557933621000,"edited":false}
    Codertocat/Hello-World 186853002 pull 41 by 2311213: {"event":"commented","comment":492700400,"on":41,"author":{"id":21031067,"login":"Codertocat","kind":"user"},"sender":{"id":583231,"login":"octocat","kind":"user"},"body":"/agent retry","at":1557933621000,"edited":false}
    "##);
}

#[test]
fn an_edit_tells_who_wrote_it_from_who_changed_it() {
    insta::assert_snapshot!(golden("issue_comment.edited.json"), @r##"Codertocat/Hello-World 186853002#12 by 2311213: {"event":"commented","comment":492700400,"on":12,"author":{"id":4711,"login":"skep[bot]","kind":"bot"},"sender":{"id":583231,"login":"octocat","kind":"user"},"body":"- [x] red\n- [ ] blue","at":1557933622000,"edited":true}"##);
}

#[test]
fn a_comment_is_gone_even_when_its_author_is() {
    insta::assert_snapshot!(golden("issue_comment.deleted.json"), @r##"Codertocat/Hello-World 186853002#12 by 2311213: {"event":"comment_deleted","comment":492700400,"sender":{"id":583231,"login":"octocat","kind":"user"}}"##);
    let body = read("issue_comment.created.pull.json").replace(r#""created""#, r#""deleted""#);
    let parsed = parse("issue_comment", &body, &Default::default());
    assert!(
        matches!(
            &parsed,
            Parsed::OfPull {
                pull: 41,
                event: Event::CommentDeleted { .. },
                ..
            }
        ),
        "of our pull request: {parsed:?}"
    );
    let body = read("issue_comment.deleted.json").replace(r#""deleted""#, r#""created""#);
    let Parsed::Event {
        event: Event::Commented { author, .. },
        ..
    } = parse("issue_comment", &body, &Default::default())
    else {
        panic!("{:?}", parse("issue_comment", &body, &Default::default()));
    };
    assert_eq!((author.id.0, author.login.as_str()), (10137, "ghost"));
}

#[test]
fn the_longest_comment_comes_whole() {
    let mut payload: Value =
        serde_json::from_str(&read("issue_comment.created.json")).expect("JSON");
    let long = "🐝".repeat(65_536);
    payload["comment"]["body"] = Value::from(long.clone());
    let Parsed::Event {
        event: Event::Commented { body, .. },
        ..
    } = check_total("issue_comment", &payload.to_string())
    else {
        panic!("a comment");
    };
    assert!(body == long);
}

#[test]
fn an_edited_issue_says_what_was_there_before() {
    let both = ["issues.edited.json", "issues.edited.body.json"]
        .map(golden)
        .join("\n");
    insta::assert_snapshot!(both, @r##"
    Codertocat/Hello-World 186853002#12 by 2311213: {"event":"issue_edited","sender":{"id":583231,"login":"octocat","kind":"user"},"title":"Spelling error in the README","old_title":"Spelling error in the README file","body":"It looks like you accidently spelled 'commit' with two 't's.","old_body":null,"at":1557933618000}
    Codertocat/Hello-World 186853002#12 by 2311213: {"event":"issue_edited","sender":{"id":583231,"login":"octocat","kind":"user"},"title":"Spelling error in the README","old_title":null,"body":"","old_body":"It looks like you accidently spelled it.","at":1557933618000}
    "##);
}

#[test]
fn a_review_belongs_to_the_issue_of_the_branch() {
    insta::assert_snapshot!(golden("pull_request_review.submitted.json"), @r##"Codertocat/Hello-World 186853002#12 by 2311213: {"event":"reviewed","pull":41,"review":237895671,"sender":{"id":21031067,"login":"Codertocat","kind":"user"},"at":1557933638000}"##);
}

#[test]
fn what_stirs_our_branch_is_a_hint() {
    let hints = [
        "pull_request.synchronize.json",
        "pull_request.ready_for_review.json",
        "pull_request.converted_to_draft.json",
        "pull_request.reopened.json",
        "check_suite.completed.json",
        "workflow_run.completed.json",
        "status.json",
        "push.json",
    ];
    insta::assert_snapshot!(hints.map(golden).join("\n"), @r##"
    Codertocat/Hello-World 186853002#12 by 2311213: {"event":"pull_request_changed","hint":"pull_request.synchronize","sender":{"id":583231,"login":"octocat","kind":"user"}}
    Codertocat/Hello-World 186853002#12 by 2311213: {"event":"pull_request_changed","hint":"pull_request.ready_for_review","sender":{"id":583231,"login":"octocat","kind":"user"}}
    Codertocat/Hello-World 186853002#12 by 2311213: {"event":"pull_request_changed","hint":"pull_request.converted_to_draft","sender":{"id":583231,"login":"octocat","kind":"user"}}
    Codertocat/Hello-World 186853002#12 by 2311213: {"event":"pull_reopened","number":41,"sender":{"id":583231,"login":"octocat","kind":"user"}}
    Codertocat/Hello-World 186853002#12 by 2311213: {"event":"pull_request_changed","hint":"check_suite.completed","sender":{"id":583231,"login":"octocat","kind":"user"}}
    Codertocat/Hello-World 186853002#12 by 2311213: {"event":"pull_request_changed","hint":"workflow_run.completed","sender":{"id":583231,"login":"octocat","kind":"user"}}
    Codertocat/Hello-World 186853002#12 by 2311213: {"event":"pull_request_changed","hint":"status","sender":{"id":583231,"login":"octocat","kind":"user"}}
    Codertocat/Hello-World 186853002#12 by 2311213: {"event":"pull_request_changed","hint":"push","sender":{"id":583231,"login":"octocat","kind":"user"}}
    "##);
}

/// An edit of its words is nobody's concern; another base is.
#[test]
fn another_base_stirs_the_pull_request() {
    let edited = |changes: Value| {
        let mut payload: Value =
            serde_json::from_str(&read("pull_request.synchronize.json")).expect("JSON");
        payload["action"] = "edited".into();
        payload["changes"] = changes;
        check_total("pull_request", &payload.to_string())
    };
    let base = edited(
        serde_json::json!({ "base": { "ref": { "from": "main" }, "sha": { "from": "0".repeat(40) } } }),
    );
    let hint = |parsed: &Parsed| match parsed {
        Parsed::Event {
            event: Event::PullRequestChanged { hint, .. },
            ..
        } => Some(hint.clone()),
        _ => None,
    };
    assert_eq!(
        hint(&base).as_deref(),
        Some("pull_request.edited"),
        "{base:?}"
    );
    let words = edited(serde_json::json!({ "title": { "from": "Old" } }));
    assert!(matches!(words, Parsed::Ignored { .. }), "{words:?}");
}

#[test]
fn a_push_elsewhere_names_the_branch() {
    insta::assert_snapshot!(golden("push.main.json"), @r##"Codertocat/Hello-World 186853002 branch main by 2311213: pushed by 583231 octocat"##);
}

/// Every object in a payload, as pointers to its fields.
fn fields(value: &Value, at: &str, into: &mut Vec<String>) {
    let inner: Vec<(String, &Value)> = match value {
        Value::Object(fields) => fields
            .iter()
            .map(|(name, value)| (format!("{at}/{name}"), value))
            .collect(),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .map(|(n, value)| (format!("{at}/{n}"), value))
            .collect(),
        _ => return,
    };
    for (pointer, value) in inner {
        if !pointer.ends_with(|last: char| last.is_ascii_digit()) {
            into.push(pointer.clone());
        }
        fields(value, &pointer, into);
    }
}

/// Whatever else a reading says, it is about the issue and the pull request of the fixtures.
fn assert_ours(parsed: &Parsed, what: &str) {
    match parsed {
        Parsed::Event { place, .. } | Parsed::OfIssue { place, .. } => {
            assert!([12, 41].contains(&place.issue.0), "{what}: {place:?}")
        }
        Parsed::OfPull { pull, .. } => assert_eq!(*pull, 41, "{what}"),
        Parsed::Pushed { branch, .. } => assert_eq!(branch, "main", "{what}"),
        Parsed::OfRepositories { .. } => {
            panic!("{what} is about no repository as a whole: {parsed:?}")
        }
        Parsed::Ignored { .. } | Parsed::Malformed { .. } => {}
    }
}

#[test]
fn one_field_less_never_makes_it_another_task() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/webhooks");
    let mut tried = 0;
    for entry in fs::read_dir(folder).expect("the corpus") {
        let name = entry
            .expect("an entry")
            .file_name()
            .into_string()
            .expect("a plain name");
        let Some((event, _)) = name.split_once('.') else {
            continue;
        };
        let whole: Value = serde_json::from_str(&read(&name)).expect("JSON");
        let mut pointers = Vec::new();
        fields(&whole, "", &mut pointers);
        for pointer in pointers {
            let (parent, field) = pointer.rsplit_once('/').expect("below the root");
            let (mut without, mut null) = (whole.clone(), whole.clone());
            without
                .pointer_mut(parent)
                .and_then(Value::as_object_mut)
                .expect("an object")
                .remove(field);
            *null.pointer_mut(&pointer).expect("a field") = Value::Null;
            for changed in [without, null] {
                assert_ours(
                    &check_total(event, &changed.to_string()),
                    &format!("{name} {pointer}"),
                );
                tried += 1;
            }
        }
    }
    assert!(tried > 1000, "{tried} changes tried");
}
