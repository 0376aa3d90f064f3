//! Checks the statement of provenance of a pull request: signature, what it is about, and what its recorded commands do when they are run
//! again, in a clean checkout, in the sandbox, without keys.
//!
//! It needs no running skep, and no secret but what it takes to see the repository. What it makes it makes in a folder of its own, which
//! goes with it. A stranger's commands are never run without a sandbox.

use std::path::Path;
use std::time::Duration;

use anyhow::Context;
use secrecy::SecretString;
use url::Url;

use super::sandbox_view::agents_config;
use super::scratch::Scratch;
use super::{ca_bundle, module_config};
use crate::agent::{
    Agents, AgentsConfig, Ended, Identity, Launch, MOST_OUTPUT, RepositoryCommand, Resources,
};
use crate::config::Config;
use crate::core::agent::AgentSpec;
use crate::core::effect::Grants;
use crate::core::ids::{IssueNumber, RepositoryName, SessionId, TaskKey};
use crate::core::provenance::{Asked, Envelope, Ran, Replayed, Statement, held_against, replayed};
use crate::core::text::{failure, provenance as says, verify};
use crate::core::verification::RunEnd;
use crate::git::{FetchRequest, Git, GitConfig, Remote};
use crate::github::{GitHubError, SeenPull, Visitor};
use crate::runner::MachineMemory;
use crate::signing::{Signed, VerifyingKey};

/// So long each command may take when it is run again.
const PATIENCE: Duration = Duration::from_secs(3_600);
/// How long one git process may take.
const GIT_TIMEOUT: Duration = Duration::from_secs(600);

/// What is to be checked.
pub struct PullQuestion {
    /// The repository, as it is written in the address.
    pub name: RepositoryName,
    /// The pull request's number.
    pub number: IssueNumber,
    /// The REST root.
    pub api: Url,
    /// Where git goes.
    pub web: Url,
    /// Whose signature counts.
    pub keys: Vec<VerifyingKey>,
    /// What opens the repository, where that takes something.
    pub token: Option<SecretString>,
    /// Whether the recorded commands are run again.
    pub replays: bool,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PullAnswer {
    /// In words.
    pub text: String,
    /// How it stands.
    pub verdict: PullVerdict,
}

/// How it stands, by the exit code that says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PullVerdict {
    /// All of it is so.
    Holds = 0,
    /// There is no statement.
    None = 3,
    /// There is one that this installation did not make of this pull request.
    Forged = 4,
    /// It was so, and the pull request has moved on.
    Overtaken = 5,
    /// A command ends otherwise.
    Differs = 6,
}

impl PullAnswer {
    fn new(verdict: PullVerdict, text: impl Into<String>) -> Self {
        let mut text = text.into();
        if !text.ends_with('\n') {
            text.push('\n');
        }
        Self { text, verdict }
    }
}

/// Checks it.
///
/// # Errors
/// GitHub could not be asked, or the commands could not be run.
pub async fn verify_pull(config: Config, question: PullQuestion) -> anyhow::Result<PullAnswer> {
    let scratch = Scratch::new()?;
    let mut config = config;
    config.network.ca_bundle = ca_bundle::write(&config.certificates, scratch.path())?;
    let visitor = Visitor::new(&question.api, question.token.clone(), &config.network)?;
    let pull = match visitor.pull(&question.name, question.number).await {
        Ok(pull) => pull,
        Err(error @ GitHubError::NotFound { .. }) => {
            return Ok(PullAnswer::new(PullVerdict::None, format!("{error}.")));
        }
        Err(error) => return Err(error.into()),
    };
    let statement = match judge_pull(&pull, &question.keys) {
        Ok(statement) => statement,
        Err(answer) => return Ok(answer),
    };
    let mut text = says::holds(&pull.page, &statement);
    let recorded = statement.predicate.seen.commands.as_deref();
    let recorded = match recorded {
        _ if !question.replays => {
            text.push_str(says::NOT_REPLAYED);
            return Ok(PullAnswer::new(PullVerdict::Holds, text));
        }
        None | Some([]) => {
            text.push_str(says::NOTHING_TO_REPLAY);
            return Ok(PullAnswer::new(PullVerdict::Holds, text));
        }
        Some(all) => all,
    };
    let replay = Replay {
        folder: scratch.path(),
        pull: &pull,
        question: &question,
        statement: &statement,
    };
    let Some(all) = replay.run(config, recorded).await? else {
        return Ok(PullAnswer::new(PullVerdict::Forged, says::OTHER_CHANGES));
    };
    text.push_str(&says::replay(&all));
    let verdict = match all.iter().all(Replayed::agrees) {
        true => PullVerdict::Holds,
        false => {
            text.push_str(says::DIFFERS);
            PullVerdict::Differs
        }
    };
    Ok(PullAnswer::new(verdict, text))
}

/// The statement of a pull request as it is seen, if it is signed with one of these keys and of nothing else than this; or what is to be
/// said instead. Nothing is asked and nothing is run.
pub fn judge_pull(pull: &SeenPull, keys: &[VerifyingKey]) -> Result<Statement, PullAnswer> {
    let statement = signed(pull, keys)?;
    let asked = Asked {
        repository: pull.repository,
        branch: &pull.branch,
        head: &pull.head,
        base_branch: &pull.base_branch,
    };
    let Some(departure) = held_against(&statement, &asked) else {
        return Ok(statement);
    };
    let verdict = match departure.is_overtaken() {
        true => PullVerdict::Overtaken,
        false => PullVerdict::Forged,
    };
    let now = (pull.head.as_str(), pull.base_branch.as_str());
    Err(PullAnswer::new(verdict, says::departs(&departure, now)))
}

