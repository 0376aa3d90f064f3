//! The command line (being built): only the demo agent answers so far.

#[tokio::main]
async fn main() {
    if std::env::args().nth(1).as_deref() == Some("demo-agent") {
        skep::agent::demo::serve_stdio().await;
    }
}
