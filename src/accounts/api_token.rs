//! Tokens that somebody makes for a program of theirs.

use serde::{Deserialize, Serialize};

use crate::values::{ApiTokenId, FieldErrors, FieldProblem};

/// What the text of each begins with, so that scanners of published secrets know it.
pub const TOKEN_PREFIX: &str = "souk_api_";
/// Live tokens of one person: more than programs are kept apart by.
pub const MAX_TOKENS: i64 = 20;
/// Bound of the table.
const MAX_NAME: usize = 80;

crate::text_enum! {
    /// What a program may do in its owner's name.
    pub enum Scope {
        ReadProducts => "products:read",
        WriteProducts => "products:write",
        ReadOrders => "orders:read",
        WriteOrders => "orders:write",
    }
}

impl Scope {
    /// As its owner reads it.
    pub const fn label(self) -> &'static str {
        match self {
            Self::ReadProducts => "Read products and stock",
            Self::WriteProducts => "Change products, pictures and stock",
            Self::ReadOrders => "Read orders",
            Self::WriteOrders => "Send and cancel orders",
        }
    }

    /// Its field in the form.
    pub const fn field(self) -> &'static str {
        match self {
            Self::ReadProducts => "read_products",
            Self::WriteProducts => "write_products",
            Self::ReadOrders => "read_orders",
            Self::WriteOrders => "write_orders",
        }
    }
}

/// A token as its owner sees it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ApiToken {
    pub id: ApiTokenId,
    pub name: String,
    /// The first letters of its text.
    pub beginning: String,
    pub scopes: Vec<Scope>,
    /// RFC 3339, UTC; so is the other.
    pub created_at: String,
    /// To the minute.
    pub last_used_at: Option<String>,
}

/// A token as it is asked for. A box that is ticked has some text.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct TypedToken {
    /// Not called after tokens: what is named so counts as a secret, and would not be given back after an error.
    pub program_name: String,
    #[serde(default)]
    pub read_products: String,
    #[serde(default)]
    pub write_products: String,
    #[serde(default)]
    pub read_orders: String,
    #[serde(default)]
    pub write_orders: String,
}

impl TypedToken {
    /// Name and scopes.
    ///
    /// # Errors
    /// One entry for each bad field.
    pub fn parse(&self) -> Result<(String, Vec<Scope>), FieldErrors> {
        let mut errors = FieldErrors::default();
        let name = errors.text("program_name", &self.program_name, 1, MAX_NAME);
        let ticked = [
            (Scope::ReadProducts, &self.read_products),
            (Scope::WriteProducts, &self.write_products),
            (Scope::ReadOrders, &self.read_orders),
            (Scope::WriteOrders, &self.write_orders),
        ];
        let scopes: Vec<Scope> = ticked.into_iter().filter(|(_, text)| !text.is_empty()).map(|(scope, _)| scope).collect();
        if scopes.is_empty() {
            errors.push(Scope::ReadProducts.field(), FieldProblem::Required);
        }
        errors.into_result((name, scopes))
    }
}
