/// Percent-encodes a text for a query parameter; slashes stay, since a path is what mostly travels there.
pub fn percent_encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => out.push(char::from(byte)),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    #[test]
    fn nothing_in_a_path_ends_the_parameter() {
        assert_eq!(super::percent_encoded("/products?q=tea pot&x=1#é"), "/products%3Fq%3Dtea%20pot%26x%3D1%23%C3%A9");
    }
}
