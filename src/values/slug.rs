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

    /// This one with something behind it, shortened in front where both are too long together. The tail is a slug's last part or two.
    #[must_use]
    pub fn followed_by(&self, tail: &Self) -> Self {
        let room = MAX_LEN.saturating_sub(tail.0.len() + 1);
        let front = self.0[..self.0.len().min(room)].trim_end_matches('-');
        if front.is_empty() { tail.clone() } else { Self(format!("{front}-{}", tail.0)) }
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
    fn two_slugs_make_one_that_is_not_too_long() {
        let slug = |text: &str| text.parse::<Slug>();
        let joined = |front: &str, tail: &str| Ok::<_, SlugError>(slug(front)?.followed_by(&slug(tail)?).to_string());
        assert_eq!(joined("tea-pot", "a1b2"), Ok("tea-pot-a1b2".into()));
        assert_eq!(joined(&"x".repeat(120), "a1b2").map(|text| text.len()), Ok(120));
        // Cut right behind a hyphen.
        assert_eq!(
            joined(&format!("{}-{}", "x".repeat(114), "y".repeat(5)), "a1b2").and_then(|text| slug(&text)).map(|slug| slug.0.len()),
            Ok(119)
        );
    }

    #[test]
    fn slugs_are_plain() {
        for bad in ["", "-a", "a-", "a--b", "A", "a_b", "../x", "ä"] {
            assert!(bad.parse::<Slug>().is_err(), "{bad}");
        }
        assert_eq!(Slug::of_name("Baker's  Tea Pot!").map(|slug| slug.to_string()), Some("baker-s-tea-pot".into()));
        assert_eq!(Slug::of_name("茶壺"), None);
    }
}
