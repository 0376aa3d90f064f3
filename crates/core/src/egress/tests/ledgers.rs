//! The book of a session: what is told, what is counted, and that it stays small.

use crate::egress::{Denied, Ledger, Outcome, Sighting, Target};

fn sighting(host: &str, outcome: Outcome) -> Sighting {
    let target = Target::authority(&format!("{host}:443"), None).expect("a target");
    Sighting {
        target: Some(target),
        outcome,
    }
}

fn refused(host: &str) -> Sighting {
    sighting(host, Outcome::Denied(Denied::Host))
}

#[test]
fn the_first_refusal_is_told_at_once_and_the_same_again_is_counted() {
    let mut book = Ledger::default();
    let told: Vec<u64> = (0..1_000)
        .filter_map(|now| book.note(refused("evil.example"), now))
        .map(|denial| denial.count)
        .collect();
    assert_eq!(told, [1, 10, 100, 1_000]);
    let other = book.note(sighting("evil.example", Outcome::Denied(Denied::Port)), 7);
    assert_eq!(other.expect("another reason").count, 1);
    assert_eq!(
        book.note(sighting("fine.example", Outcome::Allowed), 8),
        None
    );
    assert_eq!(
        book.note(sighting("gone.example", Outcome::Failed), 9),
        None
    );
    let report = book.report();
    assert_eq!(
        (report.denied, report.others, report.entries.len()),
        (1_001, 0, 4)
    );
    let entry = &report.entries[0];
    assert_eq!((entry.count, entry.first, entry.last), (1_000, 0, 999));
}

#[test]
fn bytes_are_added_to_what_moved_them() {
    let mut book = Ledger::default();
    let fine = sighting("fine.example", Outcome::Allowed);
    book.note(fine.clone(), 1);
    book.moved(&fine, (10, 2_000), 5);
    book.moved(&fine, (1, 1), 4);
    book.moved(&refused("evil.example"), (9, 9), 4);
    let report = book.report();
    let [entry] = &report.entries[..] else {
        panic!("{report:?}")
    };
    assert_eq!((entry.sent, entry.received, entry.last), (11, 2_001, 5));
}

#[test]
fn a_flood_of_names_leaves_room_for_what_was_allowed() {
    let mut book = Ledger::default();
    let told = (0..100_000)
        .filter_map(|number| book.note(refused(&format!("h{number}.example")), number))
        .count();
    // Each that is kept, and the 1st, 10th, … of the rest.
    assert_eq!(told, 128 + 5);
    for number in 0..200 {
        book.note(
            sighting(&format!("a{number}.example"), Outcome::Allowed),
            number,
        );
    }
    let report = book.report();
    let allowed = |outcome: &Outcome| *outcome == Outcome::Allowed;
    let kept = report
        .entries
        .iter()
        .filter(|entry| allowed(&entry.sighting.outcome));
    assert_eq!((report.entries.len(), kept.count()), (256, 128));
    assert_eq!(
        (report.denied, report.others),
        (100_000, 100_000 - 128 + 72)
    );
}
