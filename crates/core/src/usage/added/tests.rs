//! The rule of counting, with the numbers that were measured of twelve agents: each answer of the model was 1,000 sent (300 of
//! them cached) and 50 received, a turn was two answers, and a session two turns.

use proptest::prelude::*;

use super::*;
use crate::usage::Spent;

const fn tokens(input: u64, cached_read: u64, cached_write: u64, output: u64) -> Tokens {
    Tokens {
        input,
        cached_read,
        cached_write,
        output,
    }
}

fn report(scope: Scope, tokens: Tokens) -> Report {
    Report {
        scope,
        tokens: Some(tokens),
        cached_told: true,
        session: "s".into(),
        ..Report::default()
    }
}

/// The meter after these reports, in order.
fn meter(reports: &[Report], price: Option<&Price>) -> Spent {
    let (mut spent, mut counter) = (Spent::default(), Counter::default());
    for report in reports {
        let added = added(&counter, report, price);
        spent.add(&added, report.worked_ms);
        counter = added.counter;
    }
    spent
}

#[test]
fn two_turns_of_two_answers_as_each_agent_tells_them() {
    // The truth is 4,000 sent and 200 received.
    let cases = [
        (
            "goose",
            Scope::LastAnswer,
            [tokens(1_000, 0, 0, 50); 2],
            2_100,
            true,
        ),
        (
            "opencode",
            Scope::LastAnswer,
            [tokens(700, 300, 0, 50); 2],
            2_100,
            true,
        ),
        (
            "codex",
            Scope::Turn,
            [tokens(1_400, 600, 0, 100); 2],
            4_200,
            false,
        ),
        (
            "claude",
            Scope::Turn,
            [tokens(1_000, 600, 400, 100); 2],
            4_200,
            false,
        ),
        (
            "copilot",
            Scope::Session,
            [tokens(1_400, 600, 0, 100), tokens(2_800, 1_200, 0, 200)],
            4_200,
            false,
        ),
        (
            "vibe",
            Scope::Session,
            [tokens(2_000, 0, 0, 100), tokens(4_000, 0, 0, 200)],
            4_200,
            false,
        ),
        (
            "gemini",
            Scope::Turn,
            [tokens(2_000, 0, 0, 100); 2],
            4_200,
            false,
        ),
        ("pi", Scope::None, [Tokens::default(); 2], 0, true),
        // Of an agent nobody described only the greatest is sure.
        (
            "unsaid, counts the turn",
            Scope::Unsaid,
            [tokens(2_000, 0, 0, 100); 2],
            2_100,
            true,
        ),
        (
            "unsaid, counts the session",
            Scope::Unsaid,
            [tokens(2_000, 0, 0, 100), tokens(4_000, 0, 0, 200)],
            4_200,
            true,
        ),
    ];
    for (agent, scope, turns, total, more) in cases {
        let spent = meter(&turns.map(|turn| report(scope, turn)), None);
        assert_eq!((spent.tokens.total(), spent.more), (total, more), "{agent}");
        assert!(spent.tokens.total() <= 4_200, "{agent} is over-counted");
    }
}

#[test]
fn a_count_over_the_session_that_goes_backwards_began_anew() {
    let counts = [2_000, 4_000, 1_000, 1_000, 3_000]
        .map(|input| report(Scope::Session, tokens(input, 0, 0, 0)));
    assert_eq!(meter(&counts, None).tokens.input, 4_000 + 1_000 + 2_000);
    // Another session of the agent counts from nothing, be its numbers greater or not.
    let other = Report {
        session: "t".into(),
        ..report(Scope::Session, tokens(5_000, 0, 0, 0))
    };
    let spent = meter(&[counts[0].clone(), other], None);
    assert_eq!((spent.tokens.input, spent.more), (7_000, false));
}

#[test]
fn the_same_report_of_a_turn_that_was_tried_again_counts_once() {
    let count = report(Scope::Session, tokens(2_000, 0, 0, 100));
    let again = Report {
        loaded: true,
        ..count.clone()
    };
    let spent = meter(&[count, again], None);
    // Its process was another one: whether it counted on, nobody knows.
    assert_eq!((spent.tokens.total(), spent.more), (2_100, true));
}

