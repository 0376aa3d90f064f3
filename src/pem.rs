//! Keys and certificates as text: RFC 7468, base64 in lines of 64 characters. It must never judge what it writes down.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

/// What that DER is as text, under a label such as `CERTIFICATE`.
pub(crate) fn pem(label: &str, der: &[u8]) -> String {
    let code = BASE64_STANDARD.encode(der);
    let mut text = format!("-----BEGIN {label}-----\n");
    for line in code.as_bytes().chunks(64) {
        text.push_str(&String::from_utf8_lossy(line));
        text.push('\n');
    }
    text.push_str(&format!("-----END {label}-----\n"));
    text
}
