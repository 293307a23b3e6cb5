// The large shop that is measured, filled once and kept.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Shop } from "./shop.mjs";

const DATA = ".data/bench";
/** Says what the data were made with, so that others are made anew. */
const MARK = join(DATA, "load");
const LOAD = (process.env.SOUK_BENCH_LOAD ?? "").split(" ").filter((word) => word !== "");
/** Of everybody in it. */
export const PASSWORD = "souk-demo-2026!";

/** Loads the shop unless it is there from last time; answers its folder. */
export function loaded() {
  // Serves nothing: the port only stands in the settings.
  const shop = new Shop({ data: DATA, port: 3976 });
  const wanted = LOAD.join(" ") || "default";
  const known = existsSync(MARK) ? readFileSync(MARK, "utf8") : undefined;
  if (known === wanted) {
    const { ok, said } = shop.run("migrate");
    if (!ok) throw new Error(`${said}\nDelete ${DATA} to begin anew.`);
    return DATA;
  }
  rmSync(DATA, { recursive: true, force: true });
  mkdirSync(DATA, { recursive: true });
  // Where PostgreSQL keeps its data elsewhere, they are of another load.
  const { ok, said } = shop.run("seed", "load", ...LOAD);
  if (!ok) throw new Error(said);
  console.log(said.split("\n").filter((line) => !line.includes("WARN")).join("\n"));
  writeFileSync(MARK, wanted);
  return DATA;
}
