//! How filters are made and put on: rules by the numbers of calls, and what is answered where one holds.
//!
//! It knows no call; which are denied or watched is said elsewhere.

use std::collections::BTreeMap;

use seccomp_listener::{ASK, Instruction};
use seccompiler::{
    BpfProgram, SeccompAction, SeccompFilter, SeccompRule, TargetArch, apply_filter,
};

/// Rules by the number of a call: any of them is enough, none is always.
pub(super) type Rules = BTreeMap<i64, Vec<SeccompRule>>;
pub(super) type Made<T> = Result<T, seccompiler::BackendError>;

/// Numbers of calls with their names.
macro_rules! calls {
    ($($(#[$when:meta])* $name:ident),* $(,)?) => {
        &[$($(#[$when])* (libc::$name, stringify!($name))),*]
    };
}
pub(super) use calls;

/// A second way to each call on x86-64, by another number (`x32`), which would pass the filter.
const X32: i64 = 0x4000_0000;

/// Calls that have a number of their own there (`arch/x86/entry/syscalls/syscall_64.tbl`), which kernels before 5.4 take without the bit
/// as well.
const OWN_NUMBERS: [(i64, i64); 5] = [
    (libc::SYS_ioctl, 514),
    (libc::SYS_ptrace, 521),
    (libc::SYS_kexec_load, 528),
    (libc::SYS_process_vm_readv, 539),
    (libc::SYS_process_vm_writev, 540),
];

/// `BPF_RET | BPF_K`.
const RETURN: u16 = 0x06;

/// Puts one on, whose answer is the kernel's own.
pub(super) fn install(rules: Made<Rules>, answer: SeccompAction) -> Result<(), String> {
    let program = rules.and_then(|rules| program(rules, answer));
    let program = program.map_err(|error| error.to_string())?;
    apply_filter(&program).map_err(|error| error.to_string())
}

/// One that asks the listener. The compiler of filters knows none: what it has as "ask the debugger", which nothing here says, is put as
/// "ask the listener".
pub(super) fn asking(rules: Rules) -> Made<Vec<Instruction>> {
    let made = program(rules, SeccompAction::Trace(0))?;
    Ok(made.iter().map(asks).collect())
}

fn asks(made: &seccompiler::sock_filter) -> Instruction {
    let is_answer = made.code == RETURN && made.k == libc::SECCOMP_RET_TRACE;
    Instruction {
        code: made.code,
        jt: made.jt,
        jf: made.jf,
        k: if is_answer { ASK } else { made.k },
    }
}

fn program(mut rules: Rules, answer: SeccompAction) -> Made<BpfProgram> {
    let again = rules.iter().flat_map(|(number, how)| {
        let numbers = other_numbers(*number).into_iter();
        numbers.map(|number| (number, how.clone()))
    });
    rules.extend(again.collect::<Rules>());
    let arch: TargetArch = std::env::consts::ARCH.try_into()?;
    SeccompFilter::new(rules, SeccompAction::Allow, answer, arch)?.try_into()
}

/// By which other numbers a call can be asked for.
fn other_numbers(number: i64) -> Vec<i64> {
    if !cfg!(target_arch = "x86_64") {
        return Vec::new();
    }
    let own = OWN_NUMBERS.iter().filter(|(native, _)| *native == number);
    let own = own.flat_map(|(_, own)| [*own, own | X32]);
    own.chain([number | X32]).collect()
}

/// The number that rules know a call by, whichever it was asked for by.
pub(super) fn native(number: i64) -> i64 {
    if !cfg!(target_arch = "x86_64") {
        return number;
    }
    let number = number & !X32;
    let own = OWN_NUMBERS.iter().find(|(_, own)| *own == number);
    own.map_or(number, |(native, _)| *native)
}

/// A flag of the kernel's as the filter compares it: its bits.
pub(super) fn unsigned(flag: i32) -> u64 {
    u64::from(flag.cast_unsigned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_asked_about_by_all_of_its_numbers() {
        for number in [libc::SYS_ptrace, libc::SYS_bpf] {
            let made = asking(Rules::from([(number, vec![])])).expect("a filter");
            let asked = |k: u32| {
                let answers = |made: &&Instruction| made.code == RETURN && made.k == k;
                made.iter().filter(answers).count()
            };
            let mut numbers = other_numbers(number);
            numbers.push(number);
            assert_eq!(asked(ASK), numbers.len());
            assert_eq!(asked(libc::SECCOMP_RET_TRACE), 0);
            for other in numbers {
                assert!(
                    made.iter().any(|made| i64::from(made.k) == other),
                    "{other}"
                );
                assert_eq!(native(other), number);
            }
        }
        let many = if cfg!(target_arch = "x86_64") { 3 } else { 0 };
        assert_eq!(other_numbers(libc::SYS_ptrace).len(), many);
    }
}
