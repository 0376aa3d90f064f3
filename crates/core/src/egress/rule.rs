//! One item of a list: a host, everything below a domain, an address, a network; each for one port, or for 443 and 80.
//!
//! An operator may open what is private, by its address; a repository, whose list people without access to the machine can
//! change by a pull request, may not.

use std::fmt;

use core::net::{IpAddr, Ipv6Addr};

use super::address::Kind;
use super::mistake::Mistake;
use super::target::{self, Host, Malformed, Target};

/// The ports of an item that names none.
const USUAL: [u16; 2] = [443, 80];

/// Who wrote a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// The operator of this machine.
    Operator,
    /// A repository's own policy.
    Repository,
}

/// One thing that may be reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    what: What,
    port: Option<u16>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum What {
    /// This name alone.
    Name(String),
    /// Every name below this one, at any depth; not itself.
    Below(String),
    /// The addresses that share these first bits.
    Network(IpAddr, u8),
}

impl Rule {
    /// Reads one item that is no preset: `host`, `*.host`, an address, a network, each with or without `:port`.
    pub fn parse(item: &str, whose: Whose) -> Result<Self, Mistake> {
        let item = item.trim();
        if item.is_empty() {
            return Err(Mistake::Empty);
        }
        if item.contains("://") {
            return Err(Mistake::Scheme);
        }
        if item.contains('@') {
            return Err(Mistake::User);
        }
        if let Some((address, length)) = item.split_once('/') {
            return Self::network(address, length, whose);
        }
        // An IPv6 address without brackets would leave open what its port is.
        if item.parse::<Ipv6Addr>().is_ok() {
            return Err(Mistake::NeedsBrackets);
        }
        let (host, port) = split_port(item)?;
        let what = match host.strip_prefix("*.") {
            Some(below) => What::Below(suffix(below)?),
            None if host.contains('*') => return Err(Mistake::Star),
            None => match named(host)? {
                Host::Name(name) => What::Name(name),
                Host::Address(address) => What::Network(address, length_of(address)),
            },
        };
        let rule = Self { what, port };
        rule.fits(whose)?;
        Ok(rule)
    }

    /// The host and port of an address such as a model's base address, which the operator has set.
    pub fn of_url(text: &str) -> Result<Self, Mistake> {
        let url = url::Url::parse(text.trim()).map_err(|_| Mistake::NoUrl)?;
        let port = url.port_or_known_default().ok_or(Mistake::NoUrl)?;
        let what = match url.host().ok_or(Mistake::NoUrl)? {
            url::Host::Domain(name) => match Host::parse(name).map_err(Mistake::Host)? {
                Host::Name(name) => What::Name(name),
                Host::Address(address) => What::Network(address, length_of(address)),
            },
            url::Host::Ipv4(address) => What::Network(address.into(), 32),
            url::Host::Ipv6(address) => What::Network(address.into(), 128),
        };
        Ok(Self {
            what,
            port: Some(port),
        })
    }

    /// A host of one of our own tables.
    pub(super) fn ours(host: &str) -> Self {
        let what = match host.strip_prefix("*.") {
            Some(below) => What::Below(below.to_owned()),
            None => What::Name(host.to_owned()),
        };
        Self { what, port: None }
    }

    fn network(address: &str, length: &str, whose: Whose) -> Result<Self, Mistake> {
        let (length, port) = match length.split_once(':') {
            Some((length, text)) => (length, Some(target::port(text).map_err(|_| Mistake::Port)?)),
            None => (length, None),
        };
        let inside = address
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'));
        let address: IpAddr = inside
            .unwrap_or(address)
            .parse()
            .map_err(|_| Mistake::Path)?;
        let length: u8 = length.parse().map_err(|_| Mistake::Length)?;
        // Shorter ones open what nobody means to.
        let shortest = if address.is_ipv4() { 8 } else { 16 };
        if length < shortest || length > length_of(address) {
            return Err(Mistake::Length);
        }
        let first = masked(address, length);
        if first != address {
            return Err(Mistake::Bits(format!("{first}/{length}")));
        }
        if whose == Whose::Repository {
            return Err(Mistake::OperatorOnly);
        }
        Ok(Self {
            what: What::Network(address, length),
            port,
        })
    }

    /// Whether whoever wrote it may write it.
    fn fits(&self, whose: Whose) -> Result<(), Mistake> {
        match &self.what {
            What::Network(address, _) => {
                let kind = Kind::of(*address);
                if kind.is_never_opened() {
                    return Err(Mistake::Never);
                }
                if whose == Whose::Repository && kind != Kind::Public {
                    return Err(Mistake::OperatorOnly);
                }
            }
            What::Name(name) if !name.contains('.') => match whose {
                // Such a name is one of the operator's own network, and a word without a port may be a preset's.
                Whose::Repository => return Err(Mistake::OperatorOnly),
                Whose::Operator if self.port.is_none() => return Err(Mistake::word(name)),
                Whose::Operator => {}
            },
            What::Name(_) | What::Below(_) => {}
        }
        Ok(())
    }

