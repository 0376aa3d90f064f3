//! What goes with a change of the task: lines of its timeline, events for the world, and what people are owed. It holds no
//! effects and cannot plan any.

use serde_json::{Value, json};

use super::Noted;
use crate::effect::Reaction;
use crate::event_name::DomainEvent;
use crate::ids::{CommentId, IssueNumber};
use crate::task::{Owed, Task};

/// What goes with a change of the task.
#[derive(Debug, Default)]
pub(super) struct Notes {
    events: Vec<(DomainEvent, Value)>,
    timeline: Vec<String>,
    owed: Vec<Owed>,
}

impl Notes {
    /// Lets the world know.
    pub(super) fn note(&mut self, happening: DomainEvent, details: Value) {
        self.events.push((happening, details));
    }

    /// Lets the world know, without details.
    pub(super) fn note_bare(&mut self, happening: DomainEvent) {
        self.note(happening, json!({}));
    }

    /// A line of the timeline.
    pub(super) fn tell(&mut self, line: impl Into<String>) {
        self.timeline.push(line.into());
    }

    /// A comment of ours, one of the few that a session may write.
    pub(super) fn say(&mut self, on: IssueNumber, key: impl Into<String>, body: impl Into<String>) {
        self.owe(Owed::Comment {
            on,
            key: key.into(),
            comment: None,
            body: body.into(),
            counted: true,
        });
    }

    /// A comment of ours that is written however many there are.
    pub(super) fn say_anyway(&mut self, on: IssueNumber, key: impl Into<String>, body: String) {
        self.edit(on, key, None, body);
    }

    /// A comment of ours that is there already, or is on its way, says something else.
    pub(super) fn edit(
        &mut self,
        on: IssueNumber,
        key: impl Into<String>,
        comment: Option<CommentId>,
        body: String,
    ) {
        self.owe(Owed::Comment {
            on,
            key: key.into(),
            comment,
            body,
            counted: false,
        });
    }

    /// A reaction on a comment.
    pub(super) fn react_to(&mut self, comment: CommentId, reaction: Reaction) {
        self.owe(Owed::ReactTo {
            comment,
            reaction,
            instead_of: None,
        });
    }

    /// A reaction on the issue.
    pub(super) fn react(&mut self, reaction: Reaction) {
        self.owe(Owed::React {
            reaction,
            instead_of: None,
        });
    }

    /// Something else that people are owed.
    pub(super) fn owe(&mut self, owed: Owed) {
        self.owed.push(owed);
    }

    /// Puts it where it belongs; answers the events, of the session that the task has now.
    pub(super) fn put(self, task: &mut Task, now: i64) -> Vec<Noted> {
        for line in self.timeline {
            task.tell(now, line);
        }
        task.wanted.owed.extend(self.owed);
        let session = task.job().map(|job| job.session.clone());
        self.events
            .into_iter()
            .map(|(happening, details)| Noted {
                happening,
                session: session.clone(),
                details,
            })
            .collect()
    }
}
