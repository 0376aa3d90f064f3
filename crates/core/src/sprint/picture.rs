//! A sprint as a graph to be drawn: what is below a phase leads to it, and what it waits for does as well.

use super::member::{Member, Work};
use super::outline::{Outline, PhaseState};
use super::state::Sprint;
use crate::dependency;
use crate::graph::draw::{Bounds, Class, Drawn, Picture};
use crate::graph::{Graph, Known, Standing, Waiver};
use crate::ids::TaskKey;
use crate::text;

/// What fits into a status comment beside the list.
const BOUNDS: Bounds = Bounds {
    nodes: 60,
    edges: 150,
    label: 40,
    bytes: 12_000,
};

impl Sprint {
    /// Whether a phase waits for itself over other phases.
    pub fn is_in_circle(&self, root: TaskKey, phase: TaskKey) -> bool {
        let outline = Outline::of(self, root);
        let members = self.members.iter().enumerate();
        let phases = members.filter(|(place, _)| outline.is_phase(*place));
        let graph = Graph::load(phases.map(|(_, one)| Known {
            node: one.key(),
            standing: standing(one),
            blockers: one.is.blockers.iter().map(|one| one.issue.key).collect(),
            waiver: Waiver::Nothing,
        }));
        graph.graph.is_in_cycle(phase)
    }

    /// A picture of it; `None` where there is nothing to see.
    pub fn picture(&self, root: TaskKey) -> Option<Picture> {
        if self.members.len() < 2 {
            return None;
        }
        let outline = Outline::of(self, root);
        let graph = Graph::load(self.members.iter().enumerate().map(|(place, one)| {
            let drawn = outline.is_phase(place) && place < BOUNDS.nodes;
            let all = self.members.iter().filter(|_| drawn);
            let below = all.filter(|other| other.is.parent == Some(place));
            let awaited = one.is.blockers.iter().map(|one| one.issue.key);
            let blockers = awaited.chain(one.waits_for.iter().copied());
            Known {
                node: one.key(),
                standing: standing(one),
                blockers: blockers.chain(below.map(Member::key)).collect(),
                waiver: Waiver::Nothing,
            }
        }));
        let drawn = self.members.iter().enumerate().map(|(place, one)| {
            // Nothing has to be closed for that.
            let complete = outline.is_phase(place) && outline.state(place) == PhaseState::Complete;
            let other = (one.key().repository != root.repository).then_some(&one.is.issue.name);
            Drawn {
                key: one.key(),
                label: text::graph::label(other, one.key().issue, &one.is.title),
                class: match complete {
                    true => Class::Done,
                    false => class(one),
                },
                link: None,
            }
        });
        Some(Picture::of(&graph.graph, drawn, BOUNDS))
    }
}

fn standing(member: &Member) -> Standing {
    match member.is.standing {
        dependency::Standing::Open => Standing::Open,
        dependency::Standing::Completed => Standing::Done,
        dependency::Standing::NotPlanned
        | dependency::Standing::Duplicate
        | dependency::Standing::Other => Standing::NotPlanned,
    }
}

fn class(member: &Member) -> Class {
    if member.is.standing != dependency::Standing::Open {
        return Class::Done;
    }
    match member.work {
        Work::None => Class::Outside,
        Work::Asked | Work::Checking | Work::Held | Work::Waiting => Class::Waiting,
        Work::Queued => Class::Ready,
        Work::Working => Class::Working,
        Work::Gated | Work::NeedsYou | Work::Paused => Class::NeedsYou,
        Work::Review => Class::Review,
        Work::Done => Class::Done,
        Work::Refused | Work::Failed | Work::Stopped => Class::Failed,
    }
}
