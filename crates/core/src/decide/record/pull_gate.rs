//! The pull request at the gate: hints have it read again, and what was read is judged.

use super::recording::Recording;
use crate::gated_pulls::GatedPulls;
use crate::ids::TaskKey;
use crate::pull_gate::{GateFacts, GateNews, PullGate, Seen, judge};
use crate::task::{Read, Task};

/// Something is told of it.
pub(super) fn told(on: &Recording<'_>, task: &mut Task, news: &GateNews) -> String {
    if on.cx.policy.issues.pull_gate == GatedPulls::Off {
        task.pull_gate = None;
        return "there is no gate for pull requests".into();
    }
    match news {
        GateNews::Changed { hint } => {
            task.pull_gate.get_or_insert_default();
            read_again(task);
            format!("{hint}: the gate looks at the pull request")
        }
        GateNews::Rerequested => match &mut task.pull_gate {
            Some(gate) => {
                gate.forget_report();
                read_again(task);
                "the check is made again".into()
            }
            None => "it is not at the gate".into(),
        },
        GateNews::Over => {
            task.pull_gate = None;
            "the pull request is over, or not there".into()
        }
        GateNews::Read { found } => read(on, task, found),
        GateNews::NotPermitted => unreported(task, "the App may not report checks"),
    }
}

fn read_again(task: &mut Task) {
    let reads = &mut task.wanted.reads;
    if !reads.contains(&Read::PullGate) {
        reads.push(Read::PullGate);
    }
}

fn read(on: &Recording<'_>, task: &mut Task, found: &GateFacts) -> String {
    let policy = on.cx.policy;
    let gated = policy.issues.pull_gate;
    let Some(gate) = &mut task.pull_gate else {
        return "it is not at the gate any more".into();
    };
    if !gated.watches(&found.author, &policy.allowed_bots) {
        task.pull_gate = None;
        return format!("pull requests of {} are not judged", found.author.login);
    }
    let verdict = judge(found);
    let reason = match verdict.passes() {
        true => "the pull request may pass",
        false => "the pull request belongs to no released issue",
    };
    let mut named: Vec<TaskKey> = found.named.iter().filter_map(|named| named.key).collect();
    named.sort_unstable();
    named.dedup();
    // From now on whatever is labeled otherwise is told; what was before that may have been missed.
    let news = named.iter().any(|key| !gate.named.contains(key));
    gate.named = named;
    gate.seen = Some(Seen {
        head: found.head.clone(),
        verdict,
    });
    if news {
        read_again(task);
    }
    reason.into()
}

/// The check could not be reported: with the next news it is tried again.
pub(super) fn unreported(task: &mut Task, why: &str) -> String {
    if let Some(gate) = task.pull_gate.as_deref_mut() {
        PullGate::forget_report(gate);
    }
    why.to_owned()
}
