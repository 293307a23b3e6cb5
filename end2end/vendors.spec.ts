import type { Browser, Page } from "@playwright/test";
import { axe } from "./support/axe.ts";
import { DEMO, newPerson, type Person } from "./support/person.ts";
import { shopUrl } from "./support/server.ts";
import { Shop } from "./support/shop.ts";
import { expect, test } from "./support/test.ts";

/** The administrator, in a browser of her own. */
async function adminShop(browser: Browser): Promise<Shop> {
  const context = await browser.newContext({ baseURL: shopUrl() });
  const shop = new Shop(await context.newPage());
  await shop.signIn(DEMO.admin.email, DEMO.admin.password);
  return shop;
}

/** Opens the page of a shop in the admin's list. */
async function openInList(admin: Shop, status: string, name: string): Promise<void> {
  await admin.open("/admin/vendors");
  await admin.page.getByRole("navigation", { name: "Status" }).getByRole("link", { name: status }).click();
  await admin.alive();
  await axe(admin.page);
  await admin.page.getByRole("link", { name, exact: true }).click();
  await expect(admin.heading).toHaveText(name);
  await admin.alive();
  await axe(admin.page);
}

/** Asks to publish the draft of the page at hand past the page, which offers no button for it. */
function publishByHand(page: Page): Promise<number> {
  return page.evaluate(async () => {
    const body = new URLSearchParams({ product_id: location.pathname.split("/").at(-1) ?? "", seen: "draft" });
    return (await fetch("/api/catalogue/publish-product", { method: "POST", body, headers: { accept: "application/json" } })).status;
  });
}

/** Fills in the page of a new product and saves it as a draft. */
async function draft(shop: Shop, name: string): Promise<void> {
  const { page } = shop;
  await shop.open("/vendor/products");
  await axe(page);
  await page.getByRole("link", { name: "New product" }).click();
  await expect(shop.heading).toHaveText("New product");
  await axe(page);
  await page.getByLabel("Name", { exact: true }).fill(name);
  await page.getByLabel("Category").selectOption({ index: 1 });
  await page.getByLabel("Price", { exact: true }).fill("a lot");
  await page.getByLabel("In stock").fill("3");
  await page.getByRole("button", { name: "Save the draft" }).click();
  await expect(shop.refusal).toContainText("Price:");
  await expect(page.getByLabel("Name", { exact: true })).toHaveValue(name);
  await page.getByLabel("Price", { exact: true }).fill("149.50");
  await page.getByRole("button", { name: "Save the draft" }).click();
  await expect(shop.heading).toHaveText(name);
  await expect(page.getByRole("main")).toContainText("The draft is saved.");
  await axe(page);
}

async function apply(shop: Shop, person: Person, name: string): Promise<void> {
  const { page } = shop;
  await shop.open("/sell");
  await axe(page);
  await page.getByRole("main").getByRole("link", { name: "Open a shop" }).click();
  await expect(shop.heading).toHaveText("Open a shop");
  await shop.alive();
  await axe(page);
  await page.getByLabel("Your name").fill(person.name);
  await page.getByLabel("E-mail", { exact: true }).fill(person.email);
  await page.getByLabel("Password", { exact: true }).fill(person.password);
  await page.getByLabel("Name of the shop").fill(name);
  await page.getByLabel("Your story").fill("Boats, and what is left of them.");
  await page.getByLabel("City").fill(" ");
  await page.getByLabel("Country").selectOption({ label: "Portugal" });
  await page.getByRole("button", { name: "Send the application" }).click();
  await expect(shop.refusal).toContainText("City: Please fill this in.");
  await expect(page.getByLabel("Your story")).toHaveValue("Boats, and what is left of them.");
  await page.getByLabel("City").fill("Porto");
  await page.getByLabel("Password", { exact: true }).fill(person.password);
  await page.getByRole("button", { name: "Send the application" }).click();
  await shop.signInAfterSignUp(person, "/vendor");
  await expect(page.getByRole("main")).toContainText("Your application is in");
  await shop.alive();
  await axe(page);
}

