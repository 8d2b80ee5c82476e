//! `cargo xtask`: set-up, build, run, test, check and package, one module each.

mod bench;
mod build;
mod check;
mod crash;
mod deny;
mod display;
mod generate;
mod package;
mod paths;
mod run;
mod screenshots;
mod serve;
mod setup;
mod shell;
mod steps;
mod test;
mod tidy;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::paths::Paths;
use crate::shell::say;

/// Sets up, builds, runs, tests, checks and packages Click-Lite.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Install what is missing, build everything and open the desktop
    Run(run::RunArgs),
    /// Run every test: Rust, interface, browser, desktop
    Test(test::TestArgs),
    /// Build and start the server with the web interface
    Serve(serve::ServeArgs),
    /// Run the benchmarks, all or one
    Bench(bench::BenchArgs),
    /// Kill agent, server and engine while they work, and count what is lost and doubled
    Crash(crash::CrashArgs),
    /// Formatting, lints, tidy, generated files, licences
    Check,
    /// Write the generated files anew
    Generate,
    /// Check the rules of docs/ARCHITECTURE.md that no other tool knows
    Tidy,
    /// Build the packages (deb, rpm) of the desktop with the server and the engine inside
    Package,
    /// Install what is missing: system packages, engine library, npm packages, tools
    Setup,
    /// Take the screenshots of the README and the pictures of the browser tests anew
    Screenshots,
}

fn main() -> ExitCode {
    match run(&Arguments::parse().command) {
        Ok(code) => code,
        Err(error) => {
            say(&format!("error: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn run(command: &Command) -> anyhow::Result<ExitCode> {
    let paths = Paths::find()?;
    match command {
        Command::Run(arguments) => run::run(&paths, arguments),
        Command::Test(arguments) => test::run(&paths, arguments),
        Command::Serve(arguments) => serve::run(&paths, arguments),
        Command::Bench(arguments) => bench::run(&paths, arguments),
        Command::Crash(arguments) => crash::run(&paths, arguments),
        Command::Check => check::run(&paths),
        Command::Generate => generate::write(&paths).map(|()| ExitCode::SUCCESS),
        Command::Tidy => tidy::run(&paths),
        Command::Package => package::run(&paths),
        Command::Setup => setup::run(&paths, setup::Scope::Tests).map(|()| ExitCode::SUCCESS),
        Command::Screenshots => screenshots::run(&paths),
    }
}
