//! The first fetch of a repository: told as it goes, ended when nothing comes, and nothing in the way of the next try.

use std::path::Path;
use std::time::Duration;

use skep::core::failure::Failure;
use skep::git::{FetchRequest, Git, GitConfig, GitError, OldGit};

use super::server::Fault;
use super::{Lab, REPOSITORY, run};

const LONG: Duration = Duration::from_secs(120);

fn want() -> FetchRequest {
    FetchRequest {
        branch: "main".into(),
        sha: None,
    }
}

/// The same folder under a git with other patience.
async fn reopen(lab: &Lab, first_fetch: Duration, silence: Duration) -> Git {
    Git::open(GitConfig {
        program: "git".into(),
        data_dir: lab.folder.path().join("data"),
        timeout: LONG,
        first_fetch,
        silence,
        old_git: OldGit::Allow,
        network: Default::default(),
        life: None,
    })
    .await
    .expect("opened")
}

/// So many files that git writes a pack, rather than one object at a time.
async fn seed_many(lab: &Lab) {
    let mut seed = 1_u64;
    let mut noise = || {
        // Knuth's MMIX generator: what cannot be made smaller.
        seed = seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        format!("{seed:016x}")
    };
    let mut text = || (0..400).map(|_| noise()).collect::<String>();
    let files: Vec<(String, String)> = (0..150)
        .map(|n| (format!("many/{n}.txt"), text()))
        .collect();
    let files: Vec<(&str, &str)> = files
        .iter()
        .map(|(path, text)| (path.as_str(), text.as_str()))
        .collect();
    lab.server.seed("main", &files).await;
}

/// Half-written packs in a mirror.
fn halves(mirror: &Path) -> usize {
    let entries = std::fs::read_dir(mirror.join("objects/pack"));
    let entries = entries.into_iter().flatten().flatten();
    entries
        .filter(|entry| entry.file_name().to_string_lossy().starts_with("tmp_"))
        .count()
}

#[tokio::test]
async fn the_first_fetch_is_told_to_all_who_wait_and_later_ones_are_quiet() {
    let lab = Lab::new().await;
    seed_many(&lab).await;
    let (mut one, mut other) = (
        lab.git.watch_fetch(REPOSITORY),
        lab.git.watch_fetch(REPOSITORY),
    );
    assert!(lab.git.is_new(REPOSITORY));
    lab.git
        .fetch(&lab.remote(), &want())
        .await
        .expect("fetched");
    assert!(!lab.git.is_new(REPOSITORY));
    for watch in [&mut one, &mut other] {
        let told = tokio::time::timeout(LONG, watch.next()).await;
        let told = told.expect("it was told");
        assert_eq!(told.percent, 100, "{told:?}");
    }
    lab.server.seed("main", &[("new.txt", "x")]).await;
    lab.git
        .fetch(&lab.remote(), &want())
        .await
        .expect("fetched");
    let quiet = tokio::time::timeout(Duration::ZERO, one.next()).await;
    assert!(quiet.is_err(), "{quiet:?}");
}

