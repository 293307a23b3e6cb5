/** Pictures for people to look at: `npm run screenshots`. Not part of a normal run. */
import { mkdirSync } from "node:fs";
import { resolve } from "node:path";
import type { Page } from "@playwright/test";
import { THEMES } from "./support/axe.ts";
import { test } from "./support/test.ts";
import { walkAsAdmin, walkAsCustomer, walkAsGuest } from "./support/walk.ts";

const FOLDER = resolve(import.meta.dirname, "screenshots");

/** Phone, tablet, desk. */
const WIDTHS = { 390: 844, 768: 1024, 1440: 900 } as const;

/** Has every picture of the page there, also those that are only loaded when somebody scrolls to them. */
async function complete(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const images = [...document.images];
    for (const image of images) image.loading = "eager";
    await Promise.allSettled(images.map((image) => image.decode()));
    await document.fonts.ready;
  });
}

function take(page: Page) {
  mkdirSync(FOLDER, { recursive: true });
  return async (name: string) => {
    const before = page.viewportSize();
    for (const [width, height] of Object.entries(WIDTHS)) {
      await page.setViewportSize({ width: Number(width), height });
      for (const colorScheme of THEMES) {
        await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
        await complete(page);
        await page.screenshot({ path: resolve(FOLDER, `${name}-${width}-${colorScheme}.png`), fullPage: true });
      }
    }
    await page.emulateMedia({ colorScheme: null, reducedMotion: null });
    if (before) await page.setViewportSize(before);
  };
}

test("pages of a guest", { tag: "@screenshots" }, async ({ page, shop, watch }) => {
  test.setTimeout(600_000);
  watch.allowStatus(404);
  await walkAsGuest(shop, take(page));
});

test("pages of a customer", { tag: "@screenshots" }, async ({ page, shop, person, watch }) => {
  test.setTimeout(600_000);
  watch.allowStatus(402);
  await walkAsCustomer(shop, person, take(page));
});

test("pages of an admin", { tag: "@screenshots" }, async ({ page, shop }) => {
  test.setTimeout(600_000);
  await walkAsAdmin(shop, take(page));
});
