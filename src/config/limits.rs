//! The numbers under `[limits]` and `[retention]`: one setting each, with its unit, its bounds and where it goes.

use std::ops::RangeInclusive;

use super::document::{Item, Table, Value};
use super::error::Mistake;
use super::units::{parse_duration, parse_size, render_duration, render_money, render_size};
use crate::core::policy::{Limits, Pace, Retention};
use crate::core::text::mistakes::value;

/// All that `[limits]` and `[retention]` fill.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Numbers {
    pub limits: Limits,
    pub pace: Pace,
    pub retention: Retention,
}

/// How a number is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A whole number.
    Count,
    /// A duration, kept in milliseconds.
    Duration,
    /// A size, kept in bytes.
    Size,
    /// Money in dollars, kept in millionths.
    Money,
}

pub(super) struct LimitSetting {
    pub key: &'static str,
    pub kind: Kind,
    pub range: RangeInclusive<u64>,
    pub get: fn(&Numbers) -> u64,
    pub set: fn(&mut Numbers, u64),
}

const SECOND: u64 = 1_000;
const MINUTE: u64 = 60 * SECOND;
const DAY: u64 = 24 * 60 * MINUTE;

/// A setting over one field; every bound fits the field's type.
macro_rules! limit_setting {
    ($key:literal, $kind:ident, $range:expr, $($field:ident).+ : $type:ty) => {
        LimitSetting {
            key: $key,
            kind: Kind::$kind,
            range: $range,
            get: |numbers| u64::try_from(numbers.$($field).+).unwrap_or_default(),
            set: |numbers, value| numbers.$($field).+ = <$type>::try_from(value).unwrap_or(<$type>::MAX),
        }
    };
}

pub(super) const LIMIT_SETTINGS: [LimitSetting; 44] = [
    limit_setting!("sessions", Count, 1..=1_000, limits.sessions: u32),
    limit_setting!("sessions_per_account", Count, 0..=1_000, limits.sessions_per_account: u32),
    limit_setting!("sessions_per_repository", Count, 0..=1_000, limits.sessions_per_repository: u32),
    limit_setting!("sessions_per_person", Count, 0..=10_000, limits.sessions_per_person: u32),
    limit_setting!("session_timeout", Duration, SECOND..=7 * DAY, limits.session_timeout_ms: i64),
    limit_setting!("silence", Duration, SECOND..=7 * DAY, limits.silence_ms: i64),
    limit_setting!("issue_attempts", Count, 0..=10_000, limits.issue_attempts: u32),
    limit_setting!("issue_time", Duration, 0..=365 * DAY, limits.issue_time_ms: i64),
    limit_setting!("issue_tokens", Count, 0..=1_000_000_000_000, limits.issue_tokens: u64),
    limit_setting!("issue_cost", Money, 0..=1_000_000_000_000, limits.issue_cost: u64),
    limit_setting!("start_attempts", Count, 1..=100, limits.start_attempts: i64),
    limit_setting!("model_attempts", Count, 1..=100, limits.model_attempts: u32),
    limit_setting!("model_retry", Duration, 1..=5 * MINUTE, limits.model_retry_ms: i64),
    limit_setting!("effect_attempts", Count, 1..=100, limits.effect_attempts: i64),
    limit_setting!("retry_base", Duration, 1..=5 * MINUTE, limits.retry_base_ms: i64),
    limit_setting!("status_interval", Duration, 1..=60 * MINUTE, limits.status_interval_ms: i64),
    limit_setting!("drain", Duration, 0..=60 * MINUTE, limits.drain_ms: i64),
    limit_setting!("max_files", Count, 1..=100_000, limits.max_files: u32),
    limit_setting!("max_patch", Size, 1..=1 << 30, limits.max_patch_bytes: u64),
    limit_setting!("pull_lines", Count, 0..=1_000_000, limits.pull_lines: u32),
    limit_setting!("overlap_percent", Count, 1..=100, limits.overlap_percent: u32),
    limit_setting!("max_commits", Count, 1..=10_000, limits.max_commits: u32),
    limit_setting!("workspace", Size, 1 << 20..=1 << 50, limits.workspace_bytes: u64),
    limit_setting!("first_fetch", Duration, SECOND..=7 * DAY, limits.first_fetch_ms: i64),
    limit_setting!("full_history", Size, 0..=1 << 50, limits.full_history_bytes: u64),
    limit_setting!("disk", Size, 0..=1 << 50, limits.disk_bytes: u64),
    limit_setting!("disk_reserve", Size, 0..=1 << 50, limits.disk_reserve_bytes: u64),
    limit_setting!("session_memory", Size, 16 << 20..=1 << 50, limits.session_memory_bytes: u64),
    limit_setting!("session_cpu", Duration, 0..=365 * DAY, limits.session_cpu_ms: i64),
    limit_setting!("memory_reserve", Size, 0..=1 << 50, limits.memory_reserve_bytes: u64),
    limit_setting!("standbys", Count, 0..=1_000, limits.standbys: u32),
    limit_setting!("quick_answer", Duration, 0..=45 * SECOND, limits.quick_answer_ms: i64),
    limit_setting!("park", Duration, 0..=DAY, limits.park_ms: i64),
    limit_setting!("remind", Duration, SECOND..=30 * DAY, limits.remind_ms: i64),
    limit_setting!("expire", Duration, MINUTE..=365 * DAY, limits.expire_ms: i64),
    limit_setting!("check_rounds", Count, 0..=100, limits.check_rounds: u32),
    limit_setting!("rounds", Count, 0..=1_000, limits.rounds: u32),
    limit_setting!("comments", Count, 1..=1_000, limits.comments: u32),
    limit_setting!("bot_rounds", Count, 0..=100, limits.bot_rounds: u32),
    limit_setting!("discovered", Count, 1..=100, limits.discovered: u32),
    limit_setting!("mutation_burst", Count, 1..=100, pace.burst: u32),
    limit_setting!("mutations_per_second", Count, 1..=100, pace.per_second: u32),
    limit_setting!("creations_per_minute", Count, 1..=80, pace.per_minute: u32),
    limit_setting!("creations_per_hour", Count, 1..=500, pace.per_hour: u32),
];

