//! The key of this installation: made once, kept in the data folder where only the service's own user can read it, and used for nothing
//! but statements of provenance. Its public half is for everybody.
//!
//! It must never print the private half, return it to nobody but whoever looks for it in what leaves, and never make a second key where one is that cannot be read.

use std::io::{ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest, Sha256};

use crate::core::provenance::{Envelope, signed_bytes};
use crate::pem::pem;

/// The file in the data folder.
pub const KEY_FILE: &str = "provenance-key.pem";
const PRIVATE: &str = "PRIVATE KEY";
const PUBLIC: &str = "PUBLIC KEY";
/// What stands before the 32 bytes of a public key of this kind (RFC 8410).
const SPKI: [u8; 12] = [
    0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00,
];

/// Why there is no key to be had.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The file cannot be read or made.
    #[error("the key {file}: {why}")]
    File {
        /// Which.
        file: String,
        /// The system's words.
        why: String,
    },
    /// It holds no key of this kind.
    #[error(
        "{0} holds no key for statements of provenance (Ed25519, PKCS#8, PEM); put back the one that was there"
    )]
    NoKey(String),
    /// None could be made.
    #[error("no key could be made")]
    NotMade,
}

/// Both halves.
pub struct SigningKey {
    pair: Ed25519KeyPair,
    id: String,
}

/// The public half.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifyingKey {
    bytes: Vec<u8>,
}

/// What a signature is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signed {
    /// One of these keys made it, of exactly these words.
    Right,
    /// It says that one of these keys made it, and that is not so of these words.
    Bent,
    /// None of these keys made it.
    OtherKey,
}

impl SigningKey {
    /// The key in the folder, made if there is none.
    ///
    /// # Errors
    /// Each of [`KeyError`].
    pub fn in_folder(folder: &Path) -> Result<Self, KeyError> {
        let path = folder.join(KEY_FILE);
        let failed = |error: std::io::Error| KeyError::File {
            file: path.display().to_string(),
            why: error.to_string(),
        };
        match std::fs::read_to_string(&path) {
            Ok(text) => return Self::of_pem(&text).ok_or_else(|| no_key(&path)),
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(failed(error)),
        }
        let made = Ed25519KeyPair::generate().map_err(|_| KeyError::NotMade)?;
        let der = made.to_pkcs8().map_err(|_| KeyError::NotMade)?;
        // Whole or not at all: a key of which half is there could never be made anew.
        let half = path.with_extension("making");
        drop(std::fs::remove_file(&half));
        let mut options = std::fs::OpenOptions::new();
        let file = options.write(true).create_new(true).mode(0o600).open(&half);
        let mut file = file.map_err(failed)?;
        let written = file.write_all(pem(PRIVATE, der.as_ref()).as_bytes());
        written.and_then(|()| file.sync_all()).map_err(failed)?;
        std::fs::rename(&half, &path).map_err(failed)?;
        Ok(Self::of(made))
    }

    /// The key of the folder, where there is one.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn if_there(folder: &Path) -> Result<Option<Self>, KeyError> {
        match folder.join(KEY_FILE).exists() {
            true => Self::in_folder(folder).map(Some),
            false => Ok(None),
        }
    }

    fn of(pair: Ed25519KeyPair) -> Self {
        let bytes = pair.public_key().as_ref().to_vec();
        let id = VerifyingKey { bytes }.id();
        Self { pair, id }
    }

    fn of_pem(text: &str) -> Option<Self> {
        let der = blocks(text, PRIVATE).next()?;
        Ed25519KeyPair::from_pkcs8(&der).ok().map(Self::of)
    }

    /// The public half.
    pub fn public(&self) -> VerifyingKey {
        let bytes = self.pair.public_key().as_ref().to_vec();
        VerifyingKey { bytes }
    }

    /// The private half as it stands in the file, to be looked for in whatever leaves.
    pub fn to_be_held(&self) -> Option<String> {
        let der = self.pair.to_pkcs8().ok()?;
        Some(BASE64_STANDARD.encode(der))
    }

    /// Signs a payload; the same one always gives the same envelope.
    pub fn sign(&self, payload: &[u8]) -> Envelope {
        let signature = self.pair.sign(&signed_bytes(payload));
        Envelope::new(payload, &self.id, signature.as_ref())
    }
}

/// The private half is not shown.
impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SigningKey").field("id", &self.id).finish()
    }
}

