//! What an agent left becomes evidence and one head: commits, loose files, both, nothing.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use skep::core::event::ChangeKind;
use skep::git::{DiffLimits, GitError};

use super::{Lab, REPOSITORY, all_ways, run, write};

all_ways!(
    nothing_done_is_an_empty_result,
    loose_work_of_every_kind_becomes_one_commit_of_ours,
    the_agents_commits_stay_the_agents,
    a_history_without_the_base_counts_by_its_files,
    files_and_folders_may_change_places,
    a_change_of_the_same_size_in_the_same_moment_is_seen,
    two_looks_at_once_do_not_disturb_each_other,
    without_its_saved_index_a_session_is_still_collected,
    limits_and_protected_paths_are_reported,
    trees_that_break_a_rule_are_refused_whole,
);

async fn nothing_done_is_an_empty_result(lab: Lab) {
    lab.workspace().await;
    let collected = lab.collect().await.expect("collected");
    assert_eq!(
        (&collected.head, collected.commits, collected.files.len()),
        (&lab.base, 0, 0)
    );
    assert!(!collected.committed_by_us && collected.over.is_empty() && collected.patch_bytes == 0);
}

async fn loose_work_of_every_kind_becomes_one_commit_of_ours(lab: Lab) {
    let work = lab.workspace().await;
    write(&work, "README.md", "hello\nworld\n");
    write(&work, "new dir/naïve \"file\"\n.txt", "new\n");
    write(&work, ".gitignore", "*.log\n");
    write(&work, "noise.log", "ignored");
    fs::write(work.join("image.bin"), [0_u8, 159, 146, 150, 0]).expect("written");
    fs::remove_file(work.join("src/main.rs")).expect("removed");
    fs::set_permissions(
        work.join("docs/guide.md"),
        fs::Permissions::from_mode(0o755),
    )
    .expect("set");
    symlink("../README.md", work.join("docs/link")).expect("linked");
    let collected = lab.collect().await.expect("collected");

    let seen: Vec<_> = collected
        .files
        .iter()
        .map(|f| (f.path.as_str(), f.kind, f.insertions, f.deletions, f.binary))
        .collect();
    assert_eq!(
        seen,
        [
            (".gitignore", ChangeKind::Added, 1, 0, false),
            ("README.md", ChangeKind::Modified, 1, 0, false),
            ("docs/guide.md", ChangeKind::Modified, 0, 0, false),
            ("docs/link", ChangeKind::Added, 1, 0, false),
            ("image.bin", ChangeKind::Added, 0, 0, true),
            (
                "new dir/naïve \"file\"\n.txt",
                ChangeKind::Added,
                1,
                0,
                false
            ),
            ("src/main.rs", ChangeKind::Deleted, 0, 1, false),
        ]
    );
    assert_eq!(
        (
            collected.commits,
            collected.committed_by_us,
            collected.insertions,
            collected.deletions
        ),
        (1, true, 4, 1)
    );
    assert!(
        collected.patch_bytes > 100 && collected.over.is_empty() && collected.protected.is_empty()
    );
    let head = collected.head.as_str();
    let shown = run(
        &lab.mirror(),
        &["--git-dir=.", "log", "-1", "--format=%an|%ae|%cn|%B", head],
    );
    let bot = "skep[bot]|1+skep[bot]@users.noreply.github.com|skep[bot]";
    assert_eq!(shown, format!("{bot}|Add a page\n\nSkep-Session: 7-12-1"));
    assert_eq!(
        run(
            &lab.mirror(),
            &["--git-dir=.", "rev-parse", "refs/skep/sessions/7-12-1"]
        ),
        head
    );
    let modes = run(
        &lab.mirror(),
        &[
            "--git-dir=.",
            "ls-tree",
            "-r",
            "--format=%(objectmode) %(path)",
            head,
            "docs",
        ],
    );
    assert_eq!(modes, "100755 docs/guide.md\n120000 docs/link");
    run(&lab.mirror(), &["--git-dir=.", "fsck", "--strict"]);
    let leftover: Vec<_> = fs::read_dir(lab.mirror().join("objects"))
        .expect("listed")
        .flatten()
        .map(|e| e.file_name())
        .collect();
    assert!(
        !leftover
            .iter()
            .any(|name| name.to_string_lossy().starts_with("incoming")),
        "{leftover:?}"
    );
}

