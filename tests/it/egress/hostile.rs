//! Requests by hand that mean to get past the list: none reaches the canary, each is written down with its reason.

use skep::core::egress::{Denied, Kind, Malformed};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::{Canary, Names, Way, head, hello, shown, tunnel};

fn denied_address(text: &str) -> Denied {
    let address = text.parse().expect("an address");
    Denied::Address(address, Kind::of(address))
}

#[tokio::test]
async fn no_spelling_of_an_address_gets_past_the_list() {
    let canary = Canary::at("127.0.0.1:0").await;
    let names = Names::of(&[
        ("localhost.evil.example", &[&["127.0.0.1"]]),
        ("listed.example", &[&["127.0.0.1"]]),
        ("mixed.example", &[&["1.1.1.1", "127.0.0.1"]]),
        ("mapped.example", &[&["::ffff:127.0.0.1"]]),
        ("127.0.0.1.nip.example", &[&["127.0.0.1"]]),
    ]);
    let p = canary.port;
    let items = [
        "listed.example",
        "mixed.example",
        "mapped.example",
        "*.nip.example",
    ];
    let mut items: Vec<String> = items.iter().map(|item| format!("{item}:{p}")).collect();
    items.push("other.example".into());
    let malformed = Denied::Malformed;
    let inside = || denied_address("127.0.0.1");
    let mapped = || denied_address("::ffff:127.0.0.1");
    let cases = [
        (format!("127.0.0.1:{p}"), inside()),
        (format!("[::ffff:127.0.0.1]:{p}"), mapped()),
        (format!("[::ffff:7f00:1]:{p}"), mapped()),
        (format!("[::1]:{p}"), denied_address("::1")),
        (format!("[::]:{p}"), denied_address("::")),
        (format!("0.0.0.0:{p}"), denied_address("0.0.0.0")),
        (
            format!("[64:ff9b::7f00:1]:{p}"),
            denied_address("64:ff9b::7f00:1"),
        ),
        (
            format!("[2002:7f00:1::]:{p}"),
            denied_address("2002:7f00:1::"),
        ),
        (
            "169.254.169.254:80".into(),
            denied_address("169.254.169.254"),
        ),
        (format!("localhost:{p}"), Denied::Host),
        (format!("localhost.evil.example:{p}"), Denied::Host),
        (format!("LISTED.example:{p}"), inside()),
        (format!("mixed.example:{p}"), inside()),
        (format!("mapped.example:{p}"), mapped()),
        (format!("127.0.0.1.nip.example:{p}"), inside()),
        (
            format!("xn--listed-.example:{p}"),
            malformed(Malformed::Label),
        ),
        (format!("xn--lsted-example:{p}"), Denied::Host),
        (format!("other.example:{p}"), Denied::Port),
        (format!("listed.example.:{p}"), malformed(Malformed::Label)),
        (format!("127.1:{p}"), malformed(Malformed::Number)),
        (format!("0x7f000001:{p}"), malformed(Malformed::Number)),
        (format!("2130706433:{p}"), malformed(Malformed::Number)),
        (format!("017700000001:{p}"), malformed(Malformed::Number)),
        (format!("0177.0.0.1:{p}"), malformed(Malformed::Number)),
        (
            format!("listed.example@127.0.0.1:{p}"),
            malformed(Malformed::User),
        ),
        (
            format!("{}.example:{p}", "a".repeat(64)),
            malformed(Malformed::Long),
        ),
        (
            format!("listed.example%00.evil.example:{p}"),
            malformed(Malformed::Character),
        ),
    ];
    for (target, why) in &cases {
        let way = Way::open(&items, &names);
        for (asked, scheme) in [
            (
                format!("CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n\r\n"),
                "tunnel",
            ),
            (
                format!("GET http://{target}/ HTTP/1.1\r\nHost: {target}\r\n\r\n"),
                "plain",
            ),
        ] {
            let answer = way.say(asked.as_bytes()).await;
            let status = answer.get(..12).unwrap_or_default();
            assert!(
                matches!(status, "HTTP/1.1 403" | "HTTP/1.1 400"),
                "{scheme} {target}: {answer}"
            );
        }
        let refused = way.refused();
        let fits = |(_, found): &(String, Denied)| {
            // What hyper cannot read is written down as such.
            found == why
                || matches!(
                    (found, why),
                    (Denied::Malformed(Malformed::Request), Denied::Malformed(_))
                )
        };
        assert!(
            !refused.is_empty() && refused.iter().all(fits),
            "{target}: {refused:?}"
        );
        assert_eq!(way.handle.report().denied, 2, "{target}");
    }
    assert_eq!(canary.came(), 0);
    // Names that nobody listed were not even looked up: no query carries news out.
    let asked: Vec<String> = names.asked().into_keys().collect();
    assert_eq!(
        asked,
        [
            "127.0.0.1.nip.example",
            "listed.example",
            "mapped.example",
            "mixed.example"
        ]
    );
}

