//! What a repository's recurring work comes to: what is wanted, when it is due next, and which issue was the last one of each.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::occasion::{Occasion, Seen};
use super::wish::{Cause, Recurring};
use crate::ids::IssueNumber;

/// One piece of recurring work, and how far it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recurrence {
    /// What is wanted.
    pub wish: Recurring,
    /// When it is due next by the calendar, epoch milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<i64>,
    /// The last issue that was opened for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<IssueNumber>,
    /// It is due, and nothing was done about that yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Cause>,
    /// Since when it waits for what it waits for, epoch milliseconds.
    #[serde(default)]
    pub since: i64,
    /// The pages of what it saw last: told twice, by GitHub and by our own look, it happened once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub seen: Vec<String>,
}

/// So many of them are remembered.
const REMEMBERED: usize = 20;

/// All of a repository's, by name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Recurrences(BTreeMap<String, Recurrence>);

impl Recurrences {
    /// Nothing recurs here.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What is wanted, by name.
    pub fn wishes(&self) -> BTreeMap<String, Recurring> {
        let wishes = self.0.iter();
        wishes
            .map(|(name, one)| (name.clone(), one.wish.clone()))
            .collect()
    }

    /// Takes over what is wanted now. What is new, or has another day now, is due after this moment; what is gone is forgotten.
    pub fn want(&mut self, wishes: &BTreeMap<String, Recurring>, now: i64) {
        self.0.retain(|name, _| wishes.contains_key(name));
        for (name, wish) in wishes {
            let next = wish.calendar.and_then(|calendar| calendar.after(now));
            match self.0.get_mut(name) {
                Some(known) => {
                    if known.wish.calendar != wish.calendar {
                        known.next = next;
                    }
                    if known.wish.on != wish.on {
                        known.since = now;
                    }
                    known.wish = wish.clone();
                }
                None => {
                    let new = Recurrence {
                        wish: wish.clone(),
                        next,
                        last: None,
                        due: None,
                        since: now,
                        seen: vec![],
                    };
                    self.0.insert(name.clone(), new);
                }
            }
        }
    }

    /// Something happened: makes due what waits for that; answers how much.
    pub fn saw(&mut self, seen: &Seen) -> usize {
        let mut many = 0;
        for one in self.0.values_mut() {
            if one.wish.on.contains(&seen.occasion) && !one.seen.contains(&seen.url) {
                let forgotten = (one.seen.len() + 1).saturating_sub(REMEMBERED);
                one.seen.drain(..forgotten);
                one.seen.push(seen.url.clone());
                one.due = Some(Cause::Seen(seen.clone()));
                many += 1;
            }
        }
        many
    }

    /// Since when something here waits for that, epoch milliseconds; `None`: nothing does.
    pub fn waits_since(&self, occasion: Occasion) -> Option<i64> {
        let waiting = self
            .0
            .values()
            .filter(|one| one.wish.on.contains(&occasion));
        waiting.map(|one| one.since).min()
    }

    /// The first moment by the calendar, epoch milliseconds.
    pub fn next(&self) -> Option<i64> {
        self.0.values().filter_map(|one| one.next).min()
    }

    /// Its day has come: makes due whatever is, once however many days went by, and names the day after.
    pub fn come(&mut self, now: i64) {
        for one in self.0.values_mut() {
            let Some(at) = one.next.filter(|at| *at <= now) else {
                continue;
            };
            one.due = Some(Cause::Calendar(at));
            one.next = one.wish.calendar.and_then(|calendar| calendar.after(now));
        }
    }

    /// Takes out one that is due: its name, how it stands, and why it is due.
    pub fn take_due(&mut self) -> Option<(String, Recurrence, Cause)> {
        self.0.iter_mut().find_map(|(name, one)| {
            let cause = one.due.take()?;
            Some((name.clone(), one.clone(), cause))
        })
    }

    /// An issue was opened for it.
    pub fn opened(&mut self, name: &str, number: IssueNumber) {
        if let Some(one) = self.0.get_mut(name) {
            one.last = Some(number);
        }
    }

    /// The last issue that was opened for it.
    pub fn last(&self, name: &str) -> Option<IssueNumber> {
        self.0.get(name)?.last
    }

    /// Nothing recurs any more: the repository was taken away.
    pub fn forget(&mut self) {
        self.0.clear();
    }
}
