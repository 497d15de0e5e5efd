import type { Server } from "node:http";
import { type ServerType, serve } from "@hono/node-server";
import { codeOf } from "../platform/db/fault.ts";

/** Why nobody can connect, and what to do about it. */
export interface ListenFault {
  readonly kind: "fault";
  readonly message: string;
  readonly help: string;
}

export interface Listening {
  readonly kind: "listening";
  readonly url: string;
  close(): Promise<void>;
}

/** Milliseconds that calls under way get when the server ends. */
const CLOSE_MS = 2_000;
/** Milliseconds for a caller to send all of what it wants to say. */
const REQUEST_MS = 30_000;

/**
 * Milliseconds that a connection stays open for the next call: longer than proxies keep theirs (a minute
 * usually), so that none of them sends a call into one that is just being closed.
 */
const IDLE_MS = 75_000;

/** Port 0: any that is free. */
export function listen(
  app: Pick<Parameters<typeof serve>[0], "fetch">,
  host: string,
  port: number,
): Promise<Listening | ListenFault> {
  return new Promise((resolve) => {
    const options = {
      requestTimeout: REQUEST_MS,
      headersTimeout: REQUEST_MS,
      keepAliveTimeout: IDLE_MS,
    };
    const server: ServerType = serve(
      { fetch: app.fetch, hostname: host, port, serverOptions: options },
      (address) => {
        const name = address.family === "IPv6" ? `[${address.address}]` : address.address;
        resolve({
          kind: "listening",
          url: `http://${name}:${address.port}`,
          close: () => close(server),
        });
      },
    );
    server.on("error", (error) => resolve(faultOf(error, host, port)));
  });
}

/** Streams of news never end by themselves. */
function close(server: ServerType): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    const timer = setTimeout(() => {
      if (isHttp(server)) server.closeAllConnections();
    }, CLOSE_MS);
    timer.unref();
    if (isHttp(server)) server.closeIdleConnections();
  });
}

function isHttp(server: ServerType): server is Server {
  return "closeAllConnections" in server;
}

function faultOf(error: unknown, host: string, port: number): ListenFault {
  const code = codeOf(error);
  if (code === "EADDRINUSE")
    return {
      kind: "fault",
      message: `port ${port} of ${host} is taken`,
      help: "another premortem may be running there; name another one with `--port`",
    };
  if (code === "EACCES")
    return {
      kind: "fault",
      message: `this user may not listen on port ${port}`,
      help: "take one above 1023 with `--port`",
    };
  if (code === "EADDRNOTAVAIL" || code === "ENOTFOUND")
    return {
      kind: "fault",
      message: `this machine has no address \`${host}\``,
      help: "name one that it has with `--host`",
    };
  const said = error instanceof Error ? error.message : String(error);
  return { kind: "fault", message: `it cannot listen on ${host}:${port}: ${said}`, help: "" };
}
