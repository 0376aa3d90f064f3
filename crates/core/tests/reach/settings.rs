//! The policies under which it is walked.

use skep_core::auto_start::AutoStart;
use skep_core::discovery::Discover;
use skep_core::issue_rules::IssueRules;
use skep_core::notifications::Notifications;
use skep_core::policy::{AllowProtected, Limits, MakeReady, Me, Policy};

use super::rules::Lie;
use super::step::Setting;

fn policy() -> Policy {
    Policy {
        base_rules: Default::default(),
        me: Me {
            app_id: 1,
            slug: "skep".into(),
            login: "skep[bot]".into(),
        },
        default_role: "swe".parse().expect("a role"),
        issues: IssueRules {
            notifications: Notifications::All,
            discover: Discover::Start,
            auto_start: AutoStart {
                labels: vec!["tier:auto".into()],
                users: vec!["ana".into(), "eve".into()],
            },
            ..IssueRules::default()
        },
        roles: Default::default(),
        agents: vec!["goose".into()],
        default_agent: "goose".into(),
        limits: Limits {
            issue_attempts: 1,
            model_attempts: 2,
            check_rounds: 1,
            rounds: 1,
            ..Limits::default()
        },
        agent_sessions: Default::default(),
        agent_memory: Default::default(),
        prices: Default::default(),
        allowed_bots: vec![],
        allow_protected: AllowProtected::Nothing,
        uncounted: vec![],
        author_answers: false,
        ready: MakeReady::Green,
        readiness: Default::default(),
        confinement_warning: None,
        credentials: vec![],
    }
}

/// Plain; and held: a person agrees to each start and to each plan, and whoever opened the issue may answer.
pub fn settings(lie: Option<Lie>) -> [Setting; 2] {
    let plain = Setting {
        name: "plain",
        policy: policy(),
        labels: &[],
        lie,
    };
    let held = Setting {
        name: "held",
        policy: Policy {
            author_answers: true,
            ..policy()
        },
        labels: &["checkpoint", "agent:plan"],
        lie,
    };
    [plain, held]
}
