import { readFileSync } from "node:fs";
import type { Browser } from "@playwright/test";
import { axe } from "./support/axe.ts";
import { DEMO, type Person } from "./support/person.ts";
import { shopUrl } from "./support/server.ts";
import { Shop } from "./support/shop.ts";
import { expect, test } from "./support/test.ts";

const HEAD = "handle,name,category,description,status,option1_name,option1_value,sku,price,stock";

/** Applies for a shop, and lets an administrator approve it. */
async function openShop(shop: Shop, person: Person, browser: Browser, name: string): Promise<void> {
  const { page } = shop;
  await shop.open("/sell/sign-up");
  await page.getByLabel("Your name").fill(person.name);
  await page.getByLabel("E-mail", { exact: true }).fill(person.email);
  await page.getByLabel("Password", { exact: true }).fill(person.password);
  await page.getByLabel("Name of the shop").fill(name);
  await page.getByLabel("Your story").fill("Boats, and what is left of them.");
  await page.getByLabel("City").fill("Porto");
  await page.getByLabel("Country").selectOption({ label: "Portugal" });
  await page.getByRole("button", { name: "Send the application" }).click();
  await shop.signInAfterSignUp(person, "/vendor");
  const context = await browser.newContext({ baseURL: shopUrl(), javaScriptEnabled: true });
  const admin = new Shop(await context.newPage());
  await admin.signIn(DEMO.admin.email, DEMO.admin.password);
  await admin.open("/admin/vendors");
  await admin.page.getByRole("navigation", { name: "Status" }).getByRole("link", { name: "Waiting" }).click();
  await admin.page.getByRole("link", { name, exact: true }).click();
  await admin.page.getByRole("button", { name: "Approve" }).click();
  await expect(admin.page.getByRole("main")).toContainText("Open");
  await context.close();
}

/** A category that the shop has, as a file names it. */
async function someCategory(shop: Shop): Promise<string> {
  const { page } = shop;
  await shop.open("/");
  const link = page.getByRole("navigation", { name: "Categories" }).locator('a[href^="/category/"]').first();
  return ((await link.getAttribute("href")) ?? "").replace("/category/", "");
}

async function send(shop: Shop, rows: string[]): Promise<void> {
  const { page } = shop;
  await shop.open("/vendor/products/import");
  const buffer = Buffer.from([HEAD, ...rows].join("\r\n"));
  await page.getByLabel("CSV file").setInputFiles({ name: "boats.csv", mimeType: "text/csv", buffer });
  await page.getByRole("button", { name: "Check the file" }).click();
  await expect(shop.heading).toHaveText("boats.csv");
}

test("a vendor brings products in by a file that is checked first, and gets them out again", async ({ page, shop, person, browser }) => {
  test.setTimeout(120_000);
  const mark = person.email.split(/[.@]/)[1] ?? "";
  const main = page.getByRole("main");
  await openShop(shop, person, browser, `Flotsam ${mark}`);
  const category = await someCategory(shop);
  const good = [
    `table-${mark},Table from a boat,${category},**Heavy.**,published,Size,Small,T-S,149.50,3`,
    `table-${mark},,,,,,Large,T-L,199,2`,
    `lamp-${mark},=Lamp,${category},,,,,,24,7`,
  ];

  await test.step("begins at the list of products", async () => {
    await shop.open("/vendor/products");
    await page.getByRole("navigation", { name: "Your shop" }).getByRole("link", { name: "Import" }).click();
    await expect(shop.heading).toHaveText("Import products");
    await shop.alive();
    await page.getByText("What a file looks like").click();
    await expect(page.getByText("option1_name")).toBeVisible();
    await axe(page);
  });

  await test.step("is told what is wrong, line by line, and nothing is changed", async () => {
    await send(shop, [...good, `chair-${mark},,${category},,,,,,a lot,1`]);
    await expect(main).toContainText("Nothing was changed.");
    const problems = page.getByRole("region", { name: "Problems" });
    await expect(problems.getByRole("row", { name: /^5 name/ })).toContainText("Please fill this in.");
    await expect(problems.getByRole("row", { name: /^5 price/ })).toContainText("amount");
    await expect(page.getByRole("button", { name: "Import now" })).toHaveCount(0);
    await axe(page);
    await shop.open("/vendor/products");
    await expect(main).toContainText("Nothing here");
  });

  await test.step("sees what a good file does, and lets it in", async () => {
    await send(shop, good);
    await expect(main).toContainText("2 new products");
    await expect(page.getByRole("region", { name: "What the file does" })).toContainText("New, 2 variants");
    await axe(page);
    await page.getByRole("button", { name: "Import now" }).click();
    // The page looks again by itself until it is done.
    await expect(page.getByRole("status").filter({ hasText: /^Imported\./ })).toBeVisible({ timeout: 30_000 });
    await axe(page);
    await shop.open(`/product/table-${mark}`);
    await expect(shop.heading).toHaveText("Table from a boat");
  });

  await test.step("gets all of it as a file, in which nothing runs", async () => {
    await shop.open("/vendor/products");
    const downloading = page.waitForEvent("download");
    await page.getByRole("link", { name: "Export" }).click();
    const path = await (await downloading).path();
    const text = readFileSync(path, "utf8");
    expect(text).toContain(`table-${mark},Table from a boat,${category}`);
    expect(text).toContain(`lamp-${mark},'=Lamp,`);
    await shop.open("/vendor/products/import");
    await page.getByLabel("CSV file").setInputFiles({ name: "again.csv", mimeType: "text/csv", buffer: Buffer.from(text) });
    await page.getByRole("button", { name: "Check the file" }).click();
    await expect(main).toContainText("There is nothing to import.");
  });
});

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });
  test.beforeEach(({ watch }) => {
    watch.allow(/request failed \(csp\): GET \S+\.js$/);
    watch.allow(/was preloaded using link preload but not used/);
  });

  test("a file comes in as well", async ({ page, shop, person, browser }) => {
    test.setTimeout(120_000);
    const mark = person.email.split(/[.@]/)[1] ?? "";
    await openShop(shop, person, browser, `Jetsam ${mark}`);
    await send(shop, [`oar-${mark},Oar,${await someCategory(shop)},,,,,,24,7`]);
    await page.getByRole("button", { name: "Import now" }).click();
    await expect(page.getByRole("status").filter({ hasText: /^Imported\./ })).toBeVisible({ timeout: 30_000 });
  });
});
