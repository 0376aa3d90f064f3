//! Ids of traces and spans, as they follow from rows.
//!
//! A task is a trace. A fact is known by its place in the inbox; a try of an effect by the effect's id and the fencing number of its
//! lease. An effect's id says from which fact it followed (`e<place>.<which>`), an outcome's id from which try
//! (`outcome:<effect>:<fence>`), and a fact of the schedule's own at which version of the task it looked, so that each row names its parent.
//! <https://www.w3.org/TR/trace-context/#trace-id>

use std::fmt;

use sha2::{Digest, Sha256};

use crate::core::ids::TaskKey;

/// A trace: sixteen bytes, not all of them zero.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct TraceId([u8; 16]);

/// A span: eight bytes, not all of them zero.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct SpanId([u8; 8]);

/// Where the hash of several parts tells them apart.
fn hash<const N: usize>(kind: &str, parts: &[&[u8]]) -> [u8; N] {
    let mut hash = Sha256::new();
    hash.update(kind.as_bytes());
    for part in parts {
        hash.update([0]);
        hash.update(part);
    }
    let mut id = [0; N];
    id.copy_from_slice(&hash.finalize()[..N]);
    if id == [0; N] {
        // Zeros alone mean that there is none.
        id[N - 1] = 1;
    }
    id
}

impl TraceId {
    /// All that is done about an issue.
    pub fn of_task(task: TaskKey) -> Self {
        Self(hash("skep task", &[task.to_string().as_bytes()]))
    }
}

impl SpanId {
    /// The fact at a place of the inbox.
    pub fn of_fact(seq: i64) -> Self {
        Self(hash("skep fact", &[&seq.to_be_bytes()]))
    }

    /// A try of an effect, by the fencing number it was made under.
    pub fn of_try(effect: &str, fence: i64) -> Self {
        Self(hash("skep try", &[effect.as_bytes(), &fence.to_be_bytes()]))
    }

    /// A call within a try: the moment and a number of this process tell calls apart.
    pub fn of_call(parent: Self, at: i64, number: u64) -> Self {
        let parts: [&[u8]; 3] = [&parent.0, &at.to_be_bytes(), &number.to_be_bytes()];
        Self(hash("skep call", &parts))
    }

    /// The fact that an effect followed from.
    pub fn cause_of_effect(effect: &str) -> Option<Self> {
        let place = effect.strip_prefix('e')?.split('.').next()?;
        place.parse().ok().map(Self::of_fact)
    }

    /// A version of a task.
    pub fn of_version(task: TaskKey, version: i64) -> Self {
        let task = task.to_string();
        Self(hash(
            "skep version",
            &[task.as_bytes(), &version.to_be_bytes()],
        ))
    }

    /// What a fact about a task followed from: the try that told it, or the version of the task that the schedule looked at. Nothing
    /// where it came from outside.
    pub fn cause_of_fact(fact: &str, task: TaskKey) -> Option<Self> {
        let mut parts = fact.split(':');
        let (source, rest) = (parts.next()?, parts.collect::<Vec<_>>());
        match (source, rest.as_slice()) {
            // `outcome:<effect>:<fence>`, `held:…`; `agent:<effect>:<fence>:<number>` and its like.
            ("outcome" | "held" | "tool" | "agent" | "end" | "fetch", [effect, fence, ..]) => {
                Some(Self::of_try(effect, fence.parse().ok()?))
            }
            // `schedule:<name>:<task>:<version>`.
            ("schedule", [_, of, version]) if *of == task.to_string() => {
                Some(Self::of_version(task, version.parse().ok()?))
            }
            _ => None,
        }
    }
}

impl fmt::Display for TraceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for TraceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for SpanId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for SpanId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_row_names_its_parent() {
        assert_eq!(SpanId::cause_of_effect("e41.2"), Some(SpanId::of_fact(41)));
        let task: TaskKey = "7#12".parse().expect("a task");
        for (fact, fence) in [
            ("outcome:e41.2:7", 7),
            ("held:e41.2:8", 8),
            ("tool:e41.2:9:0", 9),
        ] {
            let told = SpanId::cause_of_fact(fact, task);
            assert_eq!(told, Some(SpanId::of_try("e41.2", fence)), "{fact}");
        }
        assert_eq!(
            SpanId::cause_of_fact("schedule:slot:7#12:3", task),
            Some(SpanId::of_version(task, 3))
        );
        for other in [
            "webhook:abc",
            "outcome:e1",
            "outcome:e1:x",
            "schedule:slot:7#1:3",
            "",
        ] {
            assert_eq!(SpanId::cause_of_fact(other, task), None, "{other}");
        }
        assert_eq!(SpanId::cause_of_effect("x41.2"), None);
    }

    #[test]
    fn ids_are_the_same_every_time_and_for_nothing_else() {
        let task: TaskKey = "1296269#12".parse().expect("a task");
        let other: TaskKey = "1296269#13".parse().expect("a task");
        // A trace that began before an update goes on after it.
        assert_eq!(
            TraceId::of_task(task).to_string(),
            "dc672cb3015ceb148c7cbb76ae7bf8b0"
        );
        assert_ne!(TraceId::of_task(task), TraceId::of_task(other));
        assert_ne!(SpanId::of_try("e1.1", 11), SpanId::of_try("e1.11", 1));
        assert_ne!(SpanId::of_fact(1), SpanId::of_fact(2));
        let parent = SpanId::of_fact(1);
        assert_ne!(SpanId::of_call(parent, 5, 0), SpanId::of_call(parent, 5, 1));
        assert_eq!(SpanId::of_fact(1).to_string().len(), 16);
    }
}
