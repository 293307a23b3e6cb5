// The shop that is measured: a process of its own, so that what the measuring costs is not counted.
import { spawn, spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { Agent, request } from "node:http";

/** The release build, unless another one is to be tried. */
export const BINARY = process.env.SOUK_BENCH_BINARY ?? "target/release/souk";

/** Of /proc/PID/stat; the same on all Linux. */
const TICKS_A_SECOND = 100;

export class Shop {
  constructor({ data, port, connections = 16, settings = {} }) {
    this.port = port;
    this.agent = new Agent({ keepAlive: true, maxSockets: connections });
    this.settings = {
      ...process.env,
      SOUK_DATA_DIR: data,
      SOUK_LISTEN: `127.0.0.1:${port}`,
      BASE_URL: `http://127.0.0.1:${port}`,
      RUST_LOG: "error",
      ...settings,
    };
    // Its own database, whatever the surroundings say.
    delete this.settings.DATABASE_URL;
  }

  /** Runs a command of the program to its end; answers what it said. */
  run(...words) {
    const { status, stdout, stderr } = spawnSync(BINARY, words, { env: this.settings, encoding: "utf8" });
    return { ok: status === 0, said: `${stdout}${stderr}` };
  }

  async open(...flags) {
    this.log = "";
    const keeps = this.settings.RUST_LOG.includes("debug");
    this.process = spawn(BINARY, ["serve", ...flags], { stdio: ["ignore", "ignore", keeps ? "pipe" : "inherit"], env: this.settings });
    this.process.stderr?.setEncoding("utf8").on("data", (text) => (this.log += text));
    // A measuring that is broken off leaves no shop behind.
    for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => this.close().then(() => process.exit(1)));
    const died = new Promise((_, reject) => this.process.once("exit", (code) => reject(new Error(`the shop ended with ${code}`))));
    died.catch(() => {});
    await Promise.race([this.#ready(), died]);
  }

  async close() {
    if (!this.process || this.process.exitCode !== null) return;
    const gone = new Promise((exited) => this.process.on("exit", exited));
    this.process.kill("SIGTERM");
    await gone;
  }

  async #ready() {
    for (;;) {
      const up = await this.ask("/health/ready").then((answer) => answer.status === 200, () => false);
      if (up) return;
      await new Promise((later) => setTimeout(later, 200));
    }
  }

  /** One request, read to its end. */
  ask(path, { method = "GET", headers = {}, body, text = false } = {}) {
    const started = performance.now();
    return new Promise((resolve, reject) => {
      const asked = request({ agent: this.agent, port: this.port, path, method, headers: { accept: "text/html", ...headers } }, (answer) => {
        const pieces = [];
        let bytes = 0;
        answer.on("data", (piece) => {
          bytes += piece.length;
          if (text) pieces.push(piece);
        });
        answer.on("error", reject);
        answer.on("end", () => {
          const ms = performance.now() - started;
          resolve({ status: answer.statusCode, headers: answer.headers, ms, bytes, text: text ? Buffer.concat(pieces).toString() : undefined });
        });
      });
      // Whoever refuses early closes while the rest is still being sent: the answer counts, and not that.
      if (body) asked.on("socket", (socket) => endure(socket, asked));
      asked.on("error", reject).end(body);
    });
  }

  /** Signs in as a plain form does; answers the cookies. */
  async signIn(email, password) {
    const body = new URLSearchParams({ email, password }).toString();
    const answer = await this.ask("/api/accounts/sign-in", { method: "POST", body, headers: { ...this.fromOwnPage(), "content-type": "application/x-www-form-urlencoded" } });
    const cookies = (answer.headers["set-cookie"] ?? []).map((cookie) => cookie.split(";")[0]).filter((cookie) => !cookie.endsWith("="));
    if (cookies.length === 0) throw new Error(`${email} was not signed in: ${answer.status}`);
    return cookies.join("; ");
  }

  fromOwnPage() {
    return { origin: this.settings.BASE_URL, referer: `${this.settings.BASE_URL}/`, "sec-fetch-site": "same-origin" };
  }

  /** CPU seconds of the server itself, and of the PostgreSQL that it started. */
  cpu() {
    const own = ticks(this.process.pid);
    const database = childrenOf(this.process.pid).reduce((sum, postmaster) => {
      // Those that are gone stand in the parent's sum.
      const living = childrenOf(postmaster).map((pid) => ticks(pid).own);
      return sum + ticks(postmaster).own + ticks(postmaster).children + living.reduce((a, b) => a + b, 0);
    }, 0);
    return { server: own.own / TICKS_A_SECOND, database: database / TICKS_A_SECOND };
  }

  /** MiB: what is resident now, and the most that ever was. */
  memory() {
    const status = readFileSync(`/proc/${this.process.pid}/status`, "utf8");
    const mib = (name) => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)[1]) / 1024;
    return { now: mib("VmRSS"), most: mib("VmHWM") };
  }
}

/** Lets a connection end in an error while this request has it; it may serve many. */
function endure(socket, asked) {
  const ignore = () => {};
  socket.on("error", ignore);
  asked.once("close", () => socket.off("error", ignore));
}

/** The fields of /proc/PID/stat behind the name, which may hold anything; nothing for a process that is gone. */
function stat(pid) {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    return text.slice(text.lastIndexOf(")") + 2).split(" ");
  } catch {
    return undefined;
  }
}

function ticks(pid) {
  const fields = stat(pid);
  if (!fields) return { own: 0, children: 0 };
  const [user, system, childUser, childSystem] = fields.slice(11, 15).map(Number);
  return { own: user + system, children: childUser + childSystem };
}

function childrenOf(parent) {
  const all = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return all.map(Number).filter((pid) => Number(stat(pid)?.[1]) === parent);
}
