//! Working copies: whole or not there, private, and usable by an agent.

use std::fs;

use skep::core::ids::{AgentBranch, IssueNumber};

use super::{Lab, REPOSITORY, run, write};

#[tokio::test]
async fn a_working_copy_is_clean_and_has_its_history() {
    let lab = Lab::new().await;
    let work = lab.workspace().await;
    assert_eq!(
        run(&work, &["status", "--porcelain", "--branch"]),
        "## agent/12-add-a-page"
    );
    assert_eq!(
        run(&work, &["log", "--format=%H %s"]),
        format!("{} Seed", lab.base)
    );
    assert_eq!(
        fs::read_to_string(work.join("src/main.rs")).expect("read"),
        "fn main() {}\n"
    );
    assert_eq!(
        run(&work, &["config", "user.name"]),
        "Agent",
        "the test's own -c wins"
    );
    assert_eq!(run(&work, &["config", "--local", "user.name"]), "skep[bot]");
    assert_eq!(run(&work, &["remote"]), "");
    assert!(!work.join(".git/hooks").exists());
    let alternates = fs::read_to_string(work.join(".git/objects/info/alternates")).expect("read");
    assert_eq!(
        alternates.trim(),
        lab.mirror().join("objects").display().to_string()
    );
    write(&work, "new", "x");
    run(&work, &["add", "-A"]);
    run(&work, &["commit", "--quiet", "-m", "mine"]);
    run(&work, &["fsck", "--strict"]);
    run(&lab.mirror(), &["--git-dir=.", "fsck", "--strict"]);
}

#[tokio::test]
async fn half_made_is_remade_and_complete_is_kept() {
    let lab = Lab::new().await;
    let spec = lab.spec(lab.base.clone());
    let making = spec.path.with_file_name("work.making");
    write(&making, ".git/HEAD", "half");
    let work = lab.workspace().await;
    assert_eq!(run(&work, &["status", "--porcelain"]), "");
    assert!(!making.exists());
    write(&work, "mine", "kept");
    lab.git.create_workspace(&spec).await.expect("kept");
    assert_eq!(fs::read_to_string(work.join("mine")).expect("read"), "kept");
}

#[tokio::test]
async fn a_removed_session_leaves_nothing() {
    let lab = Lab::new().await;
    let work = lab.workspace().await;
    write(&work, "new", "x");
    lab.collect().await.expect("collected");
    let refs = || {
        run(
            &lab.mirror(),
            &[
                "--git-dir=.",
                "for-each-ref",
                "--format=%(refname)",
                "refs/skep",
            ],
        )
    };
    assert_eq!(refs(), "refs/skep/sessions/7-12-1");
    for _ in 0..2 {
        lab.git
            .remove_session(REPOSITORY, &lab.session, &work)
            .await
            .expect("removed");
        assert!(!work.exists());
        assert_eq!(refs(), "");
    }
    assert_eq!(
        fs::read_dir(lab.folder.path().join("data/indexes"))
            .expect("listed")
            .count(),
        0
    );
}

#[test]
fn hostile_titles_make_branches_git_accepts() {
    let long = "x".repeat(10 << 10);
    let titles = [
        "--upload-pack=x",
        "../..",
        "@{u}",
        "a..b",
        ".lock",
        "x.lock",
        "🦀🦀",
        "",
        "-",
        "\0\n\r",
        "refs/heads/main",
        &long,
    ];
    for title in titles {
        let branch = AgentBranch::new(IssueNumber(12), title);
        assert_eq!(
            run(
                std::path::Path::new("/"),
                &["check-ref-format", &branch.full_ref()]
            ),
            "",
            "{title}"
        );
        assert_eq!(
            branch.as_str().parse::<AgentBranch>(),
            Ok(branch.clone()),
            "{title}"
        );
    }
}
