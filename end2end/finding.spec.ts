import { axe } from "./support/axe.ts";
import { GOODS, dollars } from "./support/goods.ts";
import { expect, test } from "./support/test.ts";

const { teapot, vase } = GOODS;

/** Slips of the finger: two letters swapped, one mistaken. */
const MISSPELT = "celadno teapto";

test("a customer finds a product by a misspelt word, narrows by category and price, and sorts", async ({ page, shop }) => {
  const main = page.getByRole("main");
  const filters = page.getByRole("complementary", { name: "Filters" });
  const card = main.getByRole("article").getByRole("link", { name: teapot.name, exact: true });

  await test.step("searches with a slip of the finger", async () => {
    await shop.open("/");
    await shop.search(MISSPELT);
    await expect(main.getByText(`Nothing matches “${MISSPELT}”.`)).toBeVisible();
    await expect(card).toBeVisible();
    await axe(page);
  });

  await test.step("looks through a category instead, and narrows it by price", async () => {
    await shop.openCategory(teapot.category.name);
    const all = await main.getByRole("article").count();
    await filters.getByLabel("Lowest price").fill(String(Math.floor(teapot.priceCents / 100)));
    await filters.getByLabel("Highest price").fill(String(Math.ceil(teapot.priceCents / 100)));
    await filters.getByRole("button", { name: "Apply the price range" }).click();
    await expect(page).toHaveURL(/\/category\/[a-z-]+\?min_price=\d+&max_price=\d+/);
    await shop.alive();
    await expect(card).toBeVisible();
    expect(await main.getByRole("article").count()).toBeLessThan(all);
    await axe(page);
  });

  await test.step("asks for what is in stock as well, and takes the price off again", async () => {
    await filters.getByRole("link", { name: /^In stock/ }).click();
    await expect(page).toHaveURL(/in_stock=1/);
    const chips = main.getByRole("list", { name: "Applied filters" });
    await expect(chips.getByRole("link", { name: "Clear all" })).toBeVisible();
    await chips.getByRole("link", { name: /^\$\d+ to \$\d+/ }).click();
    await expect(page).not.toHaveURL(/min_price/);
    await expect(page).toHaveURL(/in_stock=1/);
    await shop.alive();
  });

  await test.step("sorts by price; the filter stays", async () => {
    await main.getByLabel("Sort by").selectOption("price_desc");
    await main.getByRole("button", { name: "Sort" }).click();
    await expect(page).toHaveURL(/in_stock=1&sort=price_desc/);
    await shop.alive();
    const prices = await main.locator(".price-now").allInnerTexts();
    const amounts = prices.map((price) => Number(price.replace(/[^0-9.]/g, "")));
    expect(amounts).toEqual([...amounts].sort((a, b) => b - a));
  });

  await test.step("reads what others say, and chooses", async () => {
    await shop.search(teapot.name);
    await shop.openProduct(teapot);
    await expect(main.getByText(dollars(teapot.priceCents)).first()).toBeVisible();
    const reviews = main.getByRole("region", { name: "Reviews" });
    await expect(reviews.getByText("Imported review").first()).toBeVisible();
    await axe(page);
    await shop.addToCart();
    await shop.expectInCart(1);
  });
});

test("typing shows names that are meant", async ({ page, shop }) => {
  await shop.open("/");
  const box = page.getByRole("combobox", { name: "Search the shops" });
  await box.pressSequentially("pattren");
  const suggestion = page.getByRole("option", { name: vase.name });
  await expect(suggestion).toBeVisible();
  await suggestion.click();
  await expect(shop.heading).toHaveText(vase.name);
});

test("nothing found offers a way on", async ({ page, shop }) => {
  await shop.open(`/category/${teapot.category.slug}?q=xyzzyplugh&in_stock=1`);
  const main = page.getByRole("main");
  await expect(main.getByRole("heading", { name: "Nothing found" })).toBeVisible();
  await expect(main.getByRole("region", { name: "What people take home" }).getByRole("article").first()).toBeVisible();
  await axe(page);
  await main.getByRole("link", { name: "Without “xyzzyplugh”" }).click();
  await expect(main.getByRole("article").first()).toBeVisible();
});

test.describe("on a phone without JavaScript", () => {
  test.use({ javaScriptEnabled: false, viewport: { width: 390, height: 844 } });

  test.beforeEach(({ watch }) => {
    // Without JavaScript the browser itself stops the scripts that a page asks for, and misses their use.
    watch.allow(/request failed \(csp\): GET \S+\.js$/);
    watch.allow(/was preloaded using link preload but not used/);
  });

  test("filters open over the page, narrow it, and come off again", async ({ page, shop }) => {
    const main = page.getByRole("main");
    const filters = page.getByRole("complementary", { name: "Filters" });
    await shop.open("/");
    await shop.search(MISSPELT);
    await expect(main.getByRole("article").getByRole("link", { name: teapot.name, exact: true })).toBeVisible();

    await shop.openCategory(teapot.category.name);
    await expect(filters).toBeHidden();
    await main.getByRole("link", { name: "Filters", exact: true }).click();
    await expect(filters).toBeVisible();
    await filters.getByRole("link", { name: "Show results" }).click();
    await expect(filters).toBeHidden();
    await main.getByRole("link", { name: "Filters", exact: true }).click();
    await filters.getByRole("link", { name: /^In stock/ }).click();
    await expect(filters).toBeHidden();
    await expect(main.getByRole("link", { name: "Filters (1)", exact: true })).toBeVisible();
    await main.getByRole("list", { name: "Applied filters" }).getByRole("link", { name: /^In stock/ }).click();
    await expect(page).toHaveURL(`/category/${teapot.category.slug}`);
    await main.getByLabel("Sort by").selectOption("price_asc");
    await main.getByRole("button", { name: "Sort" }).click();
    await expect(page).toHaveURL(`/category/${teapot.category.slug}?sort=price_asc`);
    await shop.openProduct(teapot);
    await shop.addToCart();
    await shop.expectInCart(1);
  });
});
