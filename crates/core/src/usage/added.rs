//! By how much the meter of a session goes up with what a turn reports.
//!
//! A count over the session is compared with the last one: the difference is new. One that went backwards began anew: its
//! agent was started again, or lost its session.

use serde::{Deserialize, Serialize};

use super::figure::Figure;
use super::price::{Price, Sureness, is_lower_bound};
use super::report::{Report, Scope, Tokens};

/// What an agent last told of its whole session.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Counter {
    /// The agent's id of that session.
    pub session: String,
    /// Tokens: the last count over it, or the greatest of a kind that nobody knows.
    pub tokens: Tokens,
    /// Money by its own account, in millionths of a dollar.
    pub cost: u64,
}

/// What a turn adds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Added {
    /// Tokens.
    pub tokens: Tokens,
    /// There may be more.
    pub more: bool,
    /// Money, in millionths of a dollar.
    pub cost: Figure,
    /// What the next report is compared with.
    pub counter: Counter,
}

/// What a report adds to all that was counted before. The operator's price counts before what the agent says of money.
pub fn added(before: &Counter, report: &Report, price: Option<&Price>) -> Added {
    let same = !before.session.is_empty() && before.session == report.session;
    let mut counter = match same {
        true => before.clone(),
        false => Counter {
            session: report.session.clone(),
            ..Counter::default()
        },
    };
    let (tokens, more) = tokens(&mut counter, report);
    let own = own_cost(&mut counter, report);
    let sure = Sureness {
        cached_told: report.cached_told,
        more,
    };
    let cost = match (price, own) {
        (Some(price), _) => price.figure(tokens, sure),
        (None, Some(own)) => own,
        (None, None) if tokens.total() == 0 && !more => Figure::default(),
        (None, None) => Figure::UNKNOWN,
    };
    Added {
        tokens,
        more,
        cost,
        counter,
    }
}

/// Tokens that are new, and whether there may be more.
fn tokens(counter: &mut Counter, report: &Report) -> (Tokens, bool) {
    let Some(told) = report.tokens.filter(|_| report.scope != Scope::None) else {
        return (Tokens::default(), true);
    };
    let more = report.partial || is_lower_bound(report.scope);
    match report.scope {
        Scope::Turn | Scope::LastAnswer | Scope::None => (told, more),
        Scope::Session => {
            let since = told.since(counter.tokens);
            let goes_on = since.is_some() && counter.tokens != Tokens::default();
            counter.tokens = told;
            (since.unwrap_or(told), more || report.loaded && goes_on)
        }
        Scope::Unsaid => {
            let greatest = told.at_least(counter.tokens);
            let new = greatest.since(counter.tokens).unwrap_or_default();
            counter.tokens = greatest;
            (new, more)
        }
    }
}

/// Money by the agent's own account, which is of its session as the protocol has it.
fn own_cost(counter: &mut Counter, report: &Report) -> Option<Figure> {
    let told = report.money?;
    let since = told.checked_sub(counter.cost);
    let goes_on = since.is_some() && counter.cost > 0;
    counter.cost = told;
    Some(Figure {
        amount: since.unwrap_or(told),
        more: report.partial || report.loaded && goes_on,
        less: false,
    })
}

#[cfg(test)]
mod tests;
