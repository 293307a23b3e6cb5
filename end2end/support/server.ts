/**
 * Starts the shop that people get: the release binary on an empty data directory of its own, with its own PostgreSQL and the demo goods.
 * Afterwards it must stop by itself when told to, and its log must tell of no panic.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { resolve } from "node:path";

const PROJECT = resolve(import.meta.dirname, "../..");

/** Everything a run leaves behind, for looking at when it failed. */
const WORKSHOP = resolve(PROJECT, "target/end2end");

/** Pictures of the whole catalogue are cut to size in this time, on a slow machine. */
const SEED_LIMIT_MS = 300_000;
/** Initialising a database cluster included. */
const START_LIMIT_MS = 60_000;
/** The server drains for 20 s at most, and its database closes after that. */
const STOP_LIMIT_MS = 40_000;
const ASK_AGAIN_MS = 100;

/** Where the tests find the shop. The workers inherit it. */
const URL_VARIABLE = "SOUK_END2END_URL";

export function shopUrl(): string {
  const url = process.env[URL_VARIABLE];
  if (!url) throw new Error(`${URL_VARIABLE} is not set: the tests run through \`npx playwright test\`, which starts the shop.`);
  return url;
}

export default async function start(): Promise<() => Promise<void>> {
  if (process.env[URL_VARIABLE]) {
    console.log(`Using the shop that runs at ${shopUrl()}.`);
    return async () => {};
  }
  const binary = resolve(PROJECT, process.env.SOUK_BIN ?? "target/release/souk");
  if (!existsSync(binary)) throw new Error(`${binary} is not there: scripts/end2end.sh builds it, or name another one by SOUK_BIN.`);

  rmSync(WORKSHOP, { recursive: true, force: true });
  mkdirSync(WORKSHOP, { recursive: true });
  const address = `127.0.0.1:${await freePort()}`;
  const url = `http://${address}`;
  const environment = settings(address, url);

  const seeding = launch(binary, ["seed", "demo"], environment, "seed.log");
  const seeded = await exitOf(seeding, SEED_LIMIT_MS);
  if (seeded !== 0) throw new Error(`souk seed demo ended with ${seeded}:\n${tail("seed.log")}`);

  const server = launch(binary, ["serve"], environment, "server.log");
  try {
    await ready(url, server);
  } catch (error) {
    server.kill("SIGKILL");
    throw error;
  }
  process.env[URL_VARIABLE] = url;
  console.log(`The shop runs at ${url}; its log is ${resolve(WORKSHOP, "server.log")}.`);
  return () => stop(server);
}

/** What the server is told. Nothing of the caller's own configuration gets in: his database and his keys are not for tests. */
function settings(address: string, url: string): NodeJS.ProcessEnv {
  const { PATH, HOME, LANG, TMPDIR, PG_BIN_DIR } = process.env;
  return {
    PATH,
    HOME,
    LANG,
    TMPDIR,
    PG_BIN_DIR,
    SOUK_DATA_DIR: resolve(WORKSHOP, "data"),
    SOUK_LISTEN: address,
    BASE_URL: url,
    MAIL: "mailbox",
    RUST_LOG: process.env.RUST_LOG ?? "info",
    RUST_BACKTRACE: "1",
  };
}

function launch(binary: string, command: string[], env: NodeJS.ProcessEnv, log: string): ChildProcess {
  const file = openSync(resolve(WORKSHOP, log), "a");
  const child = spawn(binary, command, { cwd: PROJECT, env, stdio: ["ignore", file, file] });
  closeSync(file);
  return child;
}

/** Its exit code; a signal's name if one ended it; null if it is still there after the limit. */
function exitOf(child: ChildProcess, limit: number): Promise<number | string | null> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve(child.exitCode ?? child.signalCode);
  return new Promise((done, failed) => {
    const timer = setTimeout(() => done(null), limit);
    child.once("error", failed);
    child.once("exit", (code, signal) => {
      clearTimeout(timer);
      done(code ?? signal);
    });
  });
}

async function ready(url: string, server: ChildProcess): Promise<void> {
  const limit = Date.now() + START_LIMIT_MS;
  while (Date.now() < limit) {
    if (server.exitCode !== null || server.signalCode !== null) {
      throw new Error(`The shop ended with ${server.exitCode ?? server.signalCode} while starting:\n${tail("server.log")}`);
    }
    const answer = await fetch(`${url}/health/ready`).catch(() => null);
    if (answer?.ok) return;
    await new Promise((next) => setTimeout(next, ASK_AGAIN_MS));
  }
  throw new Error(`The shop was not ready within ${START_LIMIT_MS / 1000} s:\n${tail("server.log")}`);
}

async function stop(server: ChildProcess): Promise<void> {
  server.kill("SIGTERM");
  const ended = await exitOf(server, STOP_LIMIT_MS);
  if (ended === null) server.kill("SIGKILL");
  const log = readFileSync(resolve(WORKSHOP, "server.log"), "utf8");
  const panics = log.split("\n").filter((line) => line.includes("panicked at"));
  if (ended !== 0) throw new Error(`On SIGTERM the shop ended with ${ended ?? "nothing: it had to be killed"}:\n${tail("server.log")}`);
  if (panics.length > 0) throw new Error(`The server panicked:\n${panics.join("\n")}`);
}

function tail(log: string): string {
  return readFileSync(resolve(WORKSHOP, log), "utf8").split("\n").slice(-30).join("\n");
}

/** A port that nobody listens on, so that two checkouts can be tested side by side. */
function freePort(): Promise<number> {
  return new Promise((done, failed) => {
    const probe = createServer();
    probe.once("error", failed);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => (address && typeof address === "object" ? done(address.port) : failed(new Error("no port"))));
    });
  });
}
