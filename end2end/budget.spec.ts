import type { Response } from "@playwright/test";
import { GOODS } from "./support/goods.ts";
import { expect, test } from "./support/test.ts";

/** WASM and JavaScript of a storefront page over the wire, compressed by brotli. The aim is 100 kB. */
const BUDGET_BYTES = 140_000;

const isCode = (response: Response) => /\b(javascript|ecmascript|wasm)\b/.test(response.headers()["content-type"] ?? "");

for (const [name, path] of [
  ["home", "/"],
  ["listing", `/category/${GOODS.teapot.category.slug}`],
  ["product", `/product/${GOODS.teapot.slug}`],
  ["cart", "/cart"],
] as const) {
  test(`${name} loads at most ${BUDGET_BYTES / 1000} kB of WASM and JavaScript`, async ({ page, shop }, testInfo) => {
    const code: Response[] = [];
    page.on("response", (response) => {
      if (isCode(response)) code.push(response);
    });
    await shop.open(path);
    await page.waitForLoadState("networkidle");

    const sizes = await Promise.all(
      code.map(async (response) => ({
        path: new URL(response.url()).pathname,
        bytes: (await response.request().sizes()).responseBodySize,
        encoding: response.headers()["content-encoding"],
        kept: response.headers()["cache-control"] ?? "",
      })),
    );
    const total = sizes.reduce((sum, { bytes }) => sum + bytes, 0);
    const table = sizes.map(({ path, bytes, encoding }) => `  ${String(bytes).padStart(8)}  ${encoding ?? "plain"}  ${path}`).join("\n");
    const line = `${name}: ${(total / 1000).toFixed(1)} kB of ${BUDGET_BYTES / 1000} kB\n${table}`;
    console.log(line);
    testInfo.annotations.push({ type: "budget", description: line });

    expect(sizes.some(({ path }) => path.endsWith(".wasm")), "the page loads a WASM module").toBe(true);
    expect(new Set(sizes.map(({ path }) => path)).size, "nothing is loaded twice").toBe(sizes.length);
    expect(total).toBeLessThanOrEqual(BUDGET_BYTES);
    for (const { path, encoding, kept } of sizes) {
      expect(encoding, `${path} is compressed by brotli`).toBe("br");
      expect(kept, `${path} is kept for ever, or asked about each time`).toMatch(/immutable|no-cache/);
    }
  });
}
