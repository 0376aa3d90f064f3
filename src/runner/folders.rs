//! Where sessions live on the disk: every path derives from the session, so that an effect that runs again finds it.

use std::path::{Path, PathBuf};

use crate::core::ids::{SessionId, TaskKey};

/// The folders below the data folder.
#[derive(Debug, Clone)]
pub struct Folders {
    data: PathBuf,
}

impl Folders {
    /// The folders of a data folder.
    pub fn new(data: PathBuf) -> Self {
        Self { data }
    }

    /// The data folder itself.
    pub fn data(&self) -> &Path {
        &self.data
    }

    /// Every session's folder lies in here.
    pub(super) fn sessions(&self) -> PathBuf {
        self.data.join("sessions")
    }

    /// Every repository's mirror lies in here; git makes them.
    pub(super) fn mirrors(&self) -> PathBuf {
        self.data.join("mirrors")
    }

    /// The folder of a session.
    pub fn session(&self, session: &SessionId) -> PathBuf {
        self.sessions().join(session.as_str())
    }

    /// Every checkout that is verified lies in here. What is there at a start was left by a life that was cut short.
    pub fn verifications(&self) -> PathBuf {
        self.data.join("verifications")
    }

    /// The folder in which a task's work is verified; nothing stays in it.
    pub(super) fn verification(&self, task: TaskKey) -> PathBuf {
        let TaskKey { repository, issue } = task;
        self.verifications().join(format!("{repository}-{issue}"))
    }

    /// The working copy of a session.
    pub fn workspace(&self, session: &SessionId) -> PathBuf {
        self.session(session).join("work")
    }

    /// The home of a session's agent; it outlives the process, so that the agent can load its session.
    pub(super) fn home(&self, session: &SessionId) -> PathBuf {
        self.session(session).join("home")
    }

    /// What people attached to the issue of a session; its agent may read it.
    pub(super) fn attachments(&self, session: &SessionId) -> PathBuf {
        self.session(session).join("attachments")
    }

    /// Where a session's commits are bundled.
    pub(super) fn bundle(&self, session: &SessionId) -> PathBuf {
        self.home(session).join(".skep.bundle")
    }
}
