//! Receivers on loopback that a notification may meet: one that speaks HTTP and does as it is told, and one that takes mail.

use std::collections::{BTreeMap, VecDeque};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use sha2::{Digest, Sha256};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

use crate::test_app::PATIENCE;
use crate::tls_end::acceptor;

/// What an HTTP receiver does with a request.
#[derive(Debug, Clone)]
pub(crate) enum Reply {
    /// Answers so: status, a header line or none, body.
    Says(u16, &'static str, String),
    /// Never answers.
    Hangs,
    /// Goes away without an answer.
    Leaves,
}

/// A request as it came in.
#[derive(Debug, Clone)]
pub(crate) struct Came {
    /// `POST /hook`.
    pub line: String,
    /// By their names in small letters.
    pub headers: BTreeMap<String, String>,
    pub body: String,
}

impl Came {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).expect("JSON")
    }

    /// Whether it is signed with that secret, as GitHub's page says one is to check it, by code of our own.
    pub(crate) fn is_signed(&self, secret: &str) -> bool {
        let digest = by_hand(secret.as_bytes(), self.body.as_bytes());
        self.header("x-hub-signature-256") == format!("sha256={}", hex::encode(digest))
    }
}

/// HMAC-SHA256 as RFC 2104 spells it out.
fn by_hand(key: &[u8], text: &[u8]) -> Vec<u8> {
    let mut block = [0_u8; 64];
    match key.len() > 64 {
        true => block[..32].copy_from_slice(&Sha256::digest(key)),
        false => block[..key.len()].copy_from_slice(key),
    }
    let padded = |pad: u8, text: &[u8]| {
        let mut hash = Sha256::new();
        hash.update(block.map(|byte| byte ^ pad));
        hash.update(text);
        hash.finalize().to_vec()
    };
    padded(0x5c, &padded(0x36, text))
}

#[derive(Default)]
struct Kept {
    came: Vec<Came>,
    next: VecDeque<Reply>,
}

/// An HTTP receiver; what it was not told to do otherwise it answers with `200`.
#[derive(Clone)]
pub(crate) struct Receiver {
    port: u16,
    kept: Arc<Mutex<Kept>>,
}

impl Receiver {
    pub(crate) async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let receiver = Self {
            port,
            kept: Arc::default(),
        };
        let kept = Arc::clone(&receiver.kept);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&kept)));
            }
        });
        receiver
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// Does this with the next request, after all that it was told before.
    pub(crate) fn then(&self, reply: Reply) -> &Self {
        self.kept.lock().expect("no panic").next.push_back(reply);
        self
    }

    pub(crate) fn says(&self, status: u16) -> &Self {
        self.then(Reply::Says(status, "", String::new()))
    }

    pub(crate) fn came(&self) -> Vec<Came> {
        self.kept.lock().expect("no panic").came.clone()
    }

    /// Waits until so many requests have come.
    pub(crate) async fn until(&self, count: usize) -> Vec<Came> {
        let began = tokio::time::Instant::now();
        loop {
            let came = self.came();
            if came.len() >= count {
                return came;
            }
            assert!(began.elapsed() < PATIENCE, "only {came:?}");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

async fn serve(stream: TcpStream, kept: Arc<Mutex<Kept>>) {
    let mut stream = BufReader::new(stream);
    loop {
        let Some(came) = request(&mut stream).await else {
            return;
        };
        let reply = {
            let mut kept = kept.lock().expect("no panic");
            kept.came.push(came);
            kept.next.pop_front()
        };
        match reply.unwrap_or(Reply::Says(200, "", "ok".to_owned())) {
            Reply::Leaves => return,
            Reply::Hangs => std::future::pending().await,
            Reply::Says(status, header, body) => {
                let header = match header {
                    "" => String::new(),
                    header => format!("{header}\r\n"),
                };
                let answer = format!(
                    "HTTP/1.1 {status} Said\r\nContent-Length: {}\r\n{header}\r\n{body}",
                    body.len()
                );
                if stream.write_all(answer.as_bytes()).await.is_err() {
                    return;
                }
            }
        }
    }
}

async fn request(stream: &mut BufReader<TcpStream>) -> Option<Came> {
    let mut line = String::new();
    stream
        .read_line(&mut line)
        .await
        .ok()
        .filter(|length| *length > 0)?;
    let mut headers = BTreeMap::new();
    loop {
        let mut header = String::new();
        stream.read_line(&mut header).await.ok()?;
        let Some((name, value)) = header.trim().split_once(':') else {
            break;
        };
        headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
    }
    let length: usize = headers
        .get("content-length")
        .map_or(0, |length| length.parse().expect("a number"));
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.ok()?;
    let line = line.trim().trim_end_matches(" HTTP/1.1").to_owned();
    Some(Came {
        line,
        headers,
        body: String::from_utf8(body).expect("UTF-8"),
    })
}

/// A mail as it was taken.
#[derive(Debug, Clone)]
pub(crate) struct Mail {
    pub from: String,
    pub to: Vec<String>,
    /// Headers and body, the dots of the protocol taken off.
    pub text: String,
    /// The line that proved who sent it.
    pub login: String,
    /// Whether the connection was private by then.
    pub private: bool,
}

/// How a mail server is.
#[derive(Clone, Copy, Default)]
pub(crate) struct Manners {
    /// Offers STARTTLS.
    pub offers_tls: bool,
    /// Asks for name and password.
    pub asks: bool,
    /// Refuses so many mails first.
    pub refuses: usize,
}

/// A mail server.
#[derive(Clone)]
pub(crate) struct MailServer {
    pub port: u16,
    mails: Arc<Mutex<Vec<Mail>>>,
}

impl MailServer {
    /// One with the certificate in that folder, should it offer TLS.
    pub(crate) async fn open(folder: &Path, manners: Manners) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let mails = Arc::<Mutex<Vec<Mail>>>::default();
        let refused = Arc::new(Mutex::new(manners.refuses));
        let (kept, folder) = (Arc::clone(&mails), folder.to_owned());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let talk = Talk {
                    mails: Arc::clone(&kept),
                    refused: Arc::clone(&refused),
                    manners,
                    private: false,
                };
                let folder = folder.clone();
                tokio::spawn(async move {
                    let mut stream = stream;
                    let plain = talk.clone();
                    if plain.speak(&mut stream, "220 here\r\n").await {
                        let acceptor = acceptor(&folder);
                        let Ok(mut stream) = acceptor.accept(stream).await else {
                            return;
                        };
                        let private = Talk {
                            private: true,
                            ..talk
                        };
                        private.speak(&mut stream, "").await;
                    }
                });
            }
        });
        Self { port, mails }
    }

    pub(crate) fn mails(&self) -> Vec<Mail> {
        self.mails.lock().expect("no panic").clone()
    }
}

