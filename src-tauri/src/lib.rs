//! The desktop's shell: a window, a menu, and the server as a process beside it.
//!
//! The window only ever talks IPC: [`commands`] forwards its calls to the server with the local token, which the page never
//! sees. [`sidecar`] keeps the server running and says how it is.

mod commands;
mod error;
mod files;
mod links;
mod logging;
mod menu;
mod sidecar;
mod tail;
mod window;

use std::process::ExitCode;
use std::sync::Arc;

use tauri::{Manager, RunEvent};
use tauri_plugin_window_state::StateFlags;

use files::OpenedFiles;
use links::OpenedLinks;
use sidecar::Sidecar;

/// What is kept of the window. It is shown by us, once there is something to see.
const KEPT_STATE: StateFlags =
    StateFlags::SIZE.union(StateFlags::POSITION).union(StateFlags::MAXIMIZED).union(StateFlags::FULLSCREEN);

/// Runs the desktop until its window is closed.
pub fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.iter().any(|argument| argument == "--help" || argument == "-h") {
        print(
            "Click-Lite: log analytics on your machine\n\nUsage: click-lite [FILE]...\n       click-lite click-lite://PAGE\n\nOpens the window, and imports the files named or shows the page that a link leads to.\n\n  -h, --help     Print help\n  -V, --version  Print version",
        );
        return ExitCode::SUCCESS;
    }
    if arguments.iter().any(|argument| argument == "--version" || argument == "-V") {
        print(&format!("click-lite {}", env!("CARGO_PKG_VERSION")));
        return ExitCode::SUCCESS;
    }
    if let Some(option) = arguments.iter().find(|argument| argument.starts_with('-')) {
        eprintln!("click-lite: unknown option {option}; see click-lite --help");
        return ExitCode::from(2);
    }
    #[cfg(target_os = "linux")]
    if std::env::var_os("DISPLAY").is_none() && std::env::var_os("WAYLAND_DISPLAY").is_none() {
        eprintln!(
            "click-lite: there is no display: start it on a desktop, or run `click-lite-server serve` and open it in a browser"
        );
        return ExitCode::FAILURE;
    }
    match run(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("click-lite: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: Vec<String>) -> Result<(), tauri::Error> {
    let app = tauri::Builder::default()
        // The first plugin: a second start ends here, and its files and links open in the first.
        .plugin(tauri_plugin_single_instance::init(|app, arguments, folder| {
            window::focus(app);
            files::open(app, arguments.into_iter().skip(1), folder.as_ref());
        }))
        .plugin(tauri_plugin_deep_link::init())
        .plugin(tauri_plugin_window_state::Builder::default().with_state_flags(KEPT_STATE).build())
        .plugin(tauri_plugin_dialog::init())
        .plugin(tauri_plugin_opener::init())
        .plugin(tauri_plugin_clipboard_manager::init())
        .manage(OpenedFiles::default())
        .manage(OpenedLinks::default())
        .manage(commands::Streams::default())
        .manage(commands::RunningImports::default())
        .manage(tail::Tails::default())
        .invoke_handler(tauri::generate_handler![
            commands::api_request,
            commands::api_stream,
            commands::api_cancel,
            commands::server_state,
            commands::restart_server,
            commands::open_log_folder,
            commands::set_theme,
            commands::pick_files,
            commands::take_opened_files,
            commands::take_opened_links,
            commands::inspect_file,
            commands::preview_file,
            commands::import_file,
            commands::write_clipboard,
            commands::save_answer,
            commands::save_text,
            commands::save_image,
            tail::tail_open,
            tail::tail_send,
            tail::tail_close,
            tail::open_window,
            tail::set_always_on_top,
        ])
        .setup(move |app| {
            let data_dir = sidecar::data_dir();
            let log = logging::start(&data_dir)?;
            app.manage(log);
            app.manage(Arc::new(Sidecar::start(app.handle().clone(), data_dir)));
            menu::set(app)?;
            window::open(app)?;
            links::listen(app.handle());
            end_with_signals(app.handle());
            let folder = std::env::current_dir().unwrap_or_default();
            files::open(app.handle(), arguments.into_iter(), &folder.to_string_lossy());
            Ok(())
        })
        .build(tauri::generate_context!())?;
    app.run(|app, event| {
        if let RunEvent::Exit = event {
            app.state::<Arc<Sidecar>>().stop();
        }
    });
    Ok(())
}

/// A signal ends the program like the user does: the window's state is saved, and the server stops cleanly.
fn end_with_signals(app: &tauri::AppHandle) {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        for kind in [SignalKind::terminate(), SignalKind::interrupt(), SignalKind::hangup()] {
            let app = app.clone();
            tauri::async_runtime::spawn(async move {
                let Ok(mut signal) = signal(kind) else { return };
                if signal.recv().await.is_some() {
                    tracing::info!(signal = kind.as_raw_value(), "ending by a signal");
                    app.exit(0);
                }
            });
        }
    }
}

fn print(text: &str) {
    use std::io::Write;
    let _ = writeln!(std::io::stdout(), "{text}");
}
