//! Carries connections out of a network namespace that has no way out: from a port on its own loopback to a socket in its own
//! files, at the other end of which skep decides.
//!
//! It must never connect anywhere else, and never hold more connections than [`MOST`].

use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{Command, ExitCode, ExitStatus};
use std::sync::Arc;
use std::time::Duration;

use tokio::net::UnixStream;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::Semaphore;

use super::crowd::{self, Crowd};
use super::wishes::Carried;

/// So many connections at once; more are closed at once.
const MOST: usize = 256;

/// How long nobody is let in after that failed.
const PAUSE: Duration = Duration::from_millis(50);

/// A port that is listened on, and where its connections go.
pub(super) struct Carrier {
    listener: TcpListener,
    socket: PathBuf,
}

/// Listens on all of the ports.
pub(super) fn listen(carried: &[Carried]) -> Result<Vec<Carrier>, String> {
    let one = |Carried { port, socket }: &Carried| {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, *port))
            .and_then(|listener| listener.set_nonblocking(true).map(|()| listener))
            .map_err(|error| format!("port {port}: {error}"))?;
        Ok(Carrier {
            listener,
            socket: socket.clone(),
        })
    };
    carried.iter().map(one).collect()
}

/// Runs the program and carries until it ends; ends as it did.
pub(super) fn beside(
    program: Command,
    carriers: Vec<Carrier>,
    crowd: Crowd,
) -> Result<ExitCode, String> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| error.to_string())?;
    let status = runtime.block_on(async {
        // Whoever wants an end to it tells the program as well, which may take its time.
        let _ignored = signal(SignalKind::terminate()).map_err(|error| error.to_string())?;
        let room = Arc::new(Semaphore::new(MOST));
        for carrier in carriers {
            tokio::spawn(carry(carrier, room.clone()));
        }
        let name = program.get_program().to_string_lossy().into_owned();
        let mut child = tokio::process::Command::from(program)
            .spawn()
            .map_err(|error| format!("{name}: {error}"))?;
        tokio::select! {
            ended = child.wait() => ended.map_err(|error| error.to_string()),
            why = crowd::too_many(&crowd) => Err(why),
        }
    })?;
    Ok(ExitCode::from(as_code(status)))
}

/// An exit code, or 128 and the signal, as shells have it.
pub(super) fn as_code(status: ExitStatus) -> u8 {
    let code = status
        .code()
        .or_else(|| status.signal().map(|signal| 128 + signal));
    code.and_then(|code| u8::try_from(code).ok())
        .unwrap_or(u8::MAX)
}

async fn carry(carrier: Carrier, room: Arc<Semaphore>) {
    let Ok(listener) = tokio::net::TcpListener::from_std(carrier.listener) else {
        return;
    };
    let socket: Arc<PathBuf> = Arc::new(carrier.socket);
    loop {
        let Ok((mut inside, _)) = listener.accept().await else {
            // Out of files, as a rule: others must close theirs first.
            tokio::time::sleep(PAUSE).await;
            continue;
        };
        let Ok(permit) = room.clone().try_acquire_owned() else {
            continue;
        };
        let socket = socket.clone();
        tokio::spawn(async move {
            if let Ok(mut outside) = UnixStream::connect(&*socket).await {
                drop(tokio::io::copy_bidirectional(&mut inside, &mut outside).await);
            }
            drop(permit);
        });
    }
}
