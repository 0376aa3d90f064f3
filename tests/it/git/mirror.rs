//! Mirrors: made once, warm without a network, and every way a remote can refuse.

use skep::git::{FetchRequest, GitError};

use super::server::Fault;
use super::{Lab, REPOSITORY, open, run};

fn want(branch: &str) -> FetchRequest {
    FetchRequest {
        branch: branch.into(),
        sha: None,
    }
}

#[tokio::test]
async fn a_warm_mirror_needs_no_network() {
    let lab = Lab::new().await;
    let first = lab
        .git
        .fetch(&lab.remote(), &want("main"))
        .await
        .expect("fetched");
    assert_eq!((&first.head, first.fetched), (&lab.base, true));
    let before = lab.server.requests();
    let known = FetchRequest {
        branch: "main".into(),
        sha: Some(lab.base.clone()),
    };
    let again = lab.git.fetch(&lab.remote(), &known).await.expect("held");
    assert_eq!(
        (again.head, again.fetched, lab.server.requests()),
        (lab.base.clone(), false, before)
    );

    let next = lab.server.seed("main", &[("new.txt", "x")]).await;
    let moved = FetchRequest {
        branch: "main".into(),
        sha: Some(next.clone()),
    };
    let moved = lab.git.fetch(&lab.remote(), &moved).await.expect("fetched");
    assert_eq!((moved.head, moved.fetched), (next, true));
    run(&lab.mirror(), &["--git-dir=.", "pack-refs", "--all"]);
    let packed = lab
        .git
        .fetch(
            &lab.remote(),
            &FetchRequest {
                branch: "main".into(),
                sha: Some(moved_head(&lab)),
            },
        )
        .await;
    assert!(!packed.expect("held").fetched, "packed refs are read, too");
}

fn moved_head(lab: &Lab) -> skep::core::ids::Sha {
    run(
        &lab.server.repository(),
        &["--git-dir=.", "rev-parse", "main"],
    )
    .parse()
    .expect("a sha")
}

#[tokio::test]
async fn many_at_once_fetch_once() {
    let lab = Lab::new().await;
    let known = FetchRequest {
        branch: "main".into(),
        sha: Some(lab.base.clone()),
    };
    let remote = lab.remote();
    let all = futures::future::join_all((0..10).map(|_| lab.git.fetch(&remote, &known))).await;
    let fetched = all
        .into_iter()
        .filter(|one| one.as_ref().expect("fetched").fetched)
        .count();
    assert_eq!(fetched, 1);
    run(&lab.mirror(), &["--git-dir=.", "fsck", "--strict"]);
}

#[tokio::test]
async fn branches_follow_the_remote_and_nothing_else_is_mirrored() {
    let lab = Lab::new().await;
    lab.server.seed("topic", &[("t", "1")]).await;
    let host = lab.server.repository();
    run(
        &host,
        &["--git-dir=.", "update-ref", "refs/pull/1/head", "main"],
    );
    run(&host, &["--git-dir=.", "tag", "v1", "main"]);
    lab.git
        .fetch(&lab.remote(), &want("topic"))
        .await
        .expect("fetched");
    let refs = || {
        run(
            &lab.mirror(),
            &["--git-dir=.", "for-each-ref", "--format=%(refname)"],
        )
    };
    assert_eq!(refs(), "refs/heads/main\nrefs/heads/topic");
    // A branch replaced by a folder of branches.
    run(
        &host,
        &["--git-dir=.", "update-ref", "-d", "refs/heads/topic"],
    );
    lab.server.seed("topic/a", &[("t", "1")]).await;
    lab.git
        .fetch(&lab.remote(), &want("topic/a"))
        .await
        .expect("fetched");
    assert_eq!(refs(), "refs/heads/main\nrefs/heads/topic/a");
}

