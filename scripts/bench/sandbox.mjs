// What the payment sandbox knows and the shop believes: keys, signatures, events.
import { createHmac, randomBytes } from "node:crypto";

/** Of the shop that is measured; from it the sandbox's keys follow, see src/platform/config/stripe.rs. */
export const SECRET = "a secret for measuring and for nothing else";

const derived = (purpose) => createHmac("sha256", SECRET).update(purpose).digest("hex").slice(0, 24);

export const secretKey = () => `sk_test_souk${derived("sandbox secret key")}`;
export const publishableKey = () => `pk_test_souk${derived("sandbox publishable key")}`;

/** Says that the intent of an order is paid. */
export function event(intent, order) {
  const object = { id: intent, object: "payment_intent", metadata: { order_id: order } };
  const about = { type: "payment_intent.succeeded", created: Math.floor(Date.now() / 1000), livemode: false, data: { object } };
  return JSON.stringify({ id: `evt_${randomBytes(12).toString("hex")}`, object: "event", ...about });
}

/** The headers with which the gateway would send it now. */
export function signed(payload) {
  const at = Math.floor(Date.now() / 1000);
  const mac = createHmac("sha256", `whsec_souk${derived("sandbox webhook secret")}`).update(`${at}.${payload}`).digest("hex");
  return { "content-type": "application/json; charset=utf-8", "stripe-signature": `t=${at},v1=${mac}` };
}
