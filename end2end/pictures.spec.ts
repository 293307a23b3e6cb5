import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Page } from "@playwright/test";
import S3rver from "s3rver";
import { axe } from "./support/axe.ts";
import { DEMO } from "./support/person.ts";
import { Server, freePort } from "./support/server.ts";
import { Shop } from "./support/shop.ts";
import { expect, test } from "./support/test.ts";

const IMAGES = resolve(import.meta.dirname, "../demo/images");

/** Pictures as a vendor has them on a disk. */
const FILES = readdirSync(IMAGES).filter((name) => name.endsWith(".webp")).sort().slice(0, 4).map((name) => join(IMAGES, name));

/** What is called a picture and is none. */
const NOTES = { name: "notes.png", mimeType: "image/png", buffer: Buffer.from("hello") };

/** A draft of the demo's vendor, with its page open. */
async function draft(shop: Shop, name: string): Promise<void> {
  const { page } = shop;
  await shop.signIn(DEMO.vendor.email, DEMO.vendor.password);
  await shop.open("/vendor/products/new");
  await page.getByLabel("Name", { exact: true }).fill(name);
  await page.getByLabel("Category").selectOption({ index: 1 });
  await page.getByLabel("Price", { exact: true }).fill("24");
  await page.getByLabel("In stock").fill("3");
  await page.getByRole("button", { name: "Save the draft" }).click();
  await expect(shop.heading).toHaveText(name);
  await shop.alive();
}

function entries(page: Page) {
  return page.locator("#picture-list > li");
}

function order(page: Page): Promise<(string | null)[]> {
  return entries(page).evaluateAll((found) => found.map((entry) => entry.getAttribute("data-picture")));
}

test("pictures are added with progress, described, put in order and removed, and nothing typed beside them is lost", async ({ page, shop, watch }) => {
  test.setTimeout(120_000);
  await draft(shop, `Bowl with pictures ${Date.now()}`);
  const pictures = page.getByRole("region", { name: "Pictures" });
  await page.getByLabel("In short").fill("Typed, and not saved yet.");

  await test.step("four at once, and one that is none", async () => {
    watch.allowStatus(422);
    await pictures.getByLabel("Add pictures").setInputFiles(FILES);
    await expect(entries(page)).toHaveCount(4);
    await pictures.getByLabel("Add pictures").setInputFiles(NOTES);
    await expect(pictures).toContainText("Please choose a JPEG, PNG or WebP picture.");
    await expect(page.getByLabel("In short")).toHaveValue("Typed, and not saved yet.");
    await axe(page);
  });

  await test.step("in another order, by a button and by dragging", async () => {
    const [a, b, c, d] = await order(page);
    await pictures.getByRole("button", { name: "Move picture 2 forward" }).click();
    await expect.poll(() => order(page)).toEqual([b, a, c, d]);
    await pictures.getByLabel("What picture 1 shows").fill("From the side");
    await entries(page).nth(3).locator("img").dragTo(entries(page).nth(0).locator("img"));
    await expect.poll(() => order(page)).toEqual([d, b, a, c]);
    await expect(pictures.getByLabel("What picture 2 shows")).toHaveValue("From the side");
    await expect(page.getByLabel("In short")).toHaveValue("Typed, and not saved yet.");
  });

  await test.step("one goes, the others are described", async () => {
    await pictures.getByRole("button", { name: "Remove picture 4" }).click();
    await expect(entries(page)).toHaveCount(3);
    await pictures.getByLabel("What picture 1 shows").fill("From above");
    await pictures.getByRole("button", { name: "Save what they show" }).click();
    await expect(page.getByRole("main")).toContainText("What the pictures show is saved.");
    await expect(pictures.getByLabel("What picture 1 shows")).toHaveValue("From above");
    await expect(pictures.getByLabel("What picture 2 shows")).toHaveValue("From the side");
  });
});

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  test("the plain form takes several pictures and says which it does not take", async ({ page, shop, watch }) => {
    watch.allow(/request failed \(csp\): GET \S+\.js$/);
    watch.allow(/was preloaded using link preload but not used/);
    await draft(shop, `Bowl without scripts ${Date.now()}`);
    const pictures = page.getByRole("region", { name: "Pictures" });
    await pictures.getByLabel("Add pictures").setInputFiles(FILES.slice(0, 2));
    await pictures.getByRole("button", { name: "Upload" }).click();
    await expect(page.getByRole("main")).toContainText("The pictures are there.");
    await expect(entries(page)).toHaveCount(2);
    const [a, b] = await order(page);
    await pictures.getByRole("button", { name: "Move picture 2 forward" }).click();
    expect(await order(page)).toEqual([b, a]);
    await pictures.getByLabel("Add pictures").setInputFiles(NOTES);
    await pictures.getByRole("button", { name: "Upload" }).click();
    await expect(pictures).toContainText("notes.png: Please choose a JPEG, PNG or WebP picture.");
    await pictures.getByRole("button", { name: "Remove picture 1" }).click();
    await expect(entries(page)).toHaveCount(1);
  });
});

test("pictures may lie in a bucket", async ({ browser }) => {
  test.setTimeout(240_000);
  const directory = mkdtempSync(join(tmpdir(), "souk-bucket-"));
  const port = await freePort();
  const bucket = new S3rver({ address: "127.0.0.1", port, silent: true, directory, configureBuckets: [{ name: "souk", configs: [] }] });
  await bucket.run();
  const server = await Server.open("bucket", {
    S3_BUCKET: "souk",
    S3_ENDPOINT: `http://127.0.0.1:${port}`,
    // The keys that this server knows.
    S3_ACCESS_KEY_ID: "S3RVER",
    S3_SECRET_ACCESS_KEY: "S3RVER",
  });
  try {
    const context = await browser.newContext({ baseURL: server.url });
    const shop = new Shop(await context.newPage());
    await draft(shop, "Bowl in a bucket");
    const { page } = shop;
    await page.getByLabel("Add pictures").setInputFiles(FILES.slice(0, 2));
    await expect(entries(page)).toHaveCount(2);
    const [first] = await order(page);
    const seen = await page.request.get(`${server.url}/media/${first}/320.webp`);
    expect([seen.status(), seen.headers()["content-type"]]).toEqual([200, "image/webp"]);
    await page.getByRole("button", { name: "Remove picture 1" }).click();
    await expect(entries(page)).toHaveCount(1);
    expect((await page.request.get(`${server.url}/media/${first}/320.webp`)).status()).toBe(404);
    await context.close();
  } finally {
    await server.stop();
    await bucket.close();
    rmSync(directory, { recursive: true, force: true });
  }
});
