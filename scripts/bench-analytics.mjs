// What the figures cost in a shop with 300,000 orders: both pages of analytics, the settlement, and the JSON behind them; latency, CPU of the
// server and of PostgreSQL, time of each statement. Run by `make bench`, on the release build. Prints figures and judges nothing.
//
//   SOUK_BENCH_BINARY   another build than target/release/souk
//   SOUK_BENCH_LOAD     other amounts than those of `souk seed load`
//   SOUK_BENCH_SECONDS  how long each line is measured (3)
import { spawnSync } from "node:child_process";
import { machine, printPages } from "./bench/figures.mjs";
import { loaded, PASSWORD } from "./bench/load.mjs";
import { BINARY, Shop } from "./bench/shop.mjs";
import { LOGGING, printStatements } from "./bench/statements.mjs";

const SECONDS = Number(process.env.SOUK_BENCH_SECONDS ?? 3);
const PORT = 3977;
/** Asked before anything is counted: caches and the allocator settle, and each connection has planned a statement five times, then keeps the plan. */
const WARM_UP = 200;
/** Requests from which the times of statements are taken. */
const LOGGED = 50;
/** The shop with the most goods, and an admin made for this. */
const VENDOR = "vendor-1@load.example";
const ADMIN = "figures@admin.example";

function makeAdmin(shop) {
  const { settings } = shop;
  const made = spawnSync(BINARY, ["admin", "create", "--email", ADMIN, "--name", "Figures"], { env: settings, input: `${PASSWORD}\n`, encoding: "utf8" });
  // There from last time, then.
  if (made.status !== 0) console.log(`${made.stdout}${made.stderr}`.trim());
}

async function cases(shop) {
  const [vendor, admin] = [await shop.signIn(VENDOR, PASSWORD), await shop.signIn(ADMIN, PASSWORD)];
  const json = { accept: "application/json" };
  return [
    ["vendor, 30 days", "/vendor/analytics", vendor],
    ["vendor, 12 months", "/vendor/analytics?range=12m", vendor],
    ["vendor, a year by day", "/vendor/analytics?range=12m&by=day", vendor],
    ["vendor, settlement", "/vendor/settlement", vendor],
    ["vendor, JSON", "/api/analytics/vendor?range=30d", vendor, json],
    ["admin, 30 days", "/admin/analytics", admin],
    ["admin, 12 months", "/admin/analytics?range=12m", admin],
    ["admin, JSON", "/api/analytics/admin?range=30d", admin, json],
    // Lists in files are read anew each time: what the admin's page costs when it has kept none.
    ["admin, 30 days of products as CSV", "/admin/analytics/csv?table=products&range=30d", admin],
    ["admin, 12 months of products as CSV", "/admin/analytics/csv?table=products&range=12m", admin],
  ].map(([name, path, cookie, headers]) => ({ name, path, ask: () => shop.ask(path, { headers: { ...headers, cookie } }) }));
}

async function during(settings, work) {
  const shop = new Shop({ data, port: PORT, connections: 64, settings });
  await shop.open();
  try {
    await work(shop, await cases(shop));
  } finally {
    await shop.close();
  }
}

console.log(`${BINARY} on ${machine()}`);
const data = loaded();
makeAdmin(new Shop({ data, port: PORT }));
await during({}, (shop, asked) => printPages(shop, asked, { warmUp: WARM_UP, seconds: SECONDS }));
await during(LOGGING, (shop, asked) => printStatements(shop, asked, { warmUp: WARM_UP, logged: LOGGED }));
