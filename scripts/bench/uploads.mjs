// Many vendors who send large pictures at the same moment: what that does to the server's memory.
import { randomBytes } from "node:crypto";
import { crc32, deflateSync } from "node:zlib";

const TOGETHER = 50;
/** Just below the 8 MB that a picture may have: noise cannot be pressed together. */
const SIDE = 1630;
const LIMIT_MIB = 512;

function chunk(name, data) {
  const body = Buffer.concat([Buffer.from(name, "latin1"), data]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(data.length, 0);
  frame.writeUInt32BE(crc32(body) >>> 0, 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
}

/** A PNG of coloured noise. */
function noise(side) {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(side, 0);
  header.writeUInt32BE(side, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const row = () => Buffer.concat([Buffer.from([0]), randomBytes(side * 3)]);
  const rows = Buffer.concat(Array.from({ length: side }, row));
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([signature, chunk("IHDR", header), chunk("IDAT", deflateSync(rows, { level: 1 })), chunk("IEND", Buffer.alloc(0))]);
}

/** Products of the vendor that is signed in, as links of their list name them. */
async function products(shop, cookie) {
  const list = await shop.ask("/vendor/products", { headers: { cookie }, text: true });
  return [...new Set([...list.text.matchAll(/\/vendor\/products\/([0-9a-f-]{36})/g)].map((match) => match[1]))];
}

/** Prints what 50 uploads at once cost. */
export async function uploads(shop, email, password) {
  const cookie = await shop.signIn(email, password);
  const ids = await products(shop, cookie);
  const picture = noise(SIDE);
  const boundary = `bench${randomBytes(8).toString("hex")}`;
  const head = `--${boundary}\r\nContent-Disposition: form-data; name="picture"; filename="noise.png"\r\nContent-Type: image/png\r\n\r\n`;
  const body = Buffer.concat([Buffer.from(head), picture, Buffer.from(`\r\n--${boundary}--\r\n`)]);
  const headers = { ...shop.fromOwnPage(), cookie, accept: "application/json", "content-type": `multipart/form-data; boundary=${boundary}` };
  const before = shop.memory().now;
  const started = performance.now();
  const send = (n) =>
    shop.ask(`/vendor/products/${ids[n % ids.length]}/pictures`, { method: "POST", headers, body }).then(
      ({ status }) => status,
      (error) => error.code ?? error.message,
    );
  const answers = await Promise.all(Array.from({ length: TOGETHER }, (_, n) => send(n)));
  const counts = {};
  for (const answer of answers) counts[answer] = (counts[answer] ?? 0) + 1;
  const most = shop.memory().most;
  const verdict = counts[201] ? (most < LIMIT_MIB ? `below ${LIMIT_MIB}` : `NOT below ${LIMIT_MIB}`) : "nothing was taken, so this says nothing";
  console.log(`${TOGETHER} uploads of ${(picture.length / 2 ** 20).toFixed(1)} MiB at once: ${((performance.now() - started) / 1000).toFixed(1)} s, answers ${JSON.stringify(counts)}`);
  console.log(`memory of the server: ${before.toFixed(0)} MiB before, ${most.toFixed(0)} MiB at most (${verdict})`);
}
