//! A TLS end with a certificate of an authority that nobody knows.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

fn openssl(folder: &Path, line: &str) {
    let output = Command::new("openssl")
        .args(line.split(' '))
        .current_dir(folder)
        .output()
        .expect("openssl");
    assert!(
        output.status.success(),
        "{line}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
}

/// An authority nobody knows (`ca.crt`), and a certificate of it for that host and 127.0.0.1.
pub(crate) fn certificates(folder: &Path, host: &str) {
    let key = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes";
    std::fs::write(
        folder.join("ext"),
        format!("subjectAltName=DNS:{host},IP:127.0.0.1\nbasicConstraints=CA:FALSE\n"),
    )
    .expect("written");
    openssl(
        folder,
        &format!("req -x509 {key} -keyout ca.key -out ca.crt -days 2 -subj /CN=private-authority"),
    );
    openssl(
        folder,
        &format!("req -new {key} -keyout end.key -out end.csr -subj /CN={host}"),
    );
    openssl(
        folder,
        "x509 -req -in end.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 2 -extfile ext -out end.crt",
    );
}

/// Shows the certificate in that folder.
pub(crate) fn acceptor(folder: &Path) -> TlsAcceptor {
    let chain: Vec<_> = CertificateDer::pem_file_iter(folder.join("end.crt"))
        .expect("read")
        .map(|c| c.expect("one"))
        .collect();
    let key = PrivateKeyDer::from_pem_file(folder.join("end.key")).expect("a key");
    let provider = Arc::new(tokio_rustls::rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions");
    let config = config
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .expect("a certificate");
    TlsAcceptor::from(Arc::new(config))
}

/// Takes TLS off and passes on to `to`; answers with its port.
pub(crate) async fn tls_end(folder: &Path, to: String) -> u16 {
    let acceptor = acceptor(folder);
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (acceptor, to) = (acceptor.clone(), to.clone());
            tokio::spawn(async move {
                let Ok(mut plain) = acceptor.accept(stream).await else {
                    return;
                };
                let Ok(mut behind) = TcpStream::connect(to).await else {
                    return;
                };
                // Either side may leave first.
                let _ = copy_bidirectional(&mut plain, &mut behind).await;
            });
        }
    });
    port
}
