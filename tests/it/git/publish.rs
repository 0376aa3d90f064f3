//! Publishing: once, by lease, never over somebody else's work, and refusals by name.

use skep::core::failure::PushRule;
use skep::core::ids::Sha;
use skep::git::{FetchRequest, GitError, Published, Push};

use super::server::{Fault, TOKEN};
use super::{Lab, REPOSITORY, run, write};

async fn made(lab: &Lab) -> Push {
    let work = lab.workspace().await;
    write(&work, "new.txt", "x\n");
    let head = lab.collect().await.expect("collected").head;
    Push {
        branch: lab.branch(),
        head,
        expected: None,
    }
}

async fn ours(lab: &Lab) -> Option<Sha> {
    let refs = lab.server.refs().await;
    refs.into_iter()
        .find(|(name, _)| *name == lab.branch().full_ref())
        .map(|(_, sha)| sha)
}

#[tokio::test]
async fn a_push_arrives_once_and_may_be_repeated() {
    let lab = Lab::new().await;
    let push = made(&lab).await;
    assert_eq!(
        lab.git.publish(&lab.remote(), &push).await,
        Ok(Published::Pushed)
    );
    assert_eq!(ours(&lab).await.as_ref(), Some(&push.head));
    assert_eq!(
        lab.git.publish(&lab.remote(), &push).await,
        Ok(Published::Already)
    );
    assert_eq!(
        lab.git.remote_head(&lab.remote(), &push.branch).await,
        Ok(Some(push.head.clone()))
    );
    let names: Vec<String> = lab.server.refs().await.into_keys().collect();
    assert_eq!(
        names,
        ["refs/heads/agent/12-add-a-page", "refs/heads/main"],
        "and nothing else"
    );

    write(&lab.spec(lab.base.clone()).path, "more.txt", "y\n");
    let head = lab.collect().await.expect("collected").head;
    let next = Push {
        head,
        expected: Some(push.head),
        ..push
    };
    assert_eq!(
        lab.git.publish(&lab.remote(), &next).await,
        Ok(Published::Pushed)
    );
    assert_eq!(ours(&lab).await, Some(next.head));
}

#[tokio::test]
async fn somebody_elses_commit_is_never_written_over() {
    let lab = Lab::new().await;
    let push = made(&lab).await;
    let theirs = lab
        .server
        .seed(lab.branch().as_str(), &[("theirs", "x")])
        .await;
    let moved = Published::Moved {
        theirs: Some(theirs.clone()),
    };
    assert_eq!(lab.git.publish(&lab.remote(), &push).await, Ok(moved));
    assert_eq!(ours(&lab).await, Some(theirs.clone()));
    let refused = lab
        .git
        .delete_branch(&lab.remote(), &push.branch, &push.head)
        .await;
    assert_eq!(
        refused,
        Err(GitError::BranchMoved {
            branch: push.branch.clone(),
            theirs: Some(theirs.clone())
        })
    );
    lab.git
        .delete_branch(&lab.remote(), &push.branch, &theirs)
        .await
        .expect("deleted");
    lab.git
        .delete_branch(&lab.remote(), &push.branch, &theirs)
        .await
        .expect("gone already");
    let gone = Push {
        expected: Some(theirs),
        ..push
    };
    assert_eq!(
        lab.git.publish(&lab.remote(), &gone).await,
        Ok(Published::Moved { theirs: None })
    );
}

#[tokio::test]
async fn a_branch_moved_between_look_and_push_is_saved_by_the_lease() {
    let lab = Lab::new().await;
    let push = made(&lab).await;
    let (repository, base, name) = (
        lab.server.repository(),
        lab.base.clone(),
        lab.branch().full_ref(),
    );
    // The first request is the look; the ref appears from the second on.
    let seen = std::sync::atomic::AtomicUsize::new(0);
    lab.server.spy(Box::new(move || {
        // Two requests of the look (refs, ls-refs), then the push asks for the refs, and then it writes.
        if seen.fetch_add(1, std::sync::atomic::Ordering::SeqCst) == 2 {
            run(
                &repository,
                &["--git-dir=.", "update-ref", &name, base.as_str()],
            );
        }
    }));
    let moved = Published::Moved {
        theirs: Some(lab.base.clone()),
    };
    assert_eq!(lab.git.publish(&lab.remote(), &push).await, Ok(moved));
}

#[tokio::test]
async fn a_lost_answer_is_found_out_by_looking() {
    let lab = Lab::new().await;
    let push = made(&lab).await;
    lab.server.fail(Some(Fault::LoseThePush));
    let lost = lab
        .git
        .publish(&lab.remote(), &push)
        .await
        .expect_err("lost");
    assert!(matches!(lost, GitError::Network { .. }), "{lost:?}");
    assert_eq!(
        lab.git.publish(&lab.remote(), &push).await,
        Ok(Published::Already)
    );
}

