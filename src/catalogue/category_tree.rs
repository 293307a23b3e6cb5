use super::Category;
use crate::values::{CategoryId, Slug};

/// A category in its place.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Branch {
    pub category: Category,
    pub parent_id: Option<CategoryId>,
    /// 0 at the top.
    pub depth: usize,
}

/// All categories, each followed by what stands below it, in the order in which they are shown.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct CategoryTree(Vec<Branch>);

impl CategoryTree {
    /// From categories with their parents, in the order of siblings. What hangs in a circle stands at the top, so that it can be found.
    pub fn new(rows: Vec<(Category, Option<CategoryId>)>) -> Self {
        let mut tree = Self(Vec::with_capacity(rows.len()));
        tree.grow(&rows, None, 0);
        for row in &rows {
            if tree.position(row.0.id).is_none() {
                tree.0.push(Branch { category: row.0.clone(), parent_id: None, depth: 0 });
            }
        }
        tree
    }

    fn grow(&mut self, rows: &[(Category, Option<CategoryId>)], parent: Option<CategoryId>, depth: usize) {
        for (category, parent_id) in rows.iter().filter(|row| row.1 == parent) {
            self.0.push(Branch { category: category.clone(), parent_id: *parent_id, depth });
            self.grow(rows, Some(category.id), depth + 1);
        }
    }

    fn position(&self, id: CategoryId) -> Option<usize> {
        self.0.iter().position(|branch| branch.category.id == id)
    }

    pub fn branches(&self) -> &[Branch] {
        &self.0
    }

    /// Those of the top.
    pub fn roots(&self) -> impl Iterator<Item = &Category> {
        self.0.iter().filter(|branch| branch.depth == 0).map(|branch| &branch.category)
    }

    pub fn find(&self, slug: &Slug) -> Option<&Category> {
        self.0.iter().map(|branch| &branch.category).find(|category| category.slug == *slug)
    }

    /// The category and all below it; nothing for an unknown one.
    pub fn below(&self, id: CategoryId) -> &[Branch] {
        let Some(start) = self.position(id) else { return &[] };
        let depth = self.0[start].depth;
        let length = self.0[start + 1..].iter().take_while(|branch| branch.depth > depth).count();
        &self.0[start..=start + length]
    }

    /// The ids of [`Self::below`].
    pub fn ids_below(&self, id: CategoryId) -> Vec<CategoryId> {
        self.below(id).iter().map(|branch| branch.category.id).collect()
    }

    /// From the top to the category itself.
    pub fn path(&self, id: CategoryId) -> Vec<&Category> {
        let mut path = Vec::new();
        let mut next = Some(id);
        while let Some(branch) = next.and_then(|id| self.position(id)).map(|at| &self.0[at]) {
            path.push(&branch.category);
            // A parent stands in front of its children, so the way up ends.
            next = branch.parent_id;
        }
        path.reverse();
        path
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn id(n: u128) -> CategoryId {
        CategoryId(Uuid::from_u128(n))
    }

    fn row(n: u128, parent: Option<u128>) -> Option<(Category, Option<CategoryId>)> {
        let slug = format!("c{n}").parse().ok()?;
        Some((Category { id: id(n), slug, name: String::new(), description: String::new() }, parent.map(id)))
    }

    #[test]
    fn a_category_holds_what_stands_below_it() {
        // 5 and 6 hang in a circle.
        let rows = [row(1, None), row(2, None), row(3, Some(1)), row(4, Some(3)), row(5, Some(6)), row(6, Some(5))];
        let tree = CategoryTree::new(rows.into_iter().flatten().collect());
        let ids = |branches: &[Branch]| branches.iter().map(|branch| branch.category.id).collect::<Vec<_>>();
        assert_eq!(ids(tree.branches()), [1, 3, 4, 2, 5, 6].map(id));
        assert_eq!(tree.ids_below(id(1)), [1, 3, 4].map(id));
        assert_eq!(tree.ids_below(id(4)), [4].map(id));
        assert_eq!(tree.ids_below(id(9)), []);
        assert_eq!(tree.path(id(4)).iter().map(|category| category.id).collect::<Vec<_>>(), [1, 3, 4].map(id));
        assert_eq!(tree.roots().count(), 4);
    }
}
