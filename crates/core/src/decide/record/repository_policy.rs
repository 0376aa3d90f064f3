//! What a repository's own policy says, as it was read just now. Mistakes are told once for each state of the file: in a comment
//! on the issue that met it first, in a line of the timeline on the others.

use super::recording::Recording;
use crate::repository_policy::{Found, Wrong};
use crate::task::Task;
use crate::text;

/// It was read.
pub(super) fn found(on: &mut Recording<'_>, task: &mut Task, found: Option<&Found>) {
    let Some(found) = found else { return };
    task.policy.as_mut().clone_from(&found.holds);
    task.policy_read.at = on.cx.now;
    match &found.wrong {
        Some(wrong) if task.policy_read.told.as_ref() != Some(&wrong.state) => {
            task.policy_read.told = Some(wrong.state.clone());
            told(on, wrong);
        }
        Some(_) => {}
        None => task.policy_read.told = None,
    }
}

fn told(on: &mut Recording<'_>, wrong: &Wrong) {
    on.notes.tell(text::repository_policy::timeline(wrong));
    if wrong.tell {
        // Whoever can mend it must hear of it, however much is written here already.
        let key = format!("policy:{}", wrong.state);
        let body = text::repository_policy::comment(wrong);
        on.notes.say_anyway(on.known.place.issue, key, body);
    }
}
