//! What calls of the kernel mean that a sandbox refused or looked at: what was tried, and how much it weighs.
//!
//! Ordinary programs try much that they do without: Node a ring of calls (io_uring), every look for an own address the kernel's
//! messages, Codex and browsers a sandbox of their own. Such habits are counted and told to nobody. What only tools for debugging, packaging or other sandboxes ask for is told;
//! what is of no use to work on a repository is grave.

use core::net::{IpAddr, SocketAddr};

use crate::containment::{Attempt, Weight};
use crate::egress::Kind;
use crate::text;

/// Done by programs by themselves.
const HABITS: [&str; 6] = [
    "io_uring_setup",
    "io_uring_enter",
    "io_uring_register",
    "adjtimex",
    "clock_adjtime",
    "kcmp",
];

/// Of no use to anybody who works on a repository.
#[rustfmt::skip]
const GRAVE: [&str; 22] = [
    "process_vm_writev", "pidfd_getfd", "bpf", "init_module", "finit_module", "delete_module", "kexec_load", "kexec_file_load",
    "lookup_dcookie", "open_by_handle_at", "setns", "reboot", "swapon", "swapoff", "acct", "settimeofday", "clock_settime", "iopl",
    "ioperm", "vhangup", "uselib", "ioctl",
];

/// Families of sockets with their numbers, and how much asking for one weighs.
const FAMILIES: [(u64, &str, Weight); 10] = [
    (9, "AF_X25", Weight::Grave),
    (15, "AF_KEY", Weight::Grave),
    (16, "AF_NETLINK", Weight::Odd),
    (17, "AF_PACKET", Weight::Odd),
    (29, "AF_CAN", Weight::Odd),
    (30, "AF_TIPC", Weight::Grave),
    (31, "AF_BLUETOOTH", Weight::Odd),
    (38, "AF_ALG", Weight::Odd),
    (40, "AF_VSOCK", Weight::Grave),
    (44, "AF_XDP", Weight::Grave),
];

/// Of the kernel's messages: routes and addresses, and devices that come and go. Every C library asks for the first.
const NETLINK_HABITS: [u64; 2] = [0, 15];

/// What namespaces a call asks for, by their bits.
const NAMESPACES: [(u64, &str); 7] = [
    (0x1000_0000, "CLONE_NEWUSER"),
    (0x0002_0000, "CLONE_NEWNS"),
    (0x0200_0000, "CLONE_NEWCGROUP"),
    (0x0400_0000, "CLONE_NEWUTS"),
    (0x0800_0000, "CLONE_NEWIPC"),
    (0x2000_0000, "CLONE_NEWPID"),
    (0x4000_0000, "CLONE_NEWNET"),
];

/// Limits by their numbers.
#[rustfmt::skip]
const LIMITS: [&str; 16] = [
    "CPU", "FSIZE", "DATA", "STACK", "CORE", "RSS", "NPROC", "NOFILE", "MEMLOCK", "AS", "LOCKS", "SIGPENDING", "MSGQUEUE", "NICE",
    "RTPRIO", "RTTIME",
];

/// Sockets of programs that run others' commands with more rights, or keep secrets.
const ENGINES: [&str; 10] = [
    "docker.sock",
    "podman.sock",
    "containerd.sock",
    "crio.sock",
    "buildkitd.sock",
    "libvirt-sock",
    "lxd/unix.socket",
    "incus/unix.socket",
    "systemd/private",
    "snapd.socket",
];

/// Sockets of the machine that libraries look for by themselves.
const BUSES: [&str; 3] = ["/run/dbus/", "/run/systemd/", "/run/user/"];

/// Names of sockets of screens and their buses, which every program with windows looks for.
const SCREENS: [&str; 3] = ["/tmp/.X11-unix/", "/tmp/.ICE-unix/", "/tmp/dbus-"];