#[tokio::test]
async fn each_refusal_has_its_name() {
    let lab = Lab::new().await;
    let fetch = async |remote, branch: &str| {
        lab.git
            .fetch(&remote, &want(branch))
            .await
            .expect_err("refused")
    };
    assert_eq!(
        fetch(lab.remote(), "nope").await,
        GitError::UnknownBranch("nope".into())
    );
    assert_eq!(
        fetch(lab.remote(), "../x").await,
        GitError::BranchName("../x".into())
    );
    assert_eq!(
        fetch(lab.server.remote("o/gone"), "main").await,
        GitError::Gone
    );
    let mut stranger = lab.remote();
    stranger.token = Some("ghs_wrong".into());
    assert_eq!(fetch(stranger.clone(), "main").await, GitError::BadToken);
    stranger.token = None;
    assert_eq!(fetch(stranger, "main").await, GitError::BadToken);
    let mut closed = lab.remote();
    closed.url = "http://127.0.0.1:1/o/r.git".into();
    assert!(matches!(
        fetch(closed, "main").await,
        GitError::Network { .. }
    ));
    let mut local = lab.remote();
    local.url = format!("file://{}", lab.server.repository().display());
    assert!(matches!(fetch(local, "main").await, GitError::Address(_)));

    lab.server.fail(Some(Fault::Answer(
        403,
        "Permission to o/r.git denied to skep[bot].",
    )));
    let reason = "Permission to o/r.git denied to skep[bot].".to_owned();
    assert_eq!(
        fetch(lab.remote(), "main").await,
        GitError::Forbidden { reason }
    );
    lab.server.fail(Some(Fault::Answer(502, "")));
    assert!(matches!(
        fetch(lab.remote(), "main").await,
        GitError::Network { .. }
    ));
    lab.server.fail(Some(Fault::Answer(301, "")));
    assert_eq!(fetch(lab.remote(), "main").await, GitError::Redirected);
}

#[tokio::test]
async fn an_empty_repository_is_told_from_a_missing_branch() {
    let lab = Lab::new().await;
    run(
        &lab.server.repository(),
        &["--git-dir=.", "update-ref", "-d", "refs/heads/main"],
    );
    assert_eq!(
        lab.git.fetch(&lab.remote(), &want("main")).await,
        Err(GitError::Empty)
    );
}

#[tokio::test]
async fn files_are_read_at_a_commit_and_bounded() {
    let lab = Lab::new().await;
    let next = lab
        .server
        .seed(
            "main",
            &[("README.md", "changed\n"), ("big", &"x".repeat(5000))],
        )
        .await;
    lab.git
        .fetch(&lab.remote(), &want("main"))
        .await
        .expect("fetched");
    let read = async |at, path: &str, max| lab.git.read_file(REPOSITORY, at, path, max).await;
    assert_eq!(
        read(&lab.base, "README.md", 100).await,
        Ok(Some("hello\n".into()))
    );
    assert_eq!(
        read(&next, "README.md", 8).await,
        Ok(Some("changed\n".into()))
    );
    for missing in ["nope", "src", "", "../README.md", "a\nb", "--batch"] {
        assert_eq!(read(&next, missing, 100).await, Ok(None), "{missing}");
    }
    let too_large = GitError::FileTooLarge {
        path: "big".into(),
        max_bytes: 4999,
    };
    assert_eq!(read(&next, "big", 4999).await, Err(too_large));
    let diff = lab
        .git
        .diff(REPOSITORY, &lab.base, &next, 10_000)
        .await
        .expect("a diff");
    assert!(diff.contains("-hello\n+changed\n"), "{diff}");
    assert_eq!(
        lab.git
            .diff(REPOSITORY, &lab.base, &next, 20)
            .await
            .expect("a diff")
            .len(),
        20
    );
}

#[tokio::test]
async fn a_long_conversation_is_compressed_and_understood() {
    let lab = Lab::new().await;
    lab.git
        .fetch(&lab.remote(), &want("main"))
        .await
        .expect("fetched");
    // Commits the host does not know make the client list what it has.
    let clone = lab.folder.path().join("clone");
    run(
        lab.folder.path(),
        &[
            "clone",
            "--quiet",
            &lab.mirror().display().to_string(),
            "clone",
        ],
    );
    for number in 0..60 {
        // Newer than what both know, so that they are listed first.
        let date = format!("{} +0000", 4_000_000_000_u64 + number);
        let flags = ["commit", "--quiet", "--allow-empty", "-m", "x"];
        let made = std::process::Command::new("git")
            .args(["-c", "user.name=A", "-c", "user.email=a@example.com"])
            .args(flags)
            .env("GIT_COMMITTER_DATE", date)
            .current_dir(&clone)
            .status();
        assert!(made.expect("git is there").success());
    }
    run(
        &clone,
        &["push", "--quiet", "origin", "HEAD:refs/skep/sessions/7-1-1"],
    );
    lab.server.seed("main", &[("next", "x")]).await;
    lab.git
        .fetch(&lab.remote(), &want("main"))
        .await
        .expect("fetched");
    assert!(
        lab.server.packed_requests() > 0,
        "the request was large enough"
    );
}

