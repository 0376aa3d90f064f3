//! What was read is held against what people agreed to. It must never take back an approval of what has begun.

use super::member::Member;
use super::outline::Outline;
use super::state::Sprint;
use super::terms::{Terms, Void};
use crate::ids::TaskKey;

impl Sprint {
    /// What was read is held against what people agreed to. An approval for something else counts no more, unless work on it
    /// has begun. Answers which issues have become others, and whether an approval is void by that.
    pub fn hold_against(&mut self, root: TaskKey, plan: &str) -> Vec<(TaskKey, bool)> {
        let outline = Outline::of(self, root);
        let mut now = Vec::new();
        let members = self.members.iter().enumerate();
        let phases = members.filter(|(place, one)| outline.is_phase(*place) && one.is.checkpoint);
        let own = self.checkpoint.then_some((root, plan, None));
        let phases = phases.map(|(place, one)| (one.key(), one.is.words.as_str(), Some(place)));
        for (issue, words, place) in own.into_iter().chain(phases) {
            let mut below: Vec<TaskKey> = outline.below(place).map(Member::key).collect();
            below.sort_unstable();
            let begun = |one: &Member| one.asked && one.work.has_begun();
            let terms = Terms {
                issue,
                words: words.to_owned(),
                plan: plan.to_owned(),
                below,
                revision: 0,
                told: 0,
                void: None,
            };
            now.push((terms, outline.below(place).any(begun)));
        }
        let kept = |one: &Terms| now.iter().any(|(other, _)| other.issue == one.issue);
        let approvals = &self.approvals;
        let approved = |one: &Terms| approvals.iter().any(|(other, _)| *other == one.issue);
        self.terms.retain(|one| kept(one) || approved(one));
        let held = now.into_iter();
        held.filter_map(|(terms, begun)| self.hold(terms, begun))
            .collect()
    }

    fn hold(&mut self, now: Terms, begun: bool) -> Option<(TaskKey, bool)> {
        let issue = now.issue;
        let Some(known) = self.terms.iter_mut().find(|one| one.issue == issue) else {
            self.terms.push(now);
            self.terms.sort_by_key(|one| one.issue);
            return None;
        };
        let change = known.change_to(&now);
        known.take_in(now);
        let change = change?;
        known.revision = known.revision.saturating_add(1);
        let mut of_it = self
            .approvals
            .extract_if(.., |(one, _)| *one == issue && !begun);
        let void = of_it.next().map(|(_, by)| Void { by, change });
        let is_void = void.is_some();
        known.void = void.or(known.void.take());
        Some((issue, is_void))
    }

    /// Those that wait to begin below one of its issues, or of all.
    pub fn withdraw_below(&mut self, issue: TaskKey, root: TaskKey) -> Vec<Member> {
        let place = self.members.iter().position(|one| one.key() == issue);
        if place.is_none() && issue != root {
            return Vec::new();
        }
        let outline = Outline::of(self, root);
        let below: Vec<TaskKey> = outline.below(place).map(Member::key).collect();
        self.take_back(|one| below.contains(&one))
    }
}
