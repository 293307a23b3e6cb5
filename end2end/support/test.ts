/** `test` and `expect` of all journeys. */
import { test as base, expect } from "@playwright/test";
import { Mailbox } from "./mailbox.ts";
import { type Person, newPerson } from "./person.ts";
import { shopUrl } from "./server.ts";
import { Shop } from "./shop.ts";
import { Watch } from "./watch.ts";

interface Fixtures {
  /** Fails the test over whatever goes wrong beside the story; see watch.ts. */
  watch: Watch;
  shop: Shop;
  mailbox: Mailbox;
  person: Person;
}

export const test = base.extend<Fixtures>({
  baseURL: async ({}, use) => use(shopUrl()),
  watch: [
    async ({ context }, use) => {
      const watch = new Watch(shopUrl());
      await watch.over(context);
      await use(watch);
      expect(watch.found(), "what went wrong beside the story").toEqual([]);
    },
    { auto: true },
  ],
  shop: async ({ page, javaScriptEnabled }, use) => use(new Shop(page, javaScriptEnabled)),
  mailbox: async ({ context }, use) => use(new Mailbox(context)),
  person: async ({}, use) => use(newPerson()),
});

export { expect };
