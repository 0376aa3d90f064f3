//! The cost of one dispatch decision at 10, 1,000 and 100,000 known tasks: it must stay flat.
//!
//! Measured is the whole step of the engine on a real SQLite file: a fact comes in, the task is loaded, decided, stored and
//! committed with an fsync, and the queue is looked at. `cargo bench --bench decide`

mod policy;

use std::sync::Arc;
use std::time::Instant;

use criterion::{BenchmarkId, Criterion};
use skep::core::actor::{Account, AccountKind};
use skep::core::event::{Event, Fact};
use skep::core::ids::{InstallationId, IssueNumber, RepositoryId, UserId};
use skep::core::location::Place;
use skep::core::task::Task;
use skep::engine::Engine;
use skep::store::{InboxKind, NewInbox, Store, TaskRow};
use tokio::runtime::Runtime;

fn place(issue: i64) -> Place {
    Place {
        installation: InstallationId(1),
        repository: RepositoryId(1),
        name: "octo/bench".parse().expect("a name"),
        issue: IssueNumber(issue),
    }
}

/// A database that knows so many tasks, one in ten of them queued.
async fn fill(store: &Store, tasks: i64) {
    for chunk in (1..=tasks).collect::<Vec<_>>().chunks(1_000) {
        let mut transition = store.begin().await.expect("a transition");
        for issue in chunk {
            let task = Task::new(place(*issue));
            let row = TaskRow {
                key: task.key(),
                version: 0,
                state: if issue % 10 == 0 { "queued" } else { "done" }.into(),
                priority: 0,
                queued_at: (issue % 10 == 0).then_some(*issue),
                installation: InstallationId(1),
                waits: None,
                body: serde_json::to_string(&task).expect("a task"),
                updated_at: *issue,
            };
            transition
                .put_task(&row, 0)
                .await
                .expect("a task is stored");
        }
        transition.commit().await.expect("a commit");
    }
}

async fn fact(store: &Store, number: u64, tasks: i64) {
    let place = place(1 + number as i64 % tasks);
    let sender = Account {
        id: UserId(1),
        login: "ana".into(),
        kind: AccountKind::User,
    };
    let event = Event::Unlabeled {
        label: "agent:go".into(),
        sender,
        at: 5,
    };
    let new = NewInbox {
        id: format!("bench:{tasks}:{number}"),
        kind: InboxKind::Sweep,
        name: "unlabeled".into(),
        task: Some(place.task()),
        body: Fact { place, event }.to_json(),
        received_at: 0,
    };
    store.accept(new).await.expect("a fact is stored");
}

fn main() {
    let runtime = Runtime::new().expect("a runtime");
    let mut criterion = Criterion::default().configure_from_args().sample_size(20);
    let mut group = criterion.benchmark_group("dispatch decision");
    for tasks in [10_i64, 1_000, 100_000] {
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
        let url = skep::store::sqlite_url(&folder.path().join("skep.db")).expect("a path");
        let store = runtime.block_on(Store::open(&url)).expect("a database");
        runtime.block_on(fill(&store, tasks));
        let engine = Engine::new(store.clone(), policy::policy().into(), Arc::new(|| 1_000));
        let mut number = 0;
        group.bench_function(BenchmarkId::from_parameter(tasks), |bench| {
            bench.iter_custom(|rounds| {
                runtime.block_on(async {
                    let mut spent = std::time::Duration::ZERO;
                    for _ in 0..rounds {
                        number += 1;
                        fact(&store, number, tasks).await;
                        let began = Instant::now();
                        assert_eq!(engine.step().await.expect("a step"), 1);
                        spent += began.elapsed();
                    }
                    spent
                })
            });
        });
        runtime.block_on(store.close());
    }
    group.finish();
    criterion.final_summary();
}
