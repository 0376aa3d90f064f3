//! What the operator allows and wishes, seen on the issue and in the pull request.

use skep::core::ids::IssueNumber;
use skep::core::policy::AllowProtected;
use skep::core::role;

use super::reach::without_shas;
use crate::test_app::{Options, TestApp};

/// No workflow among them: GitHub lets no App change those without a permission that skep does not ask for.
const PROTECTED: &str =
    "write .github/dependabot.yml: version: 2\nwrite CLAUDE.md: be kind\nsay Added both.";

fn allow(globs: &[&str]) -> AllowProtected {
    AllowProtected::Matching(globs.iter().map(|glob| (*glob).to_owned()).collect())
}

/// Runs the script; answers with the pull requests' files and the thread.
async fn published(allow_protected: AllowProtected) -> (TestApp, usize, String) {
    let mut app = TestApp::with(|plan: &mut Options| plan.allow_protected = allow_protected).await;
    let issue = app.go("Keep dependencies fresh", PROTECTED);
    app.settle_all().await;
    let pulls = app.simulator.pulls(app.repository).expect("pull requests");
    let text = pulls.first().map_or_else(
        || app.thread(issue),
        |pull| app.thread(IssueNumber(pull.issue.number)),
    );
    (app, pulls.len(), text)
}

#[tokio::test(flavor = "multi_thread")]
async fn protected_paths_are_not_published() {
    let (app, pulls, thread) = published(AllowProtected::Nothing).await;
    assert_eq!(pulls, 0);
    assert!(
        thread.contains(
            "the result changes 2 protected paths (`.github/dependabot.yml`, `CLAUDE.md`)"
        ),
        "{thread}"
    );
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_path_that_is_not_allowed_holds_all_back() {
    let (app, pulls, thread) = published(allow(&[".github/**"])).await;
    assert_eq!(pulls, 0);
    assert!(
        thread.contains("the result changes 1 protected path (`CLAUDE.md`)"),
        "{thread}"
    );
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn allowed_protected_paths_are_published_and_pointed_at() {
    let (app, pulls, body) = published(allow(&[".github/**", "CLAUDE.md"])).await;
    assert_eq!(pulls, 1, "{body}");
    insta::assert_snapshot!(without_shas(&body), @"
    #2 Keep dependencies fresh (open draft)
    branch: agent/1-keep-dependencies-fresh -> main (1 commits, +2 -0 in 2 files)

    skep[bot]:
      > [!CAUTION]
      > **Read this before you check it out.** It changes files that run on your machine:
      > - `CLAUDE.md`: when a coding agent is started in the folder

      Closes #1

      **Risk: high** (it changes protected paths; it changes files that run by themselves where it is checked out; skep verified nothing of it)

      ### What changed

      2 files changed, 2 insertions (+), 0 deletions (−), 1 commit.

      | file | | + | − |
      | --- | --- | --: | --: |
      | .github/dependabot.yml | added | 1 | 0 |
      | CLAUDE.md | added | 1 | 0 |

      ⚠️ Look twice: this changes protected paths, which the operator allows (`.github/dependabot.yml`, `CLAUDE.md`).

      ### What the agent says

      In its own words, not verified by skep:

      > Added both.

      <details><summary>Where this comes from</summary>

      - Requested by @ana. Review it as carefully as a stranger's change.
      - Role `swe`: the issue has no `role:*` label, so the default `swe`.
      - Agent `demo` (skep-demo 0.1.0), session `1296269-1-1`, from `main` at `SHA`.

      </details>
    ");
    app.done().await;
    let (app, pulls, body) = published(AllowProtected::Everything).await;
    assert_eq!(pulls, 1, "{body}");
    app.done().await;
}

/// GitHub refuses it whatever the operator allows: it is said what to do, and not tried again.
#[tokio::test(flavor = "multi_thread")]
async fn a_workflow_file_is_refused_by_github_and_the_way_on_is_said() {
    let mut app =
        TestApp::with(|plan: &mut Options| plan.allow_protected = AllowProtected::Everything).await;
    let issue = app.go(
        "Test it",
        "write .github/workflows/ci.yml: on: push\nsay Added it.",
    );
    app.settle_all().await;
    assert_eq!(app.state(issue).await, "failed");
    let status = app.status(issue);
    assert!(status.contains("Make that change by hand"), "{status}");
    let pushes = app
        .simulator
        .calls()
        .into_iter()
        .filter(|call| call.path.ends_with("/git-receive-pack"));
    assert_eq!(pushes.filter(|call| call.method == "POST").count(), 1);
    app.done().await;
}

/// The notes and messages in the log of the first session.
async fn said(app: &TestApp, kinds: &[&str]) -> Vec<String> {
    let filter = skep::store::SessionFilter::default();
    let session = app
        .store()
        .sessions(&filter, 1)
        .await
        .expect("sessions")
        .remove(0);
    let log = app.store().log(&session.id, 0, 1_000).await.expect("a log");
    let of_kind = log
        .into_iter()
        .filter(|row| kinds.contains(&row.line.kind.as_str()));
    let text = |body: &str| {
        serde_json::from_str::<serde_json::Value>(body).expect("JSON")["text"]
            .as_str()
            .map(str::to_owned)
    };
    of_kind.filter_map(|row| text(&row.line.body)).collect()
}

async fn with_model(model: &str) -> (TestApp, Vec<String>) {
    let swe = role::built_in(&"swe".parse().expect("a name")).expect("built in");
    let wish = role::Role {
        model: Some(model.to_owned()),
        ..swe
    };
    let mut app = TestApp::with(|plan: &mut Options| plan.roles = vec![wish]).await;
    app.go("Add a page", "write PAGE.md: hello\nmodel");
    app.settle_all().await;
    let said = said(&app, &["note", "message"]).await;
    (app, said)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_roles_model_is_the_one_that_works() {
    let (app, said) = with_model("demo-large").await;
    assert_eq!(
        said.last().map(String::as_str),
        Some("My model is demo-large."),
        "{said:?}"
    );
    app.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_that_is_not_offered_is_said() {
    let (app, said) = with_model("demo-huge").await;
    let note = "This agent offers no model demo-huge, so it keeps demo-small. It offers: demo-small, demo-large.";
    assert!(said.iter().any(|text| text == note), "{said:?}");
    assert_eq!(
        said.last().map(String::as_str),
        Some("My model is demo-small."),
        "{said:?}"
    );
    app.done().await;
}
