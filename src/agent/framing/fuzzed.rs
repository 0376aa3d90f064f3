//! The fuzz target `acp-line`: a line of an agent, whatever its bytes.

use super::*;
#[cfg(test)]
use crate::fuzzing::{bend, kept};

/// What must hold whatever an agent writes.
pub(crate) fn line(data: &[u8]) {
    let mut bytes = data.to_vec();
    mend(&mut bytes);
    assert_eq!(bytes.len(), data.len());
    let mut again = bytes.clone();
    assert_eq!(mend(&mut again), Halves::default());
    assert_eq!(again, bytes, "what is mended stays");
    let text = String::from_utf8_lossy(&bytes);
    let Some((envelope, found)) = message(&text) else {
        return;
    };
    assert!(text.contains(found) && found.starts_with('{'), "{text:?}");
    assert!(envelope.method.is_some() || envelope.id.is_some());
    let (_, same) = message(found).expect("it is one by itself");
    assert_eq!(same, found);
    // An update is read or passed over.
    let params = envelope.params.map(RawValue::get).unwrap_or_default();
    drop(serde_json::from_str::<SessionNotification>(params));
}

#[test]
fn every_line_of_an_agent_is_a_message_or_none() {
    kept::hold("acp-line", line);
    bend::hold(&kept::inputs("acp-line"), line);
}