#[tokio::test]
async fn what_is_no_request_for_a_proxy_is_refused_and_written_down() {
    let canary = Canary::at("127.0.0.1:0").await;
    let target = format!("127.0.0.1:{}", canary.port);
    let other = "evil.example";
    let requests: Vec<Vec<u8>> = [
        format!("CONNECT {target}\0 HTTP/1.1\r\n\r\n"),
        format!("CONNECT \0{target} HTTP/1.1\r\n\r\n"),
        format!("CONNECT {target}\r\nHost: x HTTP/1.1\r\n\r\n"),
        format!("CONNECT  {target} HTTP/1.1\r\n\r\n"),
        format!("CONNECT http://{target}/ HTTP/1.1\r\n\r\n"),
        format!("CONNECT {target}/ HTTP/1.1\r\n\r\n"),
        format!("connect {target} HTTP/1.1\r\n\r\n"),
        format!("GET / HTTP/1.1\r\nHost: {target}\r\n\r\n"),
        format!("GET https://{target}/ HTTP/1.1\r\nHost: {target}\r\n\r\n"),
        format!("GET gopher://{target}/ HTTP/1.1\r\nHost: {target}\r\n\r\n"),
        format!("GET http://{target}/ HTTP/1.1\r\nHost: {other}\r\n\r\n"),
        format!("GET http://{target}/ HTTP/1.1\r\nHost: {target}\r\nHost: {other}\r\n\r\n"),
        format!("GET http://{target}\\@{other}/ HTTP/1.1\r\nHost: {target}\r\n\r\n"),
        format!("GET http://{other}#@{target}/ HTTP/1.1\r\nHost: {target}\r\n\r\n"),
        format!("GET http://{target}/ HTTP/1.1\r\nHost : {target}\r\n\r\n"),
        format!("POST http://{target}/ HTTP/1.1\r\nHost: {target}\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n"),
        format!("POST http://{target}/ HTTP/1.1\r\nHost: {target}\r\nTransfer-Encoding: x\r\n\r\n"),
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_owned(),
        "OPTIONS * HTTP/1.1\r\n\r\n".to_owned(),
        format!("GET http://{target}/{} HTTP/1.1\r\n\r\n", "a".repeat(20_000)),
        format!("GET http://{target}/ HTTP/1.1\r\nX: {}\r\n\r\n", "a".repeat(20_000)),
        format!("GET http://{target}/ HTTP/1.1\r\n{}\r\n", "X: y\r\n".repeat(200)),
    ]
    .into_iter()
    .map(String::into_bytes)
    .chain([vec![5, 1, 0], vec![4, 1, 0, 80, 127, 0, 0, 1, 0], hello("evil.example")])
    .collect();
    for request in &requests {
        let way = Way::open(std::slice::from_ref(&target), &Names::of(&[]));
        let answer = way.say(request).await;
        let shown = String::from_utf8_lossy(&request[..request.len().min(90)]).into_owned();
        assert!(!answer.starts_with("HTTP/1.1 2"), "{shown:?}: {answer}");
        assert_eq!(
            way.handle.report().denied,
            1,
            "{shown:?}: {:?}",
            way.handle.report()
        );
    }
    assert_eq!(canary.came(), 0);
}