impl VerifyingKey {
    /// All in a text, each as PEM (`-----BEGIN PUBLIC KEY-----`).
    pub fn all_in(text: &str) -> Vec<Self> {
        let keys = blocks(text, PUBLIC).filter_map(|der| {
            let bytes = der.strip_prefix(&SPKI)?.to_vec();
            (bytes.len() == 32).then_some(Self { bytes })
        });
        keys.collect()
    }

    /// As PEM.
    pub fn to_pem(&self) -> String {
        pem(PUBLIC, &self.der())
    }

    /// By what it is named: SHA-256 of its DER, in hexadecimal digits.
    pub fn id(&self) -> String {
        hex::encode(Sha256::digest(self.der()))
    }

    fn der(&self) -> Vec<u8> {
        [&SPKI[..], &self.bytes].concat()
    }

    /// What the signatures of an envelope are worth, whose payload is this.
    pub fn judge(keys: &[Self], envelope: &Envelope, payload: &[u8]) -> Signed {
        let signed = signed_bytes(payload);
        let mut named = false;
        for (id, signature) in envelope.signatures() {
            for key in keys {
                named |= key.id() == id;
                let known = UnparsedPublicKey::new(&ED25519, &key.bytes);
                if known.verify(&signed, &signature).is_ok() {
                    return Signed::Right;
                }
            }
        }
        match named {
            true => Signed::Bent,
            false => Signed::OtherKey,
        }
    }
}

fn no_key(path: &Path) -> KeyError {
    KeyError::NoKey(path.display().to_string())
}

/// What stands in the blocks of that label; what is no base64 is left out.
fn blocks<'t>(text: &'t str, label: &str) -> impl Iterator<Item = Vec<u8>> + 't {
    let (begin, end) = (
        format!("-----BEGIN {label}-----"),
        format!("-----END {label}-----"),
    );
    let parts: Vec<&str> = text.split(begin.as_str()).skip(1).collect();
    parts.into_iter().filter_map(move |part| {
        let (inside, _) = part.split_once(end.as_str())?;
        let inside: String = inside.split_whitespace().collect();
        BASE64_STANDARD.decode(inside).ok()
    })
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn it_is_made_once_for_its_owner_alone_and_is_the_same_ever_after() {
        let folder = tempfile::tempdir().expect("a folder");
        assert!(
            SigningKey::if_there(folder.path())
                .expect("asked")
                .is_none()
        );
        let first = SigningKey::in_folder(folder.path()).expect("made");
        let file = folder.path().join(KEY_FILE);
        let mode = std::fs::metadata(&file)
            .expect("there")
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
        let second = SigningKey::in_folder(folder.path()).expect("read");
        assert_eq!(first.public(), second.public());
        assert_eq!(first.sign(b"x"), second.sign(b"x"));
        assert!(!format!("{first:?}").contains("pair"));
        std::fs::write(&file, "no key").expect("written");
        let error = SigningKey::in_folder(folder.path()).expect_err("no key");
        assert!(error.to_string().contains(KEY_FILE), "{error}");
    }

    #[test]
    fn one_byte_or_another_key_and_it_is_not_right() {
        let (one, two) = (tempfile::tempdir(), tempfile::tempdir());
        let (one, two) = (one.expect("a folder"), two.expect("a folder"));
        let mine = SigningKey::in_folder(one.path()).expect("made");
        let other = SigningKey::in_folder(two.path()).expect("made");
        let envelope = mine.sign(b"words");
        let keys = [other.public(), mine.public()];
        let judge =
            |keys: &[VerifyingKey], payload: &[u8]| VerifyingKey::judge(keys, &envelope, payload);
        assert_eq!(judge(&keys, b"words"), Signed::Right);
        assert_eq!(judge(&keys, b"wordt"), Signed::Bent);
        assert_eq!(judge(&keys[..1], b"words"), Signed::OtherKey);
        assert_eq!(judge(&[], b"words"), Signed::OtherKey);
    }

    #[test]
    fn the_public_half_is_read_back_from_what_is_printed() {
        let folder = tempfile::tempdir().expect("a folder");
        let key = SigningKey::in_folder(folder.path()).expect("made").public();
        let printed = format!("words before\n{}key id: {}\n", key.to_pem(), key.id());
        assert_eq!(VerifyingKey::all_in(&printed), [key]);
        assert!(
            VerifyingKey::all_in("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----")
                .is_empty()
        );
    }
}
