//! The tests' end of the sweep (`.ci/sweep`): one behaviour of the simulator is off in the whole process, and the behaviours
//! that came to bear are written down.

use std::collections::BTreeSet;
use std::io::Write;
use std::sync::{Mutex, Once, PoisonError};

use skep_simulator::behaviour;

/// The behaviour that is off.
const WITHOUT: &str = "SKEP_TEST_WITHOUT";
/// The file where the behaviours are written down that came to bear.
const WITNESS: &str = "SKEP_TEST_WITNESS";

fn witness(name: &str) {
    static SEEN: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
    let Some(path) = std::env::var_os(WITNESS) else {
        return;
    };
    if SEEN
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .insert(name.to_owned())
    {
        let file = std::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(path);
        writeln!(file.expect("the witness's file"), "{name}").expect("the witness writes");
    }
}

/// Called before a simulator starts.
pub(crate) fn arrange() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let off = std::env::var(WITHOUT).unwrap_or_default();
        if !off.is_empty() || std::env::var_os(WITNESS).is_some() {
            behaviour::arrange(off, witness);
        }
    });
}

#[test]
fn every_behaviour_has_a_name_of_its_own() {
    let all: Vec<&str> = behaviour::names().collect();
    let unique: BTreeSet<&&str> = all.iter().collect();
    assert_eq!(unique.len(), all.len());
    // The sweep reads them here.
    for name in all {
        println!("behaviour {name}");
    }
}
