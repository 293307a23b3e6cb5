/** What a customer does, in the words of the pages. Knows labels and headings; the journeys know the story. */
import { expect, type Locator, type Page } from "@playwright/test";
import type { Good } from "./goods.ts";
import { type Address, type Person, addressOf } from "./person.ts";

/** Test cards of the payment sandbox, after https://docs.stripe.com/testing */
export const CARDS = {
  accepted: "4242 4242 4242 4242",
  declined: "4000 0000 0000 0002",
  insufficientFunds: "4000 0000 0000 9995",
  threeDSecure: "4000 0025 0000 3155",
} as const;

/** The webhook may take its time: the thanks page asks again for more than a minute. */
const CONFIRMED_MS = 30_000;

const PAY = /^(Pay \$|Paying)/;

export class Shop {
  constructor(
    readonly page: Page,
    /** Whether islands come to life, so that their buttons may be used. */
    private readonly javaScript = true,
  ) {}

  async open(path: string): Promise<void> {
    await this.page.goto(path);
    await this.alive();
  }

  /** Waits until the last island of the page has come to life. Forms work before it; steppers, suggestions and the card form do not. */
  async alive(): Promise<void> {
    if (this.javaScript) await expect(this.page.locator("html[data-hydrated]")).toBeAttached();
  }

  get heading(): Locator {
    return this.page.getByRole("heading", { level: 1 });
  }

  /** Why a form was refused. */
  get refusal(): Locator {
    return this.page.getByRole("main").getByRole("alert").filter({ visible: true });
  }

  // --- looking around ---

  async openCategory(name: string): Promise<void> {
    await this.page.getByRole("navigation", { name: "Categories" }).getByRole("link", { name, exact: true }).click();
    await expect(this.heading).toHaveText(name);
    await this.alive();
  }

  /** Opens a product from the cards of the page at hand. */
  async openProduct(good: Good): Promise<void> {
    await this.page.getByRole("main").getByRole("article").getByRole("link", { name: good.name, exact: true }).click();
    await expect(this.heading).toHaveText(good.name);
    await this.alive();
  }

  async search(text: string): Promise<void> {
    const box = this.page.getByRole("combobox", { name: "Search the shops" });
    await box.fill(text);
    await box.press("Enter");
    await expect(this.heading).toHaveText(`Results for “${text}”`);
    await this.alive();
  }

  stock(): Locator {
    return this.page.getByRole("main").getByText(/^(In stock|Sold out|Only one left|Only \d+ left)$/).first();
  }

  cartLink(): Locator {
    return this.page.getByRole("banner").getByRole("link", { name: /^Cart,/ });
  }

  /** Opens by a click and shows where the account leads. */
  get accountMenu(): Locator {
    return this.page.getByRole("banner").getByLabel("Your account");
  }

  /** What the header says about the cart: "empty", "1 item", "3 items". */
  async expectInCart(pieces: number): Promise<void> {
    const words = pieces === 0 ? "empty" : pieces === 1 ? "1 item" : `${pieces} items`;
    await expect(this.cartLink()).toHaveAccessibleName(`Cart, ${words}`);
  }

  /** What it says about the wishlist of somebody who is signed in. */
  async expectWishes(products: number): Promise<void> {
    const words = products === 0 ? "empty" : products === 1 ? "1 item" : `${products} items`;
    await expect(this.page.getByRole("banner").getByRole("link", { name: /^Wishlist/ })).toHaveAccessibleName(`Wishlist, ${words}`);
  }

  /** What a page says about what was just done. */
  get news(): Locator {
    return this.page.getByRole("main").getByRole("status").filter({ visible: true });
  }

  // --- the cart ---

  /** On a product's page. */
  async addToCart(quantity = 1): Promise<void> {
    const field = this.page.getByRole("main").getByRole("spinbutton", { name: "Quantity" });
    if (this.javaScript) {
      for (let n = 1; n < quantity; n += 1) await this.page.getByRole("button", { name: "One more", exact: true }).click();
      await expect(field).toHaveValue(String(quantity));
    } else {
      await field.fill(String(quantity));
    }
    await this.page.getByRole("button", { name: "Add to cart" }).click();
    if (this.javaScript) await expect(this.page.getByRole("status").filter({ hasText: "Added to your cart" })).toBeVisible();
  }

  /** Fills a cart without looking around. */
  async fillCart(...goods: Good[]): Promise<void> {
    for (const [index, good] of goods.entries()) {
      await this.open(`/product/${good.slug}`);
      await this.addToCart();
      await this.expectInCart(index + 1);
    }
  }

  /** The lines of one shop in the cart. */
  cartOf(good: Good): Locator {
    return this.page.getByRole("region", { name: good.shop.name, exact: true });
  }

  cartLine(good: Good): Locator {
    return this.cartOf(good).getByRole("listitem").filter({ has: this.page.getByRole("link", { name: good.name, exact: true }) });
  }

