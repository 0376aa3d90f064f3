//! Nothing outside the list is ever allowed, whatever is asked and whatever a name resolves to.
//!
//! The judgement is made a second time here, from what is listed and by the standard library's own ideas of addresses.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use proptest::prelude::*;

use super::list;
use crate::egress::Target;

const ITEMS: [&str; 5] = [
    "example.com",
    "*.below.example:8443",
    "10.1.0.0/16:8443",
    "nexus.corp.example:8443",
    "93.184.215.14",
];

fn is_inside(address: IpAddr) -> bool {
    let four = |address: Ipv4Addr| {
        address.is_private()
            || address.is_loopback()
            || address.is_link_local()
            || address.is_multicast()
            || address.is_broadcast()
            || address.is_documentation()
            || address.is_unspecified()
            || address.octets()[0] == 0
    };
    match address {
        IpAddr::V4(address) => four(address),
        IpAddr::V6(address) => {
            address.to_ipv4().is_some()
                || address.is_loopback()
                || address.is_unspecified()
                || address.is_multicast()
                || address.is_unique_local()
                || address.is_unicast_link_local()
                || matches!(address.segments(), [0x64, 0xff9b, ..] | [0x2002, ..])
        }
    }
}

/// By the names and ports that are listed, and nothing cleverer.
fn may(target: &str, addresses: &[IpAddr]) -> bool {
    let Some((host, port)) = target.rsplit_once(':') else {
        return false;
    };
    let host = host.to_ascii_lowercase();
    let opened = |address: &IpAddr, port: &str| {
        matches!(address, IpAddr::V4(four) if four.octets()[..2] == [10, 1]) && port == "8443"
    };
    if let Ok(address) = host.parse::<IpAddr>() {
        return opened(&address, port) || (host == "93.184.215.14" && matches!(port, "80" | "443"));
    }
    let below = host.strip_suffix(".below.example").is_some_and(|rest| {
        let fits = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        rest.chars().all(fits) && rest.split('.').all(|label| !label.is_empty())
    });
    let named = match port {
        "80" | "443" => host == "example.com",
        "8443" => below || host == "nexus.corp.example",
        _ => false,
    };
    named
        && addresses
            .iter()
            .all(|address| !is_inside(*address) || opened(address, port))
}

fn target() -> impl Strategy<Value = String> {
    let host = prop_oneof![
        4 => prop::sample::select(vec!["example.com", "a.below.example", "nexus.corp.example", "10.1.2.3", "93.184.215.14"])
            .prop_map(str::to_owned),
        1 => prop::sample::select(vec!["below.example", "127.0.0.1", "10.2.0.1", "[::1]", "localhost", "0x0a010203", "10.1.515"])
            .prop_map(str::to_owned),
        1 => "[a-zA-Z0-9.\\[\\]:@%_-]{0,20}",
        1 => "\\PC{0,12}",
    ];
    let bend = prop_oneof![
        6 => Just(None),
        4 => (0..20_usize, prop::sample::select(vec![
            ".", "\0", "@", "a", "-", "%", "\r\n", "/", "\\", "*", " ", "0x", "A", "\u{3002}", "\u{130}", "example.com",
        ])).prop_map(Some),
    ];
    let port = prop::sample::select(vec![
        ":443", ":80", ":8443", ":22", ":0443", "", ":", ":443:80",
    ]);
    (host, bend, port, any::<bool>()).prop_map(|(mut host, bend, port, upper)| {
        if upper {
            host.make_ascii_uppercase();
        }
        if let Some((place, what)) = bend {
            let at = (0..=host.len())
                .rev()
                .find(|at| *at <= place && host.is_char_boundary(*at))
                .unwrap_or_default();
            host.insert_str(at, what);
        }
        host + port
    })
}

fn address() -> impl Strategy<Value = IpAddr> {
    let four = prop_oneof![
        any::<u32>().prop_map(Ipv4Addr::from),
        prop::sample::select(vec![
            "1.1.1.1",
            "10.1.9.9",
            "10.2.0.1",
            "127.0.0.1",
            "169.254.169.254",
            "0.0.0.0"
        ])
        .prop_map(|text| text.parse().expect("an address")),
    ];
    let six = prop_oneof![
        any::<u128>().prop_map(Ipv6Addr::from),
        any::<u32>().prop_map(|low| Ipv6Addr::from(0x0064_ff9b_u128 << 96 | u128::from(low))),
        any::<u32>().prop_map(|low| Ipv6Addr::from(0xffff_u128 << 32 | u128::from(low))),
        any::<u64>().prop_map(|low| Ipv6Addr::from(0x2606_4700_u128 << 96 | u128::from(low))),
    ];
    prop_oneof![four.prop_map(IpAddr::V4), six.prop_map(IpAddr::V6)]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6_000, ..ProptestConfig::default() })]

    #[test]
    fn nothing_outside_the_list_is_ever_allowed(target in target(), addresses in proptest::collection::vec(address(), 0..3)) {
        let list = list(&ITEMS);
        let parsed = Target::authority(&target, None).ok();
        let admitted = parsed.and_then(|target| list.admit(&target).ok());
        let settled = admitted.and_then(|admitted| list.settle(&admitted, &addresses).ok());
        if let Some(settled) = settled {
            prop_assert!(may(&target, &addresses), "{target:?} {addresses:?} -> {settled:?}");
            for address in settled.addresses() {
                let literal = target.rsplit_once(':').is_some_and(|(host, _)| host == address.ip().to_string());
                prop_assert!(literal || addresses.contains(&address.ip()));
            }
        }
    }
}

/// The promise above is about something: what is meant to be allowed, is.
#[test]
fn what_is_listed_is_allowed() {
    let list = list(&ITEMS);
    for (target, address) in [
        ("example.com:443", "1.1.1.1"),
        ("EXAMPLE.COM:80", "1.1.1.1"),
        ("a.b.below.example:8443", "2606:4700::1"),
        ("nexus.corp.example:8443", "10.1.2.3"),
        ("10.1.2.3:8443", "10.1.2.3"),
        ("93.184.215.14:80", "93.184.215.14"),
    ] {
        assert!(super::judged(&list, target, &[address]).is_ok(), "{target}");
        assert!(may(target, &[super::ip(address)]), "{target}");
    }
}
