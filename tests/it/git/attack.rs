//! Everything an agent can plant in its working copy, planted: nothing of it runs, and what is published is what was judged.

use std::fs;
use std::path::{Path, PathBuf};

use skep::git::{Published, Push};

use super::{Lab, all_ways, run, trap, write};

all_ways!(
    planted_hooks_configuration_and_filters_do_nothing,
    a_pointer_to_another_repository_leads_nowhere,
    repositories_inside_the_tree_are_not_entered,
    the_mirror_is_not_led_astray_by_the_agents_objects,
    a_fifo_in_the_way_does_not_stop_us,
    a_working_copy_that_is_a_link_is_not_followed,
);

/// The traps and the file that shows that one went off.
struct Traps {
    program: String,
    marker: PathBuf,
    evil: PathBuf,
}

impl Traps {
    fn new(lab: &Lab) -> Self {
        let folder = lab.folder.path().join("evil");
        fs::create_dir_all(&folder).expect("made");
        run(&folder, &["init", "--quiet", "--bare", "other.git"]);
        let marker = folder.join("marker");
        Self {
            program: trap(&folder.join("trap"), &marker),
            marker,
            evil: folder.join("other.git"),
        }
    }

    fn sprung(&self) -> usize {
        fs::read_to_string(&self.marker).map_or(0, |text| text.lines().count())
    }

    /// A configuration in which everything that can be a program is one.
    fn configuration(&self, lab: &Lab) -> String {
        let (program, evil) = (&self.program, self.evil.display());
        let url = lab.remote().url;
        format!(
            "[core]\n\trepositoryformatversion = 0\n\tbare = false\n\tfsmonitor = {program}\n\tsshCommand = {program}\n\
             \thooksPath = {program}.d\n\tpager = {program}\n\teditor = {program}\n\talternateRefsCommand = {program}\n\
             [filter \"x\"]\n\tclean = {program}\n\tsmudge = {program}\n\tprocess = {program}\n\trequired = true\n\
             [diff]\n\texternal = {program}\n[diff \"x\"]\n\ttextconv = {program}\n\tcommand = {program}\n\
             [merge \"x\"]\n\tdriver = {program}\n[credential]\n\thelper = {program}\n[gpg]\n\tprogram = {program}\n\
             [commit]\n\tgpgSign = true\n[url \"{evil}\"]\n\tinsteadOf = {url}\n\tpushInsteadOf = {url}\n\
             [remote \"origin\"]\n\turl = {url}\n\tpushurl = {evil}\n\tuploadpack = {program}\n\treceivepack = {program}\n\
             [include]\n\tpath = {program}.config\n[alias]\n\tadd = !{program}\n[uploadpack]\n\tpackObjectsHook = {program}\n"
        )
    }

    /// Hooks, configuration and attributes in one repository folder.
    fn plant(&self, lab: &Lab, git_dir: &Path) {
        fs::write(git_dir.join("config"), self.configuration(lab)).expect("written");
        for hook in [
            "pre-commit",
            "post-commit",
            "post-checkout",
            "pre-push",
            "reference-transaction",
            "post-index-change",
            "fsmonitor-watchman",
        ] {
            for folder in [
                git_dir.join("hooks"),
                PathBuf::from(format!("{}.d", self.program)),
            ] {
                trap(&folder.join(hook), &self.marker);
            }
        }
        write(git_dir, "info/attributes", "* filter=x diff=x merge=x\n");
    }
}

async fn publish(lab: &Lab) -> Push {
    // The agent's own git may do to the agent what it likes; here no bundle is made by it.
    let mut spec = lab.collecting();
    spec.bundle = None;
    let collected = lab.git.collect(&spec).await.expect("collected");
    assert!(
        collected.files.iter().any(|file| file.path == "work.txt"),
        "{:?}",
        collected.files
    );
    let push = Push {
        branch: lab.branch(),
        head: collected.head,
        expected: None,
    };
    assert_eq!(
        lab.git.publish(&lab.remote(), &push).await,
        Ok(Published::Pushed)
    );
    push
}

async fn nothing_happened_but_the_push(lab: &Lab, traps: &Traps, push: &Push) {
    assert_eq!(traps.sprung(), 0);
    let refs = lab.server.refs().await;
    let expected = [
        (lab.branch().full_ref(), push.head.clone()),
        ("refs/heads/main".into(), lab.base.clone()),
    ]
    .into();
    assert_eq!(refs, expected);
    assert_eq!(
        run(&traps.evil, &["--git-dir=.", "for-each-ref"]),
        "",
        "the attacker's repository got nothing"
    );
    run(&lab.mirror(), &["--git-dir=.", "fsck", "--strict"]);
}

async fn planted_hooks_configuration_and_filters_do_nothing(lab: Lab) {
    let work = lab.workspace().await;
    let traps = Traps::new(&lab);
    traps.plant(&lab, &work.join(".git"));
    write(&work, "src/.gitattributes", "* filter=x diff=x merge=x\n");
    write(&work, ".gitattributes", "* filter=x diff=x merge=x\n");
    write(&work, "work.txt", "work\n");
    write(&work, "src/main.rs", "fn main() { work() }\n");
    let push = publish(&lab).await;
    nothing_happened_but_the_push(&lab, &traps, &push).await;
    // The traps are real: a careless git in there springs them.
    let _ = std::process::Command::new("git")
        .args(["status"])
        .current_dir(&work)
        .output()
        .expect("git is there");
    assert!(traps.sprung() > 0);
}

