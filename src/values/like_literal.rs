/// The text itself in a LIKE, whatever it is made of.
pub fn like_literal(text: &str) -> String {
    text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")
}

#[cfg(test)]
mod tests {
    use super::like_literal;

    #[test]
    fn a_text_means_itself() {
        assert_eq!(like_literal(r"100%_\a"), r"100\%\_\\a");
    }
}
