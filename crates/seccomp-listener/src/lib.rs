//! A seccomp filter's listener (`seccomp_unotify(2)`): a call that the filter answers with `SECCOMP_RET_USER_NOTIF` waits until whoever
//! holds the listener says how it ends.
//!
//! [`install`] gives the calling thread, and all that it starts from then on, a filter that cannot be taken off, and hands back its
//! [`Listener`], which may be passed to another process. While nobody holds it the kernel answers such calls with `ENOSYS`.
//!
//! All that is `unsafe` in the workspace is here, in calls of the kernel whose arguments are made in the same function. It judges
//! nothing: which calls wait is the filter's, how they end is the caller's.

#![cfg(target_os = "linux")]

use std::io;
use std::mem::size_of;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd, RawFd};

/// One instruction of a filter, as the kernel has it.
pub use libc::sock_filter as Instruction;

/// What the filter answers with where the listener is to be asked.
pub const ASK: u32 = libc::SECCOMP_RET_USER_NOTIF;

/// A call that waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Notification {
    /// By this it is answered.
    pub id: u64,
    /// The thread that called, by its number where the listener is; 0 where it cannot be seen from there.
    pub thread: u32,
    /// The call's number on that architecture.
    pub number: i32,
    /// The architecture (`AUDIT_ARCH_…`).
    pub architecture: u32,
    /// Its arguments as they were passed.
    pub arguments: [u64; 6],
}

/// Hears of calls that wait, and ends them.
#[derive(Debug)]
pub struct Listener {
    descriptor: OwnedFd,
    sizes: Sizes,
}

/// How large the kernel's structures are: it may know more than this program, never less.
#[derive(Debug, Clone, Copy)]
struct Sizes {
    notification: usize,
    answer: usize,
}

/// Whether this kernel has listeners that can let a call go on after they heard of it (5.5 and later). It is tried by a thread of its
/// own, whose filter holds nothing back and ends with it.
///
/// # Errors
/// `EINVAL` where it cannot; the kernel's where no thread can be started.
pub fn can_let_go_on() -> io::Result<()> {
    let thread = std::thread::Builder::new().spawn(|| {
        let allow = libc::sock_filter {
            code: RETURN,
            jt: 0,
            jf: 0,
            k: libc::SECCOMP_RET_ALLOW,
        };
        // Nobody waits by that number: who knows the answer says so, who does not refuses it.
        install(&[allow])?.let_go_on(u64::MAX).map(drop)
    })?;
    thread
        .join()
        .unwrap_or_else(|_| Err(io::ErrorKind::Other.into()))
}

/// `BPF_RET | BPF_K`.
const RETURN: u16 = 0x06;

/// Puts the filter on the calling thread and gives up ever having more rights.
///
/// # Errors
/// `EINVAL` where the kernel knows no listeners (before 5.0), `EBUSY` where a filter above this one has one already; nothing was
/// installed then, but the rights are given up.
pub fn install(program: &[Instruction]) -> io::Result<Listener> {
    let sizes = sizes()?;
    // SAFETY: takes numbers only.
    let given_up = unsafe { libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) };
    if given_up != 0 {
        return Err(io::Error::last_os_error());
    }
    let length = u16::try_from(program.len()).map_err(|_| io::ErrorKind::InvalidInput)?;
    let waits = libc::SECCOMP_FILTER_FLAG_NEW_LISTENER;
    // Once heard of, a call is not taken back for a signal, which few programs expect; older kernels (before 5.19) do not know that.
    let descriptor = match filter(length, program, waits | KILLABLE) {
        Err(error) if error.raw_os_error() == Some(libc::EINVAL) => filter(length, program, waits),
        done => done,
    }?;
    // SAFETY: the kernel has just opened it for this process, and nobody else has its number.
    let descriptor = unsafe { OwnedFd::from_raw_fd(descriptor) };
    Ok(Listener { descriptor, sizes })
}

const KILLABLE: libc::c_ulong = libc::SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV;

fn filter(length: u16, program: &[Instruction], flags: libc::c_ulong) -> io::Result<RawFd> {
    let program = libc::sock_fprog {
        len: length,
        // The kernel does not write there.
        filter: program.as_ptr().cast_mut(),
    };
    // SAFETY: the structure and the instructions it points to outlive the call, which copies them.
    let descriptor = unsafe {
        libc::syscall(
            libc::SYS_seccomp,
            libc::SECCOMP_SET_MODE_FILTER,
            flags,
            &raw const program,
        )
    };
    match RawFd::try_from(descriptor) {
        Ok(descriptor) if descriptor >= 0 => Ok(descriptor),
        _ => Err(io::Error::last_os_error()),
    }
}

