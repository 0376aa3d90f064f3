//! What is said about the way out of a session: to the agent whose request is refused, and to whoever wrote a list.
//!
//! Foreign words here are hosts that were parsed (ASCII letters, digits, hyphens and dots); what could not be parsed is never
//! repeated.

use crate::egress::{Denied, Kind, Malformed, Mistake, Target};

/// What a refused program reads: one line, which says what to do.
pub fn refusal(target: Option<&Target>, why: &Denied) -> String {
    let what = target.map_or_else(|| "this request".to_owned(), ToString::to_string);
    format!(
        "skep does not let this session reach {what}: {}. Do without it, or ask for it with your tool for questions; trying again \
         changes nothing.\n",
        reason(why)
    )
}

/// Why something may not be reached, as half a sentence.
pub fn reason(why: &Denied) -> String {
    match why {
        Denied::Malformed(malformed) => {
            format!("the request cannot be understood ({})", form(*malformed))
        }
        Denied::Host => "the host is not on its list".to_owned(),
        Denied::Port => "the host is on its list for other ports only".to_owned(),
        Denied::Address(address, kind) => {
            format!("{address} is {}, and not on its list", place(*kind))
        }
        Denied::OtherName(name) => format!("what is inside names another host ({name})"),
        Denied::NoName => "TLS was begun without the name of a host".to_owned(),
        Denied::HiddenName => {
            "TLS was begun with an encrypted name (ECH), which cannot be compared with the list"
                .to_owned()
        }
        Denied::NotHttp => "a tunnel carries TLS or plain HTTP/1.1, and nothing else".to_owned(),
        Denied::Connections => "it has as many connections open as it may have".to_owned(),
        Denied::Bytes => "it has sent and received as much as it may".to_owned(),
    }
}

/// The host is allowed, and does not answer.
pub fn unreachable(target: &Target) -> String {
    format!("{target} is allowed, but could not be reached.\n")
}

pub(super) fn place(kind: Kind) -> &'static str {
    match kind {
        Kind::Public => "a public address",
        Kind::Loopback => "an address of the machine itself",
        Kind::Private => "an address of a private network",
        Kind::LinkLocal => "an address of the local link",
        Kind::Metadata => "an address of a cloud's metadata service",
        Kind::Translated(_) => "an IPv4 address in an IPv6 address",
        Kind::Reserved => "an address that is reserved",
        Kind::Multicast => "an address of many machines",
        Kind::Unspecified => "no address of a machine",
    }
}

fn form(malformed: Malformed) -> &'static str {
    match malformed {
        Malformed::Request => "not a request for a proxy, or too long",
        Malformed::Form => "a proxy takes CONNECT host:port and http:// addresses",
        Malformed::User => "a name or password before the host",
        Malformed::Empty => "no host",
        Malformed::Long => "a host that is too long",
        Malformed::Character => "a character that hosts do not have",
        Malformed::Label => "two dots, or a dot or hyphen at an end, in the host",
        Malformed::Number => "a number in place of a host",
        Malformed::Brackets => "no IPv6 address in the brackets",
        Malformed::Port => "no port",
    }
}

/// What is wrong with an item of a list, and what would be right; follows the item.
pub fn mistake(mistake: &Mistake) -> String {
    match mistake {
        Mistake::Empty => "is empty".to_owned(),
        Mistake::Scheme => "is a whole address: write the host alone, such as `example.com`".to_owned(),
        Mistake::NoUrl => "must be an address such as https://models.example/v1".to_owned(),
        Mistake::User => "holds a name or password: write the host alone".to_owned(),
        Mistake::Path => "holds a path: hosts are allowed whole, and only addresses have a `/`, as in `10.1.0.0/16`".to_owned(),
        Mistake::Length => "must be a network of /8 to /32, or of /16 to /128 for IPv6".to_owned(),
        Mistake::Bits(network) => format!("is not the first address of its network, which is `{network}`"),
        Mistake::NeedsBrackets => "must stand in brackets: `[2001:db8::1]` or `[2001:db8::1]:8443`".to_owned(),
        Mistake::Star => "may hold a `*` only in front, as in `*.example.com`".to_owned(),
        Mistake::Wide => "opens a whole top-level domain: name at least `*.example.com`".to_owned(),
        Mistake::Port => "must end in a port from 1 to 65535, as in `example.com:8443`".to_owned(),
        Mistake::Host(malformed) => format!("is no host: {}", form(*malformed)),
        Mistake::Word(near) => {
            let near = near.map_or_else(String::new, |near| format!(" (`{near}`?)"));
            format!(
                "is no preset{near}: there are {}; a host without a dot needs its port, as in `nexus:8081`",
                presets()
            )
        }
        Mistake::Never => "can never be reached".to_owned(),
        Mistake::OperatorOnly => {
            "is not a public host or address: only the operator can allow it, with `egress_allow` in skep.toml".to_owned()
        }
    }
}

fn presets() -> String {
    let names: Vec<String> = crate::egress::preset_names()
        .map(|name| format!("`{name}`"))
        .collect();
    names.join(", ")
}
