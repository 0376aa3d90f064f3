//! What an owner does to the ground under a task.

use super::events::failed;
use crate::effect::EffectKind;
use crate::event::{Event, Loss};
use crate::ids::InstallationId;

/// One of each.
pub(super) fn access() -> Vec<(&'static str, Event)> {
    vec![
        (
            "the App was uninstalled",
            Event::TakenAway {
                how: Loss::Uninstalled,
            },
        ),
        (
            "taken out of the installation",
            Event::TakenAway { how: Loss::Removed },
        ),
        (
            "covered by another installation",
            Event::AccessRead {
                installation: Some(InstallationId(8)),
            },
        ),
        ("covered by none", Event::AccessRead { installation: None }),
        ("archived", Event::Archived { on: true }),
        ("archived no more", Event::Archived { on: false }),
        ("failed: check access", failed(EffectKind::CheckAccess)),
    ]
}
