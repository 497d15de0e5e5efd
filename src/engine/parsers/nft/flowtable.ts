import type { Flowtable } from "../../device/device.ts";
import type { Token } from "./lexer.ts";
import { type Reader, spanOf } from "./reader.ts";

/** `{ hook ingress priority 0; devices = { eth0, eth1 }; }`. */
export function parseFlowtable(reader: Reader, name: Token): Flowtable {
  const devices: string[] = [];
  const flowtable = { name: name.text, devices, span: spanOf(name) };
  if (!reader.accept("{")) return flowtable;
  for (;;) {
    reader.skipSeparators();
    if (reader.accept("}")) return flowtable;
    if (reader.peek().kind === "end") throw reader.problem("the flowtable has no end", "write `}`");
    if (reader.is("devices")) devices.push(...parseDevices(reader));
    else reader.next();
  }
}

/** `device eth0`, `devices = { eth0, eth1 }`; nothing where neither stands there. */
export function parseDevices(reader: Reader): readonly string[] {
  const devices: string[] = [];
  if (reader.accept("device")) devices.push(reader.word("a device").text);
  if (!reader.accept("devices")) return devices;
  reader.expect("=");
  reader.skipNewlines();
  if (!reader.accept("{")) return [...devices, reader.word("a device").text];
  reader.skipNewlines();
  while (!reader.accept("}")) {
    devices.push(reader.word("a device").text);
    reader.accept(",");
    reader.skipNewlines();
  }
  return devices;
}
