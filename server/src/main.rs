//! Ingest and query server of Click-Lite: arguments, configuration, run.

mod access;
mod app;
mod changes;
mod cli;
mod config;
mod deliver;
mod export_jobs;
mod http;
mod ingest;
mod logging;
mod manage;
mod pipeline;
mod read;
mod saved;
mod serve;
mod sources;
mod storage;
mod tail;
mod tls;

use std::process::ExitCode;

use clap::Parser;
use cli::{Command, CommandLine};

fn main() -> ExitCode {
    // Usage errors end the program in here, with code 2.
    let command_line = CommandLine::parse();
    match run(command_line.command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("click-lite-server: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> anyhow::Result<()> {
    match command {
        // The engine's host loads ClickHouse, which brings its own threads: no runtime around it.
        Command::Engine(args) => serve::engine_host(&args),
        Command::Config(command) => cli::run_config(&command),
        Command::Openapi => cli::run_openapi(),
        Command::Link(args) => runtime()?.block_on(cli::run_link(args)),
        Command::Serve(args) => runtime()?.block_on(serve::run(args)),
        Command::Migrate(args) => runtime()?.block_on(serve::migrate(args)),
        Command::Import(args) => runtime()?.block_on(cli::run_import(args)),
        Command::Tail(args) => runtime()?.block_on(cli::run_tail(args)),
        Command::Saved(command) => runtime()?.block_on(cli::run_saved(command)),
        Command::Query(args) => runtime()?.block_on(cli::run_query(args)),
    }
}

fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_multi_thread().enable_all().build()?)
}
