//! Hosts that people opened while an agent is there are open at once; one that comes later begins with them. What they want for every
//! issue is proposed to the repository.

use super::state::{Advance, Fired};
use crate::effect;
use crate::task::{Stage, Step};
use crate::text;

/// Opens them.
pub(super) fn open(on: &mut Advance<'_>) -> Option<Fired> {
    let hosts = std::mem::take(&mut on.task.wanted.hosts);
    let proposed = std::mem::take(&mut on.task.wanted.proposed_hosts);
    if hosts.is_empty() && proposed.is_empty() {
        return None;
    }
    let is_there = matches!(
        on.task.stage,
        Stage::Working {
            step: Step::Running { .. } | Step::Waiting { .. },
            ..
        }
    );
    if is_there && !hosts.is_empty() {
        on.plan(effect::OpenHosts { hosts });
    }
    if !proposed.is_empty() {
        let (title, body) = text::blocked::proposal(&on.task.blocked, &proposed, &on.task.place);
        on.plan(effect::ProposePolicy {
            hosts: proposed,
            title,
            body,
        });
    }
    Some(Fired::Quietly)
}
