//! Dependencies and sub-issues: over REST, told at both ends, and what is refused.

use hyper::Method;
use serde_json::{Value, json};
use skep_simulator::world::{Offered, PullDraft};

use super::client::{Listener, Stage, stage};
use super::rest::{R, delete};

/// The number an issue has in the whole of GitHub.
async fn id(stage: &Stage, issue: i64) -> i64 {
    let token = stage.token().await;
    let shown = stage.get(&format!("{R}/issues/{issue}"), &token).await;
    shown.json()["id"].as_i64().expect("a number")
}

fn numbers(list: &Value) -> Vec<i64> {
    let all = list.as_array().expect("a list").iter();
    all.filter_map(|issue| issue["number"].as_i64()).collect()
}

async fn pull(stage: &Stage) -> i64 {
    let (github, home) = (&stage.simulator, stage.home);
    github
        .push_to_branch(home, "work", &[("a.txt", "a\n")], "octo")
        .await
        .expect("a push");
    let draft = PullDraft {
        title: "Work".into(),
        head: "work".into(),
        base: "main".into(),
        ..PullDraft::default()
    };
    github
        .open_pull(home, "octo", draft)
        .await
        .expect("a pull request")
}

#[tokio::test]
async fn an_issue_is_blocked_by_others() {
    let stage = stage().await;
    let token = stage.token().await;
    for title in ["One", "Two", "Three"] {
        stage.issue(title);
    }
    let path = format!("{R}/issues/3/dependencies/blocked_by");
    for blocker in [1, 2] {
        let made = stage
            .post(
                &path,
                &token,
                json!({ "issue_id": id(&stage, blocker).await }),
            )
            .await;
        assert_eq!((made.status, &made.json()["number"]), (201, &json!(3)));
    }
    let listed = stage.get(&path, &token).await.json();
    assert_eq!(numbers(&listed), [1, 2]);
    assert_eq!(listed[0]["repository"]["id"], stage.home);
    let second = stage
        .get(&format!("{path}?per_page=1&page=2"), &token)
        .await;
    assert_eq!(numbers(&second.json()), [2]);
    let blocking = stage
        .get(&format!("{R}/issues/1/dependencies/blocking"), &token)
        .await;
    assert_eq!(numbers(&blocking.json()), [3]);
    stage
        .simulator
        .close_as((stage.home, 1), "not_planned", "octo")
        .expect("closed");
    let counts = async |issue: i64| {
        let shown = stage.get(&format!("{R}/issues/{issue}"), &token).await;
        shown.json()["issue_dependencies_summary"].clone()
    };
    assert_eq!(
        counts(3).await,
        json!({ "blocked_by": 1, "blocking": 0, "total_blocked_by": 2, "total_blocking": 0 })
    );
    assert_eq!(
        counts(1).await,
        json!({ "blocked_by": 0, "blocking": 1, "total_blocked_by": 0, "total_blocking": 1 })
    );
    let one = id(&stage, 1).await;
    // It is not there a second time, and that is no fault.
    for _ in 0..2 {
        assert_eq!(delete(&stage, &format!("{path}/{one}"), &token).await, 200);
    }
    assert_eq!(delete(&stage, &format!("{path}/7"), &token).await, 404);
    assert_eq!(numbers(&stage.get(&path, &token).await.json()), [2]);
}

