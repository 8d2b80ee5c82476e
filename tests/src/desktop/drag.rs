//! Files dragged onto the window and dropped, by the protocol that file managers use (XDND, version 5).

use std::path::Path;
use std::time::Instant;

use anyhow::{Context, bail, ensure};
use x11rb::COPY_DEPTH_FROM_PARENT;
use x11rb::connection::Connection;
use x11rb::protocol::Event;
use x11rb::protocol::xproto::{
    AtomEnum, ConnectionExt, CreateWindowAux, EventMask, PropMode, SelectionNotifyEvent,
    SelectionRequestEvent, WindowClass,
};
use x11rb::wrapper::ConnectionExt as _;

use super::window::Window;
use crate::PATIENCE;

const XDND_VERSION: u32 = 5;

impl Window {
    /// Drags a file to the middle of the window and drops it there once the window accepts it.
    pub fn drop_file(&self, path: &Path) -> anyhow::Result<()> {
        let address = format!("file://{}\r\n", path.display());
        let source = self.connection.generate_id()?;
        let screen = &self.connection.setup().roots[0];
        self.connection
            .create_window(
                COPY_DEPTH_FROM_PARENT,
                source,
                self.root,
                0,
                0,
                1,
                1,
                0,
                WindowClass::INPUT_OUTPUT,
                screen.root_visual,
                &CreateWindowAux::new().event_mask(EventMask::PROPERTY_CHANGE),
            )?
            .check()?;
        let selection = self.atom("XdndSelection")?;
        self.connection.set_selection_owner(source, selection, x11rb::CURRENT_TIME)?.check()?;
        let list = self.atom("text/uri-list")?;
        let (left, top) = self.position()?;
        let (width, height) = self.size()?;
        let x = u32::try_from(i32::from(left) + i32::from(width) / 2)?;
        let y = u32::try_from(i32::from(top) + i32::from(height) / 2)?;
        let position = [source, 0, (x << 16) | y, x11rb::CURRENT_TIME, self.atom("XdndActionCopy")?];

        let (status, finished) = (self.atom("XdndStatus")?, self.atom("XdndFinished")?);
        self.message(self.atom("XdndEnter")?, [source, XDND_VERSION << 24, list, 0, 0])?;
        self.message(self.atom("XdndPosition")?, position)?;
        let deadline = Instant::now() + PATIENCE;
        let mut was_read = false;
        let mut is_dropped = false;
        loop {
            ensure!(
                Instant::now() < deadline,
                "the window takes no files (read: {was_read}, dropped: {is_dropped})"
            );
            match self.connection.poll_for_event()? {
                Some(Event::SelectionRequest(request)) => {
                    self.answer(&request, list, &address)?;
                    was_read = true;
                }
                Some(Event::ClientMessage(message)) if message.type_ == status => {
                    let is_accepted = message.data.as_data32()[1] & 1 == 1;
                    if is_accepted && was_read && !is_dropped {
                        self.message(self.atom("XdndDrop")?, [source, 0, x11rb::CURRENT_TIME, 0, 0])?;
                        is_dropped = true;
                    } else if !is_dropped {
                        // The pointer moves on, and the window thinks again.
                        self.message(self.atom("XdndPosition")?, position)?;
                    }
                }
                Some(Event::ClientMessage(message)) if message.type_ == finished => break,
                Some(Event::Error(error)) => bail!("the X server refuses: {error:?}"),
                Some(_) => {}
                None => std::thread::sleep(std::time::Duration::from_millis(5)),
            }
        }
        self.connection.destroy_window(source)?.check().context("the drag's source")?;
        Ok(())
    }

    fn answer(&self, request: &SelectionRequestEvent, list: u32, address: &str) -> anyhow::Result<()> {
        let targets = self.atom("TARGETS")?;
        let property = if request.target == list {
            let connection = &self.connection;
            connection.change_property8(
                PropMode::REPLACE,
                request.requestor,
                request.property,
                list,
                address.as_bytes(),
            )?;
            request.property
        } else if request.target == targets {
            self.connection.change_property32(
                PropMode::REPLACE,
                request.requestor,
                request.property,
                AtomEnum::ATOM,
                &[targets, list],
            )?;
            request.property
        } else {
            x11rb::NONE
        };
        let notice = SelectionNotifyEvent {
            response_type: x11rb::protocol::xproto::SELECTION_NOTIFY_EVENT,
            sequence: 0,
            time: request.time,
            requestor: request.requestor,
            selection: request.selection,
            target: request.target,
            property,
        };
        self.connection.send_event(false, request.requestor, EventMask::NO_EVENT, notice)?.check()?;
        Ok(())
    }
}
