//! Malformed objects: an old one that the host serves and git clones shuts nobody out; a new one of the agent's is refused.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use skep::core::ids::Sha;
use skep::git::{FetchRequest, GitError};

use super::{Lab, run, write};

/// Writes an object whose bytes nobody checks.
fn object(repository: &Path, kind: &str, bytes: &[u8]) -> String {
    let mut child = Command::new("git")
        .args(["hash-object", "-t", kind, "--literally", "-w", "--stdin"])
        .env("GIT_DIR", repository)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("git is there");
    child
        .stdin
        .take()
        .expect("piped")
        .write_all(bytes)
        .expect("written");
    let output = child.wait_with_output().expect("ended");
    assert!(output.status.success());
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

/// One entry of a tree as it is stored.
fn entry(mode: &str, name: &str, object: &str) -> Vec<u8> {
    [
        format!("{mode} {name}\0").as_bytes(),
        &hex::decode(object).expect("hexadecimal"),
    ]
    .concat()
}

/// A commit as it is stored.
fn commit(tree: &str, headers: &str, message: &str) -> Vec<u8> {
    let who = "A <a@example.com> 1500000000 +0000";
    format!("tree {tree}\nauthor {who}\n{headers}committer {who}\n\n{message}").into_bytes()
}

#[tokio::test]
async fn what_the_host_serves_and_git_clones_is_taken() {
    let lab = Lab::new().await;
    let host = lab.server.repository();
    let tree_of_main = run(&host, &["--git-dir=.", "rev-parse", "main^{tree}"]);
    let blob = object(&host, "blob", b"x\n");
    let modules = object(
        &host,
        "blob",
        b"[submodule \"x\"]\n\tpath = x\n\turl = --upload-pack=evil\n",
    );
    let attributes = object(
        &host,
        "blob",
        format!("*.x {}\n", "y".repeat(2100)).as_bytes(),
    );
    let (file, zero, long) = (
        entry("100644", "a", &blob),
        "0".repeat(40),
        "n".repeat(4100),
    );
    let trees: [(&str, Vec<u8>); 10] = [
        ("duplicateEntries", [file.clone(), file.clone()].concat()),
        (
            "treeNotSorted",
            [entry("100644", "b", &blob), file.clone()].concat(),
        ),
        ("nullSha1", entry("160000", "sub", &zero)),
        ("largePathname", entry("100644", &long, &blob)),
        ("hasDotgit", entry("100644", ".git", &blob)),
        ("hasDotdot", entry("100644", "..", &blob)),
        ("zeroPaddedFilemode", entry("0100644", "a", &blob)),
        ("gitmodulesUrl", entry("100644", ".gitmodules", &modules)),
        ("gitmodulesSymlink", entry("120000", ".gitmodules", &blob)),
        (
            "gitattributesLineLength",
            entry("100644", ".gitattributes", &attributes),
        ),
    ];
    let mut flawed: Vec<(&str, String)> = Vec::new();
    for (flaw, bytes) in trees {
        let tree = object(&host, "tree", &bytes);
        flawed.push((flaw, object(&host, "commit", &commit(&tree, "", "old\n"))));
    }
    let two_authors = commit(
        &tree_of_main,
        "author B <b@example.com> 1500000000 +0000\n",
        "old\n",
    );
    flawed.push(("multipleAuthors", object(&host, "commit", &two_authors)));
    flawed.push((
        "nulInCommit",
        object(&host, "commit", &commit(&tree_of_main, "", "o\0ld\n")),
    ));
    let nameless = String::from_utf8(commit(&tree_of_main, "", "old\n"))
        .expect("a text")
        .replace(" <a@example.com>", "");
    flawed.push(("missingEmail", object(&host, "commit", nameless.as_bytes())));

    for (number, (flaw, old)) in flawed.iter().enumerate() {
        let seen = Command::new("git")
            .args([
                "--git-dir=.",
                "-c",
                "safe.bareRepository=all",
                "fsck",
                "--strict",
                "--no-dangling",
                old,
            ])
            .current_dir(&host)
            .output()
            .expect("git is there");
        let seen = String::from_utf8_lossy(&seen.stderr).into_owned();
        assert!(
            seen.contains(flaw),
            "{flaw} is there to be forgiven: {seen}"
        );
        let head = run(
            &host,
            &[
                "--git-dir=.",
                "commit-tree",
                &tree_of_main,
                "-p",
                "main",
                "-p",
                old,
                "-m",
                "new",
            ],
        );
        run(
            &host,
            &["--git-dir=.", "update-ref", "refs/heads/main", &head],
        );
        let want = FetchRequest {
            branch: "main".into(),
            sha: None,
        };
        let fetched = lab
            .git
            .fetch(&lab.remote(), &want)
            .await
            .unwrap_or_else(|error| panic!("{flaw}: {error}"));
        assert_eq!(fetched.head.as_str(), head, "{number} {flaw}");
    }
}

#[tokio::test]
async fn the_agents_commits_may_bring_the_repositorys_own_flaws_and_no_new_ones() {
    let mut lab = Lab::new().await;
    let (old, new) = (
        format!("*.x {}\n", "y".repeat(2100)),
        format!("*.x {}\n", "z".repeat(2100)),
    );
    lab.base = lab
        .server
        .seed(
            "main",
            &[
                (".gitattributes", &old),
                ("docs/.gitattributes", &format!("# \n{old}")),
            ],
        )
        .await;
    let work = lab.workspace().await;
    write(&work, "a.txt", "made\n");
    write(&work, "docs/b.txt", "made\n");
    run(&work, &["add", "-A"]);
    run(&work, &["commit", "--quiet", "-m", "a"]);
    let head: Sha = run(&work, &["rev-parse", "HEAD"]).parse().expect("a sha");
    let collected = lab.collect().await.expect("the agent made no flaw");
    assert_eq!(
        (
            collected.head,
            collected.committed_by_us,
            collected.files.len()
        ),
        (head, false, 2)
    );

    write(&work, "sub/.gitattributes", &new);
    run(&work, &["add", "-A"]);
    run(&work, &["commit", "--quiet", "-m", "b"]);
    let refused = lab.collect().await.expect_err("a flaw of the agent's own");
    assert!(
        matches!(&refused, GitError::Bundle { reason } if reason.contains("gitattributesLineLength")),
        "{refused:?}"
    );
}
