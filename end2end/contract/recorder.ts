/** An HTTP client for Stripe's library that remembers every answer as it came over the wire. */
import Stripe from "stripe";

/** An answer, parsed and nothing else. */
export interface Answer {
  method: string;
  path: string;
  status: number;
  headers: Record<string, string>;
  body: unknown;
}

type Sent = Parameters<ReturnType<typeof Stripe.createNodeHttpClient>["makeRequest"]>;

export class Recorder extends Stripe.HttpClient {
  readonly answers: Answer[] = [];
  private readonly inner = Stripe.createNodeHttpClient();

  /** `prefix`: goes in front of every path. */
  constructor(private readonly prefix: string) {
    super();
  }

  override getClientName(): string {
    return "recorder";
  }

  override async makeRequest(...[host, port, path, method, ...rest]: Sent): ReturnType<typeof this.inner.makeRequest> {
    const response = await this.inner.makeRequest(host, port, this.prefix + path, method, ...rest);
    const read = response.toJSON.bind(response);
    response.toJSON = async () => {
      const body: unknown = await read();
      // A copy: the library adds to what it gives its caller.
      this.answers.push({ method, path, status: response.getStatusCode(), headers: flat(response.getHeaders()), body: structuredClone(body) });
      return body;
    };
    return response;
  }

  get last(): Answer {
    const last = this.answers.at(-1);
    if (!last) throw new Error("nothing has been answered yet");
    return last;
  }
}

function flat(headers: Record<string, string | string[]>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
}
