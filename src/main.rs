//! `yanzhao` on the command line.

use std::process::ExitCode;

use clap::Parser;
use tracing_subscriber::EnvFilter;

#[tokio::main]
async fn main() -> ExitCode {
    let filter = EnvFilter::try_from_env("YANZHAO_LOG").unwrap_or_else(|_| EnvFilter::new("warn,yanzhao=info"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    yanzhao::run::run(yanzhao::cli::Cli::parse()).await
}
