//! One call of the kernel that waits, as it is seen from outside: its name, its arguments, what they point to, and who called.
//!
//! What arguments point to can be changed by the caller while it waits: it is for telling, and nothing is allowed by it.

use std::fs::File;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::os::unix::fs::FileExt;

/// Longest name of a program, in characters.
const NAME: usize = 40;
/// Bytes of an address that are read: no kind is longer.
const ADDRESS: usize = 128;

/// A call.
pub struct Called<'a> {
    /// Such as `ptrace`.
    pub name: &'static str,
    /// As they were passed.
    pub arguments: [u64; 6],
    process: &'a Process<'a>,
}

/// To whom a socket is to be connected, or something sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Peer {
    /// By the internet's protocols.
    Address(SocketAddr),
    /// A socket in the file system.
    Path(String),
    /// A socket of this machine with a name only; whether the caller's own network has one of that name.
    Name(String, bool),
}

impl<'a> Called<'a> {
    pub(super) fn new(name: &'static str, arguments: [u64; 6], process: &'a Process<'a>) -> Self {
        Self {
            name,
            arguments,
            process,
        }
    }

    /// The program that called; nothing where it cannot be seen.
    pub fn program(&self) -> String {
        self.process.program()
    }

    /// For `connect` and `sendto`: to whom.
    pub fn peer(&self) -> Option<Peer> {
        let (at, length) = match self.name {
            "connect" => (self.arguments[1], self.arguments[2]),
            "sendto" => (self.arguments[4], self.arguments[5]),
            _ => return None,
        };
        let length = usize::try_from(length & 0xffff_ffff).unwrap_or(ADDRESS);
        let bytes = self.process.read(at, length.min(ADDRESS))?;
        self.process.peer(&bytes)
    }

    /// For `setrlimit` and `prlimit64`: the number of the limit, the highest it is to be, and the highest it may be, where the first is
    /// more than the second.
    pub fn raises_limit(&self) -> Option<(u64, u64, u64)> {
        let (limit, at) = match self.name {
            "setrlimit" => (self.arguments[0], self.arguments[1]),
            "prlimit64" => (self.arguments[1], self.arguments[2]),
            _ => return None,
        };
        let limit = limit & 0xffff_ffff;
        let bytes = self.process.read(at, 16)?;
        let wanted = u64::from_ne_bytes(bytes.get(8..16)?.try_into().ok()?);
        let may = self.process.hard_limit(usize::try_from(limit).ok()?)?;
        (wanted > may).then_some((limit, wanted, may))
    }
}

/// Who called.
pub(super) struct Process<'a> {
    thread: u32,
    /// Whether it waits still: what was read before was its own.
    waits: Box<dyn Fn() -> bool + 'a>,
}

impl<'a> Process<'a> {
    pub(super) fn new(thread: u32, waits: impl Fn() -> bool + 'a) -> Self {
        Self {
            thread,
            waits: Box::new(waits),
        }
    }

    fn file(&self, name: &str) -> String {
        format!("/proc/{}/{name}", self.thread)
    }

    fn if_waiting<T>(&self, read: T) -> Option<T> {
        (self.waits)().then_some(read)
    }

    fn program(&self) -> String {
        let program = std::fs::read_link(self.file("exe")).ok();
        let name = program
            .as_deref()
            .and_then(|program| Some(program.file_name()?.to_string_lossy().into_owned()))
            .or_else(|| std::fs::read_to_string(self.file("comm")).ok());
        let name = name.and_then(|name| self.if_waiting(name));
        let name = name.unwrap_or_default();
        let name = name.trim().trim_end_matches(" (deleted)");
        name.chars()
            .filter(|c| !c.is_control())
            .take(NAME)
            .collect()
    }

    fn read(&self, at: u64, length: usize) -> Option<Vec<u8>> {
        let mut bytes = vec![0; length];
        let memory = File::open(self.file("mem")).ok()?;
        let length = memory.read_at(&mut bytes, at).ok()?;
        bytes.truncate(length);
        self.if_waiting(bytes)
    }

