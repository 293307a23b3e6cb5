//! What the actions of the audit log are called where people read them.

/// Action and name, grouped as they are offered.
pub const ACTIONS: &[(&str, &str)] = &[
    ("order.refunded", "Money given back"),
    ("order.payment_accepted", "Payment of another amount accepted"),
    ("order.payment_given_back", "Payment of another amount given back"),
    ("refund.given_back_elsewhere", "Refund given back in another way"),
    ("vendor.applied", "Shop applied"),
    ("vendor.approved", "Shop approved"),
    ("vendor.rejected", "Shop rejected"),
    ("vendor.suspended", "Shop suspended"),
    ("vendor.reinstated", "Shop reinstated"),
    ("vendor.profile_changed", "Shop's profile changed"),
    ("product.created", "Product created"),
    ("product.edited", "Product edited"),
    ("product.priced", "Price set"),
    ("product.stock_corrected", "Stock corrected"),
    ("product.published", "Product published"),
    ("product.unpublished", "Product taken off sale"),
    ("product.archived", "Product archived"),
    ("product.deleted", "Product deleted"),
    ("product.held", "Product taken down"),
    ("product.released", "Product released"),
    ("product.picture_added", "Picture added"),
    ("product.picture_removed", "Picture removed"),
    ("product.pictures_described", "Pictures described"),
    ("product.pictures_arranged", "Pictures arranged"),
    ("category.created", "Category created"),
    ("category.changed", "Category changed"),
    ("category.deleted", "Category deleted"),
    ("review.hidden", "Review hidden"),
    ("review.kept", "Review kept"),
    ("review.restored", "Review shown again"),
    ("user.admin_created", "Admin created"),
    ("user.role_changed", "Role changed"),
    ("user.disabled", "Account disabled"),
    ("user.enabled", "Account let in again"),
    ("user.two_step_reset", "Two-step sign-in turned off"),
    ("mail.retried", "Mail sent once more"),
    ("mail.left", "Mail left unsent"),
    ("event.replayed", "Event applied once more"),
    ("event.given_up", "Event given up"),
    ("job.started", "Job started"),
    ("site.changed", "Site settings changed"),
    ("site.page_changed", "Text of a page changed"),
];

/// The name of an action; the action itself where it has none yet.
pub fn action_name(action: &str) -> &str {
    ACTIONS.iter().find(|(known, _)| *known == action).map_or(action, |(_, name)| name)
}

/// What the kind of an object is called.
pub fn kind_name(kind: &str) -> &str {
    match kind {
        "vendor" => "shop",
        "user" => "account",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_action_has_a_name_of_its_own() {
        let (actions, names): (BTreeSet<&str>, BTreeSet<&str>) = ACTIONS.iter().copied().unzip();
        assert_eq!((actions.len(), names.len()), (ACTIONS.len(), ACTIONS.len()));
        assert_eq!((action_name("vendor.approved"), action_name("moon.reached")), ("Shop approved", "moon.reached"));
    }
}
