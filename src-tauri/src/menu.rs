//! The menu of the window. What the page does itself goes to it as an event.

use tauri::menu::{AboutMetadata, Menu, MenuBuilder, MenuItemBuilder, SubmenuBuilder};
use tauri::{App, AppHandle, Emitter, Wry};
use tauri_plugin_opener::OpenerExt;

use crate::sidecar;

/// Puts the menu on all windows.
pub fn set(app: &App) -> tauri::Result<()> {
    app.set_menu(build(app.handle())?)?;
    app.on_menu_event(|app, event| match event.id().as_ref() {
        "open-logs" => {
            let folder = sidecar::data_dir().join("logs");
            let _ = app.opener().open_path(folder.to_string_lossy(), None::<&str>);
        }
        item => {
            let _ = app.emit("menu", item.to_owned());
        }
    });
    Ok(())
}

fn build(app: &AppHandle) -> tauri::Result<Menu<Wry>> {
    let item = |id: &str, text: &str, shortcut: Option<&str>| {
        let item = MenuItemBuilder::with_id(id, text);
        match shortcut {
            Some(shortcut) => item.accelerator(shortcut).build(app),
            None => item.build(app),
        }
    };
    let about =
        AboutMetadata { version: Some(app.package_info().version.to_string()), ..AboutMetadata::default() };
    let file = SubmenuBuilder::new(app, "File")
        .item(&item("open-files", "Open Files…", Some("CmdOrCtrl+O"))?)
        .separator()
        .quit()
        .build()?;
    let edit = SubmenuBuilder::new(app, "Edit")
        .undo()
        .redo()
        .separator()
        .cut()
        .copy()
        .paste()
        .select_all()
        .build()?;
    let view = SubmenuBuilder::new(app, "View")
        .item(&item("toggle-theme", "Light or Dark", None)?)
        .item(&item("palette", "Command Palette…", None)?)
        .separator()
        .fullscreen()
        .build()?;
    let help = SubmenuBuilder::new(app, "Help")
        .item(&item("shortcuts", "Keyboard Shortcuts", None)?)
        .item(&item("open-logs", "Open Log Folder", None)?)
        .separator()
        .about(Some(about))
        .build()?;
    MenuBuilder::new(app).items(&[&file, &edit, &view, &help]).build()
}
