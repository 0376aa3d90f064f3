//! How `skep plan OWNER/REPO#N` shows what would come of an issue if it was started now.

use super::output::{facts, lines};
use crate::core::text::dry_run as text;
use crate::http::types::{DryRunAnswer, EstimateLine, GateLine, UsualLine, WorkLine};

/// The whole of it: what would begin, what stands in the way, who would work, and what the agent would be told.
pub(super) fn render(plan: &DryRunAnswer) -> String {
    let mut shown = format!("{}#{} {}\n", plan.repository, plan.issue, plan.title);
    let refusal = plan.refusal.as_deref();
    shown.push_str(&text::headline(&plan.begins, plan.held.len(), refusal));
    shown.push_str("\n\n");
    plan.gates
        .iter()
        .for_each(|line| shown.push_str(&gate(line)));
    if let Some(work) = &plan.work {
        shown.push_str(&format!("\n{}", rows(plan, work)));
    }
    shown.push_str(&list("waits for", &plan.waits_for));
    shown.push_str(&list("held by", &plan.held));
    shown.push_str(&list("not known yet", &plan.not_known));
    if let Some(why) = &plan.no_prompt {
        shown.push_str(&list("no prompt", std::slice::from_ref(why)));
    }
    if let Some(prompt) = &plan.prompt {
        shown.push_str(&format!("\n{}\n\n", text::PROMPT));
        for line in prompt.lines() {
            shown.push_str(format!("    {line}").trim_end());
            shown.push('\n');
        }
    }
    shown.push_str(&format!("\n{}\n", text::nothing_done(refusal.is_none())));
    lines(&shown)
}

fn gate(line: &GateLine) -> String {
    let holds = text::gate(&line.gate);
    match &line.says {
        None => format!("✓ {holds}\n"),
        Some(says) => format!("✗ {says}\n"),
    }
}

fn rows(plan: &DryRunAnswer, work: &WorkLine) -> String {
    let queue = &plan.queue;
    let paused = queue.paused.then(|| text::PAUSED.to_owned());
    let queue = text::queue(queue.at_work, queue.slots, queue.waiting);
    let cost = plan.estimate.as_ref().map(estimate);
    facts(&[
        ("role", format!("{} ({})", work.role, work.role_why)),
        ("agent", text::agents(&work.agents)),
        ("model", work.model.clone().unwrap_or_default()),
        (
            "may",
            text::rights(work.writes, work.plans_first).to_owned(),
        ),
        ("branch", text::branch(&work.branch, &work.base)),
        (
            "limits",
            text::clocks(work.session_timeout_ms, work.silence_ms),
        ),
        (
            "the issue in all",
            text::caps([
                work.issue_attempts,
                work.issue_time_ms,
                work.issue_tokens,
                work.issue_cost_micro_usd,
            ]),
        ),
        (
            "estimated",
            cost.unwrap_or_else(|| text::NOTHING_TO_GO_BY.to_owned()),
        ),
        ("queue", paused.unwrap_or(queue)),
    ])
}

fn estimate(line: &EstimateLine) -> String {
    let shown = |usual: Option<UsualLine>, words: fn(u64, u64) -> String| {
        usual.map(|usual| words(usual.median, usual.most))
    };
    let figures = [
        shown(line.cost_micro_usd, text::cost),
        shown(line.tokens, text::tokens),
        shown(line.worked_ms, text::worked),
    ];
    let figures = Vec::from_iter(figures.into_iter().flatten());
    let basis = text::basis(line.sessions, &line.agent, line.in_repository);
    text::usual(&figures, &basis)
}

fn list(heading: &str, items: &[String]) -> String {
    if items.is_empty() {
        return String::new();
    }
    let items = items.iter().map(|item| format!("- {item}\n"));
    format!("{heading}:\n{}", String::from_iter(items))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::types::DryRunQueue;

    fn passed(gate: &str) -> GateLine {
        GateLine {
            gate: gate.to_owned(),
            passes: true,
            says: None,
        }
    }

    fn plan() -> DryRunAnswer {
        let work = WorkLine {
            role: "swe".into(),
            role_why: "from the label `role:swe`".into(),
            agents: vec!["goose".into(), "codex".into()],
            model: None,
            writes: true,
            plans_first: false,
            base: "main".into(),
            branch: "agent/12-mend-it".into(),
            session_timeout_ms: 3_600_000,
            silence_ms: 600_000,
            issue_attempts: 5,
            ..WorkLine::default()
        };
        let usual = |median, most| Some(UsualLine { median, most });
        DryRunAnswer {
            repository: "octo/hello".into(),
            issue: 12,
            title: "Mend it\u{1b}[31m".into(),
            begins: "session".into(),
            gates: vec![passed("is_an_issue"), passed("is_open")],
            held: vec!["waiting for #11".into()],
            waits_for: vec!["#11 First: open".into()],
            work: Some(work),
            estimate: Some(EstimateLine {
                agent: "goose".into(),
                in_repository: true,
                sessions: 4,
                tokens: usual(20_000, 90_000),
                cost_micro_usd: usual(150_000, 1_200_000),
                worked_ms: usual(90_000, 600_000),
            }),
            queue: DryRunQueue {
                at_work: 1,
                slots: 4,
                waiting: 2,
                paused: false,
            },
            prompt: Some("You mend.\n\n## Where you are\n".into()),
            not_known: vec!["the weather".into()],
            ..DryRunAnswer::default()
        }
    }

    #[test]
    fn a_start_is_shown_whole() {
        insta::assert_snapshot!(render(&plan()), @"
        octo/hello#12 Mend it [31m
        would be queued, and wait

        ✓ it is an issue, not a pull request
        ✓ it is open

        role:              swe (from the label `role:swe`)
        agent:             goose; else codex
        may:               changes files
        branch:            agent/12-mend-it, from main
        limits:            1 h 0 m for the session, 10 m 0 s of silence
        the issue in all:  5 sessions
        estimated:         $0.15 (at most $1.20), 20000 tokens (at most 90000), 1 m 30 s of work (at most 10 m 0 s): the median of 4 past sessions of goose in this repository
        queue:             1 of 4 at work, 2 waiting
        waits for:
        - #11 First: open
        held by:
        - waiting for #11
        not known yet:
        - the weather

        the agent would be told:

            You mend.

            ## Where you are

        nothing was done; `skep dispatch` starts it
        ");
    }

    #[test]
    fn why_nothing_would_start_comes_first() {
        let closed = GateLine {
            gate: "is_open".into(),
            passes: false,
            says: Some("the issue is closed".into()),
        };
        let plan = DryRunAnswer {
            begins: "nothing".into(),
            refusal: Some("the issue is closed".into()),
            gates: vec![passed("is_an_issue"), closed],
            work: None,
            held: vec![],
            waits_for: vec![],
            prompt: None,
            not_known: vec![],
            ..plan()
        };
        insta::assert_snapshot!(render(&plan), @"
        octo/hello#12 Mend it [31m
        would not start: the issue is closed

        ✓ it is an issue, not a pull request
        ✗ the issue is closed

        nothing was done
        ");
    }

    #[test]
    fn an_estimate_says_on_what_it_rests() {
        let nothing = DryRunAnswer {
            estimate: None,
            ..plan()
        };
        assert!(render(&nothing).contains("nothing to go by"));
        let silent = EstimateLine {
            agent: "goose".into(),
            sessions: 1,
            ..EstimateLine::default()
        };
        let says = estimate(&silent);
        assert_eq!(
            says,
            "not told by 1 past session of goose in other repositories (none here yet)"
        );
    }
}
