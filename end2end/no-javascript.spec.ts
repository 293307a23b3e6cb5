import { GOODS, dollars } from "./support/goods.ts";
import { addressOf } from "./support/person.ts";
import { expect, test } from "./support/test.ts";

const { teapot, socks, toothbrush } = GOODS;

test.use({ javaScriptEnabled: false });

test.beforeEach(({ watch }) => {
  // Without JavaScript the browser itself stops the scripts that a page asks for, and misses their use.
  watch.allow(/request failed \(csp\): GET \S+\.js$/);
  watch.allow(/was preloaded using link preload but not used/);
});

test("everything up to the card works without JavaScript", async ({ page, shop, person }) => {
  await test.step("looks around: home, category, product", async () => {
    await shop.open("/");
    await shop.openCategory(teapot.category.name);
    await shop.openProduct(teapot);
    await shop.addToCart(2);
    await shop.expectInCart(2);
    await expect(shop.heading).toHaveText(teapot.name);
  });

  await test.step("searches, and adds from another shop", async () => {
    await shop.search("socks");
    await shop.openProduct(socks);
    await shop.addToCart();
    await shop.expectInCart(3);
    await shop.search("toothbrush");
    await shop.openProduct(toothbrush);
    await shop.addToCart();
    await shop.expectInCart(4);
  });

  await test.step("changes a number, and takes a line out", async () => {
    await shop.cartLink().click();
    await expect(shop.heading).toHaveText("Your cart");
    const line = shop.cartLine(teapot);
    await expect(line).toContainText(dollars(2 * teapot.priceCents));
    await page.getByRole("spinbutton", { name: `Quantity of ${teapot.name}` }).fill("3");
    await line.getByRole("button", { name: "Update" }).click();
    await expect(line).toContainText(dollars(3 * teapot.priceCents));
    await shop.cartLine(toothbrush).getByRole("button", { name: /^Remove/ }).click();
    await expect(shop.cartLine(toothbrush)).toHaveCount(0);
    await shop.expectInCart(4);
  });

  await test.step("signs up at the second try; nothing typed is lost", async () => {
    await page.getByRole("link", { name: "Check out" }).click();
    await page.getByRole("main").getByRole("link", { name: "Create an account" }).click();
    await shop.typeSignUp({ ...person, password: "password1234" });
    await expect(shop.refusal).toContainText("Password: This password is too easy to guess.");
    await expect(page).toHaveURL("/sign-up?next=/checkout");
    await expect(page).toHaveTitle(/^Error/);
    await expect(page.getByLabel("Name", { exact: true })).toHaveValue(person.name);
    await expect(page.getByLabel("E-mail", { exact: true })).toHaveValue(person.email);
    await expect(page.getByLabel("Password", { exact: true })).toHaveValue("");
    await shop.typeSignUp(person);
    await shop.signInAfterSignUp(person, "/checkout");
    await shop.expectInCart(4);
  });

  await test.step("types the address at the second try; nothing typed is lost", async () => {
    const address = addressOf(person);
    await shop.typeAddress({ ...address, city: " " });
    await expect(shop.refusal).toContainText("City: Please fill this in.");
    await expect(page.getByLabel("Address", { exact: true })).toHaveValue(address.line1);
    await expect(page.getByLabel("Postal code")).toHaveValue(address.postalCode);
    await expect(page.getByLabel("Country")).toHaveValue("PT");
    await page.getByLabel("City").fill(address.city);
    await page.getByRole("button", { name: "Continue to review" }).click();
  });

  await test.step("places the order, and reads plainly why it ends here", async () => {
    await expect(page).toHaveURL(/\/checkout\/review\?address=/);
    await shop.placeOrder.click();
    const order = await shop.payPage();
    // Only what is drawn counts, and locators by text pass over noscript.
    await expect(page.getByRole("main")).toContainText("needs JavaScript", { useInnerText: true });
    await expect(shop.payButton).toBeDisabled();
    await page.goto("/account/orders");
    await expect(shop.orders()).toHaveCount(1);
    await expect(shop.orders()).toContainText("Waiting for payment");
    await page.goto(`/orders/${order}/thanks`);
    await expect(page.getByRole("main")).toContainText(/Order \d+|order \d+/);
  });
});

test("lists are sorted and turned by plain forms and links", async ({ page, shop }) => {
  await shop.open("/products");
  const results = page.getByRole("region", { name: "Products" });
  const first = await results.getByRole("article").first().innerText();
  await page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name: "Page 2", exact: true }).click();
  await expect(page).toHaveURL(/page=2/);
  await expect(results.getByRole("article").first()).not.toHaveText(first);

  await page.getByLabel("Sort by").selectOption({ label: "Price: low to high" });
  await page.getByRole("button", { name: "Sort", exact: true }).click();
  await expect(page).toHaveURL(/sort=/);
  const prices = (await results.locator(".price-now").allInnerTexts()).map((text) => Number(text.replace(/[^\d.]/g, "")));
  expect(prices.length).toBeGreaterThan(3);
  expect(prices).toEqual([...prices].sort((a, b) => a - b));
});

test("the theme is chosen, remembered, and arrives with the page", async ({ page, shop }) => {
  await shop.open("/");
  await page.getByRole("button", { name: "Dark theme" }).click();
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
  await page.goto(`/product/${GOODS.soap.slug}`);
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
  await page.getByRole("button", { name: "Light theme" }).click();
  await expect(page.locator("html")).toHaveAttribute("data-theme", "light");
  await expect(shop.heading).toHaveText(GOODS.soap.name);
});

test("signs out and in again; a heart saves", async ({ page, shop, person }) => {
  await shop.signUp(person);
  await shop.accountMenu.click();
  await page.getByRole("button", { name: "Sign out" }).click();
  await expect(page.getByRole("banner").getByRole("link", { name: /^Sign in/ })).toBeVisible();

  await shop.open("/sign-in");
  await page.getByLabel("E-mail", { exact: true }).fill(person.email);
  await page.getByLabel("Password", { exact: true }).fill("not the password");
  await page.getByRole("main").getByRole("button", { name: "Sign in" }).click();
  await expect(shop.refusal).toContainText("E-mail address or password is not right.");
  await expect(page.getByLabel("E-mail", { exact: true })).toHaveValue(person.email);
  await shop.signIn(person.email, person.password);

  await shop.open(`/product/${GOODS.soap.slug}`);
  const heart = page.getByRole("button", { name: `Save ${GOODS.soap.name} to your wishlist` }).first();
  await heart.click();
  await expect(heart).toHaveAttribute("aria-pressed", "true");
  await shop.open("/wishlist");
  await expect(page.getByRole("main").getByRole("link", { name: GOODS.soap.name })).toBeVisible();
});
