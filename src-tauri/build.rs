fn main() {
    println!("cargo:rerun-if-changed=src-tauri/capabilities");
    let attributes = tauri_build::Attributes::new()
        .capabilities_path_pattern("./src-tauri/capabilities/**/*")
        .app_manifest(tauri_build::AppManifest::new().commands(&[
            "api_request",
            "api_stream",
            "api_cancel",
            "server_state",
            "restart_server",
            "open_log_folder",
            "pick_files",
            "take_opened_files",
            "take_opened_links",
            "inspect_file",
            "preview_file",
            "import_file",
            "write_clipboard",
            "save_answer",
            "save_text",
            "save_image",
            "set_theme",
            "tail_open",
            "tail_send",
            "tail_close",
            "open_window",
            "set_always_on_top",
        ]));
    if let Err(error) = tauri_build::try_build(attributes) {
        panic!("the desktop can't be built: {error:#}");
    }
}
