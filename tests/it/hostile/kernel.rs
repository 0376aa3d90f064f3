//! Calls of the kernel that no session may make, by their numbers on x86-64 (`arch/x86/entry/syscalls/syscall_64.tbl`), asked by Perl with
//! arguments that do nothing. What is refused answers "not permitted" whatever the arguments are; anything else means that the kernel
//! looked at them.

use super::Attack;
use super::told::Teller;

/// Name, number, arguments, and whether it is harmless where nothing holds it back.
const CALLS: &[(&str, u32, &str, bool)] = &[
    ("ptrace", 101, "0x4200, 0, 0, 0", true),
    ("process_vm_readv", 310, "$$, 0, 0, 0, 0, 1", true),
    ("process_vm_writev", 311, "$$, 0, 0, 0, 0, 1", true),
    ("kcmp", 312, "$$, $$, 99, 0, 0", true),
    ("pidfd_getfd", 438, "-1, 0, 0", true),
    ("io_uring_setup", 425, "0, 0", false),
    ("io_uring_enter", 426, "-1, 0, 0, 0, 0, 0", true),
    ("io_uring_register", 427, "-1, 0, 0, 0", true),
    ("add_key", 248, "0, 0, 0, 0, -9", true),
    ("request_key", 249, "0, 0, 0, -9", true),
    ("keyctl", 250, "9999, 0, 0, 0, 0", true),
    ("bpf", 321, "9999, 0, 0", false),
    ("perf_event_open", 298, "0, 0, 0, 0, 0", false),
    ("userfaultfd", 323, "0x7fffffff", false),
    ("init_module", 175, "0, 0, 0", false),
    ("finit_module", 313, "-1, 0, 0", false),
    ("delete_module", 176, "0, 0", false),
    ("kexec_load", 246, "0, 0, 0, 0", false),
    ("kexec_file_load", 320, "-1, -1, 0, 0, 0", false),
    ("syslog", 103, "99, 0, 0", false),
    ("fanotify_init", 300, "0x7fffffff, 0", false),
    ("mount", 165, "0, 0, 0, 0, 0", false),
    ("umount2", 166, "0, 0x7fffffff", false),
    ("pivot_root", 155, "0, 0", false),
    ("chroot", 161, "0", false),
    ("move_mount", 429, "-1, 0, -1, 0, 0x7fffffff", false),
    ("open_tree", 428, "-1, 0, 0x7fffffff", true),
    ("fsopen", 430, "0, 0x7fffffff", false),
    ("fsmount", 432, "-1, 0, 0", false),
    ("fspick", 433, "-1, 0, 0x7fffffff", false),
    ("mount_setattr", 442, "-1, 0, 0x7fffffff, 0, 0", true),
    ("open_by_handle_at", 304, "-1, 0, 0", false),
    ("setns", 308, "-1, 0", true),
    ("reboot", 169, "0, 0, 0, 0", false),
    ("swapon", 167, "0, 0x7fffffff", false),
    ("swapoff", 168, "0", false),
    ("acct", 163, "1", false),
    ("quotactl", 179, "0, 0, 0, 0", false),
    ("settimeofday", 164, "1, 1", false),
    ("clock_settime", 227, "9999, 0", false),
    ("sethostname", 170, "1, 999", false),
    ("setdomainname", 171, "1, 999", false),
    ("iopl", 172, "9", false),
    ("ioperm", 173, "0, 0, 1", false),
    ("vhangup", 153, "", false),
];

/// Families of sockets by their numbers (`socket(2)`), each a way past a network namespace or into the kernel; what they are called.
const FAMILIES: &[(&str, u32, &str)] = &[
    ("the kernel's own messages (AF_NETLINK)", 16, "AF_NETLINK"),
    ("whole packets (AF_PACKET)", 17, "AF_PACKET"),
    ("keys of tunnels (AF_KEY)", 15, "AF_KEY"),
    ("Bluetooth", 31, "AF_BLUETOOTH"),
    ("a car's bus (AF_CAN)", 29, "AF_CAN"),
    ("clusters (AF_TIPC)", 30, "AF_TIPC"),
    ("the kernel's ciphers (AF_ALG)", 38, "AF_ALG"),
    ("the machine above (AF_VSOCK)", 40, "AF_VSOCK"),
    ("packets past the kernel (AF_XDP)", 44, "AF_XDP"),
];

pub(super) fn attacks() -> Vec<Attack> {
    let mut all: Vec<Attack> = CALLS
        .iter()
        .map(|(name, number, arguments, harmless)| {
            let comma = if arguments.is_empty() { "" } else { ", " };
            let script = refused(&format!("syscall({number}{comma}{arguments})"));
            let attack = match harmless {
                true => Attack::new,
                false => Attack::only_inside,
            };
            attack(&format!("call {name}"), &script).told(Teller::Filter, name)
        })
        .collect();
    // A number with this bit is the same call by another door (x32), where some calls have numbers of their own besides.
    all.extend(
        [("another number", 101), ("a third number", 521)].map(|(what, number)| {
            let script = refused(&format!("syscall({number} | 0x40000000, 0x4200, 0, 0, 0)"));
            Attack::only_inside(&format!("call ptrace by {what}"), &script)
                .told(Teller::Filter, "ptrace")
        }),
    );
    all.extend(FAMILIES.iter().map(|(what, family, name)| {
        let script = refused(&format!("syscall(41, {family}, 3, 0)"));
        Attack::only_inside(&format!("open a socket for {what}"), &script)
            .told(Teller::Filter, &format!("socket({name})"))
    }));
    let raw = Attack::only_inside(
        "open a raw socket",
        "perl -e '$r = syscall(41, 2, 3, 1); print \"BROKEN\\n\" unless $r == -1'",
    );
    all.push(raw.told(Teller::Look, "socket(SOCK_RAW)"));
    all
}

/// A script that is through unless the call answers that it is not permitted.
fn refused(call: &str) -> String {
    format!("perl -e '$! = 0; $r = {call}; print \"BROKEN\\n\" unless $r == -1 && $! == 1'")
}
