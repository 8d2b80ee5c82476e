//! The command line: what each subcommand takes, and the ones that talk to a running server.

mod config_command;
mod export;
mod import;
mod query;
mod saved;
mod sql;
mod tail;

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{ArgGroup, Args, Parser, Subcommand, ValueEnum};
use click_lite_client::{ApiClient, default_data_dir, find_token};

pub use config_command::run as run_config;
pub use import::run as run_import;
pub use query::run as run_query;
pub use saved::run as run_saved;
pub use tail::run as run_tail;

/// Ingest and query server of Click-Lite.
#[derive(Debug, Parser)]
#[command(name = "click-lite-server", version, about, propagate_version = true)]
pub struct CommandLine {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Receive, store and answer until stopped
    Serve(ServeArgs),
    /// Send log files to a running server; the format is detected
    Import(ImportArgs),
    /// Search from the terminal
    Query(QueryArgs),
    /// Print rows as they come in
    Tail(TailArgs),
    /// Look at saved queries, and move them as a file
    #[command(subcommand)]
    Saved(SavedCommand),
    /// Print a link that signs a browser in, once
    Link(ServerArgs),
    /// Bring the tables of ClickHouse up to date and end
    Migrate(MigrateArgs),
    /// Look at the configuration
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Print the description of the API (OpenAPI)
    Openapi,
    /// Run the embedded ClickHouse (started by `serve`)
    #[command(hide = true)]
    Engine(EngineArgs),
}

#[derive(Debug, Clone, Default, Args)]
pub struct ServeArgs {
    /// Configuration file (TOML)
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Folder of the engine, the spool and the catalog
    #[arg(long, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// Address and port of the API and the web interface; port 0 takes any free one
    #[arg(long, value_name = "ADDR:PORT")]
    pub listen: Option<SocketAddr>,
    /// HTTP URL of a ClickHouse server to use in place of the embedded engine
    #[arg(long, value_name = "URL")]
    pub clickhouse: Option<String>,
    /// Write the addresses here once everything is open
    #[arg(long, value_name = "FILE")]
    pub ready_file: Option<PathBuf>,
    /// End when standard input ends (for a program that starts the server)
    #[arg(long)]
    pub stop_with_stdin: bool,
}

#[derive(Debug, Clone, Args)]
pub struct MigrateArgs {
    /// Configuration file (TOML)
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// HTTP URL of the ClickHouse server
    #[arg(long, value_name = "URL")]
    pub clickhouse: Option<String>,
}

#[derive(Debug, Clone, Args)]
pub struct EngineArgs {
    /// The engine's configuration file
    #[arg(long, value_name = "FILE")]
    pub config: PathBuf,
    /// The engine's library
    #[arg(long, value_name = "FILE")]
    pub library: Option<PathBuf>,
}

/// How a command finds its server.
#[derive(Debug, Clone, Args)]
pub struct ServerArgs {
    /// The server
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:7410", env = "CLICK_LITE_URL")]
    pub server: String,
    /// File that holds the token
    #[arg(long, value_name = "FILE")]
    pub token_file: Option<PathBuf>,
    /// Data folder of a server on this machine, whose token is used
    #[arg(long, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
}

/// `click-lite-server link`.
pub async fn run_link(args: ServerArgs) -> anyhow::Result<()> {
    let link: serde_json::Value =
        args.client()?.json(reqwest::Method::POST, "/api/v1/session/links", None).await?;
    print_line(link["url"].as_str().unwrap_or_default())
}

/// `click-lite-server openapi`.
pub fn run_openapi() -> anyhow::Result<()> {
    print_line(crate::http::openapi::document()?.trim_end())
}

fn print_line(line: &str) -> anyhow::Result<()> {
    use std::io::Write;
    Ok(writeln!(std::io::stdout(), "{line}")?)
}

impl ServerArgs {
    fn client(&self) -> anyhow::Result<ApiClient> {
        let data_dir = self.data_dir.clone().unwrap_or_else(default_data_dir);
        let token = find_token(self.token_file.as_deref(), &data_dir)?;
        Ok(ApiClient::new(&self.server, Some(token))?)
    }
}

#[derive(Debug, Clone, Args)]
pub struct ImportArgs {
    #[command(flatten)]
    pub server: ServerArgs,
    /// Service of records that name none
    #[arg(long, value_name = "NAME")]
    pub service: Option<String>,
    /// Format in place of the detected one
    #[arg(long, value_name = "NAME")]
    pub format: Option<String>,
    /// Import files again that were imported before
    #[arg(long)]
    pub again: bool,
    /// Print the reports as JSON
    #[arg(long)]
    pub json: bool,
    /// Return when the records are safe, without waiting until they can be searched
    #[arg(long)]
    pub no_wait: bool,
    /// Log files, also gzip, zstd or bzip2; `-` is standard input
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
}

