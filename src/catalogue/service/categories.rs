//! The tree of categories, as admins change it. Each change is in the audit log with what was there before.

use serde_json::Value;

use crate::accounts::guard::Admin;
use crate::audit::{self, AuditEntry};
use crate::catalogue::{CategoryNode, TypedCategory, category_field, may_stand_under, store, tree};
use crate::error::{AppError, Conflict, OnConstraint};
use crate::platform::db::{Db, Tx};
use crate::values::{CategoryId, FieldProblem};

/// Levels of the tree: a shelf, a board, a corner of it. More is a maze.
const MAX_DEPTH: usize = 3;
/// A menu beyond this is not read by anybody.
const MAX_CATEGORIES: usize = 500;

/// The whole tree, parents before their children.
///
/// # Errors
/// `Offline`.
pub async fn all(db: &Db, _: &Admin) -> Result<Vec<CategoryNode>, AppError> {
    Ok(tree(store::categories::all(db.pool()).await?))
}

/// # Errors
/// `Invalid` for bad fields, a slug that is taken, and a place that is too deep; `Conflict(Full)`.
pub async fn create(db: &Db, admin: &Admin, typed: &TypedCategory) -> Result<CategoryId, AppError> {
    let category = typed.parse()?;
    let mut tx = db.begin().await?;
    store::categories::lock(&mut tx).await?;
    let known = store::categories::all(&mut *tx).await?;
    if known.len() >= MAX_CATEGORIES {
        return Err(Conflict::Full.into());
    }
    check_place(&known, None, category.parent_id)?;
    let id = CategoryId::new();
    let inserted = store::categories::insert(&mut tx, id, &category).await;
    inserted.on_constraint("categories_slug_key", category_field::SLUG, FieldProblem::Taken)?;
    record(&mut tx, admin, "category.created", id, None).await?;
    tx.commit().await?;
    Ok(id)
}

/// # Errors
/// As [`create`]; `NotFound`.
pub async fn save(db: &Db, admin: &Admin, id: CategoryId, typed: &TypedCategory) -> Result<(), AppError> {
    let category = typed.parse()?;
    let mut tx = db.begin().await?;
    store::categories::lock(&mut tx).await?;
    let known = store::categories::all(&mut *tx).await?;
    let before = known.iter().find(|node| node.id == id).ok_or(AppError::NotFound)?;
    check_place(&known, Some(id), category.parent_id)?;
    let before = serde_json::to_value(before).map_err(AppError::internal)?;
    let updated = store::categories::update(&mut tx, id, &category).await;
    updated.on_constraint("categories_slug_key", category_field::SLUG, FieldProblem::Taken)?;
    record(&mut tx, admin, "category.changed", id, Some(before)).await?;
    tx.commit().await?;
    Ok(())
}

/// Deletes a category in which nothing stands: no product in whatever status, no other category.
///
/// # Errors
/// `NotFound`; `Conflict(NotEmpty)`.
pub async fn delete(db: &Db, admin: &Admin, id: CategoryId) -> Result<(), AppError> {
    let mut tx = db.begin().await?;
    store::categories::lock(&mut tx).await?;
    let known = store::categories::all(&mut *tx).await?;
    let before = known.iter().find(|node| node.id == id).ok_or(AppError::NotFound)?;
    let before = serde_json::to_value(before).map_err(AppError::internal)?;
    if !store::categories::delete_empty(&mut tx, id).await? {
        return Err(Conflict::NotEmpty.into());
    }
    record(&mut tx, admin, "category.deleted", id, Some(before)).await?;
    tx.commit().await?;
    Ok(())
}

fn check_place(known: &[CategoryNode], id: Option<CategoryId>, parent: Option<CategoryId>) -> Result<(), AppError> {
    if may_stand_under(known, id, parent, MAX_DEPTH) {
        Ok(())
    } else {
        Err(AppError::field(category_field::PARENT, FieldProblem::UnknownChoice))
    }
}

/// The state after it is read back: what the table holds, not what was meant.
async fn record(tx: &mut Tx, admin: &Admin, action: &'static str, id: CategoryId, before: Option<Value>) -> Result<(), AppError> {
    let after = store::categories::all(&mut **tx).await?.into_iter().find(|node| node.id == id);
    let after = after.map(serde_json::to_value).transpose().map_err(AppError::internal)?;
    let actor = Some(admin.customer().user_id());
    let entry = AuditEntry { actor, action, object_kind: "category", object_id: Some(id.0), before, after, reason: None };
    audit::service::record(tx, entry).await
}
