/** Holds what went over the wire against the types of Stripe's library: written down as constants of those types, for the compiler to judge. */
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Answer } from "./recorder.ts";

const HERE = resolve(import.meta.dirname, "..");
/** Left behind for looking at when the compiler complains. */
const FOLDER = resolve(HERE, "test-results/contract");

/** A value, and the type that it should have. */
export interface Constant {
  name: string;
  type: string;
  value: unknown;
}

const OBJECTS: Record<string, string> = {
  payment_intent: "Stripe.PaymentIntent",
  refund: "Stripe.Refund",
  charge: "Stripe.Charge",
  customer: "Stripe.Customer",
  event: "Stripe.Event",
};

/** What the shop asks, by method and path. */
const REQUESTS: [method: string, path: RegExp, type: string][] = [
  ["POST", /^\/v1\/payment_intents$/, "Stripe.PaymentIntentCreateParams"],
  ["GET", /^\/v1\/payment_intents\/\w+$/, "Stripe.PaymentIntentRetrieveParams"],
  ["POST", /^\/v1\/payment_intents\/\w+\/cancel$/, "Stripe.PaymentIntentCancelParams"],
  ["POST", /^\/v1\/refunds$/, "Stripe.RefundCreateParams"],
  ["GET", /^\/v1\/refunds\/\w+$/, "Stripe.RefundRetrieveParams"],
  ["GET", /^\/v1\/events$/, "Stripe.EventListParams"],
];

/** A request of the shop, as tests/it/gateway.rs has seen it leave. */
export interface OwnRequest {
  method: string;
  path: string;
  version: string;
  params: Record<string, string>;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function typeOf(body: unknown): string {
  if (!isRecord(body)) throw new Error(`not an object of the API: ${JSON.stringify(body)}`);
  if (isRecord(body.error)) return "{ error: Stripe.StripeRawError }";
  if (body.object === "list" && Array.isArray(body.data)) return `Stripe.ApiList<${body.data.length > 0 ? typeOf(body.data[0]) : "never"}>`;
  const type = OBJECTS[String(body.object)];
  if (!type) throw new Error(`no type is known for ${String(body.object)}`);
  return type;
}

export function ofAnswer({ method, path, status, body }: Answer): Constant {
  return { name: `${method} ${path}: ${status}`, type: typeOf(body), value: body };
}

export function ofEvent(event: unknown): Constant {
  return { name: `webhook ${isRecord(event) ? String(event.type) : ""}`, type: "Stripe.Event", value: event };
}

export function ofOwnRequest({ method, path, params }: OwnRequest): Constant {
  const type = REQUESTS.find(([verb, form]) => verb === method && form.test(path))?.[2];
  if (!type) throw new Error(`no type is known for ${method} ${path}`);
  return { name: `our ${method} ${path}`, type, value: unfolded(params) };
}

/** `metadata[order_id]=…` as an object. On the wire all is text; numbers and truth are what looks like them, except where notes are kept. */
function unfolded(params: Record<string, string>): Record<string, unknown> {
  const whole: Record<string, unknown> = {};
  for (const [key, text] of Object.entries(params)) {
    const path = key.replaceAll("]", "").split("[");
    const leaf = path.pop() ?? "";
    let place = whole;
    for (const part of path) {
      const deeper = place[part];
      place = place[part] = isRecord(deeper) ? deeper : {};
    }
    place[leaf] = path[0] === "metadata" ? text : typed(text);
  }
  return whole;
}

function typed(text: string): unknown {
  if (/^-?\d+$/.test(text)) return Number(text);
  return text === "true" || text === "false" ? text === "true" : text;
}

/** What the compiler has to say about them; nothing is good news. Literals, so that a field too many is seen as well as one too few. */
export function complaints(constants: Constant[], name = "captured"): string {
  const lines = constants.map(({ name, type, value }, n) => `// ${name}\nexport const c${n}: ${type} = ${JSON.stringify(value, null, 2)};\n`);
  mkdirSync(FOLDER, { recursive: true });
  const file = resolve(FOLDER, `${name}.ts`);
  writeFileSync(file, `import type Stripe from "stripe";\n\n${lines.join("\n")}`);
  const options = ["--ignoreConfig", "--strict", "--noEmit", "--skipLibCheck", "--target", "ES2023", "--module", "NodeNext", "--pretty", "false"];
  const { status, stdout, stderr } = spawnSync(resolve(HERE, "node_modules/.bin/tsc"), [...options, file], { cwd: HERE, encoding: "utf8" });
  return status === 0 ? "" : `${stdout}${stderr}` || `tsc ended with ${status}`;
}