async fn the_agents_commits_stay_the_agents(lab: Lab) {
    let work = lab.workspace().await;
    for number in 1..=2 {
        write(&work, "a.txt", &format!("{number}\n"));
        run(&work, &["add", "-A"]);
        run(
            &work,
            &["commit", "--quiet", "-m", &format!("step {number}")],
        );
    }
    let collected = lab.collect().await.expect("collected");
    assert_eq!(collected.head.as_str(), run(&work, &["rev-parse", "HEAD"]));
    assert_eq!(
        (
            collected.commits,
            collected.committed_by_us,
            collected.files.len()
        ),
        (2, false, 1)
    );

    write(&work, "b.txt", "loose\n");
    let both = lab.collect().await.expect("collected");
    assert_eq!(
        (both.commits, both.committed_by_us, both.files.len()),
        (3, true, 2)
    );
    let log = run(
        &lab.mirror(),
        &["--git-dir=.", "log", "--format=%s", both.head.as_str()],
    );
    assert_eq!(log, "Add a page\nstep 2\nstep 1\nSeed");

    assert_eq!(
        lab.collect().await.expect("collected"),
        both,
        "the same work is the same commit"
    );
    write(&work, "c.txt", "later\n");
    let more = lab.collect().await.expect("collected");
    let parent = run(
        &lab.mirror(),
        &["--git-dir=.", "rev-parse", &format!("{}^", more.head)],
    );
    assert_eq!(
        (parent.as_str(), more.commits),
        (both.head.as_str(), 4),
        "it continues what was collected"
    );
}

async fn a_history_without_the_base_counts_by_its_files(lab: Lab) {
    let work = lab.workspace().await;
    run(&work, &["checkout", "--quiet", "--orphan", "other"]);
    write(&work, "a.txt", "1\n");
    run(&work, &["add", "-A"]);
    run(&work, &["commit", "--quiet", "-m", "all new"]);
    let collected = lab.collect().await.expect("collected");
    let parent = run(
        &lab.mirror(),
        &["--git-dir=.", "rev-parse", &format!("{}^", collected.head)],
    );
    assert_eq!(
        (parent.as_str(), collected.commits, collected.files.len()),
        (lab.base.as_str(), 1, 1)
    );
}

async fn files_and_folders_may_change_places(lab: Lab) {
    let work = lab.workspace().await;
    fs::remove_dir_all(work.join("docs")).expect("removed");
    write(&work, "docs", "a file now\n");
    fs::remove_file(work.join("README.md")).expect("removed");
    write(&work, "README.md/inner", "a folder now\n");
    fs::remove_dir_all(work.join("src")).expect("removed");
    symlink("docs", work.join("src")).expect("linked");
    let collected = lab.collect().await.expect("collected");
    let tree = run(
        &lab.mirror(),
        &[
            "--git-dir=.",
            "ls-tree",
            "-r",
            "--name-only",
            collected.head.as_str(),
        ],
    );
    assert_eq!(tree, "README.md/inner\ndocs\nsrc");
}

async fn a_change_of_the_same_size_in_the_same_moment_is_seen(lab: Lab) {
    let work = lab.workspace().await;
    let file = work.join("README.md");
    let time = fs::metadata(&file)
        .expect("there")
        .modified()
        .expect("known");
    fs::write(&file, "HELLO\n").expect("written");
    fs::File::options()
        .write(true)
        .open(&file)
        .expect("opened")
        .set_modified(time)
        .expect("set");
    assert_eq!(lab.collect().await.expect("collected").files.len(), 1);
}

