/** Every page that a visitor can see, in each state worth a look, in the order of a purchase. */
import { expect } from "@playwright/test";
import { GOODS } from "./goods.ts";
import { type Person, addressOf, DEMO } from "./person.ts";
import { CARDS, type Shop } from "./shop.ts";

/** Does something with the page at hand, which must be left as it was. */
export type Stop = (name: string) => Promise<void>;

export async function walkAsGuest(shop: Shop, stop: Stop): Promise<void> {
  const at = async (name: string, path: string) => {
    await shop.open(path);
    await stop(name);
  };
  await at("home", "/");
  await at("products", "/products");
  await at("products-page-2", "/products?page=2");
  await at("category", `/category/${GOODS.teapot.category.slug}`);
  await at("category-narrowed", `/category/${GOODS.teapot.category.slug}?min_price=20&max_price=90&rating=3&in_stock=1&sort=price_asc`);
  await at("search", "/search?q=wool");
  await at("search-misspelt", "/search?q=teapto");
  await at("search-nothing", "/search?q=zzzzzz");
  await at("product", `/product/${GOODS.teapot.slug}`);
  await at("reviews", `/product/${GOODS.teapot.slug}/reviews`);
  await at("product-sold-out", `/product/${GOODS.soldOut.slug}`);
  await at("shop", `/shop/${GOODS.teapot.shop.slug}`);
  await at("sell", "/sell");
  await at("cart-empty", "/cart");
  await at("sign-in", "/sign-in");
  await at("sign-up", "/sign-up");
  await at("sell-sign-up", "/sell/sign-up");
  await at("forgot-password", "/forgot-password");
  await at("not-found", "/no/such/page");

  const { page } = shop;
  await shop.open("/");
  await page.getByRole("combobox", { name: "Search the shops" }).fill("tea");
  await expect(page.getByRole("option").first()).toBeVisible();
  await stop("suggestions");

  await shop.open("/sign-in");
  await page.getByLabel("E-mail", { exact: true }).fill("nobody@example.com");
  await page.getByLabel("Password", { exact: true }).fill("not the password");
  await page.getByRole("main").getByRole("button", { name: "Sign in" }).click();
  await expect(shop.refusal).toBeVisible();
  await shop.alive();
  await stop("sign-in-refused");

  await shop.open("/sign-up");
  await shop.typeSignUp({ name: "Ines Duarte", email: "ines@example.com", password: "password1234" });
  await expect(shop.refusal).toBeVisible();
  await shop.alive();
  await stop("sign-up-refused");
}

/** The admin's pages about shops. */
export async function walkAsAdmin(shop: Shop, stop: Stop): Promise<void> {
  await shop.signIn(DEMO.admin.email, DEMO.admin.password);
  await shop.open(`/admin/users?q=${DEMO.customer.email}`);
  await stop("admin-accounts");
  await shop.page.getByRole("main").getByRole("link", { name: DEMO.customer.email }).click();
  await shop.alive();
  await stop("admin-account");
  await shop.open("/account");
  await stop("account");
  await shop.open("/account/addresses");
  await stop("addresses-empty");
  await shop.open("/account/security");
  await stop("account-security");
  await shop.open("/account/two-step");
  await stop("account-two-step");
  await shop.open("/admin/vendors");
  await stop("admin-shops-waiting");
  await shop.open("/admin/vendors?status=approved");
  await stop("admin-shops-open");
  await shop.page.getByRole("main").getByRole("link", { name: "Hollow Kiln" }).click();
  await shop.alive();
  await stop("admin-shop");
}

/** The answer of the gateway to a card that is not accepted must be allowed beforehand. */
export async function walkAsCustomer(shop: Shop, person: Person, stop: Stop): Promise<void> {
  const { page } = shop;
  await shop.open(`/product/${GOODS.teapot.slug}`);
  await shop.addToCart();
  await stop("product-added");
  await shop.open(`/product/${GOODS.toothbrush.slug}`);
  await shop.addToCart(2);
  await shop.open("/cart");
  await stop("cart");
  await shop.cartLine(GOODS.toothbrush).getByRole("button", { name: /^Remove/ }).click();
  await expect(shop.news).toContainText("was removed");
  await shop.alive();
  await stop("cart-removed");
  await page.getByRole("button", { name: /^Undo/ }).click();
  await expect(shop.cartLine(GOODS.toothbrush)).toBeVisible();

  await shop.signUp(person, "/checkout");
  await shop.alive();
  await stop("address");
  const address = addressOf(person);
  await shop.typeAddress({ ...address, city: " " });
  await expect(shop.refusal).toBeVisible();
  await shop.alive();
  await stop("address-refused");
  await shop.typeAddress(address);
  await expect(page).toHaveURL(/\/checkout\/review\?address=/);
  await shop.alive();
  await stop("review");
  const known = page.url();
  await shop.open("/checkout");
  await stop("address-known");
  await shop.open(known);
  await shop.placeOrder.click();

  const order = await shop.payPage();
  await expect(page.getByRole("group", { name: "Card details" })).toBeVisible();
  await stop("pay");
  await shop.payWith(CARDS.declined);
  await expect(shop.cardProblem).toBeVisible();
  await stop("pay-declined");
  await shop.open(`/account/orders/${order}`);
  await stop("order-unpaid");
  await shop.open(`/orders/${order}/thanks`);
  await stop("thanks-unpaid");
  await shop.open(`/checkout/${order}/pay`);
  await shop.payWith(CARDS.threeDSecure);
  await expect(shop.bank).toBeVisible();
  await stop("pay-3-d-secure");
  await shop.bank.getByRole("button", { name: "Complete authentication" }).click();
  await shop.paid(order);
  await stop("thanks");
  await shop.open("/account/orders");
  await stop("orders");
  await shop.open(`/account/orders/${order}`);
  await stop("order");

  await shop.open("/account/addresses");
  await stop("addresses");
  await page.getByRole("main").getByRole("link", { name: /^Edit/ }).click();
  await shop.alive();
  await stop("address-edit");

  await shop.open("/wishlist");
  await stop("wishlist-empty");
  await shop.open(`/product/${GOODS.socks.slug}`);
  const heart = page.getByRole("button", { name: `Save ${GOODS.socks.name} to your wishlist` }).first();
  await heart.click();
  await expect(heart).toHaveAttribute("aria-pressed", "true");
  await shop.accountMenu.click();
  await stop("account-menu");
  await shop.open("/wishlist");
  await expect(page.getByRole("main").getByRole("link", { name: GOODS.socks.name })).toBeVisible();
  await stop("wishlist");

  await shop.open("/sell/apply");
  await stop("apply");
  await page.getByLabel("Name of the shop").fill(`Workshop of ${person.email}`);
  await page.getByLabel("Your story").fill("Tables from the planks of old boats.");
  await page.getByLabel("City").fill("Porto");
  await page.getByLabel("Country").selectOption({ label: "Portugal" });
  await page.getByRole("button", { name: "Send the application" }).click();
  await expect(page).toHaveURL("/vendor");
  await shop.alive();
  await stop("vendor-waiting");
  await shop.open("/vendor/settings");
  await stop("vendor-settings");

  await shop.open("/dev/mail");
  await page.locator("details.mail").first().locator("summary").click();
  await stop("mailbox");
}
