//! How polling goes, for `skep status`, `/readyz` and `skep doctor`.

use std::time::Duration;

use super::span;
use crate::time::render_rfc3339;

/// No interval.
pub const INTERVAL: &str = "must be a duration from 5s to 10m, such as \"30s\"";
/// An App without a webhook, which is as it should be.
pub const NO_HOOK_WANTED: &str =
    "none: news is asked for (poll), and no port is open to the outside";
/// An App with a webhook that leads nowhere.
pub const HOOK_UNUSED: &str = "GitHub sends webhooks to an address, and skep takes none (poll without a webhook secret): switch the webhook off on the App's page, or set webhook_secret";
/// On the page where an App is made.
pub const WITHOUT_HOOK: &str = "skep asks GitHub for news by itself, so the App gets no webhook.";
/// In the checklist of a set-up.
pub const NO_WEBHOOK_NEEDED: &str = "none is needed: skep asks for news by itself (poll)";
/// At the terminal, in place of the webhook's address.
pub const SETUP_LISTENS: &str =
    "skep will ask GitHub for news (poll): nothing has to be passed on to this machine.";

fn interval(every: Duration) -> String {
    span(i64::try_from(every.as_millis()).unwrap_or(i64::MAX))
}

/// That it is configured.
pub fn configured(every: Duration) -> String {
    format!("GitHub is asked for news every {}", interval(every))
}

/// How it goes.
pub fn told(every: Duration, last: Option<i64>, trouble: Option<&str>) -> String {
    let last = match last {
        Some(at) => format!("last at {}", render_rfc3339(at)),
        None => "not yet".to_owned(),
    };
    let said = format!("{}; {last}", configured(every));
    match trouble {
        Some(trouble) => format!("{said}; {trouble}"),
        None => said,
    }
}

/// After rounds that failed.
pub fn rests(ms: i64) -> String {
    format!("after what failed it rests for another {}", span(ms))
}

/// Little is left of an hour.
pub fn little(remaining: u64, limit: u64) -> String {
    format!(
        "{remaining} of {limit} requests are left in this hour: only what is worked on is looked at"
    )
}

/// Almost nothing is left of an hour.
pub fn used_up(remaining: u64, limit: u64) -> String {
    format!("{remaining} of {limit} requests are left in this hour: it waits for the next")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_says_when_it_last_went_well_and_what_is_wrong() {
        let every = Duration::from_secs(30);
        assert_eq!(
            told(every, None, None),
            "GitHub is asked for news every 30 s; not yet"
        );
        assert_eq!(
            told(every, Some(0), Some("no answer")),
            "GitHub is asked for news every 30 s; last at 1970-01-01T00:00:00Z; no answer"
        );
    }
}
