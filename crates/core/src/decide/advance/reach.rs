//! Hosts that people opened while an agent is there are open at once; one that comes later begins with them.

use super::state::{Advance, Fired};
use crate::effect;
use crate::task::{Stage, Step};

/// Opens them.
pub(super) fn open(on: &mut Advance<'_>) -> Option<Fired> {
    let hosts = std::mem::take(&mut on.task.wanted.hosts);
    if hosts.is_empty() {
        return None;
    }
    let is_there = matches!(
        on.task.stage,
        Stage::Working {
            step: Step::Running { .. } | Step::Waiting { .. },
            ..
        }
    );
    if is_there {
        on.plan(effect::OpenHosts { hosts });
    }
    Some(Fired::Quietly)
}
