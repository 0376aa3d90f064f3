//! The envelope around a statement: <https://github.com/secure-systems-lab/dsse/blob/master/envelope.md>. It is written on one line, so
//! that neither an editor nor GitHub's line ends can change it, and read back from whatever text it stands in.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::{Deserialize, Serialize};

/// What the payload is: <https://github.com/in-toto/attestation/blob/main/spec/v1/envelope.md>.
pub const PAYLOAD_TYPE: &str = "application/vnd.in-toto+json";
/// How a line with an envelope begins.
const BEGINS: &str = "{\"payload\":\"";
/// So many envelopes of one text are looked at.
const MOST: usize = 8;

/// An envelope. All its bytes are base64.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Envelope {
    payload: String,
    #[serde(rename = "payloadType")]
    payload_type: String,
    signatures: Vec<Signature>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Signature {
    #[serde(default)]
    keyid: String,
    sig: String,
}

/// What is signed: type and payload, with their lengths (PAE of DSSE's protocol).
pub fn signed_bytes(payload: &[u8]) -> Vec<u8> {
    let (kind, length) = (PAYLOAD_TYPE, payload.len());
    let mut bytes = format!("DSSEv1 {} {kind} {length} ", kind.len()).into_bytes();
    bytes.extend_from_slice(payload);
    bytes
}

impl Envelope {
    /// Around a payload that was signed ([`signed_bytes`]) with the key of that id.
    pub fn new(payload: &[u8], key: &str, signature: &[u8]) -> Self {
        Self {
            payload: BASE64_STANDARD.encode(payload),
            payload_type: PAYLOAD_TYPE.to_owned(),
            signatures: vec![Signature {
                keyid: key.to_owned(),
                sig: BASE64_STANDARD.encode(signature),
            }],
        }
    }

    /// As one line of JSON.
    pub fn to_line(&self) -> String {
        serde_json::to_string(self).expect("texts alone are always JSON")
    }

    /// All that stand in a text, each on a line of its own. A line that begins like one and is none is one that nothing can be made of.
    pub fn all_in(text: &str) -> Vec<Option<Self>> {
        let lines = text.lines().map(str::trim);
        let begun = lines.filter(|line| line.starts_with(BEGINS));
        let read = begun.map(|line| serde_json::from_str::<Self>(line).ok());
        let right = |one: Option<Self>| one.filter(|one| one.payload_type == PAYLOAD_TYPE);
        read.map(right).take(MOST).collect()
    }

    /// The payload; `None` where it is no base64.
    pub fn payload(&self) -> Option<Vec<u8>> {
        BASE64_STANDARD.decode(&self.payload).ok()
    }

    /// The signatures, each with the id of the key it is said to be made with; those that are no base64 are left out.
    pub fn signatures(&self) -> impl Iterator<Item = (&str, Vec<u8>)> {
        self.signatures.iter().filter_map(|one| {
            let bytes = BASE64_STANDARD.decode(&one.sig).ok()?;
            Some((one.keyid.as_str(), bytes))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the protocol, with our type.
    #[test]
    fn what_is_signed_names_its_type_and_both_lengths() {
        assert_eq!(
            signed_bytes(b"hello world"),
            b"DSSEv1 28 application/vnd.in-toto+json 11 hello world"
        );
    }

    #[test]
    fn it_is_found_again_in_any_text_whatever_its_line_ends() {
        let one = Envelope::new(b"{}", "abc", &[1, 2, 3]);
        let text = format!("words\r\n\r\n  {}  \r\nmore words", one.to_line());
        assert_eq!(Envelope::all_in(&text), [Some(one.clone())]);
        let signatures: Vec<_> = one.signatures().collect();
        assert_eq!(signatures, [("abc", vec![1, 2, 3])]);
        assert_eq!(one.payload().as_deref(), Some(&b"{}"[..]));
        assert!(Envelope::all_in("nothing of the kind").is_empty());
    }

    #[test]
    fn what_begins_like_one_and_is_none_is_told_apart_from_nothing() {
        let one = Envelope::new(b"{}", "abc", &[1, 2, 3]).to_line();
        for bent in [
            &one[..one.len() - 3],
            &one.replace("in-toto", "other"),
            "{\"payload\":\"x\"}",
        ] {
            assert_eq!(Envelope::all_in(bent), [None], "{bent}");
        }
        let many = vec![one; 20].join("\n");
        assert_eq!(Envelope::all_in(&many).len(), MOST);
    }
}
