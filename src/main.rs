//! The command line (being built).

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    match std::env::args().nth(1).as_deref() {
        Some("demo-agent") => skep::agent::demo::serve_stdio().await,
        Some("demo") => {
            let has = |flag: &str| std::env::args().any(|arg| arg == flag);
            let path = std::env::var("PATH").unwrap_or_default();
            let options = skep::cli::demo::Options { keep: has("--keep"), json: has("--json"), port: 0, path };
            skep::cli::demo::run(options).await?;
        }
        _ => {}
    }
    Ok(())
}
