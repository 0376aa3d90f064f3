//! The connections of one session: each is served until it is done, silent for too long, or the session ends.

use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};

use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::{UnixListener, UnixStream};
use tokio_util::sync::CancellationToken;

use super::answer::{self, Body};
use super::forward;
use super::meter::{Meter, Metered};
use super::reach::{Reached, Unreached, reach};
use super::reading::{http, note_broken};
use super::session::Session;
use super::tunnel::Tunnel;
use crate::core::egress::{Denied, Outcome, Target, Way};
use crate::local_socket;

/// Serves the session until `end`; then everything is closed at once.
pub(super) async fn serve(listener: UnixListener, session: Arc<Session>, end: CancellationToken) {
    local_socket::serve(listener, end, |stream| {
        let permit = session.enter();
        let refusal = if session.is_spent() {
            Some(Denied::Bytes)
        } else {
            permit.is_none().then_some(Denied::Connections)
        };
        if let Some(why) = refusal {
            session.deny(None, &why);
            // What does not fit into the socket at once is not worth waiting for.
            let _ = stream.try_write(answer::unserved(&why).as_bytes());
            return None;
        }
        let session = Arc::clone(&session);
        Some(async move {
            talk(stream, session).await;
            drop(permit);
        })
    })
    .await;
}

async fn talk(stream: UnixStream, session: Arc<Session>) {
    let meter = Meter::new(Arc::clone(&session));
    let metered = Metered {
        stream,
        meter: Arc::clone(&meter),
    };
    let connection = Connection {
        session,
        meter: Arc::clone(&meter),
        tunnel: Mutex::default(),
    };
    tokio::select! {
        () = connection.exchange(metered) => {}
        () = meter.silence() => {}
    }
}

/// One connection.
struct Connection {
    session: Arc<Session>,
    meter: Arc<Meter>,
    /// The tunnel it turns into.
    tunnel: Mutex<Option<Tunnel>>,
}

impl Connection {
    async fn exchange(&self, stream: Metered<UnixStream>) {
        let service =
            service_fn(|request| async { Ok::<_, Infallible>(self.answer(request).await) });
        let served = http(&self.session.parts.bounds)
            .serve_connection(TokioIo::new(stream), service)
            .with_upgrades()
            .await;
        note_broken(&self.session, served);
        let tunnel = self
            .tunnel
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(tunnel) = tunnel {
            tunnel.carry(&self.session).await;
        }
    }

    async fn answer(&self, request: Request<Incoming>) -> Response<Body> {
        let asked = Target::of_request(request.method().as_str(), &request.uri().to_string());
        let (way, target) = match asked {
            Ok(asked) => asked,
            Err(malformed) => {
                let why = Denied::Malformed(malformed);
                self.session.deny(None, &why);
                return answer::refused(None, &why);
            }
        };
        match self.pass(request, way, &target).await {
            Ok(answer) => answer,
            Err(Unreached::Denied(why)) => {
                self.session.deny(Some(&target), &why);
                answer::refused(Some(&target), &why)
            }
            Err(Unreached::Failed(error)) => {
                tracing::debug!(%error, host = %target, "an allowed host could not be reached");
                self.session.note(Some(&target), Outcome::Failed);
                answer::unreachable(&target)
            }
        }
    }

    async fn pass(
        &self,
        mut request: Request<Incoming>,
        way: Way,
        target: &Target,
    ) -> Result<Response<Body>, Unreached> {
        // Of a tunnel the header says nothing that is used; programs write it in many ways.
        if way == Way::Plain {
            forward::names_the_same(request.headers(), target)?;
        }
        let reached = reach(&self.session, target, way).await?;
        let sighting = self.session.note(Some(target), Outcome::Allowed);
        self.meter.belongs_to(sighting);
        if way == Way::Plain {
            return forward::forward(request, target, reached)
                .await
                .map_err(|error| Unreached::Failed(std::io::Error::other(error)));
        }
        self.keep(hyper::upgrade::on(&mut request), target, reached);
        Ok(Response::new(answer::empty()))
    }

    fn keep(&self, upgrade: hyper::upgrade::OnUpgrade, target: &Target, reached: Reached) {
        let tunnel = Tunnel {
            upgrade,
            target: target.clone(),
            reached,
        };
        *self.tunnel.lock().unwrap_or_else(PoisonError::into_inner) = Some(tunnel);
    }
}
