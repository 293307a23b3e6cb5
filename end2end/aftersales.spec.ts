import type { Browser } from "@playwright/test";
import { changeAmount } from "./contract/gateway.ts";
import { axe } from "./support/axe.ts";
import { GOODS, dollars } from "./support/goods.ts";
import { DEMO, addressOf } from "./support/person.ts";
import { shopUrl } from "./support/server.ts";
import { CARDS, Shop } from "./support/shop.ts";
import { expect, test } from "./support/test.ts";

const { notebook, socks } = GOODS;

/** Somebody with an account of the demonstration, in a browser of their own. */
async function signedIn(browser: Browser, email: string): Promise<Shop> {
  const context = await browser.newContext({ baseURL: shopUrl() });
  const shop = new Shop(await context.newPage());
  await shop.signIn(email, DEMO.vendor.password);
  return shop;
}

test("after the sale: two shops send and give back, and everybody hears of it once", async ({ page, shop, person, browser, mailbox }) => {
  test.setTimeout(180_000);
  const story = page.getByRole("region", { name: "What happened" });

  await test.step("what a guest has gathered joins the cart of the account", async () => {
    await shop.signUp(person);
    await shop.fillCart(notebook);
    await shop.accountMenu.click();
    await page.getByRole("banner").getByRole("button", { name: "Sign out" }).click();
    await shop.expectInCart(0);
    await shop.fillCart(socks);
    await shop.signIn(person.email, person.password);
    await shop.expectInCart(2);
    await shop.open("/cart");
    for (const good of [notebook, socks]) await expect(shop.cartLine(good)).toContainText(dollars(good.priceCents));
  });

  const [order, number] = await test.step("pays for both with one payment", async () => {
    await page.getByRole("link", { name: "Check out" }).click();
    await shop.alive();
    await shop.typeAddress(addressOf(person));
    await expect(page).toHaveURL(/\/checkout\/review\?address=/);
    await shop.alive();
    await shop.placeOrder.click();
    const order = await shop.payPage();
    await shop.payWith(CARDS.accepted);
    return [order, await shop.paid(order)] as const;
  });

  const [stationer, mill] = await test.step("each shop sees its own part, and nothing of the other's", async () => {
    const shops: Shop[] = [];
    for (const [good, other] of [
      [notebook, socks],
      [socks, notebook],
    ] as const) {
      const vendor = await signedIn(browser, good.shop.email);
      await vendor.open(`/vendor/orders/${order}`);
      await expect(vendor.heading).toHaveText(`Order ${number}`);
      await expect(vendor.page.getByRole("main")).toContainText(good.name);
      await expect(vendor.page.getByRole("main")).toContainText(person.name);
      await expect(vendor.page.getByRole("main")).not.toContainText(other.name);
      await expect(vendor.page.getByRole("main")).not.toContainText(other.shop.name);
      shops.push(vendor);
    }
    return shops as [Shop, Shop];
  });

  await test.step("one shop sends its parcel, and the customer sees where it is", async () => {
    await stationer.page.getByLabel("Carrier").fill("CTT");
    await stationer.page.getByLabel("Tracking number").fill("RR 123 456 789 PT");
    await stationer.page.getByRole("button", { name: "Mark as sent" }).click();
    await expect(stationer.page.getByRole("main")).toContainText("It is on its way, and the customer knows.");
    await shop.open(`/account/orders/${order}`);
    await expect(story.getByRole("listitem")).toContainText(["Order placed", "Paid", `${notebook.shop.name} has sent its parcel`]);
    await expect(story).toContainText("CTT, tracking number RR 123 456 789 PT");
    await expect(page.getByText("Cancel the order")).toHaveCount(0);
    await axe(page);
  });

  await test.step("an admin gives the socks back, and nobody sends them any more", async () => {
    const admin = await signedIn(browser, DEMO.admin.email);
    await admin.open(`/admin/orders/${order}`);
    await admin.page.getByLabel(new RegExp(`^Pieces of ${socks.name}.* that go back`)).fill("1");
    await admin.page.getByRole("button", { name: "Give it back" }).click();
    await expect(admin.page.getByRole("main")).toContainText("The money is on its way back.");
    await axe(admin.page);
    await mill.open(`/vendor/orders/${order}`);
    await expect(mill.page.getByRole("main")).toContainText("Canceled. There is nothing to send.");
    await expect(mill.page.getByRole("main")).toContainText("1 of 1 refunded");
  });

  await test.step("the customer sees the refund on the line, in the story and in the sum", async () => {
    await mailbox.arrived(person.email, `Refund for order #${number}`);
    await shop.open(`/account/orders/${order}`);
    await expect(page.getByRole("main")).toContainText(`1 of 1 refunded: ${dollars(socks.priceCents)}`);
    await expect(story).toContainText(`Refund of ${dollars(socks.priceCents)}`);
    await expect(story).toContainText("Sent to your card");
    await expect(page.getByRole("complementary", { name: "Summary" })).toContainText("After refunds");
    await axe(page);
    await page.getByRole("link", { name: "Invoice" }).click();
    await expect(shop.heading).toHaveText(`Invoice for order ${number}`);
    await expect(page.getByRole("main")).toContainText(`−${dollars(socks.priceCents)}`);
    await axe(page);
  });

  await test.step("every letter came, and none came twice", async () => {
    const letters = (await mailbox.to(person.email)).map(({ subject }) => subject).sort();
    expect(letters).toEqual([
      `Order #${number}: ${notebook.shop.name} has sent your parcel`,
      `Refund for order #${number}`,
      "Welcome: please confirm your address",
      `Your order #${number}`,
    ].sort());
    const about = async (email: string) => (await mailbox.to(email)).map(({ subject }) => subject).filter((subject) => subject.includes(`#${number}`)).sort();
    await mailbox.arrived(socks.shop.email, `Order #${number} is canceled`);
    expect(await about(notebook.shop.email)).toEqual([`New order #${number}`]);
    expect(await about(socks.shop.email)).toEqual([`New order #${number}`, `Order #${number} is canceled`]);
  });
});

