//! What a test app is given: the settings that stories differ in.

use std::time::Duration;

use skep::config::Certificates;
use skep::core::base_rules::OnBaseRules;
use skep::core::issue_rules::IssueRules;
use skep::core::notifications::Notifications;
use skep::core::notify::{Patience, Target};
use skep::core::policy::{AllowProtected, Limits, MakeReady, Readiness, Retention};
use skep::core::usage::{Meaning, Price};
use skep::github::{Pace, Timeouts};
use skep::notify::Waits;
use skep::runner::Timings;
use skep::sweep::Hearing;

/// How a app is built.
#[derive(Clone)]
pub(crate) struct Options {
    /// Numbers.
    pub limits: Limits,
    /// What tokens cost, by the name of an agent.
    pub prices: Vec<(String, Price)>,
    /// What the demo agent means by its tokens.
    pub usage: Meaning,
    /// Protected paths that may be touched.
    pub allow_protected: AllowProtected,
    /// The operator's patterns of what to leave out.
    pub ignore: Vec<String>,
    /// The operator's roles.
    pub roles: Vec<skep::core::role::Role>,
    /// What an issue may say about the work on it.
    pub issues: IssueRules,
    /// The demo agent runs as a process of its own.
    pub process: bool,
    /// The `PATH` of agents, when it is not the test's.
    pub path: Option<String>,
    /// The git program.
    pub git: std::path::PathBuf,
    /// Another agent than the demo.
    pub agent: Option<skep::core::agent::AgentSpec>,
    /// Further agents beside it.
    pub more_agents: Vec<skep::core::agent::AgentSpec>,
    /// The repository's files.
    pub files: Vec<(String, String)>,
    /// Whether whoever opened an issue may answer.
    pub author_answers: bool,
    /// The pace of changes on GitHub.
    pub pace: Pace,
    /// The pace is kept by the story's clock, as all else is; else by the real one, and a story that waits for it takes so long.
    pub paced_by_story: bool,
    /// How long calls to GitHub may take.
    pub timeouts: Timeouts,
    /// Numbers for the edges.
    pub timings: Timings,
    /// How long is kept what the work does not need any more.
    pub retention: Retention,
    /// When a draft becomes ready for review.
    pub ready: MakeReady,
    /// What is looked at before a session starts; whoever wishes for it has it looked at by hand.
    pub readiness: Readiness,
    pub base_rules: OnBaseRules,
    /// Bots that may start work, by login.
    pub allowed_bots: Vec<String>,
    /// How news of GitHub gets to skep; where it only asks, no webhook is delivered.
    pub hearing: Hearing,
    /// Who is told outside GitHub.
    pub notify: Vec<Target>,
    /// How often a notification is tried, and how long a try may take.
    pub notify_patience: (Patience, Waits),
    /// Certificates besides the system's.
    pub certificates: Certificates,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            limits: Limits {
                retry_base_ms: 1_000,
                quick_answer_ms: 0,
                disk_reserve_bytes: 0,
                ..Limits::default()
            },
            prices: vec![],
            usage: Meaning::default(),
            allow_protected: AllowProtected::Nothing,
            ignore: vec![],
            roles: vec![],
            // Most stories are about what is said; how little of it is mailed, `mails` tells.
            issues: IssueRules {
                notifications: Notifications::All,
                overlaps: skep::core::overlap::OnOverlap::Off,
                ..IssueRules::default()
            },
            process: false,
            path: None,
            git: "git".into(),
            agent: None,
            more_agents: vec![],
            files: vec![
                ("README.md".into(), "# Hello\n".into()),
                ("src/lib.rs".into(), "pub fn one() {}\n".into()),
            ],
            author_answers: false,
            ready: MakeReady::Green,
            pace: Pace {
                burst: 10_000,
                per_second: 10_000,
                per_minute: 100_000,
                per_hour: 100_000,
                points_per_minute: 1_000_000,
                ..Pace::default()
            },
            paced_by_story: false,
            // A slow machine is no fault of GitHub's; a story of a hanging call says so.
            timeouts: Timeouts {
                connect: Duration::from_secs(60),
                total: Duration::from_secs(60),
            },
            timings: Timings {
                initialize: Duration::from_secs(120),
                cancel_grace: Duration::from_secs(2),
                look_again: Duration::from_millis(20),
                progress: Duration::ZERO,
                ..Timings::default()
            },
            retention: Retention::default(),
            readiness: Readiness::Off,
            base_rules: OnBaseRules::default(),
            allowed_bots: vec![],
            hearing: Hearing::Webhooks,
            notify: vec![],
            // A slow machine is no fault of a receiver's; a story of one that hangs says so.
            notify_patience: (
                Patience::default(),
                Waits {
                    connect: Duration::from_secs(60),
                    post: Duration::from_secs(60),
                    mail: Duration::from_secs(60),
                },
            ),
            certificates: Certificates::default(),
        }
    }
}
