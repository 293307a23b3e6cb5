/** Goods of the demo catalogue that the journeys buy, read from the file that the shop was filled from. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";

interface Catalogue {
  categories: { slug: string; name: string }[];
  vendors: { slug: string; name: string; email: string }[];
  products: { slug: string; name: string; vendor: string; category: string; price_cents: number; stock: number }[];
}

export interface Good {
  slug: string;
  name: string;
  priceCents: number;
  /** At the beginning. */
  stock: number;
  category: { slug: string; name: string };
  shop: { slug: string; name: string; email: string };
}

const catalogue = JSON.parse(readFileSync(resolve(import.meta.dirname, "../../demo/catalogue.json"), "utf8")) as Catalogue;

function named<T extends { slug: string }>(rows: T[], slug: string): T {
  const row = rows.find((row) => row.slug === slug);
  if (!row) throw new Error(`${slug} is not in the demo catalogue`);
  return row;
}

function good(slug: string): Good {
  const { name, vendor, category, price_cents, stock } = named(catalogue.products, slug);
  return { slug, name, priceCents: price_cents, stock, category: named(catalogue.categories, category), shop: named(catalogue.vendors, vendor) };
}

// Each journey that changes or counts stock has goods of its own, so that none depends on what another one bought.
export const GOODS = {
  /** Few, so that the product page tells how many are left. */
  vase: good("meander-amphora"),
  axe: good("small-forest-axe"),
  /** The last two, for two customers who both want them. */
  comb: good("pearwood-hair-comb"),
  soldOut: good("counting-frame"),
  /** Plenty, for journeys about something else. */
  soap: good("rose-clay-soap"),
  socks: good("two-tone-walking-socks"),
  chocolate: good("dark-chocolate-72"),
  toothbrush: good("beechwood-toothbrush"),
  notebook: good("black-clothbound-notebook"),
  pencils: good("cedar-drawing-pencils"),
  teapot: good("celadon-teapot"),
  lamp: good("hand-pinched-oil-lamp"),
} as const;

/** As the shop writes it: `$1,234.50`. */
export function dollars(cents: number): string {
  return (cents / 100).toLocaleString("en-US", { style: "currency", currency: "USD" });
}