/// Git keeps whole seconds and tells what changed in the second of its index by content. With a commit of the agent's the
/// index is written anew, in a later second.
#[tokio::test]
async fn nor_does_a_commit_beside_it_hide_such_a_change() {
    let second = |path: &Path| {
        let meta = fs::metadata(path).expect("there");
        (meta.mtime(), meta.ctime())
    };
    let (lab, file) = loop {
        let lab = Lab::new().await;
        let file = lab.workspace().await.join("README.md");
        let before = second(&file);
        fs::write(&file, "HELLO\n").expect("written");
        if second(&file) == before {
            break (lab, file);
        }
    };
    let work = file.parent().expect("it has one");
    write(work, "src/main.rs", "fn main() { work() }\n");
    run(work, &["commit", "--quiet", "-m", "work", "src/main.rs"]);
    let later = UNIX_EPOCH + Duration::from_secs(second(&file).0.unsigned_abs() + 1);
    while SystemTime::now() < later {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let collected = lab.collect().await.expect("collected");
    let paths: Vec<_> = collected.files.iter().map(|file| &*file.path).collect();
    assert_eq!(paths, ["README.md", "src/main.rs"]);
}

/// A pause, a label put back and taken off again: the look that was given up may still be at it when the next one begins.
async fn two_looks_at_once_do_not_disturb_each_other(lab: Lab) {
    let work = lab.workspace().await;
    write(&work, "a.txt", "work\n");
    lab.make_bundle();
    let spec = lab.collecting();
    let (one, other) = tokio::join!(lab.git.collect(&spec), lab.git.collect(&spec));
    let heads = [one, other].map(|collected| collected.expect("collected").head);
    // The commits may be of different seconds; what they hold is the same, and whole.
    let trees = heads.map(|head| {
        let tree = format!("{head}^{{tree}}");
        run(&lab.mirror(), &["--git-dir=.", "rev-parse", &tree])
    });
    assert_eq!(trees[0], trees[1]);
    run(&lab.mirror(), &["--git-dir=.", "cat-file", "-e", &trees[0]]);
}

async fn without_its_saved_index_a_session_is_still_collected(lab: Lab) {
    let work = lab.workspace().await;
    fs::remove_file(lab.folder.path().join("data/indexes/7-12-1")).expect("removed");
    assert_eq!(lab.collect().await.expect("collected").files.len(), 0);
    write(&work, "README.md", "bye\n");
    assert_eq!(lab.collect().await.expect("collected").files.len(), 1);
}

async fn limits_and_protected_paths_are_reported(lab: Lab) {
    let work = lab.workspace().await;
    write(&work, ".github/workflows/ci.yml", "on: push\n");
    run(&work, &["add", "-A"]);
    run(&work, &["commit", "--quiet", "-m", "one"]);
    fs::remove_dir_all(work.join(".github")).expect("removed");
    write(&work, "a.txt", "1\n");
    write(&work, "b.txt", "1\n");
    lab.make_bundle();
    let mut spec = lab.collecting();
    spec.limits = DiffLimits {
        files: 1,
        bytes: 10,
        commits: 1,
    };
    let collected = lab.git.collect(&spec).await.expect("collected");
    assert_eq!(
        collected.protected,
        [".github/workflows/ci.yml"],
        "also what was changed back"
    );
    assert_eq!(
        collected.over,
        [
            "2 files changed; the limit is 1",
            "the patch is larger than 10 bytes",
            "2 commits; the limit is 1"
        ]
    );
    let exact = DiffLimits {
        files: 2,
        bytes: 4 << 20,
        commits: 2,
    };
    spec.limits = exact;
    assert!(
        lab.git
            .collect(&spec)
            .await
            .expect("collected")
            .over
            .is_empty()
    );
}

async fn trees_that_break_a_rule_are_refused_whole(lab: Lab) {
    let work = lab.workspace().await;
    let refused = async || match lab.collect().await {
        Err(GitError::Unsafe { problems }) => problems.join(";"),
        other => panic!("not refused: {other:?}"),
    };
    write(&work, "readme.MD", "x");
    assert!(
        refused().await.contains("`README.md` differs")
            || refused().await.contains("`readme.MD` differs")
    );
    fs::remove_file(work.join("readme.MD")).expect("removed");

    run(
        &work,
        &[
            "update-index",
            "--add",
            "--cacheinfo",
            &format!("160000,{},sub", lab.base),
        ],
    );
    run(&work, &["commit", "--quiet", "-m", "a submodule"]);
    assert_eq!(refused().await, "`sub` is a submodule, new or changed");
    let refs = run(&lab.mirror(), &["--git-dir=.", "for-each-ref", "refs/skep"]);
    assert_eq!(refs, "", "nothing of it was kept");
    let commit = run(&work, &["rev-parse", "HEAD"]);
    let read = lab
        .git
        .read_file(
            REPOSITORY,
            &commit.parse().expect("a sha"),
            "README.md",
            100,
        )
        .await;
    assert_eq!(read, Ok(None), "its objects neither");
}
