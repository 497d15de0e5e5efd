import { DEFAULT_PORTS, type HostPort, type Need } from "../model.ts";

/** Whom a resolver of the host itself asks for all names, by its configuration. */
export type Forwarding =
  /** There is no configuration of it. */
  | { readonly kind: "absent" }
  | { readonly kind: "asks"; readonly needs: readonly Need[] }
  /** The servers of the world, beginning at the root. */
  | { readonly kind: "recurses" }
  /** What is read does not say it, or was not understood. */
  | { readonly kind: "unknown"; readonly file: string };

export function resolverNeed(
  at: HostPort,
  file: string,
  line: number,
  protocols: Need["protocols"] = ["udp", "tcp"],
): Need {
  return { program: "system", kind: "resolver", name: "", ...at, protocols, file, line };
}

/** `192.0.2.1`, `192.0.2.1@853`, `192.0.2.1#5353`, by the character before the port; null: it is none. */
export function addressAndPort(text: string, mark: "@" | "#"): HostPort | null {
  const [host = "", port] = text.split(mark);
  const number = port === undefined ? DEFAULT_PORTS.dns : Number(port);
  return /^(?:[\d.]+|[0-9a-f:.]*:[0-9a-f:.]*)$/i.test(host) && number >= 1 && number <= 65_535
    ? { host, port: number }
    : null;
}
