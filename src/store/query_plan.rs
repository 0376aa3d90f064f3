//! The questions that are asked again and again must be answered from an index, however many rows there are.

use sqlx::{AssertSqlSafe, Row};

use super::{
    Store, creation, dashboard, inbox_row, lease, notification, outcome, put_back, queries,
    repository, retention, schedule, sqlite_url, task,
};

/// What SQLite would do for `sql`; absent values are NULL, which the plan does not depend on.
async fn plan(store: &Store, sql: &str) -> String {
    let sql = AssertSqlSafe(format!("EXPLAIN QUERY PLAN {sql}"));
    let rows = sqlx::raw_sql(sql)
        .fetch_all(store.writer())
        .await
        .expect("the statement is understood");
    rows.iter()
        .map(|row| row.get::<String, _>("detail"))
        .collect::<Vec<_>>()
        .join("\n")
}

#[tokio::test]
async fn every_hot_question_has_its_index() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let url = sqlite_url(&directory.path().join("plan.db")).expect("an absolute path");
    let store = Store::open(&url).await.expect("a fresh database");
    let cases: Vec<(&str, String, &[&str])> = vec![
        ("waiting", schedule::QUEUED.into(), &["INDEX task_"]),
        ("at work", schedule::LIVE.into(), &["INDEX session_live"]),
        ("begun", schedule::BEGUN.into(), &["INDEX session_begun"]),
        ("ledger", outcome::SINCE.into(), &["INDEX outcome_opened"]),
        ("over", schedule::OVER.into(), &["INDEX session_over"]),
        (
            "live sessions",
            task::LIVE_SESSIONS.into(),
            &["INDEX session_live"],
        ),
        ("at hand", task::unfinished_sql(4), &["INDEX task_"]),
        (
            "claim",
            lease::claim_sql(0),
            &[
                "INDEX effect_free",
                "INDEX effect_clock",
                "INDEX effect_lane",
                "INDEX effect_lease",
            ],
        ),
        (
            "claim without some",
            lease::claim_sql(1),
            &[
                "INDEX effect_free",
                "INDEX effect_clock",
                "INDEX effect_lane",
                "INDEX effect_lease",
            ],
        ),
        (
            "next hour",
            lease::NEXT_DUE[0].into(),
            &["INDEX effect_due"],
        ),
        (
            "next lapse",
            lease::NEXT_DUE[1].into(),
            &["INDEX effect_lease"],
        ),
        ("lapsed", lease::LAPSED.into(), &["INDEX effect_lease"]),
        (
            "what waits to be created",
            creation::WAITING_CONTENT.into(),
            &["INDEX effect_lane"],
        ),
        (
            "what is held behind another",
            put_back::HOLD_BEHIND.into(),
            &["INDEX effect_lane (lane=? AND rank>?)"],
        ),
        (
            "past tasks",
            retention::PAST.into(),
            &["COVERING INDEX task_state"],
        ),
        (
            "tasks of a state",
            queries::TASK_KEYS.into(),
            &["COVERING INDEX task_state"],
        ),
        (
            "unhandled",
            inbox_row::unhandled_sql(),
            &[
                "INDEX inbox_unhandled",
                "SEARCH b USING INTEGER PRIMARY KEY",
            ],
        ),
    ];
    hold(&store, cases).await;
    store.close().await;
}

/// Few are live, and few effects are open, however many there were.
#[tokio::test]
async fn what_is_live_is_found_among_what_is_live() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let url = sqlite_url(&directory.path().join("plan.db")).expect("an absolute path");
    let store = Store::open(&url).await.expect("a fresh database");
    let live = queries::SessionFilter {
        live: Some(true),
        ..queries::SessionFilter::default()
    };
    let found = plan(&store, &live.sql(100)).await;
    assert!(found.contains("INDEX session_live"), "{found}");
    let found = plan(&store, queries::EFFECTS_OPEN).await;
    for index in ["INDEX effect_due", "INDEX effect_clock"] {
        assert!(found.contains(index), "{found}");
    }
    store.close().await;
}

#[tokio::test]
async fn what_the_dashboard_asks_has_its_index() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let url = sqlite_url(&directory.path().join("plan.db")).expect("an absolute path");
    let store = Store::open(&url).await.expect("a fresh database");
    let cases: Vec<(&str, String, &[&str])> = vec![
        (
            "ended lately",
            dashboard::ENDED.into(),
            &["COVERING INDEX session_over"],
        ),
        (
            "by agent",
            dashboard::AT_WORK.into(),
            &["INDEX session_live"],
        ),
        (
            "opened lately",
            dashboard::OPENED.into(),
            &["INDEX outcome_opened"],
        ),
        (
            "where skep works",
            dashboard::LATELY.into(),
            &["INDEX session_created"],
        ),
        (
            "a repository by its name",
            repository::NAMED.into(),
            &["INDEX repository_lowered"],
        ),
        (
            "a log backwards",
            dashboard::LOG_BEFORE.into(),
            &["INDEX session_log_session"],
        ),
    ];
    hold(&store, cases).await;
    store.close().await;
}

#[tokio::test]
async fn what_is_to_be_told_has_its_index() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let url = sqlite_url(&directory.path().join("plan.db")).expect("an absolute path");
    let store = Store::open(&url).await.expect("a fresh database");
    let index: &[&str] = &["INDEX notification_due (target=? AND dead=? AND due_at<?)"];
    let cases = vec![("due to a target", notification::DUE.into(), index)];
    hold(&store, cases).await;
    store.close().await;
}

/// Each question is answered from its indexes, and nothing is read or sorted that need not be.
async fn hold(store: &Store, cases: Vec<(&str, String, &[&str])>) {
    for (name, sql, wanted) in cases {
        let plan = plan(store, &sql).await;
        for index in wanted {
            assert!(plan.contains(index), "{name} does not use {index}:\n{plan}");
        }
        // A claim puts the few it has chosen in order, once.
        let sorts = plan.matches("TEMP B-TREE FOR ORDER BY").count()
            > usize::from(name.starts_with("claim"));
        let scan = |line| ["SCAN effect", "SCAN o", "SCAN e"].contains(&line);
        let scans = plan.lines().any(scan);
        assert!(!sorts && !scans, "{name} sorts or scans:\n{plan}");
    }
}
