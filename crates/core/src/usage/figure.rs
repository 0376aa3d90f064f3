//! A number and how sure it is. It must never become surer by being added to another.

use serde::{Deserialize, Serialize};

/// A number of which the truth may differ.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Figure {
    /// What is known.
    pub amount: u64,
    /// The truth may be more.
    pub more: bool,
    /// The truth may be less.
    pub less: bool,
}

/// How sure a figure is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Exactness {
    /// It is the truth.
    Exact,
    /// The truth is no less.
    AtLeast,
    /// The truth is no more.
    AtMost,
    /// The truth may be more or less.
    About,
    /// Nothing was told.
    Unknown,
}

impl Exactness {
    /// Its name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::AtLeast => "at_least",
            Self::AtMost => "at_most",
            Self::About => "about",
            Self::Unknown => "unknown",
        }
    }
}

impl Figure {
    /// A number that is the truth.
    pub const fn exact(amount: u64) -> Self {
        Self {
            amount,
            more: false,
            less: false,
        }
    }

    /// Nothing was told.
    pub const UNKNOWN: Self = Self {
        amount: 0,
        more: true,
        less: false,
    };

    /// How sure it is. Of what may be anything from zero on nothing is known.
    pub fn exactness(self) -> Exactness {
        match (self.amount, self.more, self.less) {
            (0, true, _) => Exactness::Unknown,
            (_, false, false) => Exactness::Exact,
            (_, true, false) => Exactness::AtLeast,
            (_, false, true) => Exactness::AtMost,
            (_, true, true) => Exactness::About,
        }
    }

    /// Both together, no surer than either.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            amount: self.amount.saturating_add(other.amount),
            more: self.more || other.more,
            less: self.less || other.less,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Exactness, Figure};

    #[test]
    fn a_sum_is_no_surer_than_its_parts() {
        let (four, least) = (
            Figure::exact(4),
            Figure {
                more: true,
                ..Figure::exact(3)
            },
        );
        let most = Figure {
            less: true,
            ..Figure::exact(2)
        };
        let cases = [
            (four, Exactness::Exact),
            (four.plus(least), Exactness::AtLeast),
            (four.plus(most), Exactness::AtMost),
            (least.plus(most), Exactness::About),
            (four.plus(Figure::UNKNOWN), Exactness::AtLeast),
            (Figure::default().plus(Figure::UNKNOWN), Exactness::Unknown),
            (Figure::default(), Exactness::Exact),
            (Figure::exact(u64::MAX).plus(least), Exactness::AtLeast),
        ];
        for (figure, expected) in cases {
            assert_eq!(figure.exactness(), expected, "{figure:?}");
        }
        assert_eq!(Figure::exact(u64::MAX).plus(least).amount, u64::MAX);
    }
}
