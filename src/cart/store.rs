//! SQL of carts.

use sqlx::PgExecutor;

use super::{Cart, CartLine, CartShop, MAX_LINES, Offer};
use crate::values::{CartId, Currency, Money, PictureId, ProductId, Quantity, Slug, UserId, VariantId, VendorId};
use crate::vendors::ShippingRate;

type Result<T> = std::result::Result<T, sqlx::Error>;

pub struct LineRow {
    variant_id: VariantId,
    product_id: ProductId,
    product_name: String,
    product_slug: Slug,
    variant_title: String,
    sku: String,
    picture_id: Option<PictureId>,
    price_minor: i64,
    seen_price_minor: i64,
    quantity: Quantity,
    available: i64,
    for_sale: bool,
    vendor_id: VendorId,
    vendor_name: String,
    vendor_slug: Slug,
    shipping_flat_minor: i64,
    shipping_free_from_minor: Option<i64>,
}

/// A line that has left the cart.
pub struct TakenLine {
    pub product_id: ProductId,
    pub quantity: Quantity,
}

pub struct CountsRow {
    pub pieces: i64,
    pub wishes: i64,
    /// A guest's cart is there that could be merged into the customer's.
    pub guest_waits: bool,
}

pub async fn currency(db: impl PgExecutor<'_>) -> Result<Currency> {
    sqlx::query_scalar!(r#"select currency as "currency: Currency" from shop"#).fetch_one(db).await
}

/// Locks the cart, or makes it: in one statement, since another request may delete a guest's cart (it was merged) at any time before.
pub async fn open_guest_cart(db: impl PgExecutor<'_>, id: CartId, token_hash: Option<&[u8]>) -> Result<CartId> {
    sqlx::query_scalar!(
        r#"insert into carts (id, token_hash) values ($1, $2) on conflict (token_hash) do update set updated_at = now()
           returning id as "id: CartId""#,
        id as _,
        token_hash
    )
    .fetch_one(db)
    .await
}

pub async fn open_cart_of(db: impl PgExecutor<'_>, id: CartId, user_id: UserId) -> Result<CartId> {
    sqlx::query_scalar!(
        r#"insert into carts (id, user_id) values ($1, $2) on conflict (user_id) do update set updated_at = now()
           returning id as "id: CartId""#,
        id as _,
        user_id as _
    )
    .fetch_one(db)
    .await
}

pub async fn lock_cart_of(db: impl PgExecutor<'_>, user_id: UserId) -> Result<Option<CartId>> {
    sqlx::query_scalar!(r#"select id as "id: CartId" from carts where user_id = $1 for update"#, user_id as _).fetch_optional(db).await
}

pub async fn lock_guest_cart(db: impl PgExecutor<'_>, token_hash: &[u8]) -> Result<Option<CartId>> {
    sqlx::query_scalar!(r#"select id as "id: CartId" from carts where token_hash = $1 for update"#, token_hash).fetch_optional(db).await
}

pub async fn guest_cart_exists(db: impl PgExecutor<'_>, token_hash: Option<&[u8]>) -> Result<bool> {
    sqlx::query_scalar!(r#"select exists (select from carts where token_hash = $1) as "exists!""#, token_hash).fetch_one(db).await
}

pub async fn find_cart(db: impl PgExecutor<'_>, user_id: Option<UserId>, token_hash: Option<&[u8]>) -> Result<Option<CartId>> {
    sqlx::query_scalar!(
        r#"select id as "id: CartId" from carts where user_id = $1 or ($1 is null and token_hash = $2)"#,
        user_id as Option<UserId>,
        token_hash
    )
    .fetch_optional(db)
    .await
}

/// The wishlist's count is of what its page shows.
pub async fn counts(db: impl PgExecutor<'_>, user_id: Option<UserId>, token_hash: Option<&[u8]>) -> Result<CountsRow> {
    sqlx::query_as!(
        CountsRow,
        r#"select coalesce((select sum(i.quantity) from carts c join cart_items i on i.cart_id = c.id
               where c.user_id = $1 or ($1 is null and c.token_hash = $2)), 0) as "pieces!",
             (select count(*) from wishlist_items w join visible_products p on p.id = w.product_id where w.user_id = $1) as "wishes!",
             $1 is not null and exists (select from carts where token_hash = $2) as "guest_waits!""#,
        user_id as Option<UserId>,
        token_hash
    )
    .fetch_one(db)
    .await
}

pub async fn count_pieces(db: impl PgExecutor<'_>, cart: CartId) -> Result<i64> {
    sqlx::query_scalar!(r#"select coalesce(sum(quantity), 0) as "count!" from cart_items where cart_id = $1"#, cart as _)
        .fetch_one(db)
        .await
}

/// Lines of a guest's cart.
pub async fn count_waiting(db: impl PgExecutor<'_>, token_hash: Option<&[u8]>) -> Result<i64> {
    sqlx::query_scalar!(
        r#"select count(*) as "count!" from carts c join cart_items i on i.cart_id = c.id where c.token_hash = $1"#,
        token_hash
    )
    .fetch_one(db)
    .await
}

/// Oldest first.
pub async fn pieces(db: impl PgExecutor<'_>, cart: CartId) -> Result<Vec<(VariantId, Quantity)>> {
    let rows = sqlx::query!(
        r#"select variant_id as "variant_id: VariantId", quantity as "quantity: Quantity" from cart_items where cart_id = $1
           order by added_at, variant_id"#,
        cart as _
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| (row.variant_id, row.quantity)).collect())
}

/// None for what is not for sale. The shopper's own holds do not count against availability.
pub async fn offer(db: impl PgExecutor<'_>, variant: VariantId, shopper: Option<UserId>) -> Result<Option<Offer>> {
    let row = sqlx::query!(
        r#"select p.name as "product_name!", pv.title, pv.price_minor,
             pv.stock - coalesce((select sum(h.quantity) from stock_holds h
               where h.variant_id = pv.id and h.expires_at > now() and h.shopper_id is distinct from $2), 0) as "available!"
           from product_variants pv join visible_products p on p.id = pv.product_id where pv.id = $1 and pv.retired_at is null"#,
        variant as _,
        shopper as Option<UserId>
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| Offer {
        name: if row.title.is_empty() { row.product_name } else { format!("{} · {}", row.product_name, row.title) },
        price_minor: row.price_minor,
        available: u32::try_from(row.available).unwrap_or(0),
    }))
}

pub async fn product_of(db: impl PgExecutor<'_>, variant: VariantId) -> Result<Option<ProductId>> {
    sqlx::query_scalar!(r#"select product_id as "id: ProductId" from product_variants where id = $1"#, variant as _)
        .fetch_optional(db)
        .await
}

/// The variant to buy of a plain product; none where there are several, or none.
pub async fn only_variant(db: impl PgExecutor<'_>, product: ProductId) -> Result<Option<VariantId>> {
    let variants = sqlx::query_scalar!(
        r#"select pv.id as "id: VariantId" from product_variants pv join visible_products p on p.id = pv.product_id
           where p.id = $1 and pv.retired_at is null limit 2"#,
        product as _
    )
    .fetch_all(db)
    .await?;
    Ok(if let [only] = variants[..] { Some(only) } else { None })
}

/// What became of a wish for some pieces, and what there was before it.
pub struct PutRow {
    /// None: it is not for sale.
    pub available: Option<i64>,
    pub put: bool,
    pub line_before: i64,
    pub cart_before: i64,
}

/// Puts a line into the cart of `shopper`, or of a guest's `token_hash`, with so many pieces more or in all, if so many can be had and there is
/// room. Opens the cart as [`open_cart_of`] and [`open_guest_cart`] do.
pub async fn put(
    db: impl PgExecutor<'_>,
    (shopper, token_hash): (Option<UserId>, Option<&[u8]>),
    variant: VariantId,
    quantity: Quantity,
    on_top: bool,
) -> Result<PutRow> {
    sqlx::query_as!(
        PutRow,
        r#"select available, put as "put!", line_before as "line_before!", cart_before as "cart_before!"
           from put_into_cart($1, $2, $3, $4, $5, $6, $7, $8)"#,
        CartId::new() as _,
        shopper as Option<UserId>,
        token_hash,
        variant as _,
        quantity.as_i32(),
        on_top,
        i64::from(Quantity::MAX),
        MAX_LINES as i64
    )
    .fetch_one(db)
    .await
}

/// None if it was not there.
pub async fn delete_line(db: impl PgExecutor<'_>, cart: CartId, variant: VariantId) -> Result<Option<TakenLine>> {
    sqlx::query_as!(
        TakenLine,
        r#"delete from cart_items i using product_variants v where i.cart_id = $1 and i.variant_id = $2 and v.id = i.variant_id
           returning v.product_id as "product_id: ProductId", i.quantity as "quantity: Quantity""#,
        cart as _,
        variant as _
    )
    .fetch_optional(db)
    .await
}

/// Copies lines with new quantities; what is there already takes the quantity alone.
pub async fn copy_lines(db: impl PgExecutor<'_>, from: CartId, to: CartId, variants: &[VariantId], quantities: &[i32]) -> Result<()> {
    sqlx::query!(
        "insert into cart_items (cart_id, variant_id, quantity, seen_price_minor, added_at)
         select $2, i.variant_id, come.quantity, i.seen_price_minor, i.added_at
         from cart_items i join unnest($3::uuid[], $4::int[]) as come (variant_id, quantity) on come.variant_id = i.variant_id
         where i.cart_id = $1
         on conflict (cart_id, variant_id) do update set quantity = excluded.quantity",
        from as _,
        to as CartId,
        variants as &[VariantId],
        quantities
    )
    .execute(db)
    .await?;
    Ok(())
}

pub async fn delete_lines(db: impl PgExecutor<'_>, cart: CartId, variants: &[VariantId]) -> Result<()> {
    sqlx::query!("delete from cart_items where cart_id = $1 and variant_id = any($2)", cart as _, variants as &[VariantId])
        .execute(db)
        .await?;
    Ok(())
}

pub async fn delete_cart(db: impl PgExecutor<'_>, cart: CartId) -> Result<()> {
    sqlx::query!("delete from carts where id = $1", cart as _).execute(db).await?;
    Ok(())
}

/// A cart that somebody holds at this moment is not forgotten.
pub async fn prune_guests(db: impl PgExecutor<'_>, untouched_days: i32, limit: i64) -> Result<u64> {
    let done = sqlx::query!(
        "delete from carts where id in (select id from carts where user_id is null and updated_at < now() - make_interval(days => $1)
           order by updated_at limit $2 for update skip locked)",
        untouched_days,
        limit
    );
    Ok(done.execute(db).await?.rows_affected())
}

pub async fn variant_ids(db: impl PgExecutor<'_>, cart: CartId) -> Result<Vec<VariantId>> {
    sqlx::query_scalar!(r#"select variant_id as "id: VariantId" from cart_items where cart_id = $1 order by variant_id"#, cart as _)
        .fetch_all(db)
        .await
}

/// Lines of a cart as the shopper can buy them; the shopper's own holds do not count against availability.
pub async fn lines(db: impl PgExecutor<'_>, cart: CartId, shopper: Option<UserId>) -> Result<Vec<LineRow>> {
    sqlx::query_as!(
        LineRow,
        r#"select pv.id as "variant_id: VariantId", p.id as "product_id: ProductId", p.name as product_name, p.slug as "product_slug: Slug",
             pv.title as variant_title, pv.sku, pic.id as "picture_id?: PictureId", pv.price_minor, i.seen_price_minor,
             i.quantity as "quantity: Quantity",
             greatest(pv.stock - coalesce(held.quantity, 0), 0) as "available!",
             shown.id is not null and pv.retired_at is null as "for_sale!",
             v.id as "vendor_id: VendorId", v.name as vendor_name, v.slug as "vendor_slug: Slug",
             v.shipping_flat_minor, v.shipping_free_from_minor
           from cart_items i
           join product_variants pv on pv.id = i.variant_id
           join products p on p.id = pv.product_id
           join vendors v on v.id = pv.vendor_id
           left join visible_products shown on shown.id = p.id
           left join lateral (select id from product_pictures where product_id = p.id order by position limit 1) pic on true
           left join lateral (select sum(h.quantity) as quantity from stock_holds h
             where h.variant_id = pv.id and h.expires_at > now() and h.shopper_id is distinct from $2) held on true
           where i.cart_id = $1
           order by min(i.added_at) over (partition by v.id), v.id, i.added_at, i.variant_id"#,
        cart as _,
        shopper as Option<UserId>
    )
    .fetch_all(db)
    .await
}

/// Rows come sorted by shop.
pub fn group_by_shop(rows: Vec<LineRow>, currency: Currency) -> Cart {
    let mut shops: Vec<CartShop> = Vec::new();
    for row in rows {
        let line = CartLine {
            variant_id: row.variant_id,
            product_id: row.product_id,
            product_name: row.product_name,
            product_slug: row.product_slug,
            variant_title: row.variant_title,
            sku: row.sku,
            picture_id: row.picture_id,
            unit_price: Money::new(row.price_minor, currency),
            seen_price: Money::new(row.seen_price_minor, currency),
            quantity: row.quantity,
            available: u32::try_from(row.available).unwrap_or(0),
            for_sale: row.for_sale,
        };
        match shops.last_mut() {
            Some(shop) if shop.vendor_id == row.vendor_id => shop.lines.push(line),
            _ => shops.push(CartShop {
                vendor_id: row.vendor_id,
                vendor_name: row.vendor_name,
                vendor_slug: row.vendor_slug,
                shipping_rate: ShippingRate {
                    flat: Money::new(row.shipping_flat_minor, currency),
                    free_from: row.shipping_free_from_minor.map(|amount| Money::new(amount, currency)),
                },
                lines: vec![line],
            }),
        }
    }
    Cart { shops, waiting: 0, zero: Money::zero(currency) }
}

pub async fn delete_bought(db: impl PgExecutor<'_>, cart: CartId, variants: &[VariantId], quantities: &[i32]) -> Result<()> {
    sqlx::query!(
        "delete from cart_items i using unnest($2::uuid[], $3::int[]) as bought (variant_id, quantity)
         where i.cart_id = $1 and i.variant_id = bought.variant_id and i.quantity <= bought.quantity",
        cart as _,
        variants as &[VariantId],
        quantities
    )
    .execute(db)
    .await?;
    Ok(())
}

pub async fn reduce_bought(db: impl PgExecutor<'_>, cart: CartId, variants: &[VariantId], quantities: &[i32]) -> Result<()> {
    sqlx::query!(
        "update cart_items i set quantity = i.quantity - bought.quantity from unnest($2::uuid[], $3::int[]) as bought (variant_id, quantity)
         where i.cart_id = $1 and i.variant_id = bought.variant_id and i.quantity > bought.quantity",
        cart as _,
        variants as &[VariantId],
        quantities
    )
    .execute(db)
    .await?;
    Ok(())
}
