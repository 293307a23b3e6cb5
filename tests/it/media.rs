//! Hostile and honest uploads, and how pictures are served.

use std::io::Cursor;
use std::path::PathBuf;

use axum::body::Body;
use http::{Request, StatusCode};
use image::{DynamicImage, GenericImageView, ImageFormat, Rgb, RgbImage, Rgba, RgbaImage};
use souk::error::AppError;
use souk::media::picture_url;
use souk::media::service::{StoredPicture, store_picture};
use souk::platform::db::MIGRATOR;
use souk::platform::storage::Storage;
use souk::values::FieldProblem::{self, FileTooLarge, NotAPicture, PictureTooLarge, PictureTooSmall};
use sqlx::PgPool;
use tower::ServiceExt;

use crate::media_dir::MediaDir;
use crate::support::App;

/// What must never be found in what we store or serve.
const PAYLOAD: &[u8] = b"<script>alert(document.domain)</script>";

/// Left half red, right half blue, so that one sees how it was turned.
fn two_halves(width: u32, height: u32) -> DynamicImage {
    RgbImage::from_fn(width, height, |x, _| if x < width / 2 { Rgb([220, 30, 30]) } else { Rgb([30, 30, 220]) }).into()
}

fn encoded(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

fn jpeg() -> Vec<u8> {
    encoded(&two_halves(400, 300), ImageFormat::Jpeg)
}

fn png() -> Vec<u8> {
    encoded(&two_halves(400, 300), ImageFormat::Png)
}

fn webp() -> Vec<u8> {
    encoded(&two_halves(400, 300), ImageFormat::WebP)
}

/// A segment right behind a JPEG's first marker.
fn with_segment(jpeg: &[u8], marker: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len() + 2).unwrap().to_be_bytes();
    [&jpeg[..2], &[0xff, marker], &length, content, &jpeg[2..]].concat()
}

/// EXIF with an orientation and a GPS directory.
fn with_exif(jpeg: &[u8], orientation: u16) -> Vec<u8> {
    let mut tiff = b"II*\0\x08\0\0\0".to_vec();
    let entry = |tag: u16, kind: u16, count: u32, value: [u8; 4]| {
        [&tag.to_le_bytes()[..], &kind.to_le_bytes(), &count.to_le_bytes(), &value].concat()
    };
    let [low, high] = orientation.to_le_bytes();
    tiff.extend(2_u16.to_le_bytes());
    tiff.extend(entry(0x0112, 3, 1, [low, high, 0, 0]));
    tiff.extend(entry(0x8825, 4, 1, 38_u32.to_le_bytes()));
    tiff.extend([0; 4]);
    tiff.extend(1_u16.to_le_bytes());
    tiff.extend(entry(0x0001, 2, 2, *b"N\0\0\0"));
    tiff.extend([0; 4]);
    tiff.extend(b"GPS 48.2082 N 16.3738 E");
    with_segment(jpeg, 0xe1, &[b"Exif\0\0", &tiff[..]].concat())
}

fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { 0xedb8_8320 ^ (crc >> 1) } else { crc >> 1 })
    })
}

fn chunk(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let body = [&kind[..], content].concat();
    [&u32::try_from(content.len()).unwrap().to_be_bytes()[..], &body, &crc(&body).to_be_bytes()].concat()
}

/// A PNG whose header claims other dimensions than its data has.
fn png_claiming(width: u32, height: u32, depth: u8, colour: u8) -> Vec<u8> {
    let png = png();
    let header = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[depth, colour, 0, 0, 0]].concat();
    [&png[..8], &chunk(b"IHDR", &header), &png[33..]].concat()
}

/// A PNG with a chunk between its header and its data.
fn png_with_chunk(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let png = png();
    [&png[..33], &chunk(kind, content), &png[33..]].concat()
}

fn png_of(image: impl Into<DynamicImage>) -> Vec<u8> {
    encoded(&image.into(), ImageFormat::Png)
}

fn changed(mut bytes: Vec<u8>, at: usize, to: &[u8]) -> Vec<u8> {
    bytes[at..at + to.len()].copy_from_slice(to);
    bytes
}

