//! What a set-up needs to know, as the configuration and the command line say.

use std::net::SocketAddr;
use std::path::PathBuf;

use url::Url;

use super::memory::Memory;
use crate::app::clock::system_clock;
use crate::app::listeners::dashboard;
use crate::config::{Certificates, Config};
use crate::core::network::Network;
use crate::core::starter::WhoStarts;
use crate::core::time::Clock;

/// What becomes of the App's secrets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// They are written into the data folder.
    InFolder,
    /// They are printed, and nowhere else.
    Printed,
}

/// What a set-up needs to know.
#[derive(Clone)]
pub struct RegistrationSetup {
    /// Where the App's file goes.
    pub data_dir: PathBuf,
    /// Where webhooks arrive; `None` where news is asked for.
    pub listen: Option<SocketAddr>,
    /// Where the page is.
    pub admin: SocketAddr,
    /// Where GitHub sends webhooks; without it an App can be registered only where news is asked for.
    pub hook: Option<Url>,
    /// Whether news is asked for and no webhook is to come.
    pub only_polls: bool,
    /// The channel they are read from, if that is one.
    pub webhook_proxy: Option<Url>,
    /// The REST API's root.
    pub api_url: Url,
    /// Where people go.
    pub web_url: Url,
    /// The organization that is to own the App; none: the person's own account.
    pub organization: Option<String>,
    /// How the App is to be called.
    pub name: Option<String>,
    /// Where people reach the dashboard from elsewhere.
    pub dashboard: Option<Url>,
    /// Whether teams are named, whose members are to be seen then.
    pub teams: bool,
    /// The agent that is named.
    pub agent: Option<String>,
    /// What becomes of the secrets.
    pub keep: Keep,
    /// The way out.
    pub network: Network,
    /// Certificates besides the system's.
    pub certificates: Certificates,
    /// The wall clock.
    pub clock: Clock,
}

impl RegistrationSetup {
    /// As the configuration says; GitHub's addresses are (`api`, `web`).
    pub fn of(config: &Config, (api, web): (Url, Url)) -> Self {
        let teams = match &config.issues.who_starts {
            WhoStarts::Named(starters) => !starters.teams.is_empty(),
            WhoStarts::Right(_) => false,
        };
        Self {
            data_dir: config.data_dir.clone(),
            listen: config.webhook_listen(),
            admin: config.admin_listen,
            hook: config.public.hook(),
            only_polls: config.public.only_polls(),
            webhook_proxy: config.public.webhook_proxy.clone(),
            api_url: api,
            web_url: web,
            organization: None,
            name: None,
            dashboard: dashboard(&config.issues),
            teams,
            agent: config.default_agent.clone(),
            keep: Keep::InFolder,
            network: config.network.clone(),
            certificates: config.certificates.clone(),
            clock: system_clock(),
        }
    }

    /// Whether a set-up began in this folder and its checklist is not done.
    pub fn is_unfinished(&self) -> bool {
        Memory::is_unfinished(&self.data_dir)
    }
}
