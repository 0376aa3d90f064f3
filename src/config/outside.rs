//! How news of GitHub gets here: by webhooks to a public address of the operator's or through a channel of smee, or by asking.

use std::time::Duration;

use url::Url;

use super::github::{Proof, address};
use super::resolver::Resolver;
use super::sources::Found;
use super::units::parse_duration;
use crate::core::text::polling::INTERVAL;

/// The shortest and the longest interval: GitHub wants no more, and people wait no longer.
const INTERVALS: std::ops::RangeInclusive<Duration> =
    Duration::from_secs(5)..=Duration::from_secs(600);

/// The way in from outside, as far as skep was told of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PublicAddress {
    /// `https://HOST`, which passes `/webhook` on to skep.
    pub url: Option<Url>,
    /// A channel that webhooks are read from, for development.
    pub webhook_proxy: Option<Url>,
    /// How often GitHub is asked for news, if it is.
    pub poll: Option<Duration>,
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

    /// Whether webhooks must be proved.
    pub(super) fn proof(&self) -> Proof {
        match self.only_polls() {
            true => Proof::Unneeded,
            false => Proof::Needed,
        }
    }

    /// Whether no webhook is to come: news is asked for, and no way in is named.
    pub fn only_polls(&self) -> bool {
        self.poll.is_some() && self.hook().is_none()
    }
}

fn interval(found: &Found) -> Result<Duration, String> {
    let every = parse_duration(&found.text).filter(|every| INTERVALS.contains(every));
    every.ok_or_else(|| INTERVAL.to_owned())
}

/// Reads them.
pub(super) fn read(resolver: &mut Resolver<'_>) -> PublicAddress {
    PublicAddress {
        url: resolver.meant("public_url", |found| address(&found.text)),
        webhook_proxy: resolver.meant("webhook_proxy", |found| address(&found.text)),
        poll: resolver.meant("poll", interval),
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
            ..PublicAddress::default()
        };
        assert!(!public.only_polls());
        assert_eq!(public.hook(), Some(url("https://skep.example/ci/webhook")));
        let public = PublicAddress {
            webhook_proxy: Some(url("https://smee.io/abc")),
            ..public
        };
        assert_eq!(public.hook(), Some(url("https://smee.io/abc")));
        assert_eq!(PublicAddress::default().hook(), None);
        let polling = PublicAddress {
            poll: Some(Duration::from_secs(30)),
            ..PublicAddress::default()
        };
        assert!(polling.only_polls());
    }
}