/// GitHub can be asked for three days to send a delivery again, so what tells that it came is kept for longer.
pub(super) const RETENTION_SETTINGS: [LimitSetting; 4] = [
    limit_setting!("deliveries", Duration, 7 * DAY..=3_650 * DAY, retention.deliveries_ms: i64),
    limit_setting!("logs", Duration, DAY..=3_650 * DAY, retention.logs_ms: i64),
    limit_setting!("sessions", Duration, DAY..=3_650 * DAY, retention.sessions_ms: i64),
    limit_setting!("audit", Duration, 30 * DAY..=36_500 * DAY, retention.audit_ms: i64),
];

/// Both tables, in the order in which they are documented.
pub(super) const TABLES: [(&str, &[LimitSetting]); 2] = [
    ("limits", &LIMIT_SETTINGS),
    ("retention", &RETENTION_SETTINGS),
];

/// Reads one table's settings into `numbers`.
pub(super) fn read(
    mut table: Table,
    settings: &[LimitSetting],
    numbers: &mut Numbers,
    mistakes: &mut Vec<Mistake>,
) {
    for setting in settings {
        match table
            .take(setting.key)
            .map(|item| number(setting, item))
            .transpose()
        {
            Ok(Some(value)) => (setting.set)(numbers, value),
            Ok(None) => {}
            Err(mistake) => mistakes.push(mistake),
        }
    }
    let keys: Vec<&str> = settings.iter().map(|setting| setting.key).collect();
    table.finish(&keys, mistakes);
}

/// How many sessions may be at work at once, in a table of something else.
pub(super) fn sessions(item: Item) -> Result<u32, Mistake> {
    let [of_all, ..] = &LIMIT_SETTINGS;
    let number = number(of_all, item)?;
    Ok(u32::try_from(number).unwrap_or(u32::MAX))
}

/// What a session is expected to need of the memory, in a table of something else.
pub(super) fn memory(item: Item) -> Result<u64, Mistake> {
    let of_all =
        limit_setting!("memory", Size, 1 << 20..=1 << 50, limits.session_memory_bytes: u64);
    number(&of_all, item)
}

