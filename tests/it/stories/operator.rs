//! What the operator allows and wishes, seen on the issue and in the pull request.

use skep::core::ids::IssueNumber;
use skep::core::policy::AllowProtected;
use skep::core::role;

use super::reach::without_shas;
use crate::house::{House, Plan};

/// No workflow among them: GitHub lets no App change those without a permission that skep does not ask for.
const PROTECTED: &str =
    "write .github/dependabot.yml: version: 2\nwrite CLAUDE.md: be kind\nsay Added both.";

fn allow(globs: &[&str]) -> AllowProtected {
    AllowProtected::Matching(globs.iter().map(|glob| (*glob).to_owned()).collect())
}

/// Runs the script; answers with the pull requests' files and the thread.
async fn published(allow_protected: AllowProtected) -> (House, usize, String) {
    let mut house = House::with(|plan: &mut Plan| plan.allow_protected = allow_protected).await;
    let issue = house.go("Keep dependencies fresh", PROTECTED);
    house.settle_all().await;
    let pulls = house
        .simulator
        .pulls(house.repository)
        .expect("pull requests");
    let text = pulls.first().map_or_else(
        || house.thread(issue),
        |pull| house.thread(IssueNumber(pull.issue.number)),
    );
    (house, pulls.len(), text)
}

#[tokio::test(flavor = "multi_thread")]
async fn protected_paths_are_not_published() {
    let (house, pulls, thread) = published(AllowProtected::Nothing).await;
    assert_eq!(pulls, 0);
    // Commits are made at the machine's time.
    let thread = regex::Regex::new("as `[0-9a-f]{10}`")
        .expect("an expression")
        .replace_all(&thread, "as `COMMIT`");
    insta::assert_snapshot!(thread);
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_path_that_is_not_allowed_holds_all_back() {
    let (house, pulls, thread) = published(allow(&[".github/**"])).await;
    assert_eq!(pulls, 0);
    assert!(
        thread.contains("it touches 1 protected path (`CLAUDE.md`), which"),
        "{thread}"
    );
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn allowed_protected_paths_are_published_and_pointed_at() {
    let (house, pulls, body) = published(allow(&[".github/**", "CLAUDE.md"])).await;
    assert_eq!(pulls, 1, "{body}");
    insta::assert_snapshot!(without_shas(&body));
    house.done().await;
    let (house, pulls, body) = published(AllowProtected::Everything).await;
    assert_eq!(pulls, 1, "{body}");
    house.done().await;
}

/// GitHub refuses it whatever the operator allows: it is said what to do, and not tried again.
#[tokio::test(flavor = "multi_thread")]
async fn a_workflow_file_is_refused_by_github_and_the_way_on_is_said() {
    let mut house =
        House::with(|plan: &mut Plan| plan.allow_protected = AllowProtected::Everything).await;
    let issue = house.go(
        "Test it",
        "write .github/workflows/ci.yml: on: push\nsay Added it.",
    );
    house.settle_all().await;
    assert_eq!(house.state(issue).await, "failed");
    let status = house.status(issue);
    assert!(status.contains("Make that change by hand"), "{status}");
    let pushes = house
        .simulator
        .calls()
        .into_iter()
        .filter(|call| call.path.ends_with("/git-receive-pack"));
    assert_eq!(pushes.filter(|call| call.method == "POST").count(), 1);
    house.done().await;
}

/// The notes and messages in the log of the first session.
async fn said(house: &House, kinds: &[&str]) -> Vec<String> {
    let filter = skep::store::SessionFilter::default();
    let session = house
        .store()
        .sessions(&filter, 1)
        .await
        .expect("sessions")
        .remove(0);
    let log = house
        .store()
        .log(&session.id, 0, 1_000)
        .await
        .expect("a log");
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

async fn with_model(model: &str) -> (House, Vec<String>) {
    let swe = role::built_in(&"swe".parse().expect("a name")).expect("built in");
    let wish = role::Role {
        model: Some(model.to_owned()),
        ..swe
    };
    let mut house = House::with(|plan: &mut Plan| plan.roles = vec![wish]).await;
    house.go("Add a page", "write PAGE.md: hello\nmodel");
    house.settle_all().await;
    let said = said(&house, &["note", "message"]).await;
    (house, said)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_roles_model_is_the_one_that_works() {
    let (house, said) = with_model("demo-large").await;
    assert_eq!(
        said.last().map(String::as_str),
        Some("My model is demo-large."),
        "{said:?}"
    );
    house.done().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_that_is_not_offered_is_said() {
    let (house, said) = with_model("demo-huge").await;
    let note = "This agent offers no model demo-huge, so it keeps demo-small. It offers: demo-small, demo-large.";
    assert!(said.iter().any(|text| text == note), "{said:?}");
    assert_eq!(
        said.last().map(String::as_str),
        Some("My model is demo-small."),
        "{said:?}"
    );
    house.done().await;
}
