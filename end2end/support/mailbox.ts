/** What was "sent": the development mailbox, read as a person reads it, in a tab of its own. */
import { expect, type BrowserContext, type Page } from "@playwright/test";
import { shopUrl } from "./server.ts";

export interface Letter {
  to: string;
  subject: string;
  text: string;
}

export class Mailbox {
  private page: Page | undefined;

  constructor(
    private readonly context: BrowserContext,
    private readonly shop = shopUrl(),
  ) {}

  /** All letters to this address at this moment, the newest first. */
  async to(recipient: string): Promise<Letter[]> {
    return (await this.letters()).filter((letter) => letter.to.toLowerCase() === recipient.toLowerCase());
  }

  /** Waits until at least one such letter is there; answers all of them, so that a test can say how many there may be. */
  async arrived(recipient: string, subject: RegExp | string, timeout = 20_000): Promise<Letter[]> {
    let found: Letter[] = [];
    const matches = (letter: Letter) => (typeof subject === "string" ? letter.subject === subject : subject.test(letter.subject));
    await expect
      .poll(async () => (found = (await this.to(recipient)).filter(matches)).length, {
        message: `a letter ${subject} to ${recipient}`,
        timeout,
      })
      .toBeGreaterThan(0);
    return found;
  }

  private async letters(): Promise<Letter[]> {
    this.page ??= await this.context.newPage();
    await this.page.goto(`${this.shop}/dev/mail`);
    return this.page.locator("details.mail").evaluateAll((entries) =>
      entries.map((entry) => {
        const words = (selector: string) => entry.querySelector(selector)?.textContent?.trim() ?? "";
        return { to: words("summary > span"), subject: words("summary > strong"), text: words("pre") };
      }),
    );
  }
}
