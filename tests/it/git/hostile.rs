//! Bundles no honest agent makes: refused with a reason, and the mirror as before.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use skep::git::GitError;

use super::{Lab, all_ways, run, write};

all_ways!(
    trees_that_attack_a_checkout_fail_fsck,
    links_in_passing_commits_are_not_published,
    submodules_in_passing_commits_are_seen,
    files_that_are_no_bundles_are_refused,
    commits_whose_files_are_missing_are_refused,
    a_delta_bomb_is_refused_before_it_unfolds,
);

async fn refused(lab: &Lab) -> String {
    let before = run(&lab.mirror(), &["--git-dir=.", "count-objects", "-v"]);
    let reason = match lab.git.collect(&lab.collecting()).await {
        Err(GitError::Bundle { reason }) => reason,
        other => panic!("not refused: {other:?}"),
    };
    assert_eq!(
        run(&lab.mirror(), &["--git-dir=.", "count-objects", "-v"]),
        before,
        "the mirror is as it was"
    );
    assert_eq!(
        run(&lab.mirror(), &["--git-dir=.", "for-each-ref", "refs/skep"]),
        ""
    );
    reason
}

/// Pipes text into a git command in the working copy.
fn feed(work: &Path, arguments: &[&str], text: &str) -> String {
    use std::io::Write;
    let mut child = Command::new("git")
        .args(["-c", "user.name=A", "-c", "user.email=a@example.com"])
        .args(arguments)
        .current_dir(work)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("git is there");
    child
        .stdin
        .take()
        .expect("piped")
        .write_all(text.as_bytes())
        .expect("written");
    let output = child.wait_with_output().expect("ended");
    assert!(output.status.success());
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

/// Commits a tree given as `ls-tree` lines, checked by nobody, and bundles it.
fn commit_tree(lab: &Lab, work: &Path, lines: &str) {
    let tree = feed(work, &["mktree", "--missing"], lines);
    let commit = feed(
        work,
        &["commit-tree", "-p", lab.base.as_str(), &tree],
        "evil\n",
    );
    fs::write(work.join(".git/HEAD"), format!("{commit}\n")).expect("written");
    lab.make_bundle();
    assert!(lab.bundle().exists());
}

async fn trees_that_attack_a_checkout_fail_fsck(lab: Lab) {
    let work = lab.workspace().await;
    let blob = feed(&work, &["hash-object", "-w", "--stdin"], "echo evil\n");
    let modules = "[submodule \"x\"]\n\tpath = \"a\r\"\n\turl = --upload-pack=evil\n";
    let modules = feed(&work, &["hash-object", "-w", "--stdin"], modules);
    let hooks = feed(
        &work,
        &["mktree"],
        &format!("100755 blob {blob}\tpost-checkout\n"),
    );
    let dot_git = feed(&work, &["mktree"], &format!("040000 tree {hooks}\thooks\n"));
    let trees = [
        (format!("040000 tree {dot_git}\t.git\n"), "hasDotgit"),
        (format!("040000 tree {dot_git}\t.GIT\n"), "hasDotgit"),
        (format!("040000 tree {dot_git}\tgit~1\n"), "hasDotgit"),
        (
            format!("120000 blob {blob}\t.gitmodules\n"),
            "gitmodulesSymlink",
        ),
        (
            format!("100644 blob {modules}\t.gitmodules\n"),
            "gitmodulesUrl",
        ),
        (format!("040000 tree {hooks}\t..\n"), "hasDotdot"),
    ];
    for (tree, flaw) in trees {
        commit_tree(&lab, &work, &tree);
        let reason = refused(&lab).await;
        assert!(reason.contains(flaw), "{flaw}: {reason}");
    }
}

/// Committed and taken back: a push would publish the commit all the same, so that the commits are not published.
async fn links_in_passing_commits_are_not_published(lab: Lab) {
    let work = lab.workspace().await;
    std::os::unix::fs::symlink("../../etc/passwd", work.join("out")).expect("linked");
    write(&work, "a.txt", "work\n");
    run(&work, &["add", "-A"]);
    run(&work, &["commit", "--quiet", "-m", "in"]);
    run(&work, &["rm", "--quiet", "out"]);
    run(&work, &["commit", "--quiet", "-m", "out"]);
    let collected = lab.collect().await.expect("collected");
    let parent = run(
        &lab.mirror(),
        &["--git-dir=.", "rev-parse", &format!("{}^", collected.head)],
    );
    assert_eq!(
        (
            collected.commits,
            collected.committed_by_us,
            parent.as_str()
        ),
        (1, true, lab.base.as_str())
    );
    let tree = run(
        &lab.mirror(),
        &[
            "--git-dir=.",
            "ls-tree",
            "--name-only",
            collected.head.as_str(),
        ],
    );
    assert_eq!(tree, "README.md\na.txt\ndocs\nsrc");
}

async fn submodules_in_passing_commits_are_seen(lab: Lab) {
    let work = lab.workspace().await;
    run(
        &work,
        &[
            "update-index",
            "--add",
            "--cacheinfo",
            &format!("160000,{},sub", lab.base),
        ],
    );
    run(&work, &["commit", "--quiet", "-m", "in"]);
    run(&work, &["rm", "--quiet", "--cached", "sub"]);
    write(&work, "a.txt", "work\n");
    run(&work, &["add", "a.txt"]);
    run(&work, &["commit", "--quiet", "-m", "out"]);
    let refused = lab.collect().await;
    assert!(
        refused.is_ok_and(|collected| collected.commits == 1),
        "only what is there at the end is taken, as one commit"
    );
}

async fn files_that_are_no_bundles_are_refused(lab: Lab) {
    let work = lab.workspace().await;
    write(&work, "a", "x");
    run(&work, &["add", "-A"]);
    run(&work, &["commit", "--quiet", "-m", "a"]);
    lab.make_bundle();
    let good = fs::read(lab.bundle()).expect("read");
    let header = good
        .windows(2)
        .position(|two| two == b"\n\n")
        .expect("there")
        + 2;

    fs::write(lab.bundle(), &good[..good.len() - 10]).expect("written");
    refused(&lab).await;
    let mut flipped = good.clone();
    flipped[header + 14] ^= 0x40;
    fs::write(lab.bundle(), &flipped).expect("written");
    refused(&lab).await;
    fs::write(lab.bundle(), "not a bundle").expect("written");
    assert!(refused(&lab).await.contains("header"));
    let lying = format!("# v2 git bundle\n{} HEAD\n\n", "1".repeat(40));
    fs::write(lab.bundle(), [lying.as_bytes(), &good[header..]].concat()).expect("written");
    refused(&lab).await;

    fs::remove_file(lab.bundle()).expect("removed");
    std::os::unix::fs::symlink("/etc/passwd", lab.bundle()).expect("linked");
    assert!(refused(&lab).await.contains("opened"));
    fs::remove_file(lab.bundle()).expect("removed");
    assert!(
        Command::new("mkfifo")
            .arg(lab.bundle())
            .status()
            .expect("mkfifo is there")
            .success()
    );
    assert!(refused(&lab).await.contains("not a file"));
    fs::remove_file(lab.bundle()).expect("removed");
    fs::File::create(lab.bundle())
        .expect("made")
        .set_len(65 << 20)
        .expect("grown");
    assert!(refused(&lab).await.contains("at most"));
}

async fn commits_whose_files_are_missing_are_refused(lab: Lab) {
    let work = lab.workspace().await;
    // A pack with the commit and the tree, but without the file in it.
    let missing = feed(&work, &["hash-object", "--stdin"], "never sent\n");
    let tree = feed(
        &work,
        &["mktree", "--missing"],
        &format!("100644 blob {missing}\tfile\n"),
    );
    let commit = feed(
        &work,
        &["commit-tree", "-p", lab.base.as_str(), &tree],
        "hollow\n",
    );
    let header = format!("# v2 git bundle\n-{} base\n{commit} HEAD\n\n", lab.base);
    let packed = Command::new("sh")
        .args([
            "-c",
            &format!("printf '{commit}\\n{tree}\\n' | git pack-objects --stdout --quiet"),
        ])
        .current_dir(&work)
        .output()
        .expect("git is there");
    fs::write(lab.bundle(), [header.as_bytes(), &packed.stdout].concat()).expect("written");
    refused(&lab).await;
}

/// A pack of four kilobytes that unfolds to ten gigabytes.
#[cfg(target_os = "linux")]
async fn a_delta_bomb_is_refused_before_it_unfolds(lab: Lab) {
    lab.workspace().await;
    let bundle = format!("# v2 git bundle\n-{} base\n{} HEAD\n\n", lab.base, lab.base);
    fs::write(
        lab.bundle(),
        [bundle.as_bytes(), &bomb(lab.folder.path())].concat(),
    )
    .expect("written");
    let before = std::time::Instant::now();
    let reason = refused(&lab).await;
    assert!(
        reason.contains("out of memory") || reason.contains("malloc"),
        "{reason}"
    );
    assert!(before.elapsed().as_secs() < 30, "it was not unfolded");
}

/// One blob of 1 KiB, then four deltas that each repeat the one before a hundred times and more.
#[cfg(target_os = "linux")]
fn bomb(folder: &Path) -> Vec<u8> {
    let mut pack = [
        b"PACK".as_slice(),
        &2_u32.to_be_bytes(),
        &5_u32.to_be_bytes(),
    ]
    .concat();
    let mut size: u64 = 1000;
    let mut before = pack.len();
    pack.extend(entry_header(3, size));
    pack.extend(stored(&vec![b'x'; 1000]));
    for times in [100, 100, 100, 10] {
        let mut delta = [varint(size), varint(size * times)].concat();
        for _ in 0..times {
            // Copy from offset 0 in pieces of at most 16 MiB.
            let mut left = size;
            let mut offset = 0_u64;
            while left > 0 {
                let piece = left.min(0xff_ffff);
                delta.push(0xff);
                delta.extend(&offset.to_le_bytes()[..4]);
                delta.extend(&piece.to_le_bytes()[..3]);
                offset += piece;
                left -= piece;
            }
        }
        size *= times;
        let here = pack.len();
        pack.extend(entry_header(6, delta.len() as u64));
        pack.extend(offset_of(here - before));
        pack.extend(stored(&delta));
        before = here;
    }
    let path = folder.join("bomb");
    fs::write(&path, &pack).expect("written");
    let sum = Command::new("sha1sum")
        .arg(&path)
        .output()
        .expect("sha1sum is there");
    pack.extend(hex::decode(&sum.stdout[..40]).expect("hexadecimal"));
    pack
}

#[cfg(target_os = "linux")]
fn varint(mut value: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while value > 0x7f {
        bytes.push(value.to_le_bytes()[0] | 0x80);
        value >>= 7;
    }
    bytes.push(value.to_le_bytes()[0]);
    bytes
}

#[cfg(target_os = "linux")]
fn entry_header(kind: u8, size: u64) -> Vec<u8> {
    let low = (kind << 4) | (size & 15) as u8;
    if size < 16 {
        vec![low]
    } else {
        [vec![low | 0x80], varint(size >> 4)].concat()
    }
}

#[cfg(target_os = "linux")]
fn offset_of(mut distance: usize) -> Vec<u8> {
    let mut bytes = vec![(distance & 0x7f) as u8];
    while distance > 0x7f {
        distance = (distance >> 7) - 1;
        bytes.insert(0, (distance & 0x7f) as u8 | 0x80);
    }
    bytes
}

/// A zlib stream that compresses nothing.
#[cfg(target_os = "linux")]
fn stored(bytes: &[u8]) -> Vec<u8> {
    let mut stream = vec![0x78, 0x01];
    let chunks: Vec<&[u8]> = bytes.chunks(60_000).collect();
    for (number, chunk) in chunks.iter().enumerate() {
        stream.push(u8::from(number + 1 == chunks.len()));
        let length = chunk.len() as u16;
        stream.extend(length.to_le_bytes());
        stream.extend((!length).to_le_bytes());
        stream.extend(*chunk);
    }
    let (mut a, mut b) = (1_u32, 0_u32);
    for byte in bytes {
        a = (a + u32::from(*byte)) % 65_521;
        b = (b + a) % 65_521;
    }
    stream.extend(((b << 16) | a).to_be_bytes());
    stream
}
