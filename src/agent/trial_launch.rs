//! What is started without work, to try an agent out: it has nothing of any session.

use std::path::PathBuf;

use crate::core::agent::AgentSpec;
use crate::core::effect::Grants;
use crate::core::ids::SessionId;

use super::launch::{Identity, Launch};
use super::resources::Resources;

/// A start without work: nothing to write but the home, and nothing of a session to see.
pub(super) fn trial_launch(agent: AgentSpec, workspace: PathBuf, home: PathBuf) -> Launch {
    Launch {
        session: trial_session(),
        agent,
        workspace,
        home,
        visible: vec![],
        read_only: true,
        identity: Identity {
            name: "skep".to_owned(),
            email: "skep@localhost".to_owned(),
        },
        resources: Resources::default(),
        grants: Grants::default(),
    }
}

/// The session of a start without work: the number of no task.
fn trial_session() -> SessionId {
    "1-1-1"
        .parse()
        .expect("a session's id; the tests try an agent out")
}
