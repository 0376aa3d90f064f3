//! The real git against the simulator: clone, fetch, push, and every push GitHub refuses.

use std::path::Path;
use std::process::Command;

use base64::Engine;
use hyper::Request;
use serde_json::json;
use skep_simulator::RepositorySeed;
use skep_simulator::world::ruleset::{RulesetBypass, RulesetDraft};

use super::client::{Listener, Stage, stage};

/// Runs git with a token in a header; gives success and all it said.
async fn git(dir: &Path, token: &str, args: &[&str]) -> (bool, String) {
    let secret = token.split_once(' ').map_or("", |(_, secret)| secret);
    let basic =
        base64::engine::general_purpose::STANDARD.encode(format!("x-access-token:{secret}"));
    let mut command = Command::new("git");
    command
        .current_dir(dir)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1");
    command.env("GIT_TERMINAL_PROMPT", "0").env("LC_ALL", "C");
    if !secret.is_empty() {
        let header = format!("http.extraHeader=Authorization: Basic {basic}");
        command.args(["-c", &header]);
    }
    command
        .args(["-c", "user.name=Test", "-c", "user.email=test@example.org"])
        .args(args);
    let output = tokio::task::spawn_blocking(move || command.output())
        .await
        .expect("joined")
        .expect("git runs");
    let said = [output.stdout, output.stderr].concat();
    (
        output.status.success(),
        String::from_utf8_lossy(&said).into_owned(),
    )
}

async fn clone(stage: &Stage, token: &str, into: &str) -> (bool, String) {
    let url = format!("{}/octo/hello.git", stage.simulator.git_url());
    git(
        stage.folder.path(),
        token,
        &["clone", "--quiet", &url, into],
    )
    .await
}

/// A clone with one new commit that holds `path`.
async fn work(stage: &Stage, token: &str, path: &str) -> std::path::PathBuf {
    let (cloned, said) = clone(stage, token, "work").await;
    assert!(cloned, "{said}");
    let dir = stage.folder.path().join("work");
    let file = dir.join(path);
    std::fs::create_dir_all(file.parent().expect("a folder")).expect("made");
    std::fs::write(&file, "new\n").expect("written");
    assert!(git(&dir, token, &["add", "."]).await.0);
    assert!(
        git(&dir, token, &["commit", "--quiet", "-m", "Work"])
            .await
            .0
    );
    dir
}

#[tokio::test]
async fn anybody_fetches_what_is_public_and_pushes_nothing() {
    let stage = stage().await;
    let dir = work(&stage, "", "src/new.txt").await;
    let (pushed, said) = git(&dir, "", &["push", "origin", "HEAD:refs/heads/agent/1-x"]).await;
    assert!(
        !pushed && said.contains("could not read Username"),
        "{said}"
    );
    let hidden = stage.simulator.seed_repository(RepositorySeed {
        owner: "octo",
        name: "hidden",
        default_branch: "main",
        private: true,
        files: &[("README.md", "# Hidden\n")],
    });
    hidden.await.expect("a repository");
    let url = format!("{}/octo/hidden.git", stage.simulator.git_url());
    let (cloned, said) = git(&dir, "", &["clone", "--quiet", &url, "hidden"]).await;
    assert!(
        !cloned && said.contains("could not read Username"),
        "{said}"
    );
}

#[tokio::test]
async fn clones_and_pushes_with_a_token_and_tells_of_the_push() {
    let stage = stage().await;
    let token = stage.token().await;
    let listener = Listener::start().await;
    stage.simulator.set_webhook_url(&listener.url);
    let dir = work(&stage, &token, "src/new.txt").await;
    let (pushed, said) = git(
        &dir,
        &token,
        &["push", "origin", "HEAD:refs/heads/agent/1-x"],
    )
    .await;
    assert!(pushed, "{said}");
    let text = stage
        .simulator
        .file(stage.home, "agent/1-x", "src/new.txt")
        .await
        .expect("git answers");
    assert_eq!(text.as_deref(), Some("new\n"));
    stage.simulator.quiet().await;
    assert_eq!(listener.names(), ["push"]);
    let push = listener.seen()[0].json();
    assert_eq!(
        (&push["ref"], &push["created"]),
        (&json!("refs/heads/agent/1-x"), &json!(true))
    );
    assert_eq!(push["commits"][0]["added"], json!(["src/new.txt"]));
    assert_eq!(push["sender"]["login"], "skep-demo[bot]");
    assert_eq!(
        push["after"],
        stage
            .simulator
            .branch_head(stage.home, "agent/1-x")
            .expect("a branch")
            .as_str()
    );
}

