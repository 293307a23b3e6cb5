import { readFileSync } from "node:fs";
import type { Browser, Page } from "@playwright/test";
import { axe } from "./support/axe.ts";
import { DEMO } from "./support/person.ts";
import { GOODS } from "./support/goods.ts";
import { shopUrl } from "./support/server.ts";
import { CARDS, Shop } from "./support/shop.ts";
import { expect, test } from "./support/test.ts";

const good = GOODS.lamp;

async function signedIn(browser: Browser, email: string): Promise<Shop> {
  const context = await browser.newContext({ baseURL: shopUrl() });
  const shop = new Shop(await context.newPage());
  await shop.signIn(email, DEMO.vendor.password);
  return shop;
}

/** The number of a tile. */
const tile = (page: Page, name: string) => page.getByRole("main").locator("dl > div").filter({ has: page.getByText(name, { exact: true }) }).locator(".tile-value");

async function saved(page: Page, link: string): Promise<string> {
  const downloading = page.waitForEvent("download");
  await page.getByRole("link", { name: link }).click();
  return readFileSync(await (await downloading).path(), "utf8");
}

test("a sale appears on the open pages of the shop and of the site, as numbers, as a chart, and in files", async ({ shop, person, browser }) => {
  test.setTimeout(240_000);
  const vendor = await signedIn(browser, good.shop.email);
  const { page } = vendor;
  const admin = await signedIn(browser, DEMO.admin.email);
  await vendor.open("/vendor/analytics?range=today");
  await admin.open("/admin/analytics?range=today");
  const [before, beforeOfSite] = [Number(await tile(page, "Orders").innerText()), Number(await tile(admin.page, "Orders").innerText())];
  await axe(page);
  await axe(admin.page);

  await test.step("somebody buys, and nobody reloads anything", async () => {
    await shop.fillCart(good);
    const order = await shop.orderAs(person);
    await shop.payWith(CARDS.accepted);
    await shop.paid(order);
    await expect(tile(page, "Orders")).toHaveText(String(before + 1), { timeout: 30_000 });
    await expect(tile(admin.page, "Orders")).not.toHaveText(String(beforeOfSite), { timeout: 30_000 });
    await expect(page.getByRole("status").filter({ hasText: "The figures have changed." })).toBeAttached();
  });

  await test.step("the chart says in words what it shows, and the numbers open by keyboard", async () => {
    await expect(page.getByRole("img", { name: /^Sales, .* sold, / })).toBeVisible();
    const numbers = page.getByRole("region", { name: "Sales over time" });
    await expect(numbers).toBeHidden();
    await page.getByText("The numbers", { exact: true }).focus();
    await page.keyboard.press("Enter");
    await expect(numbers.getByRole("row")).toHaveCount(2);
    await expect(page.getByRole("region", { name: "Top products", exact: true })).toContainText(good.name);
    await axe(page);
  });

  await test.step("other days by a preset, days of one's own, and days that make no sense", async () => {
    await page.getByRole("navigation", { name: "Period" }).getByRole("link", { name: "12 months" }).click();
    await expect(page.getByRole("heading", { name: "Sales by month" })).toBeVisible();
    await page.getByLabel("From", { exact: true }).fill("2026-03-31");
    await page.getByLabel("Until", { exact: true }).fill("2026-03-01");
    await page.getByRole("button", { name: "Show" }).click();
    await expect(page.getByRole("main")).toContainText("The last day must not lie before the first.");
    await expect(page.getByLabel("From", { exact: true })).toHaveValue("2026-03-31");
    await expect(page.getByLabel("Until", { exact: true })).toHaveValue("2026-03-01");
    await axe(page);
    await page.goBack();
    await expect(page.getByRole("heading", { name: "Sales by month" })).toBeVisible();
  });

  await test.step("files, and what is due", async () => {
    expect(await saved(page, "Sales as CSV")).toMatch(/^from,until,complete,currency,goods,/);
    expect(await saved(page, "Top products as CSV")).toContain(good.name);
    await page.getByRole("link", { name: "Settlement by month" }).click();
    await expect(page.getByRole("row").filter({ hasText: "(so far)" })).toContainText("$");
    await axe(page);
    expect(await saved(page, "Settlement as CSV")).toMatch(/^month,complete,currency,goods,shipping,refunded,due,orders\n/);
    for (const file of ["Sales", "Top shops", "Top products", "Top categories"]) {
      expect((await saved(admin.page, `${file} as CSV`)).split("\n").length, file).toBeGreaterThan(2);
    }
    await expect(admin.page.getByRole("region", { name: "Top shops", exact: true })).toContainText(good.shop.name);
  });
});

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });
  test.beforeEach(({ watch }) => {
    watch.allow(/request failed \(csp\): GET \S+\.js$/);
    watch.allow(/was preloaded using link preload but not used/);
  });

  test("days are chosen as well", async ({ page, shop }) => {
    await shop.signIn(good.shop.email, DEMO.vendor.password);
    await shop.open("/vendor/analytics");
    await expect(page.getByRole("heading", { name: "Sales by day" })).toBeVisible();
    await page.getByLabel("By", { exact: true }).selectOption("week");
    await page.getByRole("button", { name: "Show" }).click();
    await expect(page.getByRole("heading", { name: "Sales by week" })).toBeVisible();
    await page.getByRole("navigation", { name: "Period" }).getByRole("link", { name: "Last month" }).click();
    await expect(page.getByRole("heading", { name: "Sales by day" })).toBeVisible();
    await expect(page.getByRole("link", { name: "Last month" })).toHaveAttribute("aria-current", "page");
  });
});
