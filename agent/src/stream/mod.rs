//! Bytes that come by themselves: standard input, or a program's output.

mod capture;
mod output;

pub use capture::{Capture, WhenBehind};
pub use output::{Output, follow_window_size, pass};
