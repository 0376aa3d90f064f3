//! Suggestions over REST: kept instead of done, listed, left aside where they say nothing new, and decided by people.

use hyper::Method;
use serde_json::{Value, json};
use skep_simulator::world::{PullDraft, Suggested};

use super::client::{Stage, stage};

const R: &str = "/repos/octo/hello";

fn label(name: &str, rationale: &str) -> Value {
    json!({ "labels": [{ "name": name, "rationale": rationale, "confidence": "high", "suggest": true }] })
}

fn kind(name: &str) -> Value {
    json!({ "type": { "value": name, "confidence": "low", "suggest": true } })
}

/// An issue where a label and a type are suggested.
async fn suggested(stage: &Stage) -> (String, String) {
    let types = stage
        .simulator
        .set_issue_types(stage.home, &["Bug", "Feature"]);
    types.expect("types");
    let (token, issue) = (stage.token().await, stage.issue("One"));
    let path = format!("{R}/issues/{issue}");
    let on = format!("{path}/labels");
    let answer = stage.post(&on, &token, label("bug", "It crashes.")).await;
    assert_eq!((answer.status, answer.json()), (200, json!([])));
    let answer = stage.send(Method::PATCH, &path, &token, kind("Bug")).await;
    assert_eq!((answer.status, &answer.json()["type"]), (200, &Value::Null));
    assert_eq!(
        answer.json()["suggestions"],
        json!({
            "labels": [{ "name": "bug", "rationale": "It crashes.", "confidence": "high", "suggest": true }],
            "type": [{ "value": "Bug", "confidence": "low", "suggest": true }],
        })
    );
    (token, path)
}

fn states(list: &Value) -> Vec<String> {
    let all = list.as_array().expect("a list").iter();
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let line = |one: &Value| {
        format!(
            "{} {} {} {}",
            text(&one["action"]),
            text(&one["target_value"]),
            text(&one["confidence"]),
            text(&one["state"])
        )
    };
    all.map(line).collect()
}

#[tokio::test]
async fn what_is_suggested_is_listed_until_a_person_decides() {
    let stage = stage().await;
    let (token, path) = suggested(&stage).await;
    let list = async |query: &str| {
        let path = format!("{path}/suggestions{query}");
        states(&stage.get(&path, &token).await.json())
    };
    let both = ["add_label - HIGH pending", "set_type Bug LOW pending"];
    assert_eq!(list("").await, both);
    assert_eq!(list("?action=set_type").await, both[1..]);
    let all = stage.simulator.suggestions(stage.home, 1).expect("a list");
    stage
        .simulator
        .dismiss_suggestion(stage.home, 1, all[0].id, "octo")
        .expect("dismissed");
    assert_eq!(list("").await, both[1..]);
    assert_eq!(
        list("?state=dismissed").await,
        ["add_label - HIGH dismissed"]
    );
    // Twice the same: both wait, and an approval of one dismisses the other.
    let again = Suggested::Type("Bug".into());
    stage
        .simulator
        .suggest(stage.home, 1, again, "ann")
        .expect("suggested");
    stage
        .simulator
        .approve_suggestion(stage.home, 1, all[1].id, "octo")
        .expect("approved");
    assert_eq!(list("").await, [""; 0]);
    assert_eq!(
        list("?state=all").await,
        [
            "add_label - HIGH dismissed",
            "set_type Bug LOW approved",
            "set_type Bug - dismissed"
        ]
    );
    let issue = stage.get(&path, &token).await.json();
    assert_eq!(issue["type"]["name"], "Bug");
    let unknown = stage
        .get(&format!("{path}/suggestions?state=snoozed"), &token)
        .await;
    assert_eq!(unknown.status, 422);
}

#[tokio::test]
async fn what_the_issue_has_is_left_aside_and_told_so() {
    let stage = stage().await;
    let (token, path) = suggested(&stage).await;
    let set = json!({ "type": { "value": "Feature" } });
    let answer = stage.send(Method::PATCH, &path, &token, set).await.json();
    assert_eq!(answer["type"]["name"], "Feature", "set, not suggested");
    let answer = stage
        .send(Method::PATCH, &path, &token, kind("Feature"))
        .await
        .json();
    assert_eq!(answer["type"]["name"], "Feature");
    let kinds = answer["suggestions"]["type"].as_array().expect("a list");
    assert_eq!(
        kinds.last().expect("one"),
        &json!({
            "value": "Feature", "confidence": "low", "suggest": true, "ignored": true, "ignored_reason": "already_applied",
        })
    );
    let waiting = stage.get(&format!("{path}/suggestions"), &token).await;
    assert_eq!(waiting.json().as_array().map(Vec::len), Some(2));
}

#[tokio::test]
async fn a_suggestion_that_cannot_be_kept_is_refused() {
    let stage = stage().await;
    let (token, path) = suggested(&stage).await;
    let on = format!("{path}/labels");
    for body in [label("no such label", "x"), label("bug", &"x".repeat(281))] {
        assert_eq!(stage.post(&on, &token, body).await.status, 422);
    }
    let fits = label("question", &"é".repeat(280));
    assert_eq!(stage.post(&on, &token, fits).await.status, 200);
    let epic = stage.send(Method::PATCH, &path, &token, kind("Epic")).await;
    assert_eq!(epic.status, 422);
    let types = stage.get(&format!("{R}/issue-types"), &token).await.json();
    let names = types.as_array().expect("a list").iter();
    let names: Vec<_> = names.filter_map(|one| one["name"].as_str()).collect();
    assert_eq!(names, ["Bug", "Feature"]);
}

#[tokio::test]
async fn pull_requests_and_older_servers_have_no_suggestions() {
    let stage = stage().await;
    let (token, path) = suggested(&stage).await;
    stage
        .simulator
        .push_to_branch(stage.home, "work", &[("a.txt", "a\n")], "octo")
        .await
        .expect("a push");
    let draft = PullDraft {
        title: "Work".into(),
        head: "work".into(),
        base: "main".into(),
        ..PullDraft::default()
    };
    let opened = stage.simulator.open_pull(stage.home, "octo", draft).await;
    let pull = opened.expect("a pull request");
    let of_pull = format!("{R}/issues/{pull}/suggestions");
    assert_eq!(stage.get(&of_pull, &token).await.status, 404);
    stage.simulator.set_suggestions(false);
    let list = format!("{path}/suggestions");
    assert_eq!(stage.get(&list, &token).await.status, 404);
    // An older server passes over the word, and does what was only to be suggested.
    let on = format!("{path}/labels");
    let answer = stage.post(&on, &token, label("bug", "x")).await;
    assert_eq!(answer.json()[0]["name"], "bug");
    let answer = stage.send(Method::PATCH, &path, &token, kind("Bug")).await;
    assert_eq!(answer.status, 422);
}