  // --- the account ---

  async typeSignUp(person: Person): Promise<void> {
    await this.page.getByLabel("Name", { exact: true }).fill(person.name);
    await this.page.getByLabel("E-mail", { exact: true }).fill(person.email);
    await this.page.getByLabel("Password", { exact: true }).fill(person.password);
    await this.page.getByRole("button", { name: "Create account" }).click();
  }

  /** Makes an account and signs in with it; leads to `next` afterwards. */
  async signUp(person: Person, next = "/"): Promise<void> {
    await this.open(next === "/" ? "/sign-up" : `/sign-up?next=${next}`);
    await this.typeSignUp(person);
    await this.signInAfterSignUp(person, next);
  }

  /** The answer to a sign-up is the same for everybody: please sign in. */
  async signInAfterSignUp(person: Person, next: string): Promise<void> {
    await expect(this.page).toHaveURL(next === "/" ? "/sign-in?after=signed-up" : `/sign-in?after=signed-up&next=${next}`);
    await this.typeSignIn(person.email, person.password);
    await expect(this.page).toHaveURL(next);
  }

  async typeSignIn(email: string, password: string): Promise<void> {
    await this.page.getByLabel("E-mail", { exact: true }).fill(email);
    await this.page.getByLabel("Password", { exact: true }).fill(password);
    await this.page.getByRole("main").getByRole("button", { name: "Sign in" }).click();
  }

  async signIn(email: string, password: string): Promise<void> {
    await this.open("/sign-in");
    await this.typeSignIn(email, password);
    await expect(this.page).toHaveURL("/");
  }

  // --- the checkout ---

  async fillAddress(address: Address): Promise<void> {
    await this.page.getByLabel("Full name").fill(address.name);
    await this.page.getByLabel("Address", { exact: true }).fill(address.line1);
    await this.page.getByLabel("Apartment, floor").fill(address.line2);
    await this.page.getByLabel("Postal code").fill(address.postalCode);
    await this.page.getByLabel("City").fill(address.city);
    await this.page.getByLabel("Country").selectOption({ label: address.country });
  }

  async typeAddress(address: Address): Promise<void> {
    await this.fillAddress(address);
    await this.page.getByRole("button", { name: "Continue to review" }).click();
  }

  get placeOrder(): Locator {
    return this.page.getByRole("button", { name: /^Place order and pay / });
  }

  /** From a cart with goods to the review page, as a new customer. */
  async review(person: Person): Promise<void> {
    await this.signUp(person, "/checkout");
    await this.typeAddress(addressOf(person));
    await expect(this.page).toHaveURL(/\/checkout\/review\?address=/);
    await this.alive();
  }

  /** From a cart with goods to the pay page, as a new customer. Answers the order's id. */
  async orderAs(person: Person): Promise<string> {
    await this.review(person);
    await this.placeOrder.click();
    return this.payPage();
  }

  /** The order's id, once its pay page stands. */
  async payPage(): Promise<string> {
    await expect(this.page).toHaveURL(/\/checkout\/[0-9a-f-]{36}\/pay$/);
    await expect(this.heading).toHaveText(/^Pay \$/);
    await this.alive();
    return new URL(this.page.url()).pathname.split("/")[2] ?? "";
  }

  get payButton(): Locator {
    return this.page.getByRole("main").getByRole("button", { name: PAY });
  }

  /** What the card form says when a card is not taken. */
  get cardProblem(): Locator {
    return this.page.locator("form").filter({ has: this.page.getByRole("button", { name: PAY }) }).getByRole("alert");
  }

  /** Types a card and pays with it; what follows is up to the card. */
  async payWith(card: string): Promise<void> {
    const fields = this.page.getByRole("group", { name: "Card details" });
    await fields.getByLabel("Card number").fill(card);
    await fields.getByLabel("Expiry date").fill("12 / 34");
    await fields.getByLabel("Security code").fill("123");
    await this.payButton.click();
  }

  /** The bank's question. */
  get bank(): Locator {
    return this.page.getByRole("dialog", { name: "Is it you?" });
  }

  /** The thanks page of an order, once a webhook has confirmed the payment. Answers the order's number. */
  async paid(order: string): Promise<string> {
    await expect(this.page).toHaveURL(`/orders/${order}/thanks`);
    await expect(this.heading).toHaveText("Thank you, it is yours", { timeout: CONFIRMED_MS });
    await this.alive();
    const text = await this.page.getByRole("main").getByText(/^Order \d+ is paid/).innerText();
    return /\d+/.exec(text)?.[0] ?? "";
  }

  /** The cards of the account's orders. */
  orders(): Locator {
    return this.page.getByRole("main").getByRole("article").filter({ has: this.page.getByRole("link", { name: /^Order \d+$/ }) });
  }
}