async fn a_pointer_to_another_repository_leads_nowhere(lab: Lab) {
    let work = lab.workspace().await;
    let traps = Traps::new(&lab);
    let other = lab.folder.path().join("evil/elsewhere");
    fs::rename(work.join(".git"), &other).expect("moved");
    traps.plant(&lab, &other);
    fs::write(work.join(".git"), format!("gitdir: {}\n", other.display())).expect("written");
    write(&work, "work.txt", "work\n");
    let push = publish(&lab).await;
    nothing_happened_but_the_push(&lab, &traps, &push).await;
    let _ = std::process::Command::new("git")
        .args(["status"])
        .current_dir(&work)
        .output()
        .expect("git is there");
    assert!(traps.sprung() > 0);
}

async fn repositories_inside_the_tree_are_not_entered(lab: Lab) {
    // The base has a submodule, which the agent fills.
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
    run(
        &clone,
        &[
            "update-index",
            "--add",
            "--cacheinfo",
            &format!("160000,{},sub", lab.base),
        ],
    );
    run(&clone, &["commit", "--quiet", "-m", "a submodule"]);
    run(&clone, &["push", "--quiet", "origin", "HEAD:main"]);
    let lab = Lab {
        base: run(&clone, &["rev-parse", "HEAD"]).parse().expect("a sha"),
        ..lab
    };
    let work = lab.workspace().await;
    let traps = Traps::new(&lab);
    for place in ["sub", "nested", "deep/er"] {
        let place = work.join(place);
        fs::create_dir_all(&place).expect("made");
        run(&place, &["init", "--quiet", "."]);
        write(&place, "file", "x");
        write(&place, ".gitattributes", "* filter=x\n");
        run(&place, &["add", "-A"]);
        run(&place, &["commit", "--quiet", "-m", "x"]);
        write(&place, "file", "changed");
        traps.plant(&lab, &place.join(".git"));
    }
    run(&work, &["init", "--quiet", "--bare", "bare"]);
    traps.plant(&lab, &work.join("bare"));
    write(&work, "work.txt", "work\n");
    let push = publish(&lab).await;
    nothing_happened_but_the_push(&lab, &traps, &push).await;
    let listed = run(
        &lab.mirror(),
        &["--git-dir=.", "ls-tree", "-r", push.head.as_str()],
    );
    let parent = run(&clone, &["rev-parse", "HEAD^"]);
    assert!(
        listed.contains(&format!("160000 commit {parent}\tsub")),
        "{listed}"
    );
    assert!(
        !listed.contains("nested") && !listed.contains("deep"),
        "{listed}"
    );
    let _ = std::process::Command::new("git")
        .args(["status"])
        .current_dir(&work)
        .output()
        .expect("git is there");
    assert!(traps.sprung() > 0, "a careless status enters the submodule");
}

async fn the_mirror_is_not_led_astray_by_the_agents_objects(lab: Lab) {
    let work = lab.workspace().await;
    write(
        &work,
        ".git/objects/info/alternates",
        "/nonexistent/objects\n",
    );
    fs::remove_dir_all(work.join(".git/refs")).expect("removed");
    fs::write(work.join(".git/HEAD"), "ref: refs/heads/../../../x\n").expect("written");
    fs::write(work.join(".git/index"), "DIRC broken").expect("written");
    write(&work, "work.txt", "work\n");
    lab.make_bundle();
    assert!(!lab.bundle().exists());
    let collected = lab.collect().await.expect("collected");
    assert_eq!((collected.commits, collected.files.len()), (1, 1));
}

async fn a_fifo_in_the_way_does_not_stop_us(lab: Lab) {
    let work = lab.workspace().await;
    for name in [".gitignore", ".gitattributes", "src/.gitignore", "pipe"] {
        let made = std::process::Command::new("mkfifo")
            .arg(work.join(name))
            .status();
        assert!(made.expect("mkfifo is there").success());
    }
    write(&work, "work.txt", "work\n");
    let collected = lab.collect().await.expect("collected");
    assert_eq!(collected.files.len(), 1);
}

async fn a_working_copy_that_is_a_link_is_not_followed(lab: Lab) {
    let work = lab.workspace().await;
    fs::rename(&work, lab.folder.path().join("moved")).expect("moved");
    std::os::unix::fs::symlink("/etc", &work).expect("linked");
    let mut spec = lab.collecting();
    spec.bundle = None;
    let refused = lab.git.collect(&spec).await.expect_err("refused");
    assert!(
        matches!(refused, skep::git::GitError::Unsafe { .. }),
        "{refused:?}"
    );
    lab.git
        .remove_session(super::REPOSITORY, &lab.session, &work)
        .await
        .expect("removed");
    assert!(fs::symlink_metadata(&work).is_err() && Path::new("/etc/passwd").exists());
}
