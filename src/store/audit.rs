//! The audit: who asked for what, what was decided and why, in rows that are only ever added, and only ever removed from the front.
//!
//! Each row holds a digest of itself and of the row before it, so that a row that is changed, removed, added or moved later is found by
//! whoever walks along them ([`Chain`]). They are numbered without a gap, in the order of commits: one writer at a time, as for events.
//! Whoever can write the whole database can make all of it anew; that is found by an older head that was noted elsewhere.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, AssertSqlSafe, Row};

use super::Store;
use super::connect::{Turn, take_turn};
use super::error::StoreError;
use super::inbox_row::{many_rows, pieces};
use super::packing::storable;
use super::retention::Pruned;

/// What stands for the row before the first.
const BEGINNING: &str = "0000000000000000000000000000000000000000000000000000000000000000";
/// The kind of a row that says up to where the ones before were removed.
const PRUNED: &str = "audit.pruned";

/// Rows that one step removes.
const STEP: i64 = 2_000;

/// Something for the audit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAudit {
    /// Epoch milliseconds.
    pub at: i64,
    /// What it was, dotted: `webhook.issues.labeled`, `skep.started`.
    pub kind: String,
    /// The task, as text.
    pub task: Option<String>,
    /// `owner/name`, for display.
    pub repository: Option<String>,
    /// The issue's number, for display.
    pub issue: Option<i64>,
    /// The session.
    pub session: Option<String>,
    /// Who did it: `@login`, or `operator`.
    pub who: Option<String>,
    /// The id of the inbox row that led to it.
    pub cause: Option<String>,
    /// An object, as JSON.
    pub facts: String,
}

/// A row as it is stored and exported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuditRow {
    /// Its place: 1, 2, 3.
    pub seq: i64,
    /// Epoch milliseconds.
    pub at: i64,
    /// What it was.
    pub kind: String,
    /// The task.
    pub task: Option<String>,
    /// `owner/name`.
    pub repository: Option<String>,
    /// The issue's number.
    pub issue: Option<i64>,
    /// The session.
    pub session: Option<String>,
    /// Who did it.
    pub who: Option<String>,
    /// The id of the inbox row that led to it.
    pub cause: Option<String>,
    /// An object, as JSON in a text: its letters count for the digest.
    pub facts: String,
    /// The hash of the row before.
    pub prev: String,
    /// SHA-256, hexadecimal, of `prev`, a line end, and all fields above it as a JSON array without spaces.
    pub hash: String,
}

impl AuditRow {
    fn after(last: &Head, new: &NewAudit) -> Self {
        let text = |text: &Option<String>| text.as_deref().map(|t| storable(t).into_owned());
        let mut row = Self {
            seq: last.seq + 1,
            at: new.at,
            kind: storable(&new.kind).into_owned(),
            task: text(&new.task),
            repository: text(&new.repository),
            issue: new.issue,
            session: text(&new.session),
            who: text(&new.who),
            cause: text(&new.cause),
            facts: storable(&new.facts).into_owned(),
            prev: last.hash.clone(),
            hash: String::new(),
        };
        row.hash = row.digest();
        row
    }

    /// What its hash must be.
    pub fn digest(&self) -> String {
        let fields = (
            self.seq,
            self.at,
            &self.kind,
            &self.task,
            &self.repository,
            self.issue,
            &self.session,
            &self.who,
            &self.cause,
            &self.facts,
        );
        let fields = serde_json::to_string(&fields).expect("numbers and texts are JSON");
        let mut hash = Sha256::new();
        hash.update(self.prev.as_bytes());
        hash.update(b"\n");
        hash.update(fields.as_bytes());
        hex::encode(hash.finalize())
    }

    fn head(&self) -> Head {
        Head {
            seq: self.seq,
            hash: self.hash.clone(),
        }
    }
}

/// The end of the rows up to a place: whoever notes one elsewhere can tell later whether they were changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// The place; 0 where there is no row.
    pub seq: i64,
    /// The hash of the row there.
    pub hash: String,
}

impl Head {
    /// That of no row.
    pub fn beginning() -> Self {
        Self {
            seq: 0,
            hash: BEGINNING.to_owned(),
        }
    }
}