fn sizes() -> io::Result<Sizes> {
    let mut sizes = libc::seccomp_notif_sizes {
        seccomp_notif: 0,
        seccomp_notif_resp: 0,
        seccomp_data: 0,
    };
    // SAFETY: the kernel writes one such structure there.
    let done = unsafe {
        libc::syscall(
            libc::SYS_seccomp,
            libc::SECCOMP_GET_NOTIF_SIZES,
            0,
            &raw mut sizes,
        )
    };
    if done != 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(Sizes {
        notification: usize::from(sizes.seccomp_notif).max(size_of::<libc::seccomp_notif>()),
        answer: usize::from(sizes.seccomp_notif_resp).max(size_of::<libc::seccomp_notif_resp>()),
    })
}

impl Listener {
    /// One that another process has passed on.
    ///
    /// # Errors
    /// `InvalidInput` for what is no listener: another file might take the requests below for its own.
    pub fn from_passed(descriptor: OwnedFd) -> io::Result<Self> {
        let link = format!("/proc/self/fd/{}", descriptor.as_raw_fd());
        if std::fs::read_link(link)?.as_os_str() != "anon_inode:seccomp notify" {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        let sizes = sizes()?;
        Ok(Self { descriptor, sizes })
    }

    /// The next call that waits; none if it was given up in the meantime. Blocks where none waits: ask `poll(2)` first.
    ///
    /// # Errors
    /// The kernel's, such as `EINTR`.
    pub fn next(&self) -> io::Result<Option<Notification>> {
        // Of the kernel's size, aligned for its numbers, and zero as it wants it.
        let mut room = vec![0_u64; self.sizes.notification.div_ceil(size_of::<u64>())];
        match self.ask(libc::SECCOMP_IOCTL_NOTIF_RECV, &mut room) {
            Err(error) if is_gone(&error) => return Ok(None),
            done => done?,
        }
        // SAFETY: the room is at least as large as the structure, aligned for it, and the kernel filled it; any bits are a value of it.
        let heard = unsafe { room.as_ptr().cast::<libc::seccomp_notif>().read() };
        Ok(Some(Notification {
            id: heard.id,
            thread: heard.pid,
            number: heard.data.nr,
            architecture: heard.data.arch,
            arguments: heard.data.args,
        }))
    }

    /// Whether the call still waits. If so, what was read of the thread between [`Self::next`] and this was that thread's.
    pub fn waits(&self, id: u64) -> bool {
        self.ask(libc::SECCOMP_IOCTL_NOTIF_ID_VALID, &mut [id])
            .is_ok()
    }

    /// Ends a call with an error (`EPERM`, …); false where nobody waits for it any more.
    ///
    /// # Errors
    /// The kernel's.
    pub fn refuse(&self, id: u64, error: i32) -> io::Result<bool> {
        self.answer(id, -error.abs(), 0)
    }

    /// Lets the kernel do it after all (5.5 and later). No check of what arguments point to holds: they can be changed until then.
    ///
    /// # Errors
    /// The kernel's; `EINVAL` where it is too old for that.
    pub fn let_go_on(&self, id: u64) -> io::Result<bool> {
        self.answer(id, 0, 1)
    }

    fn answer(&self, id: u64, error: i32, flags: u32) -> io::Result<bool> {
        let answer = libc::seccomp_notif_resp {
            id,
            val: 0,
            error,
            flags,
        };
        let mut room = vec![0_u64; self.sizes.answer.div_ceil(size_of::<u64>())];
        // SAFETY: the room is at least as large as the structure and aligned for it.
        unsafe {
            room.as_mut_ptr()
                .cast::<libc::seccomp_notif_resp>()
                .write(answer);
        }
        match self.ask(libc::SECCOMP_IOCTL_NOTIF_SEND, &mut room) {
            Ok(()) => Ok(true),
            Err(error) if is_gone(&error) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// `room` must be as large as what that request reads and writes.
    fn ask(&self, request: libc::Ioctl, room: &mut [u64]) -> io::Result<()> {
        // SAFETY: each of the three requests reads and writes at most what the callers above hand over: the sizes that the kernel named
        // for the two structures, and one number for the third. The descriptor is a listener: it was made or looked at above.
        let done = unsafe { libc::ioctl(self.descriptor.as_raw_fd(), request, room.as_mut_ptr()) };
        match done {
            0.. => Ok(()),
            _ => Err(io::Error::last_os_error()),
        }
    }
}

impl AsFd for Listener {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.descriptor.as_fd()
    }
}

/// Nobody waits any more: it ended, or it was answered and has not woken up yet.
fn is_gone(error: &io::Error) -> bool {
    matches!(error.raw_os_error(), Some(libc::ENOENT | libc::EINPROGRESS))
}
