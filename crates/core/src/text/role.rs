//! Why an issue got its role, with the evidence, and how to have another.

use super::{code, count};
use crate::role::{Hint, HintPlace, Routed, Score, Why};

/// Why this role, as half a sentence.
pub fn role_why(why: &Why, role: &str) -> String {
    match why {
        Why::Default => format!("the issue has no `role:*` label, so the default `{role}`"),
        Why::Command => "as a person asked by `/agent role`".into(),
        Why::Label { label } => format!("from the label {}", code(label, 60)),
        Why::FirstOf { labels, .. } => {
            let all: Vec<String> = labels.iter().map(|label| code(label, 60)).collect();
            format!("the first of {} in the documented order", all.join(", "))
        }
        Why::Hint(Hint { place, words }) => {
            let place = match place {
                HintPlace::Title => "title",
                HintPlace::Field => "form (\"Agent role\")",
                HintPlace::Body => "text",
            };
            format!("from {} in the issue's {place}", code(words, 80))
        }
        Why::IssueType { issue_type } => format!("from the issue type {}", code(issue_type, 60)),
        Why::Routed(routed) => format!("a bot filed the issue, and {}", evidence(routed)),
        Why::Unclear(routed) if routed.scores.is_empty() => {
            format!(
                "a bot filed the issue, and no word of it points to a role, so the default `{role}`"
            )
        }
        Why::Unclear(routed) => format!(
            "a bot filed the issue, and its words point to no role clearly ({}), so the default `{role}`",
            scores(&routed.scores)
        ),
    }
}

/// For a role that nobody named outright: what it is, why, and how to have another.
pub fn implied(why: &Why, role: &str) -> Option<String> {
    match why {
        Why::Hint(_) | Why::IssueType { .. } | Why::Routed(_) => Some(format!(
            "Works as `{role}`: {}. To have another role, comment `/agent role <name>` before it starts.",
            role_why(why, role)
        )),
        Why::Default | Why::Unclear(_) | Why::Label { .. } | Why::Command | Why::FirstOf { .. } => {
            None
        }
    }
}

/// The words that decided, and what the next role had.
fn evidence(routed: &Routed) -> String {
    let Some((best, others)) = routed.scores.split_first() else {
        return "its words decide".into();
    };
    let words: Vec<String> = best.words.iter().map(|word| code(word, 40)).collect();
    let points = count(u64::from(best.points), "point");
    let next = others.first().map_or_else(
        || "no other role has any".to_owned(),
        |next| format!("`{}` has {}", next.role, next.points),
    );
    format!("it says {} ({points}; {next})", words.join(", "))
}

fn scores(scores: &[Score]) -> String {
    let some: Vec<String> = scores
        .iter()
        .take(3)
        .map(|score| format!("`{}` {}", score.role, score.points))
        .collect();
    some.join(", ")
}
