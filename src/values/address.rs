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

    /// As it stands on a parcel, from the name to the country; without what is empty.
    pub fn lines(&self) -> Vec<String> {
        let (city, code, region) = (self.city.as_str(), self.postal_code.as_str(), self.region.as_str());
        let joined = |parts: [&str; 2], between: &str| parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(between);
        let town = match self.country_code.as_str() {
            // Portland, OR 97209
            "US" | "CA" => [joined([city, &joined([region, code], " ")], ", "), String::new()],
            // Richmond VIC 3121
            "AU" => [joined([city, &joined([region, code], " ")], " "), String::new()],
            // 4050 Porto, and the region below
            _ => [joined([code, city], " "), region.to_owned()],
        };
        let country = country_name(&self.country_code).unwrap_or(&self.country_code).to_owned();
        let who = [&self.name, &self.line1, &self.line2].map(Clone::clone);
        who.into_iter().chain(town).chain([country]).filter(|line| !line.is_empty()).collect()
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

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(city: &str, region: &str, postal_code: &str, country_code: &str) -> Vec<String> {
        let [name, line1, line2] = ["Ada", "1 Mill Lane", ""].map(str::to_owned);
        let [city, region, postal_code, country_code] = [city, region, postal_code, country_code].map(str::to_owned);
        Address { name, line1, line2, city, region, postal_code, country_code }.lines()
    }

    #[test]
    fn a_town_is_written_as_its_country_writes_it() {
        for (city, region, code, country, town) in [
            ("Portland", "OR", "97209", "US", &["Portland, OR 97209", "United States"][..]),
            ("Portland", "", "97209", "US", &["Portland, 97209", "United States"][..]),
            ("Portland", "", "", "US", &["Portland", "United States"][..]),
            ("Toronto", "ON", "M5V 2T6", "CA", &["Toronto, ON M5V 2T6", "Canada"][..]),
            ("Richmond", "VIC", "3121", "AU", &["Richmond VIC 3121", "Australia"][..]),
            ("Porto", "", "4050-123", "PT", &["4050-123 Porto", "Portugal"][..]),
            ("Medellín", "Antioquia", "", "CO", &["Medellín", "Antioquia", "Colombia"][..]),
        ] {
            assert_eq!(lines(city, region, code, country)[2..], *town, "{city}");
        }
    }
}
