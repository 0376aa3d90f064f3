//! One thing to be sent, whatever the way: its id, its name, and the events that it tells.

use serde_json::Value;

use crate::core::text::notify::{DIGEST, TEST, test_event};
use crate::store::NotificationRow;

/// What is sent.
pub(super) struct Letter {
    /// The same at every try.
    pub(super) id: String,
    /// The event's name.
    pub(super) name: String,
    /// An event as the admin address tells it, or a list of such; JSON.
    pub(super) body: String,
    /// When it was made, epoch milliseconds.
    pub(super) made_at: i64,
}

impl Letter {
    pub(super) fn of(row: &NotificationRow) -> Self {
        Self {
            id: row.new.id.clone(),
            name: row.new.name.clone(),
            body: row.new.body.clone(),
            made_at: row.made_at,
        }
    }

    /// A harmless one.
    pub(super) fn test(target: &str, now: i64) -> Self {
        Self {
            id: format!("test-{now}"),
            name: TEST.to_owned(),
            body: test_event(target, now).to_string(),
            made_at: now,
        }
    }

    /// What it tells, oldest first.
    pub(super) fn events(&self) -> Vec<Value> {
        let body: Value = serde_json::from_str(&self.body).unwrap_or_default();
        match body {
            Value::Array(events) if self.name == DIGEST => events,
            event => vec![event],
        }
    }
}
