import { GOODS } from "./support/goods.ts";
import { CARDS, Shop } from "./support/shop.ts";
import { expect, test } from "./support/test.ts";

test("a double click places one order", async ({ shop, person }) => {
  await shop.fillCart(GOODS.chocolate);
  await shop.review(person);
  await shop.placeOrder.dblclick();
  await shop.payPage();
  await shop.open("/account/orders");
  await expect(shop.orders()).toHaveCount(1);
});

test("two tabs place one order, and it is paid once", async ({ page, shop, person, context, mailbox }) => {
  await shop.fillCart(GOODS.chocolate);
  await shop.review(person);
  const second = new Shop(await context.newPage());
  await second.open(page.url());

  await Promise.all([shop.placeOrder.click(), second.placeOrder.click()]);
  const [order, again] = await Promise.all([shop.payPage(), second.payPage()]);
  expect(again).toBe(order);

  await shop.payWith(CARDS.accepted);
  const number = await shop.paid(order);
  // The tab that was left behind leads to what became of the order.
  await second.page.reload();
  await second.paid(order);
  await shop.open("/account/orders");
  await expect(shop.orders()).toHaveCount(1);
  expect(await mailbox.arrived(person.email, `Your order #${number}`)).toHaveLength(1);
});

test("going back after paying does not offer to pay again", async ({ page, shop, person }) => {
  await shop.fillCart(GOODS.chocolate);
  const order = await shop.orderAs(person);
  await shop.payWith(CARDS.accepted);
  await shop.paid(order);
  await page.goBack();
  await page.reload();
  await shop.paid(order);
  await shop.open("/cart");
  await expect(shop.heading).toHaveText("Your cart is empty");
});
