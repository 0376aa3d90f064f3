//! Payloads in, events out: golden readings of GitHub's shapes, and hostile ones that must only ever be refused.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use proptest::prelude::*;
use skep::webhook::{Parsed, parse};

const EVENTS: [&str; 12] = [
    "issues",
    "issue_comment",
    "issue_dependencies",
    "sub_issues",
    "pull_request",
    "pull_request_review",
    "check_suite",
    "workflow_run",
    "status",
    "push",
    "ping",
    "",
];

pub(super) fn read(name: &str) -> String {
    fs::read_to_string(
        Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("fixtures/webhooks")
            .join(name),
    )
    .expect("a fixture")
}

pub(super) fn reading(event: &str, body: &str) -> String {
    let json = |event| serde_json::to_string(&event).expect("events are JSON");
    match parse(event, body, &Default::default()) {
        Parsed::Event { place, event } => {
            format!(
                "{} {} by {}: {}",
                place.name,
                place.task(),
                place.installation,
                json(event)
            )
        }
        Parsed::OfIssue {
            place,
            standing,
            event,
        } => {
            let news = serde_json::to_string(&standing).expect("standings are JSON");
            format!(
                "{} {} by {}, {news}: {}",
                place.name,
                place.task(),
                place.installation,
                json(event)
            )
        }
        Parsed::OfPull {
            installation,
            repository,
            name,
            pull,
            event,
        } => {
            format!(
                "{name} {repository} pull {pull} by {installation}: {}",
                json(event)
            )
        }
        Parsed::Pushed {
            installation,
            repository,
            name,
            branch,
            sender,
        } => {
            format!(
                "{name} {repository} branch {branch} by {installation}: pushed by {} {}",
                sender.id, sender.login
            )
        }
        Parsed::OfRepositories {
            installation,
            repositories,
            event,
        } => {
            format!("{repositories:?} by {installation}: {}", json(event))
        }
        Parsed::Ignored { reason } => format!("ignored: {reason}"),
        Parsed::Malformed { reason } => format!("malformed: {reason}"),
    }
}

pub(super) fn golden(name: &str) -> String {
    let event = name.split('.').next().expect("named after its event");
    reading(event, &read(name))
}

/// What must hold whatever the body: no panic, and one bounded line.
pub(super) fn check_total(event: &str, body: &str) -> Parsed {
    let parsed = parse(event, body, &Default::default());
    if let Parsed::Ignored { reason } | Parsed::Malformed { reason } = &parsed {
        assert!(
            !reason.is_empty() && reason.chars().count() <= 300,
            "{reason:?}"
        );
        assert!(!reason.contains('\n'), "{reason:?}");
    }
    parsed
}

