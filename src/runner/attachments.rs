//! Lays what people attached beside a working copy, before its agent comes: fetched without credential, typed by content, bounded. What
//! cannot be had is said, and stops nothing.

use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::agent::Picture;
use crate::core::attachment::{self, ALL_BYTES, Attached, Became, Media};
use crate::core::failure::Failure;
use crate::core::location::Place;
use crate::core::text;
use crate::github::{GitHub, NotFetched};

/// Fetches what stands at these addresses into a folder that holds nothing else afterwards.
pub(super) async fn lay(
    github: &GitHub,
    place: &Place,
    folder: &Path,
    addresses: &[String],
) -> Result<Vec<Attached>, Failure> {
    match tokio::fs::remove_dir_all(folder).await {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(trouble(error)),
        _ => {}
    }
    if addresses.is_empty() {
        return Ok(Vec::new());
    }
    tokio::fs::create_dir_all(folder).await.map_err(trouble)?;
    let (mut files, mut left) = (Vec::new(), ALL_BYTES);
    for (number, address) in addresses.iter().enumerate() {
        let became = match fetch(github, place, address, left).await {
            Ok((media, bytes)) => {
                left -= bytes.len();
                let name = attachment::file_name(number + 1, address, media);
                write(folder.join(name), media, &bytes).await
            }
            Err(why) => Became::Missing { why },
        };
        if let Became::Missing { why } = &became {
            tracing::info!(repository = %place.name, issue = %place.issue, why, "an attachment was not fetched");
        }
        files.push(Attached {
            address: address.clone(),
            became,
        });
    }
    Ok(files)
}

async fn fetch(
    github: &GitHub,
    place: &Place,
    address: &str,
    left: usize,
) -> Result<(Media, Vec<u8>), String> {
    let not_githubs = || text::attachment::NOT_GITHUBS.to_owned();
    let address = address.parse().map_err(|_| not_githubs())?;
    let fetched = github.attachment(&address, &place.name).await;
    let bytes = fetched.map_err(|why| match why {
        NotFetched::NotGitHubs => not_githubs(),
        NotFetched::LedAway(host) => text::attachment::led_away(&host),
        NotFetched::Status(status) => text::attachment::refused(status),
        NotFetched::TooLarge => text::attachment::TOO_LARGE.to_owned(),
        NotFetched::Lost => text::attachment::NO_ANSWER.to_owned(),
    })?;
    if bytes.len() > left {
        return Err(text::attachment::ALL_TOO_LARGE.to_owned());
    }
    let media = Media::of(&bytes).ok_or_else(|| text::attachment::NOT_TAKEN.to_owned())?;
    Ok((media, bytes))
}

async fn write(path: PathBuf, media: Media, bytes: &[u8]) -> Became {
    match tokio::fs::write(&path, bytes).await {
        Ok(()) => Became::Laid {
            path: path.display().to_string(),
            media,
            bytes: bytes.len() as u64,
        },
        Err(error) => {
            tracing::warn!(%error, "an attachment could not be written");
            let why = text::attachment::NOT_WRITTEN.to_owned();
            Became::Missing { why }
        }
    }
}

fn trouble(error: std::io::Error) -> Failure {
    Failure::retry(format!("the folder of attachments cannot be made: {error}"))
}

/// The pictures among them, for an agent that takes pictures. One that is not there any more is left out: it is named in the prompt.
pub(super) async fn pictures(shown: &[(String, Media)]) -> Vec<Picture> {
    let mut pictures = Vec::new();
    for (path, media) in shown {
        if let Ok(bytes) = tokio::fs::read(path).await {
            pictures.push(Picture {
                media: media.name(),
                data: STANDARD.encode(bytes),
            });
        }
    }
    pictures
}
