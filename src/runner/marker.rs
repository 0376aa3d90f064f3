//! Hidden, signed marks in our comments: how a comment is found again when a crash or a lost answer left its number
//! unknown. Somebody who copies a mark into a comment of their own gains nothing: only comments of our bot are looked at.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// The key marks are signed with: made at the first start and kept in the database.
#[derive(Clone)]
pub struct MarkerKey(Vec<u8>);

impl MarkerKey {
    /// Takes the key as stored.
    pub fn new(stored: &str) -> Self {
        Self(stored.as_bytes().to_vec())
    }

    /// The mark for `what`, such as `status:1296269#12`. An HTML comment, invisible on GitHub.
    pub fn mark(&self, what: &str) -> String {
        let mut mac =
            Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes keys of any length");
        mac.update(what.as_bytes());
        let signature = hex::encode(&mac.finalize().into_bytes()[..8]);
        format!("<!-- skep:{what} {signature} -->")
    }
}

#[cfg(test)]
mod tests {
    use super::MarkerKey;

    #[test]
    fn marks_depend_on_key_and_subject() {
        let (one, two) = (MarkerKey::new("one"), MarkerKey::new("two"));
        assert_eq!(one.mark("status:1#2"), one.mark("status:1#2"));
        assert_ne!(one.mark("status:1#2"), two.mark("status:1#2"));
        assert_ne!(one.mark("status:1#2"), one.mark("status:1#3"));
    }
}