/// Files that must be refused, and why.
pub fn refused() -> Vec<(&'static str, Vec<u8>, FieldProblem)> {
    let gif = b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff!\xf9\x04\0\0\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;";
    let svg = b"<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"><script>alert(1)</script></svg>";
    let mut progressive_lie = jpeg();
    let frame = progressive_lie.windows(2).position(|pair| pair == [0xff, 0xc0]).unwrap();
    progressive_lie[frame + 5..frame + 9].copy_from_slice(&[0xff, 0xff, 0xff, 0xff]);
    vec![
        ("nothing", vec![], NotAPicture),
        ("one byte", vec![0xff], NotAPicture),
        ("a JPEG's first bytes", jpeg()[..3].to_vec(), NotAPicture),
        ("a PNG's signature", png()[..8].to_vec(), NotAPicture),
        ("a PNG's header", png()[..33].to_vec(), NotAPicture),
        ("half a PNG", png()[..png().len() / 2].to_vec(), NotAPicture),
        ("half a WebP", webp()[..webp().len() / 2].to_vec(), NotAPicture),
        ("a JPEG without its scan", jpeg()[..200].to_vec(), NotAPicture),
        ("a WebP's header", b"RIFF\x24\0\0\0WEBPVP8 ".to_vec(), NotAPicture),
        ("text", b"hello".to_vec(), NotAPicture),
        ("a page", [b"<!doctype html>".as_slice(), PAYLOAD].concat(), NotAPicture),
        ("SVG", svg.to_vec(), NotAPicture),
        ("SVG with a prolog", [b"<?xml version=\"1.0\"?>".as_slice(), svg].concat(), NotAPicture),
        ("a GIF", gif.to_vec(), NotAPicture),
        ("a GIF that is a script", b"GIF89a/*\0\0*/=1;alert(1)//".to_vec(), NotAPicture),
        ("a page before a JPEG", [b"<html>".as_slice(), PAYLOAD, &jpeg()].concat(), NotAPicture),
        ("BMP", b"BM\x3a\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0\x01\0\0\0\x01\0\0\0\x01\0\x18\0\0\0\0\0\x04\0\0\0".to_vec(), NotAPicture),
        ("TIFF", b"II*\0\x08\0\0\0\0\0\0\0\0\0".to_vec(), NotAPicture),
        ("AVIF", b"\0\0\0\x1cftypavif\0\0\0\0avifmif1miaf".to_vec(), NotAPicture),
        ("an icon", b"\0\0\x01\0\x01\0\x10\x10\0\0\x01\0\x20\0\x68\x04\0\0\x16\0\0\0".to_vec(), NotAPicture),
        ("PDF", b"%PDF-1.7\n1 0 obj".to_vec(), NotAPicture),
        ("a zip", b"PK\x03\x04\x14\0\0\0\x08\0".to_vec(), NotAPicture),
        ("a program", b"\x7fELF\x02\x01\x01\0".to_vec(), NotAPicture),
        ("PHP behind a PNG's signature", [&png()[..8], b"<?php system($_GET[0]);"].concat(), NotAPicture),
        ("a PNG's signature on a JPEG", [&png()[..8], &jpeg()[8..]].concat(), NotAPicture),
        ("a JPEG's marker on a PNG", changed(png(), 0, &[0xff, 0xd8, 0xff]), NotAPicture),
        ("a PNG with a wrong checksum", changed(png(), 29, &[0, 0, 0, 0]), NotAPicture),
        ("a PNG with broken data", changed(png(), 60, &[0xff; 8]), NotAPicture),
        ("a PNG with no width", png_claiming(0, 300, 8, 2), NotAPicture),
        ("a PNG with an impossible depth", png_claiming(400, 300, 7, 2), NotAPicture),
        ("a PNG with more rows than data", png_claiming(400, 4000, 8, 2), NotAPicture),
        ("a bomb: 60000 x 60000", png_claiming(60_000, 60_000, 8, 6), PictureTooLarge),
        ("a bomb: two thousand million wide", png_claiming(0x7fff_ffff, 0x7fff_ffff, 8, 6), PictureTooLarge),
        ("a bomb: 8001 wide", png_claiming(8001, 300, 8, 2), PictureTooLarge),
        ("a bomb: 8000 x 8000 of 16 bits", png_claiming(8000, 8000, 16, 6), PictureTooLarge),
        ("a JPEG that claims 65535 x 65535", progressive_lie, PictureTooLarge),
        ("nine megabytes", [jpeg(), vec![0; 9 << 20]].concat(), FileTooLarge),
        ("nine megabytes of nothing", vec![0; 9 << 20], FileTooLarge),
        ("too narrow", png_of(RgbImage::new(159, 400)), PictureTooSmall),
        ("too low", png_of(RgbImage::new(400, 159)), PictureTooSmall),
        ("one pixel", png_of(RgbImage::new(1, 1)), PictureTooSmall),
    ]
}

