//! What a function of the first pass may use.

use crate::command::Command;
use crate::decide::decision::Noted;
use crate::decide::notes::Notes;
use crate::event::{AuthorizedComment, Event};
use crate::ids::IssueNumber;
use crate::policy::Context;
use crate::task::Task;

/// What is recorded at one go: an event, or one of the things that a comment says. Each is followed up before the next.
#[derive(Debug, Clone)]
pub(in crate::decide) enum Input<'a> {
    /// Something happened.
    Event(&'a Event),
    /// A comment gives a command.
    Command(Box<AuthorizedComment>, Command),
    /// A line of a comment that is no command is answered.
    Reply(Box<AuthorizedComment>, String),
    /// What a comment says beside its commands.
    Words(Box<AuthorizedComment>, String),
}

/// What a function of this pass may use.
pub(in crate::decide) struct Recording<'a> {
    /// The task as it was before.
    pub(in crate::decide) known: &'a Task,
    pub(in crate::decide) cx: Context<'a>,
    /// What goes with the change.
    pub(in crate::decide) notes: Notes,
    /// What else the event says: recorded after this was followed up.
    pub(in crate::decide) then: Vec<Input<'static>>,
}

/// What was recorded.
pub(in crate::decide) struct Outcome {
    /// Why things stand as they do now; empty when what follows says it.
    pub(in crate::decide) reason: String,
    pub(in crate::decide) events: Vec<Noted>,
    pub(in crate::decide) then: Vec<Input<'static>>,
}

impl Recording<'_> {
    /// Whether what people say on that number concerns us: the issue, or our pull request.
    pub(super) fn is_here(&self, on: IssueNumber) -> bool {
        on == self.known.place.issue || self.known.is_our_pull(on)
    }
}
