//! A throw-away key pair for the demo's App: made anew each time, never written to disk.

use anyhow::anyhow;
use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der};
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::KeyPair as _;

use crate::pem::pem;

/// A key pair as PEM.
pub(super) struct Keys {
    pub(super) private: String,
    pub(super) public: String,
}

pub(super) fn make() -> anyhow::Result<Keys> {
    let pair = KeyPair::generate(KeySize::Rsa2048).map_err(|_| anyhow!("no key could be made"))?;
    let private: Pkcs8V1Der<'_> = pair
        .as_der()
        .map_err(|_| anyhow!("the key could not be written"))?;
    let public: PublicKeyX509Der<'_> = pair
        .public_key()
        .as_der()
        .map_err(|_| anyhow!("the key could not be written"))?;
    Ok(Keys {
        private: pem("PRIVATE KEY", private.as_ref()),
        public: pem("PUBLIC KEY", public.as_ref()),
    })
}
