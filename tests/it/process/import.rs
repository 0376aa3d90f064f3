//! `skep import` and `skep plan OWNER/REPO#N` as an operator uses them: what other tools were told of a repository is taken over, what
//! would come of an issue is shown, and then it comes: the pull request that it is without any of that.

use std::path::{Path, PathBuf};
use std::time::Instant;

use serde_json::Value;
use skep::core::ids::IssueNumber;
use skep_simulator::world::content::IssueDraft;

use super::running::{Served, skep};
use super::setup::{PATIENCE, Setup, ask, get};

const SCRIPT: &str = "Please.\n\n```skep-demo\nwrite GREETING.md: hello\nsay Done.\n```\n";

/// A folder with what another tool was told of a repository.
fn copied(setup: &Setup, name: &str) -> PathBuf {
    let from = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fixtures/foreign")
        .join(name);
    let to = setup.folder.path().join(name);
    for path in files(&from) {
        let place = to.join(&path);
        std::fs::create_dir_all(place.parent().expect("a folder")).expect("made");
        std::fs::copy(from.join(&path), place).expect("copied");
    }
    to
}

/// The files below a folder, by their paths in it.
fn files(folder: &Path) -> Vec<String> {
    fn below(folder: &Path, root: &Path, found: &mut Vec<String>) {
        for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
            let path = entry.path();
            match path.is_dir() {
                true => below(&path, root, found),
                false => {
                    let path = path.strip_prefix(root).expect("below it");
                    found.push(path.display().to_string());
                }
            }
        }
    }
    let mut found = Vec::new();
    below(folder, folder, &mut found);
    found.sort();
    found
}

/// A repository with all files of a folder, in which Ana may write.
async fn repository(setup: &Setup, name: &str, folder: &Path) -> i64 {
    let texts: Vec<(String, String)> = files(folder)
        .into_iter()
        .map(|path| {
            (
                path.clone(),
                std::fs::read_to_string(folder.join(path)).expect("a text"),
            )
        })
        .collect();
    let texts: Vec<(&str, &str)> = texts
        .iter()
        .map(|(path, text)| (path.as_str(), text.as_str()))
        .collect();
    let made = setup.github.create_repository("octo", name, &texts).await;
    let made = made.expect("a repository");
    setup
        .github
        .set_permission(made, "ana", "write")
        .expect("a permission");
    made
}

fn issue(setup: &Setup, repository: i64) -> IssueNumber {
    let draft = IssueDraft {
        title: "Add a greeting".into(),
        body: Some(SCRIPT.into()),
        ..IssueDraft::default()
    };
    let opened = setup.github.open_issue(repository, "ana", draft);
    IssueNumber(opened.expect("an issue"))
}

/// What people are left with in a repository, but for what names it.
fn ending(setup: &Setup, repository: i64, name: &str) -> String {
    let pulls = setup.github.pulls(repository).expect("pull requests");
    let shown = pulls.iter().map(|pull| {
        format!(
            "#{} {} draft={} files={}",
            pull.issue.number, pull.issue.title, pull.draft, pull.changed_files
        )
    });
    Vec::from_iter(shown).join("\n").replace(name, "NAME")
}

