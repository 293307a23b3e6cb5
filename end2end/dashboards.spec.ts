import type { Page } from "@playwright/test";
import { axe } from "./support/axe.ts";
import { GOODS } from "./support/goods.ts";
import { DEMO } from "./support/person.ts";
import { Server } from "./support/server.ts";
import { CARDS, Shop } from "./support/shop.ts";
import { Smtp } from "./support/smtp.ts";
import { expect, test } from "./support/test.ts";

/** Every page of a dashboard: its address, and the text of a link that leads on from a list to one of its entries. */
const PAGES = {
  vendor: {
    navigation: "Your shop",
    pages: [
      ["/vendor", undefined],
      ["/vendor/orders?state=all", /^Order \d+$/],
      ["/vendor/products", GOODS.teapot.name],
      ["/vendor/products/new", undefined],
      ["/vendor/products/import", undefined],
      ["/vendor/reviews", /^Answer/],
      ["/vendor/settings", undefined],
    ],
  },
  admin: {
    navigation: "Administration",
    pages: [
      ["/admin", undefined],
      ["/admin/orders", /^Order \d+$/],
      ["/admin/disputes", undefined],
      ["/admin/products?q=Celadon", GOODS.teapot.name],
      ["/admin/products/new?vendor=hollow-kiln", undefined],
      ["/admin/categories", GOODS.teapot.category.name],
      ["/admin/reviews", undefined],
      ["/admin/vendors?status=approved", GOODS.teapot.shop.name],
      ["/admin/users?q=hollow-kiln", DEMO.vendor.email],
      ["/admin/mails?state=sent", /^Your order #\d+$/],
      ["/admin/events?state=all", /^evt_/],
      ["/admin/jobs", undefined],
      ["/admin/audit", undefined],
      ["/admin/health", undefined],
      ["/admin/settings", "Imprint"],
    ],
  },
} as const;

const PHONE = { width: 390, height: 844 };
const DESK = { width: 1440, height: 900 };
/** From the top of a page to its navigation there are not more stops than this. */
const STOPS = 30;

type Role = keyof typeof PAGES;

function navigation(page: Page, role: Role) {
  return page.getByRole("navigation", { name: PAGES[role].navigation });
}

/** By the Tab key alone. */
async function reaches(page: Page, inside: string): Promise<void> {
  await page.locator("body").press("Home");
  for (let stop = 0; stop < STOPS; stop += 1) {
    await page.keyboard.press("Tab");
    if (await page.evaluate((inside) => document.activeElement?.closest(inside) !== null, inside)) return;
  }
  throw new Error(`${STOPS} times Tab do not lead to ${inside}`);
}

/** The page as it stands: on a phone the navigation unfolds, on a desk it stands there; axe finds nothing on either. */
async function looksRight(page: Page, role: Role, withAxe: boolean): Promise<void> {
  await page.setViewportSize(PHONE);
  await expect(navigation(page, role)).toBeHidden();
  const sideways = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  expect.soft(sideways, `${page.url()} scrolls sideways on a phone`).toBeLessThanOrEqual(0);
  if (withAxe) await axe(page);
  await page.setViewportSize(DESK);
  await expect(navigation(page, role)).toBeVisible();
  await expect(navigation(page, role).locator("[aria-current]")).toHaveCount(1);
  if (withAxe) await axe(page);
}

for (const javaScriptEnabled of [true, false]) {
  test.describe(javaScriptEnabled ? "dashboards" : "dashboards without JavaScript", () => {
    test.use({ javaScriptEnabled });
    test.beforeEach(({ watch }) => {
      if (javaScriptEnabled) return;
      watch.allow(/request failed \(csp\): GET \S+\.js$/);
      watch.allow(/was preloaded using link preload but not used/);
    });

    if (javaScriptEnabled) {
      test("somebody buys, so that there is something to see", async ({ page, shop, person }) => {
        await shop.fillCart(GOODS.teapot);
        const order = await shop.orderAs(person);
        await shop.payWith(CARDS.accepted);
        await shop.paid(order);
        await expect(page).toHaveURL(/thanks$/);
      });
    }

    for (const role of ["vendor", "admin"] as const) {
      test(`every page of the ${role}'s dashboard`, async ({ page, shop }) => {
        test.setTimeout(600_000);
        await shop.signIn(DEMO[role].email, DEMO[role].password);
        for (const [path, entry] of PAGES[role].pages) {
          await test.step(path, async () => {
            await shop.open(path);
            await looksRight(page, role, javaScriptEnabled);
            if (!entry) return;
            await page.getByRole("main").locator(".dash-main").getByRole("link", { name: entry }).first().click();
            await expect(navigation(page, role)).toBeVisible();
            await looksRight(page, role, javaScriptEnabled);
          });
        }
      });
    }

    test("the keyboard reaches the navigation, folded or not", async ({ page, shop }) => {
      await shop.signIn(DEMO.vendor.email, DEMO.vendor.password);
      await page.setViewportSize(DESK);
      await shop.open("/vendor");
      await reaches(page, ".dash-column nav");
      await page.setViewportSize(PHONE);
      await shop.open("/vendor");
      await reaches(page, ".dash-menu summary");
      await page.keyboard.press("Enter");
      await expect(navigation(page, "vendor")).toBeVisible();
      await page.keyboard.press("Tab");
      await page.keyboard.press("Tab");
      await page.keyboard.press("Enter");
      await expect(page).toHaveURL("/vendor/orders");
    });

    test("an admin gives the shop another name", async ({ page, shop }) => {
      await shop.signIn(DEMO.admin.email, DEMO.admin.password);
      const brand = page.getByRole("banner").getByRole("link").first();
      const name = async (name: string, links: string) => {
        await shop.open("/admin/settings");
        await page.getByLabel("Name", { exact: true }).fill(name);
        await page.getByLabel("Links").fill(links);
        await page.getByRole("button", { name: "Save the settings" }).click();
      };
      try {
        await name("Bazaar", "Evil: javascript:alert(1)");
        await expect(shop.refusal).toContainText("Links: Please write one link in each line");
        await expect(page.getByLabel("Name", { exact: true })).toHaveValue("Bazaar");
        await name("Bazaar", "Help: /pages/contact");
        await expect(shop.news).toContainText("Saved.");
        await expect(brand).toHaveText("Bazaar");
        await shop.open("/products");
        await expect(page).toHaveTitle(/ · Bazaar$/);
        await expect(page.getByRole("contentinfo").getByRole("link", { name: "Help" })).toHaveAttribute("href", "/pages/contact");
        await shop.open("/admin/audit?action=site");
        await expect(page.getByRole("main")).toContainText("Bazaar");
      } finally {
        await name("Souk", "");
      }
      await expect(brand).toHaveText("Souk");
    });

    test("an admin writes the imprint, and everybody finds it", async ({ page, shop }) => {
      await shop.signIn(DEMO.admin.email, DEMO.admin.password);
      const write = async (text: string) => {
        await shop.open("/admin/settings/pages/imprint");
        await page.getByLabel("Text").fill(text);
        await page.getByRole("button", { name: "Save the page" }).click();
        await expect(shop.news).toContainText("Saved.");
      };
      await write("# Who we are\n\nSouk Ltd., <b>London</b>.");
      await shop.open("/");
      await page.getByRole("contentinfo").getByRole("link", { name: "Imprint" }).click();
      await expect(shop.heading).toHaveText("Imprint");
      await expect(page.getByRole("main")).toContainText("Souk Ltd., <b>London</b>.");
      if (javaScriptEnabled) await axe(page);
      await write("");
      await shop.open("/");
      await expect(page.getByRole("contentinfo").getByRole("link", { name: "Imprint" })).toHaveCount(0);
    });

    test("an admin applies an event once more", async ({ page, shop }) => {
      await shop.signIn(DEMO.admin.email, DEMO.admin.password);
      await shop.open("/admin/events?state=all");
      await page.getByRole("link", { name: /^evt_/ }).first().click();
      await page.getByRole("button", { name: "Apply it again" }).click();
      await expect(page.getByRole("main")).toContainText("It was applied.");
      await shop.open("/admin/audit?action=event");
      await expect(page.locator(".audit-log")).toContainText("Event applied once more");
    });
  });
}

test("a mail that was refused goes out at the second try", async ({ browser }) => {
  test.setTimeout(400_000);
  const smtp = await Smtp.start();
  smtp.refusal = "550 5.1.1 no such person";
  const server = await Server.open("mails", { MAIL: "smtp", SMTP_URL: smtp.url, MAIL_FROM: "Souk <shop@souk.example>" });
  try {
    const context = await browser.newContext({ baseURL: server.url });
    const shop = new Shop(await context.newPage());
    const { page } = shop;
    await shop.open("/forgot-password");
    await page.getByLabel("E-mail").fill(DEMO.customer.email);
    await page.getByRole("main").getByRole("button").click();
    await shop.signIn(DEMO.admin.email, DEMO.admin.password);
    const refused = page.getByRole("main").getByRole("link", { name: "mail was not sent" });
    await expect(async () => {
      await shop.open("/admin");
      await expect(refused).toBeVisible({ timeout: 500 });
    }).toPass();
    await refused.click();
    await page.getByRole("link", { name: "Choose a new password" }).click();
    await expect(page.getByRole("main")).toContainText("no such person");
    await expect(page.getByRole("main")).not.toContainText("token=");
    smtp.refusal = undefined;
    await page.getByRole("button", { name: "Try again" }).click();
    await expect(page.getByRole("main")).toContainText("It stands first in the queue");
    await expect.poll(() => smtp.mails.length).toBe(1);
    await expect(async () => {
      await page.reload();
      await expect(page.getByRole("main")).toContainText("It has been sent.", { timeout: 500 });
    }).toPass();
    await shop.open("/admin");
    await expect(refused).toHaveCount(0);
    await context.close();
  } finally {
    await server.stop();
    smtp.stop();
  }
});
