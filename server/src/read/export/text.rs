//! CSV (RFC 4180) and lines of JSON.

use click_lite_store::AnswerColumn;
use serde_json::value::RawValue;

use super::cells::{Cell, Columns, Kind};

/// Writes rows as text.
pub struct TextWriter {
    is_csv: bool,
    hidden: &'static [&'static str],
    columns: Option<Columns>,
}

impl TextWriter {
    pub fn csv(hidden: &'static [&'static str]) -> Self {
        Self { is_csv: true, hidden, columns: None }
    }

    pub fn json_lines(hidden: &'static [&'static str]) -> Self {
        Self { is_csv: false, hidden, columns: None }
    }

    /// The text of so many rows, the first time with what stands before them.
    ///
    /// # Errors
    /// Rows that are not those of the columns.
    pub fn write(&mut self, columns: &[AnswerColumn], rows: &[Box<RawValue>]) -> std::io::Result<Vec<u8>> {
        let is_first = self.columns.is_none();
        let shown = self.columns.get_or_insert_with(|| Columns::new(columns, self.hidden));
        if !self.is_csv {
            let mut text = Vec::new();
            for row in rows {
                write_json_line(&mut text, shown, row)?;
            }
            return Ok(text);
        }
        let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
        if is_first {
            writer.write_record(shown.names())?;
        }
        for row in rows {
            for cell in shown.cells(row)? {
                writer.write_field(cell.as_text())?;
            }
            writer.write_record(None::<&[u8]>)?;
        }
        writer.into_inner().map_err(csv::IntoInnerError::into_error)
    }
}

fn write_json_line(text: &mut Vec<u8>, columns: &Columns, row: &RawValue) -> std::io::Result<()> {
    let mut separator = b'{';
    for (name, kind, value) in columns.of_row(row)? {
        text.push(separator);
        separator = b',';
        serde_json::to_writer(&mut *text, name)?;
        text.push(b':');
        match value.map(|value| (value, Cell::of(value, kind))) {
            None => text.extend_from_slice(b"null"),
            // JSON's numbers have any number of digits.
            Some((_, Cell::Number(number))) if kind == Kind::Number => {
                text.extend_from_slice(number.as_bytes());
            }
            Some((value, _)) => text.extend_from_slice(value.get().as_bytes()),
        }
    }
    if separator == b'{' {
        text.push(separator);
    }
    text.extend_from_slice(b"}\n");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_quoted_where_they_must_be() {
        let columns = [("message", "String"), ("n", "UInt64"), ("id", "UInt64")]
            .map(|(name, kind)| AnswerColumn { name: name.into(), kind: kind.into() });
        let rows =
            [r#"{"message":"a \"b\",\nc; größe","n":"12","id":1}"#, r#"{"message":"","n":null,"id":2}"#]
                .map(|row| RawValue::from_string(row.to_owned()).expect("JSON"));
        let mut csv = TextWriter::csv(&["id"]);
        let first = csv.write(&columns, &rows[..1]).expect("rows");
        assert_eq!(
            String::from_utf8(first).expect("UTF-8"),
            "message,n\r\n\"a \"\"b\"\",\nc; größe\",12\r\n"
        );
        let second = csv.write(&columns, &rows[1..]).expect("rows");
        assert_eq!(String::from_utf8(second).expect("UTF-8"), ",\r\n");

        let lines = TextWriter::json_lines(&["id"]).write(&columns, &rows).expect("rows");
        assert_eq!(
            String::from_utf8(lines).expect("UTF-8"),
            "{\"message\":\"a \\\"b\\\",\\nc; größe\",\"n\":12}\n{\"message\":\"\",\"n\":null}\n"
        );
    }
}
