//! The list of a session, and what it says about one connection.
//!
//! Nothing is allowed by default. A name that is allowed is not enough: each address it resolves to is judged as well, and one
//! that may not be reached refuses them all, so that a name which points inside (by mistake, or turned round on purpose) opens
//! nothing.

use core::net::{IpAddr, SocketAddr};

use super::address::Kind;
use super::mistake::Mistake;
use super::presets;
use super::rule::{Rule, Whose};
use super::target::{Host, Malformed, Target};

/// What may be reached.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AllowList {
    rules: Vec<Rule>,
}

/// A target whose name and port are allowed. Only a list makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Admitted(Target);

/// Addresses that were judged, and nothing else may be connected to. Only a list makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settled(Vec<SocketAddr>);

/// Why something may not be reached.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Denied {
    /// The request cannot be understood.
    Malformed(Malformed),
    /// Nobody listed the host.
    Host,
    /// The host is listed, for other ports.
    Port,
    /// An address it has that nobody listed.
    Address(IpAddr, Kind),
    /// The first bytes of TLS name another host than the request did.
    OtherName(String),
    /// The first bytes of TLS name no host.
    NoName,
    /// The first bytes of TLS hide what they name.
    HiddenName,
    /// What is in the tunnel is neither TLS nor HTTP.
    NotHttp,
    /// More connections at once than a session may have.
    Connections,
    /// More bytes than a session may send and receive.
    Bytes,
}

impl Denied {
    /// The kind of refusal in a word, for logs and counts.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Malformed(_) => "malformed",
            Self::Host => "host",
            Self::Port => "port",
            Self::Address(..) => "address",
            Self::OtherName(_) => "other_name",
            Self::NoName => "no_name",
            Self::HiddenName => "hidden_name",
            Self::NotHttp => "not_http",
            Self::Connections => "connections",
            Self::Bytes => "bytes",
        }
    }
}

impl AllowList {
    /// Reads a list of hosts and presets; every item that is wrong comes back with what is wrong with it.
    pub fn parse<'a>(
        items: impl IntoIterator<Item = &'a str>,
        whose: Whose,
    ) -> Result<Self, Vec<(String, Mistake)>> {
        let (mut list, mut wrong) = (Self::default(), Vec::new());
        for item in items {
            if let Some(preset) = presets::find(item.trim()) {
                list.extend(preset.hosts.iter().map(|host| Rule::ours(host)));
                continue;
            }
            match Rule::parse(item, whose) {
                Ok(rule) => list.extend([rule]),
                Err(mistake) => wrong.push((item.to_owned(), mistake)),
            }
        }
        if wrong.is_empty() {
            Ok(list)
        } else {
            Err(wrong)
        }
    }

    /// Adds to it; what is there already stays as it is.
    pub fn extend(&mut self, rules: impl IntoIterator<Item = Rule>) {
        for rule in rules {
            if !self.rules.contains(&rule) {
                self.rules.push(rule);
            }
        }
    }

    /// What is on it, in the order it came.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// The same, as it is written in a list.
    pub fn texts(&self) -> Vec<String> {
        self.rules.iter().map(Rule::to_string).collect()
    }

    /// Judges name and port; an address that is written out is judged at once.
    pub fn admit(&self, target: &Target) -> Result<Admitted, Denied> {
        let mut listed = self
            .rules
            .iter()
            .filter(|rule| rule.names(&target.host))
            .peekable();
        if listed.peek().is_none() {
            return Err(match target.host {
                Host::Address(address) if Kind::of(address) != Kind::Public => {
                    Denied::Address(address, Kind::of(address))
                }
                Host::Address(_) | Host::Name(_) => Denied::Host,
            });
        }
        if !listed.any(|rule| rule.takes(target.port)) {
            return Err(Denied::Port);
        }
        if let Host::Address(address) = target.host {
            self.address(address, target.port)?;
        }
        Ok(Admitted(target.clone()))
    }

    /// Judges every address the target has. What comes back is all that may be connected to.
    pub fn settle(&self, admitted: &Admitted, addresses: &[IpAddr]) -> Result<Settled, Denied> {
        let target = &admitted.0;
        let addresses = match &target.host {
            Host::Address(address) => std::slice::from_ref(address),
            Host::Name(_) => addresses,
        };
        for address in addresses {
            self.address(*address, target.port)?;
        }
        Ok(Settled(
            addresses
                .iter()
                .map(|address| SocketAddr::new(*address, target.port))
                .collect(),
        ))
    }

    fn address(&self, address: IpAddr, port: u16) -> Result<(), Denied> {
        let kind = Kind::of(address);
        let listed = || {
            self.rules
                .iter()
                .any(|rule| rule.takes(port) && rule.opens(address))
        };
        let open = match kind {
            Kind::Public => true,
            _ if kind.is_never_opened() => false,
            // A network of translated addresses opens no more than what is inside would be.
            Kind::Translated(inner) => listed() && self.address(inner.into(), port).is_ok(),
            _ => listed(),
        };
        if open {
            Ok(())
        } else {
            Err(Denied::Address(address, kind))
        }
    }
}

impl Admitted {
    /// What was asked for.
    pub fn target(&self) -> &Target {
        &self.0
    }
}

impl Settled {
    /// In the order they were found.
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.0
    }
}