#[test]
fn labeled_carries_the_words_of_the_issue() {
    insta::assert_snapshot!(golden("issues.labeled.json"), @r##"Codertocat/Hello-World 186853002#12 by 2311213: {"event":"labeled","label":"agent:go","sender":{"id":583231,"login":"octocat","kind":"user"},"snapshot":{"title":"Spelling error in the README file","body":"It looks like you accidentally spelled 'commit' with two 't's.","author":{"id":21031067,"login":"Codertocat","kind":"user"},"labels":["bug","agent:go"],"comments":[],"at":1557933621000}}"##);
}

#[test]
fn unlabeled_survives_a_deleted_author_and_an_empty_body() {
    insta::assert_snapshot!(golden("issues.unlabeled.json"), @r##"Codertocat/Hello-World 186853002#12 by 2311213: {"event":"unlabeled","label":"agent:go","sender":{"id":49699333,"login":"dependabot[bot]","kind":"bot"},"at":1557933621000}"##);
}

#[test]
fn an_issue_goes_in_three_ways() {
    let ways = [
        "issues.closed.json",
        "issues.deleted.json",
        "issues.transferred.json",
    ]
    .map(golden)
    .join("\n");
    insta::assert_snapshot!(ways, @r##"
    Codertocat/Hello-World 186853002#12 by 2311213, {"is":"completed"}: {"event":"issue_removed","how":"closed","sender":{"id":583231,"login":"octocat","kind":"user"},"at":1557933621000,"reason":"completed"}
    Codertocat/Hello-World 186853002#12 by 2311213, "deleted": {"event":"issue_removed","how":"deleted","sender":{"id":583231,"login":"octocat","kind":"user"},"at":1557933621000}
    Codertocat/Hello-World 186853002#12 by 2311213, {"moved":{"to":{"key":"186853007#3","name":"Codertocat/Other"}}}: {"event":"issue_removed","how":"transferred","sender":{"id":583231,"login":"octocat","kind":"user"},"at":1557933621000}
    "##);
}

#[test]
fn a_closed_pull_request_belongs_to_the_issue_of_its_branch() {
    insta::assert_snapshot!(golden("pull_request.closed.json"), @r##"Codertocat/Hello-World 186853002#12 by 2311213: {"event":"pull_closed","number":41,"merged":true}"##);
}

#[test]
fn a_ping_is_ignored() {
    insta::assert_snapshot!(golden("ping.json"), @r##"ignored: ping"##);
}

#[test]
fn labeled_without_an_author_or_body_still_has_a_snapshot() {
    let body = read("issues.unlabeled.json").replace(r#""unlabeled""#, r#""labeled""#);
    let Parsed::Event {
        event: skep::core::event::Event::Labeled { snapshot, .. },
        ..
    } = parse("issues", &body, &Default::default())
    else {
        panic!("{}", reading("issues", &body));
    };
    assert_eq!(
        (snapshot.author.login.as_str(), snapshot.body.as_str()),
        ("ghost", "")
    );
}

#[test]
fn hostile_bodies_are_read_as_expected() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/webhooks/hostile");
    let mut readings = BTreeMap::new();
    for entry in fs::read_dir(folder).expect("the corpus") {
        let path = entry.expect("an entry").path();
        let name = path
            .file_stem()
            .and_then(|stem| stem.to_str())
            .expect("a plain name")
            .to_owned();
        let body = fs::read_to_string(&path).expect("text");
        for event in EVENTS {
            check_total(event, &body);
        }
        let event = name
            .split("--")
            .next()
            .expect("named after its event")
            .to_owned();
        readings.insert(
            name,
            reading(&event, &body).chars().take(130).collect::<String>(),
        );
    }
    let table: Vec<String> = readings
        .into_iter()
        .map(|(name, reading)| format!("{name} => {reading}"))
        .collect();
    insta::assert_snapshot!(table.join("\n"), @r##"
    check_suite--branch-array => malformed: invalid type: sequence, expected a string at line 1 column 119
    check_suite--main => ignored: the checked branch is not one of ours
    check_suite--no-branch => ignored: the checked branch is not one of ours
    check_suite--requested => ignored: check_suite.requested is not used
    issue_comment--body-null => Codertocat/Hello-World 186853002#12 by 2311213: {"event":"commented","comment":492700400,"on":12,"author":{"id":21031067,"login":"
    issue_comment--edited-from-null => Codertocat/Hello-World 186853002#12 by 2311213: {"event":"commented","comment":492700400,"on":12,"author":{"id":4711,"login":"skep
    issue_comment--edited-from-number => malformed: invalid type: integer `7`, expected a string at line 1 column 51
    issue_comment--edited-no-changes => ignored: the comment's body was not changed
    issue_comment--edited-nothing => ignored: the comment's body was not changed
    issue_comment--edited-to-the-same => ignored: the comment's body was not changed
    issue_comment--hidden-text => Codertocat/Hello-World 186853002#12 by 2311213: {"event":"commented","comment":492700400,"on":12,"author":{"id":21031067,"login":"
    issue_comment--id-string => malformed: invalid type: string "492700400", expected i64 at line 1 column 686
    issue_comment--id-zero => malformed: 0 is not a number GitHub gives at line 1 column 676
    issue_comment--no-comment => malformed: missing field `comment` at line 1 column 1225
    issue_comment--pull-no-installation => ignored: the delivery names no installation: the webhook belongs to no App
    issue_comment--pull-null => Codertocat/Hello-World 186853002#12 by 2311213: {"event":"commented","comment":492700400,"on":12,"author":{"id":21031067,"login":"
    issue_comment--pull-number-negative => malformed: -41 is not a number GitHub gives at line 1 column 101
    issue_comment--sender-null => malformed: invalid type: null, expected struct User at line 1 column 1421
    issue_comment--time-null => malformed: invalid type: null, expected a string at line 1 column 914
    issues--action-new => ignored: issues.labeled_twice is not used
    issues--action-null => ignored: the event issues is not used
    issues--action-number => malformed: invalid type: integer `7`, expected a string at line 1 column 12
    issues--array => malformed: the body is not a JSON object
    issues--bare-string => malformed: the body is not a JSON object
    issues--byte-order-mark => malformed: the body is not a JSON object
    issues--duplicate-action => malformed: duplicate field `action` at line 1 column 28
    issues--duplicate-number => malformed: duplicate field `number` at line 1 column 110
    issues--edited-changes-array => malformed: invalid type: integer `1`, expected struct Change at line 1 column 664
    issues--edited-from-null => Codertocat/Hello-World 186853002#12 by 2311213: {"event":"issue_edited","sender":{"id":583231,"login":"octocat","kind":"user"},"ti
    issues--edited-no-changes => ignored: neither the issue's title nor its body was changed
    issues--edited-nothing => ignored: neither the issue's title nor its body was changed
    issues--edited-pull-request => ignored: the number is a pull request's, not an issue's
    issues--edited-to-the-same => ignored: neither the issue's title nor its body was changed
    issues--empty => malformed: the body is not a JSON object
    issues--escaped-nul => Codertocat/Hello-World 186853002#12 by 2311213: {"event":"labeled","label":"agent:go","sender":{"id":583231,"login":"octocat","kin
    issues--hostile-title => Codertocat/Hello-World 186853002#12 by 2311213: {"event":"labeled","label":"agent:go","sender":{"id":583231,"login":"octocat","kin
    issues--installation-null => ignored: the delivery names no installation: the webhook belongs to no App
    issues--issue-array => malformed: invalid type: integer `2`, expected a string at line 1 column 36
    issues--lone-surrogate => malformed: unexpected end of hex escape at line 1 column 119
    issues--no-installation => ignored: the delivery names no installation: the webhook belongs to no App
    issues--no-issue => malformed: missing field `issue` at line 1 column 715
    issues--no-label => ignored: issues.labeled names no label
    issues--nul-escape-in-label => Codertocat/Hello-World 186853002#12 by 2311213: {"event":"labeled","label":"agent:\u0000go","sender":{"id":583231,"login":"octocat
    issues--number-float => malformed: invalid type: floating point `1.5`, expected i64 at line 1 column 101
    issues--number-negative => malformed: -1 is not a number GitHub gives at line 1 column 100
    issues--number-overflow => malformed: invalid type: floating point `1.2345678901234568e+29`, expected i64 at line 1 column 128
    issues--number-zero => malformed: 0 is not a number GitHub gives at line 1 column 1011
    issues--pull-request => ignored: the number is a pull request's, not an issue's
    issues--repository-dots => malformed: "octocat/.." is not a repository such as octocat/hello-world at line 1 column 1116
    issues--repository-path => malformed: "../../etc/passwd" is not a repository such as octocat/hello-world at line 1 column 1122
    issues--sender-strange => Codertocat/Hello-World 186853002#12 by 2311213: {"event":"labeled","label":"agent:go","sender":{"id":-5,"login":"","kind":"other"}
    issues--time-number => malformed: invalid type: integer `1557933621`, expected a string at line 1 column 683
    issues--time-wrong => malformed: a time is not RFC 3339 at line 1 column 684
    issues--trailing => malformed: trailing characters at line 1 column 1558
    issues--truncated => malformed: EOF while parsing an object at line 1 column 400
    ping--no-object => malformed: the body is not a JSON object
    pull_request--branch-of-a-person => Codertocat/Hello-World 186853002#41 by 2311213, {"is":"completed"}: {"event":"pull_request_changed","hint":"pull_request.closed","
    pull_request--branch-overflow => Codertocat/Hello-World 186853002#41 by 2311213, {"is":"completed"}: {"event":"pull_request_changed","hint":"pull_request.closed","
    pull_request--branch-traversal => Codertocat/Hello-World 186853002#41 by 2311213, {"is":"completed"}: {"event":"pull_request_changed","hint":"pull_request.closed","
    pull_request--branch-zero => Codertocat/Hello-World 186853002#41 by 2311213, {"is":"completed"}: {"event":"pull_request_changed","hint":"pull_request.closed","
    pull_request--fork => Codertocat/Hello-World 186853002#41 by 2311213, {"is":"completed"}: {"event":"pull_request_changed","hint":"pull_request.closed","
    pull_request--fork-deleted => Codertocat/Hello-World 186853002#41 by 2311213, {"is":"completed"}: {"event":"pull_request_changed","hint":"pull_request.closed","
    pull_request--stirred-branch-of-a-person => ignored: the pull request's branch is not one of ours
    pull_request--stirred-fork => ignored: the pull request comes from a fork
    pull_request_review--branch-of-a-person => ignored: the pull request's branch is not one of ours
    pull_request_review--fork => ignored: the pull request comes from a fork
    pull_request_review--fork-deleted => ignored: the pull request comes from a fork
    pull_request_review--id-float => malformed: invalid type: floating point `1.5`, expected i64 at line 1 column 44
    pull_request_review--not-submitted => malformed: invalid type: null, expected a string at line 1 column 325
    pull_request_review--reviewer-gone => Codertocat/Hello-World 186853002#12 by 2311213: {"event":"reviewed","pull":41,"review":237895671,"sender":{"id":583231,"login":"oc
    push--branch-overflow => Codertocat/Hello-World 186853002 branch agent/99999999999999999999-x by 2311213: pushed by 583231 octocat
    push--branch-zero => Codertocat/Hello-World 186853002 branch agent/0-x by 2311213: pushed by 583231 octocat
    push--deleted => ignored: the branch was deleted
    push--deleted-null => malformed: invalid type: null, expected a boolean at line 1 column 846
    push--main-deleted => ignored: the branch was deleted
    push--main-no-installation => ignored: the delivery names no installation: the webhook belongs to no App
    push--no-branch => ignored: the push is to no branch
    push--no-sender => Codertocat/Hello-World 186853002 branch main by 2311213: pushed by 10137 ghost
    push--ref-null => malformed: invalid type: null, expected a string at line 1 column 12
    push--tag => ignored: the push is to no branch
    push--tag-like-a-branch => ignored: the push is to no branch
    star--new-event => ignored: star.created is not used
    status--branch-array => malformed: trailing characters at line 1 column 355
    status--branches-null => malformed: invalid type: null, expected a sequence at line 1 column 342
    status--no-branches => ignored: the status is on no branch of ours
    status--none-of-ours => ignored: the status is on no branch of ours
    workflow_run--fork => ignored: the checked branch is a fork's
    workflow_run--fork-deleted => ignored: the checked branch is a fork's
    workflow_run--no-branch => ignored: the checked branch is not one of ours
    "##);
}

#[test]
fn depth_and_length_in_unused_fields_do_no_harm() {
    let labeled = read("issues.labeled.json");
    let with = |extra: &str| {
        format!(
            "{{\"unused\":{extra},{}",
            labeled.trim_start().trim_start_matches('{')
        )
    };
    let deep = "[".repeat(100_000) + &"]".repeat(100_000);
    let objects = r#"{"a":"#.repeat(100_000) + "1" + &"}".repeat(100_000);
    for extra in [
        deep,
        objects,
        "9".repeat(1_000_000),
        format!("\"{}\"", "🐝".repeat(100_000)),
    ] {
        assert!(matches!(
            check_total("issues", &with(&extra)),
            Parsed::Event { .. }
        ));
    }
}

#[test]
fn depth_and_length_in_used_fields_are_refused() {
    let labeled = read("issues.labeled.json");
    let with = |extra: &str| labeled.replace("\"number\": 12", &format!("\"number\": {extra}"));
    for extra in [
        "[".repeat(100_000) + &"]".repeat(100_000),
        "9".repeat(1_000_000),
        "1e999999".to_owned(),
    ] {
        assert!(matches!(
            check_total("issues", &with(&extra)),
            Parsed::Malformed { .. }
        ));
    }
}

#[test]
fn every_truncation_is_malformed() {
    let labeled = read("issues.labeled.json");
    let labeled = labeled.trim_end();
    for end in 0..labeled.len() {
        assert!(
            matches!(
                check_total("issues", &labeled[..end]),
                Parsed::Malformed { .. }
            ),
            "cut at {end}"
        );
    }
}

fn any_json() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("null".to_owned()),
        any::<bool>().prop_map(|b| b.to_string()),
        any::<i64>().prop_map(|n| n.to_string()),
        any::<f64>().prop_map(|n| n.to_string()),
        any::<String>().prop_map(|s| serde_json::Value::from(s).to_string()),
        Just("\"labeled\"".to_owned()),
        Just("\"refs/heads/agent/12-x\"".to_owned()),
        Just("\"2019-05-15T15:20:21Z\"".to_owned()),
    ];
    let key = prop_oneof![
        Just("action"),
        Just("issue"),
        Just("label"),
        Just("name"),
        Just("number"),
        Just("title"),
        Just("repository"),
        Just("id"),
        Just("full_name"),
        Just("installation"),
        Just("sender"),
        Just("login"),
        Just("type"),
        Just("pull_request"),
        Just("head"),
        Just("ref"),
        Just("repo"),
        Just("user"),
        Just("labels"),
        Just("updated_at"),
        Just("comment"),
        Just("changes"),
        Just("body"),
        Just("from"),
        Just("review"),
        Just("submitted_at"),
        Just("check_suite"),
        Just("head_branch"),
        Just("branches"),
        Just("deleted"),
    ];
    leaf.prop_recursive(5, 60, 8, move |inner| {
        let fields = proptest::collection::vec((key.clone(), inner.clone()), 0..8);
        let object = fields.prop_map(|fields| {
            let fields: Vec<String> = fields
                .iter()
                .map(|(name, value)| format!("\"{name}\":{value}"))
                .collect();
            format!("{{{}}}", fields.join(","))
        });
        let array = proptest::collection::vec(inner, 0..4)
            .prop_map(|items| format!("[{}]", items.join(",")));
        prop_oneof![3 => object, 1 => array]
    })
}

proptest! {
    #[test]
    fn arbitrary_text_never_panics(event in prop::sample::select(&EVENTS[..]), body in any::<String>()) {
        check_total(event, &body);
    }

    #[test]
    fn arbitrary_json_never_panics(
        event in prop::sample::select(&EVENTS[..]),
        action in prop::sample::select(&["labeled", "edited", "created", "synchronize", "submitted", "completed"][..]),
        body in any_json(),
    ) {
        check_total(event, &body);
        check_total(event, &format!("{{\"action\":\"{action}\",\"issue\":{body}}}"));
    }

    #[test]
    fn one_changed_byte_never_panics(at in 0usize..1500, byte in 0u8..128) {
        let mut body = read("issues.labeled.json").into_bytes();
        let at = at % body.len();
        body[at] = byte;
        check_total("issues", &String::from_utf8(body).expect("still ASCII"));
    }
}
