//! What `/metrics` says: what this process has counted, and how things stand at this moment.
//!
//! Labels are words of skep's own, so that the number of series does not grow with issues, people or repositories.

use std::collections::BTreeMap;

use crate::core::session::SessionState;
use crate::http::types::StatusAnswer;
use crate::meter::{self, Exposition, Sample};
use crate::store::{NotifyTargetRow, Oldest};

/// All of it, as text.
pub(super) fn text(
    status: &StatusAnswer,
    (oldest, now): (Oldest, i64),
    targets: &[NotifyTargetRow],
) -> String {
    let mut into = Exposition::default();
    into.family(
        "skep_build_info",
        ("The running skep's version", "gauge"),
        [Sample::labelled("version", status.version.as_str(), 1.0)],
    );
    deliveries(&mut into, status);
    work(&mut into, status);
    waiting(&mut into, status, (oldest, now));
    machine(&mut into, status);
    told(&mut into, targets);
    meter::write(&mut into);
    into.text()
}

fn deliveries(into: &mut Exposition, status: &StatusAnswer) {
    let came = &status.health.deliveries;
    let result = |word: &str, count: u64| Sample::labelled("result", word, count as f64);
    into.family(
        "skep_deliveries_total",
        ("Webhook deliveries since the start, by result", "counter"),
        [
            result("accepted", came.accepted),
            result("malformed", came.malformed),
            result("refused", came.refused),
        ],
    );
    into.family(
        "skep_github_known",
        ("Whether GitHub has said who the App is: 1 or 0", "gauge"),
        [Sample::plain(f64::from(u8::from(
            status.health.github.known,
        )))],
    );
}

fn work(into: &mut Exposition, status: &StatusAnswer) {
    let by_state = |counts: &BTreeMap<String, i64>| -> Vec<Sample> {
        let sample = |(state, count): (&String, &i64)| {
            Sample::labelled("state", state.as_str(), *count as f64)
        };
        counts.iter().map(sample).collect()
    };
    let mut sessions = status.sessions.clone();
    for state in SessionState::ALL {
        sessions.entry(state.name().to_owned()).or_default();
    }
    let help = ("Sessions that are kept, by state", "gauge");
    into.family("skep_sessions", help, by_state(&sessions));
    let help = ("Tasks that are kept, by state", "gauge");
    into.family("skep_tasks", help, by_state(&status.tasks));
    let help = ("Sessions with a slot", "gauge");
    into.family(
        "skep_sessions_live",
        help,
        [Sample::plain(status.live as f64)],
    );
    let slots = status.slots.map(|slots| Sample::plain(slots as f64));
    let help = ("How many sessions may have a slot at once", "gauge");
    into.family("skep_slots", help, slots);
}

fn waiting(into: &mut Exposition, status: &StatusAnswer, (oldest, now): (Oldest, i64)) {
    let age = |since: Option<i64>| {
        let waits = since.map_or(0, |since| now.saturating_sub(since).max(0));
        [Sample::plain(waits as f64 / 1000.0)]
    };
    let number = |count: i64| [Sample::plain(count as f64)];
    let help = ("Facts that are stored and not handled", "gauge");
    into.family("skep_inbox_depth", help, number(status.inbox_unhandled));
    let help = (
        "How long the oldest of them waits; 0 where none does",
        "gauge",
    );
    into.family("skep_inbox_oldest_age_seconds", help, age(oldest.fact));
    let help = (
        "Effects that wait or are performed, timers left out",
        "gauge",
    );
    into.family("skep_outbox_depth", help, number(status.effects_open));
    let help = (
        "How long the oldest of them has been due; 0 where none is",
        "gauge",
    );
    into.family("skep_outbox_oldest_age_seconds", help, age(oldest.effect));
    let help = ("Effects that were given up and are kept", "gauge");
    into.family("skep_outbox_failed", help, number(status.effects_failed));
    let held = status.held_up.len();
    let help = (
        "Installations on which nothing new is posted at present",
        "gauge",
    );
    into.family(
        "skep_installations_held_up",
        help,
        [Sample::plain(held as f64)],
    );
}

fn machine(into: &mut Exposition, status: &StatusAnswer) {
    let bytes = |count: u64| Sample::plain(count as f64);
    if let Some(disk) = &status.disk {
        let help = ("Free on the disk of the data folder", "gauge");
        into.family("skep_disk_free_bytes", help, [bytes(disk.free_bytes)]);
        let help = ("What is kept free there", "gauge");
        into.family("skep_disk_reserve_bytes", help, [bytes(disk.reserve_bytes)]);
        if let Some(taken) = &disk.taken {
            let what = |word: &str, count: u64| Sample::labelled("what", word, count as f64);
            into.family(
                "skep_disk_taken_bytes",
                ("What skep's data takes, as last measured", "gauge"),
                [
                    what("sessions", taken.sessions_bytes),
                    what("mirrors", taken.mirrors_bytes),
                    what("other", taken.other_bytes),
                ],
            );
        }
    }
    if let Some(memory) = &status.memory {
        let help = ("Memory that is free", "gauge");
        into.family("skep_memory_free_bytes", help, [bytes(memory.free_bytes)]);
        let help = ("What of it sessions at work are expected to take", "gauge");
        into.family(
            "skep_memory_reserved_bytes",
            help,
            [bytes(memory.reserved_bytes)],
        );
    }
}

/// What waits for targets outside GitHub, and what was given up; they are named by the operator.
fn told(into: &mut Exposition, targets: &[NotifyTargetRow]) {
    let samples = |count: fn(&NotifyTargetRow) -> i64| -> Vec<Sample> {
        let sample = |row: &NotifyTargetRow| {
            Sample::labelled("target", row.name.as_str(), count(row) as f64)
        };
        targets.iter().map(sample).collect()
    };
    let help = ("Notifications that wait to be sent, by target", "gauge");
    into.family(
        "skep_notifications_waiting",
        help,
        samples(|row| row.waiting),
    );
    let help = (
        "Notifications that were given up and are kept, by target",
        "gauge",
    );
    into.family("skep_notifications_dead", help, samples(|row| row.dead));
}
