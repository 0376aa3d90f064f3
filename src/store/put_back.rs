//! Effects that were claimed and go back into the outbox for later: because a try failed, because nothing could be tried, or
//! because there is no room for them. It must never close one, but for one that a newer one replaces.

use sqlx::AnyConnection;

use super::Store;
use super::effect_result::EffectResult;
use super::error::StoreError;
use super::lease::Closed;

/// An effect to be tried again later.
#[derive(Debug, Clone, Copy)]
pub struct Reschedule<'a> {
    /// Which.
    pub id: &'a str,
    /// The proof that it is ours.
    pub fence: i64,
    /// Epoch milliseconds.
    pub now: i64,
    /// Not before; epoch milliseconds.
    pub not_before: i64,
    /// For whoever reads the row meanwhile.
    pub why: &'a str,
}

/// Which others of its lane cannot go either while an effect is held: of its rank and below, due by now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Behind {
    /// None is known.
    Nothing,
    /// Those that create content.
    Creations,
    /// All.
    Everything,
}

/// Why an effect is put back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Back {
    /// To be tried again later.
    Rescheduled,
    /// Nothing was tried that could be held against it.
    Untried,
    /// There is no room for it, nor for those behind it.
    Held(Behind),
    /// The other side is shut to us.
    Parked,
}

/// Hands an effect's attempts and pause to the next newer one of its key, if one waits, and closes it.
async fn give_way(
    connection: &mut AnyConnection,
    later: &Reschedule<'_>,
) -> Result<(), sqlx::Error> {
    let heir = sqlx::query(
        "UPDATE effect SET attempts = attempts + (SELECT a.attempts FROM effect a WHERE a.id = $1), \
         not_before = CASE WHEN not_before < $2 THEN $2 ELSE not_before END, why = $3, \
         parked = (SELECT a.parked FROM effect a WHERE a.id = $1) \
         WHERE seq = (SELECT MIN(n.seq) FROM effect n, effect a WHERE a.id = $1 AND n.coalesce_key = a.coalesce_key \
         AND n.seq > a.seq AND n.closed_at IS NULL AND n.owner IS NULL)",
    )
    .bind(later.id)
    .bind(later.not_before)
    .bind(later.why)
    .execute(&mut *connection)
    .await?;
    if heir.rows_affected() == 1 {
        let sql = "UPDATE effect SET closed_at = $2, result = $3 WHERE id = $1";
        sqlx::query(sql)
            .bind(later.id)
            .bind(later.now)
            .bind(EffectResult::Superseded.name())
            .execute(connection)
            .await?;
    }
    Ok(())
}

/// Puts off what waits behind a held effect in its serial lane.
pub(super) const HOLD_BEHIND: &str = "UPDATE effect SET not_before = $2, why = $4 \
     WHERE lane = (SELECT h.lane FROM effect h WHERE h.id = $1) AND serial = 1 AND closed_at IS NULL \
     AND rank >= (SELECT h.rank FROM effect h WHERE h.id = $1) AND content >= $5 AND not_before <= $3 AND owner IS NULL";

async fn hold_behind(
    connection: &mut AnyConnection,
    later: &Reschedule<'_>,
    behind: Behind,
) -> Result<(), sqlx::Error> {
    let content: i64 = match behind {
        Behind::Nothing => return Ok(()),
        Behind::Creations => 1,
        Behind::Everything => 0,
    };
    sqlx::query(HOLD_BEHIND)
        .bind(later.id)
        .bind(later.not_before)
        .bind(later.now)
        .bind(later.why)
        .bind(content)
        .execute(connection)
        .await?;
    Ok(())
}

impl Store {
    /// Puts an effect back for later. When a newer one with the same `coalesce` key waits already, that one takes its place
    /// (with its attempts and its pause): run after it, this one would put back what is out of date.
    pub async fn reschedule(&self, later: Reschedule<'_>) -> Result<Closed, StoreError> {
        self.put_back(later, Back::Rescheduled).await
    }

    /// The same for an effect the other side is shut to: the try does not count, and
    /// [`Transition::unpark`](super::Transition::unpark) frees it before its time.
    pub async fn park(&self, later: Reschedule<'_>) -> Result<Closed, StoreError> {
        self.put_back(later, Back::Parked).await
    }

    /// The same for an effect that our own stop has interrupted: the try does not count.
    pub async fn hand_back(&self, later: Reschedule<'_>) -> Result<Closed, StoreError> {
        self.put_back(later, Back::Untried).await
    }

    /// The same for an effect that there is no room for, and for those behind it: none of them is tried one by one, only to hear
    /// the same. The try does not count.
    pub async fn hold(&self, later: Reschedule<'_>, behind: Behind) -> Result<Closed, StoreError> {
        self.put_back(later, Back::Held(behind)).await
    }

    async fn put_back(&self, later: Reschedule<'_>, back: Back) -> Result<Closed, StoreError> {
        let uncounted = i64::from(back != Back::Rescheduled);
        let mut writing = self.pools().begin().await?;
        let work = async {
            let done = sqlx::query(
                "UPDATE effect SET not_before = $3, why = $4, attempts = attempts - $5, parked = $6, owner = NULL, \
                 lease_until = NULL \
                 WHERE id = $1 AND fence = $2 AND owner IS NOT NULL AND closed_at IS NULL",
            )
            .bind(later.id)
            .bind(later.fence)
            .bind(later.not_before)
            .bind(later.why)
            .bind(uncounted)
            .bind(i64::from(back == Back::Parked))
            .execute(&mut *writing)
            .await?;
            if done.rows_affected() == 0 {
                return Ok(Closed::Lost);
            }
            let mut pause = later;
            if let Back::Held(behind) = back {
                hold_behind(&mut writing, &later, behind).await?;
                // A newer one may be worth more, and have room.
                pause.not_before = later.now;
            }
            give_way(&mut writing, &pause).await?;
            writing.commit().await?;
            Ok(Closed::Done)
        };
        let closed = self.pools().within(work).await?;
        self.inner.effect_wake.ring();
        Ok(closed)
    }
}
