//! The timeline of a task: each fact that came in, what was decided, what was done because of it, and how that went.

use super::moment::Moment;
use super::words::Line;

/// All of it, oldest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Timeline {
    /// What came in.
    pub facts: Vec<Fact>,
    /// There is more before the first.
    pub more: bool,
}

/// Something that came in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// Its id in the inbox, and on its element.
    pub id: Line,
    /// Where it came from: `webhook`, `outcome`, …
    pub source: Line,
    /// What it is: `issues.labeled`, …
    pub name: Line,
    /// When it came.
    pub at: Moment,
    /// What was decided; empty while nothing was.
    pub decision: Line,
    /// The events that followed from it, each with its details.
    pub events: Vec<(Line, Line)>,
    /// What was to be done because of it.
    pub effects: Vec<EffectStep>,
}

/// Something to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EffectStep {
    /// What.
    pub kind: Line,
    /// `done`, `failed`, `withdrawn`; `waits` or `at work` while it is open.
    pub state: Line,
    /// Why it stands so; empty where there is nothing to say.
    pub why: Line,
    /// When it was closed.
    pub closed: Option<Moment>,
    /// How often it was tried.
    pub tries: i64,
}

impl Timeline {
    /// Puts each effect to the fact that it followed from, by the fact's place in the inbox; both oldest first.
    pub fn join(mut facts: Vec<(i64, Fact)>, effects: Vec<(i64, EffectStep)>) -> Self {
        for (cause, effect) in effects {
            let found = facts.binary_search_by_key(&cause, |(seq, _)| *seq);
            if let Some((_, fact)) = found.ok().and_then(|place| facts.get_mut(place)) {
                fact.effects.push(effect);
            }
        }
        Self {
            facts: facts.into_iter().map(|(_, fact)| fact).collect(),
            more: false,
        }
    }
}
