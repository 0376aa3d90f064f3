//! What kind of address an address is, by the registries of special addresses.
//!
//! Sources: the IANA registries of special-purpose IPv4 and IPv6 addresses (RFC 6890), and the clouds' pages on their metadata
//! services. What is not known to be public is not public.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A kind of address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Anybody's.
    Public,
    /// This machine.
    Loopback,
    /// A network of one's own, or shared behind a provider's translation.
    Private,
    /// The same cable.
    LinkLocal,
    /// Where a cloud hands out a machine's identity.
    Metadata,
    /// An IPv4 address inside an IPv6 address: mapped, compatible, NAT64, 6to4, Teredo, ISATAP.
    Translated(Ipv4Addr),
    /// Kept for documents, tests and the future.
    Reserved,
    /// Many machines at once.
    Multicast,
    /// None, which some systems take for this machine.
    Unspecified,
}

impl Kind {
    /// The kind of that address.
    pub fn of(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(address) => four(address),
            IpAddr::V6(address) => six(address),
        }
    }

    /// Whether no list can open it: nobody is there to speak TCP with, or it is this machine by another name.
    pub(super) fn is_never_opened(self) -> bool {
        matches!(self, Self::Multicast | Self::Unspecified)
    }

    /// Whether only its exact address opens it, and no network that happens to hold it.
    pub(super) fn needs_exact(self) -> bool {
        matches!(self, Self::Loopback | Self::LinkLocal | Self::Metadata)
    }
}

/// Azure's, Alibaba's and Oracle's metadata services outside of the link-local range, where all others are.
const METADATA: [Ipv4Addr; 3] = [
    Ipv4Addr::new(168, 63, 129, 16),
    Ipv4Addr::new(100, 100, 100, 200),
    Ipv4Addr::new(192, 0, 0, 192),
];

fn four(address: Ipv4Addr) -> Kind {
    if METADATA.contains(&address) {
        return Kind::Metadata;
    }
    match address.octets() {
        [0, ..] => Kind::Unspecified,
        [127, ..] => Kind::Loopback,
        [169, 254, 169 | 170, _] => Kind::Metadata,
        [169, 254, ..] => Kind::LinkLocal,
        [10, ..] | [172, 16..=31, ..] | [192, 168, ..] | [100, 64..=127, ..] => Kind::Private,
        [192, 0, 0 | 2, _] | [192, 88, 99, _] | [198, 18 | 19, ..] => Kind::Reserved,
        [198, 51, 100, _] | [203, 0, 113, _] => Kind::Reserved,
        [224..=239, ..] | [255, 255, 255, 255] => Kind::Multicast,
        [240..=255, ..] => Kind::Reserved,
        _ => Kind::Public,
    }
}

fn six(address: Ipv6Addr) -> Kind {
    let parts = address.segments();
    let inner = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        Kind::Translated(Ipv4Addr::new(a, b, c, d))
    };
    match parts {
        [0, 0, 0, 0, 0, 0, 0, 0] => Kind::Unspecified,
        [0, 0, 0, 0, 0, 0, 0, 1] => Kind::Loopback,
        // AWS's and Google's metadata services.
        [0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254] | [0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254] => {
            Kind::Metadata
        }
        // Compatible, mapped, translated (RFC 4291, 2765).
        [0, 0, 0, 0, 0, 0 | 0xffff, high, low] | [0, 0, 0, 0, 0xffff, 0, high, low] => {
            inner(high, low)
        }
        // NAT64 (RFC 6052, 8215).
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0x64, 0xff9b, 1, _, _, _, high, low] => {
            inner(high, low)
        }
        // Teredo holds its client's address turned over (RFC 4380).
        [0x2001, 0, _, _, _, _, high, low] => inner(!high, !low),
        // 6to4 (RFC 3056).
        [0x2002, high, low, ..] => inner(high, low),
        // ISATAP (RFC 5214), below any prefix.
        [_, _, _, _, 0 | 0x200, 0x5efe, high, low] => inner(high, low),
        [0xff00..=0xffff, ..] => Kind::Multicast,
        [0xfe80..=0xfebf, ..] => Kind::LinkLocal,
        [0xfec0..=0xfeff, ..] | [0xfc00..=0xfdff, ..] => Kind::Private,
        // Protocols', and documents'.
        [0x2001, 0..=0x1ff, ..] | [0x2001, 0xdb8, ..] | [0x3fff, 0..=0xfff, ..] => Kind::Reserved,
        // Nothing else has been given out to anybody.
        [0x2000..=0x3fff, ..] => Kind::Public,
        _ => Kind::Reserved,
    }
}
