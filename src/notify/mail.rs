//! Digests by mail, over a connection that is made as all of skep's (the operator's proxy, the operator's certificates) and never
//! openly but on this machine.
//!
//! What is spoken on it is the library's business.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, SystemTime};

use hyper::Uri;
use hyper_rustls::{HttpsConnectorBuilder, MaybeHttpsStream};
use hyper_util::rt::TokioIo;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message};
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{
    AsyncSmtpConnection, AsyncTokioStream, Certificate, CertificateStore, TlsParameters,
};
use lettre::transport::smtp::extension::ClientId;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tower::{BoxError, ServiceExt};

use super::letter::Letter;
use super::sent::{Sent, chain};
use super::waits::Waits;
use crate::core::network::Network;
use crate::core::notify::{Email, Privacy, Relay};
use crate::core::text::notify::{Mail, failed};
use crate::dial::{Route, certificates, tls, trust};

/// The way to mail servers.
pub(super) struct Post<'a> {
    pub(super) network: &'a Network,
    pub(super) waits: Waits,
}

impl Post<'_> {
    /// Sends a mail to everybody of a target, or to nobody.
    pub(super) async fn send(&self, email: &Email, mail: Mail, letter: &Letter) -> Sent {
        let sending = async {
            let message = message(email, mail, letter)?;
            self.transmit(email, &message).await
        };
        match timeout(self.waits.mail, sending).await {
            Ok(Ok(answer)) => Sent::Taken(answer),
            Ok(Err(why)) => Sent::failed(why),
            Err(_) => Sent::failed(failed::silent(self.waits.mail.as_secs())),
        }
    }

    async fn transmit(&self, email: &Email, message: &Message) -> Result<String, String> {
        let unreachable = |error: BoxError| failed::unreachable(&chain(error.as_ref()));
        let refused = |error: lettre::transport::smtp::Error| failed::mail(&chain(&error));
        let stream = self.connect(&email.relay).await.map_err(unreachable)?;
        let hello = ClientId::Domain(domain(&email.from).to_owned());
        let connected = AsyncSmtpConnection::connect_with_transport(Box::new(stream), &hello);
        let mut server = connected.await.map_err(refused)?;
        if email.relay.privacy == Privacy::StartTls {
            if !server.can_starttls() {
                server.abort().await;
                return Err(failed::NO_STARTTLS.to_owned());
            }
            let tls = self.start_tls(&email.relay.host)?;
            server.starttls(tls, &hello).await.map_err(refused)?;
        }
        if let Some(login) = &email.login {
            let password = login.password.expose().to_owned();
            let credentials = Credentials::new(login.user.clone(), password);
            let ways = [Mechanism::Plain, Mechanism::Login];
            server.auth(&ways, &credentials).await.map_err(refused)?;
        }
        let sent = server.send(message.envelope(), &message.formatted()).await;
        let answer = sent.map_err(refused)?;
        // It is taken; how the conversation ends changes nothing.
        let _goodbye = server.quit().await;
        let said = answer.first_line().unwrap_or_default();
        Ok(format!("{} {said}", answer.code()).trim().to_owned())
    }

    /// The same certificates count as everywhere in skep.
    fn start_tls(&self, host: &str) -> Result<TlsParameters, String> {
        let broken = |error: lettre::transport::smtp::Error| failed::mail(&chain(&error));
        let store = CertificateStore::None;
        let host = host.trim_matches(['[', ']']).to_owned();
        let mut builder = TlsParameters::builder(host).certificate_store(store);
        for one in certificates(self.network)? {
            let one = Certificate::from_der(one.as_ref().to_vec()).map_err(broken)?;
            builder = builder.add_root_certificate(one);
        }
        builder.build_rustls().map_err(broken)
    }

    async fn connect(&self, relay: &Relay) -> Result<Stream, BoxError> {
        let scheme = match relay.privacy {
            Privacy::Tls => "https",
            Privacy::StartTls | Privacy::Open => "http",
        };
        // The proxy for TLS is the one for mail: all of it is a tunnel.
        let route = Route::new(self.network, self.waits.connect).tunnelling();
        let to: Uri = format!("{scheme}://{}:{}", relay.host, relay.port).parse()?;
        let connector = HttpsConnectorBuilder::new()
            .with_tls_config(tls(trust(self.network)?))
            .https_or_http()
            .enable_http1()
            .wrap_connector(route);
        Ok(Stream(TokioIo::new(connector.oneshot(to).await?)))
    }
}

/// `example.org` of `skep@example.org`.
fn domain(address: &str) -> &str {
    address
        .rsplit_once('@')
        .map_or(address, |(_, domain)| domain)
}

/// The mail as it is sent. Its id is the same at every try, so that a receiver can tell repetitions.
fn message(email: &Email, mail: Mail, letter: &Letter) -> Result<Message, String> {
    let mailbox = |address: &str| -> Result<Mailbox, String> {
        let parsed = address.parse();
        parsed.map_err(|error: lettre::address::AddressError| failed::mail(&error.to_string()))
    };
    let id = format!("<{}.skep@{}>", letter.id, domain(&email.from));
    let made = Duration::from_millis(letter.made_at.max(0).unsigned_abs());
    // RFC 3834: nobody's absence is answered to it.
    let automatic = HeaderName::new_from_ascii_str("Auto-Submitted");
    let mut builder = Message::builder()
        .from(mailbox(&email.from)?)
        .subject(mail.subject)
        .date(SystemTime::UNIX_EPOCH + made)
        .message_id(Some(id))
        .header(ContentType::TEXT_PLAIN)
        .raw_header(HeaderValue::new(automatic, "auto-generated".to_owned()));
    for address in &email.to {
        builder = builder.to(mailbox(address)?);
    }
    let built = builder.body(mail.body);
    built.map_err(|error| failed::mail(&error.to_string()))
}

/// A connection that was made by [`Route`], as the mail library takes one.
struct Stream(TokioIo<MaybeHttpsStream<TokioIo<TcpStream>>>);

impl fmt::Debug for Stream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Stream")
    }
}

impl AsyncTokioStream for Stream {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        // Behind a proxy it would be the proxy's.
        Err(io::ErrorKind::Unsupported.into())
    }
}

impl AsyncRead for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(cx, buf)
    }
}

impl AsyncWrite for Stream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}
