import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Duplex } from "node:stream";

/** A connection from a device, as a socket of this machine: libraries want one. */
export interface Bridge {
  readonly socket: Socket;
  /** Why the connection broke; null: it did not, or the other side ended it. */
  fault(): Error | null;
  /** Whether anything has come from the other side. */
  hasHeard(): boolean;
  close(): void;
}

const SOCKET_NAME = "bridge";

/**
 * Goes through a Unix socket in a folder that only this user can open, and that is gone before the first
 * byte: what passes may be a password.
 */
export async function openBridge(connection: Duplex): Promise<Bridge> {
  let fault: Error | null = null;
  let hasHeard = false;
  connection.on("error", (error) => {
    fault ??= error;
  });
  const { outer, inner } = await socketPair();
  connection.once("data", () => {
    hasHeard = true;
  });
  connection.on("close", () => inner.end());
  inner.on("close", () => connection.destroy());
  for (const end of [outer, inner]) end.on("error", () => undefined);
  connection.pipe(inner);
  inner.pipe(connection);
  if (connection.destroyed) inner.end();
  return {
    socket: outer,
    fault: () => fault,
    hasHeard: () => hasHeard,
    close: () => {
      outer.destroy();
      inner.destroy();
      connection.destroy();
    },
  };
}

async function socketPair(): Promise<{ readonly outer: Socket; readonly inner: Socket }> {
  const folder = await mkdtemp(join(tmpdir(), "premortem-bridge-"));
  const path = join(folder, SOCKET_NAME);
  const server = createServer({ allowHalfOpen: true });
  try {
    server.listen(path);
    await once(server, "listening");
    const accepted = once(server, "connection");
    const outer = connect({ path, allowHalfOpen: true });
    const [[inner]] = await Promise.all([accepted, once(outer, "connect")]);
    return { outer, inner };
  } finally {
    server.close();
    await rm(folder, { recursive: true, force: true });
  }
}
