import { axe } from "./support/axe.ts";
import { GOODS, dollars } from "./support/goods.ts";
import { addressOf } from "./support/person.ts";
import { CARDS } from "./support/shop.ts";
import { expect, test } from "./support/test.ts";

const { vase, axe: forestAxe } = GOODS;

test("a stranger buys from two shops, and the order is paid", async ({ page, shop, person, mailbox }) => {
  test.setTimeout(180_000);

  await test.step("finds a vase by its category", async () => {
    await shop.open("/");
    await axe(page);
    await shop.openCategory(vase.category.name);
    await axe(page);
    await shop.openProduct(vase);
    await axe(page);
    await expect(shop.stock()).toHaveText(`Only ${vase.stock} left`);
    await shop.addToCart();
    await shop.expectInCart(1);
  });

  await test.step("finds an axe by searching, and wants two", async () => {
    await shop.search("forest axe");
    await axe(page);
    await shop.openProduct(forestAxe);
    await expect(shop.stock()).toHaveText(`Only ${forestAxe.stock} left`);
    await shop.addToCart(2);
    await shop.expectInCart(3);
  });

  await test.step("sees the cart by shop, and thinks again about the number", async () => {
    await page.getByRole("status").getByRole("link", { name: "View cart" }).click();
    await expect(shop.heading).toHaveText("Your cart");
    await shop.alive();
    await axe(page);
    await expect(shop.cartLine(vase)).toContainText(dollars(vase.priceCents));
    await expect(shop.cartLine(forestAxe)).toContainText(dollars(2 * forestAxe.priceCents));

    await page.getByRole("button", { name: `One ${forestAxe.name} less` }).click();
    await expect(shop.cartLine(forestAxe).getByText(dollars(forestAxe.priceCents), { exact: true })).toBeVisible();
    await shop.alive();
    await shop.expectInCart(2);
    await page.getByRole("button", { name: `One ${forestAxe.name} more` }).click();
    await expect(shop.cartLine(forestAxe)).toContainText(dollars(2 * forestAxe.priceCents));
    await shop.expectInCart(3);
  });

  await test.step("makes an account on the way, at the second try", async () => {
    await page.getByRole("link", { name: "Check out" }).click();
    await expect(page).toHaveURL("/sign-in?next=/checkout");
    await shop.alive();
    await axe(page);
    await page.getByRole("main").getByRole("link", { name: "Create an account" }).click();
    await expect(shop.heading).toHaveText("Create an account");
    await shop.alive();
    await axe(page);

    await shop.typeSignUp({ ...person, password: "password1234" });
    await expect(shop.refusal).toContainText("Password: This password is too easy to guess.");
    await expect(shop.refusal).toBeFocused();
    await expect(page).toHaveURL("/sign-up?next=/checkout");
    await expect(page.getByLabel("Name", { exact: true })).toHaveValue(person.name);
    await expect(page.getByLabel("E-mail", { exact: true })).toHaveValue(person.email);
    await expect(page.getByLabel("Password", { exact: true })).toHaveAccessibleDescription(/too easy to guess/);
    await expect(page.getByLabel("Password", { exact: true })).toHaveValue("");
    await axe(page);

    await shop.typeSignUp(person);
    await shop.signInAfterSignUp(person, "/checkout");
    await shop.expectInCart(3);
  });

  const address = addressOf(person);
  await test.step("types the address, forgets the city, and loses nothing", async () => {
    await shop.alive();
    await axe(page);
    await expect(page.getByLabel("Full name")).toHaveValue(person.name);
    // A blank passes the browser's own check.
    await shop.typeAddress({ ...address, city: " " });
    await expect(shop.refusal).toContainText("City: Please fill this in.");
    await expect(shop.refusal).toBeFocused();
    await expect(page.getByLabel("Address", { exact: true })).toHaveValue(address.line1);
    await expect(page.getByLabel("Apartment, floor")).toHaveValue(address.line2);
    await expect(page.getByLabel("Postal code")).toHaveValue(address.postalCode);
    await expect(page.getByLabel("Country")).toHaveValue("PT");
    await axe(page);

    await shop.refusal.getByRole("link", { name: /^City/ }).click();
    await expect(page.getByLabel("City")).toBeFocused();
    await page.keyboard.type(address.city);
    await page.getByRole("button", { name: "Continue to review" }).click();
    await expect(page).toHaveURL(/\/checkout\/review\?address=/);
  });

  const [total, order] = await test.step("reviews and places the order", async () => {
    await shop.alive();
    await axe(page);
    for (const good of [vase, forestAxe]) {
      await expect(page.getByRole("heading", { name: `Parcel from ${good.shop.name}` })).toBeVisible();
    }
    for (const line of [address.line1, address.line2, address.city, address.country]) await expect(page.getByRole("main")).toContainText(line);
    const total = /\$[\d,]+\.\d\d/.exec(await shop.placeOrder.innerText())?.[0] ?? "";
    await shop.placeOrder.click();
    return [total, await shop.payPage()] as const;
  });

  const number = await test.step("pays, and hears that it is paid", async () => {
    await expect(shop.heading).toHaveText(`Pay ${total}`);
    await axe(page);
    await shop.payWith(CARDS.accepted);
    const number = await shop.paid(order);
    await expect(page.getByRole("region", { name: "Amounts" })).toContainText(total);
    await axe(page);
    return number;
  });

  await test.step("gets one receipt, and each shop one letter about its own part", async () => {
    for (const [good, other] of [
      [vase, forestAxe],
      [forestAxe, vase],
    ] as const) {
      const letters = await mailbox.arrived(good.shop.email, `New order #${number}`);
      expect(letters).toHaveLength(1);
      expect(letters[0]?.text).toContain(good.name);
      expect(letters[0]?.text).toContain(address.line1);
      expect(letters[0]?.text).not.toContain(other.name);
    }
    const receipts = await mailbox.arrived(person.email, `Your order #${number}`);
    expect(receipts).toHaveLength(1);
    for (const words of [total, vase.name, forestAxe.name]) expect(receipts[0]?.text).toContain(words);
  });

  await test.step("the shelves are emptier, and so is the cart", async () => {
    await shop.open(`/product/${vase.slug}`);
    await expect(shop.stock()).toHaveText(`Only ${vase.stock - 1} left`);
    await shop.open(`/product/${forestAxe.slug}`);
    await expect(shop.stock()).toHaveText("Only one left");
    await shop.expectInCart(0);
    await shop.open("/cart");
    await expect(shop.heading).toHaveText("Your cart is empty");
    await axe(page);
  });

  await test.step("finds the order in the account", async () => {
    await shop.accountMenu.click();
    await page.getByRole("banner").getByRole("link", { name: "Your orders" }).click();
    await expect(shop.orders()).toHaveCount(1);
    await shop.alive();
    await expect(shop.orders()).toContainText("Paid");
    await expect(shop.orders()).toContainText(total);
    await axe(page);
    await page.getByRole("link", { name: `Order ${number}` }).click();
    await expect(page).toHaveURL(`/account/orders/${order}`);
    await shop.alive();
    await expect(shop.heading).toHaveText(`Order ${number}`);
    await expect(page.getByRole("main")).toContainText(address.line1);
    await axe(page);
  });

  await test.step("no second receipt came meanwhile", async () => {
    expect((await mailbox.to(person.email)).map((letter) => letter.subject).sort()).toEqual(["Welcome: please confirm your address", `Your order #${number}`]);
  });
});
