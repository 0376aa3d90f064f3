//! A GitHub behind a private certificate authority and a proxy: API, git and agent reach it by the same settings.

use std::path::Path;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};

use super::running::Served;
use super::setup::Setup;
use crate::required::installed;
use crate::tls_end::{certificates, tls_end};

/// A host that exists for the proxy only.
const HOST: &str = "ghes.invalid";

/// What a proxy was asked: the request line and its credential.
type Asked = Arc<Mutex<Vec<(String, String)>>>;

/// A proxy that takes CONNECT only and brings everybody to `port`; one that is locked sends whoever names no password back, as
/// proxies do (RFC 9110, 407), and writes down who came in.
async fn proxy(port: u16, locked: bool) -> (u16, Asked) {
    let (asked, listener) = (
        Asked::default(),
        TcpListener::bind("127.0.0.1:0").await.expect("a port"),
    );
    let own = listener.local_addr().expect("an address").port();
    let kept = asked.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(connect(stream, (port, locked), kept.clone()));
        }
    });
    (own, asked)
}

async fn connect(stream: TcpStream, (port, locked): (u16, bool), asked: Asked) {
    let mut stream = BufReader::new(stream);
    let (mut line, mut credential) = (String::new(), String::new());
    if stream.read_line(&mut line).await.is_err() {
        return;
    }
    loop {
        let mut header = String::new();
        if stream.read_line(&mut header).await.unwrap_or(0) <= 2 {
            break;
        }
        if let Some(value) = header
            .to_ascii_lowercase()
            .strip_prefix("proxy-authorization: ")
        {
            credential = header[header.len() - value.len()..].trim().to_owned();
        }
    }
    if locked && credential.is_empty() {
        let refusal =
            b"HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"here\"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
        let _ = stream.get_mut().write_all(refusal).await;
        return;
    }
    asked
        .lock()
        .expect("no panic")
        .push((line.trim().to_owned(), credential));
    if !line.starts_with("CONNECT ") {
        return;
    }
    let Ok(mut behind) = TcpStream::connect(("127.0.0.1", port)).await else {
        return;
    };
    if stream
        .get_mut()
        .write_all(b"HTTP/1.1 200 OK\r\n\r\n")
        .await
        .is_ok()
    {
        let _ = copy_bidirectional(&mut stream, &mut behind).await;
    }
}

/// The agent tells what it was given, and looks whether it can read the certificates.
const SCRIPT: &str = "run echo \"$HTTPS_PROXY $NO_PROXY\" > told\nrun grep -c BEGIN \"$SSL_CERT_FILE\" > trusted\nsay Done.";

/// The settings of a skep, by the folder with the certificates and the ports of GitHub and of the proxy.
type Settings<'a> = dyn Fn(&Path, u16, u16) -> Vec<(&'static str, String)> + 'a;

async fn story(locked: bool, more: &Settings<'_>) -> Option<(Setup, Vec<(String, String)>)> {
    if !installed(&["openssl"], "a GitHub behind a private authority") {
        return None;
    }
    let setup = Setup::new().await;
    setup.hurry();
    certificates(setup.folder.path(), HOST);
    let behind = setup
        .github
        .api_url()
        .trim_start_matches("http://")
        .trim_end_matches('/')
        .to_owned();
    let end = tls_end(setup.folder.path(), behind).await;
    let (proxy, asked) = proxy(end, locked).await;
    let more = more(setup.folder.path(), end, proxy);
    let more: Vec<(&str, &str)> = more
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    let served = Served::start_with(&setup, &more);
    let issue = setup.go(SCRIPT);
    served.settled(issue, "in-review").await;
    served.stop().await;
    let asked = asked.lock().expect("no panic").clone();
    Some((setup, asked))
}

async fn told(setup: &Setup, name: &str) -> String {
    let pulls = setup.github.pulls(setup.repository).expect("pull requests");
    let file = setup
        .github
        .file(setup.repository, &pulls[0].head, name)
        .await;
    file.expect("a look").unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_private_authority_and_a_proxy_with_a_password_reach_api_git_and_agent() {
    let told_by = |folder: &Path, end: u16, proxy: u16| {
        let url = format!("https://{HOST}:{end}");
        vec![
            ("SKEP_GITHUB_URL", url.clone()),
            ("SKEP_GITHUB_API_URL", format!("{url}/api/v3")),
            ("SKEP_CA_FILE", folder.join("ca.crt").display().to_string()),
            (
                "https_proxy",
                format!("http://ana:hunter2-hunter2@127.0.0.1:{proxy}"),
            ),
        ]
    };
    let Some((setup, asked)) = story(true, &told_by).await else {
        return;
    };
    // ana:hunter2-hunter2
    assert!(
        asked
            .iter()
            .all(|(line, by)| line.starts_with(&format!("CONNECT {HOST}:"))
                && by == "Basic YW5hOmh1bnRlcjItaHVudGVyMg=="),
        "{asked:?}"
    );
    assert!(asked.len() > 3, "API and git: {asked:?}");
    let given = told(&setup, "told").await;
    assert_eq!(
        given, "http://127.0.0.1:61128 localhost,127.0.0.1,::1\n",
        "its own way out; of the operator's proxy it does not hear"
    );
    let said = setup.github.pulls(setup.repository).expect("pull requests")[0]
        .issue
        .body
        .clone();
    assert!(
        said.contains("Done.") && !said.contains("hunter2-hunter2"),
        "the agent told the password: {said}"
    );
    let trusted: usize = told(&setup, "trusted")
        .await
        .trim()
        .parse()
        .expect("a number");
    assert!(trusted >= 1, "the agent cannot read the certificates");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_excepted_goes_directly_and_the_environments_authority_counts_for_git_too() {
    let told_by = |folder: &Path, end: u16, proxy: u16| {
        let url = format!("https://127.0.0.1:{end}");
        vec![
            ("SKEP_GITHUB_URL", url.clone()),
            ("SKEP_GITHUB_API_URL", format!("{url}/api/v3")),
            ("SSL_CERT_FILE", folder.join("ca.crt").display().to_string()),
            ("HTTPS_PROXY", format!("http://127.0.0.1:{proxy}")),
            ("NO_PROXY", "127.0.0.0/8".to_owned()),
        ]
    };
    let Some((_setup, asked)) = story(false, &told_by).await else {
        return;
    };
    assert_eq!(asked, []);
}
