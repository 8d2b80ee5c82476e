//! `click-lite://explore?q=...`: links that open a page of the interface in the window.

use std::sync::{Mutex, PoisonError};

use tauri::{AppHandle, Emitter, Manager};
use tauri_plugin_deep_link::DeepLinkExt;

use crate::window;

const SCHEME: &str = "click-lite://";

/// Pages that the window has not asked for yet: a link may start the program.
#[derive(Default)]
pub struct OpenedLinks(Mutex<Vec<String>>);

impl OpenedLinks {
    pub fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Whether an argument of the program is a link, not a file.
pub fn is_link(argument: &str) -> bool {
    argument.starts_with(SCHEME)
}

/// Takes up the link that started the program, and those to come: of macOS, and of second starts elsewhere.
pub fn listen(app: &AppHandle) {
    let deep_link = app.deep_link();
    if let Ok(Some(urls)) = deep_link.get_current() {
        open(app, urls.iter().map(|url| url.as_str()));
    }
    let handle = app.clone();
    deep_link.on_open_url(move |event| open(&handle, event.urls().iter().map(|url| url.as_str())));
}

/// Tells the page where links lead. It fetches that with `take_opened_links`, now or when it is there.
fn open<'a>(app: &AppHandle, links: impl Iterator<Item = &'a str>) {
    let pages: Vec<String> = links.filter_map(page_of).collect();
    if pages.is_empty() {
        return;
    }
    window::focus(app);
    app.state::<OpenedLinks>().0.lock().unwrap_or_else(PoisonError::into_inner).extend(pages);
    let _ = app.emit_to("main", "open-link", ());
}

/// The page of a link, a path of the interface; what is no link of ours has none. Where the path leads is the router's to say.
fn page_of(link: &str) -> Option<String> {
    let page = link.strip_prefix(SCHEME)?.trim_start_matches('/');
    Some(format!("/{page}"))
}

#[cfg(test)]
mod tests;
