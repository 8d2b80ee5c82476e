//! The output streams of a program: terminals where ours are, so that it writes as it would without us.

use std::fs::File;
use std::io::{self, IsTerminal as _, Read as _, Write as _};
use std::os::fd::{AsFd, AsRawFd as _, BorrowedFd, FromRawFd as _, OwnedFd};
use std::process::Stdio;

const BUFFER_BYTES: usize = 64 << 10;

/// One output stream: the program writes to one end, we read the other.
pub struct Output {
    /// For the program.
    pub theirs: Stdio,
    pub ours: File,
    /// The terminal that the program believes to write to.
    pub terminal: Option<OwnedFd>,
}

impl Output {
    /// Like `real`, to which the bytes will be passed on.
    pub fn like(real: BorrowedFd<'_>) -> io::Result<Self> {
        if !real.is_terminal() {
            let (ours, theirs) = io::pipe()?;
            return Ok(Self { theirs: theirs.into(), ours: OwnedFd::from(ours).into(), terminal: None });
        }
        let (ours, theirs) = open_terminal(window_size(real))?;
        let terminal = ours.try_clone()?;
        Ok(Self { theirs: theirs.into(), ours: ours.into(), terminal: Some(terminal) })
    }
}

/// Gives the terminal of a program the size of the real one.
pub fn follow_window_size(terminal: &OwnedFd, real: BorrowedFd<'_>) {
    if let Some(size) = window_size(real) {
        // SAFETY: the pointer is to a live value of the type that the request takes.
        unsafe { libc::ioctl(terminal.as_raw_fd(), libc::TIOCSWINSZ, &size) };
    }
}

fn window_size(terminal: BorrowedFd<'_>) -> Option<libc::winsize> {
    let mut size = libc::winsize { ws_row: 0, ws_col: 0, ws_xpixel: 0, ws_ypixel: 0 };
    // SAFETY: the pointer is to a live value of the type that the request fills.
    let result = unsafe { libc::ioctl(terminal.as_raw_fd(), libc::TIOCGWINSZ, &mut size) };
    (result == 0).then_some(size)
}

/// A pair of terminal ends. Bytes pass as they are: what the real terminal makes of line breaks, it makes itself.
fn open_terminal(size: Option<libc::winsize>) -> io::Result<(OwnedFd, OwnedFd)> {
    let (mut ours, mut theirs) = (0, 0);
    let mut size = size;
    let size = size.as_mut().map_or(std::ptr::null_mut(), std::ptr::from_mut);
    // SAFETY: the pointers are to live values or null; on success both descriptors are new and nobody else's. The settings
    // are filled by `tcgetattr` before they are used.
    unsafe {
        if libc::openpty(&mut ours, &mut theirs, std::ptr::null_mut(), std::ptr::null_mut(), size) != 0 {
            return Err(io::Error::last_os_error());
        }
        for descriptor in [ours, theirs] {
            libc::fcntl(descriptor, libc::F_SETFD, libc::FD_CLOEXEC);
        }
        let mut settings = std::mem::zeroed();
        if libc::tcgetattr(theirs, &mut settings) == 0 {
            settings.c_oflag &= !libc::OPOST;
            libc::tcsetattr(theirs, libc::TCSANOW, &settings);
        }
        Ok((OwnedFd::from_raw_fd(ours), OwnedFd::from_raw_fd(theirs)))
    }
}

/// Passes a stream on until it ends, or nothing is left in it after `ended` is closed at its other end: the program is gone
/// then, but what it started may hold the stream open. `take` gets the bytes after they were passed on.
pub fn pass(mut from: File, mut to: File, ended: &OwnedFd, mut take: impl FnMut(&[u8])) {
    let mut buffer = vec![0; BUFFER_BYTES];
    let mut is_ended = false;
    loop {
        let wait = poll([from.as_fd(), ended.as_fd()], !is_ended);
        if wait[0] {
            match from.read(&mut buffer) {
                // A terminal whose other end is closed gives an error for its end.
                Ok(0) => return,
                Err(error) if error.kind() != io::ErrorKind::Interrupted => return,
                Err(_) => {}
                Ok(bytes) => {
                    // Without a reader of ours there is none for the program: it shall see that.
                    if to.write_all(&buffer[..bytes]).is_err() {
                        return;
                    }
                    take(&buffer[..bytes]);
                }
            }
        } else if is_ended {
            return;
        }
        is_ended |= wait[1];
    }
}

/// Which of the two can be read or has ended.
fn poll(descriptors: [BorrowedFd<'_>; 2], may_wait: bool) -> [bool; 2] {
    let mut polled = descriptors.map(|descriptor| libc::pollfd {
        fd: descriptor.as_raw_fd(),
        events: libc::POLLIN,
        revents: 0,
    });
    // SAFETY: the array is live and of the length given. A failure leaves `revents` as they are.
    unsafe { libc::poll(polled.as_mut_ptr(), 2, if may_wait { -1 } else { 0 }) };
    polled.map(|polled| polled.revents != 0)
}
