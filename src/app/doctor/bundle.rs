//! The report that is handed to whoever helps: the findings, the configuration, the machine; no secret.
//!
//! Secrets are left out where they are known to be, and whatever skep holds is struck out of the whole text at the end as well.

use serde_json::{Value, json};

use super::Examination;
use crate::app::finding::{Finding, Verdict};
use crate::config::Config;

/// The word of a verdict, for programs.
fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Right => "ok",
        Verdict::Odd => "odd",
        Verdict::Wrong => "wrong",
    }
}

/// A finding for programs.
pub fn finding(finding: &Finding) -> Value {
    json!({ "part": finding.part, "verdict": word(finding.verdict), "text": finding.text })
}

/// The report as text.
pub fn bundle(config: &Config, examination: &Examination) -> String {
    let findings: Vec<Value> = examination.findings.iter().map(finding).collect();
    let system = std::fs::read_to_string("/etc/os-release").unwrap_or_default();
    let name = system
        .lines()
        .find_map(|line| line.strip_prefix("PRETTY_NAME="));
    let kernel = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let report = json!({
        "skep": env!("CARGO_PKG_VERSION"),
        "system": name.unwrap_or_default().trim_matches('"'),
        "kernel": kernel.trim(),
        "findings": findings,
        "configuration": config.show().lines().collect::<Vec<_>>(),
    });
    let text = serde_json::to_string_pretty(&report).unwrap_or_default();
    format!("{}\n", examination.held.redact(&text))
}
