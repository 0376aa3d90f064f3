//! One table as both databases have it: its columns, its rows on their way from one to the other, and how far its numbers go.
//!
//! It knows of a table what the database says of it, so that a later migration needs no word here.

use std::collections::BTreeMap;

use futures::TryStreamExt;
use sqlx::{AnyConnection, AssertSqlSafe, Row};

use crate::store::connect::Backend;
use crate::store::error::StoreError;
use crate::store::migration;
use crate::store::outbox::placeholders;

/// Values of one statement, at most; SQLite takes 32,766, Postgres 65,535.
const VALUES: usize = 30_000;
/// Bytes of text of one statement, about.
const BYTES: usize = 4 << 20;

/// How many rows of each table are in a copy.
pub type Rows = BTreeMap<String, i64>;

/// A table and its columns.
pub(super) struct Table {
    pub(super) name: String,
    columns: Vec<Column>,
}

struct Column {
    name: String,
    /// Whether it holds numbers; text else.
    number: bool,
}

enum Cell {
    Number(Option<i64>),
    Text(Option<String>),
}

/// Every table but the ledger of migrations, which each database has of its own.
pub(super) async fn all(
    connection: &mut AnyConnection,
    backend: Backend,
) -> Result<Vec<Table>, StoreError> {
    let mut tables = Vec::new();
    for name in names(connection, backend).await? {
        let columns = columns(connection, backend, &name).await?;
        tables.push(Table { name, columns });
    }
    Ok(tables)
}

/// How many rows each of them has.
pub(super) async fn count(
    connection: &mut AnyConnection,
    backend: Backend,
) -> Result<Rows, StoreError> {
    let mut rows = Rows::new();
    for name in names(connection, backend).await? {
        let sql = format!("SELECT count(*) FROM {}", quoted(&name));
        let row = sqlx::query(AssertSqlSafe(sql))
            .fetch_one(&mut *connection)
            .await?;
        rows.insert(name, row.try_get(0)?);
    }
    Ok(rows)
}

async fn names(
    connection: &mut AnyConnection,
    backend: Backend,
) -> Result<Vec<String>, StoreError> {
    let sql = match backend {
        Backend::Sqlite => "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name",
        Backend::Postgres => {
            "SELECT table_name::text FROM information_schema.tables WHERE table_schema = current_schema() \
             AND table_type = 'BASE TABLE' ORDER BY 1"
        }
    };
    let rows = sqlx::query(sql).fetch_all(connection).await?;
    let mut names: Vec<String> = rows
        .iter()
        .map(|row| row.try_get(0))
        .collect::<Result<_, _>>()?;
    // A schema may be shared with somebody.
    names.retain(|name| migration::is_table(name));
    Ok(names)
}

async fn columns(
    connection: &mut AnyConnection,
    backend: Backend,
    table: &str,
) -> Result<Vec<Column>, StoreError> {
    let sql = match backend {
        Backend::Sqlite => "SELECT name, lower(type) FROM pragma_table_info($1) ORDER BY cid",
        Backend::Postgres => {
            "SELECT column_name::text, data_type::text FROM information_schema.columns \
             WHERE table_schema = current_schema() AND table_name = $1 ORDER BY ordinal_position"
        }
    };
    let rows = sqlx::query(sql).bind(table).fetch_all(connection).await?;
    let column = |row: &sqlx::any::AnyRow| {
        let (name, kind): (String, String) = (row.try_get(0)?, row.try_get(1)?);
        let number = match kind.as_str() {
            "integer" | "bigint" => true,
            "text" => false,
            other => {
                let what = format!("column {name} of {table} is {other}");
                return Err(StoreError::Corrupt(what));
            }
        };
        Ok(Column { name, number })
    };
    rows.iter().map(column).collect()
}

impl Table {
    fn column_names(&self) -> String {
        let names = self.columns.iter().map(|column| quoted(&column.name));
        Vec::from_iter(names).join(", ")
    }

