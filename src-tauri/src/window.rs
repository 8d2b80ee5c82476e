//! The window: opened once the page stands, so that it never flashes empty, and closed with a question while files are
//! being imported.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tauri::utils::config::Color;
use tauri::webview::PageLoadEvent;
use tauri::{App, AppHandle, Manager, Theme, WebviewUrl, WebviewWindow, WebviewWindowBuilder, WindowEvent};
use tauri_plugin_dialog::{DialogExt, MessageDialogButtons, MessageDialogKind};

use crate::commands::RunningImports;

/// The page's `--surface` in the dark and in the light theme.
const DARK_SURFACE: Color = Color(0x15, 0x18, 0x1d, 0xff);
const LIGHT_SURFACE: Color = Color(0xff, 0xff, 0xff, 0xff);
/// Labels of the windows beside the main one begin so; `capabilities/own-window.json` names it.
const OWN: &str = "own-";
/// A page that is loaded and doesn't stand after this is shown as it is.
const REVEAL_AFTER: Duration = Duration::from_secs(3);

/// Makes the main window; it is seen from [`reveal`] on.
pub fn open(app: &App) -> tauri::Result<()> {
    let window = WebviewWindowBuilder::new(app, "main", WebviewUrl::default())
        .title("Click-Lite")
        .inner_size(1400.0, 900.0)
        .min_inner_size(480.0, 360.0)
        .visible(false)
        .on_page_load(|window, load| {
            if load.event() == PageLoadEvent::Finished {
                tauri::async_runtime::spawn(async move {
                    tokio::time::sleep(REVEAL_AFTER).await;
                    reveal(&window);
                });
            }
        })
        .build()?;
    draw_surface(&window)?;
    let asked = window.clone();
    window.on_window_event(move |event| match event {
        WindowEvent::CloseRequested { api, .. } => {
            let imports = asked.state::<RunningImports>().count();
            if imports > 0 {
                api.prevent_close();
                ask_to_close(&asked, imports);
            }
        }
        WindowEvent::Destroyed => {
            for (label, window) in asked.webview_windows() {
                if label.starts_with(OWN) {
                    let _ = window.close();
                }
            }
        }
        _ => {}
    });
    Ok(())
}

/// Makes a window for a page of the interface, beside the main one; it closes with that.
pub fn open_own(
    app: &AppHandle,
    path: &str,
    title: &str,
    (width, height): (f64, f64),
    is_on_top: bool,
) -> tauri::Result<WebviewWindow> {
    static NUMBER: AtomicU64 = AtomicU64::new(1);
    let label = format!("{OWN}{}", NUMBER.fetch_add(1, Ordering::Relaxed));
    let window = WebviewWindowBuilder::new(app, label, WebviewUrl::App(path.trim_start_matches('/').into()))
        .title(format!("{title} - Click-Lite"))
        .inner_size(width, height)
        .min_inner_size(360.0, 240.0)
        .always_on_top(is_on_top)
        .build()?;
    // The menu is about the main window.
    window.remove_menu()?;
    draw_surface(&window)?;
    Ok(window)
}

/// Sets the theme of what the system draws; `None` is the system's own.
pub fn set_theme(window: &WebviewWindow, theme: Option<Theme>) -> tauri::Result<()> {
    window.set_theme(theme)?;
    draw_surface(window)
}

/// The surface is seen behind the menu, and at the edge while the window grows.
fn draw_surface(window: &WebviewWindow) -> tauri::Result<()> {
    let surface = if window.theme()? == Theme::Dark { DARK_SURFACE } else { LIGHT_SURFACE };
    window.set_background_color(Some(surface))
}

/// Shows the window, when it is not shown yet.
pub fn reveal(window: &WebviewWindow) {
    if !window.is_visible().unwrap_or(false) {
        let _ = window.show();
        let _ = window.set_focus();
    }
}

/// Brings the window to the front.
pub fn focus(app: &AppHandle) {
    if let Some(window) = app.get_webview_window("main") {
        let _ = window.unminimize();
        let _ = window.set_focus();
    }
}

/// Fills the screen, or no longer.
pub fn toggle_fullscreen(app: &AppHandle) {
    if let Some(window) = app.get_webview_window("main") {
        let is_full = window.is_fullscreen().unwrap_or(false);
        let _ = window.set_fullscreen(!is_full);
    }
}

/// As the user closes it: with the question, where there is one.
pub fn close(app: &AppHandle) {
    if let Some(window) = app.get_webview_window("main") {
        let _ = window.close();
    }
}

fn ask_to_close(window: &WebviewWindow, imports: usize) {
    let what = if imports == 1 { "A file is".to_owned() } else { format!("{imports} files are") };
    let app = window.app_handle().clone();
    window
        .dialog()
        .message(format!(
            "{what} being imported. What was read so far stays; imported again, a file goes on where it was."
        ))
        .title("Stop the import?")
        .kind(MessageDialogKind::Warning)
        .parent(window)
        .buttons(MessageDialogButtons::OkCancelCustom("Stop and close".into(), "Keep open".into()))
        .show(move |is_agreed| {
            if is_agreed {
                app.exit(0);
            }
        });
}
