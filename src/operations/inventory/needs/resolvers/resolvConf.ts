import { type ConfigText, DEFAULT_PORTS, type Need } from "../model.ts";
import { resolverNeed } from "./model.ts";

/** The `nameserver` lines of a file like resolv.conf (resolv.conf(5)). */
export function nameservers({ text, path }: ConfigText): readonly Need[] {
  return text.split("\n").flatMap((line, index) => {
    const [, host] = /^\s*nameserver\s+([0-9a-fA-F:.]+)/.exec(line) ?? [];
    return host === undefined
      ? []
      : [resolverNeed({ host, port: DEFAULT_PORTS.dns }, path, index + 1)];
  });
}
