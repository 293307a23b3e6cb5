// Which SQL a page sends, and how long the server waits for each: from the log that the database driver writes when it is asked to.
import { fixed, quantile } from "./figures.mjs";

/** A shop that logs its statements. */
export const LOGGING = { RUST_LOG: "error,sqlx::query=debug" };

/** `db.statement` is missing where the statement is short enough to be its own summary. */
function read(line) {
  const elapsed = /elapsed_secs=([\d.e-]+)/.exec(line);
  const summary = /summary="((?:[^"\\]|\\.)*)"/.exec(line);
  if (!elapsed || !summary) return undefined;
  const whole = /db\.statement="((?:[^"\\]|\\.)*)"/.exec(line)?.[1] || summary[1];
  const text = whole.replaceAll("\\n", " ").replaceAll('\\"', '"').replace(/\s+/g, " ").trim();
  return { text, ms: Number(elapsed[1]) * 1000 };
}

/** All statements in the log: text, how often, and their times in rising order. */
export function statements(log) {
  const found = new Map();
  for (const line of log.split("\n")) {
    const statement = read(line);
    if (!statement) continue;
    const known = found.get(statement.text) ?? [];
    known.push(statement.ms);
    found.set(statement.text, known);
  }
  return [...found].map(([text, times]) => ({ text, count: times.length, times: times.sort((a, b) => a - b) }));
}

/**
 * Prints the statements of each case, as the server waits for them: with the way to the database and back. `cases` have a name, a path, and a
 * function that asks.
 */
export async function printStatements(shop, cases, { warmUp, logged }) {
  console.log(`\nStatements over ${logged} requests each: median and worst wait in milliseconds, how often a request sends it`);
  for (const { name, path, ask } of cases) {
    if ((await ask()).status !== 200) continue;
    for (let n = 0; n < warmUp; n++) await ask();
    await new Promise((later) => setTimeout(later, 100));
    shop.log = "";
    for (let n = 0; n < logged; n++) await ask();
    // What the last request has written may still be in the pipe.
    await new Promise((later) => setTimeout(later, 200));
    const found = statements(shop.log).filter(({ text, count }) => text !== "rollback" && count >= logged / 2);
    const total = found.reduce((sum, { times }) => sum + times.reduce((a, b) => a + b, 0), 0) / logged;
    console.log(`${name} (${path}): ${fixed(total)} ms in all`);
    for (const { text, count, times } of found) {
      console.log(`  ${fixed(quantile(times, 0.5)).padStart(7)} ${fixed(times.at(-1)).padStart(7)}  ×${fixed(count / logged, 1)}  ${text.slice(0, 110)}`);
    }
  }
}