#[tokio::test]
async fn old_or_missing_programs_are_named() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let missing = open("/nonexistent/git".into(), folder.path().join("data"))
        .await
        .expect_err("missing");
    assert!(
        matches!(&missing, GitError::Missing { .. }) && missing.to_string().contains("install git"),
        "{missing}"
    );
}

#[tokio::test]
async fn a_lock_left_by_a_killed_process_is_cleared_at_the_next_start() {
    let lab = Lab::new().await;
    lab.git
        .fetch(&lab.remote(), &want("main"))
        .await
        .expect("fetched");
    lab.server.seed("main", &[("next", "x")]).await;
    let lock = lab.mirror().join("refs/heads/main.lock");
    std::fs::write(&lock, "").expect("written");
    let again = open("git".into(), lab.folder.path().join("data"))
        .await
        .expect("opened");
    assert!(!lock.exists(), "before anything is fetched");
    again
        .fetch(&lab.remote(), &want("main"))
        .await
        .expect("fetched");
}

#[tokio::test]
async fn a_lock_made_after_the_start_goes_once_nobody_is_at_work_there() {
    let lab = Lab::new().await;
    let fetch = async || lab.git.fetch(&lab.remote(), &want("main")).await;
    fetch().await.expect("fetched");
    lab.server.seed("main", &[("next", "x")]).await;
    std::fs::write(lab.mirror().join("refs/heads/main.lock"), "").expect("written");
    let mut busy = std::process::Command::new("sleep")
        .arg("60")
        .env("GIT_DIR", lab.mirror())
        .spawn()
        .expect("a process at work");
    for _ in 0..2 {
        let locked = fetch().await.expect_err("locked");
        assert!(matches!(locked, GitError::Locked { .. }), "{locked:?}");
    }
    busy.kill().expect("killed");
    busy.wait().expect("gone");
    fetch().await.expect_err("locked, and cleared by that");
    fetch().await.expect("fetched");
}

#[tokio::test]
async fn many_branches_are_packed_and_an_obstacle_among_them_is_still_seen() {
    let lab = Lab::new().await;
    let heads = lab.server.repository().join("refs/heads/topic");
    std::fs::create_dir_all(&heads).expect("made");
    for number in 0..150 {
        std::fs::write(heads.join(number.to_string()), format!("{}\n", lab.base)).expect("written");
    }
    let fetched = lab.git.fetch(&lab.remote(), &want("topic/149")).await;
    assert_eq!(fetched.expect("fetched").head, lab.base);
    let packed = std::fs::read_to_string(lab.mirror().join("packed-refs")).expect("packed");
    assert_eq!(packed.matches("refs/heads/topic/").count(), 150);
    assert!(!lab.mirror().join("refs/heads/topic/7").exists());
    let before = lab.server.requests();
    let room = lab.git.check_room(&lab.remote(), &lab.branch()).await;
    assert_eq!((room, lab.server.requests()), (Ok(()), before));

    let below = format!("{}/more", lab.branch());
    run(
        &lab.server.repository(),
        &["--git-dir=.", "branch", &below, "main"],
    );
    lab.git
        .fetch(&lab.remote(), &want(&below))
        .await
        .expect("fetched");
    run(&lab.mirror(), &["--git-dir=.", "pack-refs", "--all"]);
    let room = lab.git.check_room(&lab.remote(), &lab.branch()).await;
    assert!(matches!(room, Err(GitError::InTheWay { .. })), "{room:?}");
}
