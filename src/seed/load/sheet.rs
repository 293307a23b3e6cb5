//! Rows as `COPY` reads them in its text format: columns between tabs, one row a line, `\N` for null.

use std::fmt::{Display, Write};

use time::OffsetDateTime;
use uuid::Uuid;

/// Rows that wait to be sent.
#[derive(Default, Debug)]
pub struct Sheet {
    text: String,
    /// Whether the next column is the first of its row.
    at_start: bool,
}

impl Sheet {
    pub fn new() -> Self {
        Self { at_start: true, ..Self::default() }
    }

    fn separate(&mut self) {
        if !self.at_start {
            self.text.push('\t');
        }
        self.at_start = false;
    }

    /// A text; what has a meaning to `COPY` is escaped.
    pub fn text(&mut self, text: &str) -> &mut Self {
        self.separate();
        for c in text.chars() {
            match c {
                '\\' => self.text.push_str("\\\\"),
                '\t' => self.text.push_str("\\t"),
                '\n' => self.text.push_str("\\n"),
                '\r' => self.text.push_str("\\r"),
                c => self.text.push(c),
            }
        }
        self
    }

    /// A number, an id, or another thing that writes itself without tabs, lines and backslashes.
    pub fn plain(&mut self, value: impl Display) -> &mut Self {
        self.separate();
        // Writing to a string cannot fail.
        let _ = write!(self.text, "{value}");
        self
    }

    pub fn null(&mut self) -> &mut Self {
        self.plain("\\N")
    }

    pub fn maybe(&mut self, value: Option<impl Display>) -> &mut Self {
        match value {
            Some(value) => self.plain(value),
            None => self.null(),
        }
    }

    pub fn id(&mut self, id: Uuid) -> &mut Self {
        self.plain(id.as_hyphenated())
    }

    /// A moment in milliseconds since 1970.
    pub fn time(&mut self, at_ms: i64) -> &mut Self {
        let at = OffsetDateTime::from_unix_timestamp(at_ms.div_euclid(1000)).unwrap_or(OffsetDateTime::UNIX_EPOCH);
        let (date, millis) = (at.date(), at_ms.rem_euclid(1000));
        let (month, day) = (u8::from(date.month()), date.day());
        self.plain(format_args!(
            "{}-{month:02}-{day:02} {:02}:{:02}:{:02}.{millis:03}+00",
            date.year(),
            at.hour(),
            at.minute(),
            at.second()
        ))
    }

    pub fn maybe_time(&mut self, at_ms: Option<i64>) -> &mut Self {
        match at_ms {
            Some(at_ms) => self.time(at_ms),
            None => self.null(),
        }
    }

    /// An array of words without quotes and backslashes.
    pub fn words<'a>(&mut self, words: impl Iterator<Item = &'a str>) -> &mut Self {
        self.separate();
        self.text.push('{');
        for (place, word) in words.enumerate() {
            let comma = if place > 0 { "," } else { "" };
            let _ = write!(self.text, "{comma}\"{word}\"");
        }
        self.text.push('}');
        self
    }

    pub fn end_row(&mut self) {
        self.text.push('\n');
        self.at_start = true;
    }

    pub fn bytes(&self) -> &[u8] {
        self.text.as_bytes()
    }

    /// Empty, with its room kept.
    pub fn clear(&mut self) {
        self.text.clear();
        self.at_start = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_reads_as_copy_wants_it() {
        let mut sheet = Sheet::new();
        sheet.text("a\tb\\c\nd").null().plain(7).time(1_790_000_000_123).words(["x", "y"].into_iter()).maybe(None::<i32>).end_row();
        sheet.text("").end_row();
        assert_eq!(sheet.text, "a\\tb\\\\c\\nd\t\\N\t7\t2026-09-21 14:13:20.123+00\t{\"x\",\"y\"}\t\\N\n\n");
    }
}
