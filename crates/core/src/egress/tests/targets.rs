//! One spelling of each host, and no other.

use crate::egress::{Malformed, Target, Way};

fn tunnel(target: &str) -> Result<String, Malformed> {
    let (way, target) = Target::of_request("CONNECT", target)?;
    assert_eq!(way, Way::Tunnel);
    Ok(target.to_string())
}

fn plain(target: &str) -> Result<String, Malformed> {
    let (way, target) = Target::of_request("GET", target)?;
    assert_eq!(way, Way::Plain);
    Ok(target.to_string())
}

#[test]
fn a_tunnel_names_a_host_and_a_port() {
    for (asked, read) in [
        ("example.com:443", "example.com:443"),
        ("EXAMPLE.Com:443", "example.com:443"),
        ("xn--bcher-kva.example:443", "xn--bcher-kva.example:443"),
        ("my_bucket.s3.example:443", "my_bucket.s3.example:443"),
        ("192.0.2.1:80", "192.0.2.1:80"),
        ("[2001:DB8::1]:443", "[2001:db8::1]:443"),
        ("[::ffff:169.254.169.254]:80", "[::ffff:169.254.169.254]:80"),
        ("10.0.0.1.nip.example:443", "10.0.0.1.nip.example:443"),
        ("0x7f000001.example:443", "0x7f000001.example:443"),
        ("1.example:1", "1.example:1"),
        ("example.com:65535", "example.com:65535"),
    ] {
        assert_eq!(tunnel(asked).as_deref(), Ok(read), "{asked}");
    }
}

#[test]
fn every_other_spelling_is_refused() {
    use Malformed::*;
    let label = "a".repeat(64);
    let (long, many) = (
        format!("{label}.example:443"),
        format!("{}b:443", "ab.".repeat(85)),
    );
    for (asked, why) in [
        ("", Empty),
        (":443", Empty),
        ("example.com", Port),
        ("example.com:", Port),
        ("example.com:0", Port),
        ("example.com:0443", Port),
        ("example.com:+443", Port),
        ("example.com:443 ", Port),
        ("example.com:65536", Port),
        ("example.com:443:443", Port),
        ("example.com:https", Port),
        ("example.com.:443", Label),
        (".example.com:443", Label),
        ("a..example:443", Label),
        ("-a.example:443", Label),
        ("a-.example:443", Label),
        ("example.com\0.evil.example:443", Character),
        ("evil.example\0example.com:443", Character),
        ("example.com\r\nHost: evil.example:443", Character),
        ("example.com%00.evil.example:443", Character),
        ("ex%61mple.com:443", Character),
        ("example.com\\.evil.example:443", Character),
        ("example.com/:443", Character),
        ("example.com#:443", Character),
        ("example com:443", Character),
        ("*.example.com:443", Character),
        ("b\u{fc}cher.example:443", Character),
        ("ex\u{430}mple.com:443", Character),
        ("example\u{3002}com:443", Character),
        ("example.com@evil.example:443", User),
        ("user:password@example.com:443", User),
        ("127.1:80", Number),
        ("0x7f000001:80", Number),
        ("0X7F000001:80", Number),
        ("0x7f.0.0.1:80", Number),
        ("127.0.0.0x1:80", Number),
        ("2130706433:80", Number),
        ("017700000001:80", Number),
        ("0177.0.0.1:80", Number),
        ("010.0.0.1:80", Number),
        ("127.0.0.1.2:80", Number),
        ("example.0x:80", Number),
        ("256.1.1.1:80", Number),
        ("127.0.0.1.:80", Label),
        ("::1:80", Empty),
        ("[::1:80", Brackets),
        ("[::1]80", Brackets),
        ("[127.0.0.1]:80", Brackets),
        ("[fe80::1%eth0]:80", Brackets),
        ("[example.com]:80", Brackets),
        ("[]:80", Brackets),
        (&long, Long),
        (&many, Long),
        ("http://example.com:443", Port),
        ("http://example.com/", Port),
    ] {
        assert_eq!(tunnel(asked), Err(why), "{asked:?}");
    }
}

#[test]
fn a_plain_request_names_a_whole_http_address() {
    for (asked, read) in [
        (
            "http://example.com/a?b=http://evil.example/",
            "example.com:80",
        ),
        ("HTTP://Example.com:8080", "example.com:8080"),
        ("http://example.com?x", "example.com:80"),
        ("http://[2001:db8::1]/", "[2001:db8::1]:80"),
    ] {
        assert_eq!(plain(asked).as_deref(), Ok(read), "{asked}");
    }
    for (asked, why) in [
        ("/", Malformed::Form),
        ("*", Malformed::Form),
        ("example.com:80", Malformed::Form),
        ("https://example.com/", Malformed::Form),
        ("ftp://example.com/", Malformed::Form),
        ("http:/example.com/", Malformed::Form),
        ("//example.com/", Malformed::Form),
        ("http://", Malformed::Empty),
        ("http:///etc/passwd", Malformed::Empty),
        ("http://example.com@evil.example/", Malformed::User),
        ("http://evil.example\\@example.com/", Malformed::User),
        ("http://evil.example\\.example.com/", Malformed::Character),
        ("http://example.com\u{e9}/", Malformed::Character),
        ("h\u{e9}\u{e9}tp://", Malformed::Form),
    ] {
        assert_eq!(plain(asked), Err(why), "{asked:?}");
    }
}
