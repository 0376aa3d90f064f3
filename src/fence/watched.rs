//! Calls that the filter lets through and that are worth a look: they are heard of, and go on as if nobody had looked. The kernel, the
//! mounts and the network namespace hold them back.
//!
//! Only what is rare in ordinary work is here: whoever calls waits for some microseconds.

use libc as nr;
use seccompiler::{
    SeccompCmpArgLen as Len, SeccompCmpOp as Op, SeccompCondition as If, SeccompRule,
};

use super::filter::{Made, Rules, calls, unsigned};

/// All of them.
#[rustfmt::skip]
pub(super) const WATCHED: &[(i64, &str)] = calls![
    SYS_connect, SYS_sendto, SYS_socket, SYS_mknodat, SYS_fchmod, SYS_fchmodat, SYS_fchown, SYS_fchownat,
    SYS_setpriority, SYS_kill, SYS_truncate, SYS_ftruncate, SYS_fallocate, SYS_prlimit64, SYS_setrlimit,
    #[cfg(target_arch = "x86_64")] SYS_fchmodat2,
    #[cfg(target_arch = "x86_64")] SYS_mknod,
    #[cfg(target_arch = "x86_64")] SYS_chmod,
    #[cfg(target_arch = "x86_64")] SYS_chown,
    #[cfg(target_arch = "x86_64")] SYS_lchown,
];

/// When each of them is looked at. `largest`: how many bytes a file may have.
pub(super) fn rules(largest: Option<u64>) -> Made<Rules> {
    let mut rules = Rules::from([
        (nr::SYS_connect, vec![]),
        (nr::SYS_setrlimit, vec![]),
        // With an address: to somebody it is not connected with.
        (nr::SYS_sendto, vec![all(vec![is_set(4)?])?]),
        (nr::SYS_prlimit64, vec![all(vec![is_set(2)?])?]),
        (nr::SYS_socket, raw_sockets()?),
        (nr::SYS_setpriority, vec![all(vec![is_negative(2)?])?]),
        // To everybody.
        (
            nr::SYS_kill,
            vec![all(vec![If::new(0, Len::Dword, Op::Eq, ANY)?])?],
        ),
        (nr::SYS_mknodat, devices(2)?),
        (nr::SYS_fchmod, as_its_owner(1)?),
        (nr::SYS_fchmodat, as_its_owner(2)?),
        (nr::SYS_fchown, to_others(1)?),
        (nr::SYS_fchownat, to_others(2)?),
    ]);
    if let Some(largest) = largest {
        for (call, length) in [
            (nr::SYS_truncate, 1),
            (nr::SYS_ftruncate, 1),
            (nr::SYS_fallocate, 3),
        ] {
            let longer = If::new(length, Len::Qword, Op::Gt, largest)?;
            rules.insert(call, vec![all(vec![longer])?]);
        }
    }
    #[cfg(target_arch = "x86_64")]
    rules.extend([
        (nr::SYS_fchmodat2, as_its_owner(2)?),
        (nr::SYS_mknod, devices(1)?),
        (nr::SYS_chmod, as_its_owner(1)?),
        (nr::SYS_chown, to_others(1)?),
        (nr::SYS_lchown, to_others(1)?),
    ]);
    Ok(rules)
}

/// -1 as the kernel has it: all processes, or nobody.
const ANY: u64 = 0xffff_ffff;

fn all(conditions: Vec<If>) -> Made<SeccompRule> {
    SeccompRule::new(conditions)
}

fn is_set(argument: u8) -> Made<If> {
    If::new(argument, Len::Qword, Op::Ne, 0)
}

fn is_negative(argument: u8) -> Made<If> {
    If::new(
        argument,
        Len::Dword,
        Op::Gt,
        u64::from(i32::MAX.cast_unsigned()),
    )
}

/// Packets as they are on the wire.
fn raw_sockets() -> Made<Vec<SeccompRule>> {
    let of = |family: i32| {
        let raw = Op::MaskedEq(0xf);
        all(vec![
            If::new(0, Len::Dword, Op::Eq, unsigned(family))?,
            If::new(1, Len::Dword, raw, unsigned(nr::SOCK_RAW))?,
        ])
    };
    [nr::AF_INET, nr::AF_INET6].into_iter().map(of).collect()
}

/// Device files. What has no number is none: file systems mark removed files so.
fn devices(mode: u8) -> Made<Vec<SeccompRule>> {
    let of = |kind: u32| {
        let kinds = Op::MaskedEq(u64::from(nr::S_IFMT));
        all(vec![
            If::new(mode, Len::Dword, kinds, u64::from(kind))?,
            If::new(mode + 1, Len::Qword, Op::Ne, 0)?,
        ])
    };
    [nr::S_IFBLK, nr::S_IFCHR].into_iter().map(of).collect()
}

/// Programs that run as whom they belong to.
fn as_its_owner(mode: u8) -> Made<Vec<SeccompRule>> {
    let bit = u64::from(nr::S_ISUID);
    let set = If::new(mode, Len::Dword, Op::MaskedEq(bit), bit)?;
    Ok(vec![all(vec![set])?])
}

/// Files that are given to another user.
fn to_others(user: u8) -> Made<Vec<SeccompRule>> {
    let own = u64::from(rustix::process::getuid().as_raw());
    Ok(vec![all(vec![
        If::new(user, Len::Dword, Op::Ne, own)?,
        If::new(user, Len::Dword, Op::Ne, ANY)?,
    ])?])
}

#[cfg(test)]
mod tests {
    use super::super::syscalls::DENIED;
    use super::*;

    #[test]
    fn each_is_looked_at_by_a_rule_and_none_is_denied_anyway() {
        let rules = rules(Some(1)).expect("rules");
        let numbers: Vec<i64> = rules.keys().copied().collect();
        let mut named: Vec<i64> = WATCHED.iter().map(|(number, _)| *number).collect();
        named.sort_unstable();
        assert_eq!(numbers, named);
        for (number, name) in DENIED {
            assert!(!numbers.contains(number), "{name}");
        }
    }
}
