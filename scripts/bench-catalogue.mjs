// What the catalogue costs in a shop with 100,000 products: latency, CPU of the server and of PostgreSQL, time of each statement, and memory
// under many uploads. Run by `make bench`, on the release build. Prints figures and judges nothing.
//
//   SOUK_BENCH_BINARY   another build than target/release/souk
//   SOUK_BENCH_LOAD     other amounts than those of `souk seed load`, e.g. "--products 2000 --vendors 20 --customers 200 --orders 1000"
//   SOUK_BENCH_SECONDS  how long each line is measured (3)
//   SOUK_BENCH_UPLOADS  0 leaves the uploads out
import { fixed, machine, measure, quantile, table } from "./bench/figures.mjs";
import { loaded, PASSWORD } from "./bench/load.mjs";
import { BINARY, Shop } from "./bench/shop.mjs";
import { LOGGING, statements } from "./bench/statements.mjs";
import { uploads } from "./bench/uploads.mjs";

const SECONDS = Number(process.env.SOUK_BENCH_SECONDS ?? 3);
const PORT = 3976;
/** Asked before anything is counted: plans, caches and the allocator settle. */
const WARM_UP = 40;
/** Requests from which the times of statements are taken. */
const LOGGED = 50;
const VENDOR = ["vendor-1@load.example", PASSWORD];

/** A page of the kind that is linked from the listing. */
async function linked(shop, kind) {
  const listing = await shop.ask("/products", { text: true });
  const path = new RegExp(`href="(/${kind}/[a-z0-9-]+)"`).exec(listing.text)?.[1];
  if (!path) throw new Error(`the listing links to no ${kind}`);
  return path;
}

const CUSTOMER = ["customer-1@load.example", PASSWORD];

/** Buys one thing over and over: what most requests that change something do. */
async function cartAdd(shop) {
  const json = { accept: "application/json", "content-type": "application/json" };
  const [email, password] = CUSTOMER;
  const token = await shop.ask("/api/v1/auth/token", { method: "POST", headers: json, body: JSON.stringify({ email, password }), text: true });
  const headers = { ...json, authorization: `Bearer ${JSON.parse(token.text).access_token}` };
  const listing = JSON.parse((await shop.ask("/api/v1/products?in_stock=true&sort=newest", { headers: json, text: true })).text);
  const slug = listing.data.find(({ stock }) => stock === "in_stock").slug;
  const product = JSON.parse((await shop.ask(`/api/v1/products/${slug}`, { headers: json, text: true })).text);
  const [{ id }] = product.variants;
  const body = JSON.stringify({ quantity: 1 });
  // Adding would end at what is in stock, so the same statement sets the number.
  return { name: "JSON, into the cart", path: "/api/v1/cart/items", ask: () => shop.ask(`/api/v1/cart/items/${id}`, { method: "PATCH", headers, body }) };
}

async function cases(shop) {
  const json = { accept: "application/json" };
  const pages = [
    ["home", "/"],
    ["listing, first page", "/products"],
    ["listing, page 200", "/products?page=200"],
    ["category with filters", "/category/kitchen-teapots?sort=price_asc&min_price=20&max_price=90&rating=4&in_stock=true"],
    ["search", "/search?q=blue+teapot"],
    ["search, misspelt", "/search?q=teapto"],
    ["search, rare word", "/search?q=kintsugi"],
    ["product", await linked(shop, "product")],
    ["shop", await linked(shop, "shop")],
    ["suggestions", "/api/catalogue/suggest?q=tea", json],
    ["JSON, listing", "/api/v1/products", json],
    ["JSON, search", "/api/v1/products?q=teapot", json],
    ["listing, as browsers ask (br)", "/products", { "accept-encoding": "gzip, deflate, br" }],
  ];
  return [...pages.map(([name, path, headers]) => ({ name, path, ask: () => shop.ask(path, { headers }) })), await cartAdd(shop)];
}

/** Large counts come from a job; until it has run for the first time each page counts for itself, as far as it does. */
async function counted(shop) {
  while ((await shop.ask("/products", { text: true })).text.includes("More than")) await new Promise((later) => setTimeout(later, 1000));
}

async function pages(shop) {
  await counted(shop);
  const rows = [];
  const missing = [];
  for (const { name, path, ask } of await cases(shop)) {
    const first = await ask();
    if (first.status !== 200) {
      missing.push(`${name} (${path}): ${first.status}`);
      continue;
    }
    for (let n = 0; n < WARM_UP; n++) await ask();
    const one = await measure(shop, ask, { together: 1, seconds: SECONDS });
    const eight = await measure(shop, ask, { together: 8, seconds: SECONDS });
    const figures = ({ p50, p99, server, database }) => [p50, p99, server, database].map((figure) => fixed(figure));
    rows.push([name, ...figures(one), ...figures(eight), fixed(first.bytes / 1024, 1)]);
  }
  const head = ["", "1: p50", "p99", "CPU", "db CPU", "8: p50", "p99", "CPU", "db CPU", "KiB"];
  console.log(`\nMilliseconds of each request, one after the other and eight at once; CPU of the server and of PostgreSQL`);
  console.log(table(head, rows));
  if (missing.length > 0) console.log(`Not there: ${missing.join("; ")}`);
}

/** Statements of each page, as the server waits for them: with the way to the database and back. */
async function sql(shop) {
  console.log(`\nStatements over ${LOGGED} requests each: median and worst wait in milliseconds, how often a request sends it`);
  for (const { name, path, ask } of await cases(shop)) {
    if (name.includes("(br)") || (await ask()).status !== 200) continue;
    for (let n = 0; n < WARM_UP; n++) await ask();
    await new Promise((later) => setTimeout(later, 100));
    shop.log = "";
    for (let n = 0; n < LOGGED; n++) await ask();
    // What the last request has written may still be in the pipe.
    await new Promise((later) => setTimeout(later, 200));
    const found = statements(shop.log).filter(({ text, count }) => text !== "rollback" && count >= LOGGED / 2);
    const total = found.reduce((sum, { times }) => sum + times.reduce((a, b) => a + b, 0), 0) / LOGGED;
    console.log(`${name} (${path}): ${fixed(total)} ms in all`);
    for (const { text, count, times } of found) {
      console.log(`  ${fixed(quantile(times, 0.5)).padStart(7)} ${fixed(times.at(-1)).padStart(7)}  ×${fixed(count / LOGGED, 1)}  ${text.slice(0, 110)}`);
    }
  }
}

async function during(settings, work) {
  const shop = new Shop({ data, port: PORT, connections: 64, settings });
  await shop.open();
  try {
    await work(shop);
  } finally {
    await shop.close();
  }
}

console.log(`${BINARY} on ${machine()}`);
const data = loaded();
await during({}, pages);
await during(LOGGING, sql);
if (process.env.SOUK_BENCH_UPLOADS !== "0") await during({}, (shop) => uploads(shop, ...VENDOR));
