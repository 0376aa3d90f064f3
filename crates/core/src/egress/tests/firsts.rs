//! The first bytes of a tunnel, whole, in pieces, and bent.

use proptest::prelude::*;

use crate::egress::{Denied, FirstBytes, HELLO_MAX, Inside, Target, first_bytes, inside};

fn long(bytes: &[u8]) -> Vec<u8> {
    let length = u16::try_from(bytes.len()).expect("short");
    [&length.to_be_bytes(), bytes].concat()
}

fn extension(kind: u16, value: &[u8]) -> Vec<u8> {
    [&kind.to_be_bytes()[..], &long(value)].concat()
}

fn name(host: &[u8]) -> Vec<u8> {
    extension(0, &long(&[&[0], &long(host)[..]].concat()))
}

/// A handshake message with those extensions.
fn hello(extensions: &[Vec<u8>]) -> Vec<u8> {
    let body = [
        &[3, 3][..],
        &[7; 32],
        &[4, 1, 2, 3, 4],
        &long(&[0x13, 0x01]),
        &[1, 0],
        &long(&extensions.concat()),
    ]
    .concat();
    let length = u32::try_from(body.len()).expect("short").to_be_bytes();
    [&[1], &length[1..], &body].concat()
}

/// In records of at most so many bytes.
fn records(message: &[u8], size: usize) -> Vec<u8> {
    let record = |part: &[u8]| [&[22, 3, 1][..], &long(part)].concat();
    message.chunks(size).flat_map(record).collect()
}

fn tls(host: &str) -> FirstBytes {
    FirstBytes::Tls(Some(host.to_owned()))
}

#[test]
fn a_hello_names_its_host() {
    let other = extension(16, b"\x00\x03\x02h2");
    let whole = hello(&[other.clone(), name(b"Example.com"), other.clone()]);
    for size in [1, 3, 4, 50, 16_000] {
        assert_eq!(
            first_bytes(&records(&whole, size)),
            tls("example.com"),
            "{size}"
        );
    }
    // What follows in the same packet plays no part.
    let more = [records(&whole, 16_000), vec![23, 3, 3, 0, 1, 9]].concat();
    assert_eq!(first_bytes(&more), tls("example.com"));
    assert_eq!(
        first_bytes(&records(&hello(&[other]), 99)),
        FirstBytes::Tls(None)
    );
    let hidden = hello(&[name(b"public.example"), extension(0xfe0d, b"\x00secret")]);
    assert_eq!(first_bytes(&records(&hidden, 99)), FirstBytes::Hidden);
}

#[test]
fn every_piece_of_a_hello_asks_for_more() {
    let bytes = records(&hello(&[name(b"example.com")]), 20);
    for end in 0..bytes.len() {
        assert_eq!(first_bytes(&bytes[..end]), FirstBytes::More, "{end}");
    }
}

#[test]
fn two_names_or_a_bent_one_are_no_hello() {
    let two_inside = extension(
        0,
        &long(&[&[0], &long(b"a.example")[..], &[0], &long(b"b.example")].concat()),
    );
    let mut trailing = name(b"a.example");
    trailing.push(0);
    trailing[3] += 1;
    for extensions in [
        vec![name(b"a.example"), name(b"b.example")],
        vec![two_inside],
        vec![trailing],
        vec![name(b"")],
        vec![name(b"a.example\0b.example")],
        vec![name(b"a.example\r\n")],
        vec![name(b"`@everyone")],
        vec![name(&[b'a'; 256])],
        vec![extension(
            0,
            &long(&[&[1], &long(b"a.example")[..]].concat()),
        )],
        vec![vec![0, 0, 0, 9, 1]],
    ] {
        let bytes = records(&hello(&extensions), 16_000);
        assert_eq!(first_bytes(&bytes), FirstBytes::Other, "{extensions:?}");
    }
    let mut other_kind = records(&hello(&[name(b"a.example")]), 10);
    other_kind[15] = 23;
    assert_eq!(first_bytes(&other_kind), FirstBytes::Other);
}

#[test]
fn what_is_neither_tls_nor_http_is_told() {
    for (bytes, kind) in [
        (&b"GET / HTTP/1.1\r\n"[..], FirstBytes::Http),
        (b"POST ", FirstBytes::Http),
        (b"G", FirstBytes::More),
        (b"SSH-2.0-x\r\n", FirstBytes::Other),
        (b"get / HTTP/1.1", FirstBytes::Other),
        (b" GET /", FirstBytes::Other),
        (b"\x80\x2e\x01\x03\x01", FirstBytes::Other),
        (b"\x16\x02\x00\x00\x01\x01", FirstBytes::Other),
        (b"\x16\x03\x01\xff\xff\x01", FirstBytes::Other),
        (b"\x16\x03\x01\x00\x00\x01", FirstBytes::Other),
        (b"\x16\x03\x01\x00\x04\x02\x00\x00\x00", FirstBytes::Other),
        (b"\x16\x03\x01\x00\x04\x02", FirstBytes::Other),
        (b"\x16\x03\x01\x00\x04\x01\x00\xff\xff", FirstBytes::Other),
        (&[b'A'; 40], FirstBytes::Other),
    ] {
        assert_eq!(first_bytes(bytes), kind, "{bytes:?}");
    }
}

#[test]
fn a_tunnel_carries_tls_for_the_very_host_it_was_made_for() {
    let begins = |extensions: &[Vec<u8>], host: &str| {
        let target = Target::authority(host, Some(443)).expect("a target");
        inside(&records(&hello(extensions), 99), &target.host)
    };
    let named = |text: &[u8]| [name(text)];
    let tls = Ok(Some(Inside::Tls));
    assert_eq!(begins(&named(b"EXAMPLE.com"), "example.com"), tls);
    assert_eq!(begins(&[], "192.0.2.1"), tls);
    assert_eq!(begins(&named(b"192.0.2.1"), "192.0.2.1"), tls);
    for other in ["evil.example", "a.example.com", "example.com.", "192.0.2.1"] {
        let denied = Err(Denied::OtherName(other.to_owned()));
        assert_eq!(begins(&named(other.as_bytes()), "example.com"), denied);
    }
    assert_eq!(begins(&[], "example.com"), Err(Denied::NoName));
    let hidden = [name(b"example.com"), extension(0xfe0d, b"\x00")];
    assert_eq!(begins(&hidden, "example.com"), Err(Denied::HiddenName));
    let host = Target::authority("example.com:22", None)
        .expect("a target")
        .host;
    assert_eq!(inside(b"GET /", &host), Ok(Some(Inside::Http)));
    assert_eq!(inside(b"SSH-2.0", &host), Err(Denied::NotHttp));
    assert_eq!(inside(b"", &host), Ok(None));
}

proptest! {
    /// Any bytes are read without a panic, and never wait past the longest beginning.
    #[test]
    fn any_bytes_come_to_an_end(bytes in proptest::collection::vec(any::<u8>(), 0..64), start in prop::bool::ANY, size in 1..40_usize) {
        let mut all = if start { records(&hello(&[name(b"example.com")]), size) } else { vec![] };
        for (place, byte) in bytes.iter().enumerate() {
            let place = place * 7;
            if place < all.len() && byte % 3 == 0 { all[place] = *byte } else { all.push(*byte) }
        }
        first_bytes(&all);
        all.resize(HELLO_MAX, 0);
        prop_assert_ne!(first_bytes(&all), FirstBytes::More);
    }
}
