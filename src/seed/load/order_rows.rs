//! Orders and what belongs to them: made in batches, since their tables refer to each other and together do not fit into memory.

use std::time::Instant;

use uuid::Uuid;

use super::sales::{self, Fate, Order, Part};
use super::sheet::Sheet;
use super::store::Shop;
use super::{DAY_MS, Loaded, people};
use crate::error::AppError;
use crate::platform::db::Tx;

/// Orders whose rows wait in memory together, before each table gets its own.
const ORDERS_AT_ONCE: usize = 5000;

/// Tables in the order of their references.
const TABLES: [(&str, &str); 8] = [
    (
        "orders",
        "copy orders (id, user_id, email, status, currency, items_minor, shipping_minor, total_minor, ship_name, ship_line1, ship_city,
           ship_postal_code, ship_country_code, fingerprint, placed_at, paid_at, closed_at) from stdin",
    ),
    (
        "order_parts",
        "copy order_parts (id, order_id, vendor_id, vendor_name, items_minor, shipping_minor, total_minor, fulfilment, carrier, tracking,
           shipped_at, delivered_at, paid_at) from stdin",
    ),
    (
        "order_lines",
        "copy order_lines (id, order_id, part_id, vendor_id, variant_id, product_id, product_name, product_slug, variant_title,
           unit_price_minor, quantity, subtotal_minor) from stdin",
    ),
    ("stock_movements", "copy stock_movements (id, variant_id, vendor_id, kind, delta, order_id, at) from stdin"),
    (
        "payments",
        "copy payments (id, order_id, status, amount_minor, currency, idempotency_key, intent_id, created_at, updated_at, check_after)
           from stdin",
    ),
    (
        "refunds",
        "copy refunds (id, order_id, payment_id, amount_minor, currency, reason, status, gateway_id, created_at, finished_at, attempts,
           next_attempt_at)
           from stdin",
    ),
    ("refund_items", "copy refund_items (id, refund_id, order_id, part_id, vendor_id, line_id, quantity, amount_minor) from stdin"),
    (
        "outbox",
        "copy outbox (id, kind, dedupe_key, recipient, subject, body_text, body_html, status, attempts, next_attempt_at, created_at,
           sent_at) from stdin",
    ),
];

struct Sheets([Sheet; TABLES.len()]);

