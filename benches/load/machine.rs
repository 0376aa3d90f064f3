//! What no webhook receiver on this machine can beat: one core's SHA-256 and the disk's fdatasync.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::forge::BODY;

const TIME: Duration = Duration::from_secs(2);

pub(crate) fn measure(folder: &Path) -> anyhow::Result<()> {
    let key = Hmac::<Sha256>::new_from_slice(b"a secret")?;
    let body = vec![b'x'; BODY];
    let hashed = per_second(|| {
        std::hint::black_box(
            key.clone()
                .chain_update(std::hint::black_box(&body))
                .finalize(),
        );
        Ok(())
    })?;
    println!(
        "HMAC-SHA256  {hashed:.0} bodies/s on one core ({:.0} MB/s)",
        hashed * BODY as f64 / 1e6
    );
    let small = appends(folder, 4096)?;
    println!("fdatasync    {small:.0}/s of 4 KiB appends");
    let large = appends(folder, 64 * BODY)?;
    println!(
        "fdatasync    {large:.0}/s of appends of 64 bodies ({:.0} MB/s)",
        large * 64.0 * BODY as f64 / 1e6
    );
    Ok(())
}

/// How often a second one can append so many bytes and wait until they are on the disk.
fn appends(folder: &Path, bytes: usize) -> anyhow::Result<f64> {
    let path = folder.join(format!("skep-load-{}", std::process::id()));
    let mut file = File::options().create_new(true).append(true).open(&path)?;
    let block = vec![b'x'; bytes];
    let rate = per_second(|| {
        file.write_all(&block)?;
        Ok(file.sync_data()?)
    });
    std::fs::remove_file(&path)?;
    rate
}

fn per_second(mut work: impl FnMut() -> anyhow::Result<()>) -> anyhow::Result<f64> {
    let began = Instant::now();
    let mut count = 0_u32;
    while began.elapsed() < TIME {
        work()?;
        count += 1;
    }
    Ok(f64::from(count) / began.elapsed().as_secs_f64())
}
