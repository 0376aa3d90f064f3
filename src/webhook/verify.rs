//! Proof that a body came from somebody who knows the webhook secret.
//!
//! HMAC-SHA256 over the raw bytes, before anything looks into them. Digests are compared by the `hmac` crate in constant
//! time, never with `==`; a secret never leaves this file, not even for a log line.
//! <https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries>

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;

use crate::core::failure::Failure;

/// What can be wrong with webhook secrets.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WebhookError {
    /// Everybody can sign with the empty secret.
    #[error("a webhook secret must not be empty")]
    EmptySecret,
}

impl From<WebhookError> for Failure {
    fn from(error: WebhookError) -> Self {
        Self::broken(error.to_string())
    }
}

/// The secrets that are valid now, in order: the present one, then those being rotated out. A cheap handle; all clones
/// see [`Secrets::replace`] at once. Without any secret, nothing verifies.
#[derive(Clone)]
pub struct Secrets(Arc<RwLock<Keys>>);

type Keys = Arc<[Key]>;

/// Keyed and ready: hashing the key again for every delivery would cost two more blocks each.
struct Key {
    ready: Hmac<Sha256>,
    text: SecretString,
}

impl Secrets {
    /// Takes the present secret first.
    ///
    /// # Errors
    /// [`WebhookError::EmptySecret`] if one of them is empty.
    pub fn new(secrets: impl IntoIterator<Item = SecretString>) -> Result<Self, WebhookError> {
        Ok(Self(Arc::new(RwLock::new(keys(secrets)?))))
    }

    /// Makes these the only valid ones, at once and for every clone of the handle. On an error the old ones stay.
    ///
    /// # Errors
    /// [`WebhookError::EmptySecret`] if one of them is empty.
    pub fn replace(
        &self,
        secrets: impl IntoIterator<Item = SecretString>,
    ) -> Result<(), WebhookError> {
        let keys = keys(secrets)?;
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = keys;
        Ok(())
    }

    /// Checks a signature over the raw body with each secret in turn.
    pub fn verify(&self, signature: &Signature, body: &[u8]) -> Option<Verified> {
        let keys = Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner));
        let matches = |key: &Key| {
            key.ready
                .clone()
                .chain_update(body)
                .verify_slice(&signature.0)
                .is_ok()
        };
        keys.iter()
            .position(matches)
            .map(|secret| Verified { secret })
    }

    /// The valid secrets, for those who keep them out of what leaves.
    pub fn texts(&self) -> Vec<SecretString> {
        let keys = self.0.read().unwrap_or_else(PoisonError::into_inner);
        keys.iter().map(|key| key.text.clone()).collect()
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secrets(hidden)")
    }
}

fn keys(secrets: impl IntoIterator<Item = SecretString>) -> Result<Keys, WebhookError> {
    secrets.into_iter().map(|secret| key(&secret)).collect()
}

fn key(text: &SecretString) -> Result<Key, WebhookError> {
    match text.expose_secret() {
        "" => Err(WebhookError::EmptySecret),
        secret => Ok(Key {
            ready: Hmac::new_from_slice(secret.as_bytes())
                .expect("HMAC takes keys of every length"),
            text: text.clone(),
        }),
    }
}

/// A well-formed `X-Hub-Signature-256`; says nothing yet about being right.
#[derive(Debug, Clone)]
pub struct Signature([u8; 32]);

impl Signature {
    /// Reads all values of the header. Exactly one, `sha256=` and 64 lower-case hexadecimal digits, as GitHub sends it;
    /// everything else is `None`.
    pub fn read<'a>(values: impl IntoIterator<Item = &'a [u8]>) -> Option<Self> {
        let mut values = values.into_iter();
        let (Some(value), None) = (values.next(), values.next()) else {
            return None;
        };
        let digits = value.strip_prefix(b"sha256=")?;
        if !digits
            .iter()
            .all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
        {
            return None;
        }
        let mut digest = [0; 32];
        hex::decode_to_slice(digits, &mut digest).ok()?;
        Some(Self(digest))
    }
}

/// The proof that a body was signed with a valid secret. Only this file can make one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verified {
    secret: usize,
}