impl Shop<'_> {
    /// Orders, their parts and lines, payments, refunds, and the receipts that were sent.
    pub async fn write_orders(&self, tx: &mut Tx, loaded: &mut Loaded) -> Result<(), AppError> {
        let mut sheets = Sheets(std::array::from_fn(|_| Sheet::new()));
        for start in (0..self.size.orders).step_by(ORDERS_AT_ONCE) {
            for index in start..self.size.orders.min(start + ORDERS_AT_ONCE) {
                let order = sales::order(self.size, self.calendar, self.goods, self.vendors, index);
                self.write_order(&order, index, &mut sheets);
            }
            for ((table, statement), sheet) in TABLES.iter().zip(&mut sheets.0) {
                let started = Instant::now();
                let mut copy = tx.copy_in_raw(statement).await?;
                copy.send(sheet.bytes()).await?;
                loaded.add(table, copy.finish().await?, started.elapsed());
                sheet.clear();
            }
        }
        Ok(())
    }

    fn write_order(&self, order: &Order, index: usize, sheets: &mut Sheets) {
        let [orders, parts, lines, movements, payments, refunds, refund_items, outbox] = &mut sheets.0;
        let person = people::customer(self.size, order.customer);
        let paid = order.fate.took_goods();
        orders.id(order.id).id(person.id).text(&person.email).text(order.fate.as_str()).text(self.currency);
        orders.plain(order.items_minor()).plain(order.shipping_minor()).plain(order.total_minor());
        orders.text(&person.name).text(&person.line1).text(person.city).text(person.postal_code).text(person.country_code);
        let [a, b, c, d] = order.fingerprint;
        orders.plain(format_args!("\\\\x{a:016x}{b:016x}{c:016x}{d:016x}")).time(order.placed_ms);
        let closed = matches!(order.fate, Fate::Expired | Fate::Canceled);
        orders.maybe_time(paid.then_some(order.decided_ms)).maybe_time(closed.then_some(order.decided_ms)).end_row();
        for part in &order.parts {
            self.write_part(order, part, parts, lines, movements);
        }
        self.write_payment(order, index, payments, refunds);
        self.write_refund_items(order, refund_items);
        if paid {
            outbox.id(order.receipt_id).text("receipt").plain(format_args!("receipt:{}", order.id)).text(&person.email);
            outbox.text("Your order").text("Thank you for your order.").text("<p>Thank you for your order.</p>").text("sent").plain(1);
            outbox.time(order.decided_ms).time(order.decided_ms).time(order.decided_ms + 1000).end_row();
        }
    }

    fn write_part(&self, order: &Order, part: &Part, parts: &mut Sheet, lines: &mut Sheet, movements: &mut Sheet) {
        let vendor = &self.vendors[part.vendor as usize];
        parts.id(part.id).id(order.id).id(vendor.id).text(&vendor.name);
        parts.plain(part.items_minor).plain(part.shipping_minor).plain(part.items_minor + part.shipping_minor).text(part.fulfilment);
        let sent = part.shipped_ms.is_some();
        parts.maybe(sent.then_some("Pigeon Post")).maybe(sent.then(|| part.id.simple()));
        parts.maybe_time(part.shipped_ms).maybe_time(part.delivered_ms);
        parts.maybe_time(order.fate.took_goods().then_some(order.decided_ms)).end_row();
        for line in &part.lines {
            let variant = &self.goods.variants[line.variant];
            let product = &self.goods.products[variant.product as usize];
            lines.id(line.id).id(order.id).id(part.id).id(vendor.id).id(variant.id).id(product.id);
            lines.text(&product.name).text(&product.slug).text(variant.title);
            lines.plain(variant.price_minor).plain(line.quantity).plain(variant.price_minor * line.quantity).end_row();
            if order.fate.took_goods() {
                movements.id(line.movement_id).id(variant.id).id(vendor.id).text("sold").plain(-line.quantity).id(order.id);
                movements.time(order.decided_ms).end_row();
            }
        }
    }

    fn write_payment(&self, order: &Order, index: usize, payments: &mut Sheet, refunds: &mut Sheet) {
        let (status, intent) = match order.fate {
            Fate::Paid | Fate::Refunded | Fate::PartiallyRefunded => ("succeeded", Some(format!("pi_load_{index}"))),
            Fate::Expired | Fate::Canceled => ("canceled", None),
            // No intent yet: nobody at the gateway knows of it.
            Fate::Pending => ("creating", None),
        };
        payments.id(order.payment_id).id(order.id).text(status).plain(order.total_minor()).text(self.currency);
        payments
            .plain(format_args!("load-{index}"))
            .maybe(intent)
            .time(order.placed_ms)
            .time(order.decided_ms)
            .time(order.decided_ms)
            .end_row();
        if let Some((id, amount_minor)) = order.refund {
            let asked_ms = (order.decided_ms + 5 * DAY_MS).min(self.size.until_ms - 1000);
            refunds.id(id).id(order.id).id(order.payment_id).plain(amount_minor).text(self.currency).text("requested_by_customer");
            refunds
                .text("succeeded")
                .plain(format_args!("re_load_{index}"))
                .time(asked_ms)
                .time(asked_ms + 1000)
                .plain(1)
                .time(asked_ms)
                .end_row();
        }
    }
    /// Line after line is given back until the sum is reached, and shipping last.
    fn write_refund_items(&self, order: &Order, items: &mut Sheet) {
        let Some((refund, mut left_minor)) = order.refund else { return };
        let mut number = 0_u128;
        let mut item = |part: &Part, line: Option<&sales::Line>, quantity: i64, amount_minor: i64| {
            number += 1;
            // As old as the refund, and told apart by the last bits.
            items
                .id(Uuid::from_u128(refund.as_u128() ^ number))
                .id(refund)
                .id(order.id)
                .id(part.id)
                .id(self.vendors[part.vendor as usize].id);
            items.maybe(line.map(|line| line.id)).plain(quantity).plain(amount_minor).end_row();
        };
        for part in &order.parts {
            for line in &part.lines {
                let price_minor = self.goods.variants[line.variant].price_minor;
                let amount_minor = left_minor.min(price_minor * line.quantity);
                if amount_minor > 0 {
                    item(part, Some(line), amount_minor / price_minor, amount_minor);
                    left_minor -= amount_minor;
                }
            }
        }
        for part in &order.parts {
            let amount_minor = left_minor.min(part.shipping_minor);
            if amount_minor > 0 {
                item(part, None, 0, amount_minor);
                left_minor -= amount_minor;
            }
        }
    }
}
