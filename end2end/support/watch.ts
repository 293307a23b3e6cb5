/**
 * Nothing may go wrong beside the story: no console error or warning, no exception, no violation of the content security policy, no failed
 * request, and no word to another host. Whatever a test expects of these it has to name beforehand.
 */
import type { BrowserContext, ConsoleMessage, Request } from "@playwright/test";

/** Turns violations of the policy into console errors, with what a developer needs to find them. */
const REPORT_VIOLATIONS = `document.addEventListener("securitypolicyviolation", (violation) =>
  console.error("CSP violation: " + violation.effectiveDirective + " blocks " + (violation.blockedURI || "inline") + " on " + location.pathname
    + " (" + violation.sourceFile + ":" + violation.lineNumber + ") " + violation.sample));`;

/** Said by the browser itself about things that are no fault of a page. */
const HARMLESS = [
  // Software rendering.
  /GPU stall due to ReadPixels/,
  /Automatic fallback to software WebGL/,
];

export class Watch {
  private readonly problems: string[] = [];
  private readonly allowed: RegExp[] = [];

  constructor(private readonly origin: string) {}

  async over(context: BrowserContext): Promise<void> {
    await context.addInitScript(REPORT_VIOLATIONS);
    context.on("console", (message) => this.heard(message));
    context.on("weberror", (event) => this.note(`exception: ${event.error().stack ?? event.error().message}`));
    context.on("request", (request) => this.sent(request));
    context.on("requestfailed", (request) => this.failed(request));
    context.on("response", (response) => {
      if (response.status() >= 500) this.note(`answer ${response.status()} to ${response.request().method()} ${response.url()}`);
    });
  }

  /** Lets a problem pass whose text matches. */
  allow(pattern: RegExp): void {
    this.allowed.push(pattern);
  }

  /** Lets pass what the browser says about an answer with this status. */
  allowStatus(status: number): void {
    this.allow(new RegExp(`status of ${status}\\b`));
  }

  found(): string[] {
    return this.problems.filter((problem) => !this.allowed.some((pattern) => pattern.test(problem)));
  }

  private note(problem: string): void {
    this.problems.push(problem);
  }

  private heard(message: ConsoleMessage): void {
    if (message.type() !== "error" && message.type() !== "warning") return;
    const text = message.text();
    if (HARMLESS.some((pattern) => pattern.test(text))) return;
    const { url, lineNumber } = message.location();
    this.note(`console ${message.type()}: ${text} (${url}:${lineNumber})`);
  }

  private sent(request: Request): void {
    const url = request.url();
    const inside = url.startsWith(`${this.origin}/`) || /^(data|blob|about):/.test(url);
    if (!inside) this.note(`request to another host: ${url}`);
  }

  private failed(request: Request): void {
    const reason = request.failure()?.errorText ?? "unknown";
    // A page that is left takes its unfinished requests with it.
    if (reason === "net::ERR_ABORTED") return;
    this.note(`request failed (${reason}): ${request.method()} ${request.url()}`);
  }
}
