//! What we already read, so that GitHub can answer 304 (which costs nothing).
//!
//! Keyed by installation and address: no body ever crosses from one installation to another. A body is only handed out
//! after GitHub said 304 to the credential of this very call. Bounded in number and size.
//! <https://docs.github.com/rest/using-the-rest-api/best-practices-for-using-the-rest-api#use-conditional-requests-if-appropriate>

use std::collections::{BTreeMap, HashMap};

use bytes::Bytes;
use hyper::HeaderMap;
use hyper::header::{ETAG, HeaderValue, LINK};

use super::answer::Answer;
use crate::core::ids::InstallationId;

const BYTES: usize = 8 * 1024 * 1024;
const LARGEST: usize = 256 * 1024;

type Key = (InstallationId, String);

struct Entry {
    etag: String,
    answer: Answer,
    used: u64,
}

/// The cache.
#[derive(Default)]
pub(super) struct Etags {
    entries: HashMap<Key, Entry>,
    order: BTreeMap<u64, Key>,
    uses: u64,
    bytes: usize,
}

impl Etags {
    /// The tag to ask with.
    pub(super) fn tag(&self, installation: InstallationId, path: &str) -> Option<String> {
        self.entries
            .get(&(installation, path.to_owned()))
            .map(|entry| entry.etag.clone())
    }

    /// The answer a 304 stands for.
    pub(super) fn recall(
        &mut self,
        installation: InstallationId,
        path: &str,
        etag: &str,
    ) -> Option<Answer> {
        let key = (installation, path.to_owned());
        self.uses += 1;
        let entry = self
            .entries
            .get_mut(&key)
            .filter(|entry| entry.etag == etag)?;
        self.order.remove(&entry.used);
        entry.used = self.uses;
        self.order.insert(self.uses, key);
        Some(entry.answer.clone())
    }

    /// Keeps a 200 that carries a tag.
    pub(super) fn keep(&mut self, installation: InstallationId, path: &str, answer: &Answer) {
        let key = (installation, path.to_owned());
        self.forget(&key);
        let Some(etag) = answer.headers.get(ETAG).and_then(|tag| tag.to_str().ok()) else {
            return;
        };
        if answer.status != hyper::StatusCode::OK || size(&key, answer) > LARGEST {
            return;
        }
        // Copies: what came over the wire is a piece of a buffer many times its size, which would be kept with it.
        let mut headers = HeaderMap::new();
        let link = answer
            .headers
            .get(LINK)
            .and_then(|link| HeaderValue::from_bytes(link.as_bytes()).ok());
        headers.extend(link.map(|link| (LINK, link)));
        let kept = Answer {
            status: answer.status,
            headers,
            body: Bytes::copy_from_slice(&answer.body),
        };
        self.uses += 1;
        self.bytes += size(&key, &kept);
        self.order.insert(self.uses, key.clone());
        self.entries.insert(
            key,
            Entry {
                etag: etag.to_owned(),
                answer: kept,
                used: self.uses,
            },
        );
        while self.bytes > BYTES {
            let Some((_, oldest)) = self.order.first_key_value() else {
                break;
            };
            let oldest = oldest.clone();
            self.forget(&oldest);
        }
    }

    fn forget(&mut self, key: &Key) {
        if let Some(entry) = self.entries.remove(key) {
            self.order.remove(&entry.used);
            self.bytes -= size(key, &entry.answer);
        }
    }
}

/// A body's size plus what its entry costs.
fn size(key: &Key, answer: &Answer) -> usize {
    answer.body.len() + key.1.len() * 2 + 512
}

#[cfg(test)]
mod tests {
    use hyper::StatusCode;

    use super::*;

    fn answer(etag: &str, body: Vec<u8>) -> Answer {
        let mut headers = HeaderMap::new();
        headers.insert(ETAG, etag.parse().expect("a header value"));
        Answer {
            status: StatusCode::OK,
            headers,
            body: Bytes::from(body),
        }
    }

    #[test]
    fn nothing_crosses_installations() {
        let mut etags = Etags::default();
        etags.keep(
            InstallationId(1),
            "/x",
            &answer("\"a\"", b"secret".to_vec()),
        );
        assert_eq!(etags.tag(InstallationId(2), "/x"), None);
        assert!(etags.recall(InstallationId(2), "/x", "\"a\"").is_none());
        assert!(etags.recall(InstallationId(1), "/x", "\"b\"").is_none());
        assert!(etags.recall(InstallationId(1), "/x", "\"a\"").is_some());
    }

    #[test]
    fn it_stays_small_and_drops_the_least_used() {
        let mut etags = Etags::default();
        etags.keep(InstallationId(1), "/kept", &answer("\"k\"", vec![0; 100]));
        for n in 0..100 {
            etags.keep(
                InstallationId(1),
                &format!("/{n}"),
                &answer("\"a\"", vec![0; 200_000]),
            );
            assert!(etags.recall(InstallationId(1), "/kept", "\"k\"").is_some());
            assert!(etags.bytes <= BYTES);
        }
        assert_eq!(etags.tag(InstallationId(1), "/0"), None);
        assert_eq!(etags.entries.len(), etags.order.len());
    }

    #[test]
    fn a_body_that_is_too_large_is_not_kept() {
        let mut etags = Etags::default();
        etags.keep(InstallationId(1), "/x", &answer("\"a\"", vec![0; LARGEST]));
        assert_eq!(etags.bytes, 0);
    }
}
