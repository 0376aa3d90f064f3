//! The fuzz target `webhook`: the name of an event, a signature and a body, a line each.

use super::*;
#[cfg(test)]
use crate::fuzzing::{bend, kept};
use crate::webhook::{Secrets, Signature};

/// What must hold whatever is delivered.
pub(crate) fn delivery(data: &[u8]) {
    let mut lines = data.splitn(3, |b| *b == b'\n');
    let mut line = || lines.next().unwrap_or_default();
    let (name, signature, body) = (line(), line(), line());
    let secrets = Secrets::new(["s".to_owned().into()]).expect("a secret");
    if let Some(read) = Signature::read([signature]) {
        assert_eq!(signature.len(), 71);
        assert!(Signature::read([signature, signature]).is_none());
        assert!(secrets.verify(&read, body).is_none(), "a guess is right");
    }
    let (name, body) = (String::from_utf8_lossy(name), String::from_utf8_lossy(body));
    let words = Vocabulary::default();
    let ours = Ours {
        words: &words,
        auto_start: &AutoStart::default(),
        pull_gate: GatedPulls::All,
        login: Some("skep[bot]"),
    };
    let concerns_nobody = concerns_nobody(&name, &body, ours);
    if let Parsed::Event { event, .. } = parse(&name, &body, &words) {
        // It is stored so, and heard from there.
        let stored = serde_json::to_string(&event).expect("an event serializes");
        let read: Event = serde_json::from_str(&stored).expect("an event reads back");
        assert_eq!(read, event);
        let may = matches!(
            event,
            Event::Labeled { .. } | Event::Unlabeled { .. } | Event::IssueOpened { .. }
        );
        assert!(concerns_nobody.is_none() || may, "{event:?}");
    }
    turned(&name, &body);
    notice(&name, &body);
    second_bot(&name, &body, ours);
}

#[test]
fn whatever_is_delivered_is_read() {
    kept::hold("webhook", delivery);
    bend::hold(&kept::inputs("webhook"), delivery);
}
