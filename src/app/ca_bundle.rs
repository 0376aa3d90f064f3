//! One file with every certificate authority that is trusted here, for API, git and agents alike.
//!
//! Git and most agents take a file *instead of* the system's certificates, so a private authority alone would lock them out
//! of everything else: the file holds both. It is made only where the operator names something besides the system's.

use std::path::{Path, PathBuf};

use anyhow::Context;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::config::Certificates;

/// Writes the file into `folder` and answers with its path; `None` where the system's own certificates are all.
pub(super) fn write(certificates: &Certificates, folder: &Path) -> anyhow::Result<Option<PathBuf>> {
    if !certificates.are_special() {
        return Ok(None);
    }
    // The crate reads SSL_CERT_FILE and SSL_CERT_DIR by itself, as OpenSSL does.
    let found = rustls_native_certs::load_native_certs();
    for error in &found.errors {
        tracing::warn!(%error, "certificates of this system cannot be read");
    }
    let mut text: String = found
        .certs
        .iter()
        .map(|certificate| pem(certificate))
        .collect();
    if let Some(file) = &certificates.ca_file {
        text.push_str(
            &std::fs::read_to_string(file).with_context(|| format!("read {}", file.display()))?,
        );
    }
    let path = folder.join("ca-bundle.pem");
    std::fs::write(&path, text).with_context(|| format!("write {}", path.display()))?;
    Ok(Some(path))
}

fn pem(certificate: &[u8]) -> String {
    let code = STANDARD.encode(certificate);
    let lines: Vec<&str> = code
        .as_bytes()
        .chunks(64)
        .map(|line| std::str::from_utf8(line).unwrap_or_default())
        .collect();
    format!(
        "-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n",
        lines.join("\n")
    )
}
