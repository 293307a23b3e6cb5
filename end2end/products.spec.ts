import type { Browser, Page } from "@playwright/test";
import { axe } from "./support/axe.ts";
import { GOODS } from "./support/goods.ts";
import { DEMO } from "./support/person.ts";
import { shopUrl } from "./support/server.ts";
import { Shop } from "./support/shop.ts";
import { expect, test } from "./support/test.ts";

/** WCAG 1.4.10: at this width nobody should have to scroll sideways; tables scroll by themselves. */
const NARROW = { width: 320, height: 640 };

/** Somebody of the demo data, in a browser of their own. */
async function signedIn(browser: Browser, email: string): Promise<Shop> {
  const context = await browser.newContext({ baseURL: shopUrl() });
  const shop = new Shop(await context.newPage());
  await shop.signIn(email, DEMO.admin.password);
  return shop;
}

/** Nothing wrong with the page, and it fits on a small phone. */
async function sound(page: Page): Promise<void> {
  await axe(page);
  const before = page.viewportSize();
  await page.setViewportSize(NARROW);
  const sideways = await page.evaluate(() => {
    window.scrollTo(document.documentElement.scrollWidth, 0);
    return window.scrollX;
  });
  expect.soft(sideways, `${page.url()} scrolls sideways`).toBe(0);
  if (before) await page.setViewportSize(before);
}

/** The row of a variant or product in the table of the page at hand. */
function row(page: Page, name: string) {
  return page.getByRole("row").filter({ has: page.getByRole("rowheader", { name }) });
}

