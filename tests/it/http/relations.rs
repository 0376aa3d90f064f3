//! What deliveries say of what waits for what: the end of an issue with its reason, dependencies, sub-issues.

use serde_json::{Value, json};
use skep::core::dependency::{NewStanding, Standing};
use skep::core::event::Event;
use skep::webhook::{Ours, Parsed, concerns_nobody, parse};

use super::webhooks::{check_total, golden, read};

fn changed(name: &str, change: impl FnOnce(&mut Value)) -> String {
    let mut payload: Value = serde_json::from_str(&read(name)).expect("JSON");
    change(&mut payload);
    payload.to_string()
}

#[test]
fn an_end_tells_how_the_issue_stands_for_those_that_wait() {
    for (reason, expected) in [
        (json!("completed"), Standing::Completed),
        (json!("not_planned"), Standing::NotPlanned),
        (json!("duplicate"), Standing::Duplicate),
        (json!("something new"), Standing::Other),
        (Value::Null, Standing::Completed),
    ] {
        let body = changed("issues.closed.json", |payload| {
            payload["issue"]["state_reason"] = reason.clone();
        });
        let Parsed::OfIssue {
            standing, event, ..
        } = parse("issues", &body, &Default::default())
        else {
            panic!("{reason}");
        };
        assert_eq!(standing, NewStanding::Is(expected), "{reason}");
        assert!(
            matches!(event, Event::IssueRemoved { reason: Some(of), .. } if of == expected),
            "{event:?}"
        );
    }
    let body = changed("issues.closed.json", |payload| {
        payload["action"] = json!("reopened");
        payload["issue"]["state_reason"] = json!("reopened");
    });
    assert!(matches!(
        parse("issues", &body, &Default::default()),
        Parsed::OfIssue {
            standing: NewStanding::Is(Standing::Open),
            ..
        }
    ));
}

#[test]
fn a_transfer_need_not_say_where_to() {
    let body = changed("issues.transferred.json", |payload| {
        payload["changes"] = json!({});
    });
    assert!(matches!(
        parse("issues", &body, &Default::default()),
        Parsed::OfIssue {
            standing: NewStanding::Moved { to: None },
            ..
        }
    ));
}

#[test]
fn a_stored_end_of_before_still_reads() {
    let old = r#"{"event":"issue_removed","how":"closed","sender":{"id":1,"login":"ana","kind":"user"},"at":7}"#;
    let read: Event = serde_json::from_str(old).expect("an event");
    assert!(matches!(
        read,
        Event::IssueRemoved {
            reason: None,
            at: 7,
            ..
        }
    ));
    assert_eq!(serde_json::to_string(&read).expect("JSON"), old);
}

#[test]
fn what_an_issue_waits_for_was_changed() {
    let all = [
        "issue_dependencies.blocked_by_added.json",
        "issue_dependencies.blocking_removed.json",
        "sub_issues.sub_issue_removed.json",
        "sub_issues.parent_issue_added.json",
    ]
    .map(golden)
    .join("\n");
    insta::assert_snapshot!(all, @r##"
    Codertocat/Hello-World 186853002#12 by 2311213: {"event":"dependencies_changed","hint":"issue_dependencies.blocked_by_added","sender":{"id":583231,"login":"octocat","kind":"user"}}
    ignored: the issue that is blocked has a delivery of its own
    Codertocat/Hello-World 186853002#12 by 2311213: {"event":"dependencies_changed","hint":"sub_issues.sub_issue_removed","sender":{"id":583231,"login":"octocat","kind":"user"}}
    Codertocat/Hello-World 186853002#12 by 2311213: {"event":"dependencies_changed","hint":"sub_issues.parent_issue_added","sender":{"id":583231,"login":"octocat","kind":"user"}}
    "##);
}

/// GitHub promises none of the issues.
#[test]
fn a_delivery_that_names_no_issue_is_of_no_use() {
    for (name, event, field) in [
        (
            "issue_dependencies.blocked_by_added.json",
            "issue_dependencies",
            "blocked_issue",
        ),
        (
            "sub_issues.sub_issue_removed.json",
            "sub_issues",
            "parent_issue",
        ),
        (
            "sub_issues.parent_issue_added.json",
            "sub_issues",
            "sub_issue",
        ),
    ] {
        let body = changed(name, |payload| {
            payload.as_object_mut().expect("an object").remove(field);
        });
        let parsed = check_total(event, &body);
        assert!(
            matches!(parsed, Parsed::Ignored { .. }),
            "{name}: {parsed:?}"
        );
        let body = changed(name, |payload| payload[field] = json!("12"));
        let parsed = check_total(event, &body);
        assert!(
            matches!(parsed, Parsed::Malformed { .. }),
            "{name}: {parsed:?}"
        );
        let unknown = changed(name, |payload| payload["action"] = json!("reordered"));
        assert!(
            matches!(check_total(event, &unknown), Parsed::Ignored { .. }),
            "{name}"
        );
    }
}

#[test]
fn a_label_that_names_a_dependency_concerns_somebody() {
    let labeled = |label: &str| {
        changed("issues.labeled.json", |payload| {
            payload["label"]["name"] = json!(label)
        })
    };
    let (words, auto_start) = Default::default();
    let concerns_nobody = |label: &str| {
        let ours = Ours {
            words: &words,
            pull_gate: Default::default(),
            login: None,
            auto_start: &auto_start,
        };
        concerns_nobody("issues", &labeled(label), ours)
    };
    assert_eq!(concerns_nobody("Depends:issue-3"), None);
    assert!(concerns_nobody("bug").is_some());
}