test("an order that is not wanted after all is canceled, unpaid and paid", async ({ page, shop, person }) => {
  await shop.fillCart(notebook);
  const unpaid = await shop.orderAs(person);
  await shop.open(`/account/orders/${unpaid}`);
  await page.getByText("Cancel the order").click();
  await axe(page);
  await page.getByRole("button", { name: "Cancel this order" }).click();
  await expect(page.getByRole("main")).toContainText("The order is canceled. Nothing was charged.");
  await expect(page.getByRole("link", { name: "Pay now" })).toHaveCount(0);

  // The goods are still in the cart: they would have left it with the payment.
  await shop.open("/checkout");
  await page.getByRole("button", { name: "Continue to review" }).click();
  await expect(page).toHaveURL(/\/checkout\/review\?address=/);
  await shop.alive();
  await shop.placeOrder.click();
  const paid = await shop.payPage();
  await shop.payWith(CARDS.accepted);
  await shop.paid(paid);
  await shop.open(`/account/orders/${paid}`);
  await page.getByText("Cancel the order").click();
  await page.getByRole("button", { name: "Cancel and get the money back" }).dblclick();
  await expect(page.getByRole("main")).toContainText("your money is on its way back");
  await expect(page.getByRole("region", { name: "What happened" })).toContainText(`The part of ${notebook.shop.name} was canceled`);
});

test("another amount than the order costs waits for an admin, who takes it and gives the rest back", async ({ page, shop, person, browser, mailbox }) => {
  test.setTimeout(120_000);
  await shop.fillCart(notebook);
  const order = await shop.orderAs(person);
  const intent = /pi_[A-Za-z0-9]+(?=_secret_)/.exec(await page.content())?.[0] ?? "";
  const asked = Number(/\$(\d+\.\d\d)/.exec(await shop.heading.innerText())?.[1]) * 100;
  await changeAmount(intent, Math.round(asked) + 500);
  await shop.payWith(CARDS.accepted);
  await expect(shop.heading).toHaveText("We are checking your payment", { timeout: 15_000 });
  await axe(page);

  const admin = await signedIn(browser, DEMO.admin.email);
  await admin.open("/admin");
  await admin.page.getByRole("link", { name: /payments? to look at/ }).click();
  await admin.page.getByRole("main").getByRole("row").filter({ hasText: person.email }).getByRole("link").first().click();
  const card = admin.page.getByRole("region", { name: "Another amount was paid" });
  await expect(card).toContainText("$5.00 goes back to the customer");
  await axe(admin.page);
  await card.getByRole("button", { name: "Accept the payment" }).dblclick();
  await expect(admin.page.getByRole("main")).toContainText("The payment is accepted, and the shops can send the goods.");
  await expect(card).toHaveCount(0);

  await mailbox.arrived(person.email, /^Refund for order/);
  await shop.open(`/account/orders/${order}`);
  const story = page.getByRole("region", { name: "What happened" });
  await expect(story).toContainText("Refund of $5.00");
  await expect(page.getByRole("main")).toContainText("Paid");
});
