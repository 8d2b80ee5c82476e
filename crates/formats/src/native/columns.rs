//! The data of one column, as ClickHouse's `SerializationString`, `SerializationLowCardinality`, `SerializationMap` and
//! `SerializationArray` read it.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

use rustc_hash::{FxHashMap, FxSeededState};

/// Version of the dictionaries of `LowCardinality`: shared dictionaries with additional keys.
pub(super) const DICTIONARY_VERSION: u64 = 1;
/// The keys come with the block, and the dictionary is of this block alone.
pub(super) const HAS_ADDITIONAL_KEYS: u64 = 1 << 9;
pub(super) const NEED_UPDATE_DICTIONARY: u64 = 1 << 10;

/// A column that is being filled.
pub trait Column {
    /// Appends what stands before the data, once for a column however deep its type is nested.
    fn write_prefix(&self, _: &mut Vec<u8>) {}
    /// Appends the rows.
    fn write_data(&self, out: &mut Vec<u8>);
    /// Forgets all rows and keeps the memory.
    fn clear(&mut self);

    /// Appends the whole column.
    fn write(&self, out: &mut Vec<u8>) {
        self.write_prefix(out);
        self.write_data(out);
    }
}

/// Values of a fixed size, little-endian.
#[derive(Default)]
pub(super) struct Fixed(Vec<u8>);

impl Fixed {
    #[inline]
    pub(super) fn push<const BYTES: usize>(&mut self, value: [u8; BYTES]) {
        self.0.extend_from_slice(&value);
    }
}

impl Column for Fixed {
    fn write_data(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.0);
    }

    fn clear(&mut self) {
        self.0.clear();
    }
}

/// `String`: each value after its length.
#[derive(Default)]
pub(super) struct Strings(Vec<u8>);

impl Strings {
    #[inline]
    pub(super) fn push(&mut self, text: &str) {
        write_string(&mut self.0, text);
    }
}

impl Column for Strings {
    fn write_data(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.0);
    }

    fn clear(&mut self) {
        self.0.clear();
    }
}

/// `LowCardinality(String)`.
#[derive(Default)]
pub(super) struct LowCardinality {
    dictionary: Dictionary,
    rows: Vec<u32>,
}

impl LowCardinality {
    #[inline]
    pub(super) fn push(&mut self, text: &str) {
        let index = match self.rows.last() {
            Some(&last) if self.dictionary.text(last) == text.as_bytes() => last,
            _ => self.dictionary.index(text),
        };
        self.rows.push(index);
    }
}

impl Column for LowCardinality {
    fn write_prefix(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&DICTIONARY_VERSION.to_le_bytes());
    }

    fn write_data(&self, out: &mut Vec<u8>) {
        self.dictionary.write(&self.rows, out);
    }

    fn clear(&mut self) {
        self.dictionary.clear();
        self.rows.clear();
    }
}

/// `Map(LowCardinality(String), String)`: the end of each row, the keys of all rows, their values.
#[derive(Default)]
pub(super) struct Map {
    row_ends: Fixed,
    dictionary: Dictionary,
    keys: Vec<u32>,
    values: Strings,
    /// Where the previous row begins in `keys`: rows tend to have the same keys in the same order.
    previous: usize,
    /// The last row, counted from 1, that had the key of that index.
    seen_in_row: Vec<u32>,
    row: u32,
    /// The next number to try for a key that is in the row already.
    repeats: FxHashMap<u32, u32>,
}

impl Map {
    #[inline]
    pub(super) fn push<'a>(&mut self, pairs: impl Iterator<Item = (&'a str, &'a str)>) {
        let start = self.keys.len();
        let expected = self.previous;
        self.row += 1;
        for (position, (key, value)) in pairs.enumerate() {
            let guess = expected + position;
            let mut index = match self.keys.get(guess) {
                Some(&index) if guess < start && self.dictionary.text(index) == key.as_bytes() => index,
                _ => self.index(key),
            };
            if self.seen_in_row[index as usize] == self.row {
                index = self.rename(key, index);
            }
            self.seen_in_row[index as usize] = self.row;
            self.keys.push(index);
            self.values.push(value);
        }
        if !self.repeats.is_empty() {
            self.repeats.clear();
        }
        self.previous = start;
        self.row_ends.push((self.keys.len() as u64).to_le_bytes());
    }

    fn index(&mut self, key: &str) -> u32 {
        let index = self.dictionary.index(key);
        if index as usize >= self.seen_in_row.len() {
            self.seen_in_row.resize(index as usize + 1, 0);
        }
        index
    }

    /// Index of a key that the row does not have yet, for one that it has.
    #[cold]
    fn rename(&mut self, key: &str, index: u32) -> u32 {
        loop {
            let number = self.repeats.entry(index).or_insert(2);
            let renamed = format!("{key}#{number}");
            *number += 1;
            let renamed = self.index(&renamed);
            if self.seen_in_row[renamed as usize] != self.row {
                return renamed;
            }
        }
    }
}