#[tokio::test]
async fn silence_is_told_from_slowness_and_leaves_nothing() {
    let lab = Lab::new().await;
    seed_many(&lab).await;
    lab.server.fail(Some(Fault::Hang));
    let impatient = reopen(&lab, LONG, Duration::from_secs(1)).await;
    let error = impatient.fetch(&lab.remote(), &want()).await;
    let error = error.expect_err("nothing comes any more");
    assert_eq!(error, GitError::Stalled);
    assert!(matches!(Failure::from(error), Failure::Retry { .. }));
    assert_eq!(halves(&lab.mirror()), 0);
    lab.server.fail(None);
    // With the usual patience: a busy machine is silent for a second, too.
    lab.git
        .fetch(&lab.remote(), &want())
        .await
        .expect("fetched");
    run(&lab.mirror(), &["--git-dir=.", "fsck", "--strict"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_is_given_up_takes_its_half_pack_along() {
    let lab = Lab::new().await;
    seed_many(&lab).await;
    lab.server.fail(Some(Fault::Hang));
    let given_up = tokio::spawn({
        let (git, remote) = (lab.git.clone(), lab.remote());
        async move { git.fetch(&remote, &want()).await }
    });
    let until = async |what: &str, so: &dyn Fn() -> bool| {
        let waited = async {
            while !so() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(LONG, waited).await.expect(what);
    };
    until("half a pack is there", &|| halves(&lab.mirror()) > 0).await;
    // Its file is made before anything is in it, and what is in it takes room when the disk has given it some.
    let takes_room = async {
        while lab.git.half_fetched(REPOSITORY).await == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(LONG, takes_room)
        .await
        .expect("it takes room");
    given_up.abort();
    until("it goes", &|| halves(&lab.mirror()) == 0).await;
    assert_eq!(lab.git.half_fetched(REPOSITORY).await, 0);
    lab.server.fail(None);
    lab.git
        .fetch(&lab.remote(), &want())
        .await
        .expect("fetched");
}

#[tokio::test]
async fn the_time_limit_ends_it_kindly_and_the_next_try_works() {
    let lab = Lab::new().await;
    seed_many(&lab).await;
    lab.server.fail(Some(Fault::Hang));
    let limit = Duration::from_secs(2);
    let short = reopen(&lab, limit, LONG).await;
    let error = short.fetch(&lab.remote(), &want()).await;
    let error = error.expect_err("it takes too long");
    assert_eq!(error, GitError::FirstFetch { after: limit });
    let Failure::Refused { say } = Failure::from(error) else {
        panic!("trying again at once cannot help")
    };
    assert!(say.contains("limits.first_fetch") && say.contains("/agent retry"));
    assert_eq!(halves(&lab.mirror()), 0);
    lab.server.fail(None);
    lab.git
        .fetch(&lab.remote(), &want())
        .await
        .expect("fetched");
}

#[tokio::test]
async fn who_waits_for_one_that_takes_too_long_gets_no_time_of_its_own() {
    let lab = Lab::new().await;
    seed_many(&lab).await;
    lab.server.fail(Some(Fault::Hang));
    let limit = Duration::from_secs(2);
    let short = reopen(&lab, limit, LONG).await;
    let (remote, want) = (lab.remote(), want());
    let alone = lab.server.requests();
    let first = short.fetch(&remote, &want).await;
    let alone = lab.server.requests() - alone;
    assert_eq!(first, Err(GitError::FirstFetch { after: limit }));
    // Whoever comes after the end tries anew; all who come before the next end share it.
    let before = lab.server.requests();
    let (one, other, third) = tokio::join!(
        short.fetch(&remote, &want),
        short.fetch(&remote, &want),
        short.leave_contents(REPOSITORY),
    );
    for ended in [one.map(drop), other.map(drop), third] {
        assert_eq!(ended, Err(GitError::FirstFetch { after: limit }));
    }
    assert_eq!(lab.server.requests() - before, alone, "fetched once");
    assert!(!lab.git.is_partial(REPOSITORY));
    lab.server.fail(None);
    lab.git.fetch(&remote, &want).await.expect("fetched");
}

#[tokio::test]
async fn one_that_was_interrupted_is_cleared_by_the_next() {
    let lab = Lab::new().await;
    seed_many(&lab).await;
    lab.server.fail(Some(Fault::Hang));
    let (git, remote) = (lab.git.clone(), lab.remote());
    let fetching = tokio::spawn(async move { git.fetch(&remote, &want()).await.map(drop) });
    let begun = async {
        while halves(&lab.mirror()) == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(LONG, begun).await.expect("it began");
    fetching.abort();
    assert!(fetching.await.expect_err("aborted").is_cancelled());
    lab.server.fail(None);
    lab.git
        .fetch(&lab.remote(), &want())
        .await
        .expect("fetched");
    assert_eq!(halves(&lab.mirror()), 0);
    run(&lab.mirror(), &["--git-dir=.", "fsck", "--strict"]);
}
