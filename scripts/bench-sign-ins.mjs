// What 300 people who sign in at the same moment do to the shop: memory of the server, and how long the catalogue takes meanwhile.
// Run by `make bench`, on the release build, with a database of its own. Prints figures and judges nothing.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fixed, quantile, rising } from "./bench/figures.mjs";
import { Shop } from "./bench/shop.mjs";

const PEOPLE = 300;
const READERS = 4;
const QUIET_MS = 8000;
const data = mkdtempSync(join(tmpdir(), "souk-bench-"));

// Each person comes from an address of their own, or throttling would send most of them away.
const shop = new Shop({ data, port: 3977, connections: PEOPLE + READERS, settings: { TRUSTED_PROXIES: "1" } });

/** Reads listings until told to stop; answers the sorted times. */
async function read(until) {
  const times = [];
  let going = true;
  until.finally(() => (going = false));
  const reader = async () => {
    while (going) {
      const { status, ms } = await shop.ask("/products");
      if (status !== 200) throw new Error(`the catalogue answered ${status}`);
      times.push(ms);
    }
  };
  await Promise.all(Array.from({ length: READERS }, reader));
  return rising(times);
}

function signIn(n) {
  const body = JSON.stringify({ email: `nobody${n}@example.com`, password: "not anybody's password" });
  const headers = { accept: "application/json", "content-type": "application/json", "x-forwarded-for": `10.0.${n >> 8}.${n & 255}` };
  return shop.ask("/api/v1/auth/token", { method: "POST", headers, body });
}

try {
  // A process that has just turned 142 pictures into many sizes is not what people run.
  await shop.open("--seed-demo");
  await shop.close();
  await shop.open();
  await read(new Promise((later) => setTimeout(later, 2000)));
  const atFirst = shop.memory().now;
  const quiet = await read(new Promise((later) => setTimeout(later, QUIET_MS)));
  // Reading alone makes the allocator keep more; what sign-ins add is counted from here.
  const before = shop.memory().now;

  let peak = before;
  const watch = setInterval(() => (peak = Math.max(peak, shop.memory().now)), 20);
  const started = performance.now();
  const all = Promise.all(Array.from({ length: PEOPLE }, (_, n) => signIn(n)));
  const [answers, busy] = await Promise.all([all, read(all)]);
  clearInterval(watch);

  const statuses = {};
  for (const { status } of answers) statuses[status] = (statuses[status] ?? 0) + 1;
  console.log(`${PEOPLE} sign-ins at once: ${(performance.now() - started).toFixed(0)} ms, answers ${JSON.stringify(statuses)}`);
  console.log(`memory of the server: ${fixed(atFirst, 1)} MiB at first, ${fixed(before, 1)} MiB after reading, ${fixed(peak, 1)} MiB at most (+${fixed(peak - before, 1)})`);
  for (const [name, times] of [["quiet", quiet], ["during the sign-ins", busy]]) {
    console.log(`catalogue, ${READERS} readers, ${name}: p50 ${fixed(quantile(times, 0.5), 1)} ms, p99 ${fixed(quantile(times, 0.99), 1)} ms over ${times.length} pages`);
  }
} finally {
  await shop.close();
  rmSync(data, { recursive: true, force: true });
}