impl Verified {
    /// Whether it took a secret that is being rotated out: while this is seen, GitHub still signs with the old one.
    pub fn by_previous_secret(self) -> bool {
        self.secret > 0
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SECRET: &str = "It's a Secret to Everybody";
    const BODY: &[u8] = b"Hello, World!";
    /// The vector of GitHub's documentation.
    const SIGNED: &str = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";

    fn secrets(texts: &[&str]) -> Secrets {
        Secrets::new(texts.iter().map(|text| SecretString::from(*text))).expect("none is empty")
    }

    /// As `http` does it: read once, then held against the secrets.
    fn verify<'a>(
        secrets: &Secrets,
        signatures: impl IntoIterator<Item = &'a [u8]>,
        body: &[u8],
    ) -> Option<Verified> {
        secrets.verify(&Signature::read(signatures)?, body)
    }

    fn passes(secrets: &Secrets, signatures: &[&str], body: &[u8]) -> bool {
        verify(secrets, signatures.iter().map(|s| s.as_bytes()), body).is_some()
    }

    #[test]
    fn the_documented_vector_verifies() {
        assert!(passes(&secrets(&[SECRET]), &[SIGNED], BODY));
        assert!(!passes(&secrets(&["another secret"]), &[SIGNED], BODY));
        assert!(!passes(&secrets(&[]), &[SIGNED], BODY));
    }

    #[test]
    fn every_flipped_bit_is_refused() {
        let secrets = secrets(&[SECRET]);
        for bit in 0..BODY.len() * 8 {
            let mut body = BODY.to_vec();
            body[bit / 8] ^= 1 << (bit % 8);
            assert!(!passes(&secrets, &[SIGNED], &body), "body bit {bit}");
        }
        for bit in 0..SIGNED.len() * 8 {
            let mut signature = SIGNED.as_bytes().to_vec();
            signature[bit / 8] ^= 1 << (bit % 8);
            assert!(
                verify(&secrets, [signature.as_slice()], BODY).is_none(),
                "signature bit {bit}"
            );
        }
    }

    #[test]
    fn only_one_header_in_github_s_spelling_is_taken() {
        let secrets = secrets(&[SECRET]);
        let digits = &SIGNED["sha256=".len()..];
        let refused: [&[&str]; 13] = [
            &[],
            &[""],
            &["sha256="],
            &[digits],
            &["sha1=d03207e4b030cf234e3447bac4d93add4c6643d8"],
            &[&format!("sha256={}", digits.to_uppercase())],
            &[&format!("SHA256={digits}")],
            &[&format!("sha256={}", &digits[1..])],
            &[&format!("sha256={digits}0")],
            &[&format!("sha256= {digits}")],
            &[&format!("{SIGNED},{SIGNED}")],
            &[&format!("{SIGNED} ")],
            &[SIGNED, SIGNED],
        ];
        for signatures in refused {
            assert!(!passes(&secrets, signatures, BODY), "{signatures:?}");
        }
    }

    #[test]
    fn two_secrets_verify_while_rotating_and_a_removed_one_is_refused_at_once() {
        let rotating = secrets(&["the new one", SECRET]);
        let used_elsewhere = rotating.clone();
        let proof = verify(&used_elsewhere, [SIGNED.as_bytes()], BODY)
            .expect("the previous secret is still valid");
        assert!(proof.by_previous_secret());
        rotating
            .replace([SecretString::from("the new one")])
            .expect("not empty");
        assert!(!passes(&used_elsewhere, &[SIGNED], BODY));
        rotating
            .replace([SecretString::from(SECRET)])
            .expect("not empty");
        let proof = verify(&used_elsewhere, [SIGNED.as_bytes()], BODY)
            .expect("it is the present secret again");
        assert!(!proof.by_previous_secret());
    }

    #[test]
    fn an_empty_secret_is_refused_and_leaves_the_old_ones() {
        assert_eq!(
            Secrets::new([SecretString::from("")]).err(),
            Some(WebhookError::EmptySecret)
        );
        let kept = secrets(&[SECRET]);
        let replaced = kept.replace([SecretString::from("new"), SecretString::from("")]);
        assert_eq!(replaced, Err(WebhookError::EmptySecret));
        assert!(passes(&kept, &[SIGNED], BODY));
    }

    #[test]
    fn the_debug_form_shows_nothing() {
        assert_eq!(format!("{:?}", secrets(&[SECRET])), "Secrets(hidden)");
    }

    proptest! {
        #[test]
        fn arbitrary_headers_never_verify(header in proptest::collection::vec(any::<u8>(), 0..100)) {
            prop_assert!(verify(&secrets(&[SECRET]), [header.as_slice()], BODY).is_none());
        }
    }
}
