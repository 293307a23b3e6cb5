/** Requests that no page of ours would send: exactly these headers, and the cookies of a browser if they are to ride along. */
import { request } from "node:http";
import type { BrowserContext } from "@playwright/test";
import { shopUrl } from "./server.ts";

export interface Answer {
  status: number;
  location: string | undefined;
  body: string;
}

export async function post(
  path: string,
  body: Record<string, string> | string,
  { cookiesOf, headers = {} }: { cookiesOf?: BrowserContext; headers?: Record<string, string> } = {},
): Promise<Answer> {
  const form = typeof body !== "string";
  const payload = form ? new URLSearchParams(body).toString() : body;
  const all: Record<string, string> = {
    "content-type": form ? "application/x-www-form-urlencoded" : "application/json",
    "content-length": String(Buffer.byteLength(payload)),
    accept: "application/json",
    ...headers,
  };
  if (cookiesOf) all.cookie = (await cookiesOf.cookies()).map(({ name, value }) => `${name}=${value}`).join("; ");
  return new Promise((done, failed) => {
    const call = request(shopUrl() + path, { method: "POST", headers: all }, (response) => {
      const pieces: Buffer[] = [];
      response.on("data", (piece: Buffer) => pieces.push(piece));
      response.on("error", failed);
      response.on("end", () =>
        done({ status: response.statusCode ?? 0, location: response.headers.location, body: Buffer.concat(pieces).toString("utf8") }),
      );
    });
    call.on("error", failed);
    call.end(payload);
  });
}

/** As a page of the shop sends it in the background: same origin, with the browser's cookies. */
export function postAsOwnPage(path: string, body: Record<string, string>, cookiesOf: BrowserContext): Promise<Answer> {
  return post(path, body, { cookiesOf, headers: { origin: shopUrl(), "sec-fetch-site": "same-origin" } });
}
