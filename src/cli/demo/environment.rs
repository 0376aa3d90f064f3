//! What the demo runs on: a simulated GitHub, a whole skep and the demo agent, on loopback, in a folder of their own.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context;
use url::Url;

use super::key;
use crate::agent::{Confinement, SandboxChoice, presets, registry};
use crate::app::{self, Addresses, App, GitHubSetup, Running, Setup};
use crate::config::Certificates;
use crate::core::agent::AgentSpec;
use crate::core::base_rules::OnBaseRules;
use crate::core::effect::EffectKind;
use crate::core::ids::{IssueNumber, RepositoryId};
use crate::core::network::Network;
use crate::core::policy::{Limits, Readiness};
use crate::core::text;
use crate::core::text::demo_issues::Scenario;
use crate::git::OldGit;
use crate::github::Pace;
use crate::runner::Timings;
use crate::store::EffectFilter;
use crate::webhook::Secrets;
use skep_simulator::world::IssueDraft;
use skep_simulator::{PullView, Simulator, SimulatorConfig};

pub(super) const USER: &str = "ana";
pub(super) const REPOSITORY: &str = "octo/garden";

/// Everything the demo runs on.
pub(super) struct Environment {
    pub(super) simulator: Simulator,
    pub(super) running: Running,
    /// Where it takes webhooks.
    pub(super) listen: SocketAddr,
    pub(super) repository: RepositoryId,
    pub(super) secret: String,
    pub(super) folder: PathBuf,
    pub(super) scenarios: &'static [Scenario],
    /// The longest that it may take.
    pub(super) time_limit: Duration,
}

/// The longest the demo may take with a model.
pub(super) const WITH_A_MODEL: Duration = Duration::from_secs(20 * 60);

/// What is played, and by which agent.
pub(super) struct DemoSetup {
    pub(super) scenarios: &'static [Scenario],
    /// The agent; the scripted one where there is none.
    pub(super) agent: Option<AgentSpec>,
    /// The longest that it may take, on a machine that is busy besides.
    pub(super) time_limit: Duration,
    pub(super) path: String,
    pub(super) network: Network,
    pub(super) certificates: Certificates,
}

impl DemoSetup {
    /// These scenarios, by the agent that follows a script.
    pub(super) fn scripted(scenarios: &'static [Scenario], path: String) -> Self {
        let (network, certificates) = (Network::default(), Certificates::default());
        Self {
            scenarios,
            agent: None,
            time_limit: Duration::from_secs(60),
            path,
            network,
            certificates,
        }
    }
}

const FILES: [(&str, &str); 3] = [
    ("README.md", "# Garden\n\nRun `python greet.py`.\n"),
    ("src/greet.py", "def greet():\n    return \"Hello\"\n"),
    (
        ".github/pull_request_template.md",
        "## Checklist\n\n- [ ] I read the diff\n",
    ),
];

impl Environment {
    /// Builds and starts everything in `folder`, which is the caller's to remove if this fails; `listen` is where skep takes webhooks.
    pub(super) async fn build(
        folder: &Path,
        listen: SocketAddr,
        setup: DemoSetup,
    ) -> anyhow::Result<Self> {
        let (scenarios, has_model) = (setup.scenarios, setup.agent.is_some());
        let time_limit = setup.time_limit;
        let keys = key::make()?;
        let secret = app::random_name("demo")?;
        let mut config = SimulatorConfig::new(folder.join("github"), keys.public);
        config.webhook_secret.clone_from(&secret);
        let app_id = config.app_id;
        let simulator = Simulator::start(config)
            .await
            .context("start the simulated GitHub")?;
        simulator.create_user(USER);
        let (owner, name) = REPOSITORY.split_once('/').unwrap_or((REPOSITORY, ""));
        let repository = simulator
            .create_repository(owner, name, &FILES)
            .await
            .map(RepositoryId)
            .context("make the repository")?;
        simulator
            .set_permission(repository, USER, "write")
            .context("give write access")?;
        let github = GitHubSetup {
            app_id: u64::try_from(app_id).context("the App's number")?,
            private_key: keys.private.into(),
            sign_in: None,
            secrets: Secrets::new([secret.clone().into()])?,
            api_url: Url::parse(&simulator.api_url())?,
            web_url: Url::parse(&simulator.git_url())?,
        };
        let app = App::build(app_setup(folder, github, setup)?).await?;
        if let Some(program) = lacking(&app).filter(|_| has_model) {
            app.store.close().await;
            simulator.stop().await;
            anyhow::bail!(text::demo::no_program(
                &program,
                registry::name_of(&program)
            ));
        }
        let running = app
            .start(&Addresses {
                listen: Some(listen),
                admin: SocketAddr::from(([127, 0, 0, 1], 0)),
            })
            .await?;
        let listen = running.listen.context("listen for webhooks")?;
        simulator.set_webhook_url(&format!("http://{listen}/webhook"));
        Ok(Self {
            simulator,
            running,
            listen,
            repository,
            secret,
            folder: folder.to_owned(),
            scenarios,
            time_limit,
        })
    }

