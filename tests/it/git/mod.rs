//! The git module on real git: a smart HTTP server on loopback, real repositories, real processes.

mod attack;
mod calls;
mod collect;
mod elsewhere;
mod fetch;
mod flaws;
mod history;
mod hostile;
mod leavings;
mod lfs;
mod merged;
mod mirror;
mod outgoing;
mod partial;
mod protected;
mod publish;
mod rebase;
mod server;
mod standby;
mod unfinished;
mod untouched;
mod workspace;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use skep::core::ids::{AgentBranch, IssueNumber, RepositoryId, SessionId, Sha, TaskKey};
use skep::git::{
    CollectSpec, Collected, DiffLimits, FetchRequest, Git, GitConfig, GitError, Identity, OldGit,
    Remote, WorkspaceSpec,
};

use server::Server;

/// The repository every test works on.
const REPOSITORY: RepositoryId = RepositoryId(7);

/// One service, one host with one seeded repository, one session.
struct Lab {
    folder: tempfile::TempDir,
    server: Server,
    git: Git,
    base: Sha,
    session: SessionId,
    kind: Kind,
}

/// Where the working copy comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Made for the session.
    Made,
    /// One of another commit stood ready.
    StoodReady,
    /// Made, of a mirror that lacks the contents of older files.
    Partial,
}

/// Plays each story with each kind of working copy.
macro_rules! all_ways {
    ($($story:ident),+ $(,)?) => {$(
        mod $story {
            use crate::git::{Kind, Lab};

            #[tokio::test]
            async fn made() {
                super::$story(Lab::of(Kind::Made).await).await;
            }

            #[tokio::test]
            async fn stood_ready() {
                super::$story(Lab::of(Kind::StoodReady).await).await;
            }

            #[tokio::test]
            async fn partial() {
                super::$story(Lab::of(Kind::Partial).await).await;
            }
        }
    )+};
}
use all_ways;

impl Lab {
    async fn new() -> Self {
        Self::with_program("git".into()).await
    }

    async fn of(kind: Kind) -> Self {
        Self {
            kind,
            ..Self::new().await
        }
    }

