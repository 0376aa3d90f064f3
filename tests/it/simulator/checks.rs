//! Checks, suites and commit statuses over REST: who may write them, and how they are read.

use hyper::Method;
use serde_json::json;
use skep_simulator::StatusDraft;
use skep_simulator::ids::Sha;
use skep_simulator::world::account::Access;

use super::client::{Stage, stage};

const R: &str = "/repos/octo/hello";

/// A token that may write checks, which skep's own App may not, and the head of `main`.
async fn writer(stage: &Stage) -> (String, Sha) {
    let installation = stage
        .simulator
        .installation(stage.home)
        .expect("an installation");
    stage
        .simulator
        .set_app_permission(installation, "checks", Some(Access::Write))
        .expect("granted");
    let sha = stage
        .simulator
        .branch_head(stage.home, "main")
        .expect("main");
    (stage.token().await, sha)
}

#[tokio::test]
async fn a_check_is_made_and_completed() {
    let stage = stage().await;
    let (token, sha) = writer(&stage).await;
    let body =
        json!({ "name": "skep", "head_sha": sha, "status": "in_progress", "external_id": "1-1-1" });
    let made = stage.post(&format!("{R}/check-runs"), &token, body).await;
    assert_eq!(
        (made.status, &made.json()["external_id"]),
        (201, &json!("1-1-1"))
    );
    let site = format!("{}/apps/skep-demo", stage.simulator.api_url());
    assert_eq!(
        made.json()["details_url"],
        site,
        "the App's own site, where none is given"
    );
    let path = format!("{R}/check-runs/{}", made.json()["id"]);
    assert_eq!(
        stage
            .send(
                Method::PATCH,
                &path,
                &token,
                json!({ "status": "completed" })
            )
            .await
            .status,
        422
    );
    let done = stage
        .send(
            Method::PATCH,
            &path,
            &token,
            json!({ "conclusion": "success" }),
        )
        .await
        .json();
    assert_eq!(
        (&done["status"], &done["conclusion"]),
        (&json!("completed"), &json!("success"))
    );
    let back = json!({ "status": "in_progress", "output": { "title": "Again", "summary": "s" } });
    let back = stage.send(Method::PATCH, &path, &token, back).await.json();
    assert_eq!(
        (&back["status"], &back["output"]["title"]),
        (&json!("completed"), &json!("Again")),
        "what is over stays so"
    );
    let nowhere = json!({ "name": "skep", "head_sha": "0".repeat(40) });
    assert_eq!(
        stage
            .post(&format!("{R}/check-runs"), &token, nowhere)
            .await
            .status,
        422
    );
}

#[tokio::test]
async fn checks_of_others_are_read_and_left_alone() {
    let stage = stage().await;
    let (token, sha) = writer(&stage).await;
    let ours = json!({ "name": "skep", "head_sha": sha });
    let made = stage.post(&format!("{R}/check-runs"), &token, ours).await;
    assert_eq!(made.status, 201);
    stage
        .simulator
        .set_check(stage.home, sha.as_str(), "ci", Some("failure"))
        .expect("a check");
    let runs = stage
        .get(&format!("{R}/commits/main/check-runs"), &token)
        .await
        .json();
    assert_eq!(
        (&runs["total_count"], &runs["check_runs"][1]["conclusion"]),
        (&json!(2), &json!("failure"))
    );
    assert_eq!(runs["check_runs"][1]["external_id"], "", "none was given");
    let job = runs["check_runs"][1]["details_url"]
        .as_str()
        .expect("an address");
    assert!(
        job.contains("/octo/hello/actions/runs/") && job.contains("/job/"),
        "{job}"
    );
    let theirs = format!("{R}/check-runs/{}", runs["check_runs"][1]["id"]);
    assert_eq!(
        stage
            .send(
                Method::PATCH,
                &theirs,
                &token,
                json!({ "conclusion": "success" })
            )
            .await
            .status,
        403
    );
    let suites = stage
        .get(&format!("{R}/commits/{sha}/check-suites"), &token)
        .await
        .json();
    assert_eq!(suites["check_suites"][1]["conclusion"], "failure");
}

#[tokio::test]
async fn statuses_are_combined_and_only_read() {
    let stage = stage().await;
    let (token, sha) = writer(&stage).await;
    stage
        .simulator
        .set_status(
            stage.home,
            sha.as_str(),
            StatusDraft {
                context: "build",
                state: "pending",
            },
            "octo",
        )
        .expect("a status");
    stage
        .simulator
        .set_status(
            stage.home,
            sha.as_str(),
            StatusDraft {
                context: "build",
                state: "success",
            },
            "octo",
        )
        .expect("a status");
    let combined = stage
        .get(&format!("{R}/commits/{sha}/status"), &token)
        .await
        .json();
    assert_eq!(
        (&combined["state"], &combined["total_count"]),
        (&json!("success"), &json!(1))
    );
    let write = stage
        .post(
            &format!("{R}/statuses/{sha}"),
            &token,
            json!({ "state": "success" }),
        )
        .await;
    assert_eq!(write.status, 403, "the App has statuses:read only");
}
