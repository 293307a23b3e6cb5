//! Ids as Stripe makes them: a prefix that says what it is, and chance.

const LETTERS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// 24 of 62 letters: 142 bits.
const LENGTH: usize = 24;
/// The largest multiple of 62 in a byte: what lies above would make the first letters likelier.
const FAIR: u8 = 248;

/// # Errors
/// When the system has no randomness to give.
pub(super) fn fresh(prefix: &str) -> Result<String, getrandom::Error> {
    let mut id = format!("{prefix}_");
    let mut bytes = [0; 64];
    while id.len() < prefix.len() + 1 + LENGTH {
        getrandom::fill(&mut bytes)?;
        let missing = prefix.len() + 1 + LENGTH - id.len();
        let letters = bytes.iter().filter(|&&byte| byte < FAIR).filter_map(|&byte| LETTERS.get(usize::from(byte % 62)));
        id.extend(letters.take(missing).map(|&letter| char::from(letter)));
    }
    Ok(id)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    #[test]
    fn ids_have_their_length_and_differ() {
        let (a, b) = (super::fresh("pi").unwrap(), super::fresh("pi").unwrap());
        assert_eq!(a.len(), 27);
        assert_ne!(a, b);
        assert!(a.starts_with("pi_") && a[3..].bytes().all(|byte| byte.is_ascii_alphanumeric()));
    }
}
