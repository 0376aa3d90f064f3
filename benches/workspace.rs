//! Making a working copy beside a warm mirror, against `git clone --shared` and a fresh `git clone` of the same
//! repository. `cargo bench --bench workspace`

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use criterion::Criterion;
use skep::core::ids::{AgentBranch, IssueNumber, RepositoryId, SessionId, Sha, TaskKey};
use skep::git::{Git, GitConfig, Identity, OldGit, WorkspaceSpec};
use tokio::runtime::Runtime;

const FILES: usize = 500;

fn run_git(folder: &Path, args: &[&str]) -> String {
    let output = Command::new("git")
        .args([
            "-c",
            "user.name=bench",
            "-c",
            "user.email=bench@localhost",
            "-c",
            "init.defaultBranch=main",
        ])
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

/// A repository of 500 files in 50 folders, 2 KiB each.
fn repository(folder: &Path) -> PathBuf {
    let path = folder.join("origin");
    std::fs::create_dir_all(&path).expect("a folder");
    run_git(&path, &["init", "--quiet"]);
    for number in 0..FILES {
        let file = path.join(format!("d{}/f{number}.txt", number % 50));
        std::fs::create_dir_all(file.parent().expect("a parent")).expect("a folder");
        std::fs::write(file, format!("line {number}\n").repeat(200)).expect("a file");
    }
    run_git(&path, &["add", "-A"]);
    run_git(&path, &["commit", "--quiet", "-m", "Files"]);
    path
}

fn timed(rounds: u64, mut once: impl FnMut(u64) -> Duration) -> Duration {
    (0..rounds).map(&mut once).sum()
}

fn main() {
    let runtime = Runtime::new().expect("a runtime");
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
    let origin = repository(folder.path());
    let base: Sha = run_git(&origin, &["rev-parse", "HEAD"])
        .parse()
        .expect("a commit");
    let data_dir = folder.path().join("data");
    let config = GitConfig {
        program: "git".into(),
        data_dir: data_dir.clone(),
        timeout: Duration::from_secs(60),
        first_fetch: Duration::from_secs(60),
        silence: Duration::from_secs(60),
        old_git: OldGit::Allow,
        network: Default::default(),
    };
    let product = runtime.block_on(Git::open(config)).expect("git");
    let mirror = product.mirror_path(RepositoryId(1));
    std::fs::create_dir_all(mirror.parent().expect("a parent")).expect("a folder");
    let (from, to) = (
        origin.to_string_lossy().into_owned(),
        mirror.to_string_lossy().into_owned(),
    );
    run_git(folder.path(), &["clone", "--quiet", "--mirror", &from, &to]);

    let mut criterion = Criterion::default().configure_from_args().sample_size(20);
    let mut group = criterion.benchmark_group("working copy of 500 files");
    let task = TaskKey::new(RepositoryId(1), IssueNumber(1));
    let mut number = 0;
    group.bench_function("skep", |bench| {
        bench.iter_custom(|rounds| {
            timed(rounds, |_| {
                number += 1;
                let session = SessionId::new(task, number);
                let path = data_dir.join("sessions").join(session.as_str());
                let spec = WorkspaceSpec {
                    repository: RepositoryId(1),
                    session: session.clone(),
                    base: base.clone(),
                    branch: AgentBranch::new(IssueNumber(1), "bench"),
                    path: path.clone(),
                    author: Identity::new("skep", "skep@localhost"),
                    ignore: skep::core::leavings::list(&[], &[]),
                };
                let began = Instant::now();
                runtime
                    .block_on(product.create_workspace(&spec))
                    .expect("a working copy");
                let took = began.elapsed();
                runtime
                    .block_on(product.remove_session(RepositoryId(1), &session, &path))
                    .expect("gone");
                took
            })
        });
    });
    for (name, flags) in [
        ("git clone --shared", vec!["--shared"]),
        ("git clone", vec!["--no-local"]),
    ] {
        let mut number = 0;
        group.bench_function(name, |bench| {
            bench.iter_custom(|rounds| {
                timed(rounds, |_| {
                    number += 1;
                    let path = folder.path().join(format!("clone-{number}"));
                    let mut args = vec!["clone", "--quiet"];
                    args.extend(flags.iter().copied());
                    let target = path.to_string_lossy().into_owned();
                    args.extend([to.as_str(), target.as_str()]);
                    let began = Instant::now();
                    run_git(folder.path(), &args);
                    let took = began.elapsed();
                    std::fs::remove_dir_all(&path).expect("gone");
                    took
                })
            });
        });
    }
    group.finish();
    criterion.final_summary();
}
