//! Components that know nothing of the shop. Pages and features compose them; each has its style in `style/components/`.

pub mod api;
mod badge;
mod breadcrumbs;
mod button;
mod chart;
mod empty_state;
mod field;
pub mod form;
mod icon;
mod notice;
mod pagination;
mod picture;
mod price;
mod stars;
mod tabs;
pub mod theme;
pub mod toast;

pub use badge::{Badge, Tone};
pub use breadcrumbs::Breadcrumbs;
pub use button::{Button, ButtonLink, Look};
pub use chart::{Bar, LineChart, Point};
pub use empty_state::EmptyState;
pub use field::{ChoiceField, SelectField, TextArea, TextField, escaped};
pub use form::{ErrorSummary, FormFlash, FormState, SavedMeanwhile};
pub use icon::{Icon, Sprite};
pub use notice::Notice;
pub use pagination::Pagination;
pub use picture::{Fetch, Picture, Source};
pub use price::Price;
pub use stars::Stars;
pub use tabs::{Tab, Tabs};