#[tokio::test]
async fn what_cannot_block_is_refused() {
    let stage = stage().await;
    let (token, pull) = (stage.token().await, pull(&stage).await);
    let (one, two) = (stage.issue("One"), stage.issue("Two"));
    let block = async |issue: i64, blocker: i64| {
        let path = format!("{R}/issues/{issue}/dependencies/blocked_by");
        let answer = stage
            .post(&path, &token, json!({ "issue_id": blocker }))
            .await;
        (
            answer.status,
            answer.json()["message"]
                .as_str()
                .unwrap_or_default()
                .to_owned(),
        )
    };
    let said = |text: &str| (422, format!("Validation failed: {text}"));
    let (of_one, of_two, of_pull) = (
        id(&stage, one).await,
        id(&stage, two).await,
        id(&stage, pull).await,
    );
    assert_eq!(
        block(one, of_one).await,
        said("Issue may not be blocked by itself")
    );
    assert_eq!(
        block(one, of_pull).await,
        said("Target issue may only be an issue")
    );
    assert_eq!(
        block(pull, of_one).await,
        said("Source issue may only be an issue")
    );
    assert_eq!(block(one, 7).await.0, 404);
    assert_eq!(block(one, of_two).await.0, 201);
    assert_eq!(
        block(one, of_two).await,
        said("Target issue has already been taken")
    );
    // A circle is taken.
    assert_eq!(block(two, of_one).await.0, 201);
    let nothing = stage
        .post(
            &format!("{R}/issues/{one}/dependencies/blocked_by"),
            &token,
            json!({}),
        )
        .await;
    assert_eq!(nothing.status, 422);
    for number in 0..49 {
        let other = stage.issue(&format!("Blocker {number}"));
        stage
            .simulator
            .block((stage.home, one), (stage.home, other), "octo")
            .expect("blocked");
    }
    let other = stage.issue("One too many");
    let of_other = id(&stage, other).await;
    assert_eq!(block(one, of_other).await.0, 422);
}

#[tokio::test]
async fn issues_have_parts_in_their_order() {
    let stage = stage().await;
    let token = stage.token().await;
    for title in ["Plan", "A", "B", "C", "Other plan"] {
        stage.issue(title);
    }
    let path = format!("{R}/issues/1/sub_issues");
    for part in [2, 3, 4] {
        let body = json!({ "sub_issue_id": id(&stage, part).await });
        let made = stage.post(&path, &token, body).await;
        assert_eq!((made.status, &made.json()["number"]), (201, &json!(1)));
    }
    let order = async |body: Value| {
        let sent = stage
            .send(Method::PATCH, &format!("{path}/priority"), &token, body)
            .await;
        (sent.status, numbers(&stage.get(&path, &token).await.json()))
    };
    let (a, b, c) = (
        id(&stage, 2).await,
        id(&stage, 3).await,
        id(&stage, 4).await,
    );
    assert_eq!(
        order(json!({ "sub_issue_id": a, "after_id": c })).await,
        (200, vec![3, 4, 2])
    );
    assert_eq!(
        order(json!({ "sub_issue_id": a, "before_id": c })).await,
        (200, vec![3, 2, 4])
    );
    for wrong in [
        json!({ "sub_issue_id": a }),
        json!({ "sub_issue_id": a, "after_id": b, "before_id": c }),
        json!({ "sub_issue_id": a, "after_id": a }),
    ] {
        assert_eq!(order(wrong).await, (422, vec![3, 2, 4]));
    }
    let root = stage.simulator.api_url();
    stage
        .simulator
        .close_issue(stage.home, 2, "octo")
        .expect("closed");
    let plan = stage.get(&format!("{R}/issues/1"), &token).await.json();
    assert_eq!(
        plan["sub_issues_summary"],
        json!({ "total": 3, "completed": 1, "percent_completed": 33 })
    );
    let part = stage.get(&format!("{R}/issues/2"), &token).await.json();
    assert_eq!(part["parent_issue_url"], format!("{root}{R}/issues/1"));
    let parent = async |issue: i64| {
        stage
            .get(&format!("{R}/issues/{issue}/parent"), &token)
            .await
    };
    assert_eq!(parent(2).await.json()["number"], 1);
    assert_eq!(parent(1).await.status, 404);
    let remove = async |part: i64| {
        let path = format!("{R}/issues/1/sub_issue");
        stage
            .send(
                Method::DELETE,
                &path,
                &token,
                json!({ "sub_issue_id": part }),
            )
            .await
            .status
    };
    assert_eq!((remove(b).await, remove(b).await), (200, 404));
    let moved = json!({ "sub_issue_id": a, "replace_parent": true });
    assert_eq!(
        stage
            .post(&format!("{R}/issues/5/sub_issues"), &token, moved)
            .await
            .status,
        201
    );
    assert_eq!(parent(2).await.json()["number"], 5);
    assert_eq!(numbers(&stage.get(&path, &token).await.json()), [4]);
}

