//! From a target to a connection: judged by name, resolved once, judged by every address, connected to one of those.
//!
//! The name is never resolved a second time: what was judged is what is connected to, whatever the name means a moment later.

use std::future::Future;
use std::io;
use std::net::IpAddr;
use std::time::Duration;

use hyper::header::HeaderValue;
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::session::Session;
use super::upstream;
use crate::core::egress::{Admitted, Denied, Host, Settled, Target, Way};

/// Tried of a host's addresses.
const TRIED: usize = 8;
/// For the operator's proxy to find and reach the host: more than ours, because it does both.
const THROUGH: u32 = 6;

/// A connection.
pub(super) struct Reached {
    pub(super) stream: TcpStream,
    pub(super) end: End,
}

/// Who is at its other end.
pub(super) enum End {
    /// The host.
    Host,
    /// The operator's proxy, which is told whole addresses, and who asks.
    Proxy(Option<HeaderValue>),
}

/// Why there is none.
#[derive(Debug)]
pub(super) enum Unreached {
    Denied(Denied),
    Failed(io::Error),
}

impl From<Denied> for Unreached {
    fn from(why: Denied) -> Self {
        Self::Denied(why)
    }
}

impl From<io::Error> for Unreached {
    fn from(error: io::Error) -> Self {
        Self::Failed(error)
    }
}

/// Reaches a target as `session` may.
pub(super) async fn reach(
    session: &Session,
    target: &Target,
    way: Way,
) -> Result<Reached, Unreached> {
    let list = session.list();
    let admitted = list.admit(target)?;
    let found = addresses(session, &admitted).await;
    let scheme = match way {
        Way::Tunnel => "https",
        Way::Plain => "http",
    };
    let Some(proxy) = session.parts.upstream.on_the_way(scheme, target) else {
        let settled = list.settle(&admitted, &found?)?;
        let stream = connect(&settled, session.parts.bounds.connect_time).await?;
        let end = End::Host;
        return Ok(Reached { stream, end });
    };
    // Behind the operator's proxy there may be no names here; where there are, they are judged.
    if let Ok(found) = found {
        list.settle(&admitted, &found)?;
    }
    let patience = session.parts.bounds.connect_time * THROUGH;
    let (stream, end) = match way {
        Way::Tunnel => (
            within(patience, upstream::tunnel(&proxy, target)).await?,
            End::Host,
        ),
        Way::Plain => {
            let (stream, credential) = within(patience, upstream::plain(&proxy)).await?;
            (stream, End::Proxy(credential))
        }
    };
    Ok(Reached { stream, end })
}

async fn addresses(session: &Session, admitted: &Admitted) -> io::Result<Vec<IpAddr>> {
    let Host::Name(name) = &admitted.target().host else {
        return Ok(Vec::new());
    };
    let parts = &session.parts;
    let resolve = async {
        let _turn = session
            .resolving
            .acquire()
            .await
            .map_err(io::Error::other)?;
        parts.resolver.resolve(name).await
    };
    let found = within(parts.bounds.resolve_time, resolve).await?;
    if found.is_empty() {
        return Err(io::ErrorKind::NotFound.into());
    }
    Ok(found)
}

async fn connect(settled: &Settled, patience: Duration) -> io::Result<TcpStream> {
    let mut last = io::ErrorKind::NotFound.into();
    for address in settled.addresses().iter().take(TRIED) {
        match within(patience, TcpStream::connect(address)).await {
            Ok(stream) => {
                // Failing costs latency, nothing else.
                let _ = stream.set_nodelay(true);
                return Ok(stream);
            }
            Err(error) => last = error,
        }
    }
    Err(last)
}

async fn within<T>(patience: Duration, work: impl Future<Output = io::Result<T>>) -> io::Result<T> {
    timeout(patience, work)
        .await
        .unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
}
