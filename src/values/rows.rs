use std::collections::BTreeMap;
use std::marker::PhantomData;

use serde::de::{Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

/// Rows of a form (`variants[0][price]`): a list, or a map whose keys are their numbers, since a form whose fields were sorted out for
/// several arguments comes as one. For `#[serde(deserialize_with = "crate::values::rows")]`.
///
/// # Errors
/// Those of the rows; a key that is no number.
pub fn rows<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Vec<T>, D::Error> {
    struct Rows<T>(PhantomData<T>);
    impl<'de, T: Deserialize<'de>> Visitor<'de> for Rows<T> {
        type Value = Vec<T>;
        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("rows")
        }
        fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Vec<T>, A::Error> {
            let mut rows = Vec::new();
            while let Some(row) = seq.next_element()? {
                rows.push(row);
            }
            Ok(rows)
        }
        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Vec<T>, A::Error> {
            let mut rows = BTreeMap::new();
            while let Some(key) = map.next_key::<String>()? {
                let number: usize = key.parse().map_err(|_| A::Error::custom("not the number of a row"))?;
                if rows.insert(number, map.next_value()?).is_some() {
                    return Err(A::Error::custom("two rows of one number"));
                }
            }
            Ok(rows.into_values().collect())
        }
    }
    deserializer.deserialize_any(Rows(PhantomData))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Row {
        price: String,
    }

    #[test]
    fn rows_come_as_a_list_or_by_number() {
        #[derive(Deserialize)]
        struct Form {
            #[serde(deserialize_with = "rows")]
            variants: Vec<Row>,
        }
        let prices =
            |json: &str| serde_json::from_str::<Form>(json).map(|form| form.variants.into_iter().map(|row| row.price).collect::<Vec<_>>());
        assert_eq!(prices(r#"{"variants":{"10":{"price":"b"},"2":{"price":"a"}}}"#).unwrap(), ["a", "b"]);
        assert_eq!(prices(r#"{"variants":[{"price":"a"}]}"#).unwrap(), ["a"]);
        for bad in [r#"{"variants":{"x":{"price":"a"}}}"#, r#"{"variants":{"0":{"vendor_id":"a"}}}"#, r#"{"variants":"a"}"#] {
            assert!(prices(bad).is_err(), "{bad}");
        }
    }
}
