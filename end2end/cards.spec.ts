import { GOODS } from "./support/goods.ts";
import { CARDS } from "./support/shop.ts";
import { expect, test } from "./support/test.ts";

/** What the gateway answers when a card is not accepted. */
const PAYMENT_REQUIRED = 402;

test("a declined card charges nothing, and another one pays the same order", async ({ page, shop, person, mailbox, watch }) => {
  watch.allowStatus(PAYMENT_REQUIRED);
  await shop.fillCart(GOODS.soap);
  const order = await shop.orderAs(person);

  await shop.payWith(CARDS.declined);
  await expect(shop.cardProblem).toHaveText("Your card was declined. Nothing was charged.");
  await expect(page).toHaveURL(`/checkout/${order}/pay`);

  await shop.payWith(CARDS.accepted);
  const number = await shop.paid(order);
  expect(await mailbox.arrived(person.email, `Your order #${number}`)).toHaveLength(1);
  expect(await mailbox.to(GOODS.soap.shop.email)).toContainEqual(expect.objectContaining({ subject: `New order #${number}` }));
  await shop.open("/account/orders");
  await expect(shop.orders()).toHaveCount(1);
  await expect(shop.orders()).toContainText("Paid");
});

test("whoever leaves after a decline reads of it in a letter and in the order, and pays later", async ({ page, shop, person, mailbox, watch }) => {
  watch.allowStatus(PAYMENT_REQUIRED);
  await shop.fillCart(GOODS.pencils);
  const order = await shop.orderAs(person);
  await shop.payWith(CARDS.insufficientFunds);
  await expect(shop.cardProblem).toContainText("insufficient funds. Nothing was charged.");

  const letters = await mailbox.arrived(person.email, /^Payment for order #\d+ failed$/);
  expect(letters).toHaveLength(1);
  expect(letters[0]?.text).toContain("not charged");

  await shop.open(`/account/orders/${order}`);
  await expect(page.getByRole("main")).toContainText("Waiting for payment");
  await expect(page.getByRole("main")).toContainText("insufficient funds. Nothing was charged.");
  await page.getByRole("link", { name: "Pay now" }).click();
  expect(await shop.payPage()).toBe(order);
  await shop.payWith(CARDS.accepted);
  await shop.paid(order);
});

test("a card number that nobody issued is refused, and what is missing is named", async ({ page, shop, person, watch }) => {
  watch.allowStatus(PAYMENT_REQUIRED);
  await shop.fillCart(GOODS.soap);
  const order = await shop.orderAs(person);
  const fields = page.getByRole("group", { name: "Card details" });

  await shop.payButton.click();
  await expect(fields.getByLabel("Card number")).toHaveAccessibleDescription(/Enter the card number/);
  await expect(fields.getByLabel("Card number")).toBeFocused();

  // Somebody's real number: it passes the check digit.
  await shop.payWith("4111 1111 1111 1111");
  await expect(shop.cardProblem).toContainText("Nothing was charged.");
  await expect(page).toHaveURL(`/checkout/${order}/pay`);
});

test("3-D Secure: approved", async ({ shop, person }) => {
  await shop.fillCart(GOODS.soap);
  const order = await shop.orderAs(person);
  await shop.payWith(CARDS.threeDSecure);
  await shop.bank.getByRole("button", { name: "Complete authentication" }).click();
  await shop.paid(order);
});

test("3-D Secure: refused, then approved", async ({ page, shop, person, watch }) => {
  watch.allowStatus(PAYMENT_REQUIRED);
  await shop.fillCart(GOODS.soap);
  const order = await shop.orderAs(person);
  await shop.payWith(CARDS.threeDSecure);
  await shop.bank.getByRole("button", { name: "Fail authentication" }).click();
  await expect(shop.cardProblem).toContainText("Nothing was charged.");
  await expect(page).toHaveURL(`/checkout/${order}/pay`);

  await shop.payWith(CARDS.threeDSecure);
  await shop.bank.getByRole("button", { name: "Complete authentication" }).click();
  await shop.paid(order);
});
