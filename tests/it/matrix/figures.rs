//! Requests for figures: one's own or the site's, whatever else the address says.

use super::recipe::{Recipe, get};

pub const RECIPES: &[Recipe] = &[
    get("/vendor/analytics"),
    get("/vendor/settlement"),
    get("/admin/analytics"),
    get("/api/analytics/vendor").url("/api/analytics/vendor?range=7d"),
    get("/api/analytics/admin").url("/api/analytics/admin?range=7d"),
    get("/vendor/analytics/csv").url("/vendor/analytics/csv?table=products&range=7d"),
    get("/vendor/settlement/csv"),
    get("/admin/analytics/csv").url("/admin/analytics/csv?table=vendors&range=7d"),
    get("/vendor/live"),
    get("/admin/live"),
];
