//! Categories as admins see and type them.

use serde::{Deserialize, Serialize};

use crate::values::{CategoryId, FieldErrors, FieldProblem, Slug};

/// Bounds of the table.
const MAX_NAME: usize = 80;
const MAX_DESCRIPTION: usize = 500;
/// Places in the order that may be typed.
const MAX_POSITION: i32 = 9_999;

/// Names of the fields, as the form, the server functions and the field errors have them.
pub mod category_field {
    pub const NAME: &str = "name";
    pub const SLUG: &str = "slug";
    pub const DESCRIPTION: &str = "description";
    pub const PARENT: &str = "parent_id";
    pub const POSITION: &str = "position";
}

/// A category in the tree, with what stands in it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct CategoryNode {
    pub id: CategoryId,
    pub parent_id: Option<CategoryId>,
    pub slug: Slug,
    pub name: String,
    pub description: String,
    pub position: i32,
    /// In whatever status.
    #[serde(skip)]
    pub product_count: i64,
    /// 0 for those at the top.
    #[serde(skip)]
    pub depth: usize,
}

/// A category as it is typed.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct TypedCategory {
    pub name: String,
    /// Made of the name where empty.
    #[serde(default)]
    pub slug: String,
    #[serde(default)]
    pub description: String,
    /// Empty: at the top.
    #[serde(default)]
    pub parent_id: String,
    /// Smaller ones come first; empty is 0.
    #[serde(default)]
    pub position: String,
}

/// A category that may be written. Whether its parent fits is for the tree to say.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CategoryChanges {
    pub(super) name: String,
    pub(super) slug: Slug,
    pub(super) description: String,
    pub(super) parent_id: Option<CategoryId>,
    pub(super) position: i32,
}

impl TypedCategory {
    /// As an admin would type it.
    pub fn of(node: &CategoryNode) -> Self {
        Self {
            name: node.name.clone(),
            slug: node.slug.to_string(),
            description: node.description.clone(),
            parent_id: node.parent_id.map(|id| id.to_string()).unwrap_or_default(),
            position: node.position.to_string(),
        }
    }

    /// # Errors
    /// One entry for each bad field.
    pub fn parse(&self) -> Result<CategoryChanges, FieldErrors> {
        let mut errors = FieldErrors::default();
        let name = errors.text(category_field::NAME, &self.name, 1, MAX_NAME);
        let typed = self.slug.trim();
        let slug = if typed.is_empty() { Slug::of_name(&name) } else { typed.parse().ok() };
        if slug.is_none() && !name.is_empty() {
            errors.push(category_field::SLUG, if typed.is_empty() { FieldProblem::Required } else { FieldProblem::NotASlug });
        }
        let description = errors.text(category_field::DESCRIPTION, &self.description, 0, MAX_DESCRIPTION);
        let parent_id = match self.parent_id.trim() {
            "" => None,
            id => id.parse().map_err(|_| errors.push(category_field::PARENT, FieldProblem::UnknownChoice)).ok(),
        };
        let position = match self.position.trim() {
            "" => 0,
            text => match text.parse::<i32>() {
                Ok(position) if (0..=MAX_POSITION).contains(&position) => position,
                Ok(_) => {
                    errors.push(category_field::POSITION, FieldProblem::OutOfRange);
                    0
                }
                Err(_) => {
                    errors.push(category_field::POSITION, FieldProblem::NotANumber);
                    0
                }
            },
        };
        match slug {
            Some(slug) => errors.into_result(CategoryChanges { name, slug, description, parent_id, position }),
            None => Err(errors),
        }
    }
}

/// Parents before their children, siblings in their order.
pub fn tree(nodes: Vec<CategoryNode>) -> Vec<CategoryNode> {
    fn append(parent: Option<CategoryId>, depth: usize, nodes: &[CategoryNode], sorted: &mut Vec<CategoryNode>) {
        for node in nodes.iter().filter(|node| node.parent_id == parent) {
            sorted.push(CategoryNode { depth, ..node.clone() });
            append(Some(node.id), depth + 1, nodes, sorted);
        }
    }
    let mut sorted = Vec::with_capacity(nodes.len());
    append(None, 0, &nodes, &mut sorted);
    sorted
}

