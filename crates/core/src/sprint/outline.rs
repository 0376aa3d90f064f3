//! How the phases of a sprint stand, and what may start next. Made anew from the sprint whenever it is asked: nothing of it is
//! stored, so that it cannot be out of step.

use std::collections::BTreeMap;

use super::facts::Awaited;
use super::member::Member;
use super::state::Sprint;
use crate::dependency::Standing;
use crate::ids::TaskKey;

/// A sprint, seen by phases. Places are those of its members.
#[derive(Debug)]
pub struct Outline<'a> {
    sprint: &'a Sprint,
    root: TaskKey,
    /// How many issues without sub-issues are below each member (itself, where it has none), and how many of them are open.
    leaves: Vec<(usize, usize)>,
    /// Whether a member has sub-issues.
    phases: Vec<bool>,
    /// How each member with sub-issues stands.
    states: Vec<PhaseState>,
    places: BTreeMap<TaskKey, usize>,
}

/// How a phase stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PhaseState {
    /// All that is below it is closed.
    Complete,
    /// A person closed it while something below it is open: nothing of it starts.
    Closed,
    /// What is above it has not started.
    Above,
    /// It waits for other issues.
    Waits,
    /// A person has to agree.
    Approval,
    /// Its issues may start.
    Started,
}

impl<'a> Outline<'a> {
    /// Whether there is something below it, and all of that is closed.
    pub fn is_done(&self) -> bool {
        !self.sprint.members.is_empty() && self.count_all().1 == 0
    }

    /// Looks at the sprint of an issue.
    pub fn of(sprint: &'a Sprint, root: TaskKey) -> Self {
        let members = &sprint.members;
        let mut phases = vec![false; members.len()];
        for parent in members.iter().filter_map(|one| one.is.parent) {
            if let Some(is_phase) = phases.get_mut(parent) {
                *is_phase = true;
            }
        }
        let places = members.iter().enumerate();
        let places = places.map(|(place, one)| (one.key(), place)).collect();
        let mut outline = Self {
            sprint,
            root,
            leaves: leaves(members, &phases),
            phases,
            states: Vec::with_capacity(members.len()),
            places,
        };
        for place in 0..members.len() {
            let state = outline.judge(place);
            outline.states.push(state);
        }
        outline
    }

    fn judge(&self, place: usize) -> PhaseState {
        let Some(member) = self.sprint.members.get(place) else {
            return PhaseState::Above;
        };
        if self.open_leaves(place) == 0 {
            return PhaseState::Complete;
        }
        if member.is.standing != Standing::Open {
            return PhaseState::Closed;
        }
        if !self.lets_start(member.is.parent) {
            return PhaseState::Above;
        }
        if member.is.unknown > 0 || self.unmet(place).next().is_some() {
            return PhaseState::Waits;
        }
        match member.is.checkpoint && !self.sprint.approved(member.key()) {
            true => PhaseState::Approval,
            false => PhaseState::Started,
        }
    }

    /// Whether what is right below may start; `None` is the sprint's own issue.
    fn lets_start(&self, parent: Option<usize>) -> bool {
        match parent {
            None => self.started(),
            Some(place) => self.states.get(place) == Some(&PhaseState::Started),
        }
    }

    /// Whether the sprint as a whole has started.
    pub fn started(&self) -> bool {
        let sprint = self.sprint;
        sprint.is_on() && !sprint.go && !self.waits_for_approval()
    }

    /// Whether somebody has to agree to the sprint as a whole.
    pub fn waits_for_approval(&self) -> bool {
        let sprint = self.sprint;
        sprint.is_on() && sprint.checkpoint && !sprint.approved(self.root)
    }

