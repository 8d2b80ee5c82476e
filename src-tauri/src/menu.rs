//! The menu of the window. What the page does itself goes to it as an event.

use tauri::menu::{AboutMetadata, Menu, MenuBuilder, MenuItem, MenuItemBuilder, Submenu, SubmenuBuilder};
use tauri::{App, AppHandle, Emitter, Manager, Wry};

use crate::{commands, sidecar, window};

/// Puts the menu on all windows.
pub fn set(app: &App) -> tauri::Result<()> {
    app.set_menu(build(app.handle())?)?;
    app.on_menu_event(|app, event| match event.id().as_ref() {
        "quit" => window::close(app),
        "fullscreen" => window::toggle_fullscreen(app),
        "open-logs" => {
            let folder = sidecar::data_dir().join("logs");
            if let Err(error) = commands::open_folder(app, &folder.to_string_lossy()) {
                tracing::warn!(reason = %error.message, "the log folder did not open");
            }
        }
        item => match item.strip_prefix("edit-") {
            Some(command) => edit(app, command),
            None => {
                let _ = app.emit_to("main", "menu", item.to_owned());
            }
        },
    });
    Ok(())
}

fn build(app: &AppHandle) -> tauri::Result<Menu<Wry>> {
    let about =
        AboutMetadata { version: Some(app.package_info().version.to_string()), ..AboutMetadata::default() };
    let file = SubmenuBuilder::new(app, "File")
        .item(&item(app, "open-files", "Open Files…", Some("CmdOrCtrl+O"))?)
        .separator()
        .item(&item(app, "quit", "Quit", Some("CmdOrCtrl+Q"))?)
        .build()?;
    let view = SubmenuBuilder::new(app, "View")
        .item(&item(app, "toggle-theme", "Light or Dark", None)?)
        .item(&item(app, "palette", "Command Palette…", None)?)
        .separator()
        .item(&item(app, "fullscreen", "Full Screen", Some("F11"))?)
        .build()?;
    let help = SubmenuBuilder::new(app, "Help")
        .item(&item(app, "shortcuts", "Keyboard Shortcuts", None)?)
        .item(&item(app, "open-logs", "Open Log Folder", None)?)
        .separator()
        .about(Some(about))
        .build()?;
    MenuBuilder::new(app).items(&[&file, &edit_menu(app)?, &view, &help]).build()
}

fn item(app: &AppHandle, id: &str, text: &str, shortcut: Option<&str>) -> tauri::Result<MenuItem<Wry>> {
    let item = MenuItemBuilder::with_id(id, text);
    match shortcut {
        Some(shortcut) => item.accelerator(shortcut).build(app),
        None => item.build(app),
    }
}

/// Of the system's own items of this menu, GTK has none that work: these are carried out by [`edit`]. They have no
/// shortcuts here, as the page knows them itself.
#[cfg(target_os = "linux")]
fn edit_menu(app: &AppHandle) -> tauri::Result<Submenu<Wry>> {
    SubmenuBuilder::new(app, "Edit")
        .item(&item(app, "edit-Undo", "Undo", None)?)
        .item(&item(app, "edit-Redo", "Redo", None)?)
        .separator()
        .item(&item(app, "edit-Cut", "Cut", None)?)
        .item(&item(app, "edit-Copy", "Copy", None)?)
        .item(&item(app, "edit-Paste", "Paste", None)?)
        .item(&item(app, "edit-SelectAll", "Select All", None)?)
        .build()
}

#[cfg(not(target_os = "linux"))]
fn edit_menu(app: &AppHandle) -> tauri::Result<Submenu<Wry>> {
    SubmenuBuilder::new(app, "Edit").undo().redo().separator().cut().copy().paste().select_all().build()
}

/// Carries out one of WebKit's editing commands where the focus is.
fn edit(app: &AppHandle, command: &str) {
    #[cfg(target_os = "linux")]
    if let Some(window) = app.get_webview_window("main") {
        let command = command.to_owned();
        let _ = window.with_webview(move |webview| {
            use webkit2gtk::WebViewExt;
            webview.inner().execute_editing_command(&command);
        });
    }
}
