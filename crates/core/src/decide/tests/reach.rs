//! Every state of `decide` that can be reached in so many steps, from each state on the ways that work goes, on one issue that
//! anybody may write on: nothing leads from words of people without a right to a start, a push, an approval or anything else that
//! is theirs to give who have one.
//!
//! `SKEP_REACH_STATES` and `SKEP_REACH_DEPTH` make the walk longer; it tells how many states it saw.

mod digest;
mod moves;
mod rules;
mod search;
mod settings;
mod step;
mod world;

use rules::Lie;
use search::{Bounds, Walked, walk};
use settings::settings;

fn number(name: &str, otherwise: usize) -> usize {
    let said = std::env::var(name).ok();
    said.and_then(|said| said.parse().ok()).unwrap_or(otherwise)
}

fn told(name: &str, walked: &Walked) -> String {
    format!(
        "{name}: {} states, {} steps, all to depth {}",
        walked.states, walked.steps, walked.depth
    )
}

#[test]
fn no_way_leads_from_words_without_a_right_to_what_needs_one() {
    let bounds = Bounds {
        depth: number("SKEP_REACH_DEPTH", 2),
        states: number("SKEP_REACH_STATES", usize::MAX),
        tells: true,
    };
    for setting in settings(None) {
        let walked = walk(&setting, &bounds);
        eprintln!("{}", told(setting.name, &walked));
        if let Some(fault) = walked.fault {
            panic!("{}\n{fault}", setting.name);
        }
    }
}

/// The walk finds a fault where there is one: wherever `decide` is told falsely that somebody may write, a way to what they
/// may not is found and told.
#[test]
fn each_guard_that_is_taken_away_is_missed() {
    let bounds = Bounds {
        depth: 3,
        states: 6_000,
        tells: false,
    };
    for lie in [
        Lie::Trigger,
        Lie::Comment,
        Lie::Reaction,
        Lie::Review,
        Lie::Publish,
    ] {
        let [plain, held] = settings(Some(lie));
        let fault = [held, plain]
            .iter()
            .find_map(|setting| walk(setting, &bounds).fault);
        let fault = fault.unwrap_or_else(|| panic!("{lie:?} is not found"));
        eprintln!("{lie:?}:\n{fault}");
        assert!(fault.contains("BROKEN"), "{fault}");
    }
}
