//! A host and a port, as a proxy is asked for them.
//!
//! There is one spelling of each host and no other is taken: programs disagree about the rest (a trailing dot, `0x7f000001`,
//! `127.1`, a NUL, a percent code), and a list that one parser reads differently from the next is no list. Nothing is mended
//! here except upper case.

use std::fmt;

// Addresses are values; the sockets are in `std`.
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Longest name of a host (RFC 1035).
const NAME_MAX: usize = 253;
/// Longest part of it between two dots.
const LABEL_MAX: usize = 63;

/// A host.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Host {
    /// Lower case, ASCII, no dot at the end, not a number.
    Name(String),
    /// Written out as one.
    Address(IpAddr),
}

/// Where a request wants to go.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Target {
    /// The host.
    pub host: Host,
    /// Never 0.
    pub port: u16,
}

/// How it wants to go there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// CONNECT: bytes in both directions.
    Tunnel,
    /// One plain request with a whole `http://` address.
    Plain,
}

/// Why a target cannot be understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Malformed {
    /// Not a request that a proxy takes.
    Request,
    /// Neither `host:port` for CONNECT nor `http://host…`.
    Form,
    /// A name or password before an `@`.
    User,
    /// No host.
    Empty,
    /// Too long, as a whole or between two dots.
    Long,
    /// A character that names do not have.
    Character,
    /// A part that is empty or has a hyphen at its end: two dots, a dot at the end.
    Label,
    /// A number that some programs take for an address: `127.1`, `0x7f000001`, `2130706433`, `010.0.0.1`.
    Number,
    /// Brackets without an IPv6 address.
    Brackets,
    /// None, 0, or not a number.
    Port,
}

impl Target {
    /// Reads the target of a request as it stands in its first line. Whatever the method, only CONNECT is a tunnel.
    pub fn of_request(method: &str, target: &str) -> Result<(Way, Self), Malformed> {
        if method == "CONNECT" {
            return Ok((Way::Tunnel, Self::authority(target, None)?));
        }
        let rest = target
            .get(..7)
            .filter(|scheme| scheme.eq_ignore_ascii_case("http://"))
            .and_then(|_| target.get(7..))
            .ok_or(Malformed::Form)?;
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        Ok((Way::Plain, Self::authority(&rest[..end], Some(80))?))
    }

    /// Reads `host:port`; without a `default` there must be a port.
    pub fn authority(text: &str, default: Option<u16>) -> Result<Self, Malformed> {
        if text.contains('@') {
            return Err(Malformed::User);
        }
        let (host, port) = match text.strip_prefix('[') {
            Some(rest) => {
                let (inside, after) = rest.split_once(']').ok_or(Malformed::Brackets)?;
                let port = match after {
                    "" => None,
                    _ => Some(after.strip_prefix(':').ok_or(Malformed::Brackets)?),
                };
                (Host::bracketed(inside)?, port)
            }
            None => {
                let (host, port) = match text.split_once(':') {
                    Some((host, port)) => (host, Some(port)),
                    None => (text, None),
                };
                (Host::parse(host)?, port)
            }
        };
        let port = match port {
            Some(port) => self::port(port)?,
            None => default.ok_or(Malformed::Port)?,
        };
        Ok(Self { host, port })
    }
}

impl Host {
    /// Reads a name or an IPv4 address.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        if text.is_empty() {
            return Err(Malformed::Empty);
        }
        if text.len() > NAME_MAX {
            return Err(Malformed::Long);
        }
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
        if !text.bytes().all(fits) {
            return Err(Malformed::Character);
        }
        if let Ok(address) = text.parse::<Ipv4Addr>() {
            return Ok(Self::Address(address.into()));
        }
        for label in text.split('.') {
            if label.len() > LABEL_MAX {
                return Err(Malformed::Long);
            }
            if label.is_empty() || label.starts_with('-') || label.ends_with('-') {
                return Err(Malformed::Label);
            }
        }
        if is_number(text.rsplit('.').next().unwrap_or(text)) {
            return Err(Malformed::Number);
        }
        Ok(Self::Name(text.to_ascii_lowercase()))
    }

    /// Reads what stands between `[` and `]`. No zone: it names an interface of the machine.
    pub fn bracketed(text: &str) -> Result<Self, Malformed> {
        text.parse::<Ipv6Addr>()
            .map(|address| Self::Address(address.into()))
            .map_err(|_| Malformed::Brackets)
    }
}

/// Whether the last part of a name makes programs read all of it as an address (WHATWG URL, "ends in a number").
fn is_number(label: &str) -> bool {
    let hexadecimal = label
        .strip_prefix("0x")
        .or_else(|| label.strip_prefix("0X"))
        .is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_hexdigit()));
    hexadecimal || label.bytes().all(|byte| byte.is_ascii_digit())
}

/// A port: digits alone, in their shortest form.
pub(super) fn port(text: &str) -> Result<u16, Malformed> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0');
    text.parse::<u16>()
        .ok()
        .filter(|_| plain)
        .ok_or(Malformed::Port)
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => f.write_str(name),
            Self::Address(IpAddr::V4(address)) => write!(f, "{address}"),
            Self::Address(IpAddr::V6(address)) => write!(f, "[{address}]"),
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}
