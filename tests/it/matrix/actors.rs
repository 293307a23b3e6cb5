//! Who knocks. Everybody comes anew for each cell, so that no cell sees what another one did.

use serde_json::json;
use souk::accounts::service::{Caller, passwords, sessions, tokens::Keys};
use souk::accounts::{Password, Role, User};
use souk::values::{UserId, VendorId};
use tokio::sync::OnceCell;
use uuid::Uuid;

use crate::forged_tokens::{Forge, now};
use crate::support::App;
use crate::support::people::PASSWORD;

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Actor {
    Anonymous,
    Customer,
    OtherCustomer,
    PendingVendor,
    ApprovedVendor,
    RejectedVendor,
    SuspendedVendor,
    OtherApprovedVendor,
    Admin,
    /// These three were admins: whoever believes them lets them in everywhere.
    ExpiredToken,
    RevokedSession,
    DisabledAccount,
    /// An admin's session in a cookie, where only a bearer token counts.
    CookiesAlone,
    /// Somebody whose request came through a proxy, where only this machine may ask.
    Elsewhere,
    /// Holds the payment sandbox's secret key.
    SandboxKey,
    /// Holds the signing secret of webhooks.
    Signer,
}

pub const EVERYBODY: [Actor; 12] = [
    Actor::Anonymous,
    Actor::Customer,
    Actor::OtherCustomer,
    Actor::PendingVendor,
    Actor::ApprovedVendor,
    Actor::RejectedVendor,
    Actor::SuspendedVendor,
    Actor::OtherApprovedVendor,
    Actor::Admin,
    Actor::ExpiredToken,
    Actor::RevokedSession,
    Actor::DisabledAccount,
];

impl Actor {
    /// Whether a session of theirs lives and was presented as it must be.
    pub fn is_signed_in(self) -> bool {
        self.shop_status().is_some() || matches!(self, Self::Customer | Self::OtherCustomer | Self::Admin)
    }

    pub fn shop_status(self) -> Option<&'static str> {
        match self {
            Self::PendingVendor => Some("pending"),
            Self::ApprovedVendor | Self::OtherApprovedVendor => Some("approved"),
            Self::RejectedVendor => Some("rejected"),
            Self::SuspendedVendor => Some("suspended"),
            _ => None,
        }
    }

    fn role(self) -> Option<Role> {
        match self {
            Self::Anonymous | Self::Elsewhere | Self::SandboxKey | Self::Signer => None,
            Self::Customer | Self::OtherCustomer => Some(Role::Customer),
            Self::Admin | Self::ExpiredToken | Self::RevokedSession | Self::DisabledAccount | Self::CookiesAlone => Some(Role::Admin),
            _ => Some(Role::Vendor),
        }
    }
}

/// An actor in person.
pub struct Me {
    pub actor: Actor,
    pub user_id: Option<UserId>,
    /// Empty for those without an account.
    pub email: String,
    /// The access token, if there is one.
    pub access: Option<String>,
    pub vendor_id: Option<VendorId>,
}

/// Hashing is slow on purpose; everybody has the same password.
static HASH: OnceCell<String> = OnceCell::const_new();

/// Somebody with an account and a confirmed address.
pub async fn person(app: &App, role: Role) -> User {
    let hash = HASH.get_or_init(|| async { passwords::hash(&Password::new(PASSWORD)).await.unwrap() }).await;
    let (id, email) = (UserId::new(), format!("{}@people.example", Uuid::new_v4().simple()));
    sqlx::query(
        "insert into users (id, email, name, password_hash, role, email_verified_at) values ($1, $2, 'Ada Lovelace', $4, $3, now())",
    )
    .bind(id)
    .bind(&email)
    .bind(role.as_str())
    .bind(hash)
    .execute(app.pool())
    .await
    .unwrap();
    User { id, email: email.parse().unwrap(), name: "Ada Lovelace".to_owned(), role, email_verified: true, two_step: false }
}

/// A shop in this status; its address is the id.
pub async fn shop(app: &App, owner: UserId, status: &str) -> VendorId {
    let id = VendorId::new();
    sqlx::query(
        "insert into vendors (id, owner_id, slug, name, contact_email, status, status_reason)
         values ($1, $2, $1::text, 'A shop', 'shop@people.example', $3, case when $3 in ('rejected', 'suspended') then 'No.' end)",
    )
    .bind(id)
    .bind(owner)
    .bind(status)
    .execute(app.pool())
    .await
    .unwrap();
    id
}

/// A fresh session's access and refresh token.
pub async fn session(app: &App, user: User) -> (String, String) {
    let mut tx = app.state.db.begin().await.unwrap();
    let issued = sessions::open(&mut tx, &Keys::of(&app.state.config), user, &Caller::default()).await.unwrap();
    tx.commit().await.unwrap();
    (issued.access, issued.refresh)
}

/// Makes the actor's account, shop and session, in the state that the name says.
pub async fn enter(app: &App, actor: Actor) -> Me {
    let Some(role) = actor.role() else {
        return Me { actor, user_id: None, email: String::new(), access: None, vendor_id: None };
    };
    let user = person(app, role).await;
    let (user_id, email) = (user.id, user.email.to_string());
    let vendor_id = match actor.shop_status() {
        Some(status) => Some(shop(app, user_id, status).await),
        None => None,
    };
    let (mut access, _) = session(app, user).await;
    let spoil = match actor {
        Actor::RevokedSession => Some("update sessions set revoked_at = now(), revoked_reason = 'signed_out' where user_id = $1"),
        // The session itself lives: it is the account that must be looked at.
        Actor::DisabledAccount => Some("update users set disabled_at = now() where id = $1"),
        _ => None,
    };
    if let Some(statement) = spoil {
        sqlx::query(statement).bind(user_id).execute(app.pool()).await.unwrap();
    }
    if actor == Actor::ExpiredToken {
        access = Forge::new(app, access).with(json!({}), json!({ "exp": now() - 60 }));
    }
    Me { actor, user_id: Some(user_id), email, access: Some(access), vendor_id }
}
