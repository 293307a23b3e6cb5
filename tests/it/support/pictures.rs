//! Pictures as people send them.

use std::io::Cursor;

use image::{ImageFormat, Rgb, RgbImage};

use super::files::{form_of, part};

/// A PNG of one colour.
pub fn png(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    RgbImage::from_pixel(width, height, Rgb([200, 120, 40])).write_to(&mut bytes, ImageFormat::Png).unwrap();
    bytes.into_inner()
}

/// A form with these files in the field that pictures are sent in.
pub fn picture_form(files: &[(&str, &[u8])]) -> Vec<u8> {
    let picture = |(name, bytes): &(&str, &[u8])| part(&format!("form-data; name=\"picture\"; filename=\"{name}\""), "image/png", bytes);
    form_of(&files.iter().map(picture).collect::<Vec<_>>())
}
