//! From the bytes of a file to its rows.

use std::borrow::Cow;

use csv::{ByteRecord, ReaderBuilder};

use super::cells::Column;
use super::plan::Problems;
use super::{MAX_FILE_BYTES, MAX_ROWS};
use crate::platform::spreadsheet::unguarded;

/// What some programs put in front to say that a file is UTF-8.
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";
/// Spreadsheets of some countries write one of these in place of commas.
const DELIMITERS: [u8; 3] = [b',', b';', b'\t'];

/// One row.
#[derive(Clone, Debug)]
pub struct Line {
    pub number: u64,
    /// By column; none where the file has no such column.
    cells: [Option<String>; Column::COUNT],
}

impl Line {
    /// None where the file has no such column.
    pub fn cell(&self, column: Column) -> Option<&str> {
        self.cells[column as usize].as_deref()
    }

    /// Empty where the file has no such column.
    pub fn text(&self, column: Column) -> &str {
        self.cell(column).unwrap_or_default().trim()
    }

    fn is_empty(&self) -> bool {
        self.cells.iter().flatten().all(|cell| cell.trim().is_empty())
    }
}

/// All rows; with problems there may be fewer than the file has.
pub fn read(file: &[u8], problems: &mut Problems) -> Vec<Line> {
    if file.len() > MAX_FILE_BYTES {
        problems.add(1, "", "This file is larger than 5 MB.");
        return Vec::new();
    }
    let file = &one_ended(file.strip_prefix(BYTE_ORDER_MARK).unwrap_or(file))[..];
    let first_line = file.split(|&byte| byte == b'\n').next().unwrap_or_default();
    let count = |delimiter: u8| first_line.iter().filter(|&&byte| byte == delimiter).count();
    let delimiter = DELIMITERS.into_iter().max_by_key(|&delimiter| (count(delimiter), delimiter == b',')).unwrap_or(b',');
    // A row may be shorter or longer than the first: that is said, with its number, like all else.
    let mut reader = ReaderBuilder::new().delimiter(delimiter).has_headers(false).flexible(true).from_reader(file);
    let mut record = ByteRecord::new();
    if !matches!(reader.read_byte_record(&mut record), Ok(true)) {
        problems.add(1, "", "This file is empty.");
        return Vec::new();
    }
    let Some(columns) = header(&record, problems) else { return Vec::new() };
    let mut lines = Vec::new();
    loop {
        match reader.read_byte_record(&mut record) {
            Ok(false) => break,
            Ok(true) => {}
            Err(_) => {
                problems.add(reader.position().line(), "", "This is not CSV.");
                break;
            }
        }
        if lines.len() == MAX_ROWS {
            problems.add(line_of(&record), "", "There are more than 10,000 rows. Please send them in several files.");
            break;
        }
        if let Some(line) = line(&record, &columns, problems).filter(|line| !line.is_empty()) {
            lines.push(line);
        }
    }
    if lines.is_empty() && problems.is_empty() {
        problems.add(1, "", "There are no rows below the names of the columns.");
    }
    lines
}

/// Lines that end with one character: of two, the reader counts the second one to the row that follows, and every number would be one less.
fn one_ended(file: &[u8]) -> Cow<'_, [u8]> {
    if !file.contains(&b'\r') {
        return file.into();
    }
    let is_half = |(at, byte): &(usize, &u8)| **byte == b'\r' && file.get(at + 1) == Some(&b'\n');
    file.iter().enumerate().filter(|pair| !is_half(pair)).map(|(_, byte)| *byte).collect::<Vec<u8>>().into()
}

fn line_of(record: &ByteRecord) -> u64 {
    record.position().map_or(1, csv::Position::line)
}

/// Which column stands where.
fn header(record: &ByteRecord, problems: &mut Problems) -> Option<Vec<Column>> {
    let before = problems.count();
    let mut columns: Vec<Column> = Vec::with_capacity(record.len());
    for name in record {
        let name = String::from_utf8_lossy(name).trim().to_lowercase();
        match name.parse::<Column>() {
            Ok(column) if columns.contains(&column) => problems.add(1, column.as_str(), "This column is there twice."),
            Ok(column) => columns.push(column),
            Err(_) => {
                let shown: String = name.chars().filter(|c| !c.is_control()).take(40).collect();
                problems.add(1, &shown, "There is no such column. An export has all that there are.");
            }
        }
    }
    if !columns.contains(&Column::Handle) {
        problems.add(1, Column::Handle.as_str(), "This column is missing: it says which product a row is about.");
    }
    (problems.count() == before).then_some(columns)
}

fn line(record: &ByteRecord, columns: &[Column], problems: &mut Problems) -> Option<Line> {
    let number = line_of(record);
    if record.len() != columns.len() {
        // A row of blanks at the end is how some programs end a file.
        if record.iter().any(|cell| !cell.trim_ascii().is_empty()) {
            problems.add(number, "", &format!("This row has {} cells, and the first has {}.", record.len(), columns.len()));
        }
        return None;
    }
    let mut cells = [const { None }; Column::COUNT];
    for (cell, &column) in record.iter().zip(columns) {
        match std::str::from_utf8(cell) {
            // Postgres keeps no NUL.
            Ok(text) if text.contains('\0') => {
                problems.add(number, column.as_str(), "There is a character in it that no text has.");
                return None;
            }
            Ok(text) => cells[column as usize] = Some(unguarded(text).to_owned()),
            Err(_) => {
                problems.add(number, column.as_str(), "This is not UTF-8. Please save the file as “CSV UTF-8”.");
                return None;
            }
        }
    }
    Some(Line { number, cells })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_numbered_as_a_spreadsheet_shows_them_however_lines_end() {
        for end in ["\n", "\r\n"] {
            let file = ["handle,name", "a,A", "b,\"B", "of two lines\"", "c,C"].join(end);
            let lines = read(file.as_bytes(), &mut Problems::default());
            assert_eq!(lines.iter().map(|line| line.number).collect::<Vec<_>>(), [2, 3, 5], "{end:?}");
        }
    }
}
