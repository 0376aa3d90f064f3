//! What the fence's inner half passes out on the socket that it connects to first: the listener of its filter, or why there is none;
//! and, at its end, what it ended for.

use std::io::{self, IoSlice, IoSliceMut, Read, Write};
use std::mem::MaybeUninit;
use std::os::fd::{BorrowedFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::time::Duration;

use rustix::cmsg_space;
use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer,
    SendAncillaryMessage, SendFlags, recvmsg, sendmsg,
};

/// What comes first.
pub(super) enum Passed {
    /// The listener's descriptor.
    Listener(OwnedFd),
    /// There is none: why.
    Nothing(String),
}

/// How long is waited for a word to be heard.
const PATIENCE: Duration = Duration::from_secs(1);

/// Longest reason.
const REASON: usize = 200;

/// Passes the listener on.
pub(super) fn give(to: &UnixStream, listener: BorrowedFd<'_>) -> io::Result<()> {
    let descriptors = [listener];
    let mut space = [MaybeUninit::uninit(); cmsg_space!(ScmRights(1))];
    let mut control = SendAncillaryBuffer::new(&mut space);
    control.push(SendAncillaryMessage::ScmRights(&descriptors));
    let sent = sendmsg(to, &[IoSlice::new(b"+")], &mut control, SendFlags::empty());
    sent.map(drop).map_err(io::Error::from)
}

/// Says that there is none.
pub(super) fn give_nothing(mut to: &UnixStream, why: &str) -> io::Result<()> {
    let why: String = why.chars().take(REASON / 4).collect();
    to.write_all(format!("-{why}").as_bytes())
}

/// Takes what was passed.
pub(super) fn take(from: &UnixStream) -> io::Result<Passed> {
    let mut bytes = [0; REASON + 1];
    let mut space = [MaybeUninit::uninit(); cmsg_space!(ScmRights(1))];
    let mut control = RecvAncillaryBuffer::new(&mut space);
    let length = recvmsg(
        from,
        &mut [IoSliceMut::new(&mut bytes)],
        &mut control,
        RecvFlags::CMSG_CLOEXEC,
    )?
    .bytes;
    let mut passed = control.drain().filter_map(|message| match message {
        RecvAncillaryMessage::ScmRights(mut descriptors) => descriptors.next(),
        _ => None,
    });
    match (passed.next(), &bytes[..length]) {
        (Some(descriptor), _) => Ok(Passed::Listener(descriptor)),
        (None, [b'-', why @ ..]) => Ok(Passed::Nothing(String::from_utf8_lossy(why).into_owned())),
        (None, _) => Err(io::ErrorKind::UnexpectedEof.into()),
    }
}

/// What the sandbox was ended for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Word {
    /// More processes than that.
    TooManyProcesses(u64),
}

impl Word {
    /// Bytes.
    pub(super) const LONGEST: usize = 40;

    /// Says it, and waits until it was heard: what follows is the end of everything inside. Nobody may be listening.
    pub(super) fn say(self, mut to: &UnixStream) {
        let Self::TooManyProcesses(most) = self;
        let said = to
            .set_read_timeout(Some(PATIENCE))
            .and_then(|()| to.write_all(format!("processes {most}").as_bytes()));
        drop(said.and_then(|()| to.read(&mut [0])));
    }

    /// Lets the one go on who said it.
    pub(super) fn was_heard(mut from: &UnixStream) {
        drop(from.write_all(b"+"));
    }

    /// As it was said.
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(bytes).ok()?;
        let most = text.strip_prefix("processes ")?.parse();
        most.ok().map(Self::TooManyProcesses)
    }
}
