//! Opening a session with an agent: the earlier one where that is wanted and works, a new one otherwise; its mode, its model,
//! its role's instructions and the servers of tools it is offered. (<https://agentclientprotocol.com/protocol/session-setup>)

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

use agent_client_protocol::v1::schema::{
    ContentBlock, HttpHeader, InitializeResponse, LoadSessionRequest, McpServer as WireServer,
    McpServerHttp, NewSessionRequest, ResumeSessionRequest, SessionConfigOption,
    SetSessionConfigOptionRequest, SetSessionModeRequest, SystemPrompt,
};

use crate::core::text::session_log;

use super::connection::{Connection, Ended};
use super::connection_state::Phase;
use super::login::Login;
use super::model::{Choice, choose};

/// How long an agent's late history may take, and the pause in it that counts as its end.
const HISTORY_PATIENCE: Duration = Duration::from_secs(10);
const HISTORY_PAUSE: Duration = Duration::from_millis(250);

/// A server of tools for the agent, over streamable HTTP (<https://modelcontextprotocol.io>): the only transport that all
/// known agents take.
#[derive(Clone, PartialEq, Eq)]
pub struct McpServer {
    /// What the agent calls it.
    pub name: String,
    /// Its address.
    pub url: String,
    /// Headers to send along, such as the session's token.
    pub headers: Vec<(String, String)>,
}

/// Headers carry tokens, so only their names are shown.
impl std::fmt::Debug for McpServer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names: Vec<&String> = self.headers.iter().map(|(name, _)| name).collect();
        f.debug_struct("McpServer")
            .field("name", &self.name)
            .field("url", &self.url)
            .field("headers", &names)
            .finish()
    }
}

/// How a session was asked for.
pub(super) struct Opening<'a> {
    pub(super) workspace: &'a Path,
    pub(super) mcp: &'a [McpServer],
    pub(super) resume: Option<&'a str>,
    pub(super) mode: Option<&'a str>,
    pub(super) model: Option<&'a str>,
    /// The role's, for an agent that takes them apart from the prompt.
    pub(super) instructions: &'a str,
    /// The agent's environment: a key in it may be its login.
    pub(super) environment: &'a BTreeMap<String, String>,
    pub(super) patience: Duration,
}

impl Opening<'_> {
    /// The instructions as the protocol has them, added to the agent's own; none for an agent that does not say that it
    /// takes them, which must not be sent any. A loaded session gets them again: not every agent stores them.
    fn system_prompt(&self, agent: &InitializeResponse) -> Option<SystemPrompt> {
        let wanted = takes_instructions(agent) && !self.instructions.is_empty();
        wanted.then(|| SystemPrompt::new(vec![ContentBlock::from(self.instructions)]))
    }
}

/// Whether the agent takes instructions apart from the prompt.
/// (<https://agentclientprotocol.com/protocol/session-setup>)
pub(super) fn takes_instructions(agent: &InitializeResponse) -> bool {
    let capabilities = &agent.agent_capabilities.session_capabilities;
    capabilities.system_prompt.is_some()
}

/// A session that stands.
#[derive(Debug, Clone)]
pub(super) struct Opened {
    pub(super) id: String,
    pub(super) resumed: bool,
}

impl Connection {
    /// Opens a session: the earlier one where that is wanted and works, a new one otherwise.
    pub(super) async fn session(
        &self,
        agent: &InitializeResponse,
        opening: &Opening<'_>,
    ) -> Result<Opened, Ended> {
        let login = Login {
            offered: &agent.auth_methods,
            environment: opening.environment,
        };
        let earlier = match opening.resume {
            Some(id) => self.restore(agent, id, opening).await?,
            None => None,
        };
        let (opened, options) = match earlier {
            Some(restored) => restored,
            None => {
                let request = NewSessionRequest::new(opening.workspace)
                    .mcp_servers(opening.mcp.iter().map(server).collect())
                    .system_prompt(opening.system_prompt(agent));
                let answer = self
                    .ask_in("session/new", request, login, opening.patience)
                    .await?;
                let opened = Opened {
                    id: answer.session_id.to_string(),
                    resumed: false,
                };
                (opened, answer.config_options.unwrap_or_default())
            }
        };
        if let Some(mode) = opening.mode {
            let request = SetSessionModeRequest::new(opened.id.clone(), mode.to_owned());
            self.ask("session/set_mode", request, opening.patience)
                .await?;
        }
        if let Some(model) = opening.model {
            self.set_model(&opened.id, &options, model, opening.patience)
                .await?;
        }
        Ok(opened)
    }

