import { axe } from "./support/axe.ts";
import { GOODS } from "./support/goods.ts";
import { Shop } from "./support/shop.ts";
import { expect, test } from "./support/test.ts";

const { soap, chocolate } = GOODS;

for (const javaScriptEnabled of [true, false]) {
  test.describe(javaScriptEnabled ? "with JavaScript" : "without JavaScript", () => {
    test.use({ javaScriptEnabled });

    test.beforeEach(({ watch }) => {
      if (javaScriptEnabled) return;
      // The browser itself stops the scripts that a page asks for, and misses their use.
      watch.allow(/request failed \(csp\): GET \S+\.js$/);
      watch.allow(/was preloaded using link preload but not used/);
    });

    test("a line is removed and put back, saved for later and fetched again; a guest's cart comes along", async ({ page, shop, person }) => {
      await test.step("removes a line, and puts it back with its number", async () => {
        await shop.open(`/product/${soap.slug}`);
        await shop.addToCart(2);
        await shop.open(`/product/${chocolate.slug}`);
        await shop.addToCart();
        await shop.open("/cart");
        await shop.cartLine(soap).getByRole("button", { name: /^Remove/ }).click();
        await expect(shop.news).toContainText(`${soap.name} was removed.`);
        await shop.expectInCart(1);
        if (javaScriptEnabled) await axe(page);
        await page.getByRole("button", { name: /^Undo/ }).click();
        await expect(page.getByRole("spinbutton", { name: `Quantity of ${soap.name}` })).toHaveValue("2");
        await expect(shop.news).toHaveCount(0);
        await shop.expectInCart(3);
      });

      await test.step("wants to save a line for later, signs up, and is asked once more", async () => {
        await shop.cartLine(soap).getByRole("button", { name: /^Save for later/ }).click();
        await expect(page).toHaveURL("/sign-in?next=/cart");
        await page.getByRole("main").getByRole("link", { name: "Create an account" }).click();
        await shop.typeSignUp(person);
        await shop.signInAfterSignUp(person, "/cart");
        await shop.expectInCart(3);
        await shop.expectWishes(0);
        await expect(shop.news).toContainText(`You are signed in now, and ${soap.name} is still in your cart.`);
        await shop.news.getByRole("button", { name: /^Save for later/ }).click();
        await expect(shop.news).toContainText(`${soap.name} is on your wishlist.`);
        await shop.expectInCart(1);
        await shop.expectWishes(1);
        await expect(shop.cartLine(soap)).toHaveCount(0);
        await expect(shop.cartLine(chocolate)).toBeVisible();
      });

      await test.step("moves it back from the wishlist", async () => {
        await shop.news.getByRole("link", { name: "See your wishlist" }).click();
        await expect(shop.heading).toHaveText("Wishlist");
        if (javaScriptEnabled) await axe(page);
        await page.getByRole("button", { name: `Move to cart ${soap.name}` }).click();
        await expect(shop.news).toContainText(`${soap.name} is in your cart.`);
        await shop.expectInCart(2);
        await shop.expectWishes(0);
        await expect(shop.heading).toHaveText("Nothing saved yet");
      });
    });
  });
}

test("the header counts at once, also in another tab", async ({ page, shop, person, context }) => {
  await shop.signUp(person);
  await shop.open(`/product/${soap.slug}`);
  const other = new Shop(await context.newPage());
  await other.open("/products");
  await other.expectInCart(0);

  const heart = page.getByRole("button", { name: `Save ${soap.name} to your wishlist` }).first();
  await heart.click();
  await shop.expectWishes(1);
  await shop.addToCart();
  await shop.expectInCart(1);
  // A browser without windows shows all of its tabs at once, so that none is ever returned to.
  await other.page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
  await other.expectInCart(1);
  await other.expectWishes(1);
  await heart.click();
  await shop.expectWishes(0);
});
