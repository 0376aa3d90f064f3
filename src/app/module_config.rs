//! What each module is configured with, as the set-up says.

use std::collections::BTreeMap;
use std::time::Duration;

use secrecy::ExposeSecret;

use super::setup::Setup;
use crate::agent::{Agents, AgentsConfig, Confinement};
use crate::core::agent::{AgentSpec, SandboxChoice};
use crate::core::gateway::keys;
use crate::core::network::ProxyUrl;
use crate::core::policy::{Me, Policy};
use crate::core::sanitise::HeldSecrets;
use crate::git::GitConfig;
use crate::github::GitHubConfig;
use crate::runner::MachineMemory;

/// So many letters of a private key are the same in all of one kind.
const COMMON: usize = 64;
/// How long the first fetch of a repository may bring nothing at all.
pub(super) const FETCH_SILENCE: Duration = Duration::from_secs(120);

impl Setup {
    pub(super) fn github_config(&self, held: &HeldSecrets) -> GitHubConfig {
        GitHubConfig {
            held: held.clone(),
            words: self.issues.words.clone(),
            api_url: self.github.api_url.clone(),
            web_url: self.github.web_url.clone(),
            app_id: self.github.app_id,
            private_key_pem: self.github.private_key.clone(),
            user_agent: concat!("skep/", env!("CARGO_PKG_VERSION")).to_owned(),
            now: self.clock.clone(),
            ticks: self.ticks.clone(),
            pace: self.pace,
            timeouts: self.timeouts,
            network: self.network.clone(),
        }
    }

    pub(super) fn git_config(&self, life: Option<String>) -> GitConfig {
        GitConfig {
            program: self.git.clone(),
            data_dir: self.data_dir.clone(),
            timeout: self.git_timeout,
            first_fetch: Duration::from_millis(self.limits.first_fetch_ms.unsigned_abs()),
            silence: FETCH_SILENCE,
            old_git: self.old_git,
            network: self.network.clone(),
            life,
        }
    }

    pub(super) fn agents_config(&self, life: Option<String>) -> AgentsConfig {
        AgentsConfig {
            data_dir: self.data_dir.clone(),
            hide: self.hide.clone(),
            sandbox: self.sandbox.clone(),
            inner: self.program.clone(),
            egress: self.egress.clone(),
            clock: self.clock.clone(),
            path: self.path.clone(),
            network: self.network.clone(),
            life,
            session_memory: (!self.demo_in_process)
                .then(|| MachineMemory::for_session(self.limits.session_memory_bytes)),
            demo_in_process: self.demo_in_process,
        }
    }

    pub(super) fn policy(&self, me: Me, agents: &Agents) -> Policy {
        let warning = match agents.confinement() {
            // Without the one that is wanted nothing is started, so that there is nothing to warn of.
            Confinement::Bubblewrap(_) | Confinement::Container(_) | Confinement::Broken { .. } => {
                None
            }
            Confinement::None { warning } => Some(warning),
        };
        let holds = matches!(
            agents.confinement(),
            Confinement::Bubblewrap(_) | Confinement::Container(_)
        );
        self.policy_where(me, warning, holds)
    }

    /// The same where no agent is started: the sandbox that is wanted is taken to work.
    pub(super) fn policy_without_agents(&self, me: Me) -> Policy {
        let holds = !matches!(self.sandbox, SandboxChoice::None);
        self.policy_where(me, None, holds)
    }

