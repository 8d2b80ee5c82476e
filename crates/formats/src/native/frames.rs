//! zstd frames with their content size and without a checksum: the spool and the network have their own.

use std::io;

use zstd::zstd_safe;

/// A compressor and its memory.
#[derive(Default)]
pub(super) struct FrameWriter {
    frame: Vec<u8>,
    compressor: Option<(i32, zstd::bulk::Compressor<'static>)>,
}

impl FrameWriter {
    /// Appends `plain` as one frame to `out`.
    pub(super) fn append(&mut self, level: i32, plain: &[u8], out: &mut Vec<u8>) -> io::Result<()> {
        let compressor = match &mut self.compressor {
            Some((current, compressor)) if *current == level => compressor,
            slot => &mut slot.insert((level, zstd::bulk::Compressor::new(level)?)).1,
        };
        self.frame.clear();
        self.frame.reserve(zstd_safe::compress_bound(plain.len()));
        compressor.compress_to_buffer(plain, &mut self.frame)?;
        out.extend_from_slice(&self.frame);
        Ok(())
    }
}

/// Size of the frame that `bytes` begin with: as it is, and decompressed. `None` where they begin with none (RFC 8878,
/// 3.1.1), or it does not say its content size, or it is cut off.
pub(super) fn frame_size(bytes: &[u8]) -> Option<(usize, u64)> {
    if !bytes.starts_with(&zstd_safe::MAGICNUMBER.to_le_bytes()) {
        return None;
    }
    let content = zstd_safe::get_frame_content_size(bytes).ok()??;
    Some((zstd_safe::find_frame_compressed_size(bytes).ok()?, content))
}