/// A call that was denied.
pub fn denied(name: &str, arguments: [u64; 6]) -> Attempt {
    let first = arguments[0] & 0xffff_ffff;
    let (what, weight) = match name {
        "socket" => {
            let known = FAMILIES.iter().find(|(family, ..)| *family == first);
            let (named, weight) = match known {
                Some((16, named, _)) if NETLINK_HABITS.contains(&(arguments[2] & 0xffff_ffff)) => {
                    ((*named).to_owned(), Weight::Habit)
                }
                Some((_, named, weight)) => ((*named).to_owned(), *weight),
                None => (format!("family {first}"), Weight::Grave),
            };
            (format!("socket({named})"), weight)
        }
        "clone" | "unshare" => {
            let asked = NAMESPACES.iter().find(|(bit, _)| arguments[0] & bit != 0);
            let named = asked.map_or("", |(_, named)| named);
            // With a process begins the sandbox that some agents and browsers bring along, and go on without.
            let weight = match (name, named) {
                ("clone", "CLONE_NEWUSER") => Weight::Habit,
                _ => Weight::Odd,
            };
            (format!("{name}({named})"), weight)
        }
        "ioctl" => ("ioctl(TIOCSTI)".to_owned(), Weight::Grave),
        name => (name.to_owned(), weight(name)),
    };
    Attempt::new(what, text::syscall::DENIED, weight)
}

fn weight(name: &str) -> Weight {
    if HABITS.contains(&name) {
        Weight::Habit
    } else if GRAVE.contains(&name) {
        Weight::Grave
    } else {
        Weight::Odd
    }
}

/// Something went to an address, past the proxy. On its own loopback that is a program's own business, but for names, which are not
/// looked up there.
pub fn reached(address: SocketAddr) -> Option<Attempt> {
    let ip = match address.ip() {
        IpAddr::V6(six) => six.to_ipv4_mapped().map_or(IpAddr::V6(six), IpAddr::V4),
        four => four,
    };
    let kind = Kind::of(ip);
    let weight = match kind {
        Kind::Loopback | Kind::Unspecified if address.port() == 53 => {
            let looked_up = text::syscall::LOOKED_UP;
            return Some(Attempt::new(
                looked_up.0.to_owned(),
                looked_up.1,
                Weight::Habit,
            ));
        }
        Kind::Loopback | Kind::Unspecified => return None,
        Kind::Public | Kind::Reserved | Kind::Multicast => Weight::Odd,
        Kind::Private | Kind::LinkLocal | Kind::Metadata | Kind::Translated(_) => Weight::Grave,
    };
    let why = text::syscall::no_network(kind);
    Some(Attempt::new(
        SocketAddr::new(ip, address.port()).to_string(),
        &why,
        weight,
    ))
}

/// A socket in the file system was connected to; most are a program's own.
pub fn connected(path: &str) -> Option<Attempt> {
    let is_engine = ENGINES.iter().any(|engine| path.ends_with(engine));
    let is_bus = || BUSES.iter().any(|bus| path.contains(bus));
    let weight = match is_engine {
        true => Weight::Grave,
        false if is_bus() => Weight::Habit,
        false => return None,
    };
    Some(Attempt::new(
        path.to_owned(),
        text::syscall::NOT_THERE,
        weight,
    ))
}

/// A socket with a name only was connected to, which its network does not have.
pub fn connected_by_name(name: &str) -> Option<Attempt> {
    let is_habit = SCREENS.iter().any(|screen| name.starts_with(screen));
    (!is_habit).then(|| Attempt::new(format!("@{name}"), text::syscall::NOT_THERE, Weight::Odd))
}

/// A limit was to be raised, which has that number.
pub fn raised_limit(number: u64) -> Attempt {
    let named = usize::try_from(number)
        .ok()
        .and_then(|number| LIMITS.get(number));
    let what = format!("setrlimit(RLIMIT_{})", named.unwrap_or(&"?"));
    // Servers and shells ask for as many open files as there can be, and for core dumps.
    Attempt::new(what, text::syscall::LIMIT, Weight::Habit)
}

/// More processes than there may be.
pub fn too_many_processes(most: u64) -> Attempt {
    let (what, why) = text::syscall::too_many_processes(most);
    Attempt::new(what, why, Weight::Odd)
}

