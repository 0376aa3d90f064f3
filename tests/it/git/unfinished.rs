//! What a working copy differs in while its agent is at work: seen as it is, bounded, without running or writing anything.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use skep::git::{Unfinished, UnfinishedSpec};

use super::{Lab, REPOSITORY, all_ways, ignore, run, write};

all_ways!(
    all_that_is_written_so_far_is_seen,
    nothing_of_the_repository_is_run_and_nothing_is_written,
);

impl Lab {
    async fn unfinished(&self, workspace: &Path) -> Unfinished {
        let spec = UnfinishedSpec {
            session: self.session.clone(),
            repository: REPOSITORY,
            base: self.base.clone(),
            workspace: workspace.to_owned(),
            ignore: ignore(),
        };
        self.git.unfinished(&spec).await.expect("a look")
    }

    /// Every file of the mirror with its size.
    fn mirror_files(&self) -> String {
        let find = ["-c", "find . -type f -printf '%p %s\\n' | sort"];
        let found = std::process::Command::new("sh")
            .args(find)
            .current_dir(self.mirror())
            .output();
        String::from_utf8(found.expect("a shell is there").stdout).expect("text")
    }
}

async fn all_that_is_written_so_far_is_seen(lab: Lab) {
    let work = lab.workspace().await;
    assert_eq!(lab.unfinished(&work).await, Unfinished::default());
    write(&work, "README.md", "hello\nworld\n");
    write(&work, "new dir/<b> \"x\"", "new\n");
    write(&work, ":(glob)*", "colon\n");
    write(&work, "new dir/.gitignore", "secret\n");
    write(&work, "new dir/secret", "ignored there\n");
    write(&work, ".gitignore", "*.log\n/build/\n");
    write(&work, "noise.log", "ignored\n");
    write(&work, "build/out", "ignored\n");
    write(&work, "node_modules/x/y.js", "ignored\n");
    write(&work, "nested/inner.txt", "of another repository\n");
    run(&work.join("nested"), &["init", "--quiet"]);
    fs::remove_file(work.join("src/main.rs")).expect("removed");
    let executable = fs::Permissions::from_mode(0o755);
    fs::write(work.join("docs/guide.md"), "a guide\n").expect("written");
    fs::set_permissions(work.join("docs/guide.md"), executable).expect("set");
    symlink("/etc/passwd", work.join("docs/link")).expect("linked");
    let found = lab.unfinished(&work).await;
    let patch = String::from_utf8(found.patch).expect("text");
    for wanted in [
        "+++ b/README.md\n@@ -1 +1,2 @@\n hello\n+world\n",
        "<b> \\\"x\\\"",
        "+new\n",
        "+*.log\n",
        "+colon\n",
        "--- a/src/main.rs\n+++ /dev/null\n",
        "-fn main() {}\n",
        "old mode 100644\nnew mode 100755\n",
        "+/etc/passwd\n",
    ] {
        assert!(patch.contains(wanted), "{wanted:?} in\n{patch}");
    }
    for unwanted in ["ignored", "another repository", "root:"] {
        assert!(!patch.contains(unwanted), "{unwanted:?} in\n{patch}");
    }
    assert!(!found.cut && found.more == 0, "{}", found.more);
}

async fn nothing_of_the_repository_is_run_and_nothing_is_written(lab: Lab) {
    let work = lab.workspace().await;
    let ran = lab.folder.path().join("ran");
    let touch = format!("touch '{}'; cat", ran.display());
    let evil = [
        ("filter.evil.clean", touch.as_str()),
        ("filter.evil.required", "true"),
        ("diff.evil.textconv", touch.as_str()),
        ("diff.evil.command", touch.as_str()),
        ("diff.external", touch.as_str()),
        ("core.fsmonitor", touch.as_str()),
    ];
    for (name, value) in evil {
        run(&work, &["config", name, value]);
    }
    write(&work, ".gitattributes", "* filter=evil diff=evil\n");
    write(&work, "README.md", "changed\n");
    write(&work, ".GIT/config", "not a repository's\n");
    let made = std::process::Command::new("mkfifo")
        .arg(work.join("docs/.gitignore"))
        .status();
    assert!(made.expect("mkfifo runs").success());
    let (index, mirror) = (fs::read(work.join(".git/index")), lab.mirror_files());
    let found = lab.unfinished(&work).await;
    let patch = String::from_utf8(found.patch).expect("text");
    assert!(patch.contains("+changed\n"), "{patch}");
    assert!(!patch.contains("not a repository's"), "{patch}");
    assert!(!ran.exists(), "something of the repository ran");
    assert_eq!(
        fs::read(work.join(".git/index")).expect("read"),
        index.expect("read")
    );
    assert_eq!(lab.mirror_files(), mirror);
}

#[tokio::test]
async fn what_is_too_much_is_counted() {
    let lab = Lab::new().await;
    let work = lab.workspace().await;
    // Without doubt older than the index: what is as old as it is looked at as well.
    let long_ago = std::time::SystemTime::now() - std::time::Duration::from_secs(3_600);
    for path in ["README.md", "docs/guide.md", "src/main.rs"] {
        let file = fs::File::options().write(true).open(work.join(path));
        let set = file.expect("there").set_modified(long_ago);
        set.expect("set");
    }
    for number in 0..230 {
        write(&work, &format!("many/{number:03}"), &format!("{number}\n"));
    }
    write(&work, "large", &"x".repeat(600 << 10));
    let found = lab.unfinished(&work).await;
    assert_eq!(found.more, 31, "30 of the many, and the large one");
    let patch = String::from_utf8(found.patch).expect("text");
    assert!(patch.contains("+199\n") && !patch.contains("+200\n"));
}
