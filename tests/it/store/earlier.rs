//! Databases that earlier versions left: each opens with this one, and nothing of it is lost or unreadable.
//!
//! `fixtures/databases/VERSION-STEP.db.gz` is what a real run of that version wrote, made of `skep demo` with a question that waits, a paused
//! session, a failed check and four pull requests. Each release adds its own (CONTRIBUTING says how); none is ever made anew.

use std::io::Read;
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;
use serde_json::Value;
use skep::core::effect::Effect;
use skep::core::event::Fact;
use skep::core::task::Task;
use skep::store::{self, Chain, EffectFilter, InboxKind, Store, sqlite_url};
use skep::webhook::{Parsed, parse};
use sqlx::Row;

use super::{TestDatabase, on_postgres};

fn collection() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/databases");
    let files = std::fs::read_dir(folder).expect("a collection");
    let mut files: Vec<PathBuf> = files.map(|file| file.expect("a file").path()).collect();
    files.sort();
    assert!(!files.is_empty());
    files
}

/// Everything in the second value is in the first as well.
fn holds(new: &Value, old: &Value) -> bool {
    match (new, old) {
        (Value::Object(new), Value::Object(old)) => old.iter().all(|(key, old)| {
            new.get(key)
                .map_or_else(|| is_nothing(old), |new| holds(new, old))
        }),
        (Value::Array(new), Value::Array(old)) => {
            new.len() == old.len() && new.iter().zip(old).all(|(new, old)| holds(new, old))
        }
        (new, old) => new == old,
    }
}

/// What may be left out where it says nothing.
fn is_nothing(old: &Value) -> bool {
    match old {
        Value::Null | Value::Bool(false) => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        _ => false,
    }
}

async fn column(database: &TestDatabase, sql: &'static str) -> Vec<String> {
    let mut stranger = database.stranger().await;
    let rows = sqlx::query(sql).fetch_all(&mut stranger).await;
    let rows = rows.expect("rows").into_iter();
    rows.map(|row| row.get::<String, _>(0)).collect()
}

/// Reads all there is with what reads it at work; how many tasks, effects and facts that is.
async fn read_all(database: &TestDatabase, store: &Store) -> (usize, usize, usize) {
    let tasks = column(database, "SELECT body FROM task").await;
    for body in &tasks {
        let task: Task = serde_json::from_str(body).expect("a task");
        let (new, old) = (serde_json::to_value(&task), serde_json::from_str(body));
        let (new, old): (Value, Value) = (new.expect("JSON"), old.expect("JSON"));
        assert!(holds(&new, &old), "{new}\n{old}");
    }
    let effects = store.effects(&EffectFilter::default(), 10_000).await;
    let effects = effects.expect("effects");
    for look in &effects {
        let effect: Effect = serde_json::from_str(&look.effect.body).expect("an effect");
        assert_eq!(effect.action.kind().name(), look.effect.kind);
    }
    let ids = column(database, "SELECT id FROM inbox").await;
    let mut facts = 0;
    for id in &ids {
        let row = store.inbox(id).await.expect("a look").expect("a row");
        if row.body.is_empty() {
            continue;
        }
        facts += 1;
        match row.kind {
            InboxKind::Webhook => {
                let parsed = parse(&row.name, &row.body, &Default::default());
                assert!(!matches!(parsed, Parsed::Malformed { .. }), "{parsed:?}");
            }
            InboxKind::Schedule | InboxKind::Operator | InboxKind::Malformed => {}
            InboxKind::Outcome | InboxKind::Agent | InboxKind::Sweep => {
                let fact: Result<Fact, _> = serde_json::from_str(&row.body);
                fact.unwrap_or_else(|error| panic!("{id}: {error}\n{}", row.body));
            }
        }
    }
    let mut chain = Chain::against(vec![]);
    for row in store.audit_rows(0, 10_000).await.expect("an audit") {
        chain.take(&row).expect("an unbroken chain");
    }
    (tasks.len(), effects.len(), facts)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_opens_and_is_read_whole_on_both_databases() {
    for file in collection() {
        let folder = tempfile::tempdir().expect("a folder");
        let copy = folder.path().join("skep.db");
        let mut bytes = Vec::new();
        let packed = std::fs::File::open(&file).expect("a file");
        let read = GzDecoder::new(packed).read_to_end(&mut bytes);
        assert!(read.expect("gzip") > 0);
        std::fs::write(&copy, &bytes).expect("a copy");
        let database = TestDatabase {
            url: sqlite_url(&copy).expect("an address"),
        };
        let before = column(&database, "SELECT body FROM task").await;
        let store = database.open().await;
        let found = read_all(&database, &store).await;
        assert_eq!(found.0, before.len(), "{}", file.display());
        assert!(found.0 >= 5 && found.1 > 100 && found.2 > 100, "{found:?}");
        let states = column(&database, "SELECT state FROM task").await;
        assert!(
            states.iter().any(|state| state == "needs-you"),
            "{states:?}"
        );
        store.close().await;
        on_postgres(move |other| async move {
            store::fill(&copy, &other.url).await.expect("filled");
            let store = other.open().await;
            assert_eq!(read_all(&other, &store).await, found);
            store.close().await;
            drop(folder);
        })
        .await;
    }
}
