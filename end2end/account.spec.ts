import { createHmac } from "node:crypto";
import type { Page } from "@playwright/test";
import { axe } from "./support/axe.ts";
import { shopUrl } from "./support/server.ts";
import { Shop } from "./support/shop.ts";
import { expect, test } from "./support/test.ts";
import type { Letter } from "./support/mailbox.ts";

/** The code that an authenticator shows for a secret in base32 (RFC 6238), so many half minutes from now. */
function code(secret: string, ahead = 0): string {
  const bits = [...secret].map((c) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(c).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + ahead));
  const digest = createHmac("sha1", key).update(counter).digest();
  const at = (digest.at(-1) ?? 0) & 15;
  return ((digest.readUInt32BE(at) & 0x7fffffff) % 1_000_000).toString().padStart(6, "0");
}

/** Opens the link of a letter, on the shop under test. */
async function follow(page: Page, letter: Letter | undefined): Promise<void> {
  const link = /https?:\/\/\S+token=\S+/.exec(letter?.text ?? "")?.[0];
  expect(link, letter?.text).toBeTruthy();
  const { pathname, search } = new URL(link ?? "");
  await page.goto(pathname + search);
}

test("confirms the address, forgets the password, and comes back by the link", async ({ page, shop, person, mailbox }) => {
  await shop.signUp(person, "/account");
  await expect(page.getByRole("main")).toContainText("Not confirmed");
  await axe(page);
  await follow(page, (await mailbox.arrived(person.email, "Welcome: please confirm your address"))[0]);
  await axe(page);
  await page.getByRole("button", { name: "Confirm the address" }).click();
  await expect(page.getByRole("main")).toContainText("The address is confirmed");

  await shop.open("/account/security");
  await axe(page);
  await page.getByRole("button", { name: "Sign out everywhere" }).click();
  await expect(page.getByRole("main").getByRole("status")).toContainText("You are signed out everywhere");
  await page.getByRole("link", { name: "Forgotten your password?" }).click();
  await page.getByLabel("E-mail").fill(person.email);
  await page.getByRole("button", { name: "Send the link" }).click();
  await follow(page, (await mailbox.arrived(person.email, "Choose a new password"))[0]);
  await axe(page);
  await page.getByLabel("New password").fill("eleven paper boats adrift");
  await page.getByRole("button", { name: "Set the password" }).click();
  await expect(page.getByRole("main").getByRole("status")).toContainText("Your new password is set");
  await shop.typeSignIn(person.email, "eleven paper boats adrift");
  await expect(page).toHaveURL("/");
});

test("sets two-step sign-in up, and signs in by it on another device", async ({ page, shop, person, mailbox, browser }) => {
  await shop.signUp(person);
  await follow(page, (await mailbox.arrived(person.email, "Welcome: please confirm your address"))[0]);
  await page.getByRole("button", { name: "Confirm the address" }).click();
  await shop.open("/account/two-step");
  await page.getByLabel("Your password").fill(person.password);
  await page.getByRole("button", { name: "Begin" }).click();
  await expect(page.getByRole("img", { name: /^QR code/ })).toBeVisible();
  await axe(page);
  const secret = (await page.locator("code.secret").textContent()) ?? "";
  await page.getByRole("textbox", { name: "Code" }).fill("000000");
  await page.getByRole("button", { name: "Turn it on" }).click();
  await expect(shop.refusal).toContainText("Code: This code is not right");
  await page.getByRole("textbox", { name: "Code" }).fill(code(secret));
  await page.getByRole("button", { name: "Turn it on" }).click();
  await expect(page.getByRole("main").getByRole("status")).toContainText("two steps");

  const context = await browser.newContext({ baseURL: shopUrl() });
  const other = new Shop(await context.newPage());
  await other.open("/sign-in?next=/account/security");
  await other.typeSignIn(person.email, person.password);
  await expect(other.heading).toHaveText("Now the code");
  await axe(other.page);
  await other.page.getByRole("textbox", { name: "Code" }).fill(code(secret, 1));
  await other.page.getByRole("main").getByRole("button", { name: "Sign in" }).click();
  await expect(other.page).toHaveURL("/account/security");
  await mailbox.arrived(person.email, "A new sign-in to your account");

  // The first device ends the second one, which hears of it at its next step.
  await shop.open("/account/security");
  await page.getByRole("button", { name: /^Sign out Chrome/ }).click();
  await expect(page.getByRole("main").getByRole("status")).toContainText("That device is signed out");
  await other.page.goto("/account");
  await expect(other.page).toHaveURL("/sign-in?next=/account");
  await context.close();
});

test("two tabs whose access token has run out renew it at once, and neither is signed out", async ({ page, shop, person, context }) => {
  await shop.signUp(person, "/account");
  const second = new Shop(await context.newPage());
  await second.open("/account");
  // What is left after ten minutes: the refresh token alone.
  await context.clearCookies({ name: "__Host-souk_access" });
  await page.getByRole("textbox", { name: "Name", exact: true }).fill("Grace Hopper");
  await Promise.all([page.getByRole("button", { name: "Save the name" }).click(), second.page.reload()]);
  await expect(page.getByRole("main").getByRole("status")).toContainText("Your name is changed");
  await expect(second.page).toHaveURL("/account");
  await expect(second.heading).toHaveText(await shop.heading.innerText());
});

test.describe("without JavaScript, in two browsers", () => {
  test.use({ javaScriptEnabled: false });

  test.beforeEach(({ watch }) => {
    // Without JavaScript the browser itself stops the scripts that a page asks for, and misses their use.
    watch.allow(/request failed \(csp\): GET \S+\.js$/);
    watch.allow(/was preloaded using link preload but not used/);
  });

  test("an access token that runs out in mid-form loses nothing and signs nobody out", async ({ page, shop, person, context, browser }) => {
    await shop.signUp(person, "/account");
    const elsewhere = await browser.newContext({ baseURL: shopUrl(), javaScriptEnabled: false });
    const second = new Shop(await elsewhere.newPage(), false);
    await second.signIn(person.email, person.password);
    await page.getByRole("textbox", { name: "Name", exact: true }).fill("Grace Hopper");
    // What is left after ten minutes: the refresh token alone.
    await context.clearCookies({ name: "__Host-souk_access" });
    await page.getByRole("button", { name: "Save the name" }).click();
    await expect(page.getByRole("main").getByRole("status")).toContainText("Your name is changed");
    await expect(page.getByRole("textbox", { name: "Name", exact: true })).toHaveValue("Grace Hopper");
    await second.page.goto("/account");
    await expect(second.page.getByRole("textbox", { name: "Name", exact: true })).toHaveValue("Grace Hopper");

    // Signed out elsewhere in mid-form: what was typed comes back after signing in.
    await page.getByRole("textbox", { name: "Name", exact: true }).fill("Ada Lovelace");
    await second.page.goto("/account/security");
    await second.page.getByRole("button", { name: "Sign out everywhere" }).click();
    await page.getByRole("button", { name: "Save the name" }).click();
    await expect(page).toHaveURL("/sign-in?next=/account%3Fdone%3Dname");
    await shop.typeSignIn(person.email, person.password);
    await expect(page).toHaveURL("/account?done=name");
    await expect(shop.refusal).toContainText("What you typed is still here");
    await expect(page.getByRole("main")).not.toContainText("Your name is changed");
    await expect(page.getByRole("textbox", { name: "Name", exact: true })).toHaveValue("Ada Lovelace");
    await elsewhere.close();
  });
});
