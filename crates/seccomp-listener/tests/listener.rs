//! What a listener hears, and how calls end, on the real kernel. Each test gives a thread of its own the filter: it cannot be taken off.
#![cfg(all(target_os = "linux", target_arch = "x86_64"))]

use std::io;
use std::os::fd::AsFd;
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Resource, getrlimit};
use seccomp_listener::{ASK, Instruction, Listener, can_let_go_on, install};

/// What nobody else calls here: `getpriority(2)`.
const CALL: u32 = 140;
const ALLOW: u32 = 0x7fff_0000;

fn instruction(code: u16, jump_if: (u8, u8), k: u32) -> Instruction {
    Instruction {
        code,
        jt: jump_if.0,
        jf: jump_if.1,
        k,
    }
}

/// That call asks, every other one is allowed.
fn program() -> [Instruction; 4] {
    [
        instruction(0x20, (0, 0), 0),
        instruction(0x15, (0, 1), CALL),
        instruction(0x06, (0, 0), ASK),
        instruction(0x06, (0, 0), ALLOW),
    ]
}

/// Calls in a thread with the filter, once what to do with the listener was begun.
fn calling<T>(with: impl FnOnce(Listener) -> T, times: usize) -> (T, Vec<Result<i32, i32>>) {
    let (hand_over, handed) = channel();
    let (begin, begun) = channel::<()>();
    let thread = thread::spawn(move || {
        hand_over.send(install(&program())).expect("somebody waits");
        assert!(begun.recv().is_err(), "nothing is sent");
        let call = || rustix::process::getpriority_process(None).map_err(|e| e.raw_os_error());
        (0..times).map(|_| call()).collect()
    });
    let listener = handed.recv().expect("it runs").expect("a listener");
    drop(begin);
    let done = with(listener);
    (done, thread.join().expect("it ends"))
}

fn waits(listener: &Listener) -> bool {
    let mut files = [PollFd::new(listener, PollFlags::IN)];
    let limit = Timespec::try_from(Duration::from_secs(20)).expect("a time");
    poll(&mut files, Some(&limit)).expect("polled");
    files[0].revents().contains(PollFlags::IN)
}

#[test]
fn a_call_is_heard_with_its_arguments_and_ends_as_it_is_answered() {
    let answer = |listener: Listener| {
        assert!(waits(&listener));
        let call = listener.next().expect("heard").expect("it waits");
        assert!(listener.waits(call.id));
        assert!(listener.refuse(call.id, libc::EPERM).expect("answered"));
        assert!(!listener.waits(call.id));
        assert!(!listener.refuse(call.id, libc::EPERM).expect("too late"));
        assert!(waits(&listener));
        let again = listener.next().expect("heard").expect("it waits");
        assert!(listener.let_go_on(again.id).expect("answered"));
        call
    };
    let (call, ended) = calling(answer, 2);
    assert_eq!(call.number.unsigned_abs(), CALL);
    assert_eq!((call.arguments[0], call.arguments[1]), (0, 0));
    assert!(call.thread > 0);
    assert_eq!(ended, [Err(libc::EPERM), Ok(0)]);
}

/// The question leaves no filter behind, on whichever thread it is asked.
#[test]
fn whether_calls_can_go_on_is_found_out_without_a_filter_of_ones_own() {
    thread::spawn(|| {
        can_let_go_on().expect("every kernel that is still kept can");
        let status = std::fs::read_to_string("/proc/thread-self/status").expect("it is there");
        let filters = status.lines().find(|line| line.starts_with("Seccomp:"));
        assert!(filters.is_some_and(|line| line.ends_with('0')) || is_filtered_anyway());
        install(&program()).expect("its own is the first one");
    })
    .join()
    .expect("it ends");
}

/// Whether whoever started the tests put a filter on them.
fn is_filtered_anyway() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").expect("it is there");
    !status.contains("Seccomp:\t0")
}

#[test]
fn nobody_waits_for_ever_once_the_listener_is_gone() {
    let ((), ended) = calling(drop, 1);
    assert_eq!(ended, [Err(libc::ENOSYS)]);
    let hear_and_leave = |listener: Listener| {
        assert!(waits(&listener));
        listener.next().expect("heard").expect("it waits");
    };
    let ((), ended) = calling(hear_and_leave, 1);
    assert_eq!(ended, [Err(libc::ENOSYS)]);
}

#[test]
fn a_second_listener_is_refused_and_the_first_one_stays() {
    let (hand_over, handed) = channel();
    let thread = thread::spawn(move || {
        let first = install(&program());
        let second = install(&program()).map_err(|error| error.raw_os_error());
        hand_over
            .send((first.is_ok(), second.map(drop)))
            .expect("somebody waits");
    });
    thread.join().expect("it ends");
    let (first, second) = handed.recv().expect("told");
    assert!(first);
    assert_eq!(second, Err(Some(libc::EBUSY)));
}

#[test]
fn what_is_no_listener_is_not_taken_for_one() {
    let file = std::fs::File::open("/dev/null").expect("it is there");
    let taken = Listener::from_passed(file.into()).map(drop);
    assert_eq!(
        taken.map_err(|error| error.kind()),
        Err(io::ErrorKind::InvalidInput)
    );
    let keep = |listener: Listener| {
        let copy = listener.as_fd().try_clone_to_owned().expect("a copy");
        Listener::from_passed(copy).map(drop).expect("one");
    };
    let ((), ended) = calling(keep, 0);
    assert!(ended.is_empty());
}

/// Limits are asked for without the filter's call: the thread goes on as before.
#[test]
fn other_calls_are_not_held() {
    let (hand_over, handed) = channel();
    thread::spawn(move || {
        let _listener = install(&program()).expect("a listener");
        hand_over
            .send(getrlimit(Resource::Nofile))
            .expect("somebody waits");
    });
    assert!(handed.recv().expect("told").current.is_some());
}
