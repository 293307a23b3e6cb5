/** Stripe's official client, pointed at the sandbox of the shop under test, or at Stripe's own test mode. */
import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import Stripe from "stripe";
import { dataOf, shopUrl } from "../support/server.ts";
import { Recorder } from "./recorder.ts";

/** A key of Stripe's test mode: the same contract is held against the real thing, as far as it can be driven without a browser. */
const STRIPE_KEY = process.env.STRIPE_CONTRACT_KEY;

/** Whether it is the real thing. */
export const REAL = STRIPE_KEY !== undefined && STRIPE_KEY !== "";

if (REAL && !/^[rs]k_test_/.test(STRIPE_KEY ?? "")) throw new Error("STRIPE_CONTRACT_KEY must be a key of Stripe's test mode.");

/** The library has no setting for where the API is mounted. */
const PREFIX = REAL ? "" : "/_stripe";

/** Every answer to a secret key, in the order in which they came. */
export const recorder = new Recorder(PREFIX);

/** As the shop derives them from its own secret; see src/platform/config/stripe.rs. */
function derived(purpose: string): string {
  const secret = process.env.SOUK_SECRET_KEY ?? readFileSync(dataOf("shop", "secret_key"), "utf8").trim();
  return createHmac("sha256", secret).update(purpose).digest("hex").slice(0, 24);
}

const secretKey = () => (REAL ? (STRIPE_KEY ?? "") : `sk_test_souk${derived("sandbox secret key")}`);
const publishableKey = () => `pk_test_souk${derived("sandbox publishable key")}`;
export const webhookSecret = () => `whsec_souk${derived("sandbox webhook secret")}`;

/** One attempt for each call: what a retry would hide is to be seen. */
export function client(key: string = secretKey(), kept = recorder): Stripe {
  const shop = REAL ? undefined : new URL(shopUrl());
  const where = shop ? ({ protocol: "http", host: shop.hostname, port: Number(shop.port) } as const) : {};
  return new Stripe(key, { ...where, httpClient: kept, maxNetworkRetries: 0, telemetry: false });
}

/** Is shown less than the types promise, and so recorded elsewhere. */
export function clientOfBrowser(): Stripe {
  return client(publishableKey(), new Recorder(PREFIX));
}

async function tell(path: string, fields: Record<string, string>): Promise<void> {
  const answer = await fetch(`${shopUrl()}/_stripe/${path}`, {
    method: "POST",
    headers: { authorization: `Bearer ${secretKey()}`, "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams(fields).toString(),
  });
  if (!answer.ok) throw new Error(`${answer.status}: ${await answer.text()}`);
}

/** Tells the sandbox what to do wrong. */
export async function misbehave(switches: Record<string, string>): Promise<void> {
  await tell("test/switches", switches);
}

/** What somebody with the secret key can do: charge another amount than the shop asked for. */
export async function changeAmount(intent: string, cents: number): Promise<void> {
  await tell(`v1/payment_intents/${intent}`, { amount: String(cents) });
}
