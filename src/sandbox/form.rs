//! Bracketed forms (`metadata[order_id]=…`, `expand[]=…`) as Stripe reads them: strictly. Whatever is not asked for is refused, so that a
//! misspelt parameter shows here and not on the day of going live.

use std::collections::BTreeMap;

use super::refusal::Refusal;

/// Far more than any request of ours needs.
const MAX_PAIRS: usize = 200;
/// `payment_method_data[billing_details][address][city]` is the deepest we know.
const MAX_DEPTH: usize = 5;

#[derive(Clone, PartialEq, Eq, Debug)]
enum Node {
    Text(String),
    Map(BTreeMap<String, Node>),
}

/// What came with a request, by name. Handlers take what they know; `finish` refuses the rest.
#[derive(Clone, Debug, Default)]
pub(super) struct Params {
    /// Where in the whole this map stands, for error messages: empty, or `metadata`.
    prefix: String,
    entries: BTreeMap<String, Node>,
}

impl Params {
    /// # Errors
    /// When it is not a form, or says two things at once.
    pub(super) fn parse(raw: &[u8]) -> Result<Self, Refusal> {
        let mut entries = BTreeMap::new();
        let pairs = raw.split(|&b| b == b'&').filter(|pair| !pair.is_empty());
        for (index, pair) in pairs.enumerate() {
            if index >= MAX_PAIRS {
                return Err(Refusal::invalid("Too many parameters.", ""));
            }
            let mut halves = pair.splitn(2, |&b| b == b'=');
            let key = decode(halves.next().unwrap_or_default())?;
            let value = decode(halves.next().unwrap_or_default())?;
            let path = split_key(&key).ok_or_else(|| Refusal::invalid("Invalid parameter name.", &key))?;
            insert(&mut entries, &path, value).ok_or_else(|| Refusal::invalid("A parameter was given twice.", &key))?;
        }
        Ok(Self { prefix: String::new(), entries })
    }

    fn name(&self, key: &str) -> String {
        if self.prefix.is_empty() { key.to_owned() } else { format!("{}[{key}]", self.prefix) }
    }

    /// # Errors
    /// When a map stands where a text should.
    pub(super) fn text(&mut self, key: &str) -> Result<Option<String>, Refusal> {
        match self.entries.remove(key) {
            None => Ok(None),
            Some(Node::Text(text)) => Ok(Some(text)),
            Some(Node::Map(_)) => Err(Refusal::invalid("Invalid string.", &self.name(key))),
        }
    }

    /// # Errors
    /// `parameter_missing`.
    pub(super) fn required(&mut self, key: &str) -> Result<String, Refusal> {
        self.text(key)?.filter(|text| !text.is_empty()).ok_or_else(|| Refusal::missing(&self.name(key)))
    }

    /// # Errors
    /// `parameter_invalid_integer`.
    pub(super) fn integer(&mut self, key: &str) -> Result<Option<i64>, Refusal> {
        let Some(text) = self.text(key)? else { return Ok(None) };
        let plain = text.strip_prefix('-').unwrap_or(&text).bytes().all(|b| b.is_ascii_digit());
        let value = if plain { text.parse().ok() } else { None };
        value.map(Some).ok_or_else(|| Refusal::invalid("Invalid integer.", &self.name(key)).code("parameter_invalid_integer"))
    }

    /// # Errors
    /// When it is neither `true` nor `false`.
    pub(super) fn boolean(&mut self, key: &str) -> Result<Option<bool>, Refusal> {
        match self.text(key)?.as_deref() {
            None => Ok(None),
            Some("true") => Ok(Some(true)),
            Some("false") => Ok(Some(false)),
            Some(_) => Err(Refusal::invalid("Invalid boolean: must be true or false.", &self.name(key))),
        }
    }

