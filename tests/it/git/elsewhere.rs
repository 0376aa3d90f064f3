//! Work that is not on the agent's branch or not git's at all: taken where that is right, otherwise named.

use std::path::Path;

use skep::core::event::WhyLeftOut;
use skep::git::Collected;

use super::{Lab, all_ways, run, write};

all_ways!(
    commits_on_another_branch_are_taken_when_there_is_nothing_else,
    branches_that_are_not_one_line_of_work_are_named,
    work_in_the_tree_is_not_mixed_with_another_branch,
    what_is_put_aside_is_named,
    commits_without_a_branch_are_named_where_there_is_nothing_else,
    repositories_submodules_and_worktrees_inside_the_tree_are_named,
    unresolved_conflicts_are_told,
);

fn commit(work: &Path, path: &str, text: &str) {
    write(work, path, text);
    run(work, &["add", "-A"]);
    run(work, &["commit", "--quiet", "-m", path]);
}

fn paths(collected: &Collected) -> Vec<&str> {
    collected
        .files
        .iter()
        .map(|file| file.path.as_str())
        .collect()
}

fn left(collected: &Collected) -> Vec<(WhyLeftOut, &str)> {
    collected
        .left_out
        .iter()
        .map(|left| (left.why, left.name.as_str()))
        .collect()
}

async fn commits_on_another_branch_are_taken_when_there_is_nothing_else(lab: Lab) {
    let work = lab.workspace().await;
    run(&work, &["checkout", "--quiet", "-b", "fix/foo"]);
    commit(&work, "f.txt", "1\n");
    run(&work, &["checkout", "--quiet", "-b", "fix/more"]);
    commit(&work, "g.txt", "1\n");
    run(&work, &["checkout", "--quiet", lab.branch().as_str()]);
    let collected = lab.collect().await.expect("collected");
    assert_eq!(
        (paths(&collected), collected.committed_by_us),
        (vec!["f.txt", "g.txt"], false)
    );
    assert_eq!(left(&collected), [], "the last branch holds the other");
    assert_eq!(
        collected.head.as_str(),
        run(&work, &["rev-parse", "fix/more"])
    );
    assert_eq!(
        lab.collect().await.expect("collected"),
        collected,
        "and once more"
    );
}

async fn branches_that_are_not_one_line_of_work_are_named(lab: Lab) {
    let work = lab.workspace().await;
    for branch in ["one", "two"] {
        run(
            &work,
            &["checkout", "--quiet", "-b", branch, lab.base.as_str()],
        );
        commit(&work, branch, "1\n");
    }
    run(&work, &["checkout", "--quiet", lab.branch().as_str()]);
    let collected = lab.collect().await.expect("collected");
    assert_eq!(paths(&collected), Vec::<&str>::new());
    assert_eq!(
        left(&collected),
        [(WhyLeftOut::Branch, "one"), (WhyLeftOut::Branch, "two")]
    );
    let kept = run(&lab.mirror(), &["--git-dir=.", "count-objects"]);
    lab.collect().await.expect("collected");
    assert_eq!(
        run(&lab.mirror(), &["--git-dir=.", "count-objects"]),
        kept,
        "what is not taken is not kept"
    );
}

async fn work_in_the_tree_is_not_mixed_with_another_branch(lab: Lab) {
    let work = lab.workspace().await;
    run(&work, &["checkout", "--quiet", "-b", "fix/foo"]);
    commit(&work, "f.txt", "1\n");
    run(&work, &["checkout", "--quiet", lab.branch().as_str()]);
    write(&work, "loose.txt", "1\n");
    let collected = lab.collect().await.expect("collected");
    assert_eq!(
        (paths(&collected), left(&collected)),
        (vec!["loose.txt"], vec![(WhyLeftOut::Branch, "fix/foo")])
    );
}

async fn what_is_put_aside_is_named(lab: Lab) {
    let work = lab.workspace().await;
    write(&work, "README.md", "half\n");
    run(&work, &["stash", "--quiet"]);
    let collected = lab.collect().await.expect("collected");
    assert_eq!(
        (paths(&collected), left(&collected)),
        (vec![], vec![(WhyLeftOut::Stash, "refs/stash")])
    );
}

async fn commits_without_a_branch_are_named_where_there_is_nothing_else(lab: Lab) {
    let work = lab.workspace().await;
    run(&work, &["checkout", "--quiet", "--detach"]);
    commit(&work, "f.txt", "1\n");
    let lost = run(&work, &["rev-parse", "HEAD"]);
    run(&work, &["checkout", "--quiet", lab.branch().as_str()]);
    let collected = lab.collect().await.expect("collected");
    assert_eq!(
        (paths(&collected), left(&collected)),
        (vec![], vec![(WhyLeftOut::Commit, lost.as_str())])
    );
    write(&work, "f.txt", "1\n");
    assert_eq!(
        left(&lab.collect().await.expect("collected")),
        [],
        "taken back and still there"
    );
}

async fn repositories_submodules_and_worktrees_inside_the_tree_are_named(lab: Lab) {
    let clone = lab.folder.path().join("clone");
    run(
        lab.folder.path(),
        &[
            "clone",
            "--quiet",
            &lab.server.repository().display().to_string(),
            "clone",
        ],
    );
    for sub in ["sub", "untouched"] {
        run(
            &clone,
            &[
                "update-index",
                "--add",
                "--cacheinfo",
                &format!("160000,{},{sub}", lab.base),
            ],
        );
    }
    run(&clone, &["commit", "--quiet", "-m", "submodules"]);
    run(&clone, &["push", "--quiet", "origin", "HEAD:main"]);
    let lab = Lab {
        base: run(&clone, &["rev-parse", "HEAD"]).parse().expect("a sha"),
        ..lab
    };
    let work = lab.workspace().await;
    write(&work, "app/main.txt", "hi\n");
    run(&work.join("app"), &["init", "--quiet"]);
    write(&work, "sub/new.txt", "inside\n");
    run(&work, &["worktree", "add", "--quiet", "-b", "linked", "wt"]);
    write(&work, "wt/loose.txt", "1\n");
    let collected = lab.collect().await.expect("collected");
    assert_eq!(paths(&collected), Vec::<&str>::new());
    let named = [
        (WhyLeftOut::Repository, "app/"),
        (WhyLeftOut::Repository, "wt/"),
        (WhyLeftOut::Submodule, "sub"),
    ];
    assert_eq!(left(&collected), named);
}

async fn unresolved_conflicts_are_told(lab: Lab) {
    let work = lab.workspace().await;
    run(&work, &["checkout", "--quiet", "-b", "t"]);
    commit(&work, "README.md", "theirs\n");
    run(&work, &["checkout", "--quiet", lab.branch().as_str()]);
    commit(&work, "README.md", "ours\n");
    let merged = std::process::Command::new("git")
        .args(["merge", "--quiet", "t"])
        .current_dir(&work)
        .output();
    assert!(
        !merged.expect("git is there").status.success(),
        "it conflicts"
    );
    let collected = lab.collect().await.expect("collected");
    assert_eq!(
        (collected.conflicts.as_slice(), paths(&collected)),
        (&["README.md".to_owned()][..], vec!["README.md"])
    );
    assert_eq!(left(&collected), [(WhyLeftOut::Branch, "t")]);
    run(&work, &["commit", "--quiet", "-am", "with markers"]);
    assert_eq!(
        lab.collect().await.expect("collected").conflicts,
        ["README.md"],
        "committed as well"
    );
    commit(&work, "README.md", "both\n");
    assert_eq!(
        lab.collect().await.expect("collected").conflicts,
        Vec::<String>::new(),
        "resolved"
    );
}