    /// Files an issue and adds its labels, the switch last, as a person would.
    pub(super) fn file(&self, scenario: &Scenario) -> anyhow::Result<IssueNumber> {
        let draft = IssueDraft {
            title: scenario.title.to_owned(),
            body: Some(scenario.body.to_owned()),
            labels: vec![format!("role:{}", scenario.role)],
            ..IssueDraft::default()
        };
        let issue = self.simulator.open_issue(self.repository, USER, draft)?;
        self.simulator
            .label(self.repository, issue, "agent:go", USER)?;
        Ok(IssueNumber(issue))
    }

    /// The number of the next issue, after those that were filed.
    pub(super) fn next_number(&self, filed: usize) -> i64 {
        let pulls = self.simulator.pulls(self.repository).unwrap_or_default();
        pulls
            .iter()
            .map(|pull| pull.issue.number)
            .chain([filed as i64])
            .max()
            .unwrap_or_default()
            + 1
    }

    /// Whether nothing is on its way to GitHub; a moment that is only waited for is not, nor a look that says nothing.
    pub(super) async fn all_said(&self) -> anyhow::Result<bool> {
        let filter = EffectFilter {
            open: Some(true),
            ..EffectFilter::default()
        };
        let open = self.running.app.store.effects(&filter, 1_000).await?;
        let silent = [EffectKind::SetTimer, EffectKind::RefreshPullRequest].map(EffectKind::name);
        Ok(open
            .iter()
            .all(|look| silent.contains(&look.effect.kind.as_str())))
    }

    /// Ends everything and removes the folder.
    pub(super) async fn clear(self) -> anyhow::Result<()> {
        self.running.stop().await;
        self.simulator.stop().await;
        tokio::fs::remove_dir_all(&self.folder)
            .await
            .with_context(|| format!("remove {}", self.folder.display()))
    }
}

/// The pull request an issue ended in.
pub(super) fn pull_of(pulls: &[PullView], issue: IssueNumber) -> Option<&PullView> {
    let prefix = format!("agent/{issue}-");
    pulls.iter().find(|pull| pull.head.starts_with(&prefix))
}

/// An agent's program that is not on this machine.
fn lacking(app: &App) -> Option<String> {
    let parts = app.runner.services();
    let mut programs = parts.specs.values().filter_map(|spec| spec.command.first());
    programs
        .find(|program| parts.agents.find_program(program).is_none())
        .cloned()
}

/// A folder of the demo's own.
pub(super) fn folder() -> anyhow::Result<PathBuf> {
    let folder = std::env::temp_dir().join(app::random_name("skep-demo")?);
    std::fs::create_dir_all(&folder).with_context(|| format!("make {}", folder.display()))?;
    Ok(folder)
}

/// The demo's own agent only does what its script says, so that it may show itself where bubblewrap does not work, which is said; no
/// other one may.
fn sandbox(path: &str, program: &Path, foreign: bool) -> SandboxChoice {
    match Confinement::probe(&SandboxChoice::Bubblewrap, path, program) {
        Confinement::Broken { .. } if !foreign => SandboxChoice::None,
        _ => SandboxChoice::Bubblewrap,
    }
}

fn app_setup(folder: &Path, github: GitHubSetup, setup: DemoSetup) -> anyhow::Result<Setup> {
    let data_dir = folder.join("skep");
    let program = std::env::current_exe().context("find our own program")?;
    let sandbox = sandbox(&setup.path, &program, setup.agent.is_some());
    let agent = setup
        .agent
        .unwrap_or_else(|| presets::demo(&program.to_string_lossy()));
    Ok(Setup {
        // It takes a few hundred kilobytes of disk, and must not wait for gibibytes to be free.
        limits: Limits {
            status_interval_ms: 500,
            disk_reserve_bytes: 0,
            memory_reserve_bytes: 0,
            ..Limits::default()
        },
        // Whoever watches sees at once that a session cannot start, and why.
        readiness: Readiness::Warn,
        base_rules: OnBaseRules::Off,
        // GitHub's limits are not this GitHub's: the demo need not wait for them.
        pace: Pace {
            burst: 1_000,
            per_second: 1_000,
            per_minute: 10_000,
            per_hour: 100_000,
            points_per_minute: 1_000_000,
            ..Pace::default()
        },
        git_timeout: Duration::from_secs(60),
        old_git: OldGit::Allow,
        network: setup.network,
        certificates: setup.certificates,
        path: setup.path,
        timings: Timings {
            progress: Duration::from_millis(100),
            ..Timings::default()
        },
        sandbox,
        ..Setup::new(data_dir, github, agent)
    })
}
