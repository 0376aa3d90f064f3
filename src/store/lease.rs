//! The outbox as the runner sees it: claim under a lease, renew, close with the outcome. What goes back for
//! later stands in `put_back`.
//!
//! A fence number proves possession: it grows with every claim, and whatever an earlier holder says later is refused.
//! The clock is the caller's. Nothing is held while the effect is performed: a lease is a row, not a lock.

use std::collections::HashSet;

use sqlx::{AnyConnection, AssertSqlSafe, Row};

use super::Store;
use super::connect::{Backend, Turn, take_turn};
use super::effect_result::EffectResult;
use super::error::StoreError;
use super::inbox_row::{Accepted, NewInbox, Ready, insert_inbox};
use super::outbox::{COLUMNS, EffectRow, effect_row, placeholders};
use crate::meter;

/// A wish for work.
#[derive(Debug, Clone, Copy)]
pub struct Claim<'a> {
    /// Who will hold the leases.
    pub owner: &'a str,
    /// Epoch milliseconds.
    pub now: i64,
    /// When the leases lapse unless renewed.
    pub lease_until: i64,
    /// At most so many.
    pub limit: i64,
    /// Kinds that have no room at present.
    pub without_kinds: &'a [String],
}

/// Whether a word about a claimed effect still counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Closed {
    /// It did.
    Done,
    /// The effect is closed, or somebody else holds it: nothing was written.
    Lost,
}

/// The end of an effect.
#[derive(Debug, Clone)]
pub struct Completion<'a> {
    /// Which.
    pub id: &'a str,
    /// The proof that it is ours.
    pub fence: i64,
    /// Epoch milliseconds.
    pub now: i64,
    /// How.
    pub result: EffectResult,
    /// For whoever reads the row later.
    pub why: Option<&'a str>,
    /// The fact to tell the engine, stored in the same transaction.
    pub outcome: Option<NewInbox>,
}

/// The conditions stand inside (to choose) and outside (to hold when another claimer was quicker).
///
/// In a serial lane only the first that is due may go, and only while none of the lane runs. So a lane is asked for its head
/// alone: a thousand tasks put thousands of effects into one lane, and comparing each with all others takes seconds. Timers
/// are asked for by their moment: tens of thousands wait for days, and each claim would read them all.
pub(super) fn claim_sql(kinds: usize) -> String {
    let without = match kinds {
        0 => String::new(),
        _ => format!(" AND e.kind NOT IN ({})", placeholders(5, kinds)),
    };
    format!(
        "WITH RECURSIVE lanes (lane) AS (\
         SELECT MIN(o.lane) FROM effect o WHERE o.closed_at IS NULL AND o.serial = 1 \
         UNION ALL SELECT (SELECT MIN(o.lane) FROM effect o WHERE o.closed_at IS NULL AND o.serial = 1 \
         AND o.lane > lanes.lane) FROM lanes WHERE lanes.lane IS NOT NULL), \
         running (lane) AS (\
         SELECT o.lane FROM effect o WHERE o.closed_at IS NULL AND o.lease_until IS NOT NULL AND o.lease_until > $3 \
         AND o.serial = 1), \
         heads (seq) AS (\
         SELECT (SELECT o.seq FROM effect o WHERE o.lane = lanes.lane AND o.serial = 1 AND o.closed_at IS NULL \
         AND o.not_before <= $3 ORDER BY o.rank, o.seq LIMIT 1) \
         FROM lanes WHERE lanes.lane IS NOT NULL AND lanes.lane NOT IN (SELECT running.lane FROM running)), \
         free (seq) AS (\
         SELECT e.seq FROM effect e WHERE e.closed_at IS NULL AND e.serial = 0 AND e.lane <> 'clock' \
         AND e.not_before <= $3 AND (e.lease_until IS NULL OR e.lease_until <= $3){without} ORDER BY e.rank, e.seq LIMIT $4), \
         timers (seq) AS (\
         SELECT e.seq FROM effect e WHERE e.closed_at IS NULL AND e.lane = 'clock' AND e.not_before <= $3 \
         AND (e.lease_until IS NULL OR e.lease_until <= $3){without} ORDER BY e.not_before LIMIT $4) \
         UPDATE effect SET owner = $1, lease_until = $2, fence = fence + 1, attempts = attempts + 1 WHERE seq IN (\
         SELECT e.seq FROM effect e WHERE e.seq IN (\
         SELECT heads.seq FROM heads UNION ALL SELECT free.seq FROM free UNION ALL SELECT timers.seq FROM timers)\
         {without} ORDER BY e.rank, e.seq LIMIT $4) \
         AND closed_at IS NULL AND not_before <= $3 AND (lease_until IS NULL OR lease_until <= $3) \
         RETURNING {COLUMNS}"
    )
}

