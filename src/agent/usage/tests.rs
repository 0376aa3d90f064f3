//! The numbers of twelve agents as they were measured: each answer of the model was 1,000 sent (300 of them cached; of those of
//! one vendor 200 were written to the cache besides) and 50 received, a turn was two answers, a session two turns.

use serde_json::{Value, json};

use super::*;
use crate::agent::presets;
use crate::core::usage::{Counter, Exactness, Spent, added};

/// What an agent sends in one turn.
struct Wire {
    answer: Value,
    messages: Vec<Value>,
    updates: Vec<Value>,
}

fn answer(usage: Value) -> Wire {
    Wire {
        answer: json!({ "stopReason": "end_turn", "usage": usage }),
        messages: vec![],
        updates: vec![],
    }
}

fn report(means: Meaning, wire: &Wire) -> Report {
    let mut usage = TurnUsage::new(means, "s", false);
    for update in &wire.updates {
        usage.of_the_session(&serde_json::from_value(update.clone()).expect("a usage update"));
    }
    for meta in &wire.messages {
        assert!(usage.of_an_answer(meta.as_object()));
    }
    usage.of_a_prompt(&wire.answer);
    usage.report()
}

fn meter(means: Meaning, turns: &[Wire]) -> Spent {
    let (mut spent, mut counter) = (Spent::default(), Counter::default());
    for turn in turns {
        let added = added(&counter, &report(means, turn), None);
        spent.add(&added, 0);
        counter = added.counter;
    }
    spent
}

fn of_preset(name: &str) -> Meaning {
    presets::preset(name).expect("a preset").usage
}

fn own(scope: Scope, cached: CachedPart) -> Meaning {
    Meaning { scope, cached }
}

fn counts(input: u64, output: u64) -> Value {
    json!({ "totalTokens": input + output, "inputTokens": input, "outputTokens": output })
}

fn cached(input: u64, read: u64, written: u64, output: u64) -> Value {
    json!({ "totalTokens": input + output, "inputTokens": input, "outputTokens": output, "cachedReadTokens": read, "cachedWriteTokens": written })
}

fn one(tokens: &Spent) -> (u64, u64, u64, u64, Exactness) {
    let Tokens {
        input,
        cached_read,
        cached_write,
        output,
    } = tokens.tokens;
    (
        input,
        cached_read,
        cached_write,
        output,
        tokens.all_tokens().exactness(),
    )
}

#[test]
fn two_turns_of_each_agent_come_to_what_was_spent_or_to_less_and_say_so() {
    use Exactness::{AtLeast, Exact, Unknown};
    let same = |usage: &Value| [answer(usage.clone()), answer(usage.clone())];
    // goose: the last answer, the cached part inside and not told.
    let goose = meter(of_preset("goose"), &same(&counts(1_000, 50)));
    assert_eq!(one(&goose), (2_000, 0, 0, 100, AtLeast));
    // opencode and kilo: the last answer, the cached part taken out and told.
    let opencode = json!({ "totalTokens": 1_050, "inputTokens": 700, "outputTokens": 50, "cachedReadTokens": 300 });
    assert_eq!(
        one(&meter(of_preset("opencode"), &same(&opencode))),
        (1_400, 600, 0, 100, AtLeast)
    );
    // codex: the turn, the cached part taken out and told.
    let codex = json!({ "totalTokens": 2_100, "inputTokens": 1_400, "outputTokens": 100, "cachedReadTokens": 600 });
    assert_eq!(
        one(&meter(of_preset("codex"), &same(&codex))),
        (2_800, 1_200, 0, 200, Exact)
    );
    // claude: the turn, what was read from the cache and written to it taken out and told.
    let claude = json!({ "totalTokens": 2_100, "inputTokens": 1_000, "outputTokens": 100, "cachedReadTokens": 600, "cachedWriteTokens": 400 });
    assert_eq!(
        one(&meter(of_preset("claude"), &same(&claude))),
        (2_000, 1_200, 800, 200, Exact)
    );
    // copilot and hermes: the session, the cached part inside and told.
    let copilot = [
        answer(cached(2_000, 600, 0, 100)),
        answer(cached(4_000, 1_200, 0, 200)),
    ];
    assert_eq!(
        one(&meter(of_preset("copilot"), &copilot)),
        (2_800, 1_200, 0, 200, Exact)
    );
    // vibe: the session, the cached part inside and not told.
    let vibe = [answer(counts(2_000, 100)), answer(counts(4_000, 200))];
    let session = own(Scope::Session, CachedPart::Inside);
    assert_eq!(one(&meter(session, &vibe)), (4_000, 0, 0, 200, Exact));
    // gemini: the turn, in a place of its own.
    let gemini = || Wire {
        answer: json!({ "stopReason": "end_turn", "_meta": { "quota": { "token_count": { "input_tokens": 2_000, "output_tokens": 100 }, "model_usage": [] } } }),
        messages: vec![],
        updates: vec![],
    };
    assert_eq!(
        one(&meter(of_preset("gemini"), &[gemini(), gemini()])),
        (4_000, 0, 0, 200, Exact)
    );
    // qwen: each answer, on a message; whatever an operator says it means by the rest.
    let qwen = || Wire {
        answer: json!({ "stopReason": "end_turn" }),
        messages: vec![json!({ "usage": cached(1_000, 300, 0, 50) }); 2],
        updates: vec![],
    };
    for means in [Meaning::default(), own(Scope::Session, CachedPart::Inside)] {
        assert_eq!(
            one(&meter(means, &[qwen(), qwen()])),
            (2_800, 1_200, 0, 200, Exact)
        );
    }
    // fast and pi: none.
    let none = || Wire {
        answer: json!({ "stopReason": "end_turn", "_meta": { "status": "1.2k" } }),
        messages: vec![],
        updates: vec![json!({ "used": 1_050, "size": 128_000 })],
    };
    for means in [Meaning::default(), own(Scope::None, CachedPart::Inside)] {
        assert_eq!(one(&meter(means, &[none(), none()])), (0, 0, 0, 0, Unknown));
    }
}

