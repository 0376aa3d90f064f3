//! What is told of the server's own look at a pull request's work. A result of another head than is verified now counts for nothing.

use serde_json::json;

use super::containment;
use super::recording::Recording;
use crate::containment::{Attempt, Contained};
use crate::event_name::DomainEvent;
use crate::ids::Sha;
use crate::task::{ReviewState, Task};
use crate::verification::{Run, Standing, Verdict, Verification, VerifyNews};

/// There is news.
pub(super) fn told(on: &mut Recording<'_>, task: &mut Task, news: &VerifyNews) -> String {
    if let VerifyNews::Ran { refused, .. } = news {
        note_refusals(on, task, refused);
    }
    let Some(verification) = task.review.verification.as_deref_mut() else {
        return "stale: nothing is verified here".into();
    };
    match news {
        VerifyNews::Ran { head, runs, .. } => ran(on, verification, head, runs),
        VerifyNews::Rerequested => {
            verification.again = verification.result.is_some();
            "somebody wants it verified once more".into()
        }
        VerifyNews::NotPermitted => {
            verification.unreported = true;
            "the App may report no checks here".into()
        }
    }
}

/// What the sandbox refused to commands that run an agent's work counts as what the agent tried.
fn note_refusals(on: &mut Recording<'_>, task: &mut Task, refused: &[(Attempt, u64)]) {
    let session = on.known.job().map(|job| job.session.clone());
    for (attempt, count) in refused {
        let contained = session.clone().map(|session| Contained {
            leak: false,
            doing: String::new(),
            session,
            attempt: attempt.clone(),
            count: *count,
        });
        if let Some(contained) = contained {
            containment::seen(on, task, &contained);
        }
    }
}

fn ran(
    on: &mut Recording<'_>,
    verification: &mut Verification,
    head: &Sha,
    runs: &[Run],
) -> String {
    if verification.head != *head || verification.result.is_some() {
        return "stale: of another commit than is verified now".into();
    }
    let verdict = Verdict::Ran {
        runs: runs.to_vec(),
    };
    let said: Vec<_> = runs
        .iter()
        .map(|run| json!({ "command": run.command, "end": run.end, "ms": run.ms }))
        .collect();
    let passed = verdict.standing() == Standing::Passed;
    verification.result = Some(verdict);
    let facts = json!({ "head": head, "runs": said });
    match passed {
        true => {
            on.notes.note(DomainEvent::VerificationPassed, facts);
            "the server saw it pass".into()
        }
        false => {
            on.notes.note(DomainEvent::VerificationFailed, facts);
            "the server saw it fail".into()
        }
    }
}

/// The commands could not be run.
pub(super) fn broken(on: &mut Recording<'_>, review: &mut ReviewState, say: &str) -> String {
    let under_way = review.verification.as_deref_mut();
    let Some(verification) = under_way.filter(|known| known.result.is_none()) else {
        return format!("stale: verify failed: {say}");
    };
    verification.result = Some(Verdict::Broken {
        say: say.to_owned(),
    });
    let facts = json!({ "head": verification.head, "why": say });
    on.notes.note(DomainEvent::VerificationFailed, facts);
    format!("the work could not be verified: {say}")
}