    /// Whether the host is on it, whatever the port.
    pub(super) fn names(&self, host: &Host) -> bool {
        match (&self.what, host) {
            (What::Name(listed), Host::Name(name)) => listed == name,
            (What::Below(listed), Host::Name(name)) => name
                .strip_suffix(listed)
                .is_some_and(|rest| rest.len() > 1 && rest.ends_with('.')),
            (What::Network(..), Host::Address(address)) => self.opens(*address),
            _ => false,
        }
    }

    /// The port of this machine's own loopback that it names, if it names one.
    pub fn on_loopback(&self) -> Option<u16> {
        let is_here = match &self.what {
            What::Name(name) => name == "localhost",
            What::Network(address, length) => {
                address.is_loopback() && *length == length_of(*address)
            }
            What::Below(_) => false,
        };
        self.port.filter(|_| is_here)
    }

    /// Whether the port is on it.
    pub(super) fn takes(&self, port: u16) -> bool {
        match self.port {
            Some(listed) => listed == port,
            None => USUAL.contains(&port),
        }
    }

    /// Whether the address is one it was written for.
    pub(super) fn opens(&self, address: IpAddr) -> bool {
        let What::Network(first, length) = &self.what else {
            return false;
        };
        let exact = *length == length_of(*first);
        first.is_ipv4() == address.is_ipv4()
            && masked(address, *length) == *first
            && (exact || !Kind::of(address).needs_exact())
    }

    /// The rule for exactly that host and port: what a person opens who is asked about it.
    pub fn exactly(target: &Target) -> Self {
        let what = match &target.host {
            Host::Name(name) => What::Name(name.clone()),
            Host::Address(address) => What::Network(*address, length_of(*address)),
        };
        Self {
            what,
            port: Some(target.port),
        }
    }
}

/// As it is written in a list.
impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.what {
            What::Name(name) => f.write_str(name)?,
            What::Below(name) => write!(f, "*.{name}")?,
            What::Network(address, length) => {
                write!(f, "{}", Host::Address(*address))?;
                if *length < length_of(*address) {
                    write!(f, "/{length}")?;
                }
            }
        }
        match self.port {
            Some(port) => write!(f, ":{port}"),
            None => Ok(()),
        }
    }
}

fn split_port(item: &str) -> Result<(&str, Option<u16>), Mistake> {
    let after_brackets = item.rfind(']').map_or(0, |end| end + 1);
    if item.starts_with('[') && after_brackets == 0 {
        return Err(Mistake::Host(Malformed::Brackets));
    }
    match item[after_brackets..].split_once(':') {
        None => Ok((item, None)),
        Some((before, port)) => {
            let port = target::port(port).map_err(|_| Mistake::Port)?;
            Ok((&item[..after_brackets + before.len()], Some(port)))
        }
    }
}

/// A host in any script, as it stands on the wire.
fn named(text: &str) -> Result<Host, Mistake> {
    if let Some(rest) = text.strip_prefix('[') {
        let inside = rest
            .strip_suffix(']')
            .ok_or(Mistake::Host(Malformed::Brackets))?;
        return Host::bracketed(inside).map_err(Mistake::Host);
    }
    if text.is_ascii() {
        return Host::parse(text).map_err(Mistake::Host);
    }
    let url::Host::Domain(ascii) =
        url::Host::parse(text).map_err(|_| Mistake::Host(Malformed::Character))?
    else {
        return Err(Mistake::Host(Malformed::Number));
    };
    Host::parse(&ascii).map_err(Mistake::Host)
}

fn suffix(text: &str) -> Result<String, Mistake> {
    match named(text)? {
        Host::Name(name) if name.contains('.') => Ok(name),
        Host::Name(_) => Err(Mistake::Wide),
        Host::Address(_) => Err(Mistake::Star),
    }
}

fn length_of(address: IpAddr) -> u8 {
    if address.is_ipv4() { 32 } else { 128 }
}

/// The first address of the network.
fn masked(address: IpAddr, length: u8) -> IpAddr {
    match address {
        IpAddr::V4(address) => {
            let mask = u32::MAX
                .checked_shl(32 - u32::from(length))
                .unwrap_or_default();
            IpAddr::V4((u32::from(address) & mask).into())
        }
        IpAddr::V6(address) => {
            let mask = u128::MAX
                .checked_shl(128 - u32::from(length))
                .unwrap_or_default();
            IpAddr::V6((u128::from(address) & mask).into())
        }
    }
}
