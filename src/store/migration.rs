//! The tables, built up by numbered steps that only go forward.
//!
//! Each step runs once, in one transaction with the row that records it, and for as long as it takes. A step that was
//! already run is never edited: its checksum is kept, and a difference stops the start. So does a step of a newer skep: what that one
//! wrote since may be more than we can read.

use std::time::Duration;

use sha2::{Digest, Sha256};
use sqlx::{AnyConnection, AssertSqlSafe, ConnectOptions, Connection, Row};
use tokio::time::Instant;

use super::connect::{self, Backend, Pools, Turn, Writing, take_turn};
use super::error::StoreError;

/// The pause before the turn is asked for again.
const AGAIN: Duration = Duration::from_millis(100);

struct Step {
    number: i64,
    name: &'static str,
    text: &'static str,
}

const STEPS: &[Step] = &[
    Step {
        number: 1,
        name: "first",
        text: include_str!("migrations/0001_first.sql"),
    },
    Step {
        number: 2,
        name: "lean",
        text: include_str!("migrations/0002_lean.sql"),
    },
    Step {
        number: 3,
        name: "pull",
        text: include_str!("migrations/0003_pull.sql"),
    },
    Step {
        number: 4,
        name: "words",
        text: include_str!("migrations/0004_words.sql"),
    },
    Step {
        number: 5,
        name: "ignored",
        text: include_str!("migrations/0005_ignored.sql"),
    },
    Step {
        number: 6,
        name: "weight",
        text: include_str!("migrations/0006_weight.sql"),
    },
    Step {
        number: 7,
        name: "schedule",
        text: include_str!("migrations/0007_schedule.sql"),
    },
    Step {
        number: 8,
        name: "dependency",
        text: include_str!("migrations/0008_dependency.sql"),
    },
    Step {
        number: 9,
        name: "memory",
        text: include_str!("migrations/0009_memory.sql"),
    },
    Step {
        number: 10,
        name: "outcome",
        text: include_str!("migrations/0010_outcome.sql"),
    },
    Step {
        number: 11,
        name: "sprint",
        text: include_str!("migrations/0011_sprint.sql"),
    },
    Step {
        number: 12,
        name: "repository_policy",
        text: include_str!("migrations/0012_repository_policy.sql"),
    },
    Step {
        number: 13,
        name: "audit",
        text: include_str!("migrations/0013_audit.sql"),
    },
    Step {
        number: 14,
        name: "token",
        text: include_str!("migrations/0014_token.sql"),
    },
    Step {
        number: 15,
        name: "notification",
        text: include_str!("migrations/0015_notification.sql"),
    },
    Step {
        number: 16,
        name: "repository",
        text: include_str!("migrations/0016_repository.sql"),
    },
];

const LEDGER: &str = "CREATE TABLE IF NOT EXISTS migration \
    (number BIGINT NOT NULL PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL)";

/// How long a look at a database may take.
const LOOK: Duration = Duration::from_secs(10);

/// Looks whether the database can be used by this version, and changes nothing in it: a SQLite file that is not there yet is not made.
pub async fn probe(url: &str) -> Result<Backend, StoreError> {
    let (backend, there) = connect::reach(url).await?;
    if let Some(options) = there {
        let looked = async {
            let mut connection = options.connect().await?;
            let found = match newest(&mut connection).await {
                // Nobody has made its tables yet.
                Err(sqlx::Error::Database(_)) => 0,
                found => found?,
            };
            connection.close().await?;
            Ok(found)
        };
        refuse_newer(connect::within(LOOK, looked).await?)?;
    }
    Ok(backend)
}

fn refuse_newer(found: i64) -> Result<(), StoreError> {
    let known = STEPS.last().map_or(0, |step| step.number);
    match found > known {
        true => Err(StoreError::Newer { found, known }),
        false => Ok(()),
    }
}

/// Brings the tables up to date; does nothing when they are.
pub(super) async fn run(pools: &Pools) -> Result<(), StoreError> {
    let mut writing = turn(pools).await?;
    refuse_newer(pools.within(newest(&mut writing)).await?)?;
    let mut changed = false;
    for step in STEPS {
        let text = spelled(step.text, pools.backend);
        let checksum = checksum(step);
        match pools.within(recorded(&mut writing, step.number)).await? {
            Some(found) if found == checksum => {}
            Some(_) => {
                let (number, name) = (step.number, step.name);
                return Err(StoreError::Corrupt(format!(
                    "step {number} ({name}) of its tables is not the one we know"
                )));
            }
            None => {
                if !changed {
                    pools.within(unhurried(pools.backend, &mut writing)).await?;
                }
                // As long as the tables are large: given up, it would be begun anew at every start.
                apply(&mut writing, step, text, checksum).await?;
                changed = true;
            }
        }
    }
    pools.within(writing.commit()).await?;
    match changed && pools.backend == Backend::Sqlite {
        true => shrink(pools).await,
        false => Ok(()),
    }
}

