//! What an agent tells of tokens and money, read from the wire: the answer to a prompt (`usage`, or `_meta.quota` of one agent),
//! a message with `_meta.usage` (of another, one for each answer of its model), and `usage_update`
//! (<https://agentclientprotocol.com/protocol/v1/schema#usage>, unstable).
//!
//! It reads and adds up what is of one turn; what that means for the meter is `core::usage`'s. A number that is none counts as
//! not told.

use agent_client_protocol::v1::schema::UsageUpdate;
use serde_json::{Map, Value};

use crate::core::gateway::Metered;
use crate::core::usage::{CachedPart, Meaning, Report, Scope, Source, Tokens};

/// Money is counted in dollars; what is told in another currency is not known in them.
const CURRENCY: &str = "USD";

/// Token counts as one answer tells them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Told {
    tokens: Tokens,
    cached_told: bool,
}

/// What an agent has told of a turn.
#[derive(Debug, Default)]
pub(super) struct TurnUsage {
    means: Meaning,
    session: String,
    loaded: bool,
    of_prompts: Option<Told>,
    last: Option<Told>,
    of_answers: Option<Told>,
    money: Option<u64>,
    context: u64,
    metered: Metered,
}

impl TurnUsage {
    /// A turn of the agent's session, which its process loaded for it or not.
    pub(super) fn new(means: Meaning, session: &str, loaded: bool) -> Self {
        Self {
            means,
            session: session.to_owned(),
            loaded,
            ..Self::default()
        }
    }

    /// The answer to a prompt; true if it told anything. A turn may have several prompts.
    pub(super) fn of_a_prompt(&mut self, answer: &Value) -> bool {
        let quota = || {
            let count = &answer["_meta"]["quota"]["token_count"];
            read(count, &SNAKE, self.means.cached)
        };
        let Some(told) = read(&answer["usage"], &CAMEL, self.means.cached).or_else(quota) else {
            return false;
        };
        let known = self
            .of_prompts
            .filter(|_| self.means.scope != Scope::Session);
        self.of_prompts = Some(match (known, self.means.scope) {
            (Some(known), Scope::Unsaid) => Told {
                tokens: known.tokens.at_least(told.tokens),
                ..told
            },
            // Prompts that were taken together are answered together, each with the same numbers.
            (Some(known), _) if self.last == Some(told) => known,
            (Some(known), _) => plus(known, told),
            (None, _) => told,
        });
        self.last = Some(told);
        true
    }

    /// A message; true if it tells what one answer of the model was.
    pub(super) fn of_an_answer(&mut self, meta: Option<&Map<String, Value>>) -> bool {
        let usage = meta.and_then(|meta| meta.get("usage"));
        let Some(told) = usage.and_then(|usage| read(usage, &CAMEL, CachedPart::Inside)) else {
            return false;
        };
        self.of_answers = Some(self.of_answers.map_or(told, |known| plus(known, told)));
        true
    }

    /// How full its context is, and what its session has cost.
    pub(super) fn of_the_session(&mut self, update: &UsageUpdate) {
        self.context = update.used;
        let cost = update.cost.as_ref();
        let cost = cost.filter(|cost| cost.currency.eq_ignore_ascii_case(CURRENCY));
        // Nothing at all is what agents say that know no price.
        let told = cost
            .map(|cost| millionths(cost.amount))
            .filter(|cost| *cost > 0);
        self.money = told.or(self.money);
    }

    /// What the gateway to its model has counted of the turn.
    pub(super) fn of_the_gateway(&mut self, metered: Metered) {
        self.metered = metered;
    }

    /// What was told so far. Where a gateway counted, its numbers are the turn's: they are the provider's own, and no agent leaves
    /// anything out of them.
    pub(super) fn report(&self) -> Report {
        let told = self.told();
        if self.metered.answers == 0 {
            return told;
        }
        Report {
            scope: Scope::Turn,
            tokens: Some(self.metered.tokens),
            source: Source::Gateway,
            models: self.metered.models.clone(),
            cached_told: true,
            partial: self.metered.guessed,
            ..told
        }
    }

    fn told(&self) -> Report {
        let (scope, told) = match (self.of_prompts, self.of_answers) {
            (None, Some(told)) if self.means.scope != Scope::None => (Scope::Turn, Some(told)),
            (told, _) => (self.means.scope, told),
        };
        Report {
            scope,
            tokens: told.map(|told| told.tokens),
            cached_told: told.is_some_and(|told| told.cached_told),
            money: self.money,
            session: self.session.clone(),
            loaded: self.loaded,
            context: self.context,
            ..Report::default()
        }
    }
}

/// The names of the counts: input, output, read from a cache, written to one, thoughts, all.
type Names = [&'static str; 6];
const CAMEL: Names = [
    "inputTokens",
    "outputTokens",
    "cachedReadTokens",
    "cachedWriteTokens",
    "thoughtTokens",
    "totalTokens",
];
const SNAKE: Names = [
    "input_tokens",
    "output_tokens",
    "cached_read_tokens",
    "cached_write_tokens",
    "thought_tokens",
    "total_tokens",
];

/// Reads counts; none where neither what was sent nor what was received is told.
fn read(counts: &Value, names: &Names, cached: CachedPart) -> Option<Told> {
    let [input, output, read, written, thoughts, total] =
        names.map(|name| counts.get(name).and_then(Value::as_u64));
    if input.is_none() && output.is_none() {
        return None;
    }
    let (cached_read, cached_write) = (read.unwrap_or_default(), written.unwrap_or_default());
    let (sent, received) = (input.unwrap_or_default(), output.unwrap_or_default());
    let of_all = |cached: u64| sent.saturating_add(cached).saturating_add(received);
    let apart = || total == Some(of_all(cached_read.saturating_add(cached_write)));
    let input = match cached {
        CachedPart::Apart => sent,
        CachedPart::Unsaid if apart() => sent,
        CachedPart::Inside | CachedPart::Unsaid => sent
            .saturating_sub(cached_read)
            .saturating_sub(cached_write),
    };
    let mut tokens = Tokens {
        input,
        cached_read,
        cached_write,
        output: received,
    };
    // Thoughts are received as well: where the sum says that they are not among the rest, they are added.
    let missing = total.map_or(0, |total| total.saturating_sub(tokens.total()));
    tokens.output = tokens
        .output
        .saturating_add(missing.min(thoughts.unwrap_or_default()));
    Some(Told {
        tokens,
        cached_told: read.is_some() || written.is_some(),
    })
}

fn plus(known: Told, more: Told) -> Told {
    Told {
        tokens: known.tokens.plus(more.tokens),
        cached_told: known.cached_told && more.cached_told,
    }
}

/// Money as agents write it, in millionths, rounded up; nothing where it is no amount.
fn millionths(amount: f64) -> u64 {
    let millionths = (amount * 1_000_000.0).ceil();
    match millionths > 0.0 {
        // A float that is too large becomes the largest number.
        true => millionths as u64,
        // Less than nothing, or no number.
        false => 0,
    }
}

#[cfg(test)]
mod tests;
