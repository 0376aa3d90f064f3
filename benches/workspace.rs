//! Working copies beside a warm mirror, and what is done with them, against git doing the same alone.
//!
//! ```text
//! cargo bench --bench workspace                      # 500 and 10,000 files
//! cargo bench --bench workspace -- 100000            # so many files
//! cargo bench --bench workspace -- branches 8000     # 500 files, and so many branches in the mirror
//! ```
//!
//! Files are of 4 KiB, at most 2,000 folders; each figure is the median of some rounds, in milliseconds.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use skep::core::ids::{AgentBranch, IssueNumber, RepositoryId, SessionId, Sha, TaskKey};
use skep::git::{
    CollectSpec, DiffLimits, FetchRequest, Git, GitConfig, Identity, OldGit, Remote, WorkspaceSpec,
};

const REPOSITORY: RepositoryId = RepositoryId(1);

fn run_git(folder: &Path, args: &[&str]) -> String {
    let output = Command::new("git")
        .args(["-c", "user.name=bench", "-c", "user.email=bench@localhost"])
        .args(args)
        .current_dir(folder)
        .output()
        .expect("git runs");
    assert!(
        output.status.success(),
        "git {args:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

/// Puts two commits into a bare repository: so many files, and ten of them changed.
fn fill(repository: &Path, files: usize, branches: usize) {
    let mut child = Command::new("git")
        .args(["fast-import", "--quiet", "--force"])
        .current_dir(repository)
        .stdin(Stdio::piped())
        .spawn()
        .expect("git runs");
    let mut to = std::io::BufWriter::new(child.stdin.take().expect("a pipe"));
    let mut say = |text: String| to.write_all(text.as_bytes()).expect("git reads");
    let file = |number: usize, line: &str| {
        let text = format!("{line} {number}\n").repeat(4096 / (line.len() + 7));
        let (one, two) = (number % 50, number / 50 % 40);
        format!(
            "M 100644 inline d{one}/e{two}/f{number}.txt\ndata {}\n{text}\n",
            text.len()
        )
    };
    let by = "committer b <b@localhost> 1700000000 +0000\ndata 1\nx\n";
    say(format!("commit refs/heads/main\n{by}"));
    (0..files).for_each(|number| say(file(number, "a line of a file that nobody reads")));
    say(format!(
        "commit refs/heads/next\n{by}from refs/heads/main\n"
    ));
    (0..10).for_each(|number| say(file(number * 37, "a changed line of a file")));
    for number in 0..branches {
        say(format!(
            "reset refs/heads/topic/{number:05}\nfrom refs/heads/main\n\n"
        ));
    }
    drop(to);
    assert!(child.wait().expect("git ends").success());
}

struct Bench {
    runtime: tokio::runtime::Runtime,
    folder: tempfile::TempDir,
    git: Git,
    main: Sha,
    next: Sha,
    sessions: u32,
}

impl Bench {
    fn new(files: usize, branches: usize) -> Self {
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
        let config = GitConfig {
            program: "git".into(),
            data_dir: folder.path().join("data"),
            timeout: std::time::Duration::from_secs(600),
            first_fetch: std::time::Duration::from_secs(600),
            silence: std::time::Duration::from_secs(600),
            old_git: OldGit::Allow,
            network: Default::default(),
            life: None,
        };
        let git = runtime.block_on(Git::open(config)).expect("git");
        let mirror = git.mirror_path(REPOSITORY);
        std::fs::create_dir_all(&mirror).expect("a folder");
        run_git(
            &mirror,
            &["init", "--quiet", "--bare", "--initial-branch=main"],
        );
        fill(&mirror, files, branches);
        let commit = |name: &str| {
            run_git(&mirror, &["rev-parse", name])
                .parse()
                .expect("a commit")
        };
        let (main, next) = (commit("main"), commit("next"));
        Self {
            runtime,
            folder,
            git,
            main,
            next,
            sessions: 0,
        }
    }

    fn spec(&mut self, base: &Sha) -> WorkspaceSpec {
        self.sessions += 1;
        let task = TaskKey::new(REPOSITORY, IssueNumber(1));
        let session = SessionId::new(task, self.sessions);
        let folder = self
            .folder
            .path()
            .join("data/sessions")
            .join(session.as_str());
        std::fs::create_dir_all(&folder).expect("a folder");
        WorkspaceSpec {
            repository: REPOSITORY,
            session,
            base: base.clone(),
            steered_by: base.clone(),
            branch: AgentBranch::new(IssueNumber(1), "bench"),
            path: folder.join("work"),
            author: Identity::new("skep", "skep@localhost"),
            ignore: skep::core::leavings::list(&[], &[]),
        }
    }

    /// What the pipeline does between the slot and the agent.
    fn create(&self, spec: &WorkspaceSpec) -> f64 {
        let want = FetchRequest {
            branch: "main".into(),
            sha: Some(self.main.clone()),
        };
        let remote = Remote {
            repository: REPOSITORY,
            url: "https://localhost/none".into(),
            token: None,
        };
        let began = Instant::now();
        self.runtime.block_on(async {
            self.git.fetch(&remote, &want).await.expect("it is there");
            self.git
                .check_room(&remote, &spec.branch)
                .await
                .expect("there is");
            self.git
                .create_workspace(spec)
                .await
                .expect("a working copy");
            self.git.lfs(spec).await.expect("an answer");
        });
        since(began)
    }

    fn stand_ready(&self, at: &Sha) {
        self.git.want_standby(REPOSITORY, at);
        self.runtime
            .block_on(self.git.keep_standbys(1))
            .expect("one");
    }

    /// One line changed; the agent's part as it is run in the sandbox, here without one.
    fn collect(&self, spec: &WorkspaceSpec) -> f64 {
        let file = spec.path.join("d1/e0/f1.txt");
        let text = std::fs::read_to_string(&file).expect("a file");
        std::fs::write(&file, format!("{text}one more\n")).expect("a line");
        let bundle = spec.path.with_file_name("bundle");
        let command = self.git.bundle_command(&spec.base, None, &bundle);
        let collect = CollectSpec {
            session: spec.session.clone(),
            repository: REPOSITORY,
            base: spec.base.clone(),
            upstream: None,
            workspace: spec.path.clone(),
            bundle: Some(bundle),
            author: spec.author.clone(),
            message: "x".into(),
            limits: DiffLimits::default(),
            ignore: spec.ignore.clone(),
            protected: vec![],
            without_protected: false,
        };
        let began = Instant::now();
        let _said = Command::new(&command[0])
            .args(&command[1..])
            .current_dir(&spec.path)
            .output()
            .expect("a shell");
        let collected = self
            .runtime
            .block_on(self.git.collect(&collect))
            .expect("the work");
        let took = since(began);
        assert_eq!(collected.files.len(), 1);
        took
    }

    fn remove(&self, spec: &WorkspaceSpec) -> f64 {
        let began = Instant::now();
        self.runtime
            .block_on(
                self.git
                    .remove_session(REPOSITORY, &spec.session, &spec.path),
            )
            .expect("gone");
        let took = since(began);
        let trash = self.folder.path().join("data/trash");
        while std::fs::read_dir(&trash).expect("a folder").count() > 0 {
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        took
    }

    /// git alone: a checkout of the same commit, and its removal.
    fn checkout(&self) -> [f64; 2] {
        let tree = self.folder.path().join("checkout");
        std::fs::create_dir_all(&tree).expect("a folder");
        let (mirror, index) = (
            self.git.mirror_path(REPOSITORY),
            self.folder.path().join("index"),
        );
        let began = Instant::now();
        let done = Command::new("git")
            .args([
                "-c",
                "core.bare=false",
                "read-tree",
                "--reset",
                "-u",
                self.main.as_str(),
            ])
            .env("GIT_DIR", &mirror)
            .env("GIT_WORK_TREE", &tree)
            .env("GIT_INDEX_FILE", &index)
            .status();
        assert!(done.expect("git runs").success());
        let laid_out = since(began);
        std::fs::remove_file(index).expect("gone");
        let began = Instant::now();
        std::fs::remove_dir_all(tree).expect("gone");
        [laid_out, since(began)]
    }

    fn clone_shared(&self) -> f64 {
        let to: PathBuf = self.folder.path().join("clone");
        let from = self.git.mirror_path(REPOSITORY);
        let began = Instant::now();
        let (from, target) = (from.display().to_string(), to.display().to_string());
        run_git(
            self.folder.path(),
            &["clone", "--quiet", "--shared", &from, &target],
        );
        let took = since(began);
        std::fs::remove_dir_all(to).expect("gone");
        took
    }
}

fn since(began: Instant) -> f64 {
    began.elapsed().as_secs_f64() * 1000.0
}

/// The median of some rounds.
fn shown(name: &str, mut rounds: Vec<f64>) {
    rounds.sort_by(f64::total_cmp);
    println!(
        "  {name:<48} {:>9.1} ms   n {}",
        rounds[rounds.len() / 2],
        rounds.len()
    );
}

fn measure(files: usize, branches: usize) {
    let mut bench = Bench::new(files, branches);
    let rounds = if files > 50_000 { 3 } else { 11 };
    println!("{files} files, {branches} more branches");
    let (main, next) = (bench.main.clone(), bench.next.clone());
    let (mut alone, mut gone, mut clones) = (vec![], vec![], vec![]);
    let (mut made, mut claimed, mut ahead) = (vec![], vec![], vec![]);
    let (mut anew, mut collected, mut removed) = (vec![], vec![], vec![]);
    for _ in 0..rounds {
        let [laid_out, removal] = bench.checkout();
        alone.push(laid_out);
        gone.push(removal);
        clones.push(bench.clone_shared());
        let spec = bench.spec(&main);
        made.push(bench.create(&spec));
        anew.push(bench.collect(&spec));
        removed.push(bench.remove(&spec));
        for (at, to) in [(&main, &mut claimed), (&next, &mut ahead)] {
            bench.stand_ready(at);
            // None is claimed in the second in which it was made: that is for when nobody waits.
            std::thread::sleep(Duration::from_millis(1_100));
            let spec = bench.spec(&main);
            to.push(bench.create(&spec));
            if *at == main {
                collected.push(bench.collect(&spec));
            }
            bench.remove(&spec);
        }
    }
    shown("git: checkout", alone);
    shown("git: removal of it", gone);
    shown("git clone --shared", clones);
    shown("skep: made anew", made);
    shown("skep: claimed, same commit", claimed);
    shown("skep: claimed, ten files differ", ahead);
    shown("skep: one changed line collected", collected);
    shown("skep: the same of one that was made anew", anew);
    shown("skep: removed, until it is out of the way", removed);
}

fn main() {
    let args: Vec<String> = std::env::args()
        .skip(1)
        .filter(|arg| arg != "--bench")
        .collect();
    let number = |at: usize| args.get(at).and_then(|text| text.parse::<usize>().ok());
    match (args.first().map(String::as_str), number(0)) {
        (Some("branches"), _) => measure(500, number(1).unwrap_or(8_000)),
        (_, Some(files)) => measure(files, number(1).unwrap_or(0)),
        _ => {
            measure(500, 0);
            measure(10_000, 0);
        }
    }
}