    /// Asks for a model. One that cannot be had is said, and the agent works with its own.
    async fn set_model(
        &self,
        session: &str,
        options: &[SessionConfigOption],
        wanted: &str,
        patience: Duration,
    ) -> Result<(), Ended> {
        let said = match choose(options, wanted) {
            Choice::Current => return Ok(()),
            Choice::Not(why) => why,
            Choice::Set { option, value } => {
                let request = SetSessionConfigOptionRequest::new(session.to_owned(), option, value);
                match self
                    .ask("session/set_config_option", request, patience)
                    .await
                {
                    Ok(_) => return Ok(()),
                    Err(Ended::Answered(error)) => {
                        let why = error.message.chars().take(200).collect::<String>();
                        session_log::model_refused(wanted, &why)
                    }
                    Err(ended) => return Err(ended),
                }
            }
        };
        self.wire.state().transcript.note(said);
        Ok(())
    }

    /// Without replay if the agent can, else with; none if neither works, which is no failure.
    async fn restore(
        &self,
        agent: &InitializeResponse,
        id: &str,
        opening: &Opening<'_>,
    ) -> Result<Option<(Opened, Vec<SessionConfigOption>)>, Ended> {
        {
            let mut state = self.wire.state();
            state.phase = Phase::Loading;
            state.replayed = 0;
        }
        let login = Login {
            offered: &agent.auth_methods,
            environment: opening.environment,
        };
        let servers: Vec<WireServer> = opening.mcp.iter().map(server).collect();
        let mut outcome = None;
        if agent
            .agent_capabilities
            .session_capabilities
            .resume
            .is_some()
        {
            let request = ResumeSessionRequest::new(id.to_owned(), opening.workspace)
                .mcp_servers(servers.clone())
                .system_prompt(opening.system_prompt(agent));
            let answer = self
                .ask_in("session/resume", request, login, opening.patience)
                .await;
            outcome = Some(answer.map(|answer| answer.config_options));
        }
        if agent.agent_capabilities.load_session
            && !matches!(outcome, Some(Ok(_) | Err(Ended::Failed(_))))
        {
            let request = LoadSessionRequest::new(id.to_owned(), opening.workspace)
                .mcp_servers(servers)
                .system_prompt(opening.system_prompt(agent));
            let answer = self
                .ask_in("session/load", request, login, opening.patience)
                .await;
            outcome = Some(answer.map(|answer| answer.config_options));
            if matches!(outcome, Some(Ok(_))) {
                self.let_history_pass().await;
            }
        }
        self.wire.state().phase = Phase::Quiet;
        match outcome {
            Some(Ok(options)) => {
                self.wire.state().loaded = true;
                Ok(Some((
                    Opened {
                        id: id.to_owned(),
                        resumed: true,
                    },
                    options.unwrap_or_default(),
                )))
            }
            Some(Err(Ended::Failed(error))) => Err(Ended::Failed(error)),
            Some(Err(Ended::Gone)) => Err(Ended::Gone),
            Some(Err(Ended::Answered(error))) => {
                let why = error.message.chars().take(200).collect::<String>();
                let note = session_log::not_loaded(&why);
                self.wire.state().transcript.note(note);
                Ok(None)
            }
            None => Ok(None),
        }
    }

    /// Some agents replay a loaded session only after they have answered. One that has replayed nothing so far is given a
    /// moment: its history must have passed before the prompt, or it could not be told from the answer.
    async fn let_history_pass(&self) {
        if self.wire.state().replayed > 0 {
            return;
        }
        let began = Instant::now();
        let mut seen = 0;
        while began.elapsed() < HISTORY_PATIENCE {
            tokio::time::sleep(HISTORY_PAUSE).await;
            let now = self.wire.state().replayed;
            if now == seen {
                return;
            }
            seen = now;
        }
    }
}

fn server(server: &McpServer) -> WireServer {
    let headers = server
        .headers
        .iter()
        .map(|(name, value)| HttpHeader::new(name.clone(), value.clone()))
        .collect();
    WireServer::Http(McpServerHttp::new(server.name.clone(), server.url.clone()).headers(headers))
}