#[tokio::test]
async fn a_large_fetch_request_comes_packed() {
    let stage = stage().await;
    let token = stage.token().await;
    // Each branch is one `want` of 50 bytes; git packs requests above 1,024 bytes.
    for number in 0..30 {
        let branch = format!("branch-{number}");
        stage
            .simulator
            .push_to_branch(stage.home, &branch, &[("x.txt", branch.as_str())], "octo")
            .await
            .expect("a push");
    }
    let (cloned, said) = clone(&stage, &token, "all").await;
    assert!(cloned, "{said}");
    let (_, listed) = git(
        &stage.folder.path().join("all"),
        &token,
        &["branch", "--remotes"],
    )
    .await;
    assert_eq!(
        listed
            .lines()
            .filter(|line| line.contains("origin/branch-"))
            .count(),
        30
    );
}

#[tokio::test]
async fn a_read_token_reads_and_does_not_push() {
    let stage = stage().await;
    let read = stage
        .narrow(json!({ "permissions": { "contents": "read" } }))
        .await;
    let dir = work(&stage, &read, "new.txt").await;
    let (pushed, said) = git(&dir, &read, &["push", "origin", "HEAD:refs/heads/x"]).await;
    assert!(!pushed && said.contains("403"), "{said}");
    assert_eq!(stage.simulator.branch_head(stage.home, "x"), None);
}

#[tokio::test]
async fn wrong_tokens_are_401_and_other_repositories_404() {
    let stage = stage().await;
    let other = stage
        .simulator
        .create_repository("octo", "other", &[])
        .await
        .expect("a repository");
    let (cloned, _) = clone(&stage, "token ghs_wrong", "a").await;
    assert!(!cloned);
    let path = format!(
        "{}/octo/hello.git/info/refs?service=git-upload-pack",
        stage.simulator.git_url()
    );
    let request = Request::get(path)
        .header("user-agent", "git/2")
        .header("authorization", "token ghs_wrong")
        .body(http_body_util::Full::default());
    let answer = stage
        .exchange(request.expect("a request"))
        .await
        .expect("an answer");
    assert_eq!(
        (answer.status, answer.header("www-authenticate")),
        (401, "Basic realm=\"GitHub\"")
    );
    let elsewhere = stage.narrow(json!({ "repository_ids": [other] })).await;
    let (cloned, said) = clone(&stage, &elsewhere, "b").await;
    assert!(!cloned && said.contains("not found"), "{said}");
    let token = stage.token().await;
    stage.pass(3_600);
    assert!(!clone(&stage, &token, "c").await.0, "the token has ended");
}

#[tokio::test]
async fn protected_branches_refuse_in_gits_own_words() {
    let stage = stage().await;
    let token = stage.token().await;
    stage
        .simulator
        .protect_branch(stage.home, "main")
        .expect("protected");
    let before = stage.simulator.branch_head(stage.home, "main");
    let dir = work(&stage, &token, "new.txt").await;
    let (pushed, said) = git(&dir, &token, &["push", "origin", "HEAD:refs/heads/main"]).await;
    assert!(!pushed, "{said}");
    assert!(
        said.contains("[remote rejected]") && said.contains("(protected branch hook declined)"),
        "{said}"
    );
    assert!(
        said.contains("GH006: Protected branch update failed for refs/heads/main."),
        "{said}"
    );
    assert_eq!(stage.simulator.branch_head(stage.home, "main"), before);
}

/// Where the first ruleset of the main branch is read.
async fn ruleset_of_main(stage: &Stage, token: &str) -> String {
    let path = "/repos/octo/hello/rules/branches/main";
    let rules = stage.get(path, token).await.json();
    let number = rules[0]["ruleset_id"].as_i64().expect("a number");
    format!("/repos/octo/hello/rulesets/{number}")
}

