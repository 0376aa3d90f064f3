//! By how much a person raises what an issue may cost: `+500k tokens`, `+$5`, `+2 attempts`, `+30m`, `+1h30m`, `+10`.
//!
//! Pure and total. A number without a unit is of whatever is used up; an amount that cannot be meant is refused.

use serde::{Deserialize, Serialize};

use super::word::plain;
use crate::budget::Cap;
use crate::usage::micros;

/// The largest amount that is taken: more is a slip of the finger.
const MOST: u64 = 1_000_000_000_000_000;
const MINUTE_MS: u64 = 60_000;
const MILLION: u64 = 1_000_000;

/// By how much.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Raise {
    /// So much of this, in its own small unit.
    Of(Cap, u64),
    /// So many millionths of whatever is used up.
    Plain(u64),
}

impl Raise {
    /// Reads what stands behind the command's word.
    pub fn parse(text: &str) -> Option<Self> {
        let text = plain(text).strip_prefix('+')?.trim();
        let raise = match text.strip_prefix('$') {
            Some(money) => Self::Of(Cap::Cost, micros(money.trim())?),
            None => with_unit(text)?,
        };
        let (Self::Of(_, amount) | Self::Plain(amount)) = raise;
        (1..=MOST).contains(&amount).then_some(raise)
    }

    /// So much of that, where it is of that or of nothing named: a plain number is of sessions, minutes, tokens or dollars.
    pub fn of(self, cap: Cap) -> Option<u64> {
        let amount = match (self, cap) {
            (Self::Of(named, amount), _) => (named == cap).then_some(amount)?,
            (Self::Plain(millionths), Cap::Attempts | Cap::Tokens) => millionths / MILLION,
            (Self::Plain(millionths), Cap::Time) => {
                u64::try_from(u128::from(millionths) * u128::from(MINUTE_MS) / u128::from(MILLION))
                    .ok()?
            }
            (Self::Plain(millionths), Cap::Cost) => millionths,
        };
        (amount > 0).then_some(amount)
    }
}

/// A number and its unit, or several parts of a time.
fn with_unit(text: &str) -> Option<Raise> {
    let (millionths, unit) = number(text)?;
    let (factor, unit) = thousands(unit);
    let amount = millionths.checked_mul(factor)?;
    Some(match unit.to_ascii_lowercase().as_str() {
        "" => Raise::Plain(amount),
        "token" | "tokens" | "tok" => Raise::Of(Cap::Tokens, amount / MILLION),
        "attempt" | "attempts" | "session" | "sessions" | "try" | "tries" => {
            Raise::Of(Cap::Attempts, amount / MILLION)
        }
        "$" | "usd" | "dollar" | "dollars" => Raise::Of(Cap::Cost, amount),
        _ => Raise::Of(Cap::Time, time(text)?),
    })
}

/// The number at the start, in millionths, and what follows it.
fn number(text: &str) -> Option<(u64, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.' && c != '_');
    let (number, unit) = text.split_at(end.unwrap_or(text.len()));
    Some((micros(number)?, unit.trim_start()))
}

/// `k` and `M` before a unit or alone. A small `m` alone is minutes.
fn thousands(unit: &str) -> (u64, &str) {
    let (first, rest) = unit.split_at(unit.len().min(1).min(unit.floor_char_boundary(1)));
    let alone = !rest.starts_with(|c: char| c.is_alphanumeric());
    let tokens = rest.trim_start().to_ascii_lowercase().starts_with("tok");
    match first {
        "k" | "K" if alone => (1_000, rest.trim_start()),
        "M" if alone => (MILLION, rest.trim_start()),
        "m" if alone && tokens => (MILLION, rest.trim_start()),
        _ => (1, unit),
    }
}

/// Parts of a time, in milliseconds.
fn time(text: &str) -> Option<u64> {
    let (mut rest, mut total) = (text, 0_u64);
    while !rest.is_empty() {
        let (millionths, unit) = number(rest)?;
        let letters = unit
            .find(|c: char| !c.is_ascii_alphabetic())
            .unwrap_or(unit.len());
        let (word, after) = unit.split_at(letters);
        let minutes_ms = match word.to_ascii_lowercase().as_str() {
            "s" | "sec" | "second" | "seconds" => 1_000,
            "m" | "min" | "mins" | "minute" | "minutes" => MINUTE_MS,
            "h" | "hr" | "hour" | "hours" => 60 * MINUTE_MS,
            "d" | "day" | "days" => 24 * 60 * MINUTE_MS,
            _ => return None,
        };
        let part = u128::from(millionths) * u128::from(minutes_ms) / u128::from(MILLION);
        total = total.checked_add(u64::try_from(part).ok()?)?;
        rest = after.trim_start();
    }
    Some(total)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn amounts_as_people_write_them() {
        let tokens = |amount| Raise::Of(Cap::Tokens, amount);
        let (cost, time) = (
            |amount| Raise::Of(Cap::Cost, amount),
            |amount| Raise::Of(Cap::Time, amount),
        );
        let cases = [
            ("+500k tokens", tokens(500_000)),
            ("+500K Tokens.", tokens(500_000)),
            ("+2M tokens", tokens(2_000_000)),
            ("+2m tokens", tokens(2_000_000)),
            ("+1_000 tokens", tokens(1_000)),
            ("+1.5M tokens", tokens(1_500_000)),
            ("+$5", cost(5_000_000)),
            ("+ $ 0.50", cost(500_000)),
            ("+5$", cost(5_000_000)),
            ("`+5 USD`", cost(5_000_000)),
            ("+2 attempts", Raise::Of(Cap::Attempts, 2)),
            ("+1 session", Raise::Of(Cap::Attempts, 1)),
            ("+30m", time(1_800_000)),
            ("+30 min", time(1_800_000)),
            ("+1h30m", time(5_400_000)),
            ("+1 h 30 min", time(5_400_000)),
            ("+1.5 hours", time(5_400_000)),
            ("+2d", time(172_800_000)),
            ("+10", Raise::Plain(10_000_000)),
            ("+500k", Raise::Plain(500_000_000_000)),
        ];
        for (text, raise) in cases {
            assert_eq!(Raise::parse(text), Some(raise), "{text}");
        }
    }

    #[test]
    fn what_is_no_amount() {
        for text in [
            "",
            "+",
            "5",
            "$5",
            "-5",
            "+-5",
            "+0",
            "+0 tokens",
            "+0.4 tokens",
            "+x",
            "+5 apples",
            "+1h30",
            "+$",
            "+5 €",
            "+9999999999M tokens",
            "+99999999999999999999",
            "+1e9",
            "+5 tokens please",
            "more",
        ] {
            assert_eq!(Raise::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_plain_number_is_of_what_is_used_up() {
        let of = |cap| Raise::Plain(2_500_000).of(cap);
        assert_eq!(
            Cap::ALL.map(of),
            [Some(2), Some(150_000), Some(2), Some(2_500_000)]
        );
        assert_eq!(Raise::Plain(500_000).of(Cap::Tokens), None);
        assert_eq!(Raise::Of(Cap::Cost, 7).of(Cap::Tokens), None);
        assert_eq!(Raise::Of(Cap::Cost, 7).of(Cap::Cost), Some(7));
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,24}", amount in "[+$0-9._kKmMhds tokensé]{0,16}") {
            for text in [text, amount] {
                for cap in Cap::ALL {
                    let _ = Raise::parse(&text).and_then(|raise| raise.of(cap));
                }
            }
        }
    }
}
