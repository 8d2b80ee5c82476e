//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::config::StartAt;
use crate::state::WhenFull;

/// Ships logs of this machine to a Click-Lite server, each record once.
#[derive(Debug, Parser)]
#[command(name = "click-lite-agent", version, about, propagate_version = true)]
pub struct CommandLine {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Read everything that a configuration file names, until stopped
    Run(RunArgs),
    /// Follow files until stopped
    Tail(TailArgs),
    /// Send the lines of standard input
    Pipe(PipeArgs),
    /// Run a program and send what it writes; its output, signals and exit code pass through
    Exec(ExecArgs),
    /// Say how far files are read and what waits for the server
    Status(StatusArgs),
    /// Look at the configuration
    #[command(subcommand)]
    Config(ConfigCommand),
}

#[derive(Debug, Args)]
pub struct RunArgs {
    /// Configuration file (TOML)
    #[arg(long, value_name = "FILE")]
    pub config: PathBuf,
    /// Folder of positions and waiting batches, in place of the configured one
    #[arg(long, value_name = "DIR")]
    pub state_dir: Option<PathBuf>,
}

/// Where records go, and what waits on the way.
#[derive(Debug, Clone, Default, Args)]
pub struct DeliveryArgs {
    /// The server
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:7410", env = "CLICK_LITE_URL")]
    pub server: String,
    /// Key or token (better: --token-file, or CLICK_LITE_TOKEN)
    #[arg(long, value_name = "KEY")]
    pub key: Option<String>,
    /// File that holds the key or token
    #[arg(long, value_name = "FILE")]
    pub token_file: Option<PathBuf>,
    /// Certificates (PEM) to trust in place of the public ones
    #[arg(long, value_name = "FILE")]
    pub ca_file: Option<PathBuf>,
    /// Folder of positions and waiting batches
    #[arg(long, value_name = "DIR")]
    pub state_dir: Option<PathBuf>,
    /// Bytes of waiting batches at which the spool is full
    #[arg(long, value_name = "BYTES")]
    pub spool_max_bytes: Option<u64>,
    /// What happens when the spool is full
    #[arg(long, value_enum, value_name = "WHAT")]
    pub when_full: Option<WhenFull>,
    /// Most bytes a second that are sent
    #[arg(long, value_name = "BYTES")]
    pub max_bytes_per_second: Option<u64>,
    /// What the agent says about itself on standard error: error, warn, info, debug or trace
    #[arg(long, value_name = "LEVEL")]
    pub log_level: Option<String>,
}

/// How lines are read.
#[derive(Debug, Clone, Default, Args)]
pub struct ReadingArgs {
    /// Service of records that name none
    #[arg(long, value_name = "NAME")]
    pub service: Option<String>,
    /// Name of a format in place of the detected one
    #[arg(long, value_name = "NAME", default_value = "auto")]
    pub format: String,
    /// Attribute of every record
    #[arg(long = "attribute", value_name = "NAME=VALUE", value_parser = attribute)]
    pub attributes: Vec<(String, String)>,
    /// Regular expression of the first line of a record of several lines
    #[arg(long, value_name = "REGEX")]
    pub multiline_start: Option<String>,
    /// Zone of times that name none: local, UTC or such as +02:00
    #[arg(long, value_name = "ZONE", default_value = "local")]
    pub zone: String,
}

#[derive(Debug, Args)]
pub struct TailArgs {
    #[command(flatten)]
    pub delivery: DeliveryArgs,
    #[command(flatten)]
    pub reading: ReadingArgs,
    /// Where files are read from that were never read before
    #[arg(long, value_enum, value_name = "WHERE", default_value = "beginning")]
    pub start_at: StartAt,
    /// Files and patterns (quote them, so that files are found that appear later)
    #[arg(required = true, value_name = "GLOB")]
    pub globs: Vec<String>,
}

#[derive(Debug, Args)]
pub struct PipeArgs {
    #[command(flatten)]
    pub delivery: DeliveryArgs,
    #[command(flatten)]
    pub reading: ReadingArgs,
    /// Write what is read to standard output too, at once
    #[arg(long)]
    pub tee: bool,
}

#[derive(Debug, Args)]
pub struct ExecArgs {
    #[command(flatten)]
    pub delivery: DeliveryArgs,
    #[command(flatten)]
    pub reading: ReadingArgs,
    /// The program and its arguments
    #[arg(required = true, last = true, value_name = "CMD")]
    pub command: Vec<std::ffi::OsString>,
}

#[derive(Debug, Args)]
pub struct StatusArgs {
    /// Folder of the state
    #[arg(long, value_name = "DIR", conflicts_with = "config")]
    pub state_dir: Option<PathBuf>,
    /// Configuration file that names the folder
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Say whether a configuration file can be used
    Check {
        /// Configuration file (TOML)
        #[arg(long, value_name = "FILE")]
        config: PathBuf,
    },
    /// Print every option, its default and what it does, as Markdown
    Schema,
}

fn attribute(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("is not NAME=VALUE")?;
    if name.is_empty() {
        return Err("has no name".into());
    }
    Ok((name.to_owned(), value.to_owned()))
}
