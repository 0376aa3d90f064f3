//! `skep backup|restore|migrate|drain` as an operator uses them: beside a skep at work, after the machine is lost, and where something is wrong.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::running::{Ended, Served, skep};
use super::setup::{PATIENCE, Setup};
use super::terminal::Terminal;

/// Runs a command that reads the whole configuration.
async fn run(setup: &Setup, line: &str, more: &[(&str, &Path)]) -> Ended {
    let mut variables = setup.environment();
    for (name, value) in more {
        variables.retain(|(other, _)| other != name);
        variables.push(((*name).to_owned(), value.display().to_string()));
    }
    skep(line, &variables).await
}

fn modes(folder: &Path) -> Vec<u32> {
    let entries = std::fs::read_dir(folder).expect("a folder").flatten();
    let mode = |path: PathBuf| std::fs::metadata(path).expect("there").permissions().mode() & 0o777;
    entries.map(|entry| mode(entry.path())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_machine_is_taken_up_on_another_one() {
    let setup = Setup::new().await;
    setup.hurry();
    let served = Served::start(&setup);
    let asked = setup.go("ask Which colour? | red | blue\nwrite A.md: {answer}\nsay Done.");
    served.settled(asked, "needs-you").await;
    let done = setup.go("write B.md: b\nsay Done.");
    served.settled(done, "in-review").await;
    // Kept here alone: somebody stopped it after it had done something.
    let stopped = setup.go("write C.md: c\nask Go on? | yes | no\nsay Done.");
    served.settled(stopped, "needs-you").await;
    let admin = format!("--admin {}", served.admin);
    let stop = format!("stop octo/hello#{stopped} {admin}");
    let (code, _, err) = skep(&stop, &setup.token()).await;
    assert_eq!(code, Some(0), "{err}");
    served.settled(stopped, "cancelled").await;

    let place = setup.folder.path().join("backup");
    let backup = format!("backup {}", place.display());
    let (code, said, err) = run(&setup, &backup, &[]).await;
    assert_eq!((code, err.as_str()), (Some(0), ""), "{said}");
    assert!(
        said.contains("3 tasks, 3 sessions, kept work of 1 repository"),
        "{said}"
    );
    assert_eq!(modes(&place).iter().find(|mode| **mode & 0o077 != 0), None);
    let (code, _, err) = run(&setup, &backup, &[]).await;
    assert_eq!(code, Some(1), "a second time");
    assert!(err.contains("is there already"), "{err}");

    served.kill();
    let new = setup.folder.path().join("new");
    let into = [("SKEP_DATA_DIR", new.as_path())];
    let restore = format!("restore {}", place.display());
    let (code, said, err) = run(&setup, &restore, &into).await;
    assert_eq!((code, err.as_str()), (Some(0), ""), "{said}");
    assert!(
        said.starts_with("3 tasks and 3 sessions are back in "),
        "{said}"
    );
    let (code, _, err) = run(&setup, &restore, &into).await;
    assert_eq!(code, Some(1), "a second time");
    assert!(err.contains("holds something already"), "{err}");
    let key = |folder: &Path| std::fs::read(folder.join("provenance-key.pem")).expect("a key");
    assert_eq!(key(&new), key(&setup.data()));

    std::fs::remove_dir_all(setup.data()).expect("the old machine is gone");
    let new = new.display().to_string();
    let served = Served::start_with(&setup, &[("SKEP_DATA_DIR", &new)]);
    let admin = format!("--admin {}", served.admin);
    let token = [("SKEP_DATA_DIR".to_owned(), new.clone())];
    served.settled(asked, "needs-you").await;
    served.settled(done, "in-review").await;
    let pulls = setup.github.pulls(setup.repository).expect("pull requests");
    assert_eq!(pulls.len(), 1, "{pulls:?}");
    // What was stopped can still be had.
    let sessions = served.sessions().await;
    let kept = sessions
        .iter()
        .find(|id| id.contains(&format!("-{stopped}-")));
    let patch = format!("session {} --patch {admin}", kept.expect("its session"));
    let (code, patch, err) = skep(&patch, &token).await;
    assert_eq!(code, Some(0), "{err}");
    assert!(patch.contains("+++ b/C.md"), "{patch}");
    // What waited for an answer goes on with it, in a working copy that is laid out anew.
    setup
        .github
        .comment(setup.repository, asked, "ana", "2")
        .expect("a comment");
    let began = std::time::Instant::now();
    let anew = "It is laid out anew; the agent is told what was said so far";
    while !served.settled(asked, "needs-you").await["story"]
        .to_string()
        .contains(anew)
    {
        assert!(began.elapsed() < PATIENCE, "{}", served.log());
    }
    // The demo agent plays its script from the start and asks again: what it was told before it cannot read.
    setup
        .github
        .comment(setup.repository, asked, "ana", "2")
        .expect("a comment");
    served.settled(asked, "in-review").await;
    let pulls = setup.github.pulls(setup.repository).expect("pull requests");
    assert_eq!(pulls.len(), 2, "{pulls:?}");
    assert_eq!(setup.github.violations(), [], "GitHub complains");
    served.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_backup_any_more_is_not_put_back() {
    let setup = Setup::new().await;
    let served = Served::start(&setup);
    let place = setup.folder.path().join("backup");
    let (code, said, err) = run(
        &setup,
        &format!("backup --no-work {}", place.display()),
        &[],
    )
    .await;
    assert_eq!((code, err.as_str()), (Some(0), ""), "{said}");

    // A skep runs on the folder.
    let restore = format!("restore {}", place.display());
    let (code, _, err) = run(&setup, &restore, &[]).await;
    assert_eq!(code, Some(1));
    assert!(err.contains("a skep runs on the data folder"), "{err}");
    served.stop().await;
    let (code, _, err) = run(&setup, "migrate", &[]).await;
    assert_eq!(code, Some(1));
    assert!(err.contains("into Postgres"), "{err}");

    let new = setup.folder.path().join("new");
    let into = [("SKEP_DATA_DIR", new.as_path())];
    let refused = async |what: &str| {
        let (code, _, err) = run(&setup, &restore, &into).await;
        assert_eq!(code, Some(1), "{what}: {err}");
        assert!(err.contains("is no backup of skep"), "{what}: {err}");
        assert!(!new.join("skep.db").exists(), "{what}");
        err
    };
    let database = place.join("skep.db");
    let right = std::fs::read(&database).expect("read");
    let mut wrong = right.clone();
    wrong[20_000] ^= 1;
    std::fs::write(&database, wrong).expect("written");
    let err = refused("a bit is another").await;
    assert!(err.contains("skep.db is not as it was written"), "{err}");
    std::fs::remove_file(&database).expect("gone");
    let err = refused("a file is gone").await;
    assert!(err.contains("skep.db is missing"), "{err}");
    std::fs::write(&database, &right).expect("written");

    let contents = place.join("backup.json");
    let text = std::fs::read_to_string(&contents).expect("read");
    std::fs::write(&contents, text.replace("\"format\": 1", "\"format\": 7")).expect("written");
    let err = refused("a later format").await;
    assert!(err.contains("a newer skep"), "{err}");
    std::fs::write(&contents, &text[..text.len() / 2]).expect("written");
    refused("cut off").await;
    std::fs::remove_file(&contents).expect("gone");
    refused("without its contents").await;
    std::fs::write(&contents, &text).expect("written");
    let (code, said, err) = run(&setup, &restore, &into).await;
    assert_eq!((code, err.as_str()), (Some(0), ""), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn drained_it_starts_nothing_and_lets_all_come_to_its_end() {
    let setup = Setup::new().await;
    setup.hurry();
    let served = Served::start(&setup);
    let at_work = setup.go("write A.md: a\nuntil-there ../home/go\nsay Done.");
    served.event("session.running").await;
    let admin = format!("--admin {}", served.admin);
    let (code, said, err) = skep(&format!("drain --timeout 1s {admin}"), &setup.token()).await;
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("Waiting for octo/hello#1"), "{said}");
    assert!(err.contains("1 session is still at work"), "{err}");

    let waits = setup.go("write B.md: b\nsay Done.");
    let go = served
        .sessions()
        .await
        .first()
        .map(|id| setup.data().join("sessions").join(id).join("home/go"));
    std::fs::write(go.expect("a session"), "").expect("let go");
    let (code, said, err) = skep(&format!("drain {admin}"), &setup.token()).await;
    assert_eq!((code, err.as_str()), (Some(0), ""), "{said}");
    assert!(
        said.ends_with("`skep resume` lets starts go on.\n"),
        "{said}"
    );
    served.settled(at_work, "in-review").await;
    let (code, _, err) = skep(&format!("resume {admin}"), &setup.token()).await;
    assert_eq!(code, Some(0), "{err}");
    served.settled(waits, "in-review").await;
    served.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn on_a_terminal_it_says_that_it_is_at_work_and_takes_that_away() {
    let setup = Setup::new().await;
    setup.hurry();
    let served = Served::start(&setup);
    let place = setup.folder.path().join("backup");
    let line = format!("backup {}", place.display());
    let mut terminal = Terminal::start(&line, &setup.environment());
    assert_eq!(terminal.ended().await, Some(0), "{}", terminal.screen());
    // The line is longer than the terminal is wide.
    let told = |screen: &str| screen.replace('\n', "").contains("0 sessions");
    let screen = terminal.until("what it holds", told).await;
    let at_work = "copying the database, the keys and the work";
    assert!(!screen.contains(at_work), "{screen}");
    let bytes = terminal.bytes();
    let all = String::from_utf8_lossy(&bytes);
    assert!(all.contains(at_work), "{all:?}");
    served.stop().await;
}
