//! All that a task remembers of its sprint, and how what is read takes the place of what was known.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::agreement::Agreement;
use super::facts::TreeFacts;
use super::member::{Member, Work};
use super::terms::Terms;
use crate::actor::Account;
use crate::dependency::Named;
use crate::ids::TaskKey;

/// So many issues of a sprint are on their way to the front of the queue at once: more would only wait there.
const ON_THEIR_WAY: usize = 50;

/// An issue's sub-issues are worked on by phases.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sprint {
    /// Who put the label there, the last time.
    pub actor: Account,
    /// GitHub's time of that, epoch milliseconds.
    pub at: i64,
    /// How it stands.
    pub standing: SprintStanding,
    /// What is known may be out of date: nothing starts before it is read.
    pub reading: bool,
    /// The last reading failed.
    #[serde(default)]
    pub unread: bool,
    /// The issue has the label `checkpoint`.
    #[serde(default)]
    pub checkpoint: bool,
    /// The issue has the label `agent:go`, which goes first.
    #[serde(default)]
    pub go: bool,
    /// The issues below it, each behind its parent.
    #[serde(default)]
    pub members: Vec<Member>,
    /// How many more there are at least.
    #[serde(default)]
    pub cut: u32,
    /// How many are out of sight.
    #[serde(default)]
    pub hidden: u32,
    /// GitHub has no sub-issues here.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub missing: bool,
    /// To the start of which phases, or of the whole, people agreed, and who.
    #[serde(default)]
    pub approvals: Vec<(TaskKey, String)>,
    /// What they agree to, each of those that somebody has to agree to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub terms: Vec<Terms>,
    /// The phases that were told that somebody has to agree.
    #[serde(default)]
    pub offered: Vec<Named>,
    /// Somebody has to agree to the whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waits: Option<Agreement>,
}

/// How a sprint stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "is")]
pub enum SprintStanding {
    /// GitHub is asked whether whoever put the label there may.
    Asked,
    /// It is on.
    On,
    /// Nothing more starts.
    Off {
        /// Why.
        why: Off,
    },
    /// It was not started.
    Refused {
        /// For people.
        say: String,
    },
}

/// Why nothing more of a sprint starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Off {
    /// The label was taken off.
    Label,
    /// The issue was closed.
    Closed,
}

impl Sprint {
    /// A sprint that somebody asked for.
    pub fn new(actor: Account, at: i64) -> Self {
        Self {
            actor,
            at,
            standing: SprintStanding::Asked,
            reading: true,
            unread: false,
            checkpoint: false,
            go: false,
            members: Vec::new(),
            cut: 0,
            hidden: 0,
            missing: false,
            approvals: Vec::new(),
            terms: Vec::new(),
            offered: Vec::new(),
            waits: None,
        }
    }

    /// Whether it is on.
    pub fn is_on(&self) -> bool {
        self.standing == SprintStanding::On
    }

    /// Whether nobody agreed to it in time.
    pub fn gave_up_waiting(&self) -> bool {
        self.waits.as_ref().is_some_and(|wait| wait.expired)
    }

    /// A member, by its issue.
    pub fn member_mut(&mut self, issue: TaskKey) -> Option<&mut Member> {
        self.members.iter_mut().find(|one| one.key() == issue)
    }

    /// Whether somebody agreed to the start of a phase, or of the whole.
    pub fn approved(&self, issue: TaskKey) -> bool {
        self.approvals.iter().any(|(other, _)| *other == issue)
    }

    /// Somebody agreed. The first counts.
    pub fn approve(&mut self, issue: TaskKey, by: &str) {
        if !self.approved(issue) {
            self.approvals.push((issue, by.to_owned()));
            self.approvals.sort();
        }
        if let Some(terms) = self.terms_mut(issue) {
            terms.void = None;
        }
    }

    /// What somebody agrees to who agrees to the start of a phase, or of the whole.
    pub fn terms(&self, issue: TaskKey) -> Option<&Terms> {
        self.terms.iter().find(|one| one.issue == issue)
    }

    /// The same, to be changed.
    pub fn terms_mut(&mut self, issue: TaskKey) -> Option<&mut Terms> {
        self.terms.iter_mut().find(|one| one.issue == issue)
    }

    /// The issues of which every change concerns it, in order: its own, those below it, and what its phases wait for.
    pub fn watched(&self, root: TaskKey) -> Vec<TaskKey> {
        let below = self.members.iter().map(Member::key);
        let awaited = self.members.iter().flat_map(|one| &one.is.blockers);
        let mut all: Vec<TaskKey> = below
            .chain(awaited.map(|one| one.issue.key))
            .chain([root])
            .collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// What was read takes the place of what was known; what was asked of an issue, and its work, stay with it. Answers those
    /// that are not below it any more.
    pub fn take_in(&mut self, tree: TreeFacts) -> Vec<Member> {
        let known = std::mem::take(&mut self.members).into_iter();
        let mut known: BTreeMap<TaskKey, Member> = known.map(|one| (one.key(), one)).collect();
        let members = tree
            .members
            .into_iter()
            .map(|is| match known.remove(&is.issue.key) {
                Some(member) => Member { is, ..member },
                None => Member::new(is),
            });
        self.members = members.collect();
        (self.cut, self.hidden) = (tree.cut, tree.hidden);
        self.missing = tree.missing;
        self.reading = false;
        self.unread = false;
        known.into_values().collect()
    }

    /// A person put the label there again: what failed or was stopped is asked once more.
    pub fn anew(&mut self) {
        for member in &mut self.members {
            member.asked = false;
        }
    }

    /// How many more may be asked to start now.
    pub fn room(&self) -> usize {
        let on_their_way = |one: &&Member| one.asked && one.work.is_on_its_way();
        ON_THEIR_WAY.saturating_sub(self.members.iter().filter(on_their_way).count())
    }

    /// An issue is asked to start.
    pub fn ask(&mut self, place: usize) {
        if let Some(member) = self.members.get_mut(place) {
            member.asked = true;
            member.work = Work::Asked;
        }
    }

    /// Those that were asked to start and have not begun, which are not to start any more.
    pub fn withdraw(&mut self) -> Vec<Member> {
        self.take_back(|_| true)
    }

    /// The same of some of them.
    pub(super) fn take_back(&mut self, which: impl Fn(TaskKey) -> bool) -> Vec<Member> {
        let mut withdrawn = Vec::new();
        let waiting = self.members.iter_mut().filter(|one| one.waits_to_begin());
        for member in waiting.filter(|one| which(one.key())) {
            member.asked = false;
            withdrawn.push(member.clone());
        }
        withdrawn
    }
}
