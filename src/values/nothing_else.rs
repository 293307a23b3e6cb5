use serde::de::{Error, IgnoredAny, MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Last argument of a server function that refuses unknown fields: `#[server(flatten)] rest: NothingElse`. What the other arguments leave
/// over ends here, and decoding fails if there is any. (`deny_unknown_fields` cannot be set on the struct that `#[server]` makes, and
/// `ActionForm` accepts no codec but its own.)
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct NothingElse;

impl Serialize for NothingElse {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_map(Some(0))?.end()
    }
}

impl<'de> Deserialize<'de> for NothingElse {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Empty;
        impl<'de> Visitor<'de> for Empty {
            type Value = NothingElse;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("no further fields")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<NothingElse, A::Error> {
                match map.next_entry::<IgnoredAny, IgnoredAny>()? {
                    None => Ok(NothingElse),
                    Some(_) => Err(A::Error::custom("unknown field")),
                }
            }
        }
        deserializer.deserialize_map(Empty)
    }
}
