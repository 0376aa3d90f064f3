//! Working copies that stand ready: one session has each, whatever lies between its commit and theirs, and none outlives its use.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime};

use skep::core::ids::{IssueNumber, RepositoryId, SessionId, Sha, TaskKey};
use skep::git::{FetchRequest, Git, WorkspaceSpec};

use super::{Lab, REPOSITORY, open, run, write};

impl Lab {
    /// The mirror, up to date.
    async fn mirrored(&self) {
        let want = FetchRequest {
            branch: "main".into(),
            sha: None,
        };
        self.git
            .fetch(&self.remote(), &want)
            .await
            .expect("fetched");
    }

    async fn stand_ready(&self, at: &Sha) -> PathBuf {
        self.git.want_standby(REPOSITORY, at);
        self.git.keep_standbys(4).await.expect("kept");
        self.standby()
    }

    fn standby(&self) -> PathBuf {
        self.folder.path().join("data/standbys/7")
    }

    /// What another session of the same repository asks for.
    fn spec_of(&self, number: u32, base: &Sha) -> WorkspaceSpec {
        let session = SessionId::new(TaskKey::new(REPOSITORY, IssueNumber(12)), number);
        let folder = self
            .folder
            .path()
            .join("data/sessions")
            .join(session.as_str());
        fs::create_dir_all(&folder).expect("made");
        WorkspaceSpec {
            session,
            path: folder.join("work"),
            ..self.spec(base.clone())
        }
    }

    /// The data folder as the next process finds it.
    async fn again(&self) -> Git {
        open("git".into(), self.folder.path().join("data"))
            .await
            .expect("git is there")
    }

    /// Commits what a script leaves in a checkout of the mirror's `main`; only the mirror knows of it.
    fn commit(&self, script: &str) -> Sha {
        let mirror = self.mirror().display().to_string();
        let clone = self.folder.path().join("clone");
        let _none_yet = fs::remove_dir_all(&clone);
        run(
            self.folder.path(),
            &["clone", "--quiet", "--branch=main", &mirror, "clone"],
        );
        let done = Command::new("sh")
            .args(["-ec", script])
            .current_dir(&clone)
            .status();
        assert!(done.expect("a shell is there").success());
        run(&clone, &["add", "-A", "--force"]);
        run(
            &clone,
            &["commit", "--quiet", "--allow-empty", "-m", "Next"],
        );
        run(
            &clone,
            &["push", "--quiet", "origin", "HEAD:refs/heads/main"],
        );
        run(&clone, &["rev-parse", "HEAD"])
            .parse()
            .expect("a commit")
    }
}

/// Everything in a working copy but its `.git`: kind, mode and content.
fn tree(root: &Path) -> BTreeMap<String, (u32, Vec<u8>)> {
    let mut found = BTreeMap::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)
            .expect("listed")
            .map(|entry| entry.expect("read"))
        {
            let (path, meta) = (entry.path(), entry.metadata().expect("there"));
            let name = path
                .strip_prefix(root)
                .expect("below")
                .display()
                .to_string();
            if name == ".git" {
                continue;
            }
            let content = if meta.is_symlink() {
                fs::read_link(&path)
                    .expect("a link")
                    .into_os_string()
                    .into_encoded_bytes()
            } else if meta.is_file() {
                fs::read(&path).expect("read")
            } else {
                folders.push(path);
                Vec::new()
            };
            found.insert(name, (meta.mode(), content));
        }
    }
    found
}

fn gone(folder: &Path) -> bool {
    fs::read_dir(folder).expect("listed").count() == 0
}

#[tokio::test]
async fn of_two_sessions_one_has_what_stood_ready_and_neither_sees_the_other() {
    let lab = Lab::new().await;
    lab.mirrored().await;
    let ready = lab.stand_ready(&lab.base).await;
    let inode = fs::metadata(&ready).expect("it stands").ino();
    let (one, two) = (lab.spec_of(1, &lab.base), lab.spec_of(2, &lab.base));
    let (first, second) = tokio::join!(
        lab.git.create_workspace(&one),
        lab.git.create_workspace(&two)
    );
    first.and(second).expect("made");
    let inodes = [&one, &two].map(|spec| fs::metadata(&spec.path).expect("made").ino());
    assert_eq!(inodes.iter().filter(|found| **found == inode).count(), 1);
    assert!(!ready.exists());
    for spec in [&one, &two] {
        assert_eq!(run(&spec.path, &["status", "--porcelain"]), "");
        write(&spec.path, "mine", spec.session.as_str());
        write(&spec.path, "README.md", spec.session.as_str());
    }
    for spec in [&one, &two] {
        let mine = fs::read_to_string(spec.path.join("README.md")).expect("read");
        assert_eq!(mine, spec.session.as_str());
    }
}