    /// A nested map, to be finished by itself.
    ///
    /// # Errors
    /// When a text stands there.
    pub(super) fn map(&mut self, key: &str) -> Result<Option<Self>, Refusal> {
        match self.entries.remove(key) {
            None => Ok(None),
            Some(Node::Map(entries)) => Ok(Some(Self { prefix: self.name(key), entries })),
            Some(Node::Text(_)) => Err(Refusal::invalid("Invalid object.", &self.name(key))),
        }
    }

    /// A list of texts: `expand[]=a&expand[]=b` or `expand[0]=a`.
    ///
    /// # Errors
    /// When it is not one.
    pub(super) fn list(&mut self, key: &str) -> Result<Vec<String>, Refusal> {
        let Some(map) = self.map(key)? else { return Ok(Vec::new()) };
        let mut items = Vec::new();
        for (index, node) in map.entries {
            match (index.parse::<u32>(), node) {
                (Ok(index), Node::Text(text)) => items.push((index, text)),
                _ => return Err(Refusal::invalid("Invalid array.", key)),
            }
        }
        items.sort_unstable();
        Ok(items.into_iter().map(|(_, text)| text).collect())
    }

    /// The texts of a flat map such as `metadata`.
    ///
    /// # Errors
    /// When something in it is nested.
    pub(super) fn into_pairs(self) -> Result<Vec<(String, String)>, Refusal> {
        let prefix = self.prefix;
        let pair = |(key, node)| match node {
            Node::Text(text) => Ok((key, text)),
            Node::Map(_) => Err(Refusal::invalid("Invalid string.", &format!("{prefix}[{key}]"))),
        };
        self.entries.into_iter().map(pair).collect()
    }

    /// # Errors
    /// `parameter_unknown` for what nobody took.
    pub(super) fn finish(self) -> Result<(), Refusal> {
        let mut unknown = Vec::new();
        for (key, node) in &self.entries {
            leaves(&self.name(key), node, &mut unknown);
        }
        let Some(first) = unknown.first() else { return Ok(()) };
        let plural = if unknown.len() > 1 { "s" } else { "" };
        let message = format!("Received unknown parameter{plural}: {}", unknown.join(", "));
        Err(Refusal::invalid(&message, first).code("parameter_unknown"))
    }

    /// The same request in one spelling, for comparing: sorted, and with the card's number and code left out, which are kept nowhere,
    /// not even as a hash (sixteen digits are soon tried through).
    pub(super) fn canonical(&self) -> String {
        fn write(name: &str, node: &Node, out: &mut String) {
            match node {
                Node::Text(text) => {
                    let text = match name {
                        "payment_method_data[card][number]" => text.get(text.len().saturating_sub(4)..).unwrap_or_default(),
                        "payment_method_data[card][cvc]" => "",
                        _ => text,
                    };
                    out.push_str(&format!("{}:{name}={}:{text}&", name.len(), text.len()));
                }
                Node::Map(map) => map.iter().for_each(|(key, node)| write(&format!("{name}[{key}]"), node, out)),
            }
        }
        let mut out = String::new();
        self.entries.iter().for_each(|(key, node)| write(key, node, &mut out));
        out
    }
}

fn leaves(name: &str, node: &Node, out: &mut Vec<String>) {
    match node {
        Node::Text(_) => out.push(name.to_owned()),
        Node::Map(map) => map.iter().for_each(|(key, node)| leaves(&format!("{name}[{key}]"), node, out)),
    }
}

/// `a[b][]` becomes a, b and an empty part, which means "next in the list".
fn split_key(key: &str) -> Option<Vec<&str>> {
    let (head, mut rest) = key.split_at(key.find('[').unwrap_or(key.len()));
    if head.is_empty() || head.contains(']') {
        return None;
    }
    let mut path = vec![head];
    while !rest.is_empty() {
        let (part, after) = rest.strip_prefix('[')?.split_once(']')?;
        if part.contains('[') || path.len() >= MAX_DEPTH {
            return None;
        }
        path.push(part);
        rest = after;
    }
    Some(path)
}

