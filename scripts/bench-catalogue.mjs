// What the catalogue costs in a shop with 100,000 products: latency, CPU of the server and of PostgreSQL, time of each statement, and memory
// under many uploads. Run by `make bench`, on the release build. Prints figures and judges nothing.
//
//   SOUK_BENCH_BINARY   another build than target/release/souk
//   SOUK_BENCH_LOAD     other amounts than those of `souk seed load`, e.g. "--products 2000 --vendors 20 --customers 200 --orders 1000"
//   SOUK_BENCH_SECONDS  how long each line is measured (3)
//   SOUK_BENCH_UPLOADS  0 leaves the uploads out
import { machine, printPages } from "./bench/figures.mjs";
import { loaded, PASSWORD } from "./bench/load.mjs";
import { BINARY, Shop } from "./bench/shop.mjs";
import { LOGGING, printStatements } from "./bench/statements.mjs";
import { uploads } from "./bench/uploads.mjs";

const SECONDS = Number(process.env.SOUK_BENCH_SECONDS ?? 3);
const PORT = 3976;
/** Asked before anything is counted: caches and the allocator settle, and each connection has planned a statement five times, after which it may
 * keep the plan. */
const WARM_UP = 120;
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
    ["category with filters", "/category/kitchen-teapots?sort=price_asc&min_price=20&max_price=90&rating=4&in_stock=1"],
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
  await printPages(shop, await cases(shop), { warmUp: WARM_UP, seconds: SECONDS });
}

async function sql(shop) {
  const asked = (await cases(shop)).filter(({ name }) => !name.includes("(br)"));
  await printStatements(shop, asked, { warmUp: WARM_UP, logged: LOGGED });
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