    /// By the order in which the kernel lists them, which is that of their numbers.
    fn hard_limit(&self, number: usize) -> Option<u64> {
        let listed = std::fs::read_to_string(self.file("limits")).ok()?;
        let listed = self.if_waiting(listed)?;
        let line = listed.lines().nth(number + 1)?;
        match line.get(26..)?.split_whitespace().nth(1)? {
            "unlimited" => None,
            number => number.parse().ok(),
        }
    }

    fn peer(&self, bytes: &[u8]) -> Option<Peer> {
        let (family, rest) = bytes.split_first_chunk::<2>()?;
        match i32::from(u16::from_ne_bytes(*family)) {
            libc::AF_UNIX => self.named(rest),
            family => address(family, rest).map(Peer::Address),
        }
    }

    fn named(&self, bytes: &[u8]) -> Option<Peer> {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        match bytes {
            [] => None,
            [0, name @ ..] => {
                let name = text(name);
                let listed = std::fs::read_to_string(self.file("net/unix")).unwrap_or_default();
                let written = format!("@{}", name.replace('\0', "@"));
                let there = listed.lines().any(|line| line.ends_with(&written));
                Some(Peer::Name(name, there))
            }
            path => {
                let end = path.iter().position(|byte| *byte == 0);
                Some(Peer::Path(text(&path[..end.unwrap_or(path.len())])))
            }
        }
    }
}

fn address(family: i32, rest: &[u8]) -> Option<SocketAddr> {
    let (port, rest) = rest.split_first_chunk::<2>()?;
    let address = match family {
        libc::AF_INET => IpAddr::V4(Ipv4Addr::from(*rest.first_chunk::<4>()?)),
        // After the flow's label.
        libc::AF_INET6 => IpAddr::V6(Ipv6Addr::from(*rest.get(4..)?.first_chunk::<16>()?)),
        _ => return None,
    };
    Some(SocketAddr::new(address, u16::from_be_bytes(*port)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_as_the_kernel_lays_them() {
        let process = Process::new(std::process::id(), || true);
        let four = [2, 0, 0x01, 0xbb, 1, 2, 3, 4, 0, 0, 0, 0, 0, 0, 0, 0];
        let peer = |address: &str| Some(Peer::Address(address.parse().expect("an address")));
        assert_eq!(process.peer(&four), peer("1.2.3.4:443"));
        let mut six = vec![10, 0, 0, 53, 0, 0, 0, 0];
        six.extend([0xfd, 0, 0x0e, 0xc2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0x54]);
        assert_eq!(process.peer(&six), peer("[fd00:ec2::254]:53"));
        let path = process.peer(b"\x01\x00/run/docker.sock\0rest");
        assert_eq!(path, Some(Peer::Path("/run/docker.sock".to_owned())));
        let name = process.peer(b"\x01\x00\0skep-nobody-is-called-so");
        let expected = Peer::Name("skep-nobody-is-called-so".to_owned(), false);
        assert_eq!(name, Some(expected));
        for short in [
            &b""[..],
            b"\x02",
            b"\x02\x00\x01",
            b"\x02\x00\x01\xbb\x01",
            b"\x01\x00",
        ] {
            assert_eq!(process.peer(short), None, "{short:?}");
        }
    }

    #[test]
    fn only_what_waits_is_read_and_named() {
        let process = |waits: bool| Process::new(std::process::id(), move || waits);
        assert!(!process(true).program().is_empty());
        assert_eq!(process(false).program(), "");
        let kept = *b"in memory";
        let at = kept.as_ptr().addr() as u64;
        assert_eq!(process(true).read(at, kept.len()), Some(kept.to_vec()));
        assert_eq!(process(false).read(at, kept.len()), None);
        assert_eq!(process(true).read(8, 8), None);
    }
}
