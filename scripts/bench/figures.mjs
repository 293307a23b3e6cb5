// From many measurements to a few figures.
import { cpus, totalmem } from "node:os";

/** Of numbers in rising order. */
export function quantile(sorted, share) {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

export const rising = (numbers) => [...numbers].sort((a, b) => a - b);

export const fixed = (number, digits = 2) => (number === undefined || Number.isNaN(number) ? "–" : number.toFixed(digits));

/** Rows of texts, in columns: the first to the left, numbers to the right. */
export function table(head, rows) {
  const widths = head.map((name, column) => Math.max(name.length, ...rows.map((row) => row[column].length)));
  const line = (cells) => cells.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column]))).join("  ");
  return [line(head), widths.map((width) => "-".repeat(width)).join("  "), ...rows.map(line)].join("\n");
}

export function machine() {
  const cores = cpus();
  return `${cores.length} cores, ${cores[0]?.model.trim()}, ${(totalmem() / 2 ** 30).toFixed(0)} GiB; Node ${process.version}`;
}

/** Asks for one thing again and again, `together` at once, for a while; what it took, and what it cost. */
export async function measure(shop, ask, { together, seconds }) {
  const times = [];
  const until = performance.now() + seconds * 1000;
  const before = shop.cpu();
  const one = async () => {
    do {
      const answer = await ask();
      if (answer.status !== 200) throw new Error(`answered ${answer.status}`);
      times.push(answer.ms);
    } while (performance.now() < until);
  };
  await Promise.all(Array.from({ length: together }, one));
  const after = shop.cpu();
  const each = (part) => ((after[part] - before[part]) * 1000) / times.length;
  const sorted = rising(times);
  return { count: times.length, p50: quantile(sorted, 0.5), p99: quantile(sorted, 0.99), server: each("server"), database: each("database") };
}

/** Prints what each case takes and costs, one after the other and eight at once. `cases` have a name, a path, and a function that asks. */
export async function printPages(shop, cases, { warmUp, seconds }) {
  const rows = [];
  const missing = [];
  for (const { name, path, ask } of cases) {
    const first = await ask();
    if (first.status !== 200) {
      missing.push(`${name} (${path}): ${first.status}`);
      continue;
    }
    for (let n = 0; n < warmUp; n++) await ask();
    const one = await measure(shop, ask, { together: 1, seconds });
    const eight = await measure(shop, ask, { together: 8, seconds });
    const figures = ({ p50, p99, server, database }) => [p50, p99, server, database].map((figure) => fixed(figure));
    rows.push([name, ...figures(one), ...figures(eight), fixed(first.bytes / 1024, 1)]);
  }
  const head = ["", "1: p50", "p99", "CPU", "db CPU", "8: p50", "p99", "CPU", "db CPU", "KiB"];
  console.log(`\nMilliseconds of each request, one after the other and eight at once; CPU of the server and of PostgreSQL`);
  console.log(table(head, rows));
  if (missing.length > 0) console.log(`Not there: ${missing.join("; ")}`);
}
