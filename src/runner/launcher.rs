//! How a session's agent, or a command in its sandbox, is started. It starts nothing itself.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::folders::Folders;
use crate::agent::{Identity as AgentIdentity, Launch, Resources};
use crate::core::agent::AgentSpec;
use crate::core::effect::Grants;
use crate::core::failure::Failure;
use crate::core::ids::SessionId;
use crate::core::location::Place;
use crate::git::{Git, Identity};
use crate::github::{At, GitHub, GitHubError};

/// Knows the operator's agents and where sessions live.
#[derive(Clone, Copy)]
pub(super) struct Launcher<'a> {
    pub(super) github: &'a GitHub,
    pub(super) git: &'a Git,
    pub(super) specs: &'a BTreeMap<String, AgentSpec>,
    pub(super) folders: &'a Folders,
    /// The login of the App's bot.
    pub(super) login: &'a str,
}

/// Whether the working copy may be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    /// It may.
    Write,
    /// It may only be read.
    Read,
}

impl Launcher<'_> {
    /// Who our commits are by: the App's bot, under the address by which GitHub knows it.
    pub(super) async fn author(&self, place: &Place) -> Result<Identity, GitHubError> {
        let (id, login) = (self.github.bot(&At::of(place)).await?, self.login);
        Ok(Identity::new(
            login,
            &format!("{id}+{login}@users.noreply.github.com"),
        ))
    }

    /// How to start a command that verifies work below `folder`: it sees the toolchains that the operator shows this agent, and has nothing
    /// else of it.
    pub(super) async fn verification(
        &self,
        marks: &SessionId,
        place: &Place,
        agent: &str,
        folder: &Path,
    ) -> Result<Launch, Failure> {
        let author = self.author(place).await?;
        let shown = self.specs.get(agent).map(|spec| spec.expose.clone());
        let spec = AgentSpec {
            expose: shown.unwrap_or_default(),
            ..AgentSpec::new("verify", vec![])
        };
        Ok(Launch {
            session: marks.clone(),
            agent: spec,
            workspace: folder.join("work"),
            home: folder.join("home"),
            visible: vec![self.git.mirror_path(place.repository)],
            read_only: false,
            identity: AgentIdentity {
                name: author.name().to_owned(),
                email: author.email().to_owned(),
            },
            resources: Resources::default(),
            grants: Grants::default(),
        })
    }

    /// The folders that are a session's own: its working copy, then its agent's home.
    pub(super) fn own_folders(&self, session: &SessionId) -> Vec<PathBuf> {
        let own = [self.folders.workspace(session), self.folders.home(session)];
        // As the agent knows them.
        let real = own.map(|folder| folder.canonicalize().unwrap_or(folder));
        real.to_vec()
    }

    /// Whether the session's working copy is there.
    pub(super) fn has_workspace(&self, session: &SessionId) -> bool {
        self.folders.workspace(session).exists()
    }

    /// How to start the agent of a session.
    pub(super) async fn launch(
        &self,
        session: &SessionId,
        place: &Place,
        agent: &str,
        access: Access,
    ) -> Result<Launch, Failure> {
        let author = self.author(place).await?;
        let spec = self.specs.get(agent).ok_or_else(|| {
            Failure::refused(format!(
                "the agent `{agent}` is not configured on this server; its operator can add it"
            ))
        })?;
        let mut visible = vec![self.git.mirror_path(place.repository)];
        let attachments = self.folders.attachments(session);
        if tokio::fs::try_exists(&attachments).await.unwrap_or(false) {
            visible.push(attachments);
        }
        Ok(Launch {
            session: session.clone(),
            agent: spec.clone(),
            workspace: self.folders.workspace(session),
            home: self.folders.home(session),
            visible,
            read_only: access == Access::Read,
            identity: AgentIdentity {
                name: author.name().to_owned(),
                email: author.email().to_owned(),
            },
            resources: Resources::default(),
            grants: Grants::default(),
        })
    }
}
