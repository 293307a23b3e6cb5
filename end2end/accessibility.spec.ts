import type { Page } from "@playwright/test";
import { axe } from "./support/axe.ts";
import { GOODS } from "./support/goods.ts";
import { expect, test } from "./support/test.ts";
import { walkAsCustomer, walkAsGuest } from "./support/walk.ts";

/** WCAG 1.4.10: at this width nobody should have to scroll sideways. */
const NARROW = { width: 320, height: 640 };
const WIDE = { width: 1280, height: 900 };

function check(page: Page) {
  return async (name: string) => {
    await test.step(name, async () => {
      await axe(page);
      await page.setViewportSize(NARROW);
      const sideways = await page.evaluate(() => {
        window.scrollTo(document.documentElement.scrollWidth, 0);
        return window.scrollX;
      });
      expect.soft(sideways, `${name} scrolls sideways at ${NARROW.width} px by this many`).toBe(0);
      await page.setViewportSize(WIDE);
    });
  };
}

test("every page of a guest, in both themes", async ({ page, shop, watch }) => {
  test.setTimeout(240_000);
  watch.allowStatus(404);
  await walkAsGuest(shop, check(page));
});

test("every page of a customer, in both themes", async ({ page, shop, person, watch }) => {
  test.setTimeout(300_000);
  watch.allowStatus(402);
  await walkAsCustomer(shop, person, check(page));
});

test("the keyboard alone reaches the content, searches and buys", async ({ page, shop }) => {
  await shop.open("/");
  await page.keyboard.press("Tab");
  await expect(page.getByRole("link", { name: "Skip to content" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("main")).toBeFocused();

  const box = page.getByRole("combobox", { name: "Search the shops" });
  await box.focus();
  await page.keyboard.type("rose clay");
  await expect(box).toHaveAttribute("aria-expanded", "true");
  await page.keyboard.press("ArrowDown");
  await expect(page.getByRole("option", { selected: true })).toContainText(GOODS.soap.name);
  await page.keyboard.press("Enter");
  await expect(shop.heading).toHaveText(GOODS.soap.name);
  await shop.alive();

  await page.getByRole("button", { name: "Add to cart" }).focus();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("status").filter({ hasText: "Added to your cart" })).toBeVisible();
  await shop.expectInCart(1);
});