/// Any other call that is looked at.
pub fn watched(name: &str) -> Attempt {
    use text::syscall as say;
    let (what, why, weight) = match name {
        "socket" => ("socket(SOCK_RAW)", say::RIGHT, Weight::Odd),
        "mknod" | "mknodat" => ("mknod", say::DEVICE, Weight::Grave),
        "chmod" | "fchmod" | "fchmodat" | "fchmodat2" => {
            ("chmod(S_ISUID)", say::NO_EFFECT, Weight::Odd)
        }
        // Archives say whose their files were, and root unpacks them so.
        "chown" | "fchown" | "lchown" | "fchownat" => ("chown", say::RIGHT, Weight::Habit),
        "setpriority" => ("setpriority", say::RIGHT, Weight::Habit),
        "kill" => ("kill(-1)", say::OWN_ONLY, Weight::Odd),
        "truncate" | "ftruncate" | "fallocate" => ("ftruncate", say::LIMIT, Weight::Odd),
        name => (name, say::DENIED, Weight::Odd),
    };
    Attempt::new(what.to_owned(), why, weight)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(name: &str, first: u64, third: u64) -> (String, Weight) {
        let attempt = denied(name, [first, 0, third, 0, 0, 0]);
        (attempt.what.clone(), attempt.weight())
    }

    #[test]
    fn habits_of_programs_weigh_nothing_and_what_only_an_attack_needs_is_grave() {
        for (name, first, third, what, weight) in [
            ("io_uring_setup", 8, 0, "io_uring_setup", Weight::Habit),
            ("ptrace", 0, 0, "ptrace", Weight::Odd),
            ("bpf", 0, 0, "bpf", Weight::Grave),
            ("socket", 16, 0, "socket(AF_NETLINK)", Weight::Habit),
            ("socket", 16, 9, "socket(AF_NETLINK)", Weight::Odd),
            ("socket", 40, 0, "socket(AF_VSOCK)", Weight::Grave),
            ("socket", 99, 0, "socket(family 99)", Weight::Grave),
            (
                "unshare",
                0x1002_0000,
                0,
                "unshare(CLONE_NEWUSER)",
                Weight::Odd,
            ),
            ("clone", 0x4000_0011, 0, "clone(CLONE_NEWNET)", Weight::Odd),
            (
                "clone",
                0x7000_0011,
                0,
                "clone(CLONE_NEWUSER)",
                Weight::Habit,
            ),
            ("ioctl", 0, 0, "ioctl(TIOCSTI)", Weight::Grave),
        ] {
            assert_eq!(call(name, first, third), (what.to_owned(), weight));
        }
    }

    #[test]
    fn what_goes_past_the_proxy_is_judged_by_its_address() {
        for (address, weight) in [
            ("127.0.0.1:3000", None),
            ("[::1]:5432", None),
            ("0.0.0.0:80", None),
            ("127.0.0.1:53", Some(Weight::Habit)),
            ("8.8.8.8:53", Some(Weight::Odd)),
            ("[::ffff:10.0.0.1]:22", Some(Weight::Grave)),
            ("169.254.169.254:80", Some(Weight::Grave)),
            ("[fd00:ec2::254]:80", Some(Weight::Grave)),
        ] {
            let found = reached(address.parse().expect("an address"));
            assert_eq!(found.map(|attempt| attempt.weight()), weight, "{address}");
        }
    }

    #[test]
    fn sockets_of_other_programs_are_known_by_their_names() {
        assert!(connected("/var/run/docker.sock").is_some_and(|attempt| attempt.grave));
        assert!(connected("/run/user/0/podman/podman.sock").is_some());
        for own in [
            "/tmp/x.sock",
            "/var/run/nscd/socket",
            "/run/skep/egress.sock",
        ] {
            assert_eq!(connected(own), None, "{own}");
        }
        let bus = connected("/run/dbus/system_bus_socket").expect("a habit");
        assert!(bus.harmless && !bus.grave);
        assert_eq!(connected_by_name("/tmp/.X11-unix/X0"), None);
        let named = connected_by_name("service").expect("told");
        assert_eq!((named.what.as_str(), named.grave), ("@service", false));
    }
}
