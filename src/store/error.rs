//! What can go wrong between skep and its database, in the words the pipeline acts on.
//!
//! It never carries SQL, bound values, bodies or the database's address (which may hold a password).

use crate::core::failure::Failure;

/// A database operation that did not happen, or (for [`StoreError::Busy`]) may or may not have happened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// The database was locked or slow for longer than we wait. The row may or may not exist.
    #[error("the database did not answer in time")]
    Busy,
    /// Somebody else changed the row first, or a unique rule said no. Load again and decide again.
    #[error("the database refused a conflicting change: {0}")]
    Conflict(String),
    /// No space is left for the database.
    #[error("the database's disk is full")]
    Full,
    /// The file or table does not hold what it should; a person must look.
    #[error("the database is damaged: {0}")]
    Corrupt(String),
    /// A newer skep has used it; what that one wrote may be more than this one can read.
    #[error(
        "the database belongs to a newer skep (its tables are at step {found}, this version knows {known}): \
         start that version, or restore a backup from before the upgrade"
    )]
    Newer {
        /// The newest step of its tables.
        found: i64,
        /// The newest step that is known here.
        known: i64,
    },
    /// The database cannot be reached at present.
    #[error("the database cannot be reached: {0}")]
    Unavailable(String),
    /// Anything else: a defect, or a set-up that cannot work.
    #[error("{0}")]
    Other(String),
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        match &error {
            StoreError::Busy
            | StoreError::Conflict(_)
            | StoreError::Full
            | StoreError::Unavailable(_) => Self::retry(error.to_string()),
            StoreError::Corrupt(_) | StoreError::Newer { .. } | StoreError::Other(_) => {
                Self::broken(error.to_string())
            }
        }
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match error {
            sqlx::Error::PoolTimedOut => Self::Busy,
            sqlx::Error::PoolClosed => Self::Unavailable("the store is closed".to_owned()),
            sqlx::Error::Database(inner) => {
                let code = inner.code().unwrap_or_default();
                if inner.is_unique_violation() {
                    return Self::Conflict(inner.message().to_owned());
                }
                of_code(&code, inner.message())
            }
            sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::WorkerCrashed
            | sqlx::Error::Protocol(_) => Self::Unavailable(error.to_string()),
            sqlx::Error::ColumnDecode { .. }
            | sqlx::Error::Decode(_)
            | sqlx::Error::ColumnNotFound(_) => Self::Corrupt(error.to_string()),
            sqlx::Error::Configuration(text) => Self::Other(text.to_string()),
            other => Self::Other(other.to_string()),
        }
    }
}

/// Postgres codes are five characters (<https://www.postgresql.org/docs/current/errcodes-appendix.html>), SQLite's
/// extended codes are shorter numbers whose low byte is the class (<https://www.sqlite.org/rescode.html>).
fn of_code(code: &str, message: &str) -> StoreError {
    let said = || message.to_owned();
    if code.len() == 5 {
        return match (code, &code[..2]) {
            ("40001" | "40P01", _) => StoreError::Conflict(said()),
            ("55P03" | "57014" | "25P03", _) => StoreError::Busy,
            ("53100", _) => StoreError::Full,
            ("XX001" | "XX002", _) => StoreError::Corrupt(said()),
            (_, "08" | "53" | "57") => StoreError::Unavailable(said()),
            _ => StoreError::Other(said()),
        };
    }
    match code.parse::<u32>().unwrap_or_default() & 0xff {
        5 | 6 => StoreError::Busy,
        8 | 10 | 14 => StoreError::Unavailable(said()),
        11 | 26 => StoreError::Corrupt(said()),
        13 => StoreError::Full,
        _ => StoreError::Other(said()),
    }
}

/// A stored value that no longer has the shape its type promises.
pub(super) fn malformed(error: crate::core::ids::Malformed) -> sqlx::Error {
    sqlx::Error::Decode(Box::new(error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_become_the_answers_callers_act_on() {
        assert!(matches!(of_code("5", ""), StoreError::Busy));
        assert!(
            matches!(of_code("517", ""), StoreError::Busy),
            "BUSY_SNAPSHOT"
        );
        assert!(matches!(of_code("13", ""), StoreError::Full));
        assert!(matches!(of_code("53100", ""), StoreError::Full));
        assert!(matches!(of_code("40P01", ""), StoreError::Conflict(_)));
        assert!(matches!(of_code("57P01", ""), StoreError::Unavailable(_)));
        assert!(matches!(of_code("55P03", ""), StoreError::Busy));
        assert!(
            matches!(of_code("267", ""), StoreError::Corrupt(_)),
            "CORRUPT_VTAB"
        );
        assert!(matches!(of_code("22021", ""), StoreError::Other(_)));
    }

    #[test]
    fn only_what_may_pass_by_itself_is_retried() {
        assert!(matches!(
            Failure::from(StoreError::Full),
            Failure::Retry { .. }
        ));
        assert!(matches!(
            Failure::from(StoreError::Busy),
            Failure::Retry { .. }
        ));
        assert!(matches!(
            Failure::from(StoreError::Corrupt("x".into())),
            Failure::Broken { .. }
        ));
    }
}
