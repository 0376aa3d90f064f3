//! A branch's own commits go onto another commit, without those of the branch they stood on.

use skep::core::ids::Sha;
use skep::git::{FetchRequest, Git, Rebase, Rebased};

use super::{Lab, REPOSITORY, run, write};

/// A repository as people have it, whose commits a mirror has: `main`, a branch below, and one that stands on it.
struct Stack {
    lab: Lab,
    work: std::path::PathBuf,
}

impl Stack {
    async fn new() -> Self {
        let lab = Lab::new().await;
        let work = lab.folder.path().join("people");
        let host = lab.server.repository();
        let host = host.to_str().expect("a path");
        run(lab.folder.path(), &["clone", "--quiet", host, "people"]);
        let stack = Self { lab, work };
        stack.commit("below", "main", &[("below.txt", "one\n")], "Below one");
        stack.commit(
            "below",
            "below",
            &[("below.txt", "one\ntwo\n")],
            "Below two",
        );
        let above = [("above.txt", "a\n"), ("below.txt", "one\ntwo\nthree\n")];
        stack.commit("above", "below", &above, "Above one");
        stack.commit("above", "above", &[("more.txt", "b\n")], "Above two");
        stack
    }

    /// A commit on a branch, which is made from another one where it is not there.
    fn commit(&self, branch: &str, from: &str, files: &[(&str, &str)], message: &str) {
        let at = match self.is_there(branch) {
            true => branch,
            false => from,
        };
        run(&self.work, &["checkout", "--quiet", "-B", branch, at]);
        for (path, text) in files {
            write(&self.work, path, text);
        }
        run(&self.work, &["add", "-A"]);
        run(
            &self.work,
            &[
                "commit",
                "--quiet",
                "--author=Ana <ana@example.com>",
                "-m",
                message,
            ],
        );
    }

    fn is_there(&self, branch: &str) -> bool {
        let all = run(&self.work, &["branch", "--format=%(refname:short)"]);
        all.lines().any(|line| line == branch)
    }

    fn at(&self, name: &str) -> Sha {
        let at = run(&self.work, &["rev-parse", name]);
        at.parse().expect("a commit")
    }

    async fn git(&self) -> &Git {
        run(
            &self.work,
            &["push", "--quiet", "--force", "origin", "--all"],
        );
        let want = FetchRequest {
            branch: "main".into(),
            sha: None,
        };
        let fetched = self.lab.git.fetch(&self.lab.remote(), &want).await;
        fetched.expect("fetched");
        &self.lab.git
    }

    async fn put(&self, onto: &str, theirs: &[&str]) -> Rebased {
        let wanted = Rebase {
            repository: REPOSITORY,
            head: self.at("above"),
            onto: self.at(onto),
            theirs: theirs.iter().map(|name| self.at(name)).collect(),
        };
        let git = self.git().await;
        let put = git.rebase(&wanted).await.expect("rebased");
        assert_eq!(
            git.rebase(&wanted).await.as_ref(),
            Ok(&put),
            "again the same"
        );
        put
    }

    fn log(&self, range: &str) -> Vec<String> {
        let mirror = self.lab.mirror();
        let log = run(
            &mirror,
            &[
                "--git-dir=.",
                "log",
                "--reverse",
                "--format=%s by %an",
                range,
            ],
        );
        log.lines().map(str::to_owned).collect()
    }

    fn squash(&self, text: &str) {
        self.commit("main", "main", &[("below.txt", text)], "Below (#1)");
    }
}

#[tokio::test]
async fn a_squash_below_leaves_its_own_commits_with_their_writers() {
    let stack = Stack::new().await;
    stack.squash("one\ntwo\n");
    let Rebased::At(head) = stack.put("main", &["below"]).await else {
        panic!("it goes there");
    };
    let own = stack.log(&format!("{}..{head}", stack.at("main")));
    assert_eq!(own, ["Above one by Ana", "Above two by Ana"]);
    let mirror = stack.lab.mirror();
    let tree = |at: &str| {
        run(
            &mirror,
            &["--git-dir=.", "rev-parse", &format!("{at}^{{tree}}")],
        )
    };
    assert_eq!(tree(head.as_str()), tree(stack.at("above").as_str()));
    run(
        &mirror,
        &["--git-dir=.", "fsck", "--strict", "--no-dangling"],
    );
}

#[tokio::test]
async fn what_was_merged_with_its_commits_needs_nothing() {
    let stack = Stack::new().await;
    run(&stack.work, &["checkout", "--quiet", "main"]);
    run(
        &stack.work,
        &["merge", "--quiet", "--no-ff", "--no-edit", "below"],
    );
    assert_eq!(stack.put("main", &["below"]).await, Rebased::Stands);
    // Neither does a branch below that only grew.
    let tip = stack.at("below");
    stack.commit("below", "below", &[("fix.txt", "f\n")], "A fix");
    assert_eq!(stack.put("below", &[tip.as_str()]).await, Rebased::Stands);
}

#[tokio::test]
async fn a_branch_below_that_was_made_anew_is_followed() {
    let stack = Stack::new().await;
    let tip = stack.at("below");
    run(&stack.work, &["checkout", "--quiet", "below"]);
    run(
        &stack.work,
        &["commit", "--quiet", "--amend", "-m", "Below two, reworded"],
    );
    let Rebased::At(head) = stack.put("below", &[tip.as_str()]).await else {
        panic!("it goes there");
    };
    let own = stack.log(&format!("{}..{head}", stack.at("below")));
    assert_eq!(own.len(), 2, "{own:?}");
}

#[tokio::test]
async fn what_conflicts_or_holds_a_merge_stays_as_it_is() {
    let stack = Stack::new().await;
    stack.squash("something else\n");
    assert_eq!(stack.put("main", &["below"]).await, Rebased::Conflicts);
    let stack = Stack::new().await;
    stack.commit("main", "main", &[("other.txt", "x\n")], "Other");
    run(&stack.work, &["checkout", "--quiet", "above"]);
    run(&stack.work, &["merge", "--quiet", "--no-edit", "main"]);
    stack.squash("one\ntwo\n");
    assert_eq!(stack.put("main", &["below"]).await, Rebased::Conflicts);
}

#[tokio::test]
async fn a_commit_that_is_there_already_is_left_out() {
    let stack = Stack::new().await;
    stack.squash("one\ntwo\nthree\n");
    stack.commit("main", "main", &[("above.txt", "a\n")], "Did it as well");
    let Rebased::At(head) = stack.put("main", &["below"]).await else {
        panic!("it goes there");
    };
    let own = stack.log(&format!("{}..{head}", stack.at("main")));
    assert_eq!(own, ["Above two by Ana"]);
    // Where all of it is, nothing is pushed: a pull request without commits is closed.
    stack.commit("main", "main", &[("more.txt", "b\n")], "And that");
    assert_eq!(stack.put("main", &["below"]).await, Rebased::Stands);
}