    /// Copies its rows, and says how many there were.
    pub(super) async fn pour(
        &self,
        from: &mut AnyConnection,
        into: &mut AnyConnection,
    ) -> Result<i64, StoreError> {
        let select = format!("SELECT {} FROM {}", self.column_names(), quoted(&self.name));
        let mut rows = sqlx::query(AssertSqlSafe(select)).fetch(from);
        let (mut poured, mut bytes) = (0, 0);
        let mut batch: Vec<Cell> = Vec::new();
        while let Some(row) = rows.try_next().await? {
            for (place, column) in self.columns.iter().enumerate() {
                let cell = match column.number {
                    true => Cell::Number(row.try_get(place)?),
                    false => Cell::Text(row.try_get(place)?),
                };
                if let Cell::Text(Some(text)) = &cell {
                    bytes += text.len();
                }
                batch.push(cell);
            }
            poured += 1;
            if batch.len() + self.columns.len() > VALUES || bytes > BYTES {
                self.insert(into, std::mem::take(&mut batch)).await?;
                bytes = 0;
            }
        }
        self.insert(into, batch).await?;
        Ok(poured)
    }

    async fn insert(&self, into: &mut AnyConnection, batch: Vec<Cell>) -> Result<(), StoreError> {
        let wide = self.columns.len();
        if batch.is_empty() || wide == 0 {
            return Ok(());
        }
        let rows =
            (0..batch.len() / wide).map(|row| format!("({})", placeholders(row * wide + 1, wide)));
        let insert = format!(
            "INSERT INTO {} ({}) VALUES {}",
            quoted(&self.name),
            self.column_names(),
            Vec::from_iter(rows).join(", ")
        );
        let mut insert = sqlx::query(AssertSqlSafe(insert)).persistent(false);
        for cell in batch {
            insert = match cell {
                Cell::Number(number) => insert.bind(number),
                Cell::Text(text) => insert.bind(text),
            };
        }
        insert.execute(into).await?;
        Ok(())
    }

    /// Numbers that were given once are not given again, even where their rows are gone: readers remember how far they got.
    pub(super) async fn go_on_counting(
        &self,
        from: &mut AnyConnection,
        into: &mut AnyConnection,
        of: Backend,
    ) -> Result<(), StoreError> {
        let last = match of {
            Backend::Sqlite => self.last_in_sqlite(from).await?,
            Backend::Postgres => self.last_in_postgres(from).await?,
        };
        let Some(last) = last.filter(|last| *last > 0) else {
            return Ok(());
        };
        match of {
            Backend::Sqlite => {
                let sql = "SELECT setval(pg_get_serial_sequence($1, 'seq'), $2)";
                let set = sqlx::query(sql).bind(&self.name).bind(last);
                set.fetch_one(into).await?;
            }
            Backend::Postgres => {
                let steps = [
                    "DELETE FROM sqlite_sequence WHERE name = $1 AND $2 > 0",
                    "INSERT INTO sqlite_sequence (name, seq) VALUES ($1, $2)",
                ];
                for sql in steps {
                    let step = sqlx::query(sql).bind(&self.name).bind(last);
                    step.execute(&mut *into).await?;
                }
            }
        }
        Ok(())
    }

    async fn last_in_sqlite(&self, from: &mut AnyConnection) -> Result<Option<i64>, StoreError> {
        let sql = "SELECT seq FROM sqlite_sequence WHERE name = $1";
        let row = sqlx::query(sql)
            .bind(&self.name)
            .fetch_optional(from)
            .await?;
        Ok(row.map(|row| row.try_get(0)).transpose()?)
    }

    async fn last_in_postgres(&self, from: &mut AnyConnection) -> Result<Option<i64>, StoreError> {
        if !self.columns.iter().any(|column| column.name == "seq") {
            return Ok(None);
        }
        let sql = "SELECT pg_get_serial_sequence($1, 'seq')";
        let row = sqlx::query(sql)
            .bind(&self.name)
            .fetch_one(&mut *from)
            .await?;
        let Some(sequence) = row.try_get::<Option<String>, _>(0)? else {
            return Ok(None);
        };
        // The server's own spelling of the name, quoted where it must be.
        let sql =
            format!("SELECT last_value, CASE WHEN is_called THEN 1 ELSE 0 END FROM {sequence}");
        let row = sqlx::query(AssertSqlSafe(sql)).fetch_one(from).await?;
        let (last, called): (i64, i32) = (row.try_get(0)?, row.try_get(1)?);
        Ok((called == 1).then_some(last))
    }
}

fn quoted(name: &str) -> String {
    format!("\"{name}\"")
}
