//! The way out of this machine: the proxy variables that every program knows, and the certificates that are trusted.

use std::path::PathBuf;

use super::error::ConfigError;
use super::resolver::Resolver;
use super::sources::Sources;
use crate::core::network::{Network, ProxyUrl};
use crate::core::text::mistakes;

/// Certificates that are named besides, or instead of, the system's.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Certificates {
    /// A file of further ones, PEM.
    pub ca_file: Option<PathBuf>,
    /// Whether the environment names others than the system's (`SSL_CERT_FILE`, `SSL_CERT_DIR`).
    pub replaced: bool,
}

impl Certificates {
    /// Whether the system's own are not all there is.
    pub fn are_special(&self) -> bool {
        self.ca_file.is_some() || self.replaced
    }
}

impl Sources {
    /// The way out alone, whatever else the configuration says.
    pub fn network(&self) -> Result<(Network, Certificates), ConfigError> {
        let mut resolver = Resolver::new(self);
        resolver.mistakes.clear();
        let read = read(&mut resolver);
        if resolver.mistakes.is_empty() {
            Ok(read)
        } else {
            Err(ConfigError(resolver.mistakes))
        }
    }
}

/// Reads both; the file with every trusted certificate is made later, by whoever has a folder for it.
pub(super) fn read(resolver: &mut Resolver<'_>) -> (Network, Certificates) {
    let https_proxy = resolver.meant("https_proxy", |found| ProxyUrl::parse(&found.text));
    let http_proxy = resolver.meant("http_proxy", |found| ProxyUrl::parse(&found.text));
    let no_proxy = resolver
        .found("no_proxy")
        .map(|found| found.text.trim().to_owned())
        .unwrap_or_default();
    let ca_file = resolver.meant("ca_file", |found| {
        let path = std::path::absolute(found.path()).map_err(|error| error.to_string())?;
        let text = std::fs::read_to_string(&path).map_err(|error| {
            mistakes::unreadable(&path.display().to_string(), &error.to_string())
        })?;
        let holds_one = text.contains("-----BEGIN CERTIFICATE-----");
        holds_one
            .then_some(path)
            .ok_or_else(|| mistakes::place::NO_CERTIFICATE.to_owned())
    });
    let environment = resolver.sources.environment();
    let replaced = ["SSL_CERT_FILE", "SSL_CERT_DIR"]
        .iter()
        .any(|name| environment.get(name).is_some());
    (
        Network {
            https_proxy,
            http_proxy,
            no_proxy,
            ca_bundle: None,
        },
        Certificates { ca_file, replaced },
    )
}
