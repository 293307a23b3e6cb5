//! Pictures: checked by decoding, turned to their right side, resized, encoded anew and stored under a random id; nothing is ever kept or
//! served as it was sent. A picture's bytes never change, so its URLs may be cached for ever.
//!
//! Rows that name a picture belong to the feature that shows it (`product_pictures` to the catalogue).

use serde::{Deserialize, Serialize};

use crate::values::PictureId;

#[cfg(feature = "ssr")]
pub mod routes;
#[cfg(feature = "ssr")]
pub mod service;

/// Widths in which a picture may be stored and asked for, ascending: a thumbnail, a card, a card on a dense screen or a gallery, a gallery
/// on a dense screen.
pub const WIDTHS: [i32; 4] = [160, 320, 640, 1200];

/// A stored picture as a page shows it.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Picture {
    pub id: PictureId,
    pub alt: String,
    /// Of the largest size kept: they give the ratio, so that nothing jumps while loading.
    pub width: i32,
    pub height: i32,
    /// Ascending.
    pub widths: Vec<i32>,
}

impl Picture {
    /// For `src`: the smallest size that is at least `wanted` wide, or the largest there is.
    pub fn url(&self, wanted: i32) -> String {
        let width = self.widths.iter().copied().find(|&width| width >= wanted).unwrap_or(self.width);
        picture_url(self.id, width)
    }

    /// For `srcset`.
    pub fn srcset(&self) -> String {
        srcset(self.id, &self.widths)
    }
}

/// Where one size of a picture is served.
pub fn picture_url(id: PictureId, width: i32) -> String {
    format!("/media/{id}/{width}.webp")
}

/// All sizes with their widths, for the `srcset` attribute.
pub fn srcset(id: PictureId, widths: &[i32]) -> String {
    widths.iter().map(|&width| format!("{} {width}w", picture_url(id, width))).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_is_never_smaller_than_wanted_if_a_larger_one_exists() {
        let picture =
            Picture { id: PictureId(uuid::Uuid::nil()), alt: String::new(), width: 640, height: 640, widths: vec![160, 320, 640] };
        assert!(picture.url(200).ends_with("/320.webp"));
        assert!(picture.url(320).ends_with("/320.webp"));
        assert!(picture.url(1200).ends_with("/640.webp"));
        assert!(picture.srcset().ends_with("/640.webp 640w"));
    }
}