#[derive(Clone)]
struct Talk {
    mails: Arc<Mutex<Vec<Mail>>>,
    refused: Arc<Mutex<usize>>,
    manners: Manners,
    private: bool,
}

impl Talk {
    /// Speaks SMTP (RFC 5321) until the other side goes; true where it wants TLS now.
    async fn speak<S: AsyncRead + AsyncWrite + Unpin>(
        self,
        stream: &mut S,
        greeting: &str,
    ) -> bool {
        let mut stream = BufReader::new(stream);
        let mut mail = Mail {
            from: String::new(),
            to: Vec::new(),
            text: String::new(),
            login: String::new(),
            private: self.private,
        };
        if stream.write_all(greeting.as_bytes()).await.is_err() {
            return false;
        }
        loop {
            let mut line = String::new();
            if stream.read_line(&mut line).await.unwrap_or(0) == 0 {
                return false;
            }
            let line = line.trim_end().to_owned();
            let word = line
                .split([' ', ':'])
                .next()
                .unwrap_or_default()
                .to_ascii_uppercase();
            let answer = match word.as_str() {
                "EHLO" => self.hello(),
                "STARTTLS" if self.manners.offers_tls && !self.private => {
                    "220 go on\r\n".to_owned()
                }
                "AUTH" => {
                    mail.login.clone_from(&line);
                    "235 welcome\r\n".to_owned()
                }
                "MAIL" if self.manners.asks && mail.login.is_empty() => {
                    "530 who are you?\r\n".to_owned()
                }
                "MAIL" => {
                    mail.from.clone_from(&line);
                    "250 ok\r\n".to_owned()
                }
                "RCPT" => {
                    mail.to.push(line.clone());
                    "250 ok\r\n".to_owned()
                }
                "DATA" => {
                    if stream.write_all(b"354 go on\r\n").await.is_err() {
                        return false;
                    }
                    mail.text = data(&mut stream).await;
                    self.taken(&mail)
                }
                "QUIT" => "221 bye\r\n".to_owned(),
                _ => "502 what?\r\n".to_owned(),
            };
            if stream.write_all(answer.as_bytes()).await.is_err() || word == "QUIT" {
                return false;
            }
            if answer.starts_with("220") {
                return true;
            }
        }
    }

    fn hello(&self) -> String {
        let tls = if self.manners.offers_tls && !self.private {
            "250-STARTTLS\r\n"
        } else {
            ""
        };
        format!("250-here\r\n{tls}250-8BITMIME\r\n250 AUTH PLAIN\r\n")
    }

    fn taken(&self, mail: &Mail) -> String {
        let mut refused = self.refused.lock().expect("no panic");
        if *refused > 0 {
            *refused -= 1;
            return "451 4.7.1 come back later\r\n".to_owned();
        }
        self.mails.lock().expect("no panic").push(mail.clone());
        "250 2.0.0 taken as 4711\r\n".to_owned()
    }
}

async fn data<S: AsyncBufReadExt + Unpin>(stream: &mut S) -> String {
    let mut text = String::new();
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await.unwrap_or(0) == 0 || line == ".\r\n" {
            return text;
        }
        text.push_str(line.strip_prefix('.').unwrap_or(&line));
    }
}
