//! Forms with a file in them.

/// Type of the body that [`file_form`] makes.
pub const MULTIPART: &str = "multipart/form-data; boundary=----souk-test";

/// A form with one file.
pub fn file_form(field: &str, name: &str, text: &str) -> String {
    format!(
        "------souk-test\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"{name}\"\r\nContent-Type: text/csv\r\n\r\n{text}\r\n------souk-test--\r\n"
    )
}
