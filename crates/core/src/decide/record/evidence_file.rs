//! Files that an agent hands in, and where they are.

use super::recording::Recording;
use crate::evidence_file::{EvidenceFile, EvidenceNews};
use crate::task::Task;
use crate::text::evidence_file as says;

/// There is news of them.
pub(super) fn told(on: &mut Recording<'_>, task: &mut Task, news: &EvidenceNews) -> String {
    match news {
        EvidenceNews::HandedIn(file) => handed_in(on, task, file),
        EvidenceNews::Pushed(pushed) if task.evidence.pushing => {
            task.evidence.arrived(pushed);
            "the evidence is on its branch".into()
        }
        EvidenceNews::Pushed(_) => "stale: no evidence is on its way".into(),
    }
}

fn handed_in(on: &mut Recording<'_>, task: &mut Task, file: &EvidenceFile) -> String {
    if task.job().is_none_or(|job| job.session != file.session) {
        return "stale: of a session that is over".into();
    }
    match task.evidence.add(file) {
        true => {
            on.notes.tell(says::told(&file.name));
            "the agent handed in evidence".into()
        }
        false => "there is evidence enough".into(),
    }
}

/// It could not be brought to GitHub, and nobody tries again.
pub(super) fn not_pushed(task: &mut Task, say: &str) -> String {
    task.evidence.failed(say);
    format!("evidence could not be pushed: {say}")
}
