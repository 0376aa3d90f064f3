//! Through which proxy git reaches a host, and whose certificates it trusts there.
//!
//! Git's environment is emptied, so both are told with every call. A proxy's address with a password in it must not be an
//! argument, which other processes can read: it stands in a file of mode 600 that no agent's sandbox shows.

use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use hyper::Uri;
use hyper_util::client::proxy::matcher::Matcher;

use super::error::GitError;
use super::process::Call;
use crate::core::network::{Network, ProxyUrl};

/// The way to a host.
#[derive(Debug)]
pub(super) struct WayOut {
    matcher: Matcher,
    /// One `name=value` of configuration that names the proxy.
    proxy: Option<String>,
    trust: Option<String>,
}

impl WayOut {
    /// Works it out; `folder` is ours alone. Errors: the disk.
    pub(super) fn open(network: &Network, folder: &Path) -> Result<Self, GitError> {
        let address = network
            .https_proxy
            .as_ref()
            .map(|proxy| proxy.expose().to_owned())
            .unwrap_or_default();
        let matcher = Matcher::builder()
            .https(address)
            .no(network.no_proxy.clone())
            .build();
        let disk = |error| GitError::disk("keep the proxy's address", error);
        let proxy = network
            .https_proxy
            .as_ref()
            .map(|proxy| setting(proxy, folder))
            .transpose()
            .map_err(disk)?;
        let trust = network
            .ca_bundle
            .as_ref()
            .map(|bundle| format!("http.sslCAInfo={}", bundle.display()));
        Ok(Self {
            matcher,
            proxy,
            trust,
        })
    }

    /// Tells a call that goes to `url`.
    pub(super) fn to(&self, call: Call, url: &str) -> Call {
        let through = url
            .parse::<Uri>()
            .is_ok_and(|uri| self.matcher.intercept(&uri).is_some());
        let proxy = self.proxy.as_ref().filter(|_| through);
        proxy
            .into_iter()
            .chain(&self.trust)
            .fold(call, |call, setting| call.config(setting.clone()))
    }
}

fn setting(proxy: &ProxyUrl, folder: &Path) -> std::io::Result<String> {
    if !proxy.is_secret() {
        return Ok(format!("http.proxy={}", proxy.expose()));
    }
    let path: PathBuf = folder.join("proxy.conf");
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&path)?;
    // A parsed address has neither quotes nor backslashes: they are written as percent codes.
    writeln!(file, "[http]\n\tproxy = \"{}\"", proxy.expose())?;
    Ok(format!("include.path={}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(network: &Network, url: &str, folder: &Path) -> String {
        let way = WayOut::open(network, folder).expect("the disk");
        format!("{:?}", way.to(Call::new("fetch"), url))
    }

    #[test]
    fn a_password_is_no_argument_and_what_is_excepted_goes_directly() {
        let folder = tempfile::tempdir().expect("a folder");
        let proxy = |text: &str| Some(ProxyUrl::parse(text).expect("a proxy"));
        let open = Network {
            https_proxy: proxy("http://p:1"),
            no_proxy: ".corp,10.0.0.0/8".into(),
            ..Network::default()
        };
        assert!(
            told(&open, "https://github.com/o/r.git", folder.path())
                .contains("http.proxy=http://p:1")
        );
        for direct in [
            "https://git.corp/o/r.git",
            "https://10.1.2.3/o/r.git",
            "http://127.0.0.1:3000/o/r.git",
        ] {
            assert!(
                !told(&open, direct, folder.path()).contains("proxy"),
                "{direct}"
            );
        }
        let secret = Network {
            https_proxy: proxy("http://ana:hunter2@p:1"),
            ..Network::default()
        };
        let call = told(&secret, "https://github.com/o/r.git", folder.path());
        assert!(
            call.contains("include.path=") && !call.contains("hunter2"),
            "{call}"
        );
        let kept = std::fs::read_to_string(folder.path().join("proxy.conf")).expect("kept");
        assert_eq!(kept, "[http]\n\tproxy = \"http://ana:hunter2@p:1\"\n");
    }
}
