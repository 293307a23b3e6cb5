import type { Browser, Page } from "@playwright/test";
import { axe } from "./support/axe.ts";
import { DEMO, newPerson } from "./support/person.ts";
import { GOODS } from "./support/goods.ts";
import { shopUrl } from "./support/server.ts";
import { CARDS, Shop } from "./support/shop.ts";
import { expect, test } from "./support/test.ts";

const { lamp: good } = GOODS;
const WORDS = "It burns for an evening without smoke. <b>Really.</b>";
const ANSWER = "Thank you. The wick took us a year.";
const REASON = "It is about a neighbour more than about the goods.";

/** Somebody else, in a browser of their own. */
async function other(browser: Browser): Promise<Shop> {
  const context = await browser.newContext({ baseURL: shopUrl() });
  return new Shop(await context.newPage());
}

async function signedIn(browser: Browser, email: string): Promise<Shop> {
  const shop = await other(browser);
  await shop.signIn(email, DEMO.vendor.password);
  return shop;
}

test("a buyer reviews what has arrived, the shop answers, somebody reports it, and an admin takes it down", async ({ page, shop, person, browser, mailbox }) => {
  test.setTimeout(240_000);
  const main = page.getByRole("main");
  const product = `/product/${good.slug}`;
  const title = `Burns steadily ${person.email.split(/[.@]/)[1]}`;
  const review = (of: Page) => of.getByRole("article").filter({ hasText: title });
  let order = "";

  await test.step("buys it, and can say nothing before it is there", async () => {
    await shop.fillCart(good);
    order = await shop.orderAs(person);
    await shop.payWith(CARDS.accepted);
    await shop.paid(order);
    await shop.open(`/account/orders/${order}`);
    await expect(main.getByRole("link", { name: /Write a review/ })).toHaveCount(0);
  });

  const vendor = await signedIn(browser, good.shop.email);
  await test.step("the shop sends it, and it arrives", async () => {
    await vendor.open(`/vendor/orders/${order}`);
    await vendor.page.getByRole("button", { name: "Mark as sent" }).click();
    await vendor.page.getByRole("button", { name: "It has arrived" }).click();
    await expect(vendor.page.getByRole("main")).toContainText("There is nothing left to do.");
  });

  await test.step("writes, forgets the stars, and loses nothing", async () => {
    await shop.open(`/account/orders/${order}`);
    await axe(page);
    await main.getByRole("link", { name: `Write a review of ${good.name}` }).click();
    await expect(shop.heading).toHaveText(`Your review of ${good.name}`);
    await axe(page);
    await page.getByLabel("Title").fill(title);
    await page.getByLabel("Your review").fill(WORDS);
    // The browser's own check asks for the stars; without it the server does.
    await page.locator("form").filter({ has: page.getByLabel("Title") }).evaluate((form: HTMLFormElement) => (form.noValidate = true));
    await page.getByRole("button", { name: "Publish the review" }).click();
    await expect(shop.refusal).toContainText("Stars: Please choose one of the options.");
    await expect(page.getByLabel("Your review")).toHaveValue(WORDS);
    await axe(page);
    await shop.refusal.getByRole("link").click();
    await expect(page.getByRole("radio").first()).toBeFocused();
    await page.keyboard.press("ArrowDown");
    await page.getByRole("button", { name: "Publish the review" }).click();
    await expect(main).toContainText("Thank you for telling others.");
    await expect(page.getByRole("radio", { name: /4 of 5 stars/ })).toBeChecked();
    await axe(page);
    await shop.open(product);
    await expect(review(page)).toContainText("Verified purchase");
    await expect(review(page)).toContainText("Ines D.");
    await expect(review(page)).toContainText(WORDS);
    await axe(page);
  });

  await test.step("the shop hears of it, and answers", async () => {
    const [letter] = await mailbox.arrived(good.shop.email, `New review: ${good.name}`);
    const link = /http\S+\/vendor\/reviews\/\S+/.exec(letter?.text ?? "")?.[0] ?? "";
    await vendor.open("/vendor/reviews?show=unanswered");
    await expect(review(vendor.page)).toBeVisible();
    await axe(vendor.page);
    await vendor.open(new URL(link).pathname);
    await axe(vendor.page);
    await vendor.page.getByLabel("Your answer").fill(ANSWER);
    await vendor.page.getByRole("button", { name: "Publish the answer" }).click();
    await expect(review(vendor.page)).toContainText(ANSWER);
    await axe(vendor.page);
    await mailbox.arrived(person.email, `${good.shop.name} has answered your review`);
    await shop.open(product);
    await expect(review(page)).toContainText(ANSWER);
  });

  await test.step("somebody reports it", async () => {
    const stranger = await other(browser);
    await stranger.open(product);
    await review(stranger.page).getByRole("link", { name: "Report the review by Ines D." }).click();
    await expect(stranger.page).toHaveURL(/\/sign-in\?next=\/reviews\//);
    const form = new URL(stranger.page.url()).searchParams.get("next") ?? "";
    await stranger.signUp(newPerson("Rui Costa"), form);
    await expect(stranger.heading).toHaveText("Report a review");
    await axe(stranger.page);
    await stranger.page.getByLabel("What is wrong with it").selectOption({ label: "It tells private things about somebody" });
    await stranger.page.getByLabel("What we should know").fill("That neighbour is me.");
    await stranger.page.getByRole("button", { name: "Send the report" }).click();
    await expect(stranger.page.getByRole("main")).toContainText("A person will look at it.");
    await axe(stranger.page);
    await stranger.page.context().close();
  });

  const admin = await signedIn(browser, DEMO.admin.email);
  await test.step("an admin takes it down, and its author hears why", async () => {
    await admin.open("/admin/reviews");
    await axe(admin.page);
    await admin.page.getByRole("link", { name: title }).click();
    await expect(admin.page.getByRole("main")).toContainText("That neighbour is me.");
    await axe(admin.page);
    await admin.page.getByLabel("Reason").fill(REASON);
    await admin.page.getByRole("button", { name: "Take it down" }).click();
    await expect(admin.page.getByRole("main")).toContainText("its author gets a mail with the reason");
    await axe(admin.page);
    const [letter] = await mailbox.arrived(person.email, `Your review of ${good.name}`);
    expect(letter?.text).toContain(REASON);
    await shop.open(product);
    await expect(review(page)).toHaveCount(0);
    await shop.open(`/account/orders/${order}`);
    await main.getByRole("link", { name: `Your review of ${good.name}` }).click();
    await expect(main).toContainText(REASON);
    await axe(page);
  });

  await test.step("changed, it is shown again", async () => {
    await page.getByLabel("Your review").fill("It burns well.");
    await page.getByRole("button", { name: "Save the changes" }).click();
    await expect(main).toContainText("Saved.");
    // What the admin saw is another text by now.
    await admin.page.getByRole("button", { name: "Show it again" }).click();
    await expect(admin.refusal).toContainText("This was changed in the meantime");
    await admin.page.getByRole("button", { name: "Show it again" }).click();
    await expect(admin.page.getByRole("main")).toContainText("Everybody sees it again.");
    await shop.open(product);
    await expect(review(page)).toContainText("edited");
    await shop.open(`/account/orders/${order}`);
    await main.getByRole("link", { name: `Your review of ${good.name}` }).click();
    await page.getByRole("button", { name: "Delete the review" }).click();
    await expect(main).toContainText("Your review is deleted.");
  });
  await vendor.page.context().close();
  await admin.page.context().close();
});
