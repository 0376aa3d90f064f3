//! What kind each address is, and that a name which points inside opens nothing.

use super::{ip, judged, list};
use crate::egress::{Denied, Kind};

#[test]
fn only_what_is_public_is_public() {
    use Kind::*;
    let inside = |text: &str| Translated(text.parse().expect("an address"));
    for (address, kind) in [
        ("1.1.1.1", Public),
        ("172.15.255.255", Public),
        ("172.32.0.0", Public),
        ("100.63.255.255", Public),
        ("2606:4700::1", Public),
        ("2a00:1450::1", Public),
        ("127.0.0.1", Loopback),
        ("127.255.255.254", Loopback),
        ("::1", Loopback),
        ("10.255.0.1", Private),
        ("172.16.0.1", Private),
        ("172.31.255.255", Private),
        ("192.168.1.1", Private),
        ("100.64.0.1", Private),
        ("fd12:3456::1", Private),
        ("fec0::1", Private),
        ("169.254.1.1", LinkLocal),
        ("fe80::1", LinkLocal),
        ("169.254.169.254", Metadata),
        ("169.254.170.2", Metadata),
        ("168.63.129.16", Metadata),
        ("100.100.100.200", Metadata),
        ("192.0.0.192", Metadata),
        ("fd00:ec2::254", Metadata),
        ("fd20:ce::254", Metadata),
        ("::ffff:169.254.169.254", inside("169.254.169.254")),
        ("::ffff:1.1.1.1", inside("1.1.1.1")),
        ("::127.0.0.1", inside("127.0.0.1")),
        ("::ffff:0:10.0.0.1", inside("10.0.0.1")),
        ("64:ff9b::10.0.0.1", inside("10.0.0.1")),
        ("64:ff9b:1:2:3:4:a00:1", inside("10.0.0.1")),
        ("2002:a9fe:a9fe::1", inside("169.254.169.254")),
        ("2001:0:1::f5ff:fffe", inside("10.0.0.1")),
        ("2606:4700::5efe:10.0.0.1", inside("10.0.0.1")),
        ("2606:4700::200:5efe:10.0.0.1", inside("10.0.0.1")),
        ("192.0.2.1", Reserved),
        ("198.18.0.1", Reserved),
        ("198.51.100.7", Reserved),
        ("203.0.113.7", Reserved),
        ("192.88.99.1", Reserved),
        ("240.0.0.1", Reserved),
        ("2001:db8::1", Reserved),
        ("3fff::1", Reserved),
        ("100::1", Reserved),
        ("5f00::1", Reserved),
        ("4000::1", Reserved),
        ("224.0.0.1", Multicast),
        ("255.255.255.255", Multicast),
        ("ff02::1", Multicast),
        ("0.0.0.0", Unspecified),
        ("0.1.2.3", Unspecified),
        ("::", Unspecified),
    ] {
        assert_eq!(Kind::of(ip(address)), kind, "{address}");
    }
}

#[test]
fn a_listed_name_that_points_inside_is_refused_whole() {
    let list = list(&["example.com", "*.nip.example"]);
    let denied = |address: &str| Denied::Address(ip(address), Kind::of(ip(address)));
    assert_eq!(
        judged(&list, "example.com:443", &["1.1.1.1", "2606:4700::1"]),
        Ok(vec!["1.1.1.1:443".into(), "[2606:4700::1]:443".into()])
    );
    for inside in [
        "127.0.0.1",
        "10.0.0.1",
        "169.254.169.254",
        "::1",
        "::ffff:127.0.0.1",
        "64:ff9b::a9fe:a9fe",
        "0.0.0.0",
        "ff02::1",
        "192.0.2.1",
    ] {
        // One bad address among good ones is enough, wherever it stands.
        for addresses in [[inside, "1.1.1.1"], ["1.1.1.1", inside]] {
            let answer = judged(&list, "example.com:443", &addresses);
            assert_eq!(answer, Err(denied(inside)), "{addresses:?}");
        }
        let answer = judged(&list, "127.0.0.1.nip.example:443", &[inside]);
        assert_eq!(answer, Err(denied(inside)));
    }
}

#[test]
fn an_operator_opens_an_address_by_naming_it() {
    let list = list(&[
        "nexus.corp.example:8081",
        "10.1.0.0/16:8081",
        "127.0.0.1:11434",
        "localhost:11434",
        "169.254.0.0/16",
        "64:ff9b::/96",
        "v6.example",
        "10.2.0.0/16",
        "[fd12::1]:5000",
    ]);
    let opened = |target: &str, addresses: &[&str]| judged(&list, target, addresses).is_ok();
    assert!(opened("nexus.corp.example:8081", &["10.1.2.3"]));
    assert!(
        !opened("nexus.corp.example:8081", &["10.2.2.3"]),
        "not for this port"
    );
    assert!(
        !opened("nexus.corp.example:8081", &["10.9.2.3"]),
        "another network"
    );
    assert!(opened("10.1.2.3:8081", &[]));
    assert!(!opened("10.1.2.3:443", &[]));
    assert!(opened("127.0.0.1:11434", &[]));
    assert!(opened("localhost:11434", &["127.0.0.1"]));
    assert!(!opened("localhost:11434", &["127.0.0.1", "::1"]));
    assert!(!opened("127.0.0.2:11434", &[]));
    // A network that happens to hold it does not open a metadata service.
    assert!(!opened("169.254.169.254:80", &[]));
    assert!(!opened("169.254.7.7:80", &[]));
    // Behind NAT64: what is inside is judged too.
    assert!(opened("v6.example:443", &["64:ff9b::1.1.1.1"]));
    assert!(opened("v6.example:443", &["64:ff9b::10.2.0.1"]));
    assert!(!opened("v6.example:443", &["64:ff9b::10.3.0.1"]));
    assert!(!opened("v6.example:443", &["64:ff9b::169.254.169.254"]));
    assert!(!opened("v6.example:443", &["::ffff:10.2.0.1"]));
    assert!(opened("[fd12::1]:5000", &[]));
    // What an address is resolved to plays no part.
    assert_eq!(
        judged(&list, "10.1.2.3:8081", &["1.1.1.1"]),
        Ok(vec!["10.1.2.3:8081".into()])
    );
}
