//! What is published differs in content from what was laid out: nothing else is, whatever attributes and index say.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use skep::git::Collected;

use super::{Lab, all_ways, run, write};

all_ways!(what_git_was_told_to_leave_out_is_not_deleted,);

/// A repository whose files are not what its attributes would make of them, as they came in before the attributes did.
async fn odd(files: &[(&str, &[u8])], attributes: &str) -> (Lab, PathBuf) {
    let lab = Lab::new().await;
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
    for (path, content) in files {
        fs::write(clone.join(path), content).expect("written");
    }
    run(&clone, &["add", "-A"]);
    run(&clone, &["commit", "--quiet", "-m", "files"]);
    write(&clone, ".gitattributes", attributes);
    run(&clone, &["add", ".gitattributes"]);
    run(&clone, &["commit", "--quiet", "-m", "attributes"]);
    run(&clone, &["push", "--quiet", "origin", "HEAD:main"]);
    let lab = Lab {
        base: run(&clone, &["rev-parse", "HEAD"]).parse().expect("a sha"),
        ..lab
    };
    let work = lab.workspace().await;
    (lab, work)
}

fn paths(collected: &Collected) -> Vec<&str> {
    collected
        .files
        .iter()
        .map(|file| file.path.as_str())
        .collect()
}

/// Makes git look closely: the time is new, the content is not.
fn touch(path: &Path) {
    let content = fs::read(path).expect("read");
    fs::write(path, content).expect("written");
    let later = std::time::SystemTime::now() + std::time::Duration::from_secs(5);
    fs::File::options()
        .write(true)
        .open(path)
        .expect("opened")
        .set_modified(later)
        .expect("set");
}

const ODD: [(&str, &[u8], &str); 6] = [
    ("text.txt", b"one\r\ntwo\r\n", "text"),
    ("eol.txt", b"one\r\ntwo\r\n", "text eol=crlf"),
    ("lf.txt", b"one\r\ntwo\n", "eol=lf"),
    ("ident.txt", b"$Id: of old$\n", "ident"),
    (
        "wide.txt",
        b"\xff\xfea\0\n\0",
        "working-tree-encoding=UTF-16",
    ),
    ("auto.txt", b"one\r\ntwo\r\n", "text=auto"),
];

fn attributes() -> String {
    ODD.iter()
        .map(|(path, _, attributes)| format!("{path} {attributes}\n"))
        .collect()
}

#[tokio::test]
async fn files_nobody_touched_are_not_rewritten() {
    let files = ODD.map(|(path, content, _)| (path, content));
    let (lab, work) = odd(&files, &attributes()).await;
    write(&work, "README.md", "hello\nmore\n");
    assert_eq!(
        paths(&lab.collect().await.expect("collected")),
        ["README.md"],
        "as they were laid out"
    );
    ODD.iter().for_each(|(path, ..)| touch(&work.join(path)));
    assert_eq!(
        paths(&lab.collect().await.expect("collected")),
        ["README.md"],
        "touched, and the same"
    );
    run(&work, &["commit", "--quiet", "-m", "docs", "README.md"]);
    assert_eq!(
        paths(&lab.collect().await.expect("collected")),
        ["README.md"],
        "beside a commit of the agent's"
    );
    fs::remove_file(lab.folder.path().join("data/indexes/7-12-1")).expect("removed");
    assert_eq!(
        paths(&lab.collect().await.expect("collected")),
        ["README.md"],
        "without the saved index"
    );
}

#[tokio::test]
async fn what_is_touched_is_published_and_nothing_beside_it() {
    let files = ODD.map(|(path, content, _)| (path, content));
    let (lab, work) = odd(&files, &attributes()).await;
    fs::write(work.join("auto.txt"), "one\r\nthree\r\n").expect("written");
    fs::set_permissions(work.join("text.txt"), fs::Permissions::from_mode(0o755)).expect("set");
    let collected = lab.collect().await.expect("collected");
    assert_eq!(paths(&collected), ["auto.txt", "text.txt"]);
    assert_eq!(
        (collected.insertions, collected.deletions),
        (1, 1),
        "the mode alone changed of the other"
    );
}

#[tokio::test]
async fn attributes_that_come_with_the_session_rewrite_nothing() {
    let (lab, work) = odd(&[("text.txt", b"one\r\ntwo\r\n")], "*.md text\n").await;
    write(&work, ".gitattributes", "*.txt text\n");
    touch(&work.join("text.txt"));
    assert_eq!(
        paths(&lab.collect().await.expect("collected")),
        [".gitattributes"]
    );
}

async fn what_git_was_told_to_leave_out_is_not_deleted(lab: Lab) {
    let work = lab.workspace().await;
    run(
        &work,
        &["sparse-checkout", "set", "--no-cone", "/README.md"],
    );
    assert!(!work.join("src").exists());
    write(&work, "README.md", "hello\nmore\n");
    assert_eq!(
        paths(&lab.collect().await.expect("collected")),
        ["README.md"]
    );
    run(&work, &["commit", "--quiet", "-am", "more"]);
    assert_eq!(
        paths(&lab.collect().await.expect("collected")),
        ["README.md"],
        "committed"
    );

    run(&work, &["sparse-checkout", "disable"]);
    run(&work, &["update-index", "--skip-worktree", "src/main.rs"]);
    run(
        &work,
        &["update-index", "--assume-unchanged", "docs/guide.md"],
    );
    fs::remove_file(work.join("src/main.rs")).expect("removed");
    fs::remove_file(work.join("docs/guide.md")).expect("removed");
    assert_eq!(
        paths(&lab.collect().await.expect("collected")),
        ["README.md"]
    );

    run(
        &work,
        &["update-index", "--no-skip-worktree", "src/main.rs"],
    );
    assert_eq!(
        paths(&lab.collect().await.expect("collected")),
        ["README.md", "src/main.rs"],
        "a deletion is one"
    );
}
