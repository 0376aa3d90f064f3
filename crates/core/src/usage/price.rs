//! What tokens cost by the operator's price list, in whole millionths of a dollar: no float takes part.

use serde::{Deserialize, Serialize};

use super::figure::Figure;
use super::report::{Scope, Tokens};

/// Millionths in a dollar, and tokens in a million.
const MILLION: u128 = 1_000_000;

/// Prices of a model, each in millionths of a dollar for a million tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Price {
    /// Of tokens sent.
    pub input: u64,
    /// Of those that the model knows from a cache.
    pub cached: u64,
    /// Of those that are written to a cache.
    pub cache_write: u64,
    /// Of tokens received.
    pub output: u64,
}

impl Price {
    /// What tokens cost, in millionths of a dollar, rounded up.
    pub fn of(&self, tokens: Tokens) -> u64 {
        let part = |count: u64, price: u64| u128::from(count).saturating_mul(u128::from(price));
        let sum = part(tokens.input, self.input)
            .saturating_add(part(tokens.cached_read, self.cached))
            .saturating_add(part(tokens.cached_write, self.cache_write))
            .saturating_add(part(tokens.output, self.output));
        u64::try_from(sum.div_ceil(MILLION)).unwrap_or(u64::MAX)
    }

    /// The same as a figure: where nobody said what came from a cache, all was taken for read anew, which may be dearer or
    /// cheaper than the truth.
    pub(super) fn figure(&self, tokens: Tokens, sure: Sureness) -> Figure {
        let untold = !sure.cached_told && tokens.input > 0;
        Figure {
            amount: self.of(tokens),
            more: sure.more || untold && self.cache_write > self.input,
            less: untold && self.cached < self.input,
        }
    }
}

/// What is known of tokens besides their number.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sureness {
    /// How much came from a cache was told.
    pub(super) cached_told: bool,
    /// There may be more.
    pub(super) more: bool,
}

/// Millionths of a whole of a decimal number as people write it: `3`, `0.25`, `1_000`, `12.5`; what is below a millionth is
/// refused, and so is a sign.
pub fn micros(text: &str) -> Option<u64> {
    let text = text.replace('_', "");
    let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let shaped = digits(whole) && digits(part) && !(whole.is_empty() && part.is_empty());
    if !shaped || part.len() > 6 || text.ends_with('.') {
        return None;
    }
    let whole: u64 = if whole.is_empty() {
        0
    } else {
        whole.parse().ok()?
    };
    let part: u64 = format!("{part:0<6}").parse().ok()?;
    whole.checked_mul(1_000_000)?.checked_add(part)
}

/// Counts of this kind are a lower bound by nature.
pub(super) fn is_lower_bound(scope: Scope) -> bool {
    matches!(scope, Scope::LastAnswer | Scope::Unsaid)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_price_is_for_a_million_tokens() {
        let price = Price {
            input: 3_000_000,
            cached: 300_000,
            cache_write: 3_750_000,
            output: 15_000_000,
        };
        let tokens = Tokens {
            input: 1_000,
            cached_read: 10_000,
            cached_write: 100,
            output: 200,
        };
        // 3,000 + 3,000 + 375 + 3,000 millionths.
        assert_eq!(price.of(tokens), 9_375);
        let one = Tokens {
            cached_read: 1,
            ..Tokens::default()
        };
        assert_eq!(price.of(one), 1, "rounded up");
        let all = Tokens {
            input: u64::MAX,
            cached_read: u64::MAX,
            cached_write: u64::MAX,
            output: u64::MAX,
        };
        assert_eq!(price.of(all), u64::MAX);
    }

    #[test]
    fn numbers_as_people_write_them() {
        let read = ["3", "3.0", "0.25", ".5", "1_000", "0.000001"].map(micros);
        let millionths = [3_000_000, 3_000_000, 250_000, 500_000, 1_000_000_000, 1];
        assert_eq!(read, millionths.map(Some));
        for text in [
            "",
            ".",
            "3.",
            "-1",
            "+1",
            "1e3",
            "0.0000001",
            "1.2.3",
            "x",
            "99999999999999999999",
        ] {
            assert_eq!(micros(text), None, "{text}");
        }
    }
}