#[tokio::test]
async fn a_claimed_one_is_what_a_new_one_would_be() {
    let lab = Lab::new().await;
    lab.mirrored().await;
    let before = lab.commit(
        "mkdir -p folder deep/er; echo 1 > folder/a; echo 2 > folder/b; echo 3 > file; echo 4 > mode.sh; \
         ln -s README.md link; echo 5 > deep/er/leaf; echo same > 'sp ace'; echo 6 > plain; printf 'a\\r\\n' > crlf",
    );
    let after = lab.commit(
        "rm -r folder deep; echo 1 > folder; rm file; mkdir file; echo 3 > file/inside; chmod 755 mode.sh; \
         ln -sf src link; rm plain; ln -s 'sp ace' plain; echo new > new; echo more >> README.md; printf 'b\\r\\n' > crlf",
    );
    for (from, to) in [(&before, &after), (&after, &before), (&before, &before)] {
        let made = lab.spec_of(1, to);
        lab.git.create_workspace(&made).await.expect("made");
        let ready = lab.stand_ready(from).await;
        assert_eq!(run(&ready, &["rev-parse", "HEAD"]), from.to_string());
        let claimed = lab.spec_of(2, to);
        lab.git.create_workspace(&claimed).await.expect("claimed");
        assert!(!ready.exists());
        assert_eq!(tree(&claimed.path), tree(&made.path));
        let own = |spec: &WorkspaceSpec, file: &str| {
            fs::read_to_string(spec.path.join(".git").join(file)).expect("read")
        };
        for file in ["HEAD", "config", "info/exclude", "objects/info/alternates"] {
            assert_eq!(own(&claimed, file), own(&made, file), "{file}");
        }
        assert_eq!(run(&claimed.path, &["status", "--porcelain"]), "");
        run(&claimed.path, &["fsck", "--strict"]);
        for spec in [made, claimed] {
            lab.git
                .remove_session(REPOSITORY, &spec.session, &spec.path)
                .await
                .expect("removed");
        }
    }
}

