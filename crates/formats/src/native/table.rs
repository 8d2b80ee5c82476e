use super::columns::Column;

/// The columns of one table while they are filled.
pub trait Table: Default {
    /// Name and type of each column, in order.
    const COLUMNS: &'static [(&'static str, &'static str)];
    /// What a row takes beside its text: fixed-size columns, offsets, length bytes. An estimate, rather above than below.
    const ROW_BYTES: usize;

    /// In the order of [`Self::COLUMNS`].
    fn columns(&mut self) -> impl Iterator<Item = &mut dyn Column>;
}
