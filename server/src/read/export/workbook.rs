//! Excel workbooks (ECMA-376): the rows, a table across and a chart where they are a series, and what was asked.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;

use click_lite_model::time::parse_rfc3339;
use click_lite_store::AnswerColumn;
use rust_xlsxwriter::{Chart, ChartType, Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError};
use serde_json::value::RawValue;
use tokio::sync::mpsc;

use super::cells::{Cell, Columns, Kind};

/// Rows that a sheet holds below its head.
pub const MOST_ROWS: u32 = 1_048_575;
/// Characters that a cell holds.
const MOST_CHARACTERS: usize = 32_767;
const CUT: &str = " [cut: a cell holds 32,767 characters]";
/// Columns that a sheet holds.
const MOST_COLUMNS: usize = 16_384;
/// Digits that Excel keeps of a number.
const MOST_DIGITS: usize = 15;

/// What a chart is drawn of, and what is put across.
const MOST_CHART_ROWS: usize = 20_000;
const MOST_SERIES: usize = 50;
const CHART_PIXELS: (u32, u32) = (960, 480);

const NS_PER_DAY: f64 = 86_400e9;
/// 1899-12-30 in days before 1970-01-01: Excel's day 0.
const EPOCH_DAYS: f64 = 25_569.0;
/// Excel's first day that every program counts alike: 1900-03-01.
const FIRST_DAY: f64 = 61.0;

const ROWS_SHEET: &str = "Rows";

/// Rows on their way into a workbook; the first ones tell the columns.
pub struct Batch {
    pub columns: Vec<AnswerColumn>,
    pub rows: Vec<Box<RawValue>>,
}

