//! Forms with files in them.

/// Type of the body of such a form.
pub const MULTIPART: &str = "multipart/form-data; boundary=souk-boundary";
const END: &[u8] = b"--souk-boundary--\r\n";

/// One part of a form.
pub fn part(disposition: &str, kind: &str, bytes: &[u8]) -> Vec<u8> {
    let head = format!("--souk-boundary\r\ncontent-disposition: {disposition}\r\ncontent-type: {kind}\r\n\r\n");
    [head.as_bytes(), bytes, b"\r\n"].concat()
}

/// A form of these parts.
pub fn form_of(parts: &[Vec<u8>]) -> Vec<u8> {
    [&parts.concat()[..], END].concat()
}

/// A form with one file.
pub fn file_form(field: &str, name: &str, text: &str) -> Vec<u8> {
    form_of(&[part(&format!("form-data; name=\"{field}\"; filename=\"{name}\""), "text/csv", text.as_bytes())])
}
