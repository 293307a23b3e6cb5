import type { Page } from "@playwright/test";
import { GOODS, dollars } from "./support/goods.ts";
import { newPerson } from "./support/person.ts";
import { CARDS, Shop } from "./support/shop.ts";
import { expect, test } from "./support/test.ts";
import { post, postAsOwnPage } from "./support/wire.ts";

/** What the form of the product page names its goods by. */
async function variantOf(page: Page): Promise<string> {
  return (await page.locator(".buy-form input[name=variant_id]").getAttribute("value")) ?? "";
}

test.describe("what no form of ours would send", () => {
  for (const quantity of ["0", "-1", "1000000000", "1000", "1.5", "NaN", "two", ""]) {
    test(`a quantity of ${quantity || "nothing"} is refused`, async ({ page, shop, context }) => {
      await shop.open(`/product/${GOODS.notebook.slug}`);
      const answer = await postAsOwnPage("/api/cart/add", { variant_id: await variantOf(page), quantity }, context);
      expect(answer.status).toBe(422);
      expect(JSON.parse(answer.body)).toMatchObject({ kind: "invalid" });
      await shop.open("/cart");
      await expect(shop.heading).toHaveText("Your cart is empty");
    });
  }

  test("a wrong quantity leaves what is in the cart alone", async ({ page, shop, context }) => {
    await shop.fillCart(GOODS.notebook);
    const variant_id = await variantOf(page);
    for (const quantity of ["0", "-1", "1000000000"]) {
      expect((await postAsOwnPage("/api/cart/set-quantity", { variant_id, quantity }, context)).status).toBe(422);
    }
    // More than there are is another matter than what no number can be.
    expect((await postAsOwnPage("/api/cart/set-quantity", { variant_id, quantity: "999" }, context)).status).toBe(409);
    await shop.open("/cart");
    await shop.expectInCart(1);
    await expect(shop.cartLine(GOODS.notebook)).toContainText(dollars(GOODS.notebook.priceCents));
  });

  test("a price sent along is refused, and changes nothing", async ({ page, shop, context }) => {
    // Goods in the cart give the browser its cookie.
    await shop.fillCart(GOODS.soap);
    await shop.open(`/product/${GOODS.notebook.slug}`);
    const goods = { variant_id: await variantOf(page), quantity: "1" };
    for (const field of ["price", "unit_price", "unit_price_minor", "price_minor", "amount"]) {
      expect((await postAsOwnPage("/api/cart/add", { ...goods, [field]: "1" }, context)).status, field).toBe(422);
    }
    expect((await postAsOwnPage("/api/cart/add", goods, context)).status).toBe(200);
    await shop.open("/cart");
    await expect(shop.cartLine(GOODS.notebook)).toContainText(dollars(GOODS.notebook.priceCents));
  });

  test("goods that do not exist cannot be put into a cart", async ({ shop, context }) => {
    const unknown = { variant_id: "01990000-0000-7000-8000-000000000000", quantity: "1" };
    const answer = await postAsOwnPage("/api/cart/add", unknown, context);
    expect([404, 409]).toContain(answer.status);
    expect((await postAsOwnPage("/api/cart/add", { variant_id: "x' or 1=1 --", quantity: "1" }, context)).status).toBe(422);
    await shop.open("/cart");
    await expect(shop.heading).toHaveText("Your cart is empty");
  });

  test("a search for markup shows it as text", async ({ page, shop }) => {
    await shop.open(`/search?q=${encodeURIComponent('"><script>alert(1)</script>')}`);
    await expect(shop.heading).toContainText("<script>alert(1)</script>");
    await expect(page.getByRole("heading", { name: "Nothing found" })).toBeVisible();
  });
});

test("addresses that lead nowhere say so", async ({ page, shop, watch }) => {
  watch.allowStatus(404);
  for (const path of ["/product/no-such-thing", "/category/no-such-thing", "/shop/no-such-shop", "/no/such/page", "/product/..%2F..%2Fetc", "/shop/crate-direct"]) {
    const answer = await page.goto(path);
    expect(answer?.status(), path).toBe(404);
    await expect(shop.heading).toHaveText("This page is not here");
    await expect(page.getByRole("banner")).toBeVisible();
  }
  // A draft is nobody's business but its shop's.
  expect((await page.goto("/product/fig-seedling-in-terracotta"))?.status()).toBe(404);
});

