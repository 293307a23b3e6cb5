-- Puts a line into somebody's cart, with so many pieces more or in all, if so many can be had and there is room. Buying begins here more often
-- than anywhere else, and as statements of one transaction it took five round trips: four of them for what the database knows by itself.
--
-- The cart is locked, or made, first; made and locked in one statement, since another request may make it, or delete a guest's (it was
-- merged), at any time before. The statement after that sees what those who held the lock before have done, as a volatile function takes a
-- new snapshot for each statement (read committed); both in one statement would count with the cart of before the wait.
create function put_into_cart(
  new_id uuid, shopper uuid, token bytea, wanted uuid, pieces int, on_top boolean, most bigint, max_lines bigint,
  -- Null: it is not for sale. The shopper's own holds do not count against it.
  out available bigint,
  out put boolean,
  -- Of this line and of the whole cart, before.
  out line_before bigint,
  out cart_before bigint
) language plpgsql set search_path = public, pg_temp as $$
declare
  cart uuid;
begin
  if shopper is not null then
    select id into cart from carts where user_id = shopper for update;
    if cart is null then
      insert into carts (id, user_id) values (new_id, shopper) on conflict (user_id) do update set updated_at = now() returning id into cart;
    end if;
  else
    select id into cart from carts where token_hash = token for update;
    if cart is null then
      insert into carts (id, token_hash) values (new_id, token) on conflict (token_hash) do update set updated_at = now() returning id into cart;
    end if;
  end if;
  with offer as (
      select pv.price_minor, greatest(pv.stock - coalesce((select sum(h.quantity) from stock_holds h
          where h.variant_id = pv.id and h.expires_at > now() and h.shopper_id is distinct from shopper), 0), 0) as available
      from product_variants pv join visible_products p on p.id = pv.product_id where pv.id = wanted and pv.retired_at is null),
    known as (
      select coalesce(sum(i.quantity) filter (where i.variant_id = wanted), 0) as line, coalesce(sum(i.quantity), 0) as pieces,
        count(*) as lines
      from cart_items i where i.cart_id = cart),
    line as (
      insert into cart_items (cart_id, variant_id, quantity, seen_price_minor)
      select cart, wanted, put_into_cart.pieces + case when on_top then known.line else 0 end, offer.price_minor from offer, known
      where put_into_cart.pieces + case when on_top then known.line else 0 end <= least(offer.available, most)
        and (known.line > 0 or known.lines < max_lines)
      on conflict (cart_id, variant_id) do update set quantity = excluded.quantity, seen_price_minor = excluded.seen_price_minor
      returning 1),
    touched as (update carts c set updated_at = now() where c.id = cart and exists (select from line))
  select (select offer.available from offer), exists (select from line), known.line, known.pieces from known
  into available, put, line_before, cart_before;
  -- Who was refused gets no cart by it.
  if not put and cart = new_id then
    delete from carts where id = new_id;
  end if;
end
$$;
