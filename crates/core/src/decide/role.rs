//! A role that somebody wished for by its name and that only the repository can have: what was found there.

use super::{Decision, Draft};
use crate::event::TriggerFacts;
use crate::role;
use crate::task::Stage;
use crate::text;

/// The repository was looked at for a role.
pub(super) fn checked(mut draft: Draft<'_>, facts: &TriggerFacts) -> Decision {
    let wishes = &mut draft.task.options.looking_for;
    // Several may be looked for at once, and each gets its own answer.
    let asked = wishes
        .iter()
        .position(|wanted| facts.role.as_ref().is_none_or(|role| role == wanted));
    let Some(wanted) = asked.map(|asked| wishes.remove(asked)) else {
        return draft.because("nobody asked for that role");
    };
    let say = if facts.role_files.iter().any(|file| file.role == wanted) {
        draft.task.options.role = Some(wanted);
        match &draft.task.stage {
            Stage::Queued { .. } | Stage::Working { .. } | Stage::Blocked { .. } => {
                text::conversation::WISH_FOR_LATER.to_owned()
            }
            Stage::Idle | Stage::Checking { .. } | Stage::Ended { .. } => {
                text::conversation::WISH_NOTED.to_owned()
            }
        }
    } else {
        let (nearest, known) = (
            role::near(&wanted, &draft.cx.policy.roles),
            role::names(&draft.cx.policy.roles),
        );
        text::command::unknown_role(&wanted, nearest.as_deref(), &known)
    };
    let number = draft.task.options.looking_for.len();
    draft.say_here(
        format!("role:{}:{}:{number}", facts.snapshot.at, draft.cx.now),
        say,
    );
    draft.because("whoever wished for a role is told whether there is one")
}