#[tokio::test]
async fn refusals_carry_the_hosts_reason() {
    let lab = Lab::new().await;
    let push = made(&lab).await;
    run(
        &lab.server.repository(),
        &[
            "--git-dir=.",
            "config",
            "receive.hideRefs",
            "refs/heads/agent",
        ],
    );
    let refused = lab.git.publish(&lab.remote(), &push).await;
    assert_eq!(
        refused,
        Err(GitError::Rejected {
            rule: PushRule::Other,
            reason: "deny updating a hidden ref".into()
        })
    );
    let unknown = Push {
        head: "1".repeat(40).parse().expect("a sha"),
        ..push.clone()
    };
    let unknown = lab
        .git
        .publish(&lab.remote(), &unknown)
        .await
        .expect_err("unknown");
    assert!(matches!(unknown, GitError::Failed { .. }), "{unknown:?}");
    let mut stranger = lab.remote();
    stranger.token = Some("ghs_expired".into());
    assert_eq!(
        lab.git.publish(&stranger, &push).await,
        Err(GitError::BadToken)
    );
}

#[tokio::test]
async fn a_branch_that_leaves_no_room_for_ours_is_named() {
    let lab = Lab::new().await;
    let push = made(&lab).await;
    lab.git
        .check_room(&lab.remote(), &push.branch)
        .await
        .expect("there is room");
    for other in ["agent", "agent/12-add-a-page/more"] {
        lab.server.seed(other, &[("theirs", "x")]).await;
        let in_the_way = GitError::InTheWay {
            branch: push.branch.clone(),
            other: other.into(),
        };
        assert_eq!(
            lab.git.publish(&lab.remote(), &push).await,
            Err(in_the_way.clone())
        );
        let want = FetchRequest {
            branch: "main".into(),
            sha: None,
        };
        lab.git.fetch(&lab.remote(), &want).await.expect("fetched");
        assert_eq!(
            lab.git.check_room(&lab.remote(), &push.branch).await,
            Err(in_the_way)
        );
        run(
            &lab.server.repository(),
            &[
                "--git-dir=.",
                "update-ref",
                "-d",
                &format!("refs/heads/{other}"),
            ],
        );
        // The mirror does not know yet that it is gone.
        lab.git
            .check_room(&lab.remote(), &push.branch)
            .await
            .expect("there is room again");
    }
    // Names that only look alike.
    lab.server.seed("agent-x", &[("theirs", "x")]).await;
    lab.server.seed("x/agent", &[("theirs", "x")]).await;
    assert_eq!(
        lab.git.publish(&lab.remote(), &push).await,
        Ok(Published::Pushed)
    );
}

#[tokio::test]
async fn a_push_that_is_too_large_is_no_trouble_of_the_network() {
    let lab = Lab::new().await;
    let push = made(&lab).await;
    lab.server.fail(Some(Fault::Refuse(413)));
    let refused = lab
        .git
        .publish(&lab.remote(), &push)
        .await
        .expect_err("refused");
    assert!(
        matches!(
            refused,
            GitError::Rejected {
                rule: PushRule::LargePush,
                ..
            }
        ),
        "{refused:?}"
    );
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn the_token_is_nowhere_to_be_seen_during_a_push() {
    use std::sync::{Arc, Mutex};
    let lab = Lab::new().await;
    let push = made(&lab).await;
    let (found, looked) = (Arc::new(Mutex::new(Vec::new())), Arc::new(Mutex::new(0)));
    let (data, found_, looked_) = (lab.folder.path().to_owned(), found.clone(), looked.clone());
    lab.server.spy(Box::new(move || {
        let processes = std::fs::read_dir("/proc").expect("listed").flatten();
        let views = processes
            .flat_map(|process| ["cmdline", "environ"].map(|view| process.path().join(view)));
        for path in views.chain(files_below(&data)) {
            let bytes = std::fs::read(&path).unwrap_or_default();
            *looked_.lock().expect("whole") += usize::from(!bytes.is_empty());
            if bytes
                .windows(TOKEN.len())
                .any(|window| window == TOKEN.as_bytes())
            {
                found_.lock().expect("whole").push(path);
            }
        }
    }));
    assert_eq!(
        lab.git.publish(&lab.remote(), &push).await,
        Ok(Published::Pushed)
    );
    assert!(*looked.lock().expect("whole") > 20, "the spy looked");
    assert_eq!(
        *found.lock().expect("whole"),
        Vec::<std::path::PathBuf>::new()
    );
    let left = std::fs::read_dir(lab.folder.path().join("data/askpass"))
        .expect("listed")
        .count();
    assert_eq!(left, 1, "only the script");
    assert!(lab.git.mirror_path(REPOSITORY).exists());
}

/// Regular files: reading a FIFO would take the token away from git.
fn files_below(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => folders.push(entry.path()),
                Ok(kind) if kind.is_file() => files.push(entry.path()),
                _ => {}
            }
        }
    }
    files
}