#[derive(Debug, Clone, Args)]
#[command(group = ArgGroup::new("parametrised").args(["sql", "saved"]))]
pub struct QueryArgs {
    #[command(flatten)]
    pub server: ServerArgs,
    /// How rows are printed
    #[arg(long, value_enum, default_value_t = OutputFormat::Table)]
    pub format: OutputFormat,
    /// Start of the time range: RFC 3339, or relative such as now-15m
    #[arg(long, value_name = "TIME")]
    pub from: Option<String>,
    /// End of the time range, exclusive
    #[arg(long, value_name = "TIME")]
    pub to: Option<String>,
    /// Write all rows to a file in place of showing some: .xlsx, .csv, .ndjson or .parquet, by its name
    #[arg(long, value_name = "FILE", conflicts_with_all = ["format", "show_sql", "saved"])]
    pub out: Option<PathBuf>,
    /// Most rows; 100 unless said, all with --out
    #[arg(long, value_name = "N")]
    pub limit: Option<u64>,
    /// Columns, separated by commas
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub columns: Vec<String>,
    /// Show the SQL in place of the rows
    #[arg(long, conflicts_with = "sql")]
    pub show_sql: bool,
    /// Run the saved query of this name in place of TEXT
    #[arg(long, value_name = "NAME", conflicts_with = "text")]
    pub saved: Option<String>,
    /// Run a ClickHouse statement that reads, in place of a search
    #[arg(long, value_name = "SQL", conflicts_with_all = ["text", "columns"])]
    pub sql: Option<String>,
    /// Value of a parameter of the statement ({name:Type}) or the saved query; more than once for more
    #[arg(long = "param", value_name = "NAME=VALUE", requires = "parametrised")]
    pub params: Vec<String>,
    /// Run it although its estimate is over the budget
    #[arg(long)]
    pub confirm: bool,
    /// Source to read: a table of another ClickHouse server; a connection will do for SQL
    #[arg(long, value_name = "NAME")]
    pub source: Option<String>,
    /// The search, such as `level:error service:api timeout`
    #[arg(value_name = "TEXT", default_value = "*")]
    pub text: String,
}

impl QueryArgs {
    /// Most rows that are shown.
    pub fn rows(&self) -> u64 {
        self.limit.unwrap_or(100)
    }
}

#[derive(Debug, Clone, Args)]
pub struct TailArgs {
    #[command(flatten)]
    pub server: ServerArgs,
    /// How rows are printed
    #[arg(long, value_enum, default_value_t = TailFormat::Text)]
    pub format: TailFormat,
    /// Latest rows to start with
    #[arg(long, value_name = "N", default_value_t = 10)]
    pub last: u32,
    /// Most rows a second; those above are left out and counted
    #[arg(long, value_name = "ROWS")]
    pub rate_limit: Option<u32>,
    /// Print one of so many rows
    #[arg(long, value_name = "N")]
    pub sample: Option<u32>,
    /// Source to follow: a table of another ClickHouse server, asked for what is new each second
    #[arg(long, value_name = "NAME")]
    pub source: Option<String>,
    /// The filter, such as `level:error service:api`
    #[arg(value_name = "TEXT", default_value = "*")]
    pub text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TailFormat {
    /// Time, level, service and message
    Text,
    Ndjson,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum OutputFormat {
    Table,
    Ndjson,
    Csv,
}

#[derive(Debug, Clone, Subcommand)]
pub enum SavedCommand {
    /// List saved queries
    List {
        #[command(flatten)]
        server: ServerArgs,
        /// Only those with these words
        #[arg(value_name = "WORDS", default_value = "")]
        search: String,
    },
    /// Print a saved query and its parameters
    Show {
        #[command(flatten)]
        server: ServerArgs,
        /// Name or id
        name: String,
    },
    /// Write all saved queries to a file, or to standard output
    Export {
        #[command(flatten)]
        server: ServerArgs,
        #[arg(value_name = "FILE", default_value = "-")]
        file: PathBuf,
    },
    /// Take saved queries from a file, and say what was new, changed or the same
    Import {
        #[command(flatten)]
        server: ServerArgs,
        /// Only say what would be done
        #[arg(long)]
        dry_run: bool,
        /// Leave saved queries as they are where the file has them otherwise
        #[arg(long)]
        keep: bool,
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
}

#[derive(Debug, Clone, Subcommand)]
pub enum ConfigCommand {
    /// Say whether the configuration can be used
    Check(ConfigArgs),
    /// Print what is in force, without secrets
    Print(ConfigArgs),
    /// Print every option, its default and what it does, as Markdown
    Schema,
}

#[derive(Debug, Clone, Args)]
pub struct ConfigArgs {
    /// Configuration file (TOML)
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
}
