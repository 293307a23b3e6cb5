//! What a misspelt text was meant to be: each word that nothing has is compared with the words of names and tags.

use super::super::{SearchText, store::words};
use crate::error::AppError;
use crate::platform::db::Reader;

/// Words of a text that are looked at; each costs a question or two.
const MAX_WORDS: usize = 6;
/// Shorter ones are like too many others.
const MIN_CHARS: usize = 3;
/// Up to this length one slip is forgiven, beyond it two.
const SHORT: usize = 5;

/// The text with its unknown words replaced by the most alike known ones; none if it is known as it is, or nothing is alike, or it uses the
/// operators of searching (who does knows what to type).
///
/// # Errors
/// `Offline`.
pub async fn correct(reader: &mut Reader, typed: &SearchText) -> Result<Option<SearchText>, AppError> {
    if typed.prefix_query().is_empty() {
        return Ok(None);
    }
    let mut words: Vec<String> = typed.as_str().to_lowercase().split(' ').map(str::to_owned).collect();
    let mut changed = false;
    for word in words.iter_mut().filter(|word| word.chars().count() >= MIN_CHARS && word.chars().all(char::is_alphabetic)).take(MAX_WORDS) {
        if words::is_known(&mut **reader, word).await? {
            continue;
        }
        let (from, to) = beginning(word);
        let candidates = words::alike(&mut **reader, word, &from, &to).await?;
        if let Some(best) = closest(word, candidates) {
            *word = best;
            changed = true;
        }
    }
    Ok(if changed { SearchText::parse(&words.join(" ")) } else { None })
}

/// Bounds of the words that begin with the same letter, in the order of their bytes.
fn beginning(word: &str) -> (String, String) {
    let first = word.chars().next().unwrap_or('a');
    let next = char::from_u32(u32::from(first) + 1).unwrap_or(first);
    (first.to_string(), next.to_string())
}

/// Of words in the order of likeness the first with the fewest slips, unless all have too many.
fn closest(word: &str, candidates: Vec<String>) -> Option<String> {
    let allowed = if word.chars().count() <= SHORT { 1 } else { 2 };
    let slips = candidates.into_iter().map(|candidate| (slips(word, &candidate), candidate));
    // `min_by_key` keeps the first of equals.
    slips.filter(|(slips, _)| (1..=allowed).contains(slips)).min_by_key(|(slips, _)| *slips).map(|(_, candidate)| candidate)
}

/// Letters missed, added, mistaken, or two neighbours swapped, to get from one word to the other (optimal string alignment).
fn slips(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows: Vec<Vec<usize>> = vec![(0..=b.len()).collect()];
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let mistaken = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut least = mistaken.min(rows[i - 1][j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                least = least.min(rows[i - 2][j - 2] + 1);
            }
            row.push(least);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_counted_as_people_make_them() {
        for (a, b, n) in
            [("teapto", "teapot", 1), ("ceremic", "ceramic", 1), ("mgu", "mug", 1), ("", "ab", 2), ("lamp", "lamp", 0), ("axe", "oak", 3)]
        {
            assert_eq!((slips(a, b), slips(b, a)), (n, n), "{a} {b}");
        }
    }

    #[test]
    fn the_closest_word_wins_unless_it_is_far_away() {
        let choose = |word, words: &[&str]| closest(word, words.iter().map(|&word| word.to_owned()).collect());
        assert_eq!(choose("teapto", &["teapots", "teapot"]), Some("teapot".into()));
        assert_eq!(choose("mgu", &["mug", "mud"]), Some("mug".into()));
        assert_eq!(choose("mug", &["jar", "vase"]), None);
    }
}
