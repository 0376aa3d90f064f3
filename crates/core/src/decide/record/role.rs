//! A role that somebody wished for by its name and that only the repository can have: what was found there.

use super::Recording;
use crate::event::TriggerFacts;
use crate::role;
use crate::task::RunOptions;
use crate::text;

/// The repository was looked at for a role.
pub(super) fn checked(
    on: &mut Recording<'_>,
    options: &mut RunOptions,
    facts: &TriggerFacts,
) -> String {
    // Several may be looked for at once, and each gets its own answer.
    let asked = options
        .looking_for
        .iter()
        .position(|wanted| facts.role.as_ref().is_none_or(|role| role == wanted));
    let Some(wanted) = asked.map(|asked| options.looking_for.remove(asked)) else {
        return "nobody asked for that role".into();
    };
    let say = if facts.role_files.iter().any(|file| file.role == wanted) {
        options.role = Some(wanted);
        match on.known.stage.is_live() {
            true => text::conversation::WISH_FOR_LATER.to_owned(),
            false => text::conversation::WISH_NOTED.to_owned(),
        }
    } else {
        let roles = &on.cx.policy.roles;
        let (nearest, known) = (role::near(&wanted, roles), role::names(roles));
        text::command::unknown_role(&wanted, nearest.as_deref(), &known)
    };
    let number = options.looking_for.len();
    let key = format!("role:{}:{}:{number}", facts.snapshot.at, on.cx.now);
    on.notes.say(on.known.place.issue, key, say);
    "whoever wished for a role is told whether there is one".into()
}
