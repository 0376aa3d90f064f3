//! How a channel is, for `skep status` and `/readyz`. The channel's name is not shown: whoever knows it can read it.

use std::sync::{Mutex, MutexGuard, PoisonError};

use url::Url;

use crate::core::text::webhook_proxy as text;

/// What is known of a channel.
pub(in crate::app) struct ChannelView {
    host: String,
    seen: Mutex<Seen>,
}

#[derive(Default)]
struct Seen {
    open: bool,
    why: String,
    messages: u64,
}

/// What a change of a channel is worth.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum News {
    /// It is open now, and was not.
    Opened,
    /// It is not any more, or not yet, and nobody was told.
    Lost,
    /// As before.
    Same,
}

impl ChannelView {
    pub(super) fn new(channel: &Url) -> Self {
        Self {
            host: channel.host_str().unwrap_or_default().to_owned(),
            seen: Mutex::default(),
        }
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn opened(&self) -> News {
        let mut seen = self.seen();
        seen.why.clear();
        match std::mem::replace(&mut seen.open, true) {
            true => News::Same,
            false => News::Opened,
        }
    }

    pub(super) fn lost(&self, why: &str) -> News {
        let mut seen = self.seen();
        let told = !seen.open && !seen.why.is_empty();
        seen.open = false;
        why.clone_into(&mut seen.why);
        match told {
            true => News::Same,
            false => News::Lost,
        }
    }

    pub(super) fn message(&self) {
        self.seen().messages += 1;
    }

    /// Whether it is open, and how it is, in words.
    pub(in crate::app) fn told(&self) -> (bool, String) {
        let seen = self.seen();
        let said = match (seen.open, seen.why.is_empty()) {
            (true, _) => text::open(&self.host, seen.messages),
            (false, true) => text::opening(&self.host),
            (false, false) => text::lost(&self.host, &seen.why),
        };
        (seen.open, said)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_turn_is_news_once() {
        let view = ChannelView::new(&Url::parse("https://smee.io/secret").expect("an address"));
        assert_eq!(view.lost("a"), News::Lost);
        assert_eq!(view.lost("b"), News::Same);
        assert_eq!(view.opened(), News::Opened);
        assert_eq!(view.opened(), News::Same);
        assert_eq!(view.lost("c"), News::Lost);
        let (open, said) = view.told();
        assert!(
            !open && said.contains("smee.io") && !said.contains("secret"),
            "{said}"
        );
    }
}