/// The statement in the text, if its signature is right. Where there are several the first that is right counts: what somebody else puts
/// beside it does no harm.
fn signed(pull: &SeenPull, keys: &[VerifyingKey]) -> Result<Statement, PullAnswer> {
    let mut flaw = None;
    for envelope in Envelope::all_in(&pull.body) {
        let payload = envelope.as_ref().and_then(Envelope::payload);
        let (Some(envelope), Some(payload)) = (envelope, payload) else {
            flaw = flaw.or(Some(says::Flaw::Unreadable));
            continue;
        };
        let found = match VerifyingKey::judge(keys, &envelope, &payload) {
            Signed::Right => match Statement::read(&payload) {
                Some(statement) => return Ok(statement),
                None => says::Flaw::Unreadable,
            },
            Signed::Bent => says::Flaw::Bent,
            Signed::OtherKey => says::Flaw::OtherKey,
        };
        flaw = flaw.or(Some(found));
    }
    Err(match flaw {
        Some(flaw) => PullAnswer::new(PullVerdict::Forged, says::flawed(flaw)),
        None => PullAnswer::new(PullVerdict::None, says::none(&pull.page)),
    })
}

/// The recorded commands, to be run again.
struct Replay<'a> {
    folder: &'a Path,
    pull: &'a SeenPull,
    question: &'a PullQuestion,
    statement: &'a Statement,
}

impl Replay<'_> {
    /// Runs them in order; `None` where the commit changes something else than was stated.
    async fn run(&self, config: Config, recorded: &[Ran]) -> anyhow::Result<Option<Vec<Replayed>>> {
        let git = self.fetched(&config).await?;
        let place = &self.statement.predicate.place;
        let (repository, head) = (self.pull.repository, &self.pull.head);
        let footing = git.footing(repository, &place.base, head).await?;
        let is = footing
            .as_ref()
            .map(|is| (is.tree.as_str(), is.changes.as_str()));
        if self
            .statement
            .content()
            .is_some_and(|said| Some(said) != is)
        {
            return Ok(None);
        }
        let agents = Agents::open(self.agents_config(config)).await?;
        anyhow::ensure!(agents.confinement().holds(), says::NO_SANDBOX);
        let launch = self.launch(&git)?;
        git.check_out(repository, head, &launch.workspace)
            .await
            .context("lay the commit out")?;
        let mut ends = Vec::new();
        for ran in recorded {
            let end = match &ran.end {
                RunEnd::NotRun => RunEnd::NotRun,
                _ => run(&agents, &launch, &ran.command).await?,
            };
            ends.push(end);
        }
        Ok(Some(replayed(recorded, ends)))
    }

    async fn fetched(&self, config: &Config) -> anyhow::Result<Git> {
        let git = Git::open(GitConfig {
            program: config.git.clone(),
            data_dir: self.folder.to_owned(),
            timeout: GIT_TIMEOUT,
            first_fetch: Duration::from_millis(config.limits.first_fetch_ms.unsigned_abs()),
            silence: module_config::FETCH_SILENCE,
            old_git: config.old_git,
            network: config.network.clone(),
            life: None,
        });
        let git = git.await.context("set up git")?;
        let web = self.question.web.as_str().trim_end_matches('/');
        let remote = Remote {
            repository: self.pull.repository,
            url: format!("{web}/{}.git", self.pull.name),
            token: self.question.token.clone(),
        };
        let wanted = FetchRequest {
            branch: self.pull.branch.clone(),
            sha: Some(self.pull.head.clone()),
        };
        git.fetch(&remote, &wanted).await.context(says::NO_COMMIT)?;
        let head = &self.pull.head;
        anyhow::ensure!(
            git.holds(self.pull.repository, head).await?,
            says::NO_COMMIT
        );
        git.fetch_contents(&remote, &[head])
            .await
            .context("fetch the commit's files")?;
        Ok(git)
    }

    fn agents_config(&self, config: Config) -> AgentsConfig {
        let memory = MachineMemory::for_session(config.limits.session_memory_bytes);
        AgentsConfig {
            session_memory: Some(memory),
            ..agents_config(config, self.folder)
        }
    }

    fn launch(&self, git: &Git) -> anyhow::Result<Launch> {
        let folder = self.folder.canonicalize()?.join("verifications/replay");
        let home = folder.join("home");
        std::fs::create_dir_all(&home)?;
        let issue = IssueNumber(self.statement.predicate.place.issue);
        Ok(Launch {
            session: SessionId::of_verification(TaskKey::new(self.pull.repository, issue)),
            agent: AgentSpec::new("verify", vec![]),
            workspace: folder.join("work"),
            home,
            visible: vec![git.mirror_path(self.pull.repository)],
            read_only: false,
            identity: Identity {
                name: "skep".to_owned(),
                email: "skep@localhost".to_owned(),
            },
            resources: Resources::default(),
            grants: Grants {
                egress: self.statement.predicate.seen.opened.clone(),
                ..Grants::default()
            },
        })
    }
}

async fn run(agents: &Agents, launch: &Launch, line: &str) -> anyhow::Result<RunEnd> {
    let command = RepositoryCommand {
        launch,
        line,
        timeout: PATIENCE,
    };
    let ended = agents.run_repository_command(command).await?;
    Ok(match ended.end {
        Ended::Exit(code) => RunEnd::Exit { code },
        Ended::TimedOut => RunEnd::TimedOut,
        Ended::OutOfMemory(limit) => RunEnd::Killed {
            why: failure::too_much_memory(limit, limit),
        },
        Ended::Flooded => RunEnd::Killed {
            why: verify::wrote_too_much(MOST_OUTPUT),
        },
    })
}
