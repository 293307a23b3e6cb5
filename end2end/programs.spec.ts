import { axe } from "./support/axe.ts";
import { DEMO } from "./support/person.ts";
import { expect, test } from "./support/test.ts";

test("a vendor makes a token for a program, which can do what it says until it is revoked", async ({ shop, page, request }) => {
  await shop.signIn(DEMO.vendor.email, DEMO.vendor.password);
  await page.goto("/vendor/api-tokens");
  await axe(page);
  await page.getByLabel("What it is for").fill("Stock system");
  await page.getByRole("button", { name: "Make a token" }).click();
  await expect(page.getByRole("alert")).toContainText("What it may do");
  await expect(page.getByLabel("What it is for")).toHaveValue("Stock system");
  await page.getByLabel("Read products and stock").check();
  await page.getByRole("button", { name: "Make a token" }).click();
  const token = (await page.locator("#fresh-token").textContent()) ?? "";
  expect(token).toMatch(/^souk_api_[\w-]{43}$/);
  await axe(page);

  const ask = (path: string) => request.get(`/api/v1${path}`, { headers: { authorization: `Bearer ${token}` } });
  expect((await ask("/vendor/products")).status()).toBe(200);
  expect((await ask("/vendor/orders")).status()).toBe(403);
  expect((await ask("/me")).status()).toBe(401);

  await page.reload();
  await expect(page.locator("#fresh-token")).toHaveCount(0);
  await page.getByRole("listitem").filter({ hasText: "Stock system" }).getByRole("button", { name: "Revoke" }).first().click();
  await expect(page.getByText("It opens nothing any more.")).toBeVisible();
  expect((await ask("/vendor/products")).status()).toBe(401);
});

test("an address for webhooks is checked, added and removed", async ({ shop, page }) => {
  await shop.signIn(DEMO.vendor.email, DEMO.vendor.password);
  await page.goto("/vendor/webhooks");
  await page.getByLabel("Address").fill("https://127.0.0.1/hook");
  await page.getByRole("button", { name: "Add the address" }).click();
  await expect(page.getByRole("alert")).toContainText("can be reached from the Internet");
  await page.getByLabel("Address").fill("https://hooks.example/souk");
  await page.getByRole("button", { name: "Add the address" }).click();
  const row = page.getByRole("listitem").filter({ hasText: "https://hooks.example/souk" });
  await row.getByText("Signing secret").click();
  await expect(row.getByText(/^whsec_/)).toBeVisible();
  await axe(page);
  await row.getByRole("button", { name: "Remove" }).click();
  await expect(row).toHaveCount(0);
});

test("the API's page lets one try it", async ({ page }) => {
  await page.goto("/api/docs");
  await axe(page);
  const operation = page.locator("#get_products");
  await operation.locator("summary").click();
  await operation.getByLabel("q", { exact: true }).fill("teapot");
  await operation.getByRole("button", { name: "Try it" }).click();
  await expect(operation.getByRole("status")).toContainText("200");
  await axe(page);
});
