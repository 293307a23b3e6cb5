// What the payment sandbox knows and the shop believes: keys, signatures, events.
import { createHmac } from "node:crypto";

/** Of the shop that is measured; from it the sandbox's keys follow, see src/platform/config/stripe.rs. */
export const SECRET = "a secret for measuring and for nothing else";

const derived = (purpose) => createHmac("sha256", SECRET).update(purpose).digest("hex").slice(0, 24);

const secretKey = () => `sk_test_souk${derived("sandbox secret key")}`;
export const publishableKey = () => `pk_test_souk${derived("sandbox publishable key")}`;

const asShop = { authorization: `Bearer ${secretKey()}`, "content-type": "application/x-www-form-urlencoded" };

async function answered(asking) {
  const { status, text } = await asking;
  if (status !== 200) throw new Error(`the sandbox answered ${status}: ${text}`);
  return JSON.parse(text);
}

/** From now on it keeps its events to itself. */
export const silence = (shop) => answered(shop.ask("/_stripe/test/switches", { method: "POST", headers: asShop, body: "webhooks=drop", text: true }));

/** All events of a kind since then, whole, as they would have been sent. */
export async function events(shop, type, since) {
  const all = [];
  for (let after; ; after = all.at(-1).id) {
    const query = new URLSearchParams({ type, "created[gte]": since, limit: "100", ...(after && { starting_after: after }) });
    const { data, has_more } = await answered(shop.ask(`/_stripe/v1/events?${query}`, { headers: asShop, text: true }));
    all.push(...data);
    if (!has_more) return all.map((event) => JSON.stringify(event));
  }
}

/** The headers with which the gateway would send it now. */
export function signed(payload) {
  const at = Math.floor(Date.now() / 1000);
  const mac = createHmac("sha256", `whsec_souk${derived("sandbox webhook secret")}`).update(`${at}.${payload}`).digest("hex");
  return { "content-type": "application/json; charset=utf-8", "stripe-signature": `t=${at},v1=${mac}` };
}
