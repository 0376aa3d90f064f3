//! Every secret this process holds at the moment, ready to be looked for in whatever is about to leave.
//!
//! Who makes or reads one tells it here. It must never print or return one, and it never forgets one before its time.

use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use super::live::Forms;
use super::secrets::{Finding, find, find_live, without, without_homes};

/// The secrets. Clones share them.
#[derive(Clone, Default)]
pub struct HeldSecrets(Arc<RwLock<Held>>);

#[derive(Default)]
struct Held {
    lasting: Vec<String>,
    /// Those that end by themselves, with the moment.
    passing: Vec<(i64, String)>,
    forms: Arc<Forms>,
}

impl Held {
    /// Lets go of what has ended, once that is a good part of all: to prepare the rest anew costs time.
    fn let_go(&mut self, now: i64) {
        let ended = self.passing.iter().filter(|(until, _)| *until <= now);
        if ended.count() * 4 < self.passing.len().max(1) {
            return;
        }
        self.passing.retain(|(until, _)| *until > now);
        let passing = self.passing.iter().map(|(_, secret)| secret);
        let all = self.lasting.iter().chain(passing);
        self.forms = Arc::new(Forms::of(all.map(String::as_str)));
    }
}

impl HeldSecrets {
    /// Holds these as long as it lives.
    pub fn hold(&self, secrets: impl IntoIterator<Item = String>) {
        let mut held = self.0.write().unwrap_or_else(PoisonError::into_inner);
        for secret in secrets {
            Arc::make_mut(&mut held.forms).learn(&secret);
            held.lasting.push(secret);
        }
    }

    /// Holds one that is worth nothing any more after `until`; of those whose moment is past at `now` most are let go.
    pub fn hold_until(&self, secret: &str, until: i64, now: i64) {
        let mut held = self.0.write().unwrap_or_else(PoisonError::into_inner);
        held.let_go(now);
        Arc::make_mut(&mut held.forms).learn(secret);
        held.passing.push((until, secret.to_owned()));
    }

    fn read(&self) -> RwLockReadGuard<'_, Held> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn forms(&self) -> Arc<Forms> {
        Arc::clone(&self.read().forms)
    }

    /// Every secret in the text, ours in any disguise and those of known formats, in order and without overlap.
    pub fn find(&self, text: &str) -> Vec<Finding> {
        find(text, &self.forms())
    }

    /// Text without secrets and homes.
    pub fn redact(&self, text: &str) -> String {
        without_homes(&without(text, self.find(text)))
    }

    /// The text without those we hold, if any of them stands in it: the last look at what leaves.
    pub fn stop(&self, text: &str) -> Option<String> {
        let found = find_live(text, &self.forms());
        (!found.is_empty()).then(|| without(text, found))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "Zx9-kQ4_vB7mN2pL8rT5wY1cD6fG3hJ0";

    #[test]
    fn what_is_held_is_found_until_its_end() {
        let held = HeldSecrets::default();
        held.hold([KEY.to_owned()]);
        let long = format!("ghs_4242_{}", "aB3.".repeat(3) + &"q7Rt_-Zk90".repeat(50));
        held.hold_until(&long, 1_000, 0);
        let part = &long[100..140];
        let reversed: String = KEY.chars().rev().collect();
        assert_eq!(
            held.stop(&format!("a {reversed} b")).as_deref(),
            Some("a [redacted: live secret] b")
        );
        assert!(held.stop(&format!("part of it: {part}")).is_some());
        held.hold_until("another-secret-of-ours", 5_000, 1_000);
        assert_eq!(held.stop(&format!("part of it: {part}")), None);
        assert_eq!(held.stop("/home/ana and an ordinary sentence"), None);
    }

    #[test]
    fn a_token_of_the_long_format_is_found_whole() {
        let body: String = (0..505)
            .map(|n| char::from(b"aB3-x_Z.9"[n * 7 % 9]))
            .collect();
        let token = format!("ghs_4242_{body}kQ");
        let found = HeldSecrets::default().find(&format!("x = \"{token}\";"));
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].at.len(), token.len());
    }
}