async fn in_review(served: &Served, name: &str, issue: IssueNumber) {
    let began = Instant::now();
    loop {
        let path = format!("GET /api/v1/tasks/octo/{name}/{issue}");
        let answer = ask(&served.admin, &path, &[], "").await;
        let task: Value = answer
            .filter(|(status, _)| *status == 200)
            .map_or(Value::Null, |(_, body)| {
                serde_json::from_str(&body).expect("JSON")
            });
        let status = get(&served.admin, "/api/v1/status").await;
        if task["state"] == "in-review" && status["effects_open"] == 0 {
            return;
        }
        assert!(
            began.elapsed() < PATIENCE,
            "{name}: {task} {}",
            served.log()
        );
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}

/// Settings that were taken over, with what a test needs: room, and no pace.
fn settings(taken: &str) -> String {
    let fast = "disk_reserve = '0B'\nretry_base = '50ms'\nmutation_burst = 100\nmutations_per_second = 100\n";
    match taken.contains("[limits]\n") {
        true => taken.replace("[limits]\n", &format!("[limits]\n{fast}")),
        false => format!("{taken}\n[limits]\n{fast}"),
    }
}

/// What another tool was told, and how work is started there.
struct Example {
    name: &'static str,
    /// The label that starts it.
    go: &'static str,
    /// Its role, where it has one.
    role: Option<&'static str>,
    /// What the agent hears of what was taken over.
    told: &'static str,
}

/// Takes a foreign example over and lets its issue become a pull request; answers with what people are left with.
async fn played(example: &Example) -> String {
    let Example { name, go, .. } = example;
    let setup = Setup::new().await;
    let folder = copied(&setup, name);
    let line = format!("import {} --label {go} --json", folder.display());
    let (code, said, err) = skep(&line, &[]).await;
    assert_eq!((code, err.as_str()), (Some(0), ""), "{said}");
    let imported: Value = serde_json::from_str(&said).expect("JSON");
    for file in imported["files"].as_array().expect("files") {
        assert_eq!(file["became"], "written", "{file}");
        let path = folder.join(file["path"].as_str().expect("a path"));
        assert!(path.is_file(), "{}", path.display());
    }
    // Once more: nothing is written over.
    let (code, said, err) = skep(&line, &[]).await;
    assert_eq!((code, err.as_str()), (Some(0), ""), "{said}");
    assert!(!said.contains("\"became\":\"written\""), "{said}");

    let taken = imported["settings"].as_str().expect("settings");
    std::fs::write(setup.folder.path().join("skep.toml"), settings(taken)).expect("written");
    let repository = repository(&setup, name, &folder).await;
    let served = Served::start(&setup);
    let issue = issue(&setup, repository);
    let label = |label: &str| {
        let labeled = setup.github.label(repository, issue, label, "ana");
        labeled.expect("a label");
    };
    example.role.into_iter().for_each(label);
    planned(&setup, &served, example).await;
    label(go);
    in_review(&served, name, issue).await;
    assert_eq!(setup.github.violations(), [], "GitHub complains");
    served.stop().await;
    ending(&setup, repository, name)
}

/// It is told before what would come of it, and nothing is done for that.
async fn planned(setup: &Setup, served: &Served, example: &Example) {
    let calls = setup.github.calls().len();
    let line = format!("plan octo/{}#1 --admin {}", example.name, served.admin);
    let (code, said, err) = skep(&line, &setup.token()).await;
    assert_eq!((code, err.as_str()), (Some(0), ""), "{said}");
    assert!(said.contains("would start a session"), "{said}");
    assert!(said.contains(example.told), "{said}");
    let calls = &setup.github.calls()[calls..];
    let written = calls
        .iter()
        .filter(|call| call.method != "GET" && !call.path.ends_with("/access_tokens"))
        .map(|call| format!("{} {}", call.method, call.path));
    assert_eq!(Vec::from_iter(written), [""; 0]);
    assert!(!calls.is_empty(), "GitHub was asked nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn each_foreign_example_ends_in_the_same_pull_request() {
    let setup = Setup::new().await;
    setup.hurry();
    let served = Served::start(&setup);
    let plain = issue(&setup, setup.repository.0);
    setup
        .github
        .label(setup.repository, plain, "agent:go", "ana")
        .expect("a label");
    in_review(&served, "hello", plain).await;
    let before = ending(&setup, setup.repository.0, "hello");
    served.stop().await;
    assert!(before.contains("Add a greeting"), "{before}");
    let examples = [
        Example {
            name: "symphony",
            go: "symphony",
            role: None,
            told: "Reproduce first",
        },
        Example {
            name: "copilot",
            go: "jules",
            role: Some("role:docs-writer"),
            told: "only below docs",
        },
        Example {
            name: "openhands",
            go: "fix-me",
            role: None,
            told: "one language a file",
        },
    ];
    for example in &examples {
        assert_eq!(played(example).await, before, "{}", example.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_there_stays_and_garbage_gets_a_plain_sentence() {
    let setup = Setup::new().await;
    let empty = setup.folder.path().join("empty");
    std::fs::create_dir(&empty).expect("made");
    let (code, _, err) = skep(&format!("import {}", empty.display()), &[]).await;
    assert_eq!(code, Some(2), "{err}");
    assert!(err.contains("has no WORKFLOW.md"), "{err}");

    let folder = copied(&setup, "copilot");
    std::fs::write(folder.join("AGENTS.md"), "Ours.\n").expect("written");
    let line = format!("import {} --dry-run", folder.display());
    let (code, said, err) = skep(&line, &[]).await;
    assert_eq!((code, err.as_str()), (Some(0), ""), "{said}");
    assert!(said.contains("would write .github/skep.toml:"), "{said}");
    assert!(
        said.contains("AGENTS.md is there already and stays as it is"),
        "{said}"
    );
    assert!(!folder.join(".github/skep.toml").exists(), "it wrote");
    let line = format!("import {}", folder.display());
    let (code, said, err) = skep(&line, &[]).await;
    assert_eq!((code, err.as_str()), (Some(0), ""), "{said}");
    let ours = std::fs::read_to_string(folder.join("AGENTS.md")).expect("a text");
    assert_eq!(ours, "Ours.\n");
    assert!(folder.join(".github/skep.toml").is_file(), "{said}");

    let steps = folder.join(".github/workflows/copilot-setup-steps.yml");
    std::fs::write(&steps, "jobs: {\n").expect("written");
    let (code, _, err) = skep(&line, &[]).await;
    assert_eq!(code, Some(2), "{err}");
    assert!(err.contains("copilot-setup-steps.yml:"), "{err}");
    std::fs::write(&steps, [0xff, 0xfe, 0x00]).expect("written");
    let (code, _, err) = skep(&line, &[]).await;
    assert_eq!(code, Some(2), "{err}");
    assert!(err.contains("cannot be read"), "{err}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_of_what_cannot_start_says_so_with_its_exit_code() {
    let setup = Setup::new().await;
    let served = Served::start(&setup);
    let issue = issue(&setup, setup.repository.0);
    let repository = setup.repository;
    setup
        .github
        .close_issue(repository, issue, "ana")
        .expect("closed");
    let admin = format!("--admin {}", served.admin);
    let (code, said, err) = skep(&format!("plan octo/hello#{issue} {admin}"), &setup.token()).await;
    assert_eq!((code, err.as_str()), (Some(1), ""), "{said}");
    assert!(
        said.contains("would not start: the issue is closed"),
        "{said}"
    );
    let page = format!("plan https://github.com/octo/hello/issues/{issue} {admin} --json");
    let (code, said, _) = skep(&page, &setup.token()).await;
    assert_eq!(code, Some(1), "{said}");
    let plan: Value = serde_json::from_str(&said).expect("JSON");
    assert_eq!(plan["begins"], "nothing", "{plan}");
    let (code, _, err) = skep(&format!("plan octo/hello#99 {admin}"), &setup.token()).await;
    assert_eq!(code, Some(1), "{err}");
    assert!(err.contains("99"), "{err}");
    let (code, _, err) = skep(
        &format!("plan octo/hello#1 --create {admin}"),
        &setup.token(),
    )
    .await;
    assert_eq!(code, Some(2), "{err}");
    assert!(
        err.contains("--create is for a repository's task list"),
        "{err}"
    );
    served.stop().await;
}
