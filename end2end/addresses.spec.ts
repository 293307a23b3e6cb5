import { axe } from "./support/axe.ts";
import { GOODS } from "./support/goods.ts";
import { addressOf, DEMO } from "./support/person.ts";
import { expect, test } from "./support/test.ts";

for (const javaScriptEnabled of [true, false]) {
  test.describe(javaScriptEnabled ? "with JavaScript" : "without JavaScript", () => {
    test.use({ javaScriptEnabled });

    test.beforeEach(({ watch }) => {
      if (javaScriptEnabled) return;
      // The browser itself stops the scripts that a page asks for, and misses their use.
      watch.allow(/request failed \(csp\): GET \S+\.js$/);
      watch.allow(/was preloaded using link preload but not used/);
    });

    test("an address book is filled, changed and used", async ({ page, shop, person }) => {
      const look = async () => (javaScriptEnabled ? axe(page) : undefined);
      const home = addressOf(person);
      const entries = page.getByRole("main").getByRole("listitem").filter({ has: page.getByRole("button", { name: /^Delete/ }) });

      await test.step("adds two, and chooses the second one as the default", async () => {
        await shop.signUp(person, "/account/addresses");
        await shop.alive();
        await look();
        await shop.fillAddress({ ...home, city: " " });
        await page.getByRole("button", { name: "Keep the address" }).click();
        await expect(shop.refusal).toContainText("City: Please fill this in.");
        await expect(page.getByLabel("Address", { exact: true })).toHaveValue(home.line1);
        await page.getByLabel("City").fill(home.city);
        await page.getByRole("button", { name: "Keep the address" }).click();
        await expect(shop.news).toContainText("The address is in your book.");
        await page.getByText("Add an address").click();
        await shop.fillAddress({ ...home, line1: "Rua Nova 1" });
        await page.getByRole("button", { name: "Keep the address" }).click();
        await expect(entries).toHaveCount(2);
        await expect(entries.first()).toContainText(home.line1);
        await entries.nth(1).getByRole("button", { name: /^Make it the default/ }).click();
        await expect(entries.first()).toContainText("Rua Nova 1");
        await expect(entries.first()).toContainText("Default");
        await shop.alive();
        await look();
      });

      await test.step("changes one", async () => {
        await entries.nth(1).getByRole("link", { name: /^Edit/ }).click();
        await expect(page.getByLabel("Address", { exact: true })).toHaveValue(home.line1);
        await look();
        await page.getByLabel("Apartment, floor").fill("4 Dto");
        await page.getByRole("button", { name: "Save the address" }).click();
        await expect(entries.nth(1)).toContainText("4 Dto");
      });

      await test.step("begins a checkout with the default, and sends one order elsewhere", async () => {
        await shop.open(`/product/${GOODS.soap.slug}`);
        await shop.addToCart();
        await shop.open("/checkout");
        await expect(page.getByRole("radio", { name: /Rua Nova 1/ })).toBeChecked();
        await page.getByText("Send it somewhere else").click();
        await page.getByRole("checkbox", { name: "Keep it in my address book" }).uncheck();
        await shop.fillAddress({ ...home, line1: "Praça Velha 9" });
        await page.locator("details").getByRole("button", { name: "Continue to review" }).click();
        await expect(page).toHaveURL(/\/checkout\/review\?address=/);
        await expect(page.getByRole("main")).toContainText("Praça Velha 9");
        await shop.placeOrder.click();
        await shop.payPage();
        await shop.open("/account/addresses");
        await expect(entries).toHaveCount(2);
      });

      await test.step("deletes both", async () => {
        await entries.first().getByRole("button", { name: /^Delete/ }).click();
        await expect(shop.news).toContainText("The address is deleted.");
        await expect(entries).toHaveCount(1);
        await entries.first().getByRole("button", { name: /^Delete/ }).click();
        await expect(entries).toHaveCount(0);
      });
    });

    test("a vendor sets what shipping costs", async ({ page, shop }) => {
      await shop.signIn(DEMO.vendor.email, DEMO.vendor.password);
      await shop.open("/vendor");
      await page.getByRole("navigation", { name: "Your shop" }).getByRole("link", { name: "Settings" }).click();
      await expect(shop.heading).toHaveText("Settings of your shop");
      if (javaScriptEnabled) await axe(page);
      const fields = [page.getByLabel("Shipping for each order"), page.getByLabel(/^Free from/)] as const;
      const save = async (shipping: string, freeFrom: string) => {
        await fields[0].fill(shipping);
        await fields[1].fill(freeFrom);
        await page.getByRole("button", { name: "Save the shipping" }).click();
      };
      const before = [await fields[0].inputValue(), await fields[1].inputValue()] as const;
      await save("a lot", "");
      await expect(shop.refusal).toContainText("Shipping for each order: Please enter an amount");
      await expect(fields[0]).toHaveValue("a lot");
      await save("7.25", "450");
      await expect(shop.news).toContainText("Shipping is $7.25, free from $450.00, also");
      // Other journeys buy here.
      await save(...before);
      await expect(shop.news).toContainText("Saved.");
    });
  });
}