/// Git would read all of them again: they are as old as the index they were laid out with. What an agent writes at once is.
#[tokio::test]
async fn files_that_stood_for_a_second_are_known_to_be_untouched() {
    let lab = Lab::new().await;
    lab.mirrored().await;
    let seconds = |path: &Path| fs::metadata(path).expect("there").mtime();
    let standby = lab.stand_ready(&lab.base).await;
    let laid_out = seconds(&standby.join("README.md"));
    let now = || SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    while now().expect("a clock").as_secs() <= laid_out.unsigned_abs() {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let work = lab.workspace().await;
    assert_eq!(seconds(&work.join("README.md")), laid_out, "it was claimed");
    assert!(seconds(&work.join(".git/index")) > laid_out);
    write(&work, "README.md", "jello\n");
    let collected = lab.collect().await.expect("collected");
    assert_eq!(
        collected.files.len(),
        1,
        "of the same size, in the same second"
    );
}

#[tokio::test]
async fn other_attributes_lay_out_files_that_did_not_change() {
    let lab = Lab::new().await;
    lab.mirrored().await;
    let plain =
        lab.commit("printf 'one\\ntwo\\n' > text.txt; mkdir -p sub; printf 'x\\n' > sub/text.txt");
    let crlf = lab.commit("echo '*.txt text eol=crlf' > .gitattributes");
    // What the clone has laid out with CR is committed without, whether git looks at it again or not.
    let below = lab.commit(
        "rm .gitattributes; echo '*.txt text eol=crlf' > sub/.gitattributes
         printf 'one\\ntwo\\n' > text.txt; printf 'x\\n' > sub/text.txt",
    );
    let content = |spec: &WorkspaceSpec| {
        ["text.txt", "sub/text.txt"]
            .map(|file| fs::read_to_string(spec.path.join(file)).expect("read"))
    };
    let wanted = [
        (&plain, &crlf, ["one\r\ntwo\r\n", "x\r\n"]),
        (&crlf, &below, ["one\ntwo\n", "x\r\n"]),
        (&below, &plain, ["one\ntwo\n", "x\n"]),
    ];
    for (number, (from, to, wanted)) in (1..).zip(wanted) {
        lab.stand_ready(from).await;
        let spec = lab.spec_of(number, to);
        lab.git.create_workspace(&spec).await.expect("made");
        assert_eq!(content(&spec), wanted);
        assert_eq!(run(&spec.path, &["status", "--porcelain"]), "");
    }
}

#[tokio::test]
async fn one_that_is_behind_is_brought_up_while_nobody_waits() {
    let lab = Lab::new().await;
    lab.mirrored().await;
    let ready = lab.stand_ready(&lab.base).await;
    let inode = fs::metadata(&ready).expect("it stands").ino();
    let next = lab.commit("echo new > new");
    lab.stand_ready(&next).await;
    assert_eq!(fs::metadata(&ready).expect("it stands").ino(), inode);
    assert_eq!(
        fs::read_to_string(ready.join("new")).expect("read"),
        "new\n"
    );
    assert_eq!(run(&ready, &["status", "--porcelain"]), "");
}

#[tokio::test]
async fn a_session_that_comes_meanwhile_waits_for_the_one_that_is_being_made() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let at = |name: &str| folder.path().join(name);
    let program = at("git");
    let script = format!(
        "#!/bin/sh\ncase \"$*\" in *' read-tree '*) echo >> '{}'; until [ -e '{}' ]; do sleep 0.01; done;; esac\nexec git \"$@\"\n",
        at("began").display(),
        at("gate").display(),
    );
    fs::write(&program, script).expect("written");
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).expect("set");
    let lab = Lab::with_program(program).await;
    lab.mirrored().await;
    lab.git.want_standby(REPOSITORY, &lab.base);
    let spec = lab.spec_of(1, &lab.base);
    let opened = async {
        while !at("began").exists() {
            tokio::task::yield_now().await;
        }
        let open = async {
            for _ in 0..100 {
                tokio::task::yield_now().await;
            }
            fs::write(at("gate"), "").expect("written");
        };
        tokio::join!(lab.git.create_workspace(&spec), open).0
    };
    let (kept, made) = tokio::join!(lab.git.keep_standbys(1), opened);
    kept.and(made).expect("made");
    assert_eq!(run(&spec.path, &["status", "--porcelain"]), "");
    let laid_out = fs::read_to_string(at("began"))
        .expect("read")
        .lines()
        .count();
    assert_eq!(
        (laid_out, lab.standby().exists()),
        (1, false),
        "one was made, and claimed"
    );
}

#[tokio::test]
async fn a_start_keeps_what_is_whole_and_throws_away_what_is_half_made_or_of_another_boot() {
    let lab = Lab::new().await;
    lab.mirrored().await;
    let ready = lab.stand_ready(&lab.base).await;
    let half = ready.with_extension("making");
    write(&half, ".git/HEAD", "half");
    lab.again().await;
    assert_eq!((ready.exists(), half.exists()), (true, false));
    let made_under = ready.with_file_name("made-under");
    let now = fs::read_to_string(&made_under).expect("read");
    fs::write(&made_under, now.replace("boot ", "boot before ")).expect("written");
    lab.again().await;
    assert!(!ready.exists(), "a power cut may have emptied its files");
    assert_eq!(fs::read_to_string(made_under).expect("read"), now);
}

#[tokio::test]
async fn a_damaged_one_is_not_used() {
    let lab = Lab::new().await;
    lab.mirrored().await;
    let ready = lab.stand_ready(&lab.base).await;
    let next = lab.commit("echo new > new");
    fs::write(ready.join(".git/index"), "rubbish").expect("written");
    let spec = lab.spec_of(1, &next);
    lab.git.create_workspace(&spec).await.expect("made");
    assert_eq!(run(&spec.path, &["status", "--porcelain"]), "");
    assert!(spec.path.join("new").exists());
}

#[tokio::test]
async fn what_a_session_had_never_stands_ready() {
    let lab = Lab::new().await;
    lab.mirrored().await;
    lab.stand_ready(&lab.base).await;
    let spec = lab.spec_of(1, &lab.base);
    lab.git.create_workspace(&spec).await.expect("claimed");
    write(&spec.path, "planted", "x");
    lab.git
        .remove_session(REPOSITORY, &spec.session, &spec.path)
        .await
        .expect("removed");
    assert!(!lab.standby().exists());
    let ready = lab.stand_ready(&lab.base).await;
    assert!(!ready.join("planted").exists());
    assert_eq!(run(&ready, &["status", "--porcelain"]), "");
}