#[test]
fn the_cost_of_a_session_is_counted_once_and_nothing_is_no_price() {
    let turn = |used: u64, cost: Value| Wire {
        answer: json!({ "stopReason": "end_turn", "usage": counts(1_000, 100) }),
        messages: vec![],
        updates: vec![json!({ "used": used, "size": 200_000, "cost": cost })],
    };
    let dollars = |amount: f64| json!({ "amount": amount, "currency": "USD" });
    let claude = of_preset("claude");
    let spent = meter(
        claude,
        &[turn(1_050, dollars(0.05)), turn(2_100, dollars(0.12))],
    );
    assert_eq!(
        (spent.cost.amount, spent.cost.exactness()),
        (120_000, Exactness::Exact)
    );
    for cost in [
        dollars(0.0),
        dollars(-1.0),
        json!(null),
        json!({ "amount": 3.0, "currency": "EUR" }),
    ] {
        let spent = meter(claude, &[turn(1, cost.clone())]);
        assert_eq!(spent.cost.exactness(), Exactness::Unknown, "{cost}");
    }
    assert_eq!(millionths(f64::MAX), u64::MAX);
    assert_eq!(millionths(f64::NAN), 0);
}

#[test]
fn prompts_that_were_taken_into_one_turn_count_together() {
    let mut usage = TurnUsage::new(of_preset("codex"), "s", false);
    let prompt = |input| json!({ "usage": counts(input, 10) });
    usage.of_a_prompt(&prompt(100));
    usage.of_a_prompt(&prompt(100));
    usage.of_a_prompt(&prompt(200));
    assert_eq!(usage.report().tokens.map(Tokens::total), Some(320));
    let mut session = TurnUsage::new(of_preset("copilot"), "s", false);
    session.of_a_prompt(&prompt(100));
    session.of_a_prompt(&prompt(300));
    assert_eq!(session.report().tokens.map(Tokens::total), Some(310));
}

#[test]
fn where_nobody_says_it_the_sum_tells_where_the_cached_part_is() {
    let total = |usage: Value| {
        let mut turn = TurnUsage::new(Meaning::default(), "s", false);
        turn.of_a_prompt(&json!({ "usage": usage }));
        turn.report().tokens.map(Tokens::total)
    };
    let apart = json!({ "totalTokens": 1_050, "inputTokens": 700, "outputTokens": 50, "cachedReadTokens": 300 });
    let inside = json!({ "totalTokens": 1_050, "inputTokens": 1_000, "outputTokens": 50, "cachedReadTokens": 300 });
    let without = json!({ "inputTokens": 1_000, "outputTokens": 50, "cachedReadTokens": 300 });
    assert_eq!([apart, inside, without].map(total), [Some(1_050); 3]);
}

#[test]
fn what_is_no_number_is_not_told() {
    let mut usage = TurnUsage::new(of_preset("codex"), "s", false);
    for answer in [
        json!(null),
        json!([]),
        json!({ "usage": "much" }),
        json!({ "usage": { "inputTokens": -1 } }),
        json!({ "usage": { "inputTokens": 1.5, "outputTokens": null } }),
        json!({ "usage": { "totalTokens": 5 } }),
        json!({ "_meta": { "quota": null } }),
    ] {
        assert!(!usage.of_a_prompt(&answer), "{answer}");
    }
    assert!(!usage.of_an_answer(json!({ "usage": [] }).as_object()));
    assert!(!usage.of_an_answer(None));
    assert_eq!(usage.report().tokens, None);
    // More from the cache than was sent, and more in all than there can be, end at the edges.
    usage.of_a_prompt(&json!({ "usage": { "inputTokens": 1, "outputTokens": u64::MAX, "cachedReadTokens": 5, "totalTokens": u64::MAX, "thoughtTokens": 9 } }));
    assert_eq!(usage.report().tokens.map(Tokens::total), Some(u64::MAX));
}
