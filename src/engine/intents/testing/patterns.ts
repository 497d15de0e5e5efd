import { expect } from "vitest";
import { parseIpv4 } from "../../base/address.ts";
import { single } from "../../base/range.ts";
import type { Device } from "../../device/device.ts";
import { readDevice } from "../../parsers/readDevice.ts";
import type { Addresses, End, FlowPattern, Service } from "../model.ts";

/** A device by the text of its rules, all of which is understood. */
export function parse(text: string): Device {
  const { device, refused } = readDevice({ files: new Map([["rules", text]]), roots: ["rules"] });
  expect(refused).toEqual([]);
  return device;
}

/** Hosts and networks apart by spaces, behind any of the interfaces; without one: behind any, or the device. */
export function end(hosts: string, ...interfaces: string[]): End {
  return {
    addresses: addresses(hosts),
    interfaces: interfaces.length === 0 ? null : interfaces,
  };
}

export const tcp = (port: number): Service => ({
  kind: "ports",
  protocol: 6,
  ports: [single(BigInt(port))],
});

export function forward(from: End, to: End, ...services: Service[]): FlowPattern {
  return { path: "forward", from, to, services };
}

export function addresses(hosts: string): Addresses {
  const ranges = hosts.split(" ").map((text) => {
    const [address = "", length = "32"] = text.split("/");
    const from = parseIpv4(address) ?? 0n;
    return { from, to: from + (1n << BigInt(32 - Number(length))) - 1n };
  });
  return new Map([["ip", ranges]]);
}
