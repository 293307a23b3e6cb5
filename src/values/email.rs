use serde::{Deserialize, Serialize};

/// An e-mail address that can be written into a header: one `@`, a domain with a dot, no white space or control characters, at most 254
/// bytes (RFC 5321). Whether it exists only a mail can tell.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Email(String);

#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("not an e-mail address")]
pub struct EmailError;

impl Email {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Lower case, as accounts are compared.
    pub fn key(&self) -> String {
        self.0.to_lowercase()
    }
}

impl std::str::FromStr for Email {
    type Err = EmailError;
    fn from_str(s: &str) -> Result<Self, EmailError> {
        let s = s.trim();
        let (local, domain) = s.rsplit_once('@').ok_or(EmailError)?;
        let clean = |part: &str| part.chars().all(|c| !c.is_whitespace() && !c.is_control() && !"<>()[],;:\\\"@".contains(c));
        let labels_ok =
            domain.contains('.') && domain.split('.').all(|label| !label.is_empty() && !label.starts_with('-') && !label.ends_with('-'));
        let dots_ok = !local.is_empty() && local.len() <= 64 && !local.starts_with('.') && !local.ends_with('.') && !local.contains("..");
        if s.len() <= 254 && clean(local) && clean(domain) && labels_ok && dots_ok { Ok(Self(s.to_owned())) } else { Err(EmailError) }
    }
}

impl TryFrom<String> for Email {
    type Error = EmailError;
    fn try_from(s: String) -> Result<Self, EmailError> {
        s.parse()
    }
}

impl From<Email> for String {
    fn from(email: Email) -> Self {
        email.0
    }
}

impl std::fmt::Display for Email {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_that_could_break_a_header_are_refused() {
        for bad in ["", "a", "a@b", "@b.c", "a@", "a b@c.de", "a@b..c", "a@b.c\nBcc: x@y.z", "a@-b.c", ".a@b.c", "<a@b.c>", "a@b@c.d"] {
            assert!(bad.parse::<Email>().is_err(), "{bad:?}");
        }
        assert_eq!(" Ada.L+shop@example.co.uk ".parse::<Email>().map(|email| email.key()), Ok("ada.l+shop@example.co.uk".into()));
    }
}
