//! The window as the X server knows it: its size, and what a window manager asks of it.

use std::fs::File;
use std::path::Path;

use anyhow::{Context, ensure};
use x11rb::connection::Connection;
use x11rb::protocol::xproto::{
    AtomEnum, ClientMessageEvent, ConfigureWindowAux, ConnectionExt, EventMask, ImageFormat, MapState,
    Window as Id,
};
use x11rb::rust_connection::RustConnection;

use crate::wait_for;

/// A top-level window of another program.
pub struct Window {
    pub(super) connection: RustConnection,
    pub(super) root: Id,
    pub(super) id: Id,
}

impl Window {
    /// The visible main window of a process, when there is one.
    pub fn find(display: &str, pid: u32) -> anyhow::Result<Option<Self>> {
        let (connection, screen) =
            x11rb::connect(Some(display)).with_context(|| format!("display {display}"))?;
        let root = connection.setup().roots[screen].root;
        let mut open = vec![root];
        while let Some(id) = open.pop() {
            if id != root && is_main_window(&connection, id, pid).unwrap_or(false) {
                return Ok(Some(Self { connection, root, id }));
            }
            // A window may be gone before it is asked.
            if let Ok(tree) = connection.query_tree(id)?.reply() {
                open.extend(tree.children);
            }
        }
        Ok(None)
    }

    /// Width and height in pixels.
    pub fn size(&self) -> anyhow::Result<(u16, u16)> {
        let geometry = self.connection.get_geometry(self.id)?.reply()?;
        Ok((geometry.width, geometry.height))
    }

    /// Gives it another size, and waits until it has it.
    pub fn resize(&self, width: u16, height: u16) -> anyhow::Result<()> {
        let wanted = ConfigureWindowAux::new().width(u32::from(width)).height(u32::from(height));
        self.connection.configure_window(self.id, &wanted)?.check()?;
        wait_for("the window's new size", || Ok((self.size()? == (width, height)).then_some(())))
    }

    /// What it looks like with its menu, as PNG.
    pub fn screenshot(&self, path: &Path) -> anyhow::Result<()> {
        let (width, height) = self.size()?;
        let image = self
            .connection
            .get_image(ImageFormat::Z_PIXMAP, self.id, 0, 0, width, height, u32::MAX)?
            .reply()?;
        let pixels = usize::from(width) * usize::from(height);
        ensure!(image.data.len() == pixels * 4, "a screen of 24 bit colours is needed");
        // Blue, green, red and a filler, on every machine that matters here.
        let colours: Vec<u8> =
            image.data.chunks_exact(4).flat_map(|pixel| [pixel[2], pixel[1], pixel[0]]).collect();
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let mut png = png::Encoder::new(File::create(path)?, u32::from(width), u32::from(height));
        png.set_color(png::ColorType::Rgb);
        png.set_depth(png::BitDepth::Eight);
        png.write_header()?.write_image_data(&colours)?;
        Ok(())
    }

    /// Asks it to close, as the button in its frame does.
    pub fn close(&self) -> anyhow::Result<()> {
        let protocols = self.atom("WM_PROTOCOLS")?;
        let delete = self.atom("WM_DELETE_WINDOW")?;
        self.message(protocols, [delete, x11rb::CURRENT_TIME, 0, 0, 0])
    }

    pub(super) fn atom(&self, name: &str) -> anyhow::Result<u32> {
        Ok(self.connection.intern_atom(false, name.as_bytes())?.reply()?.atom)
    }

    pub(super) fn message(&self, kind: u32, data: [u32; 5]) -> anyhow::Result<()> {
        let event = ClientMessageEvent::new(32, self.id, kind, data);
        self.connection.send_event(false, self.id, EventMask::NO_EVENT, event)?.check()?;
        self.connection.flush()?;
        Ok(())
    }

    /// Where its upper left corner is on the screen.
    pub(super) fn position(&self) -> anyhow::Result<(i16, i16)> {
        let corner = self.connection.translate_coordinates(self.id, self.root, 0, 0)?.reply()?;
        ensure!(corner.same_screen, "the window is on another screen");
        Ok((corner.dst_x, corner.dst_y))
    }
}

fn is_main_window(connection: &RustConnection, id: Id, pid: u32) -> anyhow::Result<bool> {
    let pid_atom = connection.intern_atom(false, b"_NET_WM_PID")?.reply()?.atom;
    let owner = connection.get_property(false, id, pid_atom, AtomEnum::CARDINAL, 0, 1)?.reply()?;
    if owner.value32().and_then(|mut values| values.next()) != Some(pid) {
        return Ok(false);
    }
    let name = connection.get_property(false, id, AtomEnum::WM_NAME, AtomEnum::ANY, 0, 64)?.reply()?;
    let state = connection.get_window_attributes(id)?.reply()?.map_state;
    Ok(name.value == b"Click-Lite" && state == MapState::VIEWABLE)
}