async fn claim(
    connection: &mut AnyConnection,
    wish: &Claim<'_>,
) -> Result<Vec<EffectRow>, sqlx::Error> {
    let sql = claim_sql(wish.without_kinds.len());
    let mut query = sqlx::query(AssertSqlSafe(sql))
        .bind(wish.owner)
        .bind(wish.lease_until)
        .bind(wish.now)
        .bind(wish.limit);
    for name in wish.without_kinds {
        query = query.bind(name.as_str());
    }
    let rows = query.fetch_all(connection).await?;
    let mut effects = rows.iter().map(effect_row).collect::<Result<Vec<_>, _>>()?;
    effects.sort_by_key(|effect| (effect.rank, effect.seq));
    Ok(effects)
}

impl Store {
    /// Takes due effects in order of rank and age. Each counts as one more attempt and gets a new fence number.
    pub async fn claim(&self, wish: Claim<'_>) -> Result<Vec<EffectRow>, StoreError> {
        let lapsed = self.lapsed(wish.now).await?;
        let effects = self.claim_due(wish).await?;
        let taken_over = effects.iter().filter(|effect| lapsed.contains(&effect.id));
        meter::LEASE_TAKEOVERS.add(&["lapsed"], taken_over.count() as u64);
        Ok(effects)
    }

    /// The effects whose holder has not renewed its lease.
    async fn lapsed(&self, now: i64) -> Result<HashSet<String>, StoreError> {
        let query = sqlx::query(LAPSED).bind(now);
        let rows = self.pools().within(query.fetch_all(self.reader())).await?;
        let ids = rows.iter().map(|row| row.try_get("id"));
        Ok(ids.collect::<Result<_, _>>()?)
    }

    async fn claim_due(&self, wish: Claim<'_>) -> Result<Vec<EffectRow>, StoreError> {
        let pools = self.pools();
        if pools.backend == Backend::Sqlite {
            // One statement is a transaction of its own there, and one way to the writer instead of three.
            let claimed = async { claim(&mut *pools.writer.acquire().await?, &wish).await };
            return pools.within(claimed).await;
        }
        let mut writing = pools.begin().await?;
        let work = async {
            take_turn(pools.backend, &mut writing, Turn::Claim).await?;
            let effects = claim(&mut writing, &wish).await?;
            writing.commit().await?;
            Ok(effects)
        };
        pools.within(work).await
    }

    /// Prolongs leases; answers the ids that are no longer ours.
    pub async fn renew(
        &self,
        owner: &str,
        held: &[(String, i64)],
        lease_until: i64,
    ) -> Result<Vec<String>, StoreError> {
        let mut lost = Vec::new();
        if held.is_empty() {
            return Ok(lost);
        }
        let mut writing = self.pools().begin().await?;
        let work = async {
            for (id, fence) in held {
                let done = sqlx::query(
                    "UPDATE effect SET lease_until = $4 \
                     WHERE id = $1 AND fence = $2 AND owner = $3 AND closed_at IS NULL",
                )
                .bind(id.as_str())
                .bind(*fence)
                .bind(owner)
                .bind(lease_until)
                .execute(&mut *writing)
                .await?;
                if done.rows_affected() == 0 {
                    lost.push(id.clone());
                }
            }
            writing.commit().await
        };
        self.pools().within(work).await?;
        Ok(lost)
    }

