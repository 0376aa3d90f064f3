//! Makes correctly signed deliveries faster than anybody can check them.
//!
//! Every delivery is distinct (GUID, issue number, signature), but only its last bytes differ, so the HMAC over the long
//! beginning is computed once and continued from there.

use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::Context;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use url::Url;

/// Bytes of a body: what GitHub sends for an ordinary issue.
pub(crate) const BODY: usize = 20_480;

const NUMBER: usize = 8;
const TAIL: &[u8] = b"}}";

/// The fixed parts of all deliveries.
#[derive(Clone)]
pub(crate) struct Forge {
    request: Vec<u8>,
    guid_at: usize,
    signature_at: usize,
    /// Continues after the body's fixed beginning.
    signed_beginning: Hmac<Sha256>,
    run: u32,
}

impl Forge {
    pub(crate) fn new(url: &Url, secret: &str, label: &str) -> anyhow::Result<Self> {
        let beginning = beginning(label)?;
        let signed_beginning = Hmac::new_from_slice(secret.as_bytes())?.chain_update(&beginning);
        let mut request = format!(
            "POST {} HTTP/1.1\r\nHost: {}\r\nUser-Agent: GitHub-Hookshot/0000000\r\nAccept: */*\r\n\
             Content-Type: application/json\r\nContent-Length: {BODY}\r\nX-GitHub-Event: issues\r\n\
             X-GitHub-Hook-ID: 109948940\r\nX-GitHub-Hook-Installation-Target-Type: integration\r\n\
             X-GitHub-Delivery: ",
            url.path(),
            url.authority()
        )
        .into_bytes();
        let guid_at = request.len();
        request.extend_from_slice(&[b'0'; 36]);
        request.extend_from_slice(b"\r\nX-Hub-Signature-256: sha256=");
        let signature_at = request.len();
        request.extend_from_slice(&[b'0'; 64]);
        request.extend_from_slice(b"\r\n\r\n");
        request.extend_from_slice(&beginning);
        request.extend_from_slice(&[b'0'; NUMBER]);
        request.extend_from_slice(TAIL);
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .context("read the clock")?;
        // Distinct for every run, so that a store that remembers earlier runs still sees new deliveries.
        let run = u32::try_from(now.as_millis() & 0xffff_ffff)?;
        Ok(Self {
            request,
            guid_at,
            signature_at,
            signed_beginning,
            run,
        })
    }

    /// The `ticket`th delivery, as it goes over the wire.
    pub(crate) fn request(&mut self, ticket: u64) -> &[u8] {
        let guid = format!("{:08x}-0000-4000-8000-{ticket:012x}", self.run);
        let number = format!("{:08}", 10_000_000 + ticket % 90_000_000);
        let mac = self
            .signed_beginning
            .clone()
            .chain_update(number.as_bytes())
            .chain_update(TAIL);
        let signature = hex::encode(mac.finalize().into_bytes());
        let number_at = self.request.len() - TAIL.len() - NUMBER;
        self.write(self.guid_at, &guid);
        self.write(self.signature_at, &signature);
        self.write(number_at, &number);
        &self.request
    }

    fn write(&mut self, at: usize, text: &str) {
        self.request[at..at + text.len()].copy_from_slice(text.as_bytes());
    }
}

/// All of the body but the issue's number, padded with what fills real payloads: addresses nobody reads. They hold as much
/// that never comes again as the addresses of real ones: 83 example payloads of GitHub's shrink 4.1 times in skep's store,
/// and so does this.
fn beginning(label: &str) -> anyhow::Result<Vec<u8>> {
    let label = serde_json::to_string(label)?;
    let user = r#"{"login":"octocat","id":583231,"type":"User","site_admin":false}"#;
    let head = format!(
        r#"{{"action":"labeled","repository":{{"id":186853002,"full_name":"octocat/hello-world","private":false,"owner":{user}}},"installation":{{"id":2311213}},"sender":{user},"label":{{"id":1362934390,"name":{label}}},"issue":{{"id":444500041,"title":"Spelling error in the README file","user":{user},"labels":[{{"id":1362934390,"name":{label}}}],"state":"open","comments":0,"created_at":"2026-11-20T15:20:18Z","updated_at":"2026-11-20T15:20:21Z","body":"It looks like you accidentally spelled \"commit\" with two t's.\r\n\r\n- [ ] fix it","urls":["#
    );
    let end = r#"""],"number":"#;
    let space = BODY - NUMBER - TAIL.len();
    let mut body = head;
    for number in 0_u32.. {
        let hash = hex::encode(Sha256::digest(number.to_be_bytes()));
        let entry = format!(
            r#""https://api.github.com/repos/octocat/hello-world/issues/{}{{/number}}","#,
            &hash[..12]
        );
        if body.len() + entry.len() + end.len() > space {
            break;
        }
        body.push_str(&entry);
    }
    let missing = space
        .checked_sub(body.len() + end.len())
        .context("the label is too long")?;
    let (quote, rest) = end.split_at(1);
    body.push_str(&format!("{quote}{}{rest}", "x".repeat(missing)));
    Ok(body.into_bytes())
}
