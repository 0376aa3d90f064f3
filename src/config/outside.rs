//! How GitHub's webhooks get from outside to the webhook address: by a public address of the operator's, or by a channel of smee.

use url::Url;

use super::github::address;
use super::resolver::Resolver;

/// The way in from outside, as far as skep was told of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PublicAddress {
    /// `https://HOST`, which passes `/webhook` on to skep.
    pub url: Option<Url>,
    /// A channel that webhooks are read from, for development.
    pub webhook_proxy: Option<Url>,
}

impl PublicAddress {
    /// Where GitHub is to send webhooks.
    pub fn hook(&self) -> Option<Url> {
        self.webhook_proxy.clone().or_else(|| {
            let mut url = self.url.clone()?;
            let path = format!("{}/webhook", url.path().trim_end_matches('/'));
            url.set_path(&path);
            Some(url)
        })
    }
}

/// Reads both.
pub(super) fn read(resolver: &mut Resolver<'_>) -> PublicAddress {
    PublicAddress {
        url: resolver.meant("public_url", |found| address(&found.text)),
        webhook_proxy: resolver.meant("webhook_proxy", |found| address(&found.text)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hook_is_below_the_address_or_the_channel_itself() {
        let url = |text: &str| Url::parse(text).expect("an address");
        let public = PublicAddress {
            url: Some(url("https://skep.example/ci/")),
            webhook_proxy: None,
        };
        assert_eq!(public.hook(), Some(url("https://skep.example/ci/webhook")));
        let public = PublicAddress {
            webhook_proxy: Some(url("https://smee.io/abc")),
            ..public
        };
        assert_eq!(public.hook(), Some(url("https://smee.io/abc")));
        assert_eq!(PublicAddress::default().hook(), None);
    }
}
