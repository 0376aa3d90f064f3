//! What a session proposes: brought to GitHub one effect at a time, once for each change, and shown whatever became of it.

use super::events::{failed, policy, session};
use super::{decide, stages};
use crate::effect::{Action, EffectKind, Suggest};
use crate::event::Event;
use crate::ids::IssueNumber;
use crate::suggestion::{Change, Confidence, Fate, Suggestion, SuggestionNews, Why};
use crate::task::Task;
use crate::text;

fn label(name: &str) -> Suggestion {
    Suggestion {
        change: Change::Label { name: name.into() },
        rationale: format!("It is about {name}, says @ana."),
        confidence: Confidence::High,
    }
}

fn kind() -> Suggestion {
    Suggestion {
        change: Change::Type { name: "Bug".into() },
        rationale: "It crashes.".into(),
        confidence: Confidence::Low,
    }
}

fn duplicate() -> Suggestion {
    Suggestion {
        change: Change::Duplicate { of: IssueNumber(9) },
        rationale: "The same trace.".into(),
        confidence: Confidence::Medium,
    }
}

fn proposed(suggestions: Vec<Suggestion>) -> Event {
    Event::Suggestion(SuggestionNews::Proposed {
        session: session(1),
        suggestions,
    })
}

fn made(fates: Vec<(Suggestion, Fate)>) -> Event {
    let fates = fates.into_iter().map(|(one, fate)| (one.change, fate));
    Event::Suggestion(SuggestionNews::Made {
        fates: fates.collect(),
    })
}

/// One of each.
pub(super) fn suggestions() -> Vec<(&'static str, Event)> {
    vec![
        (
            "proposed: a label and a duplicate",
            proposed(vec![label("bug"), duplicate()]),
        ),
        (
            "suggestions made",
            made(vec![(label("bug"), Fate::Pending)]),
        ),
        ("failed: suggest", failed(EffectKind::Suggest)),
    ]
}

/// A task on its way, and what it has asked GitHub for.
struct Course {
    task: Task,
    asked: Vec<Vec<Suggestion>>,
}

impl Course {
    fn new() -> Self {
        let running = stages().into_iter().find(|(name, _)| *name == "running");
        Self {
            task: running.expect("a stage").1,
            asked: Vec::new(),
        }
    }

    fn hear(&mut self, event: &Event) {
        let decided = decide(&self.task, event, &policy(), 9_500);
        for planned in decided.effects {
            if let Action::Suggest(Suggest { suggestions }) = planned.effect.action {
                self.asked.push(suggestions);
            }
        }
        self.task = decided.task;
    }

    fn shown(&self) -> String {
        text::suggestion::section(&self.task.suggested).unwrap_or_default()
    }
}

#[test]
fn what_is_proposed_goes_out_once_and_one_effect_at_a_time() {
    let mut course = Course::new();
    course.hear(&proposed(vec![label("bug"), kind(), duplicate()]));
    assert_eq!(course.asked, [vec![label("bug"), kind()]]);
    // The turn was run again after a crash, and its agent says more or less the same.
    course.hear(&proposed(vec![label("Bug"), label("docs"), duplicate()]));
    assert_eq!(course.asked.len(), 1, "the first is under way");
    course.hear(&made(vec![
        (label("bug"), Fate::Pending),
        (kind(), Fate::There),
    ]));
    assert_eq!(course.asked[1..], [vec![label("docs")]]);
    course.hear(&made(vec![(label("docs"), Fate::Done)]));
    // Told twice.
    course.hear(&made(vec![(label("bug"), Fate::Dismissed)]));
    assert_eq!(course.asked.len(), 2);
    insta::assert_snapshot!(course.shown(), @"
    Proposed, and decided by you: approve or dismiss each on this issue. The search `has:suggestions` finds all issues where something waits.

    - label `bug` (high confidence): It is about bug, says `@ana.`

    Recommended, for a person to do:

    - duplicate of #9 (medium confidence): The same trace. If you agree, close this issue as a duplicate of #9; skep closes nothing.

    ⚠️ The label `docs` is on this issue now: GitHub put it there at once instead of asking you, or somebody did in the same moment. skep leaves it; take it off if it is wrong.

    Not proposed: type `Bug`, which is there already.
    ");
}

#[test]
fn what_cannot_go_out_is_told_in_words() {
    let mut course = Course::new();
    course.hear(&proposed(vec![label("bug"), kind()]));
    insta::assert_snapshot!(course.shown(), @"
    Proposed, and decided by you: approve or dismiss each on this issue. The search `has:suggestions` finds all issues where something waits.

    - label `bug` (high confidence): It is about bug, says `@ana.`
    - type `Bug` (low confidence): It crashes.
    ");
    course.hear(&failed(EffectKind::Suggest));
    insta::assert_snapshot!(course.shown(), @"
    Recommended, for a person to do:

    - label `bug` (high confidence): It is about bug, says `@ana.`. GitHub did not take it as a suggestion (no). If you agree, put the label on.
    - type `Bug` (low confidence): It crashes. GitHub did not take it as a suggestion (no). If you agree, set the type.
    ");
    course.hear(&proposed(vec![
        label("bug"),
        kind(),
        label("x"),
        label("y"),
    ]));
    let safe = |one, why| (one, Fate::Words(why));
    course.hear(&made(vec![
        safe(label("bug"), Why::NoSuggestions),
        safe(kind(), Why::Unknown),
        safe(label("x"), Why::NotSafe),
        (label("y"), Fate::Dismissed),
    ]));
    insta::assert_snapshot!(course.shown(), @"
    Recommended, for a person to do:

    - label `bug` (high confidence): It is about bug, says `@ana.`. If you agree, put the label on.
    - type `Bug` (low confidence): It crashes. It is not there any more.
    - label `x` (high confidence): It is about x, says `@ana.`. It was not sent, because the one before it was done at once. If you agree, put the label on.

    Not proposed: label `y`, which a person said no to before.
    ");
}

#[test]
fn a_session_proposes_ten_labels_and_no_more() {
    let mut course = Course::new();
    let all: Vec<Suggestion> = (0..12).map(|n| label(&format!("x{n}"))).collect();
    course.hear(&proposed(all[..8].to_vec()));
    course.hear(&proposed(all[8..].to_vec()));
    course.hear(&made(vec![]));
    assert_eq!(course.asked[0].len() + course.asked[1].len(), 10);
    let told = course.task.timeline.iter().map(|line| line.text.as_str());
    assert!(
        told.clone().any(|line| line.contains("2 labels")),
        "{:?}",
        told.collect::<Vec<_>>()
    );
}

#[test]
fn a_repository_that_is_taken_away_is_proposed_nothing_more() {
    let mut course = Course::new();
    course.hear(&proposed(vec![label("bug")]));
    course.hear(&proposed(vec![kind()]));
    course.hear(&Event::TakenAway {
        how: crate::event::Loss::Uninstalled,
    });
    course.hear(&proposed(vec![label("docs")]));
    course.hear(&made(vec![(label("bug"), Fate::Pending)]));
    assert_eq!(course.asked.len(), 1);
}