test("a shop is applied for, rejected, applied for again, approved, suspended and opened again", async ({ page, shop, person, browser, mailbox, watch }) => {
  test.setTimeout(180_000);
  const name = `Tide and Timber ${person.email.split(/[.@]/)[1]}`;
  const address = `/shop/${name.toLowerCase().replaceAll(" ", "-")}`;
  const admin = await adminShop(browser);
  const standing = page.getByRole("main");
  const goods = `Table from a boat ${person.email.split(/[.@]/)[1]}`;
  const goodsAddress = `/product/${goods.toLowerCase().replaceAll(" ", "-")}`;

  await test.step("applies, and waits", async () => {
    await apply(shop, person, name);
    await mailbox.arrived(person.email, `Your application: ${name}`);
    watch.allowStatus(404);
    expect((await page.goto(address))?.status()).toBe(404);
  });

  await test.step("drafts a product, and publishing is refused", async () => {
    await draft(shop, goods);
    await expect(standing).toContainText("You can publish once your shop is approved.");
    await expect(page.getByRole("button", { name: "Publish" })).toHaveCount(0);
    watch.allowStatus(403);
    expect(await publishByHand(page)).toBe(403);
    await shop.open(new URL(page.url()).pathname);
    await expect(page.getByRole("complementary", { name: "Publishing" })).toContainText("Draft");
  });

  await test.step("is rejected with a reason that the admin reads in the mail beforehand", async () => {
    await openInList(admin, "Waiting", name);
    await admin.page.getByLabel("Reason").fill("Please show us what you make.");
    await admin.page.getByRole("button", { name: "Preview the mail" }).click();
    await expect(admin.page.getByRole("region", { name: "Preview of the mail" })).toContainText("Please show us what you make.");
    await expect(admin.page.getByLabel("Reason")).toHaveValue("Please show us what you make.");
    await axe(admin.page);
    await admin.page.getByRole("button", { name: "Reject" }).click();
    await expect(admin.page.getByRole("main")).toContainText("Rejected");
    const reasons = async () => (await mailbox.to(person.email)).filter(({ text }) => text.includes("Please show us what you make."));
    await expect.poll(async () => (await reasons()).length).toBe(1);
  });

  await test.step("applies again, with everything still there", async () => {
    await shop.open("/vendor");
    await axe(page);
    await page.getByRole("link", { name: "Change it and apply again" }).click();
    await expect(standing).toContainText("Please show us what you make.");
    await expect(page.getByLabel("Name of the shop")).toHaveValue(name);
    await page.getByLabel("Your story").fill("Tables from the planks of old boats.");
    await page.getByRole("button", { name: "Send it again" }).click();
    await expect(standing).toContainText("Your application is in");
  });

  await test.step("is approved: a mail says so, and the shop has its page", async () => {
    await openInList(admin, "Waiting", name);
    await admin.page.getByRole("button", { name: "Approve" }).click();
    await expect(admin.page.getByRole("main")).toContainText("Open");
    expect(await mailbox.arrived(person.email, `Welcome: ${name} is open`)).toHaveLength(1);
    await shop.open("/vendor");
    await axe(page);
    await page.getByRole("link", { name: "See the shop" }).click();
    await expect(shop.heading).toHaveText(name);
    await expect(page.getByRole("main")).toContainText("Tables from the planks of old boats.");
  });

  await test.step("says what it is in another line, and its page shows it", async () => {
    await shop.open("/vendor/settings");
    await page.getByLabel("In one line").fill("Tables, each from one boat");
    await page.getByLabel("City").fill(" ");
    await page.getByRole("button", { name: "Save the profile" }).click();
    await expect(shop.refusal).toContainText("City: Please fill this in.");
    await expect(page.getByLabel("In one line")).toHaveValue("Tables, each from one boat");
    await axe(page);
    await page.getByLabel("City").fill("Porto");
    await page.getByRole("button", { name: "Save the profile" }).click();
    await expect(standing).toContainText("This is how customers see your shop from now on.");
    await axe(page);
    await standing.getByRole("link", { name: "your shop's page" }).click();
    await expect(shop.heading).toHaveText(name);
    await expect(standing).toContainText("Tables, each from one boat");
  });

  await test.step("publishes, and customers find it", async () => {
    await shop.open("/vendor/products");
    await page.getByRole("link", { name: goods }).click();
    expect((await page.request.get(goodsAddress)).status()).toBe(404);
    await page.getByRole("button", { name: "Publish" }).click();
    await expect(standing).toContainText("customers find it now");
    await page.getByRole("link", { name: "See it as customers do" }).click();
    await expect(page).toHaveURL(goodsAddress);
    await expect(shop.heading).toHaveText(goods);
    await expect(standing).toContainText("$149.50");
  });

  await test.step("is suspended and opened again; who decides too late hears of it", async () => {
    await openInList(admin, "Open", name);
    const late = new Shop(await admin.page.context().newPage());
    await late.open(new URL(admin.page.url()).pathname);
    await admin.page.getByLabel("Reason").fill("Parcels do not arrive.");
    await admin.page.getByRole("button", { name: "Suspend" }).click();
    await expect(admin.page.getByRole("main")).toContainText("Lift the suspension");
    expect((await page.goto(address))?.status()).toBe(404);
    expect((await page.goto(goodsAddress))?.status()).toBe(404);
    await shop.open("/vendor");
    await expect(standing).toContainText("Parcels do not arrive.");

    await late.page.getByLabel("Reason").fill("I say so too.");
    await late.page.getByRole("button", { name: "Suspend" }).click();
    await expect(late.refusal).toContainText("This was changed in the meantime");

    await admin.page.getByRole("button", { name: "Lift the suspension" }).click();
    await expect(admin.page.getByRole("button", { name: "Suspend" })).toBeVisible();
    expect(await mailbox.arrived(person.email, `${name} is open again`)).toHaveLength(1);
    expect((await page.goto(address))?.status()).toBe(200);
  });
  await admin.page.context().close();
});

test("nobody else gets to the admin's pages", async ({ page, shop, watch }) => {
  watch.allowStatus(403);
  await page.goto("/admin/vendors");
  await expect(page).toHaveURL("/sign-in?next=/admin/vendors");
  await shop.signUp(newPerson());
  expect((await page.goto("/admin/vendors"))?.status()).toBe(403);
  await expect(shop.heading).toHaveText("This page is not for your account");
});