    async fn with_program(program: PathBuf) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let server = Server::start(folder.path().join("host")).await;
        let files = [
            ("README.md", "hello\n"),
            ("src/main.rs", "fn main() {}\n"),
            ("docs/guide.md", "a guide\n"),
        ];
        let base = server.seed("main", &files).await;
        let git = open(program, folder.path().join("data"))
            .await
            .expect("git is there");
        let session = SessionId::new(TaskKey::new(REPOSITORY, IssueNumber(12)), 1);
        Self {
            folder,
            server,
            git,
            base,
            session,
            kind: Kind::Made,
        }
    }

    fn remote(&self) -> Remote {
        self.server.remote("o/r")
    }

    fn branch(&self) -> AgentBranch {
        AgentBranch::new(IssueNumber(12), "Add a page")
    }

    /// Mirror and working copy, as the pipeline makes them.
    async fn workspace(&self) -> PathBuf {
        let want = FetchRequest {
            branch: "main".into(),
            sha: None,
        };
        let (git, remote) = (&self.git, self.remote());
        let is_partial = self.kind == Kind::Partial;
        if is_partial {
            git.leave_contents(REPOSITORY).await.expect("set up");
        }
        let head = git.fetch(&remote, &want).await.expect("fetched").head;
        git.fetch_contents(&remote, &[&head])
            .await
            .expect("fetched");
        assert_eq!(git.is_partial(REPOSITORY), is_partial);
        self.base_of(head).await
    }

    async fn base_of(&self, base: Sha) -> PathBuf {
        let spec = self.spec(base);
        let standby = self.folder.path().join("data/standbys/7");
        if self.kind == Kind::StoodReady {
            let before = self.commit_beside(&spec.base);
            self.git.want_standby(REPOSITORY, &before);
            self.git.keep_standbys(1).await.expect("kept");
            assert!(standby.join("gone/soon.sh").exists());
        }
        self.git.create_workspace(&spec).await.expect("made");
        assert!(!standby.exists(), "claimed");
        spec.path
    }

    /// A commit that only the mirror has: another README, and a script more.
    fn commit_beside(&self, base: &Sha) -> Sha {
        let script = format!(
            "set -e; export GIT_DIR=. GIT_INDEX_FILE='{}/beside'; git read-tree {base}
             blob=$(echo before | git hash-object -w --stdin)
             git update-index --add --cacheinfo 100755,$blob,gone/soon.sh --cacheinfo 100644,$blob,README.md
             git -c user.name=x -c user.email=x@y commit-tree -m Before $(git write-tree)",
            self.folder.path().display()
        );
        let made = Command::new("sh")
            .args(["-c", &script])
            .current_dir(self.mirror())
            .output()
            .expect("a shell is there");
        let said = String::from_utf8_lossy(&made.stdout);
        said.trim().parse().expect("a commit")
    }

    fn spec(&self, base: Sha) -> WorkspaceSpec {
        let path = self
            .folder
            .path()
            .join("data/sessions")
            .join(self.session.as_str())
            .join("work");
        std::fs::create_dir_all(path.parent().expect("it has one")).expect("made");
        let (repository, session, branch) = (REPOSITORY, self.session.clone(), self.branch());
        let author = Identity::new("skep[bot]", "1+skep[bot]@users.noreply.github.com");
        WorkspaceSpec {
            repository,
            session,
            steered_by: base.clone(),
            base,
            branch,
            path,
            author,
            ignore: ignore(),
        }
    }

    fn collecting(&self) -> CollectSpec {
        let spec = self.spec(self.base.clone());
        CollectSpec {
            session: self.session.clone(),
            repository: REPOSITORY,
            base: self.base.clone(),
            upstream: None,
            workspace: spec.path,
            bundle: Some(self.bundle()),
            author: spec.author,
            message: "Add a page\n\nSkep-Session: 7-12-1\n".into(),
            limits: DiffLimits::default(),
            ignore: ignore(),
            protected: vec![],
            without_protected: false,
        }
    }

    fn bundle(&self) -> PathBuf {
        self.folder
            .path()
            .join("data/sessions")
            .join(self.session.as_str())
            .join("bundle")
    }

    /// What the sandbox runs when the agent is gone.
    fn make_bundle(&self) {
        self.make_bundle_beside(None);
    }

    /// The same where the base may have been merged.
    fn make_bundle_beside(&self, upstream: Option<&Sha>) {
        let command = self
            .git
            .bundle_command(&self.base, upstream, &self.bundle());
        let made = Command::new(&command[0])
            .args(&command[1..])
            .current_dir(self.spec(self.base.clone()).path)
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .output();
        made.expect("git is there");
    }

    async fn collect(&self) -> Result<Collected, GitError> {
        self.make_bundle();
        self.git.collect(&self.collecting()).await
    }

    async fn lfs(&self) -> Result<skep::core::event::Lfs, GitError> {
        self.git.lfs(&self.spec(self.base.clone())).await
    }

    fn mirror(&self) -> PathBuf {
        self.git.mirror_path(REPOSITORY)
    }
}

/// The built-in list and a pattern of the operator's.
fn ignore() -> Vec<String> {
    skep::core::leavings::list(&[], &["*.tmp".to_owned()])
}

async fn open(program: PathBuf, data_dir: PathBuf) -> Result<Git, GitError> {
    Git::open(GitConfig {
        program,
        data_dir,
        timeout: Duration::from_secs(60),
        first_fetch: Duration::from_secs(60),
        silence: Duration::from_secs(60),
        old_git: OldGit::Allow,
        network: Default::default(),
        life: None,
    })
    .await
}

/// Runs git as a person would and expects it to succeed.
fn run(directory: &Path, arguments: &[&str]) -> String {
    let output = Command::new("git")
        .args([
            "-c",
            "user.name=Agent",
            "-c",
            "user.email=agent@example.com",
            "-c",
            "init.defaultBranch=main",
        ])
        .args(arguments)
        .current_dir(directory)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .output()
        .expect("git is there");
    assert!(
        output.status.success(),
        "git {arguments:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8_lossy(&output.stdout)
        .trim_end()
        .to_owned()
}

/// Writes a file and the folders above it.
fn write(root: &Path, path: &str, content: &str) {
    let path = root.join(path);
    std::fs::create_dir_all(path.parent().expect("it has one")).expect("made");
    std::fs::write(path, content).expect("written");
}

/// Writes a program that leaves a file behind when it runs.
fn trap(path: &Path, marker: &Path) -> String {
    use std::os::unix::fs::PermissionsExt;
    std::fs::create_dir_all(path.parent().expect("it has one")).expect("made");
    std::fs::write(
        path,
        format!("#!/bin/sh\necho ran >> '{}'\ncat\n", marker.display()),
    )
    .expect("written");
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).expect("set");
    path.display().to_string()
}
