import { type ConfigText, DEFAULT_PORTS, type Need } from "./model.ts";

/** `nameserver` lines of resolv.conf. */
export function readResolvers(file: ConfigText | null): readonly Need[] {
  if (file === null) return [];
  return file.text.split("\n").flatMap((line, index): readonly Need[] => {
    const [, host] = /^\s*nameserver\s+([0-9a-fA-F:.]+)/.exec(line) ?? [];
    if (host === undefined) return [];
    return [
      {
        program: "system",
        kind: "resolver",
        name: "",
        host,
        port: DEFAULT_PORTS.dns,
        protocols: ["udp", "tcp"],
        file: file.path,
        line: index + 1,
      },
    ];
  });
}
