//! A moment as a page shows it: how long ago, and exactly when for whoever looks closer.

use crate::time::render_rfc3339;

/// A moment, seen from another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// Epoch milliseconds.
    pub at: i64,
    /// From when it is seen, epoch milliseconds.
    pub now: i64,
}

impl Moment {
    /// `2026-01-01T00:00:00Z`.
    pub fn iso(&self) -> String {
        render_rfc3339(self.at)
    }

    /// `12 s ago`, `5 min ago`, `3 h ago`, `2 d ago`; of what is to come `in 5 min`.
    pub fn age(&self) -> String {
        let ms = self.now.saturating_sub(self.at);
        match ms {
            ..-999 => format!("in {}", rough(-ms)),
            -999..1_000 => "now".to_owned(),
            _ => format!("{} ago", rough(ms)),
        }
    }

    /// The age as an element that tells the exact time as well; digits, letters and marks of ours alone.
    pub fn tag(&self) -> String {
        let iso = self.iso();
        format!(
            "<time datetime=\"{iso}\" title=\"{iso}\">{}</time>",
            self.age()
        )
    }

    /// `12 s`, `5 min`, `3 h`: how long it has lasted.
    pub fn lasts(&self) -> String {
        rough(self.now.saturating_sub(self.at).max(0))
    }
}

/// A span of milliseconds in its greatest unit.
fn rough(ms: i64) -> String {
    match ms / 1000 {
        seconds @ ..60 => format!("{seconds} s"),
        seconds @ 60..3_600 => format!("{} min", seconds / 60),
        seconds @ 3_600..172_800 => format!("{} h", seconds / 3_600),
        seconds => format!("{} d", seconds / 86_400),
    }
}