/// What stands on the last sheet: names and values.
pub type About = Vec<(&'static str, String)>;

/// Why there is no workbook.
#[derive(Debug, thiserror::Error)]
pub enum WorkbookError {
    #[error(transparent)]
    Xlsx(#[from] XlsxError),
    #[error(transparent)]
    Json(#[from] serde_json::Error),
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

/// Writes what comes, until no more does; of more rows than a sheet holds the first ones, and how many that are. Temporary
/// files go to `folder`.
///
/// # Errors
/// Rows that are not those of their columns, and a full disk.
pub fn write(
    mut batches: mpsc::Receiver<Batch>,
    hidden: &[&str],
    mut about: About,
    folder: &Path,
    file: &File,
) -> Result<Option<u32>, WorkbookError> {
    let formats = Formats::new();
    let mut workbook = Workbook::new();
    workbook.set_tempdir(folder)?;
    let sheet = workbook.add_worksheet_with_constant_memory();
    let sheet = sheet?;
    sheet.set_name(ROWS_SHEET)?.set_freeze_panes(1, 0)?;
    let mut columns = Columns::new(&[], &[]);
    let mut series = Series::default();
    let (mut count, mut is_cut, mut has_head) = (0, false, false);
    while let Some(batch) = batches.blocking_recv() {
        if !std::mem::replace(&mut has_head, true) {
            columns = Columns::new(&batch.columns, hidden);
            formats.write_head(sheet, &columns)?;
            series = Series::new(&columns);
        }
        for row in &batch.rows {
            if count == MOST_ROWS {
                is_cut = true;
                break;
            }
            count += 1;
            for (place, (cell, kind)) in
                columns.cells(row)?.zip(columns.kinds()).take(MOST_COLUMNS).enumerate()
            {
                formats.write_cell(sheet, count, place as u16, &cell, kind)?;
            }
            series.note(&columns, row)?;
        }
        if is_cut {
            // The query is ended.
            drop(batches);
            break;
        }
    }
    let last_column = columns.names().count().clamp(1, MOST_COLUMNS) as u16 - 1;
    if has_head {
        sheet.autofilter(0, 0, count, last_column)?;
    }
    series.write(&mut workbook, &formats, &columns, count)?;
    about.push(("Rows", count.to_string()));
    if is_cut {
        about.push(("Note", format!("There are more rows. A sheet holds {MOST_ROWS}: these are the first.")));
    }
    formats.write_about(workbook.add_worksheet(), &about)?;
    workbook.save_to_writer(std::io::BufWriter::new(file))?;
    Ok(is_cut.then_some(count))
}

struct Formats {
    head: Format,
    time: Format,
    day: Format,
    label: Format,
    wrapped: Format,
}

impl Formats {
    fn new() -> Self {
        Self {
            head: Format::new().set_bold().set_border_bottom(FormatBorder::Thin),
            time: Format::new().set_num_format("yyyy-mm-dd hh:mm:ss.000"),
            day: Format::new().set_num_format("yyyy-mm-dd"),
            label: Format::new().set_bold().set_align(FormatAlign::Top),
            wrapped: Format::new().set_text_wrap().set_align(FormatAlign::Top),
        }
    }

    fn write_head(&self, sheet: &mut Worksheet, columns: &Columns) -> Result<(), XlsxError> {
        for (place, (name, kind)) in columns.names().zip(columns.kinds()).take(MOST_COLUMNS).enumerate() {
            let place = place as u16;
            let width = match kind {
                Kind::Time => 24.0,
                Kind::Number | Kind::Bool => 12.0,
                Kind::Json => 60.0,
                Kind::Text if matches!(name, "message" | "body" | "Body") => 90.0,
                Kind::Text => 22.0,
            };
            sheet.set_column_width(place, f64::max(width, name.chars().count() as f64 + 4.0).min(90.0))?;
            sheet.write_string_with_format(0, place, fitting(name), &self.head)?;
        }
        Ok(())
    }

    fn write_cell(
        &self,
        sheet: &mut Worksheet,
        row: u32,
        column: u16,
        cell: &Cell<'_>,
        kind: Kind,
    ) -> Result<(), XlsxError> {
        match cell {
            Cell::Empty => {}
            Cell::Bool(value) => {
                sheet.write_boolean(row, column, *value)?;
            }
            Cell::Number(text) => match exact_number(text) {
                Some(number) => {
                    sheet.write_number(row, column, number)?;
                }
                None => {
                    sheet.write_string(row, column, *text)?;
                }
            },
            Cell::Text(text) if kind == Kind::Time => match excel_time(text) {
                Some((days, is_day)) => {
                    let format = if is_day { &self.day } else { &self.time };
                    sheet.write_number_with_format(row, column, days, format)?;
                }
                None => {
                    sheet.write_string(row, column, fitting(text))?;
                }
            },
            Cell::Text(text) if text.is_empty() => {}
            Cell::Text(text) => {
                sheet.write_string(row, column, fitting(text))?;
            }
            Cell::Json(text) => {
                sheet.write_string(row, column, fitting(text))?;
            }
        }
        Ok(())
    }

    fn write_about(&self, sheet: &mut Worksheet, about: &About) -> Result<(), XlsxError> {
        sheet.set_name("Query")?.set_column_width(0, 14)?.set_column_width(1, 110)?;
        for (row, (name, value)) in about.iter().enumerate() {
            sheet.write_string_with_format(row as u32, 0, *name, &self.label)?;
            sheet.write_string_with_format(row as u32, 1, fitting(value), &self.wrapped)?;
        }
        Ok(())
    }
}

/// A text as a cell can hold it.
fn fitting(text: &str) -> String {
    // Excel counts units of UTF-16.
    if text.len() <= MOST_CHARACTERS || text.encode_utf16().count() <= MOST_CHARACTERS {
        return text.to_owned();
    }
    let mut room = MOST_CHARACTERS - CUT.len();
    let fits = |character: &char| {
        let units = character.len_utf16();
        let fits = units <= room;
        room = if fits { room - units } else { 0 };
        fits
    };
    text.chars().take_while(fits).chain(CUT.chars()).collect()
}

/// A number whose digits Excel keeps.
fn exact_number(text: &str) -> Option<f64> {
    let number: f64 = text.parse().ok()?;
    let is_whole = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    (number.is_finite() && (!is_whole || text.trim_start_matches('-').len() <= MOST_DIGITS)).then_some(number)
}

/// A time of ClickHouse in Excel's days, and whether it is a day; `None` outside of what Excel holds.
fn excel_time(text: &str) -> Option<(f64, bool)> {
    let is_day = text.len() == 10;
    let time_ns = if is_day { parse_rfc3339(&format!("{text}T00:00:00Z")) } else { parse_rfc3339(text) }?;
    let days = time_ns as f64 / NS_PER_DAY + EPOCH_DAYS;
    (days >= FIRST_DAY).then_some((days, is_day))
}

/// Rows that make a chart: a time or a name, then numbers; or a time, a name and a number, which is put across.
#[derive(Default)]
enum Series {
    #[default]
    None,
    Wide {
        kind: ChartType,
    },
    Long {
        names: Vec<String>,
        /// By their first cell.
        values: BTreeMap<String, BTreeMap<String, f64>>,
    },
}

impl Series {
    fn new(columns: &Columns) -> Self {
        let kinds: Vec<Kind> = columns.kinds().collect();
        match kinds.as_slice() {
            [Kind::Time, numbers @ ..] if is_numbers(numbers) => Self::Wide { kind: ChartType::Line },
            [Kind::Text, numbers @ ..] if is_numbers(numbers) => Self::Wide { kind: ChartType::Column },
            [Kind::Time, Kind::Text, Kind::Number] => {
                Self::Long { names: Vec::new(), values: BTreeMap::new() }
            }
            _ => Self::None,
        }
    }

    fn note(&mut self, columns: &Columns, row: &RawValue) -> Result<(), serde_json::Error> {
        let Self::Long { names, values } = self else { return Ok(()) };
        let cells: Vec<Cell<'_>> = columns.cells(row)?.collect();
        let [time, name, value] = cells.as_slice() else { return Ok(()) };
        if !names.iter().any(|known| known == name.as_text()) {
            names.push(name.as_text().to_owned());
        }
        if let Ok(value) = value.as_text().parse() {
            values.entry(time.as_text().to_owned()).or_default().insert(name.as_text().to_owned(), value);
        }
        if names.len() > MOST_SERIES || values.len() > MOST_CHART_ROWS {
            *self = Self::None;
        }
        Ok(())
    }

    fn write(
        self,
        workbook: &mut Workbook,
        formats: &Formats,
        columns: &Columns,
        rows: u32,
    ) -> Result<(), XlsxError> {
        match self {
            Self::Wide { kind } if rows > 1 && rows as usize <= MOST_CHART_ROWS => {
                let last = columns.names().count().min(MOST_SERIES + 1) as u16 - 1;
                let chart = chart_of(kind, ROWS_SHEET, rows, last)?;
                workbook.add_worksheet().set_name("Chart")?.insert_chart(0, 0, &chart)?;
            }
            Self::Long { names, values } if values.len() > 1 => {
                const SHEET: &str = "Across";
                let sheet = workbook.add_worksheet().set_name(SHEET)?.set_freeze_panes(1, 1)?;
                sheet.set_column_width(0, 24)?;
                let head = columns.names().next().unwrap_or_default();
                sheet.write_string_with_format(0, 0, head, &formats.head)?;
                for (place, name) in names.iter().enumerate() {
                    let name = if name.is_empty() { "(none)" } else { name };
                    sheet.write_string_with_format(0, place as u16 + 1, fitting(name), &formats.head)?;
                }
                for (row, (time, values)) in values.iter().enumerate() {
                    let time = Cell::Text(time.clone());
                    formats.write_cell(sheet, row as u32 + 1, 0, &time, Kind::Time)?;
                    for (place, name) in names.iter().enumerate() {
                        if let Some(value) = values.get(name) {
                            sheet.write_number(row as u32 + 1, place as u16 + 1, *value)?;
                        }
                    }
                }
                let chart = chart_of(ChartType::Line, SHEET, values.len() as u32, names.len() as u16)?;
                workbook.add_worksheet().set_name("Chart")?.insert_chart(0, 0, &chart)?;
            }
            _ => {}
        }
        Ok(())
    }
}

fn is_numbers(kinds: &[Kind]) -> bool {
    !kinds.is_empty() && kinds.len() <= MOST_SERIES && kinds.iter().all(|kind| *kind == Kind::Number)
}

/// Of a sheet whose first column has the names and whose others, up to `last_column`, have the values.
fn chart_of(kind: ChartType, sheet: &str, last_row: u32, last_column: u16) -> Result<Chart, XlsxError> {
    let mut chart = Chart::new(kind);
    for column in 1..=last_column {
        chart
            .add_series()
            .set_name((sheet, 0, column))
            .set_categories((sheet, 1, 0, last_row, 0))
            .set_values((sheet, 1, column, last_row, column));
    }
    if kind == ChartType::Line {
        chart.x_axis().set_date_axis(true).set_num_format("yyyy-mm-dd hh:mm");
    }
    chart.set_width(CHART_PIXELS.0).set_height(CHART_PIXELS.1);
    Ok(chart)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_days_of_excel() {
        assert_eq!(excel_time("1970-01-01T00:00:00Z"), Some((25_569.0, false)));
        assert_eq!(excel_time("2026-11-28"), Some((46_354.0, true)));
        let (days, _) = excel_time("2026-11-28T12:00:00.123456789Z").expect("a time");
        assert!((days - 46_354.500_001_428_9).abs() < 1e-9, "{days}");
        assert_eq!(excel_time("1900-01-01T00:00:00Z"), None);
        assert_eq!(excel_time("soon"), None);
    }

    #[test]
    fn cells_hold_what_excel_can() {
        assert_eq!(exact_number("123456789012345"), Some(123_456_789_012_345.0));
        assert_eq!(exact_number("1234567890123456"), None, "Excel keeps 15 digits");
        assert_eq!(exact_number("0.1"), Some(0.1));
        assert_eq!(fitting("größe"), "größe");
        let long = fitting(&"𝄞".repeat(20_000));
        assert_eq!(long.encode_utf16().count(), MOST_CHARACTERS - 1, "a pair is not cut");
        assert!(long.ends_with(CUT));
    }
}