/// Whether `id` may stand under `parent`: not under itself or what stands under it, and no branch grows deeper than `max_depth` levels.
pub fn may_stand_under(nodes: &[CategoryNode], id: Option<CategoryId>, parent: Option<CategoryId>, max_depth: usize) -> bool {
    let mut above = 0;
    let mut next = parent;
    while let Some(current) = next {
        if Some(current) == id || above >= max_depth {
            return false;
        }
        above += 1;
        match nodes.iter().find(|node| node.id == current) {
            Some(node) => next = node.parent_id,
            None => return false,
        }
    }
    let below = id.map_or(1, |id| height(nodes, id, max_depth));
    above + below <= max_depth
}

/// Levels of a branch, its root included. Bounded, whatever the rows say.
fn height(nodes: &[CategoryNode], id: CategoryId, limit: usize) -> usize {
    if limit == 0 {
        return 1;
    }
    1 + nodes.iter().filter(|node| node.parent_id == Some(id)).map(|node| height(nodes, node.id, limit - 1)).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn id(n: u128) -> CategoryId {
        CategoryId(Uuid::from_u128(n))
    }

    fn node(n: u128, parent: Option<u128>, position: i32) -> CategoryNode {
        let name = format!("c{n}");
        let (slug, description) = (name.parse().unwrap(), String::new());
        CategoryNode { id: id(n), parent_id: parent.map(id), slug, name, description, position, product_count: 0, depth: 0 }
    }

    #[test]
    fn a_tree_has_parents_first_and_loses_nobody() {
        let sorted = tree(vec![node(3, Some(1), 0), node(1, None, 0), node(4, Some(3), 0), node(2, None, 1), node(5, Some(1), 1)]);
        let seen: Vec<_> = sorted.iter().map(|node| (node.id.0.as_u128(), node.depth)).collect();
        assert_eq!(seen, [(1, 0), (3, 1), (4, 2), (5, 1), (2, 0)]);
    }

    #[test]
    fn no_branch_bites_its_tail_or_grows_too_deep() {
        let nodes = [node(1, None, 0), node(2, Some(1), 0), node(3, Some(2), 0), node(4, None, 0)];
        assert!(may_stand_under(&nodes, None, Some(id(2)), 3), "a new leaf on the third level");
        assert!(!may_stand_under(&nodes, None, Some(id(3)), 3), "on the fourth");
        assert!(!may_stand_under(&nodes, Some(id(1)), Some(id(3)), 9), "under what stands under it");
        assert!(!may_stand_under(&nodes, Some(id(1)), Some(id(1)), 9), "under itself");
        assert!(!may_stand_under(&nodes, Some(id(1)), Some(id(4)), 3), "a branch of three under a root");
        assert!(may_stand_under(&nodes, Some(id(3)), None, 3));
        assert!(!may_stand_under(&nodes, None, Some(id(9)), 3), "under what does not exist");
    }

    #[test]
    fn what_is_typed_is_checked() {
        let typed = TypedCategory { name: " Tea & Coffee ".into(), position: "7".into(), ..TypedCategory::default() };
        let parsed = typed.parse().unwrap();
        assert_eq!((parsed.name.as_str(), parsed.slug.as_str(), parsed.position), ("Tea & Coffee", "tea-coffee", 7));
        let bad = TypedCategory { name: String::new(), slug: "No Slug".into(), parent_id: "x".into(), position: "-1".into(), ..typed };
        let errors = bad.parse().unwrap_err();
        assert!([category_field::NAME, category_field::PARENT, category_field::POSITION].iter().all(|field| errors.of(field).is_some()));
    }
}
