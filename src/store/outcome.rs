//! The ledger of pull requests: one row each, written again with every change, and kept when the past of its task goes.

use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row};

use super::Store;
use super::error::StoreError;
use crate::core::ids::RepositoryId;

/// What became of a pull request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutcomeRow {
    /// Where.
    pub repository: RepositoryId,
    /// Its number.
    pub pull: i64,
    /// The repository's name when it was last written.
    pub name: String,
    /// The issue.
    pub issue: i64,
    /// The session that opened it.
    pub session: String,
    /// The role's name.
    pub role: String,
    /// The agent's name.
    pub agent: String,
    /// The word for what became of it.
    pub became: String,
    /// How many times its agent revised it.
    pub rounds: i64,
    /// Tokens, and whether there may be more.
    pub tokens: (i64, bool),
    /// Money, in millionths of a dollar, and whether the truth may be more, or less.
    pub cost: (i64, bool, bool),
    /// How long its agent worked, milliseconds.
    pub worked_ms: i64,
    /// Epoch milliseconds.
    pub queued_at: i64,
    /// Epoch milliseconds.
    pub opened_at: i64,
    /// Epoch milliseconds.
    pub over_at: Option<i64>,
}

pub(super) const SINCE: &str = "SELECT repository, pull, name, issue, session, role, agent, became, rounds, tokens, \
    tokens_more, cost, cost_more, cost_less, worked_ms, queued_at, opened_at, over_at FROM outcome \
    WHERE opened_at >= $1 ORDER BY opened_at DESC, repository DESC, pull DESC LIMIT $2";

impl Store {
    /// The newest `limit` pull requests that were opened from `since` on, epoch milliseconds; newest first.
    pub async fn outcomes(&self, since: i64, limit: i64) -> Result<Vec<OutcomeRow>, StoreError> {
        let query = sqlx::query(SINCE).bind(since).bind(limit);
        let rows = self.pools().within(query.fetch_all(self.reader())).await?;
        Ok(rows.iter().map(outcome_row).collect::<Result<_, _>>()?)
    }
}

fn outcome_row(row: &AnyRow) -> Result<OutcomeRow, sqlx::Error> {
    let flag = |name: &str| Ok::<_, sqlx::Error>(row.try_get::<i64, _>(name)? != 0);
    Ok(OutcomeRow {
        repository: RepositoryId(row.try_get("repository")?),
        pull: row.try_get("pull")?,
        name: row.try_get("name")?,
        issue: row.try_get("issue")?,
        session: row.try_get("session")?,
        role: row.try_get("role")?,
        agent: row.try_get("agent")?,
        became: row.try_get("became")?,
        rounds: row.try_get("rounds")?,
        tokens: (row.try_get("tokens")?, flag("tokens_more")?),
        cost: (row.try_get("cost")?, flag("cost_more")?, flag("cost_less")?),
        worked_ms: row.try_get("worked_ms")?,
        queued_at: row.try_get("queued_at")?,
        opened_at: row.try_get("opened_at")?,
        over_at: row.try_get("over_at")?,
    })
}

pub(super) async fn write_outcome(
    connection: &mut AnyConnection,
    row: &OutcomeRow,
) -> Result<(), sqlx::Error> {
    let sql = "INSERT INTO outcome (repository, pull, name, issue, session, role, agent, became, rounds, tokens, tokens_more, \
        cost, cost_more, cost_less, worked_ms, queued_at, opened_at, over_at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18) \
        ON CONFLICT (repository, pull) DO UPDATE SET name = excluded.name, became = excluded.became, rounds = excluded.rounds, \
        tokens = excluded.tokens, tokens_more = excluded.tokens_more, cost = excluded.cost, cost_more = excluded.cost_more, \
        cost_less = excluded.cost_less, worked_ms = excluded.worked_ms, over_at = excluded.over_at";
    let query = sqlx::query(sql)
        .bind(row.repository.0)
        .bind(row.pull)
        .bind(row.name.as_str())
        .bind(row.issue)
        .bind(row.session.as_str())
        .bind(row.role.as_str())
        .bind(row.agent.as_str())
        .bind(row.became.as_str())
        .bind(row.rounds)
        .bind(row.tokens.0)
        .bind(i64::from(row.tokens.1))
        .bind(row.cost.0)
        .bind(i64::from(row.cost.1))
        .bind(i64::from(row.cost.2))
        .bind(row.worked_ms)
        .bind(row.queued_at)
        .bind(row.opened_at)
        .bind(row.over_at);
    query.execute(connection).await.map(drop)
}
