/// Start and end of a text in its arena.
pub(crate) type Slice = (u32, u32);

/// The texts of one record in one buffer, so that a record which is cleared and filled again allocates nothing.
#[derive(Debug, Clone, Default)]
pub(crate) struct Arena(String);

impl Arena {
    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    /// Bytes of all texts.
    pub(crate) fn bytes(&self) -> usize {
        self.0.len()
    }

    #[inline]
    pub(crate) fn get(&self, (start, end): Slice) -> &str {
        &self.0[start as usize..end as usize]
    }

    #[inline]
    pub(crate) fn put(&mut self, text: &str) -> Slice {
        let start = self.0.len();
        self.0.push_str(text);
        (position(start), position(self.0.len()))
    }

    /// Takes what `write` appends as a text.
    #[inline]
    pub(crate) fn write(&mut self, write: impl FnOnce(&mut String)) -> Slice {
        let start = self.0.len();
        write(&mut self.0);
        (position(start), position(self.0.len()))
    }

    pub(crate) fn pairs<'a>(&'a self, pairs: &'a [(Slice, Slice)]) -> Pairs<'a> {
        Pairs { text: &self.0, pairs: pairs.iter() }
    }
}

#[inline]
fn position(bytes: usize) -> u32 {
    u32::try_from(bytes).expect("receivers refuse records of 4 GiB")
}

/// Key and value pairs of a record.
#[derive(Debug, Clone)]
pub struct Pairs<'a> {
    text: &'a str,
    pairs: std::slice::Iter<'a, (Slice, Slice)>,
}

impl<'a> Iterator for Pairs<'a> {
    type Item = (&'a str, &'a str);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let (key, value) = self.pairs.next()?;
        Some((&self.text[key.0 as usize..key.1 as usize], &self.text[value.0 as usize..value.1 as usize]))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.pairs.size_hint()
    }
}

impl ExactSizeIterator for Pairs<'_> {}