/// What is wrong, and at which row first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Broken {
    /// The row is not what it was when it was written.
    Changed(i64),
    /// It does not follow the row before it, which was replaced, or it was.
    Unlinked(i64),
    /// The row of this number is not there, or not in its place.
    Missing(i64),
    /// The rows before this first one were removed by somebody else than skep.
    Cut(i64),
    /// The row of this number had another hash when its head was noted.
    Replaced(i64),
    /// There was a row of this number when its head was noted.
    Short(i64),
}

/// Which rows are walked along.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// All that there are: what is missing before the first must have been removed by skep.
    Whole,
    /// From any one on.
    Part,
}

/// Walks along rows, oldest first, and finds the first that is not as it was written.
#[derive(Debug, Default)]
pub struct Chain {
    /// What the first row follows.
    from: Option<Head>,
    last: Option<Head>,
    /// Up to where skep itself says to have removed rows.
    pruned: Option<Head>,
    /// Heads that were noted elsewhere.
    noted: Vec<Head>,
    rows: u64,
}

impl Chain {
    /// One that also holds the rows against heads that were noted elsewhere.
    pub fn against(noted: Vec<Head>) -> Self {
        Self {
            noted,
            ..Self::default()
        }
    }

    /// The next row.
    ///
    /// # Errors
    /// It is the first that is wrong.
    pub fn take(&mut self, row: &AuditRow) -> Result<(), Broken> {
        let before = self.last.clone().unwrap_or_else(|| match row.seq {
            1 => Head::beginning(),
            seq => Head {
                seq: seq - 1,
                hash: row.prev.clone(),
            },
        });
        if row.seq != before.seq + 1 {
            return Err(Broken::Missing(before.seq + 1));
        }
        if row.digest() != row.hash {
            return Err(Broken::Changed(row.seq));
        }
        if row.prev != before.hash {
            return Err(Broken::Unlinked(row.seq));
        }
        let is_other = |noted: &Head| noted.seq == row.seq && noted.hash != row.hash;
        if self.noted.iter().any(is_other) {
            return Err(Broken::Replaced(row.seq));
        }
        if row.kind == PRUNED {
            self.pruned = serde_json::from_str(&row.facts).ok();
        }
        self.from.get_or_insert(before);
        self.last = Some(row.head());
        self.rows += 1;
        Ok(())
    }

    /// The end of the rows.
    ///
    /// # Errors
    /// Rows are missing at either end.
    pub fn end(self, extent: Extent) -> Result<Walked, Broken> {
        let from = self.from.unwrap_or_else(Head::beginning);
        let last = self.last.unwrap_or_else(Head::beginning);
        if extent == Extent::Whole && from.seq > 0 && self.pruned.as_ref() != Some(&from) {
            return Err(Broken::Cut(from.seq + 1));
        }
        if let Some(noted) = self.noted.iter().find(|noted| noted.seq > last.seq) {
            return Err(Broken::Short(noted.seq));
        }
        let unseen = self.noted.iter().filter(|noted| noted.seq <= from.seq);
        Ok(Walked {
            unseen: unseen.map(|noted| noted.seq).collect(),
            from,
            last,
            rows: self.rows,
        })
    }
}

/// Rows that hold together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Walked {
    /// What the first of them follows.
    pub from: Head,
    /// The last of them.
    pub last: Head,
    /// How many.
    pub rows: u64,
    /// Places of noted heads that are before the first row.
    pub unseen: Vec<i64>,
}

/// Adds rows. Whoever calls has the turn for events.
pub(super) async fn append(
    connection: &mut AnyConnection,
    new: &[NewAudit],
) -> Result<(), sqlx::Error> {
    let mut last = head(connection).await?;
    for some in pieces(new, 256) {
        let columns = "INSERT INTO audit (seq, at, kind, task, repository, issue, session, who, cause, facts, prev, hash)";
        let mut query = sqlx::query(AssertSqlSafe(many_rows(
            connection,
            columns,
            12,
            some.len(),
        )));
        for one in some {
            let row = AuditRow::after(&last, one);
            last = row.head();
            query = query
                .bind(row.seq)
                .bind(row.at)
                .bind(row.kind)
                .bind(row.task)
                .bind(row.repository)
                .bind(row.issue)
                .bind(row.session)
                .bind(row.who)
                .bind(row.cause)
                .bind(row.facts)
                .bind(row.prev)
                .bind(row.hash);
        }
        query.execute(&mut *connection).await?;
    }
    Ok(())
}