fn taken() -> Vec<(&'static str, Vec<u8>, (i32, i32))> {
    let comment = with_segment(&jpeg(), 0xfe, PAYLOAD);
    let see_through = RgbaImage::from_fn(400, 300, |x, _| Rgba([200, 100, 50, u8::try_from(x % 256).unwrap()]));
    let deep = DynamicImage::from(two_halves(400, 300).into_rgb16());
    let grey = DynamicImage::from(two_halves(400, 300).into_luma8());
    vec![
        ("JPEG", jpeg(), (320, 240)),
        ("PNG", png(), (320, 240)),
        ("WebP", webp(), (320, 240)),
        ("grey PNG", png_of(grey.clone()), (320, 240)),
        ("grey JPEG", encoded(&grey, ImageFormat::Jpeg), (320, 240)),
        ("16-bit PNG", png_of(deep), (320, 240)),
        ("PNG with an alpha channel", png_of(see_through.clone()), (320, 240)),
        ("WebP with an alpha channel", encoded(&see_through.into(), ImageFormat::WebP), (320, 240)),
        ("JPEG with a script in a comment", comment.clone(), (320, 240)),
        ("JPEG with a page behind it", [jpeg(), PAYLOAD.to_vec()].concat(), (320, 240)),
        ("JPEG with a page before its pixels and behind them", [comment, PAYLOAD.to_vec()].concat(), (320, 240)),
        ("PNG with a script in a text chunk", png_with_chunk(b"tEXt", &[b"Comment\0", PAYLOAD].concat()), (320, 240)),
        ("PNG with a page behind it", [png(), PAYLOAD.to_vec()].concat(), (320, 240)),
        ("PNG with a broken profile", png_with_chunk(b"iCCP", b"x\0\0not zlib"), (320, 240)),
        ("PNG with an unknown chunk", png_with_chunk(b"evIl", PAYLOAD), (320, 240)),
        ("JPEG with GPS", with_exif(&jpeg(), 1), (320, 240)),
        ("JPEG on its side", with_exif(&jpeg(), 6), (160, 213)),
        ("JPEG with an orientation that does not exist", with_exif(&jpeg(), 99), (320, 240)),
        ("the smallest", png_of(RgbImage::new(160, 160)), (160, 160)),
        ("the widest", png_of(RgbImage::new(8000, 160)), (1200, 24)),
        ("the highest", png_of(RgbImage::new(160, 8000)), (160, 8000)),
    ]
}

/// All stored files of all pictures.
fn files(dir: &MediaDir) -> Vec<PathBuf> {
    let folders = std::fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().path());
    folders.flat_map(|folder| std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path())).collect()
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

