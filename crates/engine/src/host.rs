//! The process that holds the library: what `click-lite-server engine --config FILE` runs.

use std::convert::Infallible;
use std::ffi::{CStr, CString, c_char, c_int};
use std::fs::File;
use std::io::{self, Read as _};
use std::os::fd::{AsRawFd as _, FromRawFd as _, OwnedFd};
use std::path::PathBuf;

use crate::error::EngineError;
use crate::library::find_library;

/// Opens ClickHouse's HTTP interface as the configuration says, then holds the session open until it is killed
/// from outside: a query of one row a block, each row a sleep, so it uses no CPU and can be cancelled.
/// `interactive_delay` keeps the client side of the session from looking for progress ten times a second.
const HOLD_OPEN: &str = "SYSTEM START LISTEN HTTP; SELECT sleepEachRow(3) FROM system.numbers FORMAT Null \
     SETTINGS function_sleep_max_microseconds_per_block = 0, max_block_size = 1, interactive_delay = 60000000";

/// Exit code when the parent is gone.
const PARENT_GONE: c_int = 3;

/// Arguments of the engine process.
#[derive(Clone, Debug)]
pub struct HostArgs {
    /// ClickHouse's server configuration, as the supervisor writes it.
    pub config: PathBuf,
    /// The library; searched for when none.
    pub library: Option<PathBuf>,
}

/// Why the engine process could not run.
#[derive(Debug, thiserror::Error)]
pub enum HostError {
    #[error(transparent)]
    Library(#[from] EngineError),
    #[error("can't load the engine library {}: {source}", path.display())]
    Load { path: PathBuf, source: libloading::Error },
    #[error("can't set up the engine process: {0}")]
    Process(#[from] io::Error),
    #[error("the engine ended: {0}")]
    Ended(String),
}

/// What `query_stable_v2` gives back (`local_result_v2` in chdb.h).
#[repr(C)]
struct LocalResult {
    buffer: *mut c_char,
    length: usize,
    vector: *mut std::ffi::c_void,
    elapsed_seconds: f64,
    rows_read: u64,
    bytes_read: u64,
    error_message: *mut c_char,
}

type QueryStable = unsafe extern "C" fn(c_int, *mut *mut c_char) -> *mut LocalResult;

/// Runs ClickHouse in this process until it is stopped. Ends the process when the parent goes away: when the
/// thread that started it ends (Linux) or when stdin closes. stdin must therefore be a pipe that the parent holds.
///
/// # Errors
/// When the library can't be found or loaded, or ClickHouse ends with an error. ClickHouse writes its own reason
/// to stderr.
pub fn run(args: HostArgs) -> Result<(), HostError> {
    end_with_parent()?;
    let library = find_library(args.library)?;
    let arguments = [
        "clickhouse".to_owned(),
        format!("--config-file={}", args.config.display()),
        "--log-level=information".to_owned(),
        format!("--query={HOLD_OPEN}"),
    ];
    let arguments: Vec<CString> =
        arguments.into_iter().map(CString::new).collect::<Result<_, _>>().map_err(io::Error::from)?;
    // SAFETY: loading runs the library's initialisers; the library is the pinned ClickHouse, or the one that the
    // user names. The signature is the one of chdb.h.
    let query_stable = unsafe {
        let load = |source| HostError::Load { path: library.clone(), source };
        let loaded = libloading::Library::new(&library).map_err(load)?;
        let symbol = *loaded.get::<QueryStable>(b"query_stable_v2\0").map_err(load)?;
        // Never unloaded: ClickHouse's threads may outlive the call.
        std::mem::forget(loaded);
        symbol
    };
    let count = c_int::try_from(arguments.len()).map_err(io::Error::other)?;
    let mut pointers: Vec<*mut c_char> =
        arguments.iter().map(|argument| argument.as_ptr().cast_mut()).collect();
    pointers.push(std::ptr::null_mut());
    // SAFETY: `pointers` holds `count` strings that end with a zero byte, and a null after them, all alive during the call.
    // The result is null or points to a LocalResult that nobody frees.
    let message = unsafe {
        let result = query_stable(count, pointers.as_mut_ptr());
        match result.as_ref() {
            Some(result) if !result.error_message.is_null() => {
                Some(CStr::from_ptr(result.error_message).to_string_lossy().into_owned())
            }
            _ => None,
        }
    };
    message.map_or(Ok(()), |message| Err(HostError::Ended(message)))
}

/// Arranges that this process ends when its parent does.
fn end_with_parent() -> io::Result<()> {
    #[cfg(target_os = "linux")]
    // SAFETY: plain system calls with constant arguments.
    unsafe {
        if libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL) != 0 {
            return Err(io::Error::last_os_error());
        }
    }
    // When memory runs out, the engine is the one to end: it comes back in a second and loses nothing.
    #[cfg(target_os = "linux")]
    let _ = std::fs::write("/proc/self/oom_score_adj", "300");

    // ClickHouse's local session takes stdin for data, so it gets an empty one, and the pipe moves elsewhere.
    let nothing = File::open("/dev/null")?;
    // SAFETY: descriptor 0 is open in a process that was started with a stdin; the copy is owned here alone.
    let stdin = unsafe {
        let copy = libc::fcntl(0, libc::F_DUPFD_CLOEXEC, 3);
        if copy < 0 || libc::dup2(nothing.as_raw_fd(), 0) < 0 {
            return Err(io::Error::last_os_error());
        }
        OwnedFd::from_raw_fd(copy)
    };
    std::thread::Builder::new()
        .name("parent-watch".to_owned())
        .spawn(move || end_at_close(File::from(stdin)))?;
    Ok(())
}

fn end_at_close(mut stdin: File) -> Infallible {
    let mut ignored = [0; 64];
    loop {
        match stdin.read(&mut ignored) {
            Ok(0) => break,
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => break,
        }
    }
    // SAFETY: ends the process without running exit handlers, which other threads may be using. Tables survive it.
    unsafe { libc::_exit(PARENT_GONE) }
}
