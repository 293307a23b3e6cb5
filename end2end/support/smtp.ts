/** A mail server of a few lines on loopback, which does as it is told. */
import { type AddressInfo, type Server, type Socket, createServer } from "node:net";

export class Smtp {
  /** Answers each recipient with this line; unset: takes every mail. */
  refusal: string | undefined;
  readonly mails: string[] = [];
  private readonly server: Server;

  private constructor() {
    this.server = createServer((socket) => this.converse(socket));
  }

  static async start(): Promise<Smtp> {
    const smtp = new Smtp();
    await new Promise<void>((listening) => smtp.server.listen(0, "127.0.0.1", listening));
    return smtp;
  }

  get url(): string {
    return `smtp://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.server.close();
  }

  private converse(socket: Socket): void {
    let mail: string[] | undefined;
    let rest = "";
    const answer = (line: string) => socket.write(`${line}\r\n`);
    socket.on("error", () => {});
    socket.on("data", (data) => {
      const lines = (rest + data.toString()).split("\r\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        if (mail) {
          if (line !== ".") {
            mail.push(line);
            continue;
          }
          this.mails.push(mail.join("\n"));
          mail = undefined;
          answer("250 taken");
        } else if (/^EHLO/i.test(line)) answer("250-stub\r\n250 8BITMIME");
        else if (/^RCPT/i.test(line)) answer(this.refusal ?? "250 ok");
        else if (/^DATA/i.test(line)) {
          mail = [];
          answer("354 go on");
        } else answer(/^QUIT/i.test(line) ? "221 bye" : "250 ok");
      }
    });
    answer("220 stub");
  }
}