fn insert(map: &mut BTreeMap<String, Node>, path: &[&str], value: String) -> Option<()> {
    let (first, rest) = path.split_first()?;
    let key = if first.is_empty() { map.len().to_string() } else { (*first).to_owned() };
    if rest.is_empty() {
        return match map.insert(key, Node::Text(value)) {
            None => Some(()),
            Some(_) => None,
        };
    }
    match map.entry(key).or_insert_with(|| Node::Map(BTreeMap::new())) {
        Node::Map(inner) => insert(inner, rest, value),
        Node::Text(_) => None,
    }
}

/// `application/x-www-form-urlencoded`.
fn decode(raw: &[u8]) -> Result<String, Refusal> {
    let bad = || Refusal::invalid("The request is not a form in UTF-8.", "");
    let mut bytes = Vec::with_capacity(raw.len());
    let mut rest = raw.iter();
    while let Some(&byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let mut digit = || rest.next().and_then(|&b| char::from(b).to_digit(16)).ok_or_else(bad);
                let value = digit()? * 16 + digit()?;
                u8::try_from(value).map_err(|_| bad())?
            }
            _ => byte,
        });
    }
    String::from_utf8(bytes).map_err(|_| bad())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn brackets_nest() {
        let mut params = Params::parse(b"amount=100&metadata%5Border_id%5D=a+b%2B&expand[]=x&expand[]=y&created[gte]=5").unwrap();
        assert_eq!(params.integer("amount").unwrap(), Some(100));
        let metadata = params.map("metadata").unwrap().unwrap().into_pairs().unwrap();
        assert_eq!(metadata, [("order_id".to_owned(), "a b+".to_owned())]);
        assert_eq!(params.list("expand").unwrap(), ["x", "y"]);
        let mut created = params.map("created").unwrap().unwrap();
        assert_eq!(created.integer("gte").unwrap(), Some(5));
        created.finish().unwrap();
        params.finish().unwrap();
    }

    #[test]
    fn what_nobody_took_is_refused_by_its_full_name() {
        let mut params = Params::parse(b"amount=1&payment_method_options[card][x]=1&z=2").unwrap();
        params.integer("amount").unwrap();
        let refusal = params.finish().unwrap_err();
        let error = &refusal.body()["error"];
        assert_eq!(error["code"], "parameter_unknown");
        assert_eq!(error["param"], "payment_method_options[card][x]");
        assert_eq!(error["message"], "Received unknown parameters: payment_method_options[card][x], z");
    }

    #[test]
    fn malformed_forms_are_refused() {
        let deep = b"a[b][c][d][e][f]=1".to_vec();
        let many = "a[]=1&".repeat(MAX_PAIRS + 1).into_bytes();
        let odd = ["=1", "[a]=1", "a[=1", "a]=1", "a[b=1", "a[b]c=1", "a=1&a=2", "a=1&a[b]=2", "a[b]=1&a=2", "%=1", "a=%zz", "a=%ff"];
        for raw in odd.iter().map(|raw| raw.as_bytes().to_vec()).chain([deep, many]) {
            assert!(Params::parse(&raw).is_err(), "{}", String::from_utf8_lossy(&raw));
        }
        for raw in ["n=", "n=1.5", "n=1e3", "n=+1", "n=9223372036854775808", "n=0x1", "n[a]=1", "n=NaN"] {
            assert!(Params::parse(raw.as_bytes()).unwrap().integer("n").is_err(), "{raw}");
        }
    }

    #[test]
    fn the_card_number_is_not_part_of_what_is_compared() {
        let raw = b"payment_method_data[card][number]=4242424242424242&payment_method_data[card][cvc]=987&amount=5";
        let canonical = Params::parse(raw).unwrap().canonical();
        assert!(!canonical.contains("42424242") && !canonical.contains("987"), "{canonical}");
        assert!(canonical.contains("4:4242&"));
    }
}