    /// Closes an effect and stores its outcome, both or neither. A lapsed lease that nobody took since still counts:
    /// the work was done once, and refusing the news of it would do it twice.
    pub async fn close_effect(&self, closing: Completion<'_>) -> Result<Closed, StoreError> {
        let mut writing = self.pools().begin().await?;
        let mut told = false;
        let work = async {
            let done = sqlx::query(
                "UPDATE effect SET closed_at = $3, result = $4, why = $5, owner = NULL, lease_until = NULL \
                 WHERE id = $1 AND fence = $2 AND owner IS NOT NULL AND closed_at IS NULL",
            )
            .bind(closing.id)
            .bind(closing.fence)
            .bind(closing.now)
            .bind(closing.result.name())
            .bind(closing.why)
            .execute(&mut *writing)
            .await?;
            if done.rows_affected() == 0 {
                return Ok(Closed::Lost);
            }
            if let Some(outcome) = closing.outcome {
                let accepted = insert_inbox(&mut writing, &[Ready::of(outcome)]).await?;
                told = accepted
                    .iter()
                    .any(|one| matches!(one, Accepted::New { .. }));
            }
            writing.commit().await?;
            Ok(Closed::Done)
        };
        let closed = self.pools().within(work).await?;
        if told {
            self.inner.inbox_wake.ring();
        }
        self.inner.effect_wake.ring();
        Ok(closed)
    }

    /// Gives back every lease of `owner`: at start-up, those of the process that had our name before.
    pub async fn release_owner(&self, owner: &str) -> Result<u64, StoreError> {
        let sql = "UPDATE effect SET owner = NULL, lease_until = NULL WHERE owner = $1 AND closed_at IS NULL";
        let done = self
            .pools()
            .within(sqlx::query(sql).bind(owner).execute(self.writer()))
            .await?;
        self.inner.effect_wake.ring();
        meter::LEASE_TAKEOVERS.add(&["restart"], done.rows_affected());
        Ok(done.rows_affected())
    }

    /// The effects in `owner`'s hands that were withdrawn meanwhile.
    pub async fn cancel_requests(&self, owner: &str) -> Result<Vec<String>, StoreError> {
        let sql = "SELECT id FROM effect WHERE owner = $1 AND closed_at IS NULL AND cancel_requested = 1 ORDER BY seq";
        let rows = self
            .pools()
            .within(sqlx::query(sql).bind(owner).fetch_all(self.reader()))
            .await?;
        Ok(rows
            .iter()
            .map(|row| row.try_get("id"))
            .collect::<Result<_, _>>()?)
    }

    /// The first moment after `now` at which time alone makes an effect claimable: its hour comes, or a lease lapses.
    /// What is claimable at `now` already is not counted, and what waits for a lane is announced by the effect bell.
    pub async fn next_due(&self, now: i64) -> Result<Option<i64>, StoreError> {
        let mut soonest: Option<i64> = None;
        for sql in NEXT_DUE {
            let row = self
                .pools()
                .within(sqlx::query(sql).bind(now).fetch_one(self.reader()))
                .await?;
            let found: Option<i64> = row.try_get(0)?;
            soonest = soonest.into_iter().chain(found).min();
        }
        Ok(soonest)
    }
}

pub(super) const LAPSED: &str = "SELECT id FROM effect WHERE closed_at IS NULL AND lease_until IS NOT NULL AND lease_until <= $1";

pub(super) const NEXT_DUE: [&str; 2] = [
    "SELECT MIN(not_before) FROM effect WHERE closed_at IS NULL AND not_before > $1",
    "SELECT MIN(lease_until) FROM effect WHERE closed_at IS NULL AND lease_until IS NOT NULL AND lease_until > $1",
];