async fn head(connection: &mut AnyConnection) -> Result<Head, sqlx::Error> {
    let sql = "SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1";
    let row = sqlx::query(sql).fetch_optional(connection).await?;
    row.map_or_else(|| Ok(Head::beginning()), |row| read_head(&row))
}

fn read_head(row: &AnyRow) -> Result<Head, sqlx::Error> {
    Ok(Head {
        seq: row.try_get("seq")?,
        hash: row.try_get("hash")?,
    })
}

fn read(row: &AnyRow) -> Result<AuditRow, sqlx::Error> {
    Ok(AuditRow {
        seq: row.try_get("seq")?,
        at: row.try_get("at")?,
        kind: row.try_get("kind")?,
        task: row.try_get("task")?,
        repository: row.try_get("repository")?,
        issue: row.try_get("issue")?,
        session: row.try_get("session")?,
        who: row.try_get("who")?,
        cause: row.try_get("cause")?,
        facts: row.try_get("facts")?,
        prev: row.try_get("prev")?,
        hash: row.try_get("hash")?,
    })
}

impl Store {
    /// Adds rows that belong to no decision.
    pub async fn audit(&self, new: &[NewAudit]) -> Result<(), StoreError> {
        let mut writing = self.pools().begin().await?;
        let work = async {
            take_turn(self.backend(), &mut writing, Turn::Event).await?;
            append(&mut writing, new).await?;
            writing.commit().await
        };
        self.pools().within(work).await
    }

    /// Up to `limit` rows after number `after`, oldest first.
    pub async fn audit_rows(&self, after: i64, limit: i64) -> Result<Vec<AuditRow>, StoreError> {
        let sql = "SELECT seq, at, kind, task, repository, issue, session, who, cause, facts, prev, hash \
                   FROM audit WHERE seq > $1 ORDER BY seq LIMIT $2";
        let query = sqlx::query(sql).bind(after).bind(limit);
        let rows = self.pools().within(query.fetch_all(self.reader())).await?;
        Ok(rows.iter().map(read).collect::<Result<_, _>>()?)
    }

    /// The last row's place and hash.
    pub async fn audit_head(&self) -> Result<Head, StoreError> {
        let work = async {
            let mut connection = self.reader().acquire().await?;
            head(&mut connection).await
        };
        self.pools().within(work).await
    }

    /// One step: the oldest rows, from before `before` (epoch milliseconds). In the same breath a row is added that says up to where, so
    /// that what is gone by skep's own doing is known from what somebody took away.
    pub async fn prune_audit(&self, before: i64, now: i64) -> Result<Pruned, StoreError> {
        let mut writing = self.pools().begin().await?;
        let work = async {
            take_turn(self.backend(), &mut writing, Turn::Event).await?;
            let pruned = prune(&mut writing, before, now).await?;
            writing.commit().await?;
            Ok(pruned)
        };
        self.pools().within(work).await
    }
}

async fn prune(
    connection: &mut AnyConnection,
    before: i64,
    now: i64,
) -> Result<Pruned, sqlx::Error> {
    let sql = "SELECT seq, at, hash FROM audit ORDER BY seq LIMIT $1";
    let query = sqlx::query(sql).bind(STEP);
    let rows = query.fetch_all(&mut *connection).await?;
    let mut through = None;
    // In a row from the front, whatever a clock gone wrong has put between.
    for row in &rows {
        if row.try_get::<i64, _>("at")? >= before {
            break;
        }
        through = Some(read_head(row)?);
    }
    let Some(through) = through else {
        return Ok(Pruned {
            rows: 0,
            more: false,
        });
    };
    let facts = serde_json::to_string(&through).expect("a number and a text are JSON");
    let marker = NewAudit {
        at: now,
        kind: PRUNED.to_owned(),
        task: None,
        repository: None,
        issue: None,
        session: None,
        who: None,
        cause: None,
        facts,
    };
    append(connection, &[marker]).await?;
    let gone = sqlx::query("DELETE FROM audit WHERE seq <= $1").bind(through.seq);
    let gone = gone.execute(connection).await?.rows_affected();
    Ok(Pruned {
        rows: gone,
        more: gone >= STEP.unsigned_abs(),
    })
}
