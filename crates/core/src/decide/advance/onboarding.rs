//! A repository's first pull request is proposed once.

use super::state::{Advance, Fired};
use crate::effect;
use crate::onboarding::Onboarding;
use crate::policy::{GO_LABEL, PLAN_LABEL};

/// What is wanted is asked for.
pub(super) fn propose(on: &mut Advance<'_>) -> Option<Fired> {
    let wanted = on.task.onboarding == Some(Onboarding::Wanted);
    wanted.then(|| {
        on.task.onboarding = Some(Onboarding::Asked);
        let words = &on.cx.policy.issues.words;
        let (go, plan) = (words.outward(GO_LABEL), words.outward(PLAN_LABEL));
        on.plan(effect::ProposeOnboarding { go, plan });
        Fired::Quietly
    })
}