#[tokio::test]
async fn a_name_that_turns_round_is_connected_to_only_where_it_was_judged() {
    let (good, bad) = (
        Canary::at("127.0.0.1:0").await,
        Canary::at("127.0.0.2:0").await,
    );
    let names = Names::of(&[("turns.example", &[&["127.0.0.1"], &["127.0.0.2"]])]);
    let items = [
        format!("turns.example:{}", good.port),
        format!("127.0.0.1:{}", good.port),
        format!("turns.example:{}", bad.port),
        format!("127.0.0.1:{}", bad.port),
    ];
    let way = Way::open(&items, &names);
    let get = |port: u16| {
        format!("GET http://turns.example:{port}/ HTTP/1.1\r\nConnection: close\r\n\r\n")
    };
    let answer = way.say(get(good.port).as_bytes()).await;
    assert!(answer.ends_with("hello\n"), "{answer}");
    assert_eq!(
        names.asked()["turns.example"],
        1,
        "looked up once, and connected to that"
    );
    let answer = way.say(get(bad.port).as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 403"), "{answer}");
    assert_eq!((good.came(), bad.came()), (1, 0));
    let target = format!("turns.example:{}", bad.port);
    assert_eq!(way.refused(), [(target, denied_address("127.0.0.2"))]);
}

#[tokio::test]
async fn a_tunnel_that_names_another_host_sends_nothing() {
    let canary = Canary::at("127.0.0.1:0").await;
    let names = Names::of(&[("fine.example", &[&["127.0.0.1"]])]);
    let fine = format!("fine.example:{}", canary.port);
    let items = [fine.clone(), format!("127.0.0.1:{}", canary.port)];
    for (first, why) in [
        (
            hello("evil.example"),
            Denied::OtherName("evil.example".into()),
        ),
        (
            hello("evil.fine.example"),
            Denied::OtherName("evil.fine.example".into()),
        ),
        (
            hello("fine.example."),
            Denied::OtherName("fine.example.".into()),
        ),
        (b"SSH-2.0-OpenSSH_9\r\n".to_vec(), Denied::NotHttp),
        (
            b"EHLO evil.example\r\n\r\n".to_vec(),
            Denied::Malformed(Malformed::Request),
        ),
        (
            b"GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n".to_vec(),
            Denied::OtherName("evil.example:80".into()),
        ),
        (
            b"GET http://evil.example/ HTTP/1.1\r\n\r\n".to_vec(),
            Denied::Malformed(Malformed::Form),
        ),
        (
            b"CONNECT evil.example:443 HTTP/1.1\r\n\r\n".to_vec(),
            Denied::Malformed(Malformed::Form),
        ),
        (b"\x16\x03\x01\x00\x02\x02\x00".to_vec(), Denied::NotHttp),
    ] {
        let way = Way::open(&items, &names);
        let mut stream = tunnel(&way, &fine).await;
        stream.write_all(&first).await.expect("sent");
        let mut rest = Vec::new();
        stream.read_to_end(&mut rest).await.expect("closed");
        let refused: Vec<Denied> = way.refused().into_iter().map(|(_, why)| why).collect();
        assert_eq!(refused, [why], "{first:?}");
    }
    let heard: String = canary.heard().concat();
    assert_eq!(heard, "", "connected to, and sent nothing");
    // And the right name is passed on, byte for byte.
    let way = Way::open(&items, &names);
    let mut stream = tunnel(&way, &fine).await;
    let mut first = hello("FINE.example");
    first.extend_from_slice(b"\r\n\r\n");
    stream.write_all(&first).await.expect("sent");
    assert!(head(&mut stream).await.starts_with("HTTP/1.1 200"));
    assert!(
        canary
            .heard()
            .contains(&String::from_utf8_lossy(&first).into_owned())
    );
}

#[tokio::test]
async fn a_plain_request_is_written_anew() {
    let canary = Canary::at("127.0.0.1:0").await;
    let target = format!("127.0.0.1:{}", canary.port);
    let way = Way::open(std::slice::from_ref(&target), &Names::of(&[]));
    let asked = format!(
        "GET http://{target}/a?b HTTP/1.1\r\nHost: {target}\r\nProxy-Authorization: Basic c2VjcmV0\r\nProxy-Connection: x\r\n\
         Connection: close, X-Mine\r\nX-Mine: 1\r\nKeep-Alive: 5\r\nTE: trailers\r\nUpgrade: websocket\r\nX-Kept: 2\r\n\r\n"
    );
    let answer = way.say(asked.as_bytes()).await;
    assert!(answer.ends_with("hello\n"), "{answer}");
    let [heard] = &canary.heard()[..] else {
        panic!("one request")
    };
    let mut lines: Vec<String> = heard.trim_end().lines().map(str::to_lowercase).collect();
    lines.sort();
    let mut expected = [
        "connection: close",
        "get /a?b http/1.1",
        &format!("host: {target}"),
        "x-kept: 2",
    ];
    expected.sort_unstable();
    assert_eq!(lines, expected);
}

#[tokio::test]
async fn each_new_refusal_is_told_at_once_and_a_yes_opens_exactly_that() {
    let canary = Canary::at("127.0.0.1:0").await;
    let names = Names::of(&[("asked.example", &[&["127.0.0.1"]])]);
    let mut way = Way::open(&[format!("127.0.0.1:{}", canary.port)], &names);
    let mut denials = way.handle.denials().expect("the first who asks");
    assert!(way.handle.denials().is_none());
    let target = format!("asked.example:{}", canary.port);
    let get = format!("GET http://{target}/ HTTP/1.1\r\nConnection: close\r\n\r\n");
    for _ in 0..12 {
        let answer = way.say(get.as_bytes()).await;
        assert!(
            answer.contains("skep does not let this session reach asked.example"),
            "{answer}"
        );
    }
    for count in [1, 10] {
        let told = denials.recv().await.expect("told");
        let what = (shown(told.target.as_ref()), told.why, told.count);
        assert_eq!(what, (target.clone(), Denied::Host, count));
    }
    assert!(denials.try_recv().is_err(), "the rest is counted");
    let asked = skep::core::egress::Target::authority(&target, None).expect("a target");
    way.handle
        .allow([skep::core::egress::Rule::exactly(&asked)]);
    assert!(way.say(get.as_bytes()).await.ends_with("hello\n"));
    let near = format!("CONNECT asked.example:{} HTTP/1.1\r\n\r\n", canary.port ^ 1);
    assert!(way.say(near.as_bytes()).await.starts_with("HTTP/1.1 403"));
    let report = way.handle.close().await;
    assert_eq!((report.denied, canary.came()), (13, 1));
}

#[tokio::test]
async fn a_host_that_is_not_there_is_no_refusal() {
    let names = Names::of(&[("gone.example", &[&[]])]);
    let items = ["unknown.example".to_owned(), "gone.example".to_owned()];
    let way = Way::open(&items, &names);
    for host in ["unknown.example", "gone.example"] {
        for asked in [
            format!("CONNECT {host}:443 HTTP/1.1\r\n\r\n"),
            format!("GET http://{host}/ HTTP/1.1\r\n\r\n"),
        ] {
            let answer = way.say(asked.as_bytes()).await;
            assert!(
                answer.starts_with("HTTP/1.1 502") && answer.contains("is allowed, but"),
                "{answer}"
            );
        }
    }
    let report = way.handle.report();
    assert_eq!((report.denied, report.entries.len()), (0, 4));
}

#[tokio::test]
async fn plain_requests_in_a_tunnel_are_judged_one_by_one() {
    let canary = Canary::at("127.0.0.1:0").await;
    let names = Names::of(&[(
        "fine.example",
        &[&["127.0.0.1"], &["127.0.0.1"], &["127.0.0.2"]],
    )]);
    let fine = format!("fine.example:{}", canary.port);
    let way = Way::open(
        &[fine.clone(), format!("127.0.0.1:{}", canary.port)],
        &names,
    );
    let mut stream = tunnel(&way, &fine).await;
    let get = format!("GET /x HTTP/1.1\r\nHost: {fine}\r\n\r\n");
    for status in ["200", "200", "403"] {
        stream.write_all(get.as_bytes()).await.expect("sent");
        let answer = head(&mut stream).await;
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status}")),
            "{answer}"
        );
        if status == "200" {
            let mut body = [0; 6];
            stream.read_exact(&mut body).await.expect("a body");
            assert_eq!(&body, b"hello\n");
        }
    }
    assert_eq!(canary.came(), 2);
    assert_eq!(way.refused(), [(fine, denied_address("127.0.0.2"))]);
}

