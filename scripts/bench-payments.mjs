// What a webhook costs in a shop with 300,000 orders: signed `payment_intent.succeeded` events for real pending orders, by 1, 8 and 32 senders;
// then all of them once more. Run by `make bench`, on the release build. Prints figures and judges nothing but this: every event must be
// taken, and `souk check` must find nothing broken at the end.
//
// The figures hold the question back to the gateway, which here is the sandbox in the same process: with Stripe that work is elsewhere.
//
//   SOUK_BENCH_BINARY   another build than target/release/souk
//   SOUK_BENCH_LOAD     other amounts than those of `souk seed load`
//   SOUK_BENCH_ORDERS   orders for each number of senders (600)
import { fixed, machine, rising, quantile, table } from "./bench/figures.mjs";
import { loaded } from "./bench/load.mjs";
import { Buyer, goods } from "./bench/orders.mjs";
import { events, publishableKey, SECRET, signed, silence } from "./bench/sandbox.mjs";
import { BINARY, Shop } from "./bench/shop.mjs";

const ORDERS = Number(process.env.SOUK_BENCH_ORDERS ?? 600);
const SENDERS = [1, 8, 32];
/** Customers who place orders at the same time. */
const BUYERS = 8;
/** Paid before anything is counted: plans and caches settle. */
const WARM_UP = 50;

/** Pending orders, paid at the gateway, of which the shop has not heard: answers the events that would tell it. */
async function prepare(shop, count) {
  const since = Math.floor(Date.now() / 1000);
  await silence(shop);
  // One of each, as far as they go: nothing is sold out when it is paid.
  const variants = await goods(shop, count);
  const buyers = await Promise.all(Array.from({ length: BUYERS }, (_, n) => Buyer.signIn(shop, n + 1)));
  let [next, missing, refused] = [0, count, 0];
  const work = async (buyer) => {
    while (missing > 0) {
      missing -= 1;
      const order = await buyer.order(variants[next++ % variants.length]);
      if (order && (await order.pay(publishableKey()))) continue;
      missing += 1;
      refused += 1;
      if (refused > count) throw new Error("too little is in stock");
    }
  };
  await Promise.all(buyers.map(work));
  return events(shop, "payment_intent.succeeded", since);
}

/** Sends them all, so many at once; what it took, and what each cost. */
async function deliver(shop, payloads, together) {
  const times = [];
  const refused = {};
  const before = shop.cpu();
  const started = performance.now();
  const waiting = [...payloads];
  const one = async () => {
    for (let payload = waiting.pop(); payload; payload = waiting.pop()) {
      const { status, ms } = await shop.ask("/webhooks/stripe", { method: "POST", headers: signed(payload), body: payload });
      times.push(ms);
      if (status !== 200) refused[status] = (refused[status] ?? 0) + 1;
    }
  };
  await Promise.all(Array.from({ length: together }, one));
  const seconds = (performance.now() - started) / 1000;
  const after = shop.cpu();
  if (Object.keys(refused).length > 0) throw new Error(`not every event was taken: ${JSON.stringify(refused)}`);
  const sorted = rising(times);
  const each = (part) => ((after[part] - before[part]) * 1000) / times.length;
  return [times.length / seconds, quantile(sorted, 0.5), quantile(sorted, 0.99), each("server"), each("database")].map((figure) => fixed(figure));
}

console.log(`${BINARY} on ${machine()}`);
const settings = { SOUK_SECRET_KEY: SECRET, CHECKOUT_HOLD_MINUTES: "0", TRUSTED_PROXIES: "1" };
const shop = new Shop({ data: loaded(), port: 3978, connections: Math.max(...SENDERS), settings });
await shop.open();
try {
  const started = performance.now();
  const waiting = await prepare(shop, WARM_UP + ORDERS * SENDERS.length);
  console.log(`${waiting.length} orders placed and paid at the gateway in ${((performance.now() - started) / 1000).toFixed(1)} s`);
  await deliver(shop, waiting.splice(0, WARM_UP), 4);
  const rows = [];
  for (const together of SENDERS) {
    const part = waiting.splice(0, ORDERS);
    rows.push([`${together} at once`, ...(await deliver(shop, part, together))]);
    rows.push([`${together} at once, again`, ...(await deliver(shop, part, together))]);
  }
  console.log(`\nWebhooks of ${ORDERS} payments each: how many a second, milliseconds of each, CPU milliseconds of the server and of PostgreSQL`);
  console.log(table(["", "a second", "p50", "p99", "CPU", "db CPU"], rows));
} finally {
  await shop.close();
}
const started = performance.now();
const { ok, said } = shop.run("check");
console.log(`\nsouk check, ${((performance.now() - started) / 1000).toFixed(1)} s: ${said.trim().split("\n").at(-1)}`);
if (!ok) process.exitCode = 1;
