//! When recurring work is due by the calendar: on days at a time of day, in UTC. Once a day is the most, so that a slip in a file
//! starts no swarm.

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveTime, Weekday};
use serde::{Deserialize, Serialize};

/// The days on which something is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Every {
    /// Each day.
    Day,
    /// Monday to Friday.
    Weekday,
    /// One day of the week: 0 is Monday, 6 is Sunday.
    Week(u8),
    /// The first day of each month.
    Month,
}

/// Days, and the time of day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Calendar {
    /// Which days.
    pub every: Every,
    /// Minutes after midnight, UTC: below 1,440.
    pub minute: u16,
}

/// A day that none of them lies further away than.
const LOOK: u64 = 40;

impl Every {
    /// The words of the file.
    pub const WORDS: [(&'static str, Self); 10] = [
        ("day", Self::Day),
        ("weekday", Self::Weekday),
        ("monday", Self::Week(0)),
        ("tuesday", Self::Week(1)),
        ("wednesday", Self::Week(2)),
        ("thursday", Self::Week(3)),
        ("friday", Self::Week(4)),
        ("saturday", Self::Week(5)),
        ("sunday", Self::Week(6)),
        ("month", Self::Month),
    ];

    /// The word that means it.
    pub fn word(self) -> &'static str {
        let mut words = Self::WORDS.iter();
        words
            .find(|(_, every)| *every == self)
            .map_or("day", |(word, _)| word)
    }

    fn has(self, day: NaiveDate) -> bool {
        match self {
            Self::Day => true,
            Self::Weekday => !matches!(day.weekday(), Weekday::Sat | Weekday::Sun),
            Self::Week(of) => day.weekday().num_days_from_monday() == u32::from(of),
            Self::Month => day.day() == 1,
        }
    }
}

impl Calendar {
    /// The time of day when the file names none: six in the morning.
    pub const MINUTE: u16 = 6 * 60;

    /// A time of day as it is written: `06:00`. In minutes after midnight.
    pub fn minute_of(text: &str) -> Option<u16> {
        let (hour, minute) = text.split_once(':')?;
        let number = |text: &str, below: u16| {
            let plain = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
            let number: u16 = text.parse().ok().filter(|_| plain)?;
            (number < below).then_some(number)
        };
        Some(number(hour, 24)? * 60 + number(minute, 60)?)
    }

    /// The first moment after this one, both in epoch milliseconds; `None` where the calendar ends.
    pub fn after(self, now: i64) -> Option<i64> {
        let today = DateTime::from_timestamp_millis(now)?.date_naive();
        let (hour, minute) = (u32::from(self.minute / 60), u32::from(self.minute % 60));
        let time = NaiveTime::from_hms_opt(hour, minute, 0)?;
        let mut days = (0..LOOK).map_while(|ahead| today.checked_add_days(Days::new(ahead)));
        days.find_map(|day| {
            let at = day.and_time(time).and_utc().timestamp_millis();
            (self.every.has(day) && at > now).then_some(at)
        })
    }

    /// The time of day as it is written.
    pub fn time(self) -> String {
        format!("{:02}:{:02}", self.minute / 60, self.minute % 60)
    }
}
