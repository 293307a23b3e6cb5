use serde::{Deserialize, Serialize};

/// A name for a URL: lower-case ASCII letters, digits and single hyphens, at most 120 characters.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Slug(String);

/// Longest slug; the products table has the same bound.
const MAX_LEN: usize = 120;

#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("not a slug")]
pub struct SlugError;

impl Slug {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The slug of a name, as far as it has letters or digits of ASCII; none if it has none.
    pub fn of_name(name: &str) -> Option<Self> {
        let mut slug = String::with_capacity(name.len());
        for c in name.chars() {
            if c.is_ascii_alphanumeric() {
                slug.push(c.to_ascii_lowercase());
            } else if !slug.is_empty() && !slug.ends_with('-') {
                slug.push('-');
            }
        }
        slug.truncate(MAX_LEN);
        slug.trim_end_matches('-').parse().ok()
    }
}

impl std::str::FromStr for Slug {
    type Err = SlugError;
    fn from_str(s: &str) -> Result<Self, SlugError> {
        let part = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
        if s.len() <= MAX_LEN && s.split('-').all(part) { Ok(Self(s.to_owned())) } else { Err(SlugError) }
    }
}

impl TryFrom<String> for Slug {
    type Error = SlugError;
    fn try_from(s: String) -> Result<Self, SlugError> {
        s.parse()
    }
}

impl From<Slug> for String {
    fn from(slug: Slug) -> Self {
        slug.0
    }
}

impl std::fmt::Display for Slug {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs_are_plain() {
        for bad in ["", "-a", "a-", "a--b", "A", "a_b", "../x", "ä"] {
            assert!(bad.parse::<Slug>().is_err(), "{bad}");
        }
        assert_eq!(Slug::of_name("Baker's  Tea Pot!").map(|slug| slug.to_string()), Some("baker-s-tea-pot".into()));
        assert_eq!(Slug::of_name("茶壺"), None);
    }
}
