//! Git LFS: pointers go into the tree, their content goes up before the push, and bytes are never published in their place.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use skep::core::event::Lfs;
use skep::git::{Collected, GitError, Published, Push};

use super::{Lab, all_ways, run, write};

all_ways!(
    pointers_go_in_and_their_content_goes_up,
    a_host_that_takes_no_content_gets_no_push,
    an_address_in_the_repository_is_not_asked,
    commits_with_bytes_in_place_of_a_pointer_are_refused_by_name,
    what_the_agent_commits_is_a_pointer_and_its_content_is_sent,
    a_repository_without_lfs_is_left_alone,
);

const POINTER: &str = "version https://git-lfs.github.com/spec/v1\noid sha256:\
                       0000000000000000000000000000000000000000000000000000000000000007\nsize 200\n";
async fn keeping(lab: Lab) -> (Lab, PathBuf) {
    let files = [
        (
            ".gitattributes",
            "*.png filter=lfs diff=lfs merge=lfs -text\n",
        ),
        ("logo.png", POINTER),
    ];
    let base = lab.server.seed("main", &files).await;
    let lab = Lab { base, ..lab };
    let work = lab.workspace().await;
    (lab, work)
}

fn installed() -> bool {
    crate::required::installed(&["git-lfs"], "sending content to Git LFS")
}

/// A git on a machine without git-lfs.
fn without_lfs(folder: &Path) -> PathBuf {
    let program = folder.join("git");
    let script = "#!/bin/sh\nfor word; do [ \"$word\" = lfs ] && exit 1; done\nexec /usr/bin/env git \"$@\"\n";
    fs::write(&program, script).expect("written");
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).expect("set");
    program
}

fn show(lab: &Lab, collected: &Collected, path: &str) -> String {
    run(
        &lab.mirror(),
        &[
            "--git-dir=.",
            "cat-file",
            "blob",
            &format!("{}:{path}", collected.head),
        ],
    )
}

async fn publish(lab: &Lab, collected: &Collected) -> Result<Published, GitError> {
    let push = Push {
        branch: lab.branch(),
        head: collected.head.clone(),
        expected: None,
    };
    lab.git.publish(&lab.remote(), &push).await
}

fn problems(refused: Result<Collected, GitError>) -> String {
    match refused {
        Err(GitError::Unsafe { problems }) => problems.join("; "),
        other => panic!("not refused: {other:?}"),
    }
}

async fn pointers_go_in_and_their_content_goes_up(lab: Lab) {
    if !installed() {
        return;
    }
    let (lab, work) = keeping(lab).await;
    assert_eq!(lab.lfs().await, Ok(Lfs::Stored));
    lab.server.keep_content();
    write(&work, "logo.png", "new bytes");
    write(&work, "icons/new icon.png", "an icon");
    write(&work, "empty.png", "");
    write(&work, "README.md", "hello\nmore\n");
    let collected = lab.collect().await.expect("collected");
    let paths: Vec<_> = collected
        .files
        .iter()
        .map(|file| file.path.as_str())
        .collect();
    assert_eq!(
        paths,
        ["README.md", "empty.png", "icons/new icon.png", "logo.png"]
    );
    let pointer = show(&lab, &collected, "logo.png");
    assert!(
        pointer.starts_with("version https://git-lfs.github.com/spec/v1\noid sha256:"),
        "{pointer}"
    );
    assert!(pointer.ends_with("\nsize 9"), "{pointer}");
    assert_eq!(
        lab.collect().await.expect("collected").head,
        collected.head,
        "the same work is the same commit"
    );

    assert_eq!(publish(&lab, &collected).await, Ok(Published::Pushed));
    let mut content: Vec<_> = lab.server.content().into_iter().collect();
    content.sort_by_key(|(_, bytes)| bytes.len());
    let bytes: Vec<_> = content.iter().map(|(_, bytes)| bytes.as_slice()).collect();
    assert_eq!(bytes, [&b"an icon"[..], b"new bytes"]);
    assert!(pointer.contains(&content[1].0), "under the pointer's hash");
    let config = fs::read_to_string(lab.mirror().join("config")).expect("read");
    assert!(!config.contains("lfs"), "nothing is written down: {config}");
}

