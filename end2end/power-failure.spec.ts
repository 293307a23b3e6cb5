import { GOODS } from "./support/goods.ts";
import { Mailbox } from "./support/mailbox.ts";
import { Server } from "./support/server.ts";
import { CARDS, Shop } from "./support/shop.ts";
import { expect, test } from "./support/test.ts";

/** A mail that the killed server had in its hands is free again when the leases of the mail (90 s) and of the job (30 s) have run out. */
const LEASES_MS = 150_000;

// Killed with the server in mid-purchase, PostgreSQL included; what anybody was told before must still be so afterwards.
test("every acknowledged step outlives kill -9 of server and database", async ({ browser, person }) => {
  test.setTimeout(480_000);
  const server = await Server.open("power-failure");
  const context = await browser.newContext({ baseURL: server.url });
  try {
    const page = await context.newPage();
    const shop = new Shop(page);
    const mailbox = new Mailbox(context, server.url);
    const { vase } = GOODS;

    const order = await test.step("after the order was placed: account, session, cart and order are there", async () => {
      await shop.fillCart(vase);
      const order = await shop.orderAs(person);
      await server.kill();
      await server.start();
      await shop.open("/account/orders");
      await expect(shop.orders()).toHaveCount(1);
      await expect(shop.orders()).toContainText("Waiting for payment");
      await shop.expectInCart(1);
      await shop.open(`/checkout/${order}/pay`);
      return order;
    });

    const number = await test.step("when the gateway had just said yes: the order is paid, once", async () => {
      const confirmed = page.waitForResponse((response) => response.url().endsWith("/confirm"));
      await shop.payWith(CARDS.accepted);
      expect((await confirmed).status()).toBe(200);
      await server.kill();
      await server.start();
      await shop.open(`/orders/${order}/thanks`);
      return shop.paid(order);
    });

    await test.step("one receipt, stock down by one, an empty cart, also after a third failure", async () => {
      expect(await mailbox.arrived(person.email, `Your order #${number}`, LEASES_MS)).toHaveLength(1);
      expect(await mailbox.arrived(vase.shop.email, `New order #${number}`, LEASES_MS)).toHaveLength(1);
      await server.kill();
      await server.start();
      expect(await mailbox.to(person.email)).toContainEqual(expect.objectContaining({ subject: `Your order #${number}` }));
      await shop.open("/account/orders");
      await expect(shop.orders()).toHaveCount(1);
      await expect(shop.orders()).toContainText("Paid");
      await shop.expectInCart(0);
      await shop.open(`/product/${vase.slug}`);
      await expect(shop.stock()).toHaveText(`Only ${vase.stock - 1} left`);
    });
  } finally {
    await context.close();
    await server.stop();
  }
  await server.check();
});
