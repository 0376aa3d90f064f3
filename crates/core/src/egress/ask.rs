//! Whether people are asked about a host that was refused: only where their yes would open a public name, and never about programs
//! that merely report on themselves.

use super::list::Denied;
use super::target::{Host, Target};

/// The longest name that is asked about: an agent chose it, and people have to be able to judge it at a glance.
const LONGEST: usize = 80;

/// Ends of names that are not of the public network: RFC 6761, RFC 6762, RFC 7686, RFC 8375, RFC 9476, ICANN's `.internal`, and what
/// private networks call themselves (<https://www.rfc-editor.org/rfc/rfc6762#appendix-G>).
const INSIDE: [&str; 17] = [
    "localhost",
    "local",
    "localdomain",
    "internal",
    "intranet",
    "private",
    "corp",
    "home",
    "lan",
    "arpa",
    "test",
    "invalid",
    "onion",
    "alt",
    "workgroup",
    "svc",
    "cluster",
];

/// Where programs send reports on themselves; below each name as well. Nothing that work needs is fetched there.
const TELEMETRY: [&str; 22] = [
    // https://docs.sentry.io/product/relay/
    "sentry.io",
    // https://docs.datadoghq.com/agent/configuration/network/
    "datadoghq.com",
    "datadoghq.eu",
    // https://code.claude.com/docs/en/data-usage (DISABLE_TELEMETRY)
    "statsig.com",
    "statsigapi.net",
    "featuregates.org",
    // https://posthog.com/docs/advanced/proxy
    "posthog.com",
    // https://segment.com/docs/connections/sources/catalog/libraries/server/http-api/
    "api.segment.io",
    "segment.com",
    // https://amplitude.com/docs/apis/analytics/http-v2
    "amplitude.com",
    // https://developer.mixpanel.com/reference/overview
    "mixpanel.com",
    // https://developers.google.com/analytics/devguides/collection/protocol/ga4
    "google-analytics.com",
    "googletagmanager.com",
    // https://gerrit.googlesource.com: clients of Google's tools log here
    "play.googleapis.com",
    // https://docs.honeycomb.io/send-data/
    "honeycomb.io",
    // https://docs.newrelic.com/docs/new-relic-solutions/get-started/networks/
    "newrelic.com",
    "nr-data.net",
    // https://learn.microsoft.com/azure/azure-monitor/fundamentals/azure-monitor-network-access
    "applicationinsights.azure.com",
    "dc.services.visualstudio.com",
    // https://code.visualstudio.com/docs/setup/network
    "vortex.data.microsoft.com",
    "mobile.events.data.microsoft.com",
    // https://nextjs.org/telemetry
    "telemetry.nextjs.org",
];

/// As it would be opened, where people are asked about it.
pub(super) fn about(target: &Target, why: &Denied) -> Option<String> {
    let Host::Name(name) = &target.host else {
        return None;
    };
    let missing = matches!(why, Denied::Host | Denied::Port);
    let asked = missing && is_public(name) && !is_telemetry(name);
    asked.then(|| target.to_string())
}

fn is_public(name: &str) -> bool {
    let last = name.rsplit('.').next().unwrap_or(name);
    name.contains('.') && name.len() <= LONGEST && !INSIDE.contains(&last) && !holds_address(name)
}

fn is_telemetry(name: &str) -> bool {
    TELEMETRY.iter().any(|known| {
        let before = name.strip_suffix(known);
        before.is_some_and(|before| before.is_empty() || before.ends_with('.'))
    })
}

/// Whether four numbers of an address stand in it: names such as `127-0-0-1.nip.io` are made to lead there.
fn holds_address(name: &str) -> bool {
    let parts: Vec<&str> = name.split(['.', '-']).collect();
    let number = |part: &&str| part.len() <= 3 && part.parse::<u8>().is_ok();
    parts.windows(4).any(|four| four.iter().all(&number))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::egress::{Kind, Malformed};

    fn asked(target: &str) -> Option<String> {
        let target = Target::authority(target, None).expect("a target");
        about(&target, &Denied::Host)
    }

    #[test]
    fn people_are_asked_about_public_names() {
        for target in [
            "registry.npmjs.org:443",
            "pypi.org:80",
            "my-server.example.com:8443",
            "a1.b2.example.dev:443",
        ] {
            assert_eq!(asked(target).as_deref(), Some(target));
        }
    }

    #[test]
    fn nobody_is_asked_about_the_machine_its_network_or_telemetry() {
        for target in [
            "localhost:443",
            "nexus:8081",
            "127.0.0.1:22",
            "10.0.0.1:443",
            "1.1.1.1:443",
            "[::1]:443",
            "db.internal:5432",
            "metadata.google.internal:80",
            "printer.local:80",
            "x.localhost:80",
            "127.0.0.1.nip.io:80",
            "app-10-0-0-1.sslip.io:443",
            "169-254-169-254.nip.io:80",
            "o123.ingest.sentry.io:443",
            "statsig.com:443",
            "play.googleapis.com:443",
        ] {
            assert_eq!(asked(target), None, "{target}");
        }
        let long = format!("{}.example.com:443", "a".repeat(63));
        assert_eq!(asked(&format!("{}.{long}", "b".repeat(20))), None);
    }

    #[test]
    fn only_what_is_missing_from_the_list_is_asked_about() {
        let target = Target::authority("example.com:443", None).expect("a target");
        for why in [
            Denied::Address("127.0.0.1".parse().expect("an address"), Kind::Loopback),
            Denied::Malformed(Malformed::Form),
            Denied::HiddenName,
            Denied::OtherName("evil.example".into()),
            Denied::NoName,
            Denied::NotHttp,
            Denied::Connections,
            Denied::Bytes,
        ] {
            assert_eq!(about(&target, &why), None, "{why:?}");
        }
        assert!(about(&target, &Denied::Port).is_some());
    }
}
