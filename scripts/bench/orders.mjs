// Customers of the load who buy: through the forms and the sandbox, as everybody does.
import { PASSWORD } from "./load.mjs";

const FORM = "application/x-www-form-urlencoded";

function field(html, name) {
  const tag = html.split("<input").find((input) => input.split(">")[0].includes(`name="${name}"`));
  return /value="([^"]*)"/.exec(tag ?? "")?.[1];
}

/** Variants that can be bought, one of each product. */
export async function goods(shop, count) {
  const found = [];
  for (let page = 1; found.length < count; page++) {
    const listing = await shop.ask(`/products?in_stock=1&page=${page}`, { text: true });
    const products = new Set([...listing.text.matchAll(/href="(\/product\/[a-z0-9-]+)"/g)].map((match) => match[1]));
    if (products.size === 0) break;
    for (const path of products) {
      const { text } = await shop.ask(path, { text: true });
      const variant = field(text, "variant_id");
      if (variant) found.push(variant);
    }
  }
  if (found.length === 0) throw new Error("nothing is for sale");
  return found;
}

export class Buyer {
  #shop;
  #headers;
  #address;

  /** The load's customer of this number, at an address of their own on the network: throttling counts by it. */
  static async signIn(shop, number) {
    const buyer = new Buyer();
    buyer.#shop = shop;
    const cookie = await shop.signIn(`customer-${number}@load.example`, PASSWORD);
    buyer.#headers = { ...shop.fromOwnPage(), cookie, "x-forwarded-for": `10.1.0.${number}` };
    return buyer;
  }

  #post(path, fields) {
    const headers = { ...this.#headers, accept: "application/json", "content-type": FORM };
    return this.#shop.ask(path, { method: "POST", headers, body: new URLSearchParams(fields).toString(), text: true });
  }

  #get(path) {
    return this.#shop.ask(path, { headers: this.#headers, text: true });
  }

  /** A pending order of one piece; nothing if it is sold out. */
  async order(variant) {
    if ((await this.#post("/api/cart/add", { variant_id: variant, quantity: "1" })).status !== 200) return undefined;
    this.#address ??= field((await this.#get("/checkout")).text, "address_id");
    if (!this.#address) throw new Error("the customer has no address");
    const review = await this.#get(`/checkout/review?address=${this.#address}`);
    const fingerprint = field(review.text, "fingerprint");
    const placed = await this.#post("/api/checkout/place-order", { address_id: this.#address, fingerprint: fingerprint ?? "" });
    await this.#post("/api/cart/remove", { variant_id: variant });
    if (placed.status !== 200) return undefined;
    const id = JSON.parse(placed.text);
    return { pay: (key) => this.#pay(id, key) };
  }

  /** What the browser's script does with a card; false for an order that an earlier run had paid, which the pay page has just found out. */
  async #pay(order, key) {
    const page = await this.#get(`/checkout/${order}/pay`);
    if (page.status === 302) return false;
    const secret = /pi_[A-Za-z0-9]+_secret_[A-Za-z0-9]+/.exec(page.text)?.[0];
    if (!secret) throw new Error(`the pay page of ${order} has no client secret`);
    const intent = secret.split("_secret_")[0];
    const headers = { authorization: `Bearer ${key}`, "content-type": FORM };
    const body = new URLSearchParams({ client_secret: secret, payment_method: "pm_card_visa" }).toString();
    const paid = await this.#shop.ask(`/_stripe/v1/payment_intents/${intent}/confirm`, { method: "POST", headers, body });
    if (paid.status !== 200) throw new Error(`the sandbox answered ${paid.status}`);
    return true;
  }
}
