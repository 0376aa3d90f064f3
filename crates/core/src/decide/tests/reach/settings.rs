//! The policies under which it is walked.

use crate::auto_start::AutoStart;
use crate::decide::tests::events;
use crate::discovery::Discover;
use crate::issue_rules::IssueRules;
use crate::notifications::Notifications;
use crate::policy::{Limits, Policy};

use super::rules::Lie;
use super::step::Setting;

fn policy() -> Policy {
    Policy {
        issues: IssueRules {
            notifications: Notifications::All,
            discover: Discover::Start,
            auto_start: AutoStart {
                labels: vec!["tier:auto".into()],
                users: vec!["ana".into(), "eve".into()],
            },
            ..IssueRules::default()
        },
        limits: Limits {
            issue_attempts: 1,
            model_attempts: 2,
            check_rounds: 1,
            rounds: 1,
            ..Limits::default()
        },
        ..events::policy()
    }
}

/// Plain; and held: a person agrees to each start and to each plan, and whoever opened the issue may answer.
pub(super) fn settings(lie: Option<Lie>) -> [Setting; 2] {
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