#[tokio::test]
async fn what_cannot_be_a_part_is_refused() {
    let stage = stage().await;
    let (token, pull) = (stage.token().await, pull(&stage).await);
    let (github, home) = (&stage.simulator, stage.home);
    let add = async |parent: i64, part: i64| {
        let path = format!("{R}/issues/{parent}/sub_issues");
        let answer = stage
            .post(&path, &token, json!({ "sub_issue_id": part }))
            .await;
        let message = answer.json()["message"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        let start = "An error occurred while adding the sub-issue to the parent issue. ";
        (answer.status, message.trim_start_matches(start).to_owned())
    };
    let said = |text: &str| (422, text.to_owned());
    let levels: Vec<i64> = (0..10)
        .map(|level| stage.issue(&format!("Level {level}")))
        .collect();
    let (top, below) = (levels[0], levels[1]);
    let (of_top, of_below) = (id(&stage, top).await, id(&stage, below).await);
    assert_eq!(
        add(top, of_top).await,
        said("Sub issue cannot be the same as the parent issue")
    );
    let of_pull = id(&stage, pull).await;
    assert_eq!(
        add(top, of_pull).await.1,
        "Validation failed: Sub issue may only be an issue"
    );
    assert_eq!(
        add(pull, of_top).await.1,
        "Validation failed: Parent may only be an issue"
    );
    assert_eq!(add(top, of_below).await.0, 201);
    let twice = "Issue may not contain duplicate sub-issues and Sub issue may only have one parent";
    assert_eq!(add(top, of_below).await, said(twice));
    assert_eq!(
        add(levels[2], of_below).await,
        said("Sub issue may only have one parent")
    );
    assert_eq!(add(below, of_top).await.0, 422, "a part of itself");
    for pair in levels[1..9].windows(2) {
        github
            .sub_issue((home, pair[0]), (home, pair[1]), "octo")
            .expect("a level");
    }
    let ninth = id(&stage, levels[9]).await;
    assert_eq!(add(levels[8], ninth).await.0, 422, "a ninth level");
    let acme = github
        .create_repository("acme", "one", &[])
        .await
        .expect("a repository");
    let draft = skep_simulator::world::IssueDraft {
        title: "Theirs".into(),
        ..Default::default()
    };
    let theirs = github.open_issue(acme, "acme", draft).expect("an issue");
    assert!(
        github
            .sub_issue((home, top), (acme, theirs), "octo")
            .is_err(),
        "another owner's"
    );
    for number in 0..99 {
        let part = stage.issue(&format!("Part {number}"));
        github
            .sub_issue((home, top), (home, part), "octo")
            .expect("a part");
    }
    assert_eq!(add(top, ninth).await.0, 422, "part 101");
}

#[tokio::test]
async fn both_ends_are_told_across_repositories_and_survive_what_happens_to_them() {
    let (stage, listener) = (stage().await, Listener::start().await);
    let (github, home) = (&stage.simulator, stage.home);
    let other = github
        .create_repository("octo", "other", &[])
        .await
        .expect("a repository");
    let (here, plan) = (stage.issue("Here"), stage.issue("Plan"));
    let draft = skep_simulator::world::IssueDraft {
        title: "There".into(),
        ..Default::default()
    };
    let there = github.open_issue(other, "octo", draft).expect("an issue");
    github.set_webhook_url(&listener.url);
    github.set_events(&["issue_dependencies", "sub_issues"]);
    github
        .block((home, here), (other, there), "octo")
        .expect("blocked");
    github
        .sub_issue((home, plan), (other, there), "octo")
        .expect("a part");
    github.quiet().await;
    let told = |of: &str| {
        let mut all = listener.seen().into_iter();
        all.find(|hook| hook.name() == of)
            .map(|hook| hook.json())
            .expect("told")
    };
    let blocked = told("issue_dependencies.blocked_by_added");
    assert_eq!(blocked["repository"]["id"], home);
    assert_eq!(blocked["blocked_issue"]["number"], here);
    assert_eq!(blocked["blocking_issue_repo"]["full_name"], "octo/other");
    let blocking = told("issue_dependencies.blocking_added");
    assert_eq!(
        (
            &blocking["repository"]["id"],
            &blocking["blocked_issue_repo"]["id"]
        ),
        (&json!(other), &json!(home))
    );
    assert_eq!(
        told("sub_issues.sub_issue_added")["sub_issue_repo"]["id"],
        other
    );
    assert_eq!(
        told("sub_issues.parent_issue_added")["parent_issue_repo"]["id"],
        home
    );
    let token = stage.token().await;
    let path = format!("{R}/issues/{here}/dependencies/blocked_by");
    let moved = github
        .transfer_issue(other, there, home, "octo")
        .expect("moved");
    assert_eq!(numbers(&stage.get(&path, &token).await.json()), [moved]);
    github.delete_issue(home, moved, "octo").expect("deleted");
    assert_eq!(numbers(&stage.get(&path, &token).await.json()), [0; 0]);
    let plan = stage
        .get(&format!("{R}/issues/{plan}"), &token)
        .await
        .json();
    assert_eq!(plan["sub_issues_summary"]["total"], 0);
}

#[tokio::test]
async fn a_token_sees_no_blocker_beyond_its_reach() {
    let stage = stage().await;
    let (github, home) = (&stage.simulator, stage.home);
    let other = github
        .create_repository("octo", "other", &[])
        .await
        .expect("a repository");
    let here = stage.issue("Here");
    let draft = skep_simulator::world::IssueDraft {
        title: "There".into(),
        ..Default::default()
    };
    let there = github.open_issue(other, "octo", draft).expect("an issue");
    github
        .block((home, here), (other, there), "octo")
        .expect("blocked");
    let narrow = stage.narrow(json!({ "repository_ids": [home] })).await;
    let path = format!("{R}/issues/{here}");
    let listed = async |token: &str| {
        let all = stage
            .get(&format!("{path}/dependencies/blocked_by"), token)
            .await;
        numbers(&all.json()).len()
    };
    assert_eq!(
        (listed(&narrow).await, listed(&stage.token().await).await),
        (0, 1)
    );
    let shown = stage.get(&path, &narrow).await.json();
    assert_eq!(shown["issue_dependencies_summary"]["total_blocked_by"], 1);
}

#[tokio::test]
async fn a_server_without_relations_knows_none_of_their_addresses() {
    let stage = stage().await;
    let (github, home) = (&stage.simulator, stage.home);
    let (one, two) = (stage.issue("One"), stage.issue("Two"));
    github
        .block((home, one), (home, two), "octo")
        .expect("blocked");
    github
        .sub_issue((home, one), (home, two), "octo")
        .expect("a part");
    github.set_relations(Offered {
        dependencies: false,
        sub_issues: false,
    });
    let token = stage.token().await;
    for rest in [
        "dependencies/blocked_by",
        "dependencies/blocking",
        "sub_issues",
        "parent",
    ] {
        let answer = stage.get(&format!("{R}/issues/{two}/{rest}"), &token).await;
        assert_eq!(answer.status, 404, "{rest}");
    }
    let of_two = id(&stage, two).await;
    for (rest, body) in [
        ("dependencies/blocked_by", json!({ "issue_id": of_two })),
        ("sub_issues", json!({ "sub_issue_id": of_two })),
    ] {
        let answer = stage
            .post(&format!("{R}/issues/{one}/{rest}"), &token, body)
            .await;
        assert_eq!(answer.status, 404, "{rest}");
    }
    let shown = stage.get(&format!("{R}/issues/{two}"), &token).await.json();
    for field in [
        "sub_issues_summary",
        "issue_dependencies_summary",
        "parent_issue_url",
    ] {
        assert_eq!(shown.get(field), None, "{field}");
    }
}

#[tokio::test]
async fn a_reason_goes_with_the_end_of_an_issue() {
    let (stage, listener) = (stage().await, Listener::start().await);
    let github = &stage.simulator;
    github.set_webhook_url(&listener.url);
    let reasons = ["completed", "not_planned", "duplicate"];
    for reason in reasons {
        let issue = stage.issue(reason);
        github
            .close_as((stage.home, issue), reason, "octo")
            .expect("closed");
    }
    assert!(
        github
            .close_as((stage.home, stage.issue("x")), "bored", "octo")
            .is_err()
    );
    github
        .reopen_issue(stage.home, 1, "octo")
        .expect("reopened");
    github.quiet().await;
    let told: Vec<Value> = listener
        .seen()
        .iter()
        .filter(|hook| hook.name() == "issues.closed" || hook.name() == "issues.reopened")
        .map(|hook| hook.json()["issue"]["state_reason"].clone())
        .collect();
    assert_eq!(told, ["completed", "not_planned", "duplicate", "reopened"]);
}
