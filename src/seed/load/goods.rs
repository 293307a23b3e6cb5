//! Shops and goods: which there are, what they are called, cost, and how well they sell.

use uuid::Uuid;

use super::random::{Random, Stream};
use super::words::{CHOICES, COLOURS, Kind, MATERIALS, QUALITIES, RARITIES, SENTENCES, SHOP_FIRST, SHOP_SECOND, TAGS, TREE};
use super::{DAY_MS, Size};
use crate::values::Slug;

/// Goods of which a text search finds a handful.
const RARE_PER_MILLE: usize = 4;
const DRAFT_PER_MILLE: usize = 30;
const ARCHIVED_PER_MILLE: usize = 10;
/// Of the products, how many come in several forms.
const WITH_CHOICES_PER_MILLE: usize = 450;
/// Flattens the top of the curve: without it one product in a hundred thousand would have a twelfth of all sales.
const POPULARITY_SHIFT: usize = 10;
/// Goods are first published this long before the first order, so that there is something to buy.
const HEAD_START_MS: i64 = 30 * DAY_MS;

pub struct Category {
    pub id: Uuid,
    pub parent: Option<Uuid>,
    pub slug: Slug,
    pub name: &'static str,
    pub position: usize,
}

/// The tree, roots before leaves; and of each leaf its id and kind.
pub fn categories(size: &Size) -> (Vec<Category>, Vec<(Uuid, &'static Kind)>) {
    let (mut all, mut leaves) = (Vec::new(), Vec::new());
    let slug = |name: &str| Slug::of_name(name).unwrap_or_else(|| unreachable!("the names of categories are ASCII"));
    let mut chance = Random::of(size.seed, Stream::Category, 0);
    for (position, (name, kinds)) in TREE.iter().enumerate() {
        let root = chance.id(size.first_ms() - HEAD_START_MS);
        all.push(Category { id: root, parent: None, slug: slug(name), name, position });
        for (position, kind) in kinds.iter().enumerate() {
            let id = chance.id(size.first_ms() - HEAD_START_MS);
            all.push(Category { id, parent: Some(root), slug: slug(&format!("{name} {}", kind.name)), name: kind.name, position });
            leaves.push((id, kind));
        }
    }
    all.sort_by_key(|category| category.parent.is_some());
    (all, leaves)
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Standing {
    Approved,
    Pending,
    Suspended,
    Rejected,
}

pub struct Vendor {
    pub id: Uuid,
    pub owner: Uuid,
    pub name: String,
    pub slug: Slug,
    pub standing: Standing,
    pub joined_ms: i64,
    pub shipping_flat_minor: i64,
    pub shipping_free_from_minor: Option<i64>,
}

impl Vendor {
    pub fn shipping(&self, items_minor: i64) -> i64 {
        if self.shipping_free_from_minor.is_some_and(|from| items_minor >= from) { 0 } else { self.shipping_flat_minor }
    }
}

pub fn vendors(size: &Size) -> Vec<Vendor> {
    let names = SHOP_FIRST.len() * SHOP_SECOND.len();
    let vendor = |index: usize| {
        let mut chance = Random::of(size.seed, Stream::Vendor, index);
        // Shares no factor with the number of names, so that each comes once before any comes twice.
        let place = index * 37 % names;
        let (first, second) = (SHOP_FIRST[place / SHOP_SECOND.len()], SHOP_SECOND[place % SHOP_SECOND.len()]);
        let again = if index < names { String::new() } else { format!(" {}", index / names + 1) };
        let name = format!("{first} {second}{again}");
        let joined_ms = size.first_ms() - HEAD_START_MS - chance.between(1, 60) * DAY_MS;
        let standing = match index {
            _ if index % 50 == 17 => Standing::Pending,
            _ if index % 100 == 53 => Standing::Suspended,
            _ if index % 100 == 71 => Standing::Rejected,
            _ => Standing::Approved,
        };
        let (id, owner) = (chance.id(joined_ms), chance.id(joined_ms));
        let slug = Slug::of_name(&name).unwrap_or_else(|| unreachable!("the names of shops are ASCII"));
        let shipping_free_from_minor = chance.chance(500).then(|| chance.between(40, 120) * 100);
        Vendor { id, owner, slug, name, standing, joined_ms, shipping_flat_minor: chance.between(6, 18) * 50, shipping_free_from_minor }
    };
    (0..size.vendors).map(vendor).collect()
}

/// What an order line needs to know of a variant.
pub struct Variant {
    pub id: Uuid,
    /// Of the line with which the ledger of its stock begins.
    pub movement_id: Uuid,
    pub product: u32,
    pub title: &'static str,
    pub price_minor: i64,
    /// What is left after all sales.
    pub stock: i64,
}

pub struct Product {
    pub id: Uuid,
    pub vendor: u32,
    pub leaf: u32,
    pub name: String,
    pub slug: String,
    pub status: &'static str,
    pub created_ms: i64,
    pub published_ms: Option<i64>,
    /// The number of the first variant, and how many there are.
    pub first_variant: u32,
    pub variants: u32,
    /// Which of [`CHOICES`] it comes in; none for a plain one.
    pub choice: Option<usize>,
    pub is_for_sale: bool,
}

/// All goods, oldest first, and how popular each is.
pub struct Goods {
    pub products: Vec<Product>,
    pub variants: Vec<Variant>,
    /// Products from the most to the least popular.
    ranks: Vec<u32>,
    /// Up to each rank, the share of all who want one of these.
    shares: Vec<f64>,
    /// The products of each shop that are for sale, oldest first.
    by_vendor: Vec<Vec<u32>>,
}

impl Goods {
    pub fn make(size: &Size, vendors: &[Vendor], kinds: &[(Uuid, &'static Kind)]) -> Self {
        let by_vendor = vec![Vec::new(); vendors.len()];
        let products = Vec::with_capacity(size.products);
        let mut goods = Self { products, variants: Vec::new(), ranks: Vec::new(), shares: Vec::new(), by_vendor };
        for index in 0..size.products {
            goods.add(size, vendors, kinds, index);
        }
        let mut chance = Random::of(size.seed, Stream::Popularity, 0);
        goods.ranks = (0..size.products as u32).collect();
        for last in (1..goods.ranks.len()).rev() {
            goods.ranks.swap(last, chance.below(last + 1));
        }
        let mut sum = 0.0;
        for rank in 0..size.products {
            sum += 1.0 / (rank + POPULARITY_SHIFT) as f64;
            goods.shares.push(sum);
        }
        goods
    }

    fn add(&mut self, size: &Size, vendors: &[Vendor], kinds: &[(Uuid, &'static Kind)], index: usize) {
        let mut chance = Random::of(size.seed, Stream::Product, index);
        let since = size.first_ms() - HEAD_START_MS;
        let span = size.until_ms - DAY_MS - since;
        let created_ms = since + span / size.products.max(1) as i64 * index as i64 + chance.between(0, span / size.products.max(1) as i64);
        // Few shops have much, many have little. The very first is there from the first day, so that the first customer finds something.
        let vendor = if index == 0 { 0 } else { chance.below(chance.clone().below(vendors.len()) + 1) };
        let (draft, archived) = (chance.chance(DRAFT_PER_MILLE), chance.chance(ARCHIVED_PER_MILLE));
        let status = match vendors[vendor].standing {
            _ if index == 0 => "published",
            Standing::Pending | Standing::Rejected => "draft",
            _ if draft => "draft",
            _ if archived => "archived",
            _ => "published",
        };
        let published_ms = (status != "draft").then(|| created_ms + chance.between(1, 20) * DAY_MS / 24);
        let leaf = chance.below(kinds.len());
        let name = name(&mut chance, kinds[leaf].1);
        let slug = format!("{}-{index}", Slug::of_name(&name).map_or_else(|| "product".to_owned(), String::from));
        let id = chance.id(created_ms);
        let choice = chance.chance(WITH_CHOICES_PER_MILLE).then(|| chance.below(CHOICES.len()));
        let titles: &[&str] = choice.map_or(&[""], |choice| &CHOICES[choice].1[..2 + index % 2]);
        let first_variant = self.variants.len() as u32;
        let mut price_minor = price(&mut chance, kinds[leaf].1.usual_minor);
        for title in titles {
            let stock = stock(&mut chance);
            let (id, movement_id) = (chance.id(created_ms), chance.id(created_ms));
            self.variants.push(Variant { id, movement_id, product: index as u32, title, price_minor, stock });
            price_minor += price_minor / 4 / 50 * 50 + 50;
        }
        let (vendor, leaf, variants) = (vendor as u32, leaf as u32, titles.len() as u32);
        let is_for_sale = status == "published" && vendors[vendor as usize].standing == Standing::Approved;
        let product =
            Product { id, vendor, leaf, name, slug, status, created_ms, published_ms, first_variant, variants, choice, is_for_sale };
        if product.is_for_sale {
            self.by_vendor[vendor as usize].push(index as u32);
        }
        self.products.push(product);
    }

    pub fn variants_of(&self, product: &Product) -> &[Variant] {
        &self.variants[product.first_variant as usize..][..product.variants as usize]
    }

    /// What somebody buys at this moment besides something else of a shop: a variant's number. None while the shop has nothing yet.
    pub fn also_wanted(&self, chance: &mut Random, at_ms: i64, vendor: u32) -> Option<usize> {
        let all = &self.by_vendor[vendor as usize];
        // All are published within a day.
        let known = all.partition_point(|&product| self.products[product as usize].created_ms + DAY_MS <= at_ms);
        let product = &self.products[*all[..known].get(chance.below(known))? as usize];
        Some(product.first_variant as usize + chance.below(product.variants as usize))
    }

    /// What somebody buys at this moment: a variant's number.
    pub fn wanted(&self, chance: &mut Random, at_ms: i64) -> usize {
        let total = self.shares.last().copied().unwrap_or_default();
        let can_be_had = |product: &Product| product.is_for_sale && product.published_ms.is_some_and(|published| published <= at_ms);
        let popular = (0..40).find_map(|_| {
            // 53 bits: as many as fit.
            let at = (chance.next() >> 11) as f64 / (1_u64 << 53) as f64 * total;
            let rank = self.shares.partition_point(|&share| share <= at).min(self.ranks.len() - 1);
            Some(&self.products[self.ranks[rank] as usize]).filter(|product| can_be_had(product))
        });
        let product = popular.unwrap_or_else(|| {
            let known = self.products.partition_point(|product| product.created_ms <= at_ms);
            (0..40).map(|_| &self.products[chance.below(known)]).find(|product| can_be_had(product)).unwrap_or(&self.products[0])
        });
        product.first_variant as usize + chance.below(product.variants as usize)
    }
}

fn name(chance: &mut Random, kind: &Kind) -> String {
    let noun = *chance.pick(kind.nouns);
    let quality = *chance.pick(QUALITIES);
    let middle = if chance.chance(500) { *chance.pick(MATERIALS) } else { *chance.pick(COLOURS) };
    match chance.chance(RARE_PER_MILLE) {
        true => format!("{} {quality} {middle} {noun}", chance.pick(RARITIES)),
        false => format!("{quality} {middle} {noun}"),
    }
}

/// Around the usual price, most a little below and a few far above: chances that multiply.
fn price(chance: &mut Random, usual_minor: i64) -> i64 {
    let minor = (0..4).fold(usual_minor, |minor, _| minor * chance.between(620, 1480) / 1000);
    (minor / 50 * 50).max(100)
}

fn stock(chance: &mut Random) -> i64 {
    match chance.below(100) {
        0..6 => 0,
        6..16 => chance.between(1, 4),
        16..95 => chance.between(5, 120),
        _ => chance.between(121, 900),
    }
}

/// The texts of a product that an order does not need; made when they are written, since there are many.
pub struct Texts {
    pub summary: String,
    pub description: String,
    pub material: &'static str,
    pub tags: Vec<&'static str>,
    pub sku: String,
    /// Lowest price, and what it was before.
    pub compare_at_minor: Option<i64>,
    pub rating_count: i64,
    pub rating_sum: i64,
}

/// `index` is the product's number.
pub fn texts(size: &Size, goods: &Goods, vendor: &Vendor, index: usize, units_sold: i64) -> Texts {
    let product = &goods.products[index];
    // Its own stretch of chance, so that an order needs none of it.
    let mut chance = Random::of(!size.seed, Stream::Product, index);
    let (material, colour) = (*chance.pick(MATERIALS), *chance.pick(COLOURS));
    let mut tags = vec![material, colour];
    for _ in 0..chance.below(4) {
        let tag = *chance.pick(TAGS);
        if !tags.contains(&tag) {
            tags.push(tag);
        }
    }
    let start = chance.below(SENTENCES.len());
    let sentence = |place: usize| SENTENCES[(start + place * 5) % SENTENCES.len()];
    let description = format!(
        "{} of {material}, from the bench of {}. {} {}\n\n{} {}",
        product.name,
        vendor.name,
        sentence(0),
        sentence(1),
        sentence(2),
        sentence(3)
    );
    let price_minor = goods.variants_of(product).first().map_or(0, |variant| variant.price_minor);
    let (rating_count, rating_sum) = ratings(size, index, units_sold).fold((0, 0), |(count, sum), rating| (count + 1, sum + rating));
    Texts {
        summary: format!("A piece in {colour}. {}", sentence(4)),
        description,
        material,
        tags,
        sku: format!("{}-{index:06}", vendor.slug.as_str().chars().take(3).collect::<String>().to_uppercase()),
        compare_at_minor: chance.chance(150).then(|| price_minor + price_minor / 5 + 100),
        rating_count,
        rating_sum,
    }
}

/// What those say who say anything: most are content, and with some goods more than with others.
pub fn ratings(size: &Size, index: usize, units_sold: i64) -> impl Iterator<Item = i64> {
    let mut chance = Random::of(size.seed, Stream::Rating, index);
    let (count, usual) = (units_sold * chance.between(40, 220) / 1000, chance.between(3300, 4950));
    (0..count).map(move |_| if chance.chance(60) { chance.between(1, 3) } else { (usual + chance.between(0, 999)) / 1000 })
}