#[tokio::test]
async fn a_body_passes_whole() {
    let host = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port");
    let target = format!(
        "127.0.0.1:{}",
        host.local_addr().expect("an address").port()
    );
    let way = Way::open(std::slice::from_ref(&target), &Names::of(&[]));
    for (headers, body, heard) in [
        ("Content-Length: 4", "END!", "content-length: 4"),
        (
            "Transfer-Encoding: chunked",
            "4\r\nEND!\r\n0\r\n\r\n",
            "transfer-encoding: chunked",
        ),
    ] {
        let asked = format!(
            "POST http://{target}/ HTTP/1.1\r\nHost: {target}\r\n{headers}\r\nConnection: close\r\n\r\n{body}"
        );
        let answering = async {
            let (mut stream, _) = host.accept().await.expect("it came");
            let mut all = Vec::new();
            while !all.windows(4).any(|end| end == b"END!") {
                assert_ne!(stream.read_buf(&mut all).await.expect("more"), 0);
            }
            let answer =
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n";
            stream.write_all(answer.as_bytes()).await.expect("sent");
            String::from_utf8_lossy(&all).to_lowercase()
        };
        let (answer, all) = tokio::join!(way.say(asked.as_bytes()), answering);
        assert!(all.contains(heard), "{all}");
        assert!(
            answer.starts_with("HTTP/1.1 200") && answer.contains("ok"),
            "{answer}"
        );
    }
}
