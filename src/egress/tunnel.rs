//! A tunnel: nothing goes out before its first bytes were compared with the host it was made for.
//!
//! TLS for that very host passes as it is from then on. Plain HTTP is read request by request, like one outside a tunnel (several
//! agents tunnel it as well). Everything else ends here.

use std::io::{self, Cursor};
use std::sync::{Arc, Mutex, PoisonError};

use hyper::body::Incoming;
use hyper::upgrade::{OnUpgrade, Upgraded};
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;

use super::answer::{self, Body};
use super::forward;
use super::reach::{Reached, Unreached, reach};
use super::reading::{http, note_broken};
use super::session::Session;
use crate::core::egress::{Denied, HELLO_MAX, Inside, Malformed, Outcome, Target, Way, inside};

/// One direction's bytes on their way.
const BUFFER: usize = 16 * 1024;
/// The fatal alert `access_denied` (RFC 8446, 6).
const ALERT: [u8; 7] = [21, 3, 3, 0, 2, 2, 49];

/// A tunnel that was answered with yes.
pub(super) struct Tunnel {
    pub(super) upgrade: OnUpgrade,
    pub(super) target: Target,
    pub(super) reached: Reached,
}

type Client = TokioIo<Upgraded>;

impl Tunnel {
    /// Carries it until one of both is done.
    pub(super) async fn carry(self, session: &Arc<Session>) {
        let Ok(upgraded) = self.upgrade.await else {
            return;
        };
        let mut client = TokioIo::new(upgraded);
        let mut first = Vec::new();
        let looking = look(&mut client, &mut first, &self.target);
        let Ok(Ok(looked)) = timeout(session.parts.bounds.header_time, looking).await else {
            return;
        };
        match looked {
            Err(why) => {
                session.deny(Some(&self.target), &why);
                if !matches!(why, Denied::NotHttp) {
                    // Whoever began this may be gone.
                    let _ = client.write_all(&ALERT).await;
                }
            }
            Ok(Inside::Tls) => {
                let mut host = self.reached.stream;
                if host.write_all(&first).await.is_ok() {
                    drop(first);
                    // Either may leave first.
                    let _ = tokio::io::copy_bidirectional_with_sizes(
                        &mut client,
                        &mut host,
                        BUFFER,
                        BUFFER,
                    )
                    .await;
                }
            }
            Ok(Inside::Http) => {
                let plain = Plain {
                    session: Arc::clone(session),
                    target: self.target,
                    reached: Mutex::new(Some(self.reached)),
                };
                plain.serve(client, first).await;
            }
        }
    }
}

/// Reads until the first bytes say what they are.
async fn look(
    client: &mut Client,
    first: &mut Vec<u8>,
    target: &Target,
) -> io::Result<Result<Inside, Denied>> {
    loop {
        match inside(first, &target.host) {
            Ok(Some(inside)) => return Ok(Ok(inside)),
            Err(why) => return Ok(Err(why)),
            Ok(None) => {}
        }
        first.reserve(1024);
        let room = (HELLO_MAX - first.len()) as u64;
        if client.take(room).read_buf(first).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
}

/// Plain HTTP in a tunnel.
struct Plain {
    session: Arc<Session>,
    target: Target,
    /// What the tunnel was made with, for the first request.
    reached: Mutex<Option<Reached>>,
}

impl Plain {
    async fn serve(self, client: Client, first: Vec<u8>) {
        let (read, write) = tokio::io::split(client);
        let whole = tokio::io::join(Cursor::new(first).chain(read), write);
        let bounds = &self.session.parts.bounds;
        let service = hyper::service::service_fn(|request| async {
            Ok::<_, std::convert::Infallible>(self.answer(request).await)
        });
        let served = http(bounds)
            .serve_connection(TokioIo::new(whole), service)
            .await;
        note_broken(&self.session, served);
    }

    async fn answer(&self, request: Request<Incoming>) -> Response<Body> {
        let target = &self.target;
        let refuse = |why: Denied| {
            self.session.deny(Some(target), &why);
            answer::refused(Some(target), &why)
        };
        // A whole address in a tunnel would be one for another proxy.
        if request.uri().authority().is_some() || request.method() == hyper::Method::CONNECT {
            return refuse(Denied::Malformed(Malformed::Form));
        }
        if let Err(why) = forward::names_the_same(request.headers(), target) {
            return refuse(why);
        }
        let spare = self
            .reached
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        let reached = match spare {
            Some(reached) => Ok(reached),
            None => reach(&self.session, target, Way::Tunnel).await,
        };
        let failed = match reached {
            Ok(reached) => match forward::forward(request, target, reached).await {
                Ok(answer) => return answer,
                Err(_) => Unreached::Failed(io::ErrorKind::ConnectionReset.into()),
            },
            Err(unreached) => unreached,
        };
        match failed {
            Unreached::Denied(why) => refuse(why),
            Unreached::Failed(_) => {
                self.session.note(Some(target), Outcome::Failed);
                answer::unreachable(target)
            }
        }
    }
}