test.describe("another site", () => {
  test("cannot make a browser change a cart", async ({ page, shop, context, browser, watch }) => {
    await shop.fillCart(GOODS.soap);
    const variant_id = await variantOf(page);
    for (const headers of [
      { origin: "https://evil.example" },
      { "sec-fetch-site": "cross-site" },
      { "sec-fetch-site": "same-site" },
      { origin: "null" },
      // Cookies, and no word about where they come from.
      {},
    ] as Record<string, string>[]) {
      const answer = await post("/api/cart/remove", { variant_id }, { cookiesOf: context, headers });
      expect(answer.status, JSON.stringify(headers)).toBe(403);
    }

    // The same in a real browser, with a form that sends itself.
    const stranger = await browser.newContext();
    const away = await stranger.newPage();
    await stranger.addCookies(await context.cookies());
    await away.route("http://evil.example/", (route) =>
      route.fulfill({
        contentType: "text/html",
        body: `<form method="post" action="${new URL("/api/cart/remove", page.url())}"><input name="variant_id" value="${variant_id}"></form>
               <script>document.forms[0].submit()</script>`,
      }),
    );
    const refused = away.waitForResponse((response) => response.url().endsWith("/api/cart/remove"));
    await away.goto("http://evil.example/", { waitUntil: "commit" });
    expect((await refused).status()).toBe(403);
    await stranger.close();
    expect(watch.found()).toEqual([]);

    await shop.open("/cart");
    await shop.expectInCart(1);
  });

  test("is not where a sign-in leads to", async ({ page, shop, person }) => {
    await shop.signUp(person);
    for (const next of ["https://evil.example/", "//evil.example/", "/\\evil.example/", "javascript:alert(1)"]) {
      await page.goto(`/sign-in?next=${encodeURIComponent(next)}`);
      await expect(page).toHaveURL("/");
    }
  });
});

test("what belongs to somebody else does not exist", async ({ page, shop, person, browser, watch }) => {
  await shop.fillCart(GOODS.soap);
  await shop.review(person);
  const address = new URL(page.url()).searchParams.get("address") ?? "";
  await shop.placeOrder.click();
  const order = await shop.payPage();

  const others = await browser.newContext({ baseURL: new URL("/", page.url()).href });
  await watch.over(others);
  watch.allowStatus(404);
  const other = new Shop(await others.newPage());
  await other.fillCart(GOODS.chocolate);
  await other.signUp(newPerson("Olu Adeyemi"));
  const unknown = "01990000-0000-7000-8000-000000000000";
  const pages = (order: string, address: string) => [
    `/account/orders/${order}`,
    `/checkout/${order}/pay`,
    `/orders/${order}/thanks`,
    `/checkout/review?address=${address}`,
  ];
  for (const path of [...pages(order, address), ...pages(unknown, unknown)]) {
    const answer = await other.page.goto(path);
    expect(answer?.status(), path).toBe(404);
    await expect(other.heading).toHaveText("This page is not here");
    await expect(other.page.getByRole("main")).not.toContainText(person.name);
  }
  const taken = await postAsOwnPage("/api/checkout/choose-address", { address_id: address }, others);
  expect(taken.status).toBe(404);
  await others.close();

  // And for those who are not signed in it is not even said.
  const nobody = await browser.newContext({ baseURL: new URL("/", page.url()).href });
  const stranger = await nobody.newPage();
  await stranger.goto(`/account/orders/${order}`);
  await expect(stranger).toHaveURL(`/sign-in?next=/account/orders/${order}`);
  await nobody.close();
});

test("a webhook that the gateway did not sign pays nothing", async ({ page, shop, person }) => {
  await shop.fillCart(GOODS.soap);
  const order = await shop.orderAs(person);
  const event = JSON.stringify({
    id: "evt_forged",
    object: "event",
    type: "payment_intent.succeeded",
    livemode: false,
    data: { object: { id: "pi_forged", object: "payment_intent", status: "succeeded", metadata: { order_id: order } } },
  });
  const now = Math.floor(Date.now() / 1000);
  for (const signature of [undefined, "", "t=1,v1=00", `t=${now},v1=${"0".repeat(64)}`, `t=${now}`, "nonsense"]) {
    const answer = await post("/webhooks/stripe", event, { headers: signature === undefined ? {} : { "stripe-signature": signature } });
    expect(answer.status, String(signature)).toBe(400);
  }
  await page.goto(`/account/orders/${order}`);
  await expect(page.getByRole("main")).toContainText("Waiting for payment");
});

test("stock that goes between cart and checkout: a clear answer, no order, nothing charged", async ({ page, shop, person, browser, watch }) => {
  const { comb } = GOODS;
  // The first customer stands before the last click …
  await shop.open(`/product/${comb.slug}`);
  await shop.addToCart(comb.stock);
  await shop.review(person);

  // … while the second one takes all there is.
  const others = await browser.newContext({ baseURL: new URL("/", page.url()).href });
  await watch.over(others);
  const quicker = new Shop(await others.newPage());
  await quicker.open(`/product/${comb.slug}`);
  await quicker.addToCart(comb.stock);
  const order = await quicker.orderAs(newPerson("Olu Adeyemi"));
  await quicker.payWith(CARDS.accepted);
  await quicker.paid(order);
  await others.close();

  await shop.placeOrder.click();
  await expect(shop.refusal).toBeVisible();
  await expect(page).toHaveURL(/\/checkout\/review\?address=/);
  await expect(page.getByRole("main")).toContainText("Not available in this number any more");
  await expect(shop.placeOrder).toHaveCount(0);
  await page.getByRole("link", { name: "Back to the cart" }).click();
  await expect(shop.cartLine(comb)).toContainText("Sold out since you put it here.");
  await expect(page.getByRole("link", { name: "Check out" })).toHaveCount(0);
  await shop.open("/account/orders");
  await expect(shop.heading).toHaveText("No orders yet");
  await shop.open(`/product/${comb.slug}`);
  await expect(shop.stock()).toHaveText("Sold out");
  await expect(page.getByRole("button", { name: "Sold out" })).toBeDisabled();
});