async fn a_host_that_takes_no_content_gets_no_push(lab: Lab) {
    if !installed() {
        return;
    }
    let (lab, work) = keeping(lab).await;
    write(&work, "logo.png", "new bytes");
    let collected = lab.collect().await.expect("collected");
    let refused = publish(&lab, &collected).await;
    assert!(
        matches!(&refused, Err(GitError::Lfs { reason }) if reason.contains("not found")),
        "{refused:?}"
    );
    assert_eq!(lab.server.refs().await.len(), 1, "only main");
}

async fn an_address_in_the_repository_is_not_asked(lab: Lab) {
    if !installed() {
        return;
    }
    lab.server
        .seed(
            "main",
            &[(
                ".lfsconfig",
                "[lfs]\n\turl = http://127.0.0.1:9/evil\n\tpushurl = http://127.0.0.1:9/evil\n",
            )],
        )
        .await;
    let (lab, work) = keeping(lab).await;
    lab.server.keep_content();
    write(&work, "logo.png", "new bytes");
    let collected = lab.collect().await.expect("collected");
    assert_eq!(publish(&lab, &collected).await, Ok(Published::Pushed));
    assert_eq!(lab.server.content().len(), 1);
}

async fn commits_with_bytes_in_place_of_a_pointer_are_refused_by_name(lab: Lab) {
    let (lab, work) = keeping(lab).await;
    write(&work, "logo.png", "new bytes");
    run(
        &work,
        &[
            "-c",
            "filter.lfs.clean=cat",
            "commit",
            "--quiet",
            "-am",
            "a logo",
        ],
    );
    let said = problems(lab.collect().await);
    assert!(
        said.contains("`logo.png` was committed as its bytes") && said.contains("Git LFS"),
        "{said}"
    );
}

async fn what_the_agent_commits_is_a_pointer_and_its_content_is_sent(lab: Lab) {
    if !installed() {
        return;
    }
    let (lab, work) = keeping(lab).await;
    lab.server.keep_content();
    write(&work, "logo.png", "new bytes");
    run(&work, &["commit", "--quiet", "-am", "a logo"]);
    let collected = lab.collect().await.expect("collected");
    assert_eq!(
        (collected.commits, collected.committed_by_us),
        (1, false),
        "what lies there is what the pointer says"
    );
    assert_eq!(publish(&lab, &collected).await, Ok(Published::Pushed));
    assert_eq!(
        lab.server.content().into_values().collect::<Vec<_>>(),
        [b"new bytes"]
    );
}

#[tokio::test]
async fn without_git_lfs_a_change_is_refused_by_name_and_nothing_else_is() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (lab, work) = keeping(Lab::with_program(without_lfs(folder.path())).await).await;
    assert_eq!(lab.lfs().await, Ok(Lfs::Refused));
    write(&work, "README.md", "hello\nmore\n");
    assert_eq!(
        lab.collect().await.expect("collected").files.len(),
        1,
        "the pointer that lies there is no change"
    );
    write(&work, "icon.png", "an icon");
    let said = problems(lab.collect().await);
    assert!(said.contains("`icon.png` belongs to Git LFS"), "{said}");
}

async fn a_repository_without_lfs_is_left_alone(lab: Lab) {
    let base = lab
        .server
        .seed(
            "main",
            &[(
                ".gitattributes",
                "# filter=lfs is not for us\n*.png binary\n",
            )],
        )
        .await;
    let lab = Lab { base, ..lab };
    let work = lab.workspace().await;
    assert_eq!(lab.lfs().await, Ok(Lfs::Unused));
    write(&work, "logo.png", "new bytes");
    let collected = lab.collect().await.expect("collected");
    assert_eq!(show(&lab, &collected, "logo.png"), "new bytes");
}