#[tokio::test]
async fn more_than_are_wanted_go_and_the_longest_unused_first() {
    let lab = Lab::new().await;
    lab.mirrored().await;
    let others = [8, 9].map(RepositoryId);
    for other in others {
        let copy = lab.git.mirror_path(other).display().to_string();
        run(&lab.mirror(), &["clone", "--quiet", "--mirror", ".", &copy]);
    }
    lab.stand_ready(&lab.base).await;
    let folder = lab.folder.path().join("data/standbys");
    let age = |repository: RepositoryId, hours: u64| {
        let head = fs::File::options()
            .write(true)
            .open(folder.join(repository.to_string()).join(".git/HEAD"));
        let then = std::time::SystemTime::now() - Duration::from_secs(hours * 3600);
        head.and_then(|head| head.set_modified(then))
            .expect("dated");
    };
    let standing = || {
        let all = [REPOSITORY, others[0], others[1]].into_iter();
        all.filter(|repository| folder.join(repository.to_string()).exists())
            .map(|repository| repository.0)
            .collect::<Vec<_>>()
    };
    age(REPOSITORY, 2);
    for (other, hours) in others.into_iter().zip([1, 0]) {
        lab.git.want_standby(other, &lab.base);
        lab.git.keep_standbys(2).await.expect("kept");
        age(other, hours);
    }
    assert_eq!(standing(), [8, 9]);
    age(others[0], 8 * 24);
    lab.git.keep_standbys(2).await.expect("kept");
    assert_eq!(standing(), [9], "nobody has worked on the other for a week");
    lab.git.want_standby(REPOSITORY, &lab.base);
    lab.git.drop_standbys().await.expect("dropped");
    assert_eq!(standing(), Vec::<i64>::new());
    lab.git.keep_standbys(2).await.expect("kept");
    assert_eq!(
        standing(),
        Vec::<i64>::new(),
        "what was wanted before is forgotten"
    );
    lab.git.want_standby(REPOSITORY, &lab.base);
    lab.git.keep_standbys(0).await.expect("kept");
    assert_eq!(standing(), Vec::<i64>::new(), "none are kept");
}

#[tokio::test]
async fn it_goes_with_its_repository() {
    let lab = Lab::new().await;
    lab.mirrored().await;
    lab.stand_ready(&lab.base).await;
    lab.git.want_standby(REPOSITORY, &lab.base);
    lab.git.remove_mirror(REPOSITORY).await.expect("removed");
    lab.git.keep_standbys(4).await.expect("nothing to keep");
    assert!(!lab.mirror().exists());
    assert!(!lab.standby().exists());
}

#[tokio::test]
async fn a_repository_with_sha256_has_one_too() {
    let lab = Lab::new().await;
    let origin = lab.folder.path().join("sha256");
    fs::create_dir_all(&origin).expect("made");
    run(&origin, &["init", "--quiet", "--object-format=sha256"]);
    let mut commits = Vec::new();
    for text in ["one", "two"] {
        write(&origin, "file", text);
        run(&origin, &["add", "-A"]);
        run(&origin, &["commit", "--quiet", "-m", text]);
        commits.push(
            run(&origin, &["rev-parse", "HEAD"])
                .parse::<Sha>()
                .expect("a commit"),
        );
    }
    let mirror = lab.mirror().display().to_string();
    run(&origin, &["clone", "--quiet", "--mirror", ".", &mirror]);
    lab.stand_ready(&commits[0]).await;
    let spec = lab.spec_of(1, &commits[1]);
    lab.git.create_workspace(&spec).await.expect("claimed");
    assert!(!lab.standby().exists());
    assert_eq!(
        fs::read_to_string(spec.path.join("file")).expect("read"),
        "two"
    );
    assert_eq!(run(&spec.path, &["status", "--porcelain"]), "");
    assert_eq!(
        run(&spec.path, &["rev-parse", "HEAD"]),
        commits[1].to_string()
    );
}

#[tokio::test]
async fn what_is_removed_is_out_of_the_way_at_once_and_gone_after_a_restart() {
    let lab = Lab::new().await;
    let work = lab.workspace().await;
    let trash = lab.folder.path().join("data/trash");
    // What a killed process left.
    write(&trash, "1/left/over", "x");
    lab.git
        .remove_workspace(&lab.session, &work)
        .await
        .expect("removed");
    assert!(!work.exists());
    lab.again().await;
    while !gone(&trash) {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
