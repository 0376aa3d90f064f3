//! What rows and tasks say, as pages show it.

use serde_json::Value;

use crate::core::task::Task;
use crate::core::text::budget::{self, Known};
use crate::core::text::pages::{Line, Moment, Place};
use crate::core::usage::{Figure, Spent};
use crate::store::SessionRow;

/// The issue of a task.
pub(super) fn place(task: &Task) -> Place {
    Place {
        repository: task.place.name.clone(),
        issue: task.place.issue,
    }
}

/// The title of its issue, as far as that is known.
pub(super) fn title(task: &Task) -> Line {
    let title = task.job().map(|job| job.snapshot.title.as_str());
    Line::new(title.unwrap_or_default())
}

pub(super) fn known(figure: Figure) -> Known {
    Known {
        amount: Some(figure.amount),
        exactness: figure.exactness(),
    }
}

/// What a session has cost, in words; empty where nothing was counted.
pub(super) fn spent(row: &SessionRow) -> Line {
    let body: Value = serde_json::from_str(&row.body).unwrap_or_default();
    let Ok(spent) = serde_json::from_value::<Spent>(body["usage"].clone()) else {
        return Line::default();
    };
    Line::new(&budget::spent(
        known(spent.all_tokens()),
        known(spent.cost),
        spent.worked_ms,
    ))
}

/// A moment as it is seen now.
pub(super) fn moment(at: i64, now: i64) -> Moment {
    Moment { at, now }
}