#[tokio::test]
async fn rulesets_refuse_in_gits_own_words_and_some_are_not_shown() {
    let stage = stage().await;
    let token = stage.token().await;
    let draft = RulesetDraft {
        name: "main",
        branch: "main",
        rules: &["pull_request"],
        bypass: RulesetBypass::Never,
    };
    let ruled = |draft| {
        let done = stage.simulator.set_ruleset(stage.home, draft);
        done.expect("a ruleset");
    };
    ruled(draft);
    let before = stage.simulator.branch_head(stage.home, "main");
    let dir = work(&stage, &token, "new.txt").await;
    let (pushed, said) = git(&dir, &token, &["push", "origin", "HEAD:refs/heads/main"]).await;
    assert!(!pushed, "{said}");
    for part in [
        "(push declined due to repository rule violations)",
        "GH013: Repository rule violations found for refs/heads/main.",
    ] {
        assert!(said.contains(part), "{said}");
    }
    assert_eq!(stage.simulator.branch_head(stage.home, "main"), before);
    let path = ruleset_of_main(&stage, &token).await;
    let shown = stage.get(&path, &token).await.json();
    assert_eq!(shown["current_user_can_bypass"].as_str(), Some("never"));
    ruled(RulesetDraft {
        bypass: RulesetBypass::Hidden,
        ..draft
    });
    let path = ruleset_of_main(&stage, &token).await;
    assert_eq!(stage.get(&path, &token).await.status, 404);
}

#[tokio::test]
async fn workflow_files_need_their_own_permission() {
    let stage = stage().await;
    let token = stage.token().await;
    let dir = work(&stage, &token, ".github/workflows/ci.yml").await;
    let (pushed, said) = git(&dir, &token, &["push", "origin", "HEAD:refs/heads/x"]).await;
    let reason = "refusing to allow a GitHub App to create or update workflow `.github/workflows/ci.yml` without \
                  `workflows` permission";
    assert!(!pushed && said.contains(reason), "{said}");
    assert_eq!(stage.simulator.branch_head(stage.home, "x"), None);
    let installation = stage
        .simulator
        .installation(stage.home)
        .expect("an installation");
    let write = Some(skep_simulator::world::account::Access::Write);
    stage
        .simulator
        .set_app_permission(installation, "workflows", write)
        .expect("granted");
    let token = stage.token().await;
    let (pushed, said) = git(&dir, &token, &["push", "origin", "HEAD:refs/heads/x"]).await;
    assert!(pushed, "{said}");
}

#[tokio::test]
async fn archives_and_moved_repositories() {
    let stage = stage().await;
    let token = stage.token().await;
    let dir = work(&stage, &token, "new.txt").await;
    stage
        .simulator
        .rename_repository(stage.home, "octo", "goodbye")
        .expect("renamed");
    let (pushed, said) = git(&dir, &token, &["push", "origin", "HEAD:refs/heads/x"]).await;
    assert!(pushed, "git follows the 301: {said}");
    stage.simulator.archive(stage.home, true).expect("archived");
    let (pushed, said) = git(&dir, &token, &["push", "origin", "HEAD:refs/heads/y"]).await;
    assert!(!pushed && said.contains("403"), "{said}");
    assert!(
        git(&dir, &token, &["fetch", "--quiet", "origin"]).await.0,
        "reading goes on"
    );
}

#[tokio::test]
async fn a_lease_that_is_stale_is_refused_by_git_itself() {
    let stage = stage().await;
    let token = stage.token().await;
    let dir = work(&stage, &token, "new.txt").await;
    assert!(
        git(&dir, &token, &["push", "origin", "HEAD:refs/heads/x"])
            .await
            .0
    );
    stage
        .simulator
        .push_to_branch(stage.home, "x", &[("theirs.txt", "theirs\n")], "octo")
        .await
        .expect("a push");
    let (_, mine) = git(&dir, &token, &["rev-parse", "HEAD"]).await;
    let lease = format!("--force-with-lease=refs/heads/x:{}", mine.trim());
    assert!(
        git(
            &dir,
            &token,
            &["commit", "--quiet", "--allow-empty", "-m", "More"]
        )
        .await
        .0
    );
    let (pushed, said) = git(
        &dir,
        &token,
        &["push", &lease, "origin", "HEAD:refs/heads/x"],
    )
    .await;
    assert!(!pushed && said.contains("stale info"), "{said}");
}
