//! How this machine reaches others: through which proxy, and whose certificates it trusts.
//!
//! Values only. The rooms that talk to the outside (`github`, `git`, `agent`) each act on the same value, so that one
//! setting reaches all of them. A proxy's address may hold a password: it is never shown whole.

use std::fmt;
use std::path::PathBuf;

/// The way out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Network {
    /// For `https` addresses: `http://[user:password@]host:port`.
    pub https_proxy: Option<ProxyUrl>,
    /// For `http` addresses; the service itself speaks plain `http` on loopback only, so this is for agents.
    pub http_proxy: Option<ProxyUrl>,
    /// What is reached directly, as curl reads it: hosts, `.domains`, addresses and networks between commas, or `*`.
    pub no_proxy: String,
    /// A file with every certificate that is trusted, PEM; the system's own where there is none.
    pub ca_bundle: Option<PathBuf>,
}

/// A proxy's address.
#[derive(Clone, PartialEq, Eq)]
pub struct ProxyUrl(url::Url);

impl ProxyUrl {
    /// Reads `http://[user:password@]host:port`, or only `host:port`. The error never repeats the text.
    pub fn parse(text: &str) -> Result<Self, String> {
        let wrong = || "must be a proxy's address such as http://proxy.example:3128 (https and SOCKS proxies are not used)";
        let text = text.trim();
        let text = if text.contains("://") {
            text.to_owned()
        } else {
            format!("http://{text}")
        };
        let url = url::Url::parse(&text).map_err(|_| wrong())?;
        let plain =
            url.scheme() == "http" && matches!(url.path(), "" | "/") && url.query().is_none();
        if plain && url.has_host() {
            Ok(Self(url))
        } else {
            Err(wrong().to_owned())
        }
    }

    /// Whole, password and all.
    pub fn expose(&self) -> &str {
        self.0.as_str().trim_end_matches('/')
    }

    /// Whether it holds a name or a password, so that it must not stand where others can read it.
    pub fn is_secret(&self) -> bool {
        !self.0.username().is_empty() || self.0.password().is_some()
    }

    /// The password, as it stands in the address and as the proxy hears it.
    pub fn passwords(&self) -> Vec<String> {
        let Some(written) = self.0.password() else {
            return Vec::new();
        };
        let mut both = vec![written.to_owned(), decoded(written)];
        both.dedup();
        both
    }
}

/// `%40` and its like as what they stand for.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let code = after
            .get(..2)
            .filter(|_| *first == b'%')
            .and_then(|code| std::str::from_utf8(code).ok());
        let code = code.and_then(|code| u8::from_str_radix(code, 16).ok());
        bytes.push(code.unwrap_or(*first));
        rest = if code.is_some() { &after[2..] } else { after };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Without name and password.
impl fmt::Display for ProxyUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let port = self
            .0
            .port()
            .map_or_else(String::new, |port| format!(":{port}"));
        write!(f, "http://{}{port}", self.0.host_str().unwrap_or_default())
    }
}

impl fmt::Debug for ProxyUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proxy_is_plain_http_and_never_shows_its_password() {
        for (text, whole) in [
            ("http://p:3128", "http://p:3128"),
            ("p:3128/", "http://p:3128"),
            ("http://ana:hunter2@p:1", "http://ana:hunter2@p:1"),
        ] {
            assert_eq!(ProxyUrl::parse(text).expect("a proxy").expose(), whole);
        }
        let secret = ProxyUrl::parse("http://ana:hunter2@p:1").expect("a proxy");
        assert!(secret.is_secret());
        assert_eq!(secret.passwords(), ["hunter2"]);
        let odd = ProxyUrl::parse("http://ana:h%40ter%2@p:1").expect("a proxy");
        assert_eq!(odd.passwords(), ["h%40ter%2", "h@ter%2"]);
        assert_eq!(
            (secret.to_string(), format!("{secret:?}")),
            ("http://p:1".into(), "http://p:1".into())
        );
        for bad in [
            "socks5://p:1",
            "https://p:1",
            "http://p/x",
            "http://p?x",
            "",
            "http://",
        ] {
            assert!(ProxyUrl::parse(bad).is_err(), "{bad}");
        }
        assert!(
            !ProxyUrl::parse("ftp://u:hunter2@x")
                .expect_err("wrong")
                .contains("hunter2")
        );
    }
}
