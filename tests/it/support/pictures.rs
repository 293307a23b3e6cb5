//! Pictures as people send them.

use std::io::Cursor;

use image::{ImageFormat, Rgb, RgbImage};

/// The type of what [`picture_form`] makes.
pub const MULTIPART: &str = "multipart/form-data; boundary=souk-boundary";

/// A PNG of one colour.
pub fn png(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    RgbImage::from_pixel(width, height, Rgb([200, 120, 40])).write_to(&mut bytes, ImageFormat::Png).unwrap();
    bytes.into_inner()
}

/// A form with these files in the field that pictures are sent in.
pub fn picture_form(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, bytes) in files {
        body.extend(part(&format!("form-data; name=\"picture\"; filename=\"{name}\""), "image/png", bytes));
    }
    body.extend(b"--souk-boundary--\r\n");
    body
}

/// One part of such a form.
pub fn part(disposition: &str, kind: &str, bytes: &[u8]) -> Vec<u8> {
    let head = format!("--souk-boundary\r\ncontent-disposition: {disposition}\r\ncontent-type: {kind}\r\n\r\n");
    [head.as_bytes(), bytes, b"\r\n"].concat()
}