#[test]
fn what_was_cut_short_is_a_lower_bound_and_what_is_not_told_unknown() {
    let cut = Report {
        partial: true,
        ..report(Scope::Turn, tokens(10, 0, 0, 5))
    };
    assert_eq!(
        meter(&[cut], None).all_tokens(),
        Figure {
            amount: 15,
            more: true,
            less: false
        }
    );
    let silent = Report {
        scope: Scope::Turn,
        ..Report::default()
    };
    assert_eq!(meter(&[silent], None).all_tokens(), Figure::UNKNOWN);
    assert_eq!(meter(&[Report::nothing()], None), Spent::default());
}

#[test]
fn money_is_by_price_or_as_the_agent_says_or_unknown() {
    let price = Price {
        input: 3_000_000,
        cached: 300_000,
        cache_write: 3_750_000,
        output: 15_000_000,
    };
    let turn = report(Scope::Turn, tokens(1_000, 0, 0, 100));
    let priced = |report: &Report| meter(std::slice::from_ref(report), Some(&price)).cost;
    assert_eq!(priced(&turn), Figure::exact(4_500));
    let untold = Report {
        cached_told: false,
        ..turn.clone()
    };
    assert_eq!(
        priced(&untold),
        Figure {
            amount: 4_500,
            more: true,
            less: true
        }
    );
    assert_eq!(
        meter(std::slice::from_ref(&turn), None).cost,
        Figure::UNKNOWN
    );
    // claude tells the cost of its session: 12 cents, then 30.
    let own = |cost| Report {
        money: Some(cost),
        ..turn.clone()
    };
    let spent = meter(&[own(120_000), own(300_000)], None);
    assert_eq!(spent.cost, Figure::exact(300_000));
    assert_eq!(
        meter(&[own(120_000), own(300_000)], Some(&price)).cost,
        Figure::exact(9_000)
    );
    // Started again, it counts from nothing.
    assert_eq!(
        meter(&[own(120_000), own(50_000)], None).cost.amount,
        170_000
    );
}

fn any_report() -> impl Strategy<Value = Report> {
    let scope = prop_oneof![
        Just(Scope::LastAnswer),
        Just(Scope::Turn),
        Just(Scope::Session),
        Just(Scope::None),
        Just(Scope::Unsaid)
    ];
    let tokens = proptest::option::of((any::<u64>(), any::<u64>(), any::<u64>(), any::<u64>()));
    (
        scope,
        tokens,
        any::<bool>(),
        proptest::option::of(any::<u64>()),
        "[ab]?",
        any::<bool>(),
        any::<i64>(),
    )
        .prop_map(
            |(scope, told, partial, cost, session, loaded, worked_ms)| Report {
                scope,
                tokens: told
                    .map(|(input, read, write, output)| tokens_of(input, read, write, output)),
                partial,
                money: cost,
                session,
                loaded,
                worked_ms,
                ..Report::default()
            },
        )
}

fn tokens_of(input: u64, read: u64, write: u64, output: u64) -> Tokens {
    tokens(input, read, write, output)
}

proptest! {
    /// Whatever is reported, a meter never goes down and never becomes surer.
    #[test]
    fn a_meter_only_goes_up(reports in proptest::collection::vec(any_report(), 0..8)) {
        let price = Price { input: u64::MAX, cached: 1, cache_write: 7, output: u64::MAX };
        for price in [None, Some(&price)] {
            let mut last = Spent::default();
            for upto in 0..=reports.len() {
                let now = meter(&reports[..upto], price);
                prop_assert!(now.tokens.total() >= last.tokens.total() && now.cost.amount >= last.cost.amount);
                prop_assert!(now.more >= last.more && now.cost.more >= last.cost.more && now.worked_ms >= last.worked_ms);
                last = now;
            }
        }
    }

    /// A count over the session that only grows adds up to its last value, however often it is told.
    #[test]
    fn a_growing_count_adds_up_to_its_last_value(steps in proptest::collection::vec(0..1_000_u64, 1..20)) {
        let mut sum = 0;
        let counts: Vec<Report> = steps.iter().map(|step| {
            sum += step;
            report(Scope::Session, tokens(sum, 0, 0, sum / 10))
        }).collect();
        let spent = meter(&counts, None);
        prop_assert_eq!(spent.tokens, tokens(sum, 0, 0, sum / 10));
        prop_assert!(!spent.more);
    }
}
