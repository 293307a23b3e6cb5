//! From bytes somebody sent to our own files: pure and slow, so always called on a blocking thread.

use std::io::{BufRead, Seek, SeekFrom};

use image::imageops::FilterType;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits};

use crate::media::WIDTHS;
use crate::values::FieldProblem;

/// Largest file taken.
pub const MAX_BYTES: usize = 8 * 1024 * 1024;
/// Longest side taken; the `image` crate sets no such bound by itself.
const MAX_SIDE: u32 = 8000;
/// Shortest side taken: the smallest size that is kept.
const MIN_SIDE: u32 = 160;
/// Bound within the decoders, beside the budget that the service keeps.
const MAX_ALLOC: u64 = 400 * 1024 * 1024;
/// Good enough that artefacts are not seen on photographs, half the bytes of 90.
const QUALITY: f32 = 80.0;
/// 0 fast to 6 small.
const EFFORT: i32 = 2;

/// What browsers and cameras make; each decoder here is one of Rust.
const TAKEN: [ImageFormat; 3] = [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP];

/// Our own files of a picture.
pub struct Rendered {
    pub width: i32,
    pub height: i32,
    /// By width, ascending.
    pub files: Vec<(i32, Vec<u8>)>,
}

/// What is read of a picture: the bytes that were sent, in memory or on the disk.
pub trait Input: BufRead + Seek + Send + 'static {}
impl<T: BufRead + Seek + Send + 'static> Input for T {}

/// Bytes of memory that decoding may take, from the header alone. Leaves the input at its beginning.
///
/// # Errors
/// What is wrong with the file as far as its size and header tell.
pub fn decoding_cost(input: &mut impl Input) -> Result<u64, FieldProblem> {
    if input.seek(SeekFrom::End(0)).map_err(unreadable)? > MAX_BYTES as u64 {
        return Err(FieldProblem::FileTooLarge);
    }
    input.rewind().map_err(unreadable)?;
    let (format, decoder) = open(&mut *input)?;
    let (width, height) = decoder.dimensions();
    let bytes_per_pixel = u64::from(decoder.color_type().bytes_per_pixel())
        + match format {
            // A progressive file keeps two bytes for each coefficient until its last scan.
            ImageFormat::Jpeg => 6,
            // Planes and transforms.
            ImageFormat::WebP => 5,
            _ => 1,
        };
    drop(decoder);
    input.rewind().map_err(unreadable)?;
    Ok(u64::from(width) * u64::from(height) * bytes_per_pixel)
}

/// Decodes, resizes, turns and encodes. Pixels are all that is taken over: no metadata, no profile, no second frame, no trailing bytes.
///
/// # Errors
/// What is wrong with the file.
pub fn render(input: impl Input) -> Result<Rendered, FieldProblem> {
    let (_, mut decoder) = open(input)?;
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let image = eight_bits(DynamicImage::from_decoder(decoder).map_err(problem)?);
    let mut image = upright(image, orientation);
    let mut files = Vec::with_capacity(WIDTHS.len());
    for &width in WIDTHS.iter().rev().filter(|width| width.unsigned_abs() <= image.width()).collect::<Vec<_>>() {
        // From the size before: each step is small, so it is quick and loses nothing that can be seen.
        if width.unsigned_abs() < image.width() {
            image = resized(&image, width.unsigned_abs());
        }
        files.push((width, image.height(), encode(&image)?));
    }
    files.reverse();
    let &(width, height, _) = files.last().ok_or(FieldProblem::PictureTooSmall)?;
    let height = i32::try_from(height).map_err(|_| FieldProblem::PictureTooLarge)?;
    Ok(Rendered { width, height, files: files.into_iter().map(|(width, _, bytes)| (width, bytes)).collect() })
}

/// By what the bytes are, not by what they are called.
fn open<'a>(input: impl BufRead + Seek + 'a) -> Result<(ImageFormat, impl ImageDecoder + 'a), FieldProblem> {
    let mut reader = ImageReader::new(input).with_guessed_format().map_err(unreadable)?;
    let format = reader.format().filter(|format| TAKEN.contains(format)).ok_or(FieldProblem::NotAPicture)?;
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    limits.max_alloc = Some(MAX_ALLOC);
    reader.limits(limits);
    let decoder = reader.into_decoder().map_err(problem)?;
    let (width, height) = decoder.dimensions();
    if width > MAX_SIDE || height > MAX_SIDE {
        return Err(FieldProblem::PictureTooLarge);
    }
    if width < MIN_SIDE || height < MIN_SIDE {
        return Err(FieldProblem::PictureTooSmall);
    }
    Ok((format, decoder))
}

#[expect(clippy::needless_pass_by_value, reason = "it stands in map_err")]
fn unreadable(error: std::io::Error) -> FieldProblem {
    tracing::warn!(%error, "a picture could not be read");
    FieldProblem::NotAPicture
}

#[expect(clippy::needless_pass_by_value, reason = "it stands in map_err")]
fn problem(error: image::ImageError) -> FieldProblem {
    tracing::debug!(%error, "a picture was refused");
    match error {
        image::ImageError::Limits(_) => FieldProblem::PictureTooLarge,
        _ => FieldProblem::NotAPicture,
    }
}

/// Eight bits a channel, and no alpha channel unless it says something.
fn eight_bits(image: DynamicImage) -> DynamicImage {
    if !image.color().has_alpha() {
        return image.into_rgb8().into();
    }
    let rgba = image.into_rgba8();
    if rgba.pixels().any(|pixel| pixel.0[3] != u8::MAX) { rgba.into() } else { DynamicImage::from(rgba).into_rgb8().into() }
}

/// As the camera meant it. Shrunk first, so that there is little to turn.
fn upright(image: DynamicImage, orientation: Orientation) -> DynamicImage {
    let on_its_side =
        matches!(orientation, Orientation::Rotate90 | Orientation::Rotate270 | Orientation::Rotate90FlipH | Orientation::Rotate270FlipH);
    let largest = WIDTHS[WIDTHS.len() - 1].unsigned_abs();
    let (width, height) = (image.width(), image.height());
    let mut image = match on_its_side {
        false if width > largest => resized(&image, largest),
        true if height > largest => resized(&image, scaled(width, largest, height)),
        _ => image,
    };
    image.apply_orientation(orientation);
    image
}

/// The part of `length` that keeps the ratio when `from` becomes `to`.
fn scaled(length: u32, to: u32, from: u32) -> u32 {
    // Sides are at most 8000, so the product fits.
    ((length * to + from / 2) / from).max(1)
}

fn resized(image: &DynamicImage, width: u32) -> DynamicImage {
    let height = scaled(image.height(), width, image.width());
    if width * 2 <= image.width() {
        // Whole blocks of pixels: the plain average is right, and ten times as fast.
        image.thumbnail_exact(width, height)
    } else {
        image.resize_exact(width, height, FilterType::Triangle)
    }
}

fn encode(image: &DynamicImage) -> Result<Vec<u8>, FieldProblem> {
    let layout = if image.color().has_alpha() { webp::PixelLayout::Rgba } else { webp::PixelLayout::Rgb };
    let mut config = webp::WebPConfig::new().map_err(|()| FieldProblem::NotAPicture)?;
    config.quality = QUALITY;
    config.method = EFFORT;
    let encoder = webp::Encoder::new(image.as_bytes(), layout, image.width(), image.height());
    let encoded = encoder.encode_advanced(&config).map_err(|error| {
        tracing::warn!(?error, "a picture could not be encoded");
        FieldProblem::NotAPicture
    })?;
    Ok(encoded.to_vec())
}