#[tokio::test]
async fn what_is_not_a_picture_is_refused_and_leaves_nothing_behind() {
    let dir = MediaDir::new();
    let storage = Storage::local(dir.path());
    let table = refused();
    assert!(table.len() >= 30);
    for (name, bytes, problem) in table {
        let answer = store_picture(&storage, bytes).await;
        assert_eq!(answer, Err(AppError::field("picture", problem)), "{name}");
    }
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn pictures_are_rendered_anew_and_nothing_else_of_them_is_kept() {
    for (name, bytes, size) in taken() {
        let dir = MediaDir::new();
        let stored = store_picture(&Storage::local(dir.path()), bytes.clone()).await.unwrap_or_else(|error| panic!("{name}: {error:?}"));
        assert_eq!((stored.width, stored.height), size, "{name}");
        let files = files(&dir);
        assert_eq!(files.len(), stored.widths.len(), "{name}");
        for file in files {
            let kept = std::fs::read(&file).unwrap();
            assert_eq!(image::guess_format(&kept).unwrap(), ImageFormat::WebP, "{name}");
            let decoded = image::load_from_memory(&kept).unwrap();
            assert_eq!(file.file_name().unwrap().to_str().unwrap(), format!("{}.webp", decoded.width()), "{name}");
            for secret in [PAYLOAD, b"GPS", b"Exif", b"EXIF", b"ICCP", b"XMP "] {
                assert!(!contains(&kept, secret), "{name}");
            }
            assert_ne!(kept, bytes, "{name}");
        }
    }
}

#[tokio::test]
async fn a_picture_is_turned_as_the_camera_meant_it() {
    // Where the red half is after turning: EXIF 6 means "turn clockwise", so what was left is up.
    for (orientation, red, blue) in
        [(1, (40, 120), (280, 120)), (3, (280, 120), (40, 120)), (6, (80, 30), (80, 180)), (8, (80, 180), (80, 30))]
    {
        let dir = MediaDir::new();
        store_picture(&Storage::local(dir.path()), with_exif(&jpeg(), orientation)).await.unwrap();
        let largest =
            files(&dir).into_iter().max_by_key(|file| file.file_stem().unwrap().to_str().unwrap().parse::<u32>().unwrap()).unwrap();
        let image = image::open(largest).unwrap();
        let [red, blue] = [red, blue].map(|(x, y)| image.get_pixel(x, y));
        assert!(red[0] > 150 && red[2] < 100, "{orientation}: {red:?}");
        assert!(blue[2] > 150 && blue[0] < 100, "{orientation}: {blue:?}");
    }
}

#[tokio::test]
async fn transparency_stays_and_an_opaque_alpha_channel_goes() {
    let dir = MediaDir::new();
    let half = RgbaImage::from_fn(200, 200, |x, _| Rgba([10, 200, 10, if x < 100 { 0 } else { 255 }]));
    store_picture(&Storage::local(dir.path()), png_of(half)).await.unwrap();
    let image = image::open(&files(&dir)[0]).unwrap();
    assert_eq!((image.get_pixel(20, 80)[3], image.get_pixel(140, 80)[3]), (0, 255));
    let dir = MediaDir::new();
    let opaque = RgbaImage::from_pixel(200, 200, Rgba([10, 200, 10, 255]));
    store_picture(&Storage::local(dir.path()), png_of(opaque)).await.unwrap();
    assert!(!image::open(&files(&dir)[0]).unwrap().color().has_alpha());
}

#[tokio::test]
async fn many_at_once_all_get_through() {
    let dir = MediaDir::new();
    let storage = Storage::local(dir.path());
    let picture = jpeg();
    let uploads = (0..40).map(|_| store_picture(&storage, picture.clone()));
    let stored: Vec<StoredPicture> = futures::future::join_all(uploads).await.into_iter().map(Result::unwrap).collect();
    assert_eq!(files(&dir).len(), 40 * stored[0].widths.len());
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn pictures_are_served_with_fixed_headers_and_nothing_else_is(pool: PgPool) {
    let app = App::start(pool).await;
    let media = app.state.config.media_dir.clone();
    let stored = store_picture(&app.state.storage, jpeg()).await.unwrap();
    std::fs::write(media.parent().unwrap().join("secret.webp"), "secret").unwrap();
    std::fs::write(media.join("secret.webp"), "secret").unwrap();
    std::fs::write(media.join(stored.id.to_string()).join("secret.webp"), "secret").unwrap();
    let router = souk::server::router(app.state.clone());
    let ask = async |path: &str| {
        let request = Request::builder().uri(path).body(Body::empty()).unwrap();
        router.clone().oneshot(request).await.unwrap()
    };
    let answer = ask(&picture_url(stored.id, 320)).await;
    assert_eq!(answer.status(), StatusCode::OK);
    let header = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
    assert_eq!(header("content-type"), "image/webp");
    assert_eq!(header("cache-control"), "public, max-age=31536000, immutable");
    assert_eq!(header("x-content-type-options"), "nosniff");
    assert!(header("content-security-policy").contains("sandbox"));
    let id = stored.id.to_string();
    for path in [
        format!("/media/{id}/640.webp"),
        format!("/media/{id}/321.webp"),
        format!("/media/{id}/320.jpg"),
        format!("/media/{id}/0320.webp"),
        format!("/media/{id}/secret.webp"),
        format!("/media/{id}/..%2F..%2Fsecret.webp"),
        format!("/media/{id}/%2e%2e/secret.webp"),
        format!("/media/{id}/"),
        format!("/media/{}/320.webp", id.to_uppercase()),
        format!("/media/{}/320.webp", id.replace('-', "")),
        format!("/media/{}/320.webp", uuid::Uuid::new_v4()),
        "/media/..%2F/secret.webp".to_owned(),
        "/media/%2e%2e/secret.webp".to_owned(),
        "/media/../secret.webp".to_owned(),
        "/media/%00/320.webp".to_owned(),
        "/media/x/320.webp".to_owned(),
    ] {
        assert_eq!(ask(&path).await.status(), StatusCode::NOT_FOUND, "{path}");
    }
}