/// Whether a database has exactly the tables that this version makes.
pub(super) async fn is_ours(connection: &mut AnyConnection) -> Result<bool, sqlx::Error> {
    let ledger = "SELECT number, checksum FROM migration ORDER BY number";
    let rows = sqlx::query(ledger).fetch_all(connection).await?;
    let found: Vec<(i64, String)> = rows
        .iter()
        .map(|row| Ok((row.try_get(0)?, row.try_get(1)?)))
        .collect::<Result<_, sqlx::Error>>()?;
    let ours = STEPS.iter().map(|step| (step.number, checksum(step)));
    Ok(found.into_iter().eq(ours))
}

/// The tables that the steps make.
pub(super) fn is_table(name: &str) -> bool {
    let made = |step: &Step| {
        let mut made = step
            .text
            .lines()
            .filter_map(|line| line.strip_prefix("CREATE TABLE "));
        made.any(|rest| rest.trim_end_matches(" (") == name)
    };
    STEPS.iter().any(made)
}

fn checksum(step: &Step) -> String {
    hex::encode(Sha256::digest(step.text.as_bytes()))
}

/// Waits for the turn. Another skep that starts at the same time may be at its steps, which take longer than one waits for a lock:
/// then it is asked for again, as long as one operation may take.
async fn turn(pools: &Pools) -> Result<Writing, StoreError> {
    let until = Instant::now() + pools.patience;
    loop {
        match take(pools).await {
            Err(StoreError::Busy) if Instant::now() < until => tokio::time::sleep(AGAIN).await,
            taken => return taken,
        }
    }
}

async fn take(pools: &Pools) -> Result<Writing, StoreError> {
    let mut writing = pools.begin().await?;
    pools
        .within(async {
            take_turn(pools.backend, &mut writing, Turn::Migrate).await?;
            sqlx::query(LEDGER).execute(&mut *writing).await?;
            Ok(())
        })
        .await?;
    Ok(writing)
}

/// Gives back to the disk what a step has emptied, where that is most of the file. It takes as long as what is left is large,
/// without a time limit, and needs as much room beside the file; a disk that has none keeps the file as it is.
async fn shrink(pools: &Pools) -> Result<(), StoreError> {
    let count = async |what: &'static str| -> Result<i64, StoreError> {
        let asked = sqlx::query(what).fetch_one(&pools.writer);
        Ok(pools.within(asked).await?.try_get(0)?)
    };
    let free = count("PRAGMA freelist_count").await?;
    if free * 2 < count("PRAGMA page_count").await? {
        return Ok(());
    }
    if let Err(error) = sqlx::query("VACUUM").execute(&pools.writer).await {
        tracing::warn!(%error, "the database could not be made smaller");
    }
    Ok(())
}

/// Takes the time limits from this transaction. Locks are waited for, but not for ever: whoever holds one so long hangs.
async fn unhurried(backend: Backend, connection: &mut AnyConnection) -> Result<(), sqlx::Error> {
    if backend == Backend::Postgres {
        let limits = "SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = '10min'";
        sqlx::raw_sql(limits).execute(connection).await?;
    }
    Ok(())
}

/// The newest step that was run, by whatever version; 0 where none was.
async fn newest(connection: &mut AnyConnection) -> Result<i64, sqlx::Error> {
    let found = sqlx::query("SELECT COALESCE(MAX(number), 0) FROM migration");
    found.fetch_one(connection).await?.try_get(0)
}

async fn recorded(
    connection: &mut AnyConnection,
    number: i64,
) -> Result<Option<String>, sqlx::Error> {
    let found = sqlx::query("SELECT checksum FROM migration WHERE number = $1").bind(number);
    found
        .fetch_optional(connection)
        .await?
        .map(|row| row.try_get(0))
        .transpose()
}

async fn apply(
    connection: &mut AnyConnection,
    step: &Step,
    text: String,
    checksum: String,
) -> Result<(), sqlx::Error> {
    sqlx::raw_sql(AssertSqlSafe(text))
        .execute(&mut *connection)
        .await?;
    sqlx::query("INSERT INTO migration (number, name, checksum) VALUES ($1, $2, $3)")
        .bind(step.number)
        .bind(step.name)
        .bind(checksum)
        .execute(connection)
        .await?;
    Ok(())
}

fn spelled(text: &str, backend: Backend) -> String {
    // AUTOINCREMENT: a number is never given twice, not even after pruning, because readers remember how far they got.
    let sequence = match backend {
        Backend::Sqlite => "INTEGER PRIMARY KEY AUTOINCREMENT",
        Backend::Postgres => "BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY",
    };
    // What a task says of its place, as JSON.
    let (repository, name) = match backend {
        Backend::Sqlite => (
            "json_extract(body, '$.place.repository')",
            "json_extract(body, '$.place.name')",
        ),
        Backend::Postgres => (
            "CAST(body::json -> 'place' ->> 'repository' AS BIGINT)",
            "body::json -> 'place' ->> 'name'",
        ),
    };
    text.replace("{sequence}", sequence)
        .replace("{task repository}", repository)
        .replace("{task name}", name)
}