impl Column for Map {
    fn write_prefix(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&DICTIONARY_VERSION.to_le_bytes());
    }

    fn write_data(&self, out: &mut Vec<u8>) {
        self.row_ends.write_data(out);
        self.dictionary.write(&self.keys, out);
        self.values.write_data(out);
    }

    fn clear(&mut self) {
        self.row_ends.clear();
        self.dictionary.clear();
        self.keys.clear();
        self.values.clear();
        self.previous = 0;
        self.seen_in_row.clear();
        self.row = 0;
    }
}

/// `Array` of another column's type, as the columns of a `Nested` are: the end of each row, the elements of all rows.
#[derive(Default)]
pub(super) struct Arrays<C> {
    row_ends: Fixed,
    length: u64,
    elements: C,
}

impl<C: Column> Arrays<C> {
    /// The column that takes the next element of the row, exactly one.
    #[inline]
    pub(super) fn next(&mut self) -> &mut C {
        self.length += 1;
        &mut self.elements
    }

    #[inline]
    pub(super) fn end_row(&mut self) {
        self.row_ends.push(self.length.to_le_bytes());
    }
}

impl<C: Column> Column for Arrays<C> {
    fn write_prefix(&self, out: &mut Vec<u8>) {
        self.elements.write_prefix(out);
    }

    fn write_data(&self, out: &mut Vec<u8>) {
        self.row_ends.write_data(out);
        self.elements.write_data(out);
    }

    fn clear(&mut self) {
        self.row_ends.clear();
        self.length = 0;
        self.elements.clear();
    }
}

/// The different texts of a column, each once.
struct Dictionary {
    // Senders choose the keys: the seed keeps them from choosing ones that collide.
    indexes: HashMap<Box<str>, u32, FxSeededState>,
    /// The texts as a `String` column.
    keys: Vec<u8>,
    /// Where each text lies in `keys`.
    spans: Vec<(usize, usize)>,
}

impl Default for Dictionary {
    fn default() -> Self {
        let seed = RandomState::new().hash_one(0) as usize;
        Self {
            indexes: HashMap::with_hasher(FxSeededState::with_seed(seed)),
            keys: Vec::new(),
            spans: Vec::new(),
        }
    }
}

impl Dictionary {
    #[inline]
    fn text(&self, index: u32) -> &[u8] {
        let (start, end) = self.spans[index as usize];
        &self.keys[start..end]
    }

    #[inline]
    fn index(&mut self, text: &str) -> u32 {
        match self.indexes.get(text) {
            Some(&index) => index,
            None => self.insert(text),
        }
    }

    fn insert(&mut self, text: &str) -> u32 {
        let index = u32::try_from(self.spans.len()).expect("a block has fewer than 2^32 different keys");
        write_string(&mut self.keys, text);
        self.spans.push((self.keys.len() - text.len(), self.keys.len()));
        self.indexes.insert(text.into(), index);
        index
    }

    /// Appends the keys and the rows as indexes, in the smallest type that holds them. No rows are nothing at all.
    fn write(&self, rows: &[u32], out: &mut Vec<u8>) {
        if rows.is_empty() {
            return;
        }
        let index_type: u64 = match self.spans.len() {
            0..=0x100 => 0,
            0x101..=0x1_0000 => 1,
            _ => 2,
        };
        let flags = index_type | HAS_ADDITIONAL_KEYS | NEED_UPDATE_DICTIONARY;
        out.extend_from_slice(&flags.to_le_bytes());
        out.extend_from_slice(&(self.spans.len() as u64).to_le_bytes());
        out.extend_from_slice(&self.keys);
        out.extend_from_slice(&(rows.len() as u64).to_le_bytes());
        match index_type {
            0 => out.extend(rows.iter().map(|&row| row as u8)),
            1 => out.extend(rows.iter().flat_map(|&row| (row as u16).to_le_bytes())),
            _ => out.extend(rows.iter().flat_map(|&row| row.to_le_bytes())),
        }
    }

    fn clear(&mut self) {
        self.indexes.clear();
        self.keys.clear();
        self.spans.clear();
    }
}

/// Appends a length as ClickHouse's `VarUInt` (LEB128).
#[inline]
pub(super) fn write_length(out: &mut Vec<u8>, mut length: usize) {
    while length >= 0x80 {
        out.push(length as u8 | 0x80);
        length >>= 7;
    }
    out.push(length as u8);
}

#[inline]
pub(super) fn write_string(out: &mut Vec<u8>, text: &str) {
    out.reserve(text.len() + 10);
    write_length(out, text.len());
    out.extend_from_slice(text.as_bytes());
}
