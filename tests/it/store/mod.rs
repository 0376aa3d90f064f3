//! The store on real databases: every body runs on SQLite, and on Postgres when `SKEP_TEST_POSTGRES_URL` names a server
//! where it may create schemas.

mod audit;
mod copying;
mod durability;
mod earlier;
mod inbox;
mod lease;
mod looking;
mod notification;
mod opening;
mod repository;
mod retention;
mod transition;

use std::sync::atomic::{AtomicU64, Ordering};

use skep::core::ids::{InstallationId, IssueNumber, RepositoryId, SessionId, TaskKey};
use skep::store::{
    InboxKind, NewEffect, NewEvent, NewInbox, SessionRow, Store, TaskRow, Tuning, sqlite_url,
};
use sqlx::{AnyConnection, AssertSqlSafe, Connection};

/// One empty database.
#[derive(Clone)]
pub(crate) struct TestDatabase {
    pub url: String,
}

impl TestDatabase {
    pub(crate) async fn open(&self) -> Store {
        Store::open(&self.url).await.expect("a database that opens")
    }

    pub(crate) async fn open_with(&self, tuning: Tuning) -> Store {
        Store::open_with(&self.url, tuning)
            .await
            .expect("a database that opens")
    }

    /// A connection of somebody else's.
    pub(crate) async fn stranger(&self) -> AnyConnection {
        sqlx::any::install_default_drivers();
        AnyConnection::connect(&self.url)
            .await
            .expect("a second connection")
    }
}

/// Runs `body` on an empty SQLite file.
pub(crate) async fn on_sqlite<F: Future<Output = ()>>(body: impl FnOnce(TestDatabase) -> F) {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let url = sqlite_url(&directory.path().join("skep.db")).expect("an absolute path");
    body(TestDatabase { url }).await;
}

/// Runs `body` on an empty schema of the Postgres server, if there is one.
pub(crate) async fn on_postgres<F: Future<Output = ()> + Send + 'static>(
    body: impl FnOnce(TestDatabase) -> F,
) {
    let Ok(server) = std::env::var("SKEP_TEST_POSTGRES_URL") else {
        return crate::required::skip("the Postgres half (SKEP_TEST_POSTGRES_URL is not set)");
    };
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let schema = format!(
        "skep_test_{}_{}",
        std::process::id(),
        COUNT.fetch_add(1, Ordering::Relaxed)
    );
    run(
        &server,
        format!("DROP SCHEMA IF EXISTS {schema} CASCADE; CREATE SCHEMA {schema}"),
    )
    .await;
    let joint = if server.contains('?') { '&' } else { '?' };
    let url = format!("{server}{joint}options[search_path]={schema}");
    // In a task of its own, so that the schema goes even when the body fails.
    let done = tokio::spawn(body(TestDatabase { url })).await;
    run(&server, format!("DROP SCHEMA {schema} CASCADE")).await;
    if let Err(failed) = done {
        std::panic::resume_unwind(failed.into_panic());
    }
}

async fn run(server: &str, sql: String) {
    sqlx::any::install_default_drivers();
    let mut connection = AnyConnection::connect(server)
        .await
        .expect("the Postgres server");
    sqlx::raw_sql(AssertSqlSafe(sql))
        .execute(&mut connection)
        .await
        .expect("may create schemas");
}

/// Runs `body` on each database.
pub(crate) async fn on_each<F: Future<Output = ()> + Send + 'static>(
    body: impl Fn(TestDatabase) -> F,
) {
    on_sqlite(&body).await;
    on_postgres(&body).await;
}

pub(crate) fn key(issue: i64) -> TaskKey {
    TaskKey::new(RepositoryId(7), IssueNumber(issue))
}

pub(crate) fn fact(id: &str) -> NewInbox {
    NewInbox {
        id: id.to_owned(),
        kind: InboxKind::Webhook,
        name: "issues.labeled".to_owned(),
        task: None,
        body: format!("{{\"id\":\"{id}\"}}"),
        received_at: 1_000,
    }
}

pub(crate) fn task(issue: i64) -> TaskRow {
    TaskRow {
        key: key(issue),
        version: 0,
        state: "queued".to_owned(),
        priority: 0,
        queued_at: Some(issue),
        installation: InstallationId(3),
        waits: None,
        body: "{}".to_owned(),
        updated_at: 5,
    }
}

pub(crate) fn session(issue: i64, number: u32) -> SessionRow {
    SessionRow {
        id: SessionId::new(key(issue), number),
        task: key(issue),
        number: i64::from(number),
        state: "running".to_owned(),
        live: true,
        role: "swe".to_owned(),
        agent: "demo".to_owned(),
        stop: None,
        branch: Some("agent/1-x".to_owned()),
        pull: None,
        created_at: i64::from(number),
        started_at: None,
        ended_at: None,
        person: None,
        body: "{}".to_owned(),
    }
}

pub(crate) fn effect(id: &str) -> NewEffect {
    NewEffect {
        id: id.to_owned(),
        task: Some(key(1)),
        session: None,
        kind: "comment".to_owned(),
        lane: "github:3".to_owned(),
        serial: false,
        rank: 10,
        content: true,
        coalesce: None,
        not_before: 0,
        max_attempts: 5,
        body: format!("\"{id}\""),
        created_at: 1,
    }
}

pub(crate) fn event(name: &str) -> NewEvent {
    NewEvent {
        at: 1,
        name: name.to_owned(),
        task: Some(key(1)),
        repository: Some("octocat/hello".to_owned()),
        issue: Some(1),
        session: Some(SessionId::new(key(1), 1)),
        delivery: None,
        body: "{}".to_owned(),
    }
}

/// Adds effects in one decision.
pub(crate) async fn add(store: &Store, effects: &[NewEffect]) {
    let mut decision = store.begin().await.expect("a decision");
    for effect in effects {
        decision.add_effect(effect).await.expect("an effect");
    }
    decision.commit().await.expect("a commit");
}
