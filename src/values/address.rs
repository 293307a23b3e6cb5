use serde::{Deserialize, Serialize};

use super::{FieldErrors, FieldProblem};

/// Where a parcel goes. Built by [`Address::parse`] or read from a row that was.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Address {
    pub name: String,
    pub line1: String,
    pub line2: String,
    pub city: String,
    pub region: String,
    pub postal_code: String,
    /// ISO 3166-1 alpha-2.
    pub country_code: String,
}

impl Address {
    /// Trims the fields and says all that is wrong with them.
    ///
    /// # Errors
    /// One entry for each bad field.
    pub fn parse(raw: &Self) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        let address = Self {
            name: errors.text("name", &raw.name, 1, 100),
            line1: errors.text("line1", &raw.line1, 1, 120),
            line2: errors.text("line2", &raw.line2, 0, 120),
            city: errors.text("city", &raw.city, 1, 80),
            region: errors.text("region", &raw.region, 0, 80),
            postal_code: errors.text("postal_code", &raw.postal_code, 0, 20),
            country_code: raw.country_code.trim().to_ascii_uppercase(),
        };
        if country_name(&address.country_code).is_none() {
            errors.push("country_code", FieldProblem::UnknownChoice);
        }
        errors.into_result(address)
    }
}

/// The English name of a country we ship to.
pub fn country_name(code: &str) -> Option<&'static str> {
    COUNTRIES.iter().find(|(known, _)| *known == code).map(|(_, name)| *name)
}

/// Countries the shop ships to: ISO 3166-1 alpha-2 code and English name, by name.
pub const COUNTRIES: [(&str, &str); 67] = [
    ("AD", "Andorra"),
    ("AR", "Argentina"),
    ("AU", "Australia"),
    ("AT", "Austria"),
    ("BE", "Belgium"),
    ("BR", "Brazil"),
    ("BG", "Bulgaria"),
    ("CA", "Canada"),
    ("CL", "Chile"),
    ("CO", "Colombia"),
    ("CR", "Costa Rica"),
    ("HR", "Croatia"),
    ("CY", "Cyprus"),
    ("CZ", "Czechia"),
    ("DK", "Denmark"),
    ("EE", "Estonia"),
    ("FI", "Finland"),
    ("FR", "France"),
    ("DE", "Germany"),
    ("GR", "Greece"),
    ("HK", "Hong Kong"),
    ("HU", "Hungary"),
    ("IS", "Iceland"),
    ("IN", "India"),
    ("ID", "Indonesia"),
    ("IE", "Ireland"),
    ("IL", "Israel"),
    ("IT", "Italy"),
    ("JP", "Japan"),
    ("KE", "Kenya"),
    ("LV", "Latvia"),
    ("LI", "Liechtenstein"),
    ("LT", "Lithuania"),
    ("LU", "Luxembourg"),
    ("MY", "Malaysia"),
    ("MT", "Malta"),
    ("MX", "Mexico"),
    ("MC", "Monaco"),
    ("MA", "Morocco"),
    ("NL", "Netherlands"),
    ("NZ", "New Zealand"),
    ("NG", "Nigeria"),
    ("NO", "Norway"),
    ("PE", "Peru"),
    ("PH", "Philippines"),
    ("PL", "Poland"),
    ("PT", "Portugal"),
    ("RO", "Romania"),
    ("SA", "Saudi Arabia"),
    ("RS", "Serbia"),
    ("SG", "Singapore"),
    ("SK", "Slovakia"),
    ("SI", "Slovenia"),
    ("ZA", "South Africa"),
    ("KR", "South Korea"),
    ("ES", "Spain"),
    ("SE", "Sweden"),
    ("CH", "Switzerland"),
    ("TW", "Taiwan"),
    ("TH", "Thailand"),
    ("TR", "Türkiye"),
    ("UA", "Ukraine"),
    ("AE", "United Arab Emirates"),
    ("GB", "United Kingdom"),
    ("US", "United States"),
    ("UY", "Uruguay"),
    ("VN", "Vietnam"),
];
