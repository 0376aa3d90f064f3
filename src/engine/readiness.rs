//! What should be looked at before the next sessions start, and what was found: between the schedule and whoever looks. It looks
//! at nothing itself.

use std::collections::HashMap;

use super::Engine;
use super::error::EngineError;
use super::settle::read_stored;
use crate::core::ids::TaskKey;
use crate::core::location::Place;
use crate::core::schedule::{Fault, Looked, Subject};

/// Something to look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// What.
    pub subject: Subject,
    /// An issue that waits for it.
    pub place: Place,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Of what.
    pub subject: Subject,
    /// What is wrong with it, if anything.
    pub fault: Option<Fault>,
    /// What it calls itself, where it said that.
    pub said: Option<String>,
}

/// How something stands that sessions need.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Health {
    /// What was found of it last.
    pub looked: Looked,
    /// What it called itself last, where it ever did.
    pub said: Option<String>,
}

impl Engine {
    /// Comes back when there may be something to look at.
    pub async fn asked(&self) {
        self.asked.notified().await;
    }

    /// What is to be looked at now.
    pub async fn asks(&self) -> Result<Vec<Ask>, EngineError> {
        let now = (self.clock)();
        let asked = match &self.slots.lock().await.schedule {
            Some(schedule) => schedule.asks(now),
            None => Vec::new(),
        };
        if asked.is_empty() {
            return Ok(Vec::new());
        }
        let keys: Vec<TaskKey> = asked.iter().map(|(_, task)| *task).collect();
        let rows = self.store.tasks(&keys).await?;
        let mut places: HashMap<TaskKey, Place> = HashMap::new();
        for row in &rows {
            places.insert(row.key, read_stored(row)?.place);
        }
        let ask = |(subject, task): (Subject, TaskKey)| {
            let place = places.get(&task)?.clone();
            Some(Ask { subject, place })
        };
        Ok(asked.into_iter().filter_map(ask).collect())
    }

    /// What was found; what it lets start starts, and who waits is told why. Answers what of it is news.
    pub async fn found(&self, findings: Vec<Finding>) -> Result<Vec<Finding>, EngineError> {
        let now = (self.clock)();
        let mut news = findings;
        let mut slots = self.slots.lock().await;
        for finding in &news {
            if let (Subject::Agent(name), Some(said)) = (&finding.subject, &finding.said) {
                slots.names.insert(name.clone(), said.clone());
            }
        }
        if let Some(schedule) = &mut slots.schedule {
            news.retain(|finding| {
                schedule.found(finding.subject.clone(), finding.fault.clone(), now)
            });
        }
        drop(slots);
        self.schedule().await?;
        Ok(news)
    }

    /// How all stands that was looked at of late; what nobody needed is not in it.
    pub async fn health(&self) -> Vec<Health> {
        let now = (self.clock)();
        let slots = self.slots.lock().await;
        let looked = slots.schedule.as_ref().map(|schedule| schedule.looked(now));
        let health = |looked: Looked| Health {
            said: match &looked.subject {
                Subject::Agent(name) => slots.names.get(name).cloned(),
                Subject::Repository(_) => None,
            },
            looked,
        };
        looked.unwrap_or_default().into_iter().map(health).collect()
    }
}
