//! What an agent prints among its messages: warnings of its runtime, progress of an installer, the reason why it will not
//! start. None of it is of the protocol, and none of it ends a turn whose work git has; it is counted, and its end is kept.

use std::collections::VecDeque;

/// Lines that are kept, and characters of each.
const LINES: usize = 5;
const LINE: usize = 300;

/// Printed lines since the last look.
#[derive(Debug, Default)]
pub(super) struct Strays {
    count: usize,
    last: VecDeque<String>,
}

impl Strays {
    /// One more; answers how many there are.
    pub(super) fn add(&mut self, line: &str) -> usize {
        self.count += 1;
        self.last
            .push_back(line.trim().chars().take(LINE).collect());
        if self.last.len() > LINES {
            self.last.pop_front();
        }
        self.count
    }

    /// The last of them, a line each.
    pub(super) fn text(&self) -> String {
        Vec::from_iter(self.last.iter().map(String::as_str)).join("\n")
    }

    /// What the session's log says of them, once.
    pub(super) fn note(&mut self) -> Option<String> {
        let Self { count, last } = std::mem::take(self);
        let shown = last.back()?;
        let lines = if count == 1 {
            "1 line".to_owned()
        } else {
            format!("{count} lines")
        };
        Some(format!(
            "The agent printed {lines} that are no messages of the protocol; the last: {shown}"
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_are_counted_and_the_end_is_kept() {
        let mut strays = Strays::default();
        assert_eq!(strays.note(), None);
        for number in 1..=7 {
            assert_eq!(strays.add(&format!("warn {number}\n")), number);
        }
        assert_eq!(strays.text(), "warn 3\nwarn 4\nwarn 5\nwarn 6\nwarn 7");
        let note = strays.note().expect("there were some");
        assert_eq!(
            note,
            "The agent printed 7 lines that are no messages of the protocol; the last: warn 7"
        );
        assert_eq!(strays.note(), None);
    }
}
