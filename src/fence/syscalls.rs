//! Calls of the kernel that are given up by a filter (<https://docs.kernel.org/userspace-api/seccomp_filter.html>): those that reach
//! into other processes, keep keys, load programs into the kernel, mount, make namespaces, go round the filter itself (io_uring), or
//! open sockets of families that a network namespace does not hold back. All of the agents that were tried do without them.
//!
//! What is denied answers "not permitted", as it does for anybody without the right, so that programs go on without it. Where somebody
//! outside is to hear of it, they answer the same ([`super::refusals`]); which calls wait for them is decided here.

use std::io;

use libc as nr;
use seccomp_listener::Listener;
use seccompiler::{
    SeccompAction, SeccompCmpArgLen as Len, SeccompCmpOp as Op, SeccompCondition as If, SeccompRule,
};

use super::filter::{Made, Rules, asking, calls, install, unsigned};
use super::watched;

/// Pushes a key into a terminal. (`libc` has it with another type for musl than for glibc.)
/// <https://man7.org/linux/man-pages/man2/TIOCSTI.2const.html>
const TIOCSTI: u64 = 0x5412;

/// Denied whatever they are asked.
#[rustfmt::skip]
pub(super) const DENIED: &[(i64, &str)] = calls![
    // Other processes.
    SYS_ptrace, SYS_process_vm_readv, SYS_process_vm_writev, SYS_kcmp, SYS_pidfd_getfd,
    // Calls by way of a ring, which no filter sees.
    SYS_io_uring_setup, SYS_io_uring_enter, SYS_io_uring_register,
    // The kernel's keys.
    SYS_add_key, SYS_request_key, SYS_keyctl,
    // Programs and modules in the kernel, and looks into it.
    SYS_bpf, SYS_perf_event_open, SYS_userfaultfd, SYS_init_module, SYS_finit_module,
    SYS_delete_module, SYS_kexec_load, SYS_syslog, SYS_fanotify_init, SYS_lookup_dcookie,
    // Mounts and roots.
    SYS_mount, SYS_umount2, SYS_pivot_root, SYS_chroot, SYS_move_mount, SYS_open_tree, SYS_fsopen,
    SYS_fsconfig, SYS_fsmount, SYS_fspick, SYS_mount_setattr, SYS_open_by_handle_at,
    // Other namespaces.
    SYS_setns,
    // The machine.
    SYS_reboot, SYS_swapon, SYS_swapoff, SYS_acct, SYS_quotactl, SYS_settimeofday, SYS_clock_settime,
    SYS_clock_adjtime, SYS_adjtimex, SYS_sethostname, SYS_setdomainname, SYS_vhangup,
    #[cfg(target_arch = "x86_64")] SYS_iopl,
    #[cfg(target_arch = "x86_64")] SYS_ioperm,
    #[cfg(target_arch = "x86_64")] SYS_kexec_file_load,
    #[cfg(target_arch = "x86_64")] SYS_uselib,
];

/// Denied by what they are asked.
pub(super) const DENIED_BY_ARGUMENTS: &[(i64, &str)] =
    calls![SYS_unshare, SYS_clone, SYS_socket, SYS_ioctl];

/// Each of these asks for a namespace. `CLONE_NEWTIME` is not among them: in `clone` its bit belongs to the signal.
const NAMESPACES: [i32; 7] = [
    nr::CLONE_NEWNS,
    nr::CLONE_NEWCGROUP,
    nr::CLONE_NEWUTS,
    nr::CLONE_NEWIPC,
    nr::CLONE_NEWUSER,
    nr::CLONE_NEWPID,
    nr::CLONE_NEWNET,
];

/// The families of sockets that there are: within the sandbox, and on its own network.
pub(super) const FAMILIES: [i32; 3] = [nr::AF_UNIX, nr::AF_INET, nr::AF_INET6];

/// Who is to hear what comes of the calls.
pub(super) enum Heard {
    /// Somebody outside, by this listener.
    By(Listener),
    /// Nobody, and why: the kernel answers by itself.
    Never(io::Error),
}

/// Gives them up, for this process and all that it starts.
pub(super) fn give_up() -> Result<(), String> {
    install(not_there(), SeccompAction::Errno(bits(nr::ENOSYS)))?;
    install(denied(), SeccompAction::Errno(bits(nr::EPERM)))
}

/// Gives them up, and has those that are denied, and those worth a look, wait for whoever holds the listener. A kernel that cannot let
/// a call go on after that (before 5.5), or has a listener above already, gets the plain filter. `largest`: how many bytes a file may have.
pub(super) fn give_up_heard(largest: Option<u64>) -> Result<Heard, String> {
    install(not_there(), SeccompAction::Errno(bits(nr::ENOSYS)))?;
    let mut rules = denied().map_err(|error| error.to_string())?;
    for (number, more) in watched::rules(largest).map_err(|error| error.to_string())? {
        rules.entry(number).or_default().extend(more);
    }
    let program = asking(rules).map_err(|error| error.to_string())?;
    // A filter cannot be taken off again: it is known before whether its listener will do.
    let listened =
        seccomp_listener::can_let_go_on().and_then(|()| seccomp_listener::install(&program));
    match listened {
        Ok(listener) => Ok(Heard::By(listener)),
        Err(error) => {
            install(denied(), SeccompAction::Errno(bits(nr::EPERM)))?;
            Ok(Heard::Never(error))
        }
    }
}

/// `clone3` hands its flags over where a filter cannot look: it is said not to be there, and `clone` is used.
fn not_there() -> Made<Rules> {
    Ok(Rules::from([(nr::SYS_clone3, vec![])]))
}

fn denied() -> Made<Rules> {
    let mut rules: Rules = DENIED.iter().map(|(number, _)| (*number, vec![])).collect();
    rules.insert(nr::SYS_unshare, asks_for_namespaces()?);
    rules.insert(nr::SYS_clone, asks_for_namespaces()?);
    let other = FAMILIES
        .into_iter()
        .map(|family| If::new(0, Len::Dword, Op::Ne, unsigned(family)));
    let other = SeccompRule::new(other.collect::<Result<_, _>>()?)?;
    rules.insert(nr::SYS_socket, vec![other]);
    // Keys pressed into the terminal of whoever started skep.
    let types = SeccompRule::new(vec![If::new(1, Len::Dword, Op::Eq, TIOCSTI)?])?;
    rules.insert(nr::SYS_ioctl, vec![types]);
    Ok(rules)
}

/// One rule for each bit: any of them is enough.
fn asks_for_namespaces() -> Made<Vec<SeccompRule>> {
    let bit = |flag: i32| {
        let flag = unsigned(flag);
        let asks = If::new(0, Len::Qword, Op::MaskedEq(flag), flag)?;
        SeccompRule::new(vec![asks])
    };
    NAMESPACES.into_iter().map(bit).collect()
}

fn bits(error: i32) -> u32 {
    error.unsigned_abs()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_filters_can_be_made_here() {
        let mut all = denied().expect("rules");
        all.extend(watched::rules(Some(1 << 31)).expect("rules"));
        let made = asking(all).expect("a filter");
        assert!(made.len() > DENIED.len());
        asking(not_there().expect("rules")).expect("a filter");
    }
}
