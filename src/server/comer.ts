import { isIP } from "node:net";
import { getConnInfo } from "@hono/node-server/conninfo";
import type { Context } from "hono";

/** Where a call comes from, and how it came. */
export interface Comer {
  readonly address: string;
  /** `Host`, as the caller knows us. */
  readonly host: string;
  /** Whether the way to the caller's browser is encrypted. */
  readonly isSecure: boolean;
}

const LOOPBACK = /^(?:::1|(?:::ffff:)?127\.\d+\.\d+\.\d+)$/i;

/**
 * What a proxy on this machine says of its caller is believed: TLS ends there. Only the last address that it
 * names is its own word; those before came with the call.
 */
export function comerOf(context: Context): Comer {
  const { req } = context;
  const peer = peerOf(context);
  const isProxied = LOOPBACK.test(peer);
  const said = (name: string) => (isProxied ? lastOf(req.header(name)) : null);
  const forwarded = said("x-forwarded-for");
  return {
    address: forwarded !== null && isIP(forwarded) !== 0 ? forwarded : peer,
    host: said("x-forwarded-host") ?? req.header("host") ?? "",
    isSecure: said("x-forwarded-proto") === "https",
  };
}

function peerOf(context: Context): string {
  try {
    return getConnInfo(context).remote.address ?? "";
  } catch {
    /* Called without a connection, as tests of the app alone do. */
    return "";
  }
}

function lastOf(header: string | undefined): string | null {
  const last = header?.split(",").at(-1)?.trim() ?? "";
  return last === "" ? null : last;
}