    fn policy_where(&self, me: Me, warning: Option<String>, holds: bool) -> Policy {
        Policy {
            me,
            default_role: self.default_role.clone(),
            issues: self.issues.clone(),
            roles: self.roles.clone(),
            agents: self.specs.keys().cloned().collect(),
            default_agent: self.default_agent.clone(),
            limits: self.limits.clone(),
            agent_sessions: agent_sessions(&self.specs),
            agent_memory: agent_memory(&self.specs),
            prices: self.prices.clone(),
            allowed_bots: self.allowed_bots.clone(),
            allow_protected: self.allow_protected.clone(),
            uncounted: self.uncounted.clone(),
            author_answers: self.author_answers,
            ready: self.ready,
            readiness: self.readiness,
            base_rules: self.base_rules,
            keys: match holds {
                true => {
                    let all = self.specs.iter();
                    all.map(|(name, spec)| (name.clone(), keys(spec))).collect()
                }
                // What is said of the sandbox says enough.
                false => BTreeMap::new(),
            },
            confinement_warning: warning,
            credentials: credentials(&self.specs),
        }
    }

    /// What may stand in no text: the App's key, the webhook secrets, the password of the database, addresses and secrets of those who are
    /// told outside GitHub, the values of agents' variables that are keys by their name, and the passwords of proxies, which agents are given as well.
    pub(super) fn keys(&self) -> Vec<String> {
        let network = &self.network;
        let proxies = network.https_proxy.iter().chain(&network.http_proxy);
        let passwords = proxies.flat_map(ProxyUrl::passwords);
        let variables = self.specs.values().flat_map(|spec| &spec.environment);
        let named = variables
            .filter(|(name, _)| is_key(name))
            .map(|(_, value)| value.clone());
        let webhooks = self.github.secrets.texts();
        let webhooks = webhooks.iter().map(|text| text.expose_secret().to_owned());
        let targets = self.notify.iter().flat_map(|target| target.way.secrets());
        let targets = targets.map(str::to_owned);
        let sign_in = self.github.sign_in.iter();
        let sign_in = sign_in.map(|known| known.client_secret.expose_secret().to_owned());
        // Shorter ones would be found in ordinary words.
        named
            .chain(passwords)
            .chain(key_of(self.github.private_key.expose_secret()))
            .chain(webhooks)
            .chain(sign_in)
            .chain(targets)
            .chain(database_password(&self.database_url))
            .filter(|value| value.len() >= 8)
            .collect()
    }
}

/// What is of this key alone: its first letters are those of every key of its kind.
fn key_of(pem: &str) -> Option<String> {
    let body = pem.split("-----").nth(2)?;
    let key: String = body.split_whitespace().collect();
    key.get(COMMON..).map(str::to_owned)
}

fn database_password(url: &str) -> Option<String> {
    let url = url::Url::parse(url).ok()?;
    url.password().map(str::to_owned)
}

/// How many sessions of each agent may be at work at once, where that is limited.
fn agent_sessions(specs: &BTreeMap<String, AgentSpec>) -> BTreeMap<String, u32> {
    let limited = specs
        .iter()
        .filter_map(|(name, spec)| Some((name.clone(), spec.sessions?)));
    limited.collect()
}

/// Agents whose variables hold the same keys, where there are any. The keys themselves go no further.
fn credentials(specs: &BTreeMap<String, AgentSpec>) -> Vec<Vec<String>> {
    let mut by_keys: BTreeMap<Vec<&str>, Vec<String>> = BTreeMap::new();
    for (name, spec) in specs {
        let keys = spec.environment.iter().filter(|(name, _)| is_key(name));
        let mut keys: Vec<&str> = keys.map(|(_, value)| value.as_str()).collect();
        keys.sort_unstable();
        if !keys.is_empty() {
            by_keys.entry(keys).or_default().push(name.clone());
        }
    }
    by_keys.retain(|_, agents| agents.len() > 1);
    by_keys.into_values().collect()
}

/// Whether a variable holds one, by its name.
fn is_key(name: &str) -> bool {
    ["KEY", "TOKEN", "SECRET", "PASSWORD"]
        .iter()
        .any(|word| name.contains(word))
}

/// What a session of each agent is expected to need of the memory, where somebody says so.
fn agent_memory(specs: &BTreeMap<String, AgentSpec>) -> BTreeMap<String, u64> {
    let described = specs
        .iter()
        .filter_map(|(name, spec)| Some((name.clone(), spec.memory?)));
    described.collect()
}
