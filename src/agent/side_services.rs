//! The services of a repository's tests, beside what is started: what stands before its program in the command line inside, and what
//! is said where one does not come up or does not stay.
//!
//! They are processes within the sandbox of that start, and must never be started anywhere else.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use super::error::AgentError;
use super::launch::{Launch, LaunchContext};
use super::process::Exit;
use crate::core::text::services as text;
use crate::fence::{ATTEND, Attendance, NO_SERVICE, Side, Trouble, What};

/// So long they may all take to come up.
const COME_UP: Duration = Duration::from_secs(120);
/// Where their folders are, in what is in memory and the sandbox's own.
const INSIDE: &str = "/tmp/skep-services";
/// The same in the session's home, where there is no sandbox.
const AT_HOME: &str = ".skep-services";

impl Launch {
    /// The same without services beside it.
    pub(super) fn alone(&self) -> Self {
        let mut launch = self.clone();
        launch.grants.services.clear();
        launch
    }
}

impl LaunchContext {
    /// What stands before the program; nothing where it has no services.
    pub(super) fn attended(&self, launch: &Launch) -> Vec<OsString> {
        let services = &launch.grants.services;
        if services.is_empty() {
            return vec![];
        }
        let scratch = match self.fence.now().holds() {
            true => PathBuf::from(INSIDE),
            false => launch.home.join(AT_HOME),
        };
        let side = services.iter().map(|(name, service)| Side {
            name: name.clone(),
            command: service.command.clone(),
            port: service.port,
            ready: service.ready.clone(),
        });
        let order = Attendance {
            scratch,
            within_seconds: COME_UP.as_secs(),
            // What the operator sets for the agent, its key above all, is not for them.
            without: launch.agent.environment.keys().cloned().collect(),
            services: side.collect(),
        };
        let ours = self.fence.inner().into();
        vec![ours, ATTEND.into(), order.word(), "--".into()]
    }
}

/// How much longer a start may take because of them.
pub(super) fn patience(launch: &Launch) -> Duration {
    match launch.grants.services.is_empty() {
        true => Duration::ZERO,
        false => COME_UP,
    }
}

/// What was wrong with a service, where that is why it ended.
pub(super) struct NoService {
    /// A sentence, and how to mend it.
    pub(super) say: String,
    /// The end of what the service wrote.
    pub(super) said: Vec<String>,
}

/// Whether a process ended because of one of its services; `stderr` is the end of its error stream.
pub(super) fn trouble(exit: &Exit, stderr: &str) -> Option<NoService> {
    if exit.code() != i32::from(NO_SERVICE) {
        return None;
    }
    let Trouble {
        service,
        what,
        said,
    } = Trouble::read(stderr)?;
    let why = match what {
        What::Missing(why) => text::missing(&why),
        What::Taken(port) => text::taken(port),
        What::Ended(code) => text::ended(code),
        What::Late { seconds } => text::late(seconds),
    };
    Some(NoService {
        say: text::trouble(&service, &why),
        said,
    })
}

impl From<NoService> for AgentError {
    fn from(NoService { say, said }: NoService) -> Self {
        Self::Service(text::with_words(&say, &said))
    }
}
