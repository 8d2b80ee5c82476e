//! The agent of Click-Lite: what programs of a machine log, shipped to a server, each record once.
//!
//! `reading` makes records of a source's lines, `batch` puts them together, `state` keeps batches and positions in one
//! transaction, `send` brings batches to the server. The sources are `files`, `journald` and `stream` (standard input, a
//! program's output).

mod agent;
mod batch;
mod cli;
mod commands;
mod config;
mod docker;
mod files;
mod host;
mod journald;
mod reading;
mod send;
mod signals;
mod state;
mod stop;
mod stream;

use std::process::ExitCode;

use clap::Parser as _;
use cli::{Command, CommandLine};

fn main() -> ExitCode {
    // Usage errors end the program in here, with code 2.
    let command_line = CommandLine::parse();
    let result = match command_line.command {
        Command::Run(args) => commands::run(&args),
        Command::Tail(args) => commands::tail(&args),
        Command::Pipe(args) => commands::pipe(&args),
        Command::Exec(args) => commands::exec(&args),
        Command::Status(args) => commands::status(&args),
        Command::Config(command) => commands::config(&command),
    };
    result.unwrap_or_else(|error| {
        eprintln!("click-lite-agent: {error:#}");
        ExitCode::FAILURE
    })
}
