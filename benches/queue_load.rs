//! How long it takes from a database to a queue that can be asked: 100,000 issues of 200 repositories wait, each for three of those
//! before it. Beside it, in the same run: only reading the same rows.
//!
//! `cargo bench --bench queue_load`, or `-- 10000` for so many issues.

mod policy;

use std::sync::Arc;
use std::time::{Duration, Instant};

use skep::core::graph::Standing;
use skep::core::ids::{InstallationId, IssueNumber, RepositoryId, TaskKey};
use skep::engine::Engine;
use skep::store::{DependencyRow, Store, TaskRow, Waits};

const REPOSITORIES: i64 = 200;
const ROUNDS: usize = 7;
const WAITS_FOR: i64 = 3;

fn key(number: i64) -> TaskKey {
    TaskKey::new(
        RepositoryId(1 + number % REPOSITORIES),
        IssueNumber(1 + number / REPOSITORIES),
    )
}

async fn fill(store: &Store, issues: i64) {
    for chunk in (0..issues).collect::<Vec<_>>().chunks(1_000) {
        let mut transition = store.begin().await.expect("a transition");
        for number in chunk {
            let row = TaskRow {
                key: key(*number),
                version: 0,
                state: "queued".into(),
                priority: number % 3 - 1,
                queued_at: Some(*number),
                installation: InstallationId(1),
                waits: Some(Waits {
                    role: "swe".into(),
                    agents: r#"["demo"]"#.into(),
                    person: Some(number % 50),
                    // One in ten waits for its turn alone.
                    held: number % 10 != 0,
                }),
                // As much as a real one has.
                body: "x".repeat(2_000),
                updated_at: *number,
            };
            transition
                .put_task(&row, 0)
                .await
                .expect("a task is stored");
            let blockers = (1..=WAITS_FOR).map(|back| number - back * 7);
            let rows = blockers.filter(|blocker| *blocker >= 0);
            let rows: Vec<DependencyRow> = rows
                .map(|blocker| DependencyRow {
                    task: key(*number),
                    blocker: key(blocker),
                    standing: Standing::Open,
                    waived: false,
                })
                .collect();
            transition
                .replace_dependencies(key(*number), &rows)
                .await
                .expect("dependencies are stored");
        }
        transition.commit().await.expect("a commit");
    }
}

fn median(mut spans: Vec<Duration>) -> Duration {
    spans.sort_unstable();
    spans[spans.len() / 2]
}

#[tokio::main]
async fn main() {
    let issues = std::env::args().skip(1).find_map(|word| word.parse().ok());
    let issues: i64 = issues.unwrap_or(100_000);
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
    let url = skep::store::sqlite_url(&folder.path().join("skep.db")).expect("a path");
    let store = Store::open(&url).await.expect("a database");
    fill(&store, issues).await;
    let (mut whole, mut rows) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let engine = Engine::new(store.clone(), policy::policy().into(), Arc::new(|| 1_000));
        let began = Instant::now();
        let queue = engine.queue(10).await.expect("a queue");
        whole.push(began.elapsed());
        assert_eq!(
            i64::try_from(queue.waiting + queue.held).expect("a count"),
            issues
        );
        let began = Instant::now();
        let mut transition = store.begin().await.expect("a transition");
        let dependencies = transition.dependencies().await.expect("rows");
        let queued = transition.schedule(0).await.expect("rows").queued;
        rows.push(began.elapsed());
        assert!(dependencies.len() > queued.len());
    }
    println!(
        "{issues} issues that wait: from the database to the first ten {:?}, of which reading the rows {:?} (medians of {ROUNDS})",
        median(whole),
        median(rows)
    );
    store.close().await;
}