test("a vendor makes a product with three variants and sells it; an admin takes another one down", async ({ browser, page, shop, mailbox, watch }) => {
  test.setTimeout(240_000);
  const { email } = GOODS.teapot.shop;
  const tail = Math.random().toString(36).slice(2, 10);
  const name = `Salt cellar ${tail}`;
  const address = `/product/salt-cellar-${tail}`;
  const vendor = await signedIn(browser, email);
  const admin = await signedIn(browser, DEMO.admin.email);
  const main = vendor.page.getByRole("main");
  const publishing = vendor.page.getByRole("complementary", { name: "Publishing" });

  await test.step("drafts it", async () => {
    await vendor.open("/vendor/products");
    await sound(vendor.page);
    await vendor.page.getByRole("link", { name: "New product" }).click();
    await vendor.alive();
    await sound(vendor.page);
    await vendor.page.getByLabel("Name", { exact: true }).fill(name);
    await vendor.page.getByLabel("Category").selectOption({ index: 1 });
    await vendor.page.getByLabel("Description").fill("Thrown by **hand**.\n\n<script>alert(1)</script>\n\n[More](https://example.com)");
    await vendor.page.getByLabel("Facts").fill("Material: Stoneware");
    await vendor.page.getByLabel("Price", { exact: true }).fill("18");
    await vendor.page.getByLabel("In stock").fill("4");
    await vendor.page.getByRole("button", { name: "Save the draft" }).click();
    await expect(vendor.heading).toHaveText(name);
    await expect(main).toContainText("The draft is saved.");
    await vendor.alive();
    await sound(vendor.page);
  });

  await test.step("gives it three variants, each with its price", async () => {
    await vendor.page.getByLabel("Option 1", { exact: false }).first().fill("Glaze");
    await vendor.page.getByLabel("Values of option 1").fill("Celadon, Iron, Ash");
    await vendor.page.getByRole("button", { name: "Update the variants" }).click();
    await expect(main).toContainText("the variants are what the options say");
    await vendor.alive();
    for (const title of ["Celadon", "Iron", "Ash"]) await expect(vendor.page.getByRole("rowheader", { name: title })).toBeVisible();
    await vendor.page.getByLabel("Price of Iron", { exact: true }).fill("much");
    await vendor.page.getByRole("button", { name: "Save", exact: true }).click();
    await expect(vendor.refusal.first()).toContainText("Price in line 2: Please enter an amount");
    await expect(vendor.page.getByLabel("Price of Iron", { exact: true })).toHaveValue("much");
    await vendor.page.getByLabel("Price of Iron", { exact: true }).fill("21.50");
    await vendor.page.getByLabel("Number of Ash", { exact: true }).fill(`SALT-${tail}`);
    await vendor.page.getByRole("button", { name: "Save", exact: true }).click();
    await expect(main).toContainText("Saved.");
    await expect(vendor.page.getByLabel("Price of Iron", { exact: true })).toHaveValue("21.50");
    await sound(vendor.page);
  });

  await test.step("sees it as customers will, while nobody else does", async () => {
    await vendor.page.getByRole("link", { name: "Preview" }).click();
    await expect(vendor.heading).toHaveText(name);
    await expect(main).toContainText("This is a preview");
    await expect(main.locator(".prose strong")).toHaveText("hand");
    await expect(main).toContainText("<script>alert(1)</script>");
    await expect(main.getByRole("link", { name: "More" })).toHaveAttribute("rel", "nofollow noopener");
    await sound(vendor.page);
    watch.allowStatus(404);
    expect((await page.goto(address))?.status()).toBe(404);
    await vendor.page.getByRole("link", { name: "Back to the product" }).click();
    await vendor.alive();
  });

  await test.step("publishes, and customers find it", async () => {
    await publishing.getByRole("button", { name: "Publish" }).click();
    await expect(main).toContainText("customers find it now");
    await shop.open(address);
    await expect(shop.heading).toHaveText(name);
    await expect(page.getByRole("main")).toContainText("$18.00");
    await expect(page.getByRole("main")).toContainText("Stoneware");
  });

  await test.step("counts the shelf; a number that cannot be is refused", async () => {
    await vendor.page.getByRole("link", { name: "Stock", exact: true }).click();
    await expect(vendor.heading).toHaveText(`Stock: ${name}`);
    await vendor.alive();
    await sound(vendor.page);
    await vendor.page.getByLabel("Counted of Iron").fill("some");
    await vendor.page.getByRole("button", { name: "Correct the stock" }).click();
    await expect(vendor.refusal.first()).toContainText("Please enter a whole number");
    await vendor.page.getByLabel("Counted of Iron").fill("7");
    await vendor.page.getByLabel("Reason").selectOption({ label: "Goods received" });
    await vendor.page.getByLabel("In words").fill("out of the kiln");
    await vendor.page.getByRole("button", { name: "Correct the stock" }).click();
    await expect(main).toContainText("The stock is corrected.");
    await expect(main.getByRole("region", { name: "Movements", exact: true })).toContainText("Goods received: out of the kiln");
    await expect(row(vendor.page, "Iron").first()).toContainText("7");
    await sound(vendor.page);
  });

  await test.step("an admin takes it down with a reason, and its vendor reads it", async () => {
    await admin.open(`/admin/products?q=${encodeURIComponent(name)}`);
    await sound(admin.page);
    await admin.page.getByRole("link", { name, exact: true }).click();
    await admin.alive();
    await sound(admin.page);
    await admin.page.getByLabel("Reason").fill("Please say what it is glazed with.");
    await admin.page.getByRole("button", { name: "Take it down" }).click();
    await expect(admin.page.getByRole("main")).toContainText("Taken down");
    expect((await page.goto(address))?.status()).toBe(404);
    const letters = await mailbox.arrived(email, `Off the shelf: ${name}`);
    expect(letters).toHaveLength(1);
    expect(letters[0]?.text).toContain("Please say what it is glazed with.");
    await vendor.open(`/vendor/products?q=${encodeURIComponent(name)}`);
    await expect(row(vendor.page, name)).toContainText("Taken down");
    await vendor.page.getByRole("link", { name, exact: true }).click();
    await expect(main).toContainText("Please say what it is glazed with.");
    await expect(publishing.getByRole("button", { name: "Publish" })).toHaveCount(0);
    await sound(vendor.page);
  });

  await test.step("it is released, sold again, and put away", async () => {
    await admin.page.getByRole("button", { name: "Release" }).click();
    await expect(admin.page.getByRole("main")).toContainText("may publish it");
    await vendor.page.reload();
    await publishing.getByRole("button", { name: "Publish" }).click();
    await expect(main).toContainText("customers find it now");
    expect((await page.goto(address))?.status()).toBe(200);
    await publishing.getByRole("button", { name: "Archive" }).click();
    await expect(main).toContainText("Archived");
    expect((await page.goto(address))?.status()).toBe(404);
  });
  await vendor.page.context().close();
  await admin.page.context().close();
});

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  test("prices and stock are set in the list", async ({ page, shop, watch }) => {
    watch.allow(/request failed \(csp\): GET \S+\.js$/);
    watch.allow(/was preloaded using link preload but not used/);
    const name = `Spoon rest ${Math.random().toString(36).slice(2, 10)}`;
    await shop.signIn(GOODS.teapot.shop.email, DEMO.admin.password);
    await shop.open("/vendor/products/new");
    await page.getByLabel("Name", { exact: true }).fill(name);
    await page.getByLabel("Category").selectOption({ index: 1 });
    await page.getByLabel("Price", { exact: true }).fill("9");
    await page.getByLabel("In stock").fill("12");
    await page.getByRole("button", { name: "Save the draft" }).click();
    await shop.open(`/vendor/products?q=${encodeURIComponent(name)}`);
    await page.getByLabel(`Price of ${name}`).fill("9.80");
    await page.getByRole("button", { name: `Set the price of ${name}` }).click();
    await expect(page.getByRole("main")).toContainText("The price is set.");
    await expect(page.getByLabel(`Price of ${name}`)).toHaveValue("9.80");
    await page.getByLabel(`Stock of ${name}`).fill("3");
    await page.getByRole("button", { name: `Set the stock of ${name}` }).click();
    await expect(page.getByRole("main")).toContainText("The stock is corrected.");
    await expect(row(page, name)).toContainText("Low");
    await page.getByRole("link", { name, exact: true }).click();
    await page.getByRole("complementary", { name: "Publishing" }).getByRole("button", { name: "Delete" }).click();
    await expect(page.getByRole("main")).toContainText("The product is deleted.");
  });
});
