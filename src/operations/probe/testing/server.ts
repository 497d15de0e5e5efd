import { once } from "node:events";
import { createServer, type Socket } from "node:net";

/** Something that listens on loopback. */
export interface TestServer {
  readonly port: number;
  /** What clients have said, by line. */
  readonly heard: readonly string[];
  close(): Promise<void>;
}

export async function listen(
  serve: (socket: Socket, heard: string[]) => void,
): Promise<TestServer> {
  const heard: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    serve(socket, heard);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    port: address.port,
    heard,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

/** A server that greets, and answers lines by their first word; `null` is silence, "" the end. */
export function answers(
  greeting: string | null,
  replies: Readonly<Record<string, string | null>>,
): (socket: Socket, heard: string[]) => void {
  return (socket, heard) => {
    if (greeting !== null) socket.write(greeting);
    let rest = "";
    socket.on("data", (chunk) => {
      rest += chunk.toString();
      const lines = rest.split("\r\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        heard.push(line);
        const word = line.split(/[ :]/)[0]?.toUpperCase() ?? "";
        const reply = replies[word];
        if (reply === "") socket.end();
        else if (reply != null) socket.write(`${reply}\r\n`);
      }
    });
  };
}

/** A port that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = await listen(() => undefined);
  await server.close();
  return server.port;
}
