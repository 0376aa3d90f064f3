//! Calls of the kernel that are given up by a filter (<https://docs.kernel.org/userspace-api/seccomp_filter.html>): those that reach
//! into other processes, keep keys, load programs into the kernel, mount, make namespaces, go round the filter itself (io_uring), or
//! open sockets of families that a network namespace does not hold back. All of the agents that were tried do without them.
//!
//! What is denied answers "not permitted", as it does for anybody without the right, so that programs go on without it.

use std::collections::BTreeMap;

use libc as nr;
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen as Len, SeccompCmpOp as Op, SeccompCondition as If,
    SeccompFilter, SeccompRule, TargetArch, apply_filter,
};

type Rules = BTreeMap<i64, Vec<SeccompRule>>;

/// Denied whatever they are asked.
#[rustfmt::skip]
const DENIED: &[i64] = &[
    // Other processes.
    nr::SYS_ptrace, nr::SYS_process_vm_readv, nr::SYS_process_vm_writev, nr::SYS_kcmp, nr::SYS_pidfd_getfd,
    // Calls by way of a ring, which no filter sees.
    nr::SYS_io_uring_setup, nr::SYS_io_uring_enter, nr::SYS_io_uring_register,
    // The kernel's keys.
    nr::SYS_add_key, nr::SYS_request_key, nr::SYS_keyctl,
    // Programs and modules in the kernel, and looks into it.
    nr::SYS_bpf, nr::SYS_perf_event_open, nr::SYS_userfaultfd, nr::SYS_init_module, nr::SYS_finit_module,
    nr::SYS_delete_module, nr::SYS_kexec_load, nr::SYS_syslog, nr::SYS_fanotify_init, nr::SYS_lookup_dcookie,
    // Mounts and roots.
    nr::SYS_mount, nr::SYS_umount2, nr::SYS_pivot_root, nr::SYS_chroot, nr::SYS_move_mount, nr::SYS_open_tree, nr::SYS_fsopen,
    nr::SYS_fsconfig, nr::SYS_fsmount, nr::SYS_fspick, nr::SYS_mount_setattr, nr::SYS_open_by_handle_at,
    // Other namespaces.
    nr::SYS_setns,
    // The machine.
    nr::SYS_reboot, nr::SYS_swapon, nr::SYS_swapoff, nr::SYS_acct, nr::SYS_quotactl, nr::SYS_settimeofday, nr::SYS_clock_settime,
    nr::SYS_clock_adjtime, nr::SYS_adjtimex, nr::SYS_sethostname, nr::SYS_setdomainname, nr::SYS_vhangup,
    #[cfg(target_arch = "x86_64")] nr::SYS_iopl,
    #[cfg(target_arch = "x86_64")] nr::SYS_ioperm,
    #[cfg(target_arch = "x86_64")] nr::SYS_kexec_file_load,
    #[cfg(target_arch = "x86_64")] nr::SYS_uselib,
];

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
const FAMILIES: [i32; 3] = [nr::AF_UNIX, nr::AF_INET, nr::AF_INET6];

/// A second way to each call on x86-64, by another number (`x32`), which would pass the filter.
#[cfg(target_arch = "x86_64")]
const X32: i64 = 0x4000_0000;

/// Gives them up, for this process and all that it starts.
pub(super) fn give_up() -> Result<(), String> {
    for program in programs().map_err(|error| error.to_string())? {
        apply_filter(&program).map_err(|error| error.to_string())?;
    }
    Ok(())
}

fn programs() -> Result<Vec<BpfProgram>, seccompiler::BackendError> {
    let denied = denied()?;
    let not_there = Rules::from([(nr::SYS_clone3, vec![])]);
    [(denied, nr::EPERM), (not_there, nr::ENOSYS)]
        .into_iter()
        .map(|(rules, error)| {
            let error = SeccompAction::Errno(u32::try_from(error).unwrap_or(1));
            let filter = SeccompFilter::new(rules, SeccompAction::Allow, error, arch()?)?;
            filter.try_into()
        })
        .collect()
}

fn denied() -> Result<Rules, seccompiler::BackendError> {
    let mut rules: Rules = DENIED.iter().map(|number| (*number, vec![])).collect();
    rules.insert(nr::SYS_unshare, asks_for_namespaces()?);
    rules.insert(nr::SYS_clone, asks_for_namespaces()?);
    let other = FAMILIES
        .into_iter()
        .map(|family| If::new(0, Len::Dword, Op::Ne, unsigned(family)));
    let other = SeccompRule::new(other.collect::<Result<_, _>>()?)?;
    rules.insert(nr::SYS_socket, vec![other]);
    // Keys pressed into the terminal of whoever started skep.
    let types = SeccompRule::new(vec![If::new(1, Len::Dword, Op::Eq, nr::TIOCSTI)?])?;
    rules.insert(nr::SYS_ioctl, vec![types]);
    #[cfg(target_arch = "x86_64")]
    {
        let again = rules
            .iter()
            .map(|(number, how)| (number | X32, how.clone()));
        rules.extend(again.collect::<Rules>());
    }
    Ok(rules)
}

/// One rule for each bit: any of them is enough. (`clone3` hands its own over where a filter cannot look: it is said not to be there,
/// and `clone` is used.)
fn asks_for_namespaces() -> Result<Vec<SeccompRule>, seccompiler::BackendError> {
    let bit = |flag: i32| {
        let flag = unsigned(flag);
        let asks = If::new(0, Len::Qword, Op::MaskedEq(flag), flag)?;
        SeccompRule::new(vec![asks])
    };
    NAMESPACES.into_iter().map(bit).collect()
}

fn arch() -> Result<TargetArch, seccompiler::BackendError> {
    std::env::consts::ARCH.try_into()
}

/// A flag of the kernel's as the filter compares it: its bits.
fn unsigned(flag: i32) -> u64 {
    u64::from(flag.cast_unsigned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_filters_can_be_made_here() {
        let programs = programs().expect("filters");
        assert_eq!(programs.len(), 2);
    }

    #[test]
    fn no_call_is_denied_by_one_of_its_numbers_only() {
        let rules = denied().expect("rules");
        for number in DENIED {
            assert!(rules.contains_key(number), "{number}");
            #[cfg(target_arch = "x86_64")]
            assert!(rules.contains_key(&(number | X32)), "{number}");
        }
    }
}
