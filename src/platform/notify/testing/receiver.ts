import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { onTestFinished } from "vitest";

/** A request that came in. */
export interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Receiver {
  readonly url: string;
  readonly port: number;
  readonly received: readonly Received[];
  /** Resolves when so many have come since it was opened. */
  came(count: number): Promise<readonly Received[]>;
  close(): Promise<void>;
}

export type Answer = (request: Received, response: ServerResponse) => void;

export const takes: Answer = (_, response) => response.writeHead(200).end();

/** A server on loopback that keeps what it is sent; `port` 0 is any that is free. */
export async function openReceiver(answer: Answer = takes, port = 0): Promise<Receiver> {
  const received: Received[] = [];
  let waiting: readonly { readonly count: number; readonly resolve: () => void }[] = [];
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const one = { path: request.url ?? "", headers: request.headers, body };
      received.push(one);
      answer(one, response);
      for (const { count, resolve } of waiting) if (received.length >= count) resolve();
      waiting = waiting.filter(({ count }) => received.length < count);
    });
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  const close = async () => {
    if (!server.listening) return;
    const closed = once(server, "close");
    server.close();
    server.closeAllConnections();
    await closed;
  };
  onTestFinished(close);
  return {
    url: `http://127.0.0.1:${address.port}`,
    port: address.port,
    received,
    came: async (count) => {
      if (received.length < count)
        await new Promise<void>((resolve) => {
          waiting = [...waiting, { count, resolve }];
        });
      return received;
    },
    close,
  };
}
