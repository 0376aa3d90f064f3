//! The word that stands in a session's sandbox where a key would: the same for all its starts, because some agents write their key
//! into their home, and nobody else's.

use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::core::ids::SessionId;
use crate::random;

/// Where in the data folder the secret is that words are made of.
/// The file in the data folder.
pub const NAME: &str = "gateway-key";

/// What words are made of.
pub(super) struct WordKey(String);

impl WordKey {
    /// Reads it, or makes it at the first start.
    pub(super) fn open(data_dir: &Path) -> io::Result<Self> {
        let path = data_dir.join(NAME);
        let new = random::hexadecimal::<32>().map_err(io::Error::other)?;
        let mut options = OpenOptions::new();
        match options.write(true).create_new(true).mode(0o600).open(&path) {
            Ok(mut file) => {
                file.write_all(new.as_bytes())?;
                Ok(Self(new))
            }
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                let old = fs::read_to_string(&path)?;
                // One that a crash left half would be guessed more easily; what agents keep of it is only a word.
                match old.len() == new.len() {
                    true => Ok(Self(old)),
                    false => fs::write(&path, &new).map(|()| Self(new)),
                }
            }
            Err(error) => Err(error),
        }
    }

    /// That session's.
    pub(super) fn word(&self, session: &SessionId) -> String {
        let mac = <Hmac<Sha256> as KeyInit>::new_from_slice(self.0.as_bytes());
        let mut mac = mac.expect("a key of any length is one");
        mac.update(session.as_str().as_bytes());
        format!("skep-{}", &hex::encode(mac.finalize().into_bytes())[..40])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_the_sessions_own_and_stays() {
        let folder = tempfile::tempdir().expect("a folder");
        let word = |session: &str| {
            let key = WordKey::open(folder.path()).expect("a key");
            key.word(&session.parse().expect("a session's id"))
        };
        let one = word("1-2-3");
        assert_eq!((one.len(), &one), (45, &word("1-2-3")));
        assert_ne!(one, word("1-2-4"));
        fs::write(folder.path().join(NAME), "").expect("written");
        assert_ne!(one, word("1-2-3"));
    }
}
