//! Blocks that others encoded and compressed.

use std::io;

use super::check::{BlockError, check};
use super::frames::{FrameWriter, frame_size};
use super::{Block, CompressError};

/// Frames that a block comes in: see [`BlockEncoder::finish_compressed`](super::BlockEncoder::finish_compressed).
const MOST_FRAMES: usize = 2;

/// Why a compressed block is refused.
#[derive(Debug, thiserror::Error)]
pub enum ReceiveError {
    #[error("the body is not one or two whole zstd frames that say their content size")]
    Frames,
    #[error("the block has {bytes} bytes after decompression, {limit_bytes} is the most: send smaller ones")]
    TooLarge { bytes: u64, limit_bytes: u64 },
    #[error("the body can't be decompressed: {0}")]
    Compression(io::Error),
    #[error(transparent)]
    Block(#[from] BlockError),
}

impl ReceiveError {
    /// Stable code of the error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Frames => "block.frames",
            Self::TooLarge { .. } => "block.too_large",
            Self::Compression(_) => "block.compression",
            Self::Block(error) => error.code(),
        }
    }

    /// The same bytes are refused again.
    pub fn is_retryable(&self) -> bool {
        false
    }
}

/// Decompresses and checks blocks. Keep one and use it again: it holds the memory.
#[derive(Default)]
pub struct BlockReceiver {
    plain: Vec<u8>,
    decompressor: zstd::bulk::Decompressor<'static>,
    frames: FrameWriter,
}

/// A block that passed [`check`].
pub struct ReceivedBlock<'a> {
    block: Block,
    payload: &'a [u8],
    /// Bytes of `payload` that hold everything but the ids, where they are a frame of their own.
    without_ids: Option<usize>,
    plain: &'a [u8],
    frames: &'a mut FrameWriter,
}

impl BlockReceiver {
    pub fn new() -> Self {
        Self::default()
    }

    /// Decompresses and checks a block. Its size is known before any memory is taken for it.
    pub fn receive<'a>(
        &'a mut self,
        payload: &'a [u8],
        limit_bytes: u64,
    ) -> Result<ReceivedBlock<'a>, ReceiveError> {
        let mut sizes = [(0, 0); MOST_FRAMES];
        let (mut count, mut at, mut total) = (0, 0, 0_u64);
        while at < payload.len() {
            let slot = sizes.get_mut(count).ok_or(ReceiveError::Frames)?;
            *slot = frame_size(&payload[at..]).ok_or(ReceiveError::Frames)?;
            at += slot.0;
            total = total.saturating_add(slot.1);
            count += 1;
        }
        if count == 0 {
            return Err(ReceiveError::Frames);
        }
        if total > limit_bytes {
            return Err(ReceiveError::TooLarge { bytes: total, limit_bytes });
        }
        self.plain.clear();
        self.plain.reserve(usize::try_from(total).map_err(|_| ReceiveError::Frames)?);
        self.decompressor
            .decompress_to_buffer(payload, &mut self.plain)
            .map_err(ReceiveError::Compression)?;
        let block = check(&self.plain)?;
        let ids_apart = count == MOST_FRAMES && sizes[0].1 == block.ids_at() as u64;
        Ok(ReceivedBlock {
            block,
            payload,
            without_ids: ids_apart.then_some(sizes[0].0),
            plain: &self.plain,
            frames: &mut self.frames,
        })
    }

    /// Gives back memory beyond `bytes`, which a large block has left.
    pub fn shrink_to(&mut self, bytes: usize) {
        self.plain.clear();
        self.plain.shrink_to(bytes);
    }
}

impl ReceivedBlock<'_> {
    pub fn block(&self) -> Block {
        self.block
    }

    /// The block compressed, without the `IngestId`s of its rows ([`IdFrames`](super::IdFrames) writes those). Where
    /// they came as a frame of their own the rest goes on as it came; otherwise it is compressed again.
    pub fn without_ids(self, level: i32) -> Result<Vec<u8>, CompressError> {
        let Self { block, payload, without_ids, plain, frames } = self;
        if let Some(end) = without_ids {
            return Ok(payload[..end].to_vec());
        }
        let mut out = Vec::new();
        frames.append(level, &plain[..block.ids_at()], &mut out).map_err(|source| CompressError {
            level,
            uncompressed_bytes: block.uncompressed_bytes,
            source,
        })?;
        Ok(out)
    }
}

#[cfg(test)]
mod tests;
