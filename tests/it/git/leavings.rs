//! What tools leave beside the work stays behind and is named; what was given to git stays in.

use std::fs;
use std::os::unix::fs::symlink;

use skep::core::event::WhyLeftOut;
use skep::git::Collected;

use super::{Lab, all_ways, run, write};

all_ways!(
    leavings_of_tools_are_not_published,
    the_agents_git_knows_the_list,
    what_is_tracked_added_by_force_or_wanted_by_the_repository_stays_in,
    a_link_that_leaves_the_tree_is_left_out_and_named,
);

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

async fn leavings_of_tools_are_not_published(lab: Lab) {
    let work = lab.workspace().await;
    for path in [
        ".venv/pyvenv.cfg",
        "src/__pycache__/main.pyc",
        ".DS_Store",
        "docs/.guide.md.swp",
        "README.md~",
        "core",
        ".aider.chat.history.md",
        "x.tmp",
    ] {
        write(&work, path, "x");
    }
    symlink("/usr/bin/python3", work.join(".venv/python")).expect("linked");
    symlink("/usr/lib/node_modules", work.join("node_modules")).expect("linked");
    write(&work, "core.rs", "work\n");
    write(&work, "src/core/mod.rs", "work\n");
    write(&work, "src/main.rs", "fn main() { work() }\n");
    let collected = lab.collect().await.expect("collected");
    assert_eq!(
        paths(&collected),
        ["core.rs", "src/core/mod.rs", "src/main.rs"]
    );
    let names = [
        ".DS_Store",
        ".aider.chat.history.md",
        ".venv/",
        "README.md~",
        "core",
        "docs/.guide.md.swp",
        "node_modules",
        "src/__pycache__/",
        "x.tmp",
    ];
    assert_eq!(
        left(&collected),
        names.map(|name| (WhyLeftOut::Leaving, name))
    );
}

/// The list is in the working copy, so that the agent's own `git add -A` knows it too.
async fn the_agents_git_knows_the_list(lab: Lab) {
    let work = lab.workspace().await;
    write(&work, ".venv/pyvenv.cfg", "x");
    write(&work, "a.txt", "work\n");
    run(&work, &["add", "-A"]);
    run(&work, &["commit", "--quiet", "-m", "all"]);
    assert_eq!(paths(&lab.collect().await.expect("collected")), ["a.txt"]);
    assert!(
        fs::read_to_string(work.join(".git/info/exclude"))
            .expect("there")
            .contains("\n.venv\n")
    );
}

async fn what_is_tracked_added_by_force_or_wanted_by_the_repository_stays_in(lab: Lab) {
    lab.server
        .seed(
            "main",
            &[
                ("venv/kept.py", "1\n"),
                (".gitignore", "!wanted.pyc\nbuild/\nnode_modules/\n"),
            ],
        )
        .await;
    let base = lab
        .git
        .fetch(
            &lab.remote(),
            &skep::git::FetchRequest {
                branch: "main".into(),
                sha: None,
            },
        )
        .await
        .expect("fetched");
    let lab = Lab {
        base: base.head,
        ..lab
    };
    let work = lab.workspace().await;
    write(&work, "venv/kept.py", "changed\n");
    write(&work, "wanted.pyc", "x");
    write(&work, "unwanted.pyc", "x");
    write(&work, "forced.orig", "x");
    run(&work, &["add", "--force", "forced.orig"]);
    run(&work, &["commit", "--quiet", "-m", "forced"]);
    write(&work, "build/report.md", "x");
    write(&work, "node_modules/x", "x");
    let collected = lab.collect().await.expect("collected");
    assert_eq!(
        paths(&collected),
        ["forced.orig", "venv/kept.py", "wanted.pyc"]
    );
    // That a repository ignores what everybody ignores is no news.
    assert_eq!(
        left(&collected),
        [
            (WhyLeftOut::Leaving, "unwanted.pyc"),
            (WhyLeftOut::Ignored, "build/")
        ]
    );
}

async fn a_link_that_leaves_the_tree_is_left_out_and_named(lab: Lab) {
    let work = lab.workspace().await;
    symlink("/etc/passwd", work.join("data")).expect("linked");
    fs::remove_file(work.join("README.md")).expect("removed");
    symlink("/etc/hostname", work.join("README.md")).expect("linked");
    symlink("../docs/guide.md", work.join("src/inside")).expect("linked");
    let collected = lab.collect().await.expect("collected");
    assert_eq!(
        paths(&collected),
        ["src/inside"],
        "a tracked file stays what it was"
    );
    assert_eq!(
        left(&collected),
        [(WhyLeftOut::Link, "README.md"), (WhyLeftOut::Link, "data")]
    );

    // Committed, they cannot be taken out of the last commit alone.
    run(&work, &["add", "-A"]);
    run(&work, &["commit", "--quiet", "-m", "all of it"]);
    let collected = lab.collect().await.expect("collected");
    assert_eq!(
        (paths(&collected), collected.committed_by_us),
        (vec!["src/inside"], true)
    );
    let own = run(&work, &["rev-parse", "HEAD"]);
    let named = [
        (WhyLeftOut::History, own.as_str()),
        (WhyLeftOut::Link, "README.md"),
        (WhyLeftOut::Link, "data"),
    ];
    assert_eq!(left(&collected), named);
}