    /// What a phase waits for.
    pub fn unmet(&self, place: usize) -> impl Iterator<Item = &'a Awaited> + '_ {
        let member = self.sprint.members.get(place);
        let blockers = member.into_iter().flat_map(|one| &one.is.blockers);
        blockers.filter(|one| {
            let known = self.places.get(&one.issue.key);
            let complete = known.is_some_and(|place| self.open_leaves(*place) == 0);
            let is_phase = known.is_some_and(|place| self.is_phase(*place));
            one.standing != Standing::Completed && !(is_phase && complete)
        })
    }

    fn open_leaves(&self, place: usize) -> usize {
        self.count(place).1
    }

    /// The issues without sub-issues below a member, or in all of the sprint.
    pub fn below(&self, phase: Option<usize>) -> impl Iterator<Item = &'a Member> + '_ {
        let members = self.sprint.members.iter().enumerate();
        let below = members.filter(move |(place, _)| {
            !self.is_phase(*place) && self.above(*place).any(|one| one == phase)
        });
        below.map(|(_, one)| one)
    }

    /// What is above a member, step by step; the last is the sprint's own issue.
    fn above(&self, place: usize) -> impl Iterator<Item = Option<usize>> + '_ {
        let parent = |place: usize| self.sprint.members.get(place).map(|one| one.is.parent);
        std::iter::successors(parent(place), move |above| parent((*above)?))
    }

    /// How many issues without sub-issues are below a member, and how many of them are open.
    pub fn count(&self, place: usize) -> (usize, usize) {
        self.leaves.get(place).copied().unwrap_or_default()
    }

    /// The same of the whole sprint.
    pub fn count_all(&self) -> (usize, usize) {
        let members = self.sprint.members.iter().enumerate();
        let upper = members.filter(|(_, one)| one.is.parent.is_none());
        upper.fold((0, 0), |(all, open), (place, _)| {
            let (more, more_open) = self.count(place);
            (all + more, open + more_open)
        })
    }

    /// Whether a member has sub-issues.
    pub fn is_phase(&self, place: usize) -> bool {
        self.phases.get(place).copied().unwrap_or(false)
    }

    /// How a phase stands.
    pub fn state(&self, place: usize) -> PhaseState {
        self.states.get(place).copied().unwrap_or(PhaseState::Above)
    }

    /// The phases that wait for somebody to agree.
    pub fn to_approve(&self) -> impl Iterator<Item = usize> + '_ {
        let all = 0..self.sprint.members.len();
        all.filter(|place| self.is_phase(*place) && self.state(*place) == PhaseState::Approval)
    }

    /// The issues that may be asked to start, in order: those that are open, within reach, and were not asked yet.
    pub fn to_ask(&self) -> impl Iterator<Item = usize> + '_ {
        let members = self.sprint.members.iter().enumerate();
        let due = members.filter(|(place, one)| {
            let fresh = !one.asked && !one.is.out_of_reach && one.is.standing == Standing::Open;
            fresh && !self.is_phase(*place) && self.lets_start(one.is.parent)
        });
        due.map(|(place, _)| place)
    }

    /// The issues that will not go on by themselves.
    pub fn stuck(&self) -> impl Iterator<Item = &'a Member> + '_ {
        let members = self.sprint.members.iter().enumerate();
        let stuck = members.filter(|(place, one)| {
            let open = one.is.standing == Standing::Open && !self.is_phase(*place);
            open && (one.is.out_of_reach || one.asked && one.work.is_stuck())
        });
        stuck.map(|(_, one)| one)
    }
}

/// A parent is always before its sub-issues.
fn leaves(members: &[Member], phases: &[bool]) -> Vec<(usize, usize)> {
    let mut leaves = vec![(0_usize, 0_usize); members.len()];
    for (place, member) in members.iter().enumerate().rev() {
        if !phases.get(place).copied().unwrap_or(false) {
            let open = usize::from(member.is.standing == Standing::Open);
            leaves[place] = (1, open);
        }
        let (all, open) = leaves[place];
        let above = member.is.parent.filter(|parent| *parent < place);
        if let Some(parent) = above {
            leaves[parent].0 += all;
            leaves[parent].1 += open;
        }
    }
    leaves
}
