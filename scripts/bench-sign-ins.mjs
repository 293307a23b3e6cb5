// What 300 people who sign in at the same moment do to the shop: memory of the server, and how long the catalogue takes meanwhile.
// Run by `make bench`, on the release build, with a database of its own. Prints figures and judges nothing.
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { Agent, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";

const PEOPLE = 300;
const READERS = 4;
const PORT = 3977;
const QUIET_MS = 8000;
const data = mkdtempSync(join(tmpdir(), "souk-bench-"));
const agent = new Agent({ keepAlive: true, maxSockets: PEOPLE + READERS });

// Each person comes from an address of their own, or throttling would send most of them away.
const settings = { SOUK_DATA_DIR: data, SOUK_LISTEN: `127.0.0.1:${PORT}`, BASE_URL: `http://127.0.0.1:${PORT}`, TRUSTED_PROXIES: "1", RUST_LOG: "error" };
let shop;

async function open(...flags) {
  shop = spawn("target/release/souk", ["serve", ...flags], { stdio: ["ignore", "ignore", "inherit"], env: { ...process.env, ...settings } });
  await ready();
}

async function close() {
  const gone = new Promise((exited) => shop.on("exit", exited));
  shop.kill("SIGTERM");
  await gone;
}

function ask(path, { body, from } = {}) {
  const started = performance.now();
  const headers = body ? { "content-type": "application/json", "x-forwarded-for": from } : { accept: "text/html" };
  return new Promise((resolve, reject) => {
    const asked = request({ agent, port: PORT, path, method: body ? "POST" : "GET", headers }, (answer) => {
      answer.resume().on("end", () => resolve({ status: answer.statusCode, ms: performance.now() - started }));
    });
    asked.on("error", reject).end(body && JSON.stringify(body));
  });
}

const memory = () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${shop.pid}/status`, "utf8"))[1]) / 1024;
const quantile = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))].toFixed(1);

/** Reads listings until told to stop; answers the sorted times. */
async function read(until) {
  const times = [];
  let going = true;
  until.finally(() => (going = false));
  const reader = async () => {
    while (going) {
      const { status, ms } = await ask("/products");
      if (status !== 200) throw new Error(`the catalogue answered ${status}`);
      times.push(ms);
    }
  };
  await Promise.all(Array.from({ length: READERS }, reader));
  return times.sort((a, b) => a - b);
}

async function ready() {
  for (;;) {
    const up = await ask("/health/ready").then((answer) => answer.status === 200, () => false);
    if (up) return;
    await new Promise((later) => setTimeout(later, 200));
  }
}

try {
  // A process that has just turned 142 pictures into many sizes is not what people run.
  await open("--seed-demo");
  await close();
  await open();
  await read(new Promise((later) => setTimeout(later, 2000)));
  const atFirst = memory();
  const quiet = await read(new Promise((later) => setTimeout(later, QUIET_MS)));
  // Reading alone makes the allocator keep more; what sign-ins add is counted from here.
  const before = memory();

  let peak = before;
  const watch = setInterval(() => (peak = Math.max(peak, memory())), 20);
  const signIn = (n) =>
    ask("/api/v1/auth/token", { body: { email: `nobody${n}@example.com`, password: "not anybody's password" }, from: `10.0.${n >> 8}.${n & 255}` });
  const started = performance.now();
  const all = Promise.all(Array.from({ length: PEOPLE }, (_, n) => signIn(n)));
  const [answers, busy] = await Promise.all([all, read(all)]);
  clearInterval(watch);

  const statuses = {};
  for (const { status } of answers) statuses[status] = (statuses[status] ?? 0) + 1;
  console.log(`${PEOPLE} sign-ins at once: ${(performance.now() - started).toFixed(0)} ms, answers ${JSON.stringify(statuses)}`);
  console.log(`memory of the server: ${atFirst.toFixed(1)} MiB at first, ${before.toFixed(1)} MiB after reading, ${peak.toFixed(1)} MiB at most (+${(peak - before).toFixed(1)})`);
  for (const [name, times] of [["quiet", quiet], ["during the sign-ins", busy]]) {
    console.log(`catalogue, ${READERS} readers, ${name}: p50 ${quantile(times, 0.5)} ms, p99 ${quantile(times, 0.99)} ms over ${times.length} pages`);
  }
} finally {
  await close();
  rmSync(data, { recursive: true, force: true });
}
