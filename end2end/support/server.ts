/** The shop that people get: the release binary on an empty data directory of its own, with its own PostgreSQL and the demo goods. */
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

/** A file of the shop of this name, as `Server` lays it out. */
export function dataOf(name: string, file: string): string {
  return resolve(WORKSHOP, name, "data", file);
}

export default async function start(): Promise<() => Promise<void>> {
  if (process.env[URL_VARIABLE]) {
    console.log(`Using the shop that runs at ${shopUrl()}.`);
    return async () => {};
  }
  rmSync(WORKSHOP, { recursive: true, force: true });
  const server = await Server.open("shop");
  process.env[URL_VARIABLE] = server.url;
  console.log(`The shop runs at ${server.url}; its log is ${server.log}.`);
  return () => server.stop();
}

/** A shop with demo goods in a folder of its own. */
export class Server {
  readonly url: string;
  readonly log: string;
  private readonly data: string;
  private child: ChildProcess | undefined;

  private constructor(
    name: string,
    private readonly address: string,
    private readonly variables: Record<string, string>,
  ) {
    this.url = `http://${address}`;
    this.data = dataOf(name, "");
    mkdirSync(this.data, { recursive: true });
    this.log = resolve(WORKSHOP, name, "server.log");
  }

  /** Filled and ready, with these variables beside those that every one of them has. */
  static async open(name: string, variables: Record<string, string> = {}): Promise<Server> {
    const server = new Server(name, `127.0.0.1:${await freePort()}`, variables);
    const seeded = await exitOf(server.launch(["seed", "demo"]), SEED_LIMIT_MS);
    if (seeded !== 0) throw new Error(`souk seed demo ended with ${seeded}:\n${server.tail()}`);
    await server.start();
    return server;
  }

  async start(): Promise<void> {
    this.child = this.launch(["serve"]);
    try {
      await this.ready(this.child);
    } catch (error) {
      this.child.kill("SIGKILL");
      throw error;
    }
  }

  /** As when the power fails: the server and its PostgreSQL are gone in mid-sentence. */
  async kill(): Promise<void> {
    if (!this.child) return;
    const postmaster = Number(readFileSync(resolve(this.data, "postgres/data/postmaster.pid"), "utf8").split("\n")[0]);
    this.child.kill("SIGKILL");
    process.kill(postmaster, "SIGKILL");
    await exitOf(this.child, STOP_LIMIT_MS);
  }

  /** It must stop by itself when told to, and its log must tell of no panic. */
  async stop(): Promise<void> {
    if (!this.child) return;
    this.child.kill("SIGTERM");
    const ended = await exitOf(this.child, STOP_LIMIT_MS);
    if (ended === null) this.child.kill("SIGKILL");
    if (ended !== 0) throw new Error(`On SIGTERM the shop ended with ${ended ?? "nothing: it had to be killed"}:\n${this.tail()}`);
    const panics = readFileSync(this.log, "utf8").split("\n").filter((line) => line.includes("panicked at"));
    if (panics.length > 0) throw new Error(`The server panicked:\n${panics.join("\n")}`);
  }

  /** Expects that every invariant of money and stock holds. */
  async check(): Promise<void> {
    const ended = await exitOf(this.launch(["check"]), START_LIMIT_MS);
    if (ended !== 0) throw new Error(`souk check ended with ${ended}:\n${this.tail()}`);
  }

  /** What it is told. Nothing of the caller's own configuration gets in: his database and his keys are not for tests. */
  private launch(command: string[]): ChildProcess {
    const binary = resolve(PROJECT, process.env.SOUK_BIN ?? "target/release/souk");
    if (!existsSync(binary)) throw new Error(`${binary} is not there: scripts/end2end.sh builds it, or name another one by SOUK_BIN.`);
    const { PATH, HOME, LANG, TMPDIR, PG_BIN_DIR } = process.env;
    const env = {
      PATH,
      HOME,
      LANG,
      TMPDIR,
      PG_BIN_DIR,
      SOUK_DATA_DIR: this.data,
      SOUK_LISTEN: this.address,
      BASE_URL: this.url,
      MAIL: "mailbox",
      RUST_LOG: process.env.RUST_LOG ?? "info",
      RUST_BACKTRACE: "1",
      ...this.variables,
    };
    const file = openSync(this.log, "a");
    const child = spawn(binary, command, { cwd: PROJECT, env, stdio: ["ignore", file, file] });
    closeSync(file);
    return child;
  }

  private async ready(child: ChildProcess): Promise<void> {
    const limit = Date.now() + START_LIMIT_MS;
    while (Date.now() < limit) {
      if (child.exitCode !== null || child.signalCode !== null) {
        throw new Error(`The shop ended with ${child.exitCode ?? child.signalCode} while starting:\n${this.tail()}`);
      }
      const answer = await fetch(`${this.url}/health/ready`).catch(() => null);
      if (answer?.ok) return;
      await new Promise((next) => setTimeout(next, ASK_AGAIN_MS));
    }
    throw new Error(`The shop was not ready within ${START_LIMIT_MS / 1000} s:\n${this.tail()}`);
  }

  private tail(): string {
    return readFileSync(this.log, "utf8").split("\n").slice(-30).join("\n");
  }
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

/** A port that nobody listens on, so that two checkouts can be tested side by side. */
export function freePort(): Promise<number> {
  return new Promise((done, failed) => {
    const probe = createServer();
    probe.once("error", failed);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => (address && typeof address === "object" ? done(address.port) : failed(new Error("no port"))));
    });
  });
}