fn number(setting: &LimitSetting, item: Item) -> Result<u64, Mistake> {
    let (low, high) = (
        shown(setting.kind, *setting.range.start()),
        shown(setting.kind, *setting.range.end()),
    );
    let value = match (setting.kind, &item.value) {
        (Kind::Count, Value::Integer(number)) => u64::try_from(*number).ok(),
        (Kind::Duration, Value::Text(text)) => {
            parse_duration(text).and_then(|duration| u64::try_from(duration.as_millis()).ok())
        }
        (Kind::Size, Value::Text(text)) => parse_size(text),
        (Kind::Money, _) => item.clone().money().ok(),
        (Kind::Count | Kind::Duration | Kind::Size, _) => None,
    };
    let wanted = match setting.kind {
        Kind::Count => value::count(&low, &high),
        Kind::Duration => value::duration(&low, &high),
        Kind::Size => value::size(&low, &high),
        Kind::Money => value::money(&low, &high),
    };
    value
        .filter(|value| setting.range.contains(value))
        .ok_or_else(|| item.wrong(wanted))
}

/// A number as it is written in `skep.toml`.
pub(super) fn shown(kind: Kind, value: u64) -> String {
    match kind {
        Kind::Count => value.to_string(),
        Kind::Duration => render_duration(std::time::Duration::from_millis(value)),
        Kind::Size => render_size(value),
        Kind::Money => render_money(value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_text(settings: &[LimitSetting], text: &str) -> (Numbers, Vec<Mistake>) {
        let (table, mut mistakes) = Table::parse("skep.toml", text);
        let mut numbers = Numbers::default();
        read(table, settings, &mut numbers, &mut mistakes);
        (numbers, mistakes)
    }

    /// A field without a setting could not be set by anybody.
    #[test]
    fn every_limit_has_a_knob() {
        let fields = serde_json::to_value(Limits::default()).expect("JSON");
        let mut fields: Vec<String> = fields
            .as_object()
            .expect("an object")
            .keys()
            .cloned()
            .collect();
        let bare = |name: &String| {
            name.trim_end_matches("_ms")
                .trim_end_matches("_bytes")
                .to_owned()
        };
        fields = fields.iter().map(bare).collect();
        let mut timings: Vec<String> = LIMIT_SETTINGS[..LIMIT_SETTINGS.len() - 4]
            .iter()
            .map(|setting| setting.key.to_owned())
            .collect();
        fields.sort();
        timings.sort();
        assert_eq!(timings, fields);
    }

    #[test]
    fn every_knob_turns_its_own_number_and_no_other() {
        let all = || {
            let of_table = |(name, settings): &(&'static str, &'static [LimitSetting])| {
                let (name, settings) = (*name, *settings);
                settings
                    .iter()
                    .map(move |setting| (name, settings, setting))
            };
            TABLES.iter().flat_map(of_table)
        };
        for (name, table, setting) in all() {
            let low = *setting.range.start();
            let value = if (setting.get)(&Numbers::default()) == low {
                low + 1
            } else {
                low
            };
            let written = match setting.kind {
                Kind::Count | Kind::Money => shown(setting.kind, value),
                Kind::Duration | Kind::Size => format!("'{}'", shown(setting.kind, value)),
            };
            let (numbers, mistakes) = read_text(table, &format!("{} = {written}", setting.key));
            assert_eq!(mistakes, [], "{name}.{}", setting.key);
            for (others, _, other) in all() {
                let expected = if (others, other.key) == (name, setting.key) {
                    value
                } else {
                    (other.get)(&Numbers::default())
                };
                assert_eq!(
                    (other.get)(&numbers),
                    expected,
                    "{others}.{} by {name}.{}",
                    other.key,
                    setting.key
                );
            }
        }
    }

    #[test]
    fn bounds_and_units_are_kept() {
        let text = "sessions = 0\nsilence = 10\nmax_patch = '4 MB'\ndrain = '2h'\nmax_files = '3'\nsesions = 1";
        let (numbers, mistakes) = read_text(&LIMIT_SETTINGS, text);
        assert_eq!(numbers, Numbers::default());
        let said: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
        insta::assert_snapshot!(said.join("\n"), @r#"
        skep.toml:1: sessions: must be a whole number from 1 to 1000
        skep.toml:2: silence: must be a duration such as "90s" or "1h30m", from 1s to 7d
        skep.toml:4: drain: must be a duration such as "90s" or "1h30m", from 0s to 1h
        skep.toml:5: max_files: must be a whole number from 1 to 100000
        skep.toml:3: max_patch: must be a size such as "4MiB", from 1B to 1GiB
        skep.toml:6: sesions: there is no such key. Did you mean `sessions`?
        "#);
    }
}
