/** What a part of an element is. */
export type Dimension = "ip" | "net" | "port" | "mac" | "iface" | "mark";

export interface SetType {
  readonly name: string;
  readonly storage: "hash" | "bitmap" | "list";
  readonly dimensions: readonly Dimension[];
}

const NAMES = [
  "hash:ip",
  "hash:mac",
  "hash:ip,mac",
  "hash:net",
  "hash:net,net",
  "hash:ip,port",
  "hash:net,port",
  "hash:ip,port,ip",
  "hash:ip,port,net",
  "hash:ip,mark",
  "hash:net,port,net",
  "hash:net,iface",
  "bitmap:ip",
  "bitmap:ip,mac",
  "bitmap:port",
  "list:set",
];

/** Names of ipset 4. */
const OLD_NAMES: ReadonlyMap<string, string> = new Map([
  ["iphash", "hash:ip"],
  ["nethash", "hash:net"],
  ["ipporthash", "hash:ip,port"],
  ["netporthash", "hash:net,port"],
  ["ipportiphash", "hash:ip,port,ip"],
  ["ipportnethash", "hash:ip,port,net"],
  ["netifacehash", "hash:net,iface"],
  ["ipmap", "bitmap:ip"],
  ["macipmap", "bitmap:ip,mac"],
  ["portmap", "bitmap:port"],
  ["setlist", "list:set"],
]);

const DIMENSIONS = new Set<string>(["ip", "net", "port", "mac", "iface", "mark"]);

const TYPES: ReadonlyMap<string, SetType> = new Map(
  NAMES.map((name): [string, SetType] => {
    const [storage = "", parts = ""] = name.split(":");
    const dimensions = parts.split(",").filter((part): part is Dimension => DIMENSIONS.has(part));
    return [name, { name, storage: storage as SetType["storage"], dimensions }];
  }),
);

export function findType(name: string): SetType | null {
  return TYPES.get(OLD_NAMES.get(name) ?? name) ?? null;
}

/** Hash types keep protocol and port, `bitmap:port` the port alone. */
export function hasProtocol(type: SetType): boolean {
  return type.storage === "hash" && type.dimensions.includes("port");
}

export type SetFamily = "ip" | "ip6";

export interface KeyPart {
  readonly type: string;
  readonly width: number;
}

/** How each part of a key is written and how wide it is. */
export function keyParts(type: SetType, family: SetFamily): readonly KeyPart[] {
  return type.dimensions.flatMap((dimension) => partsOf(dimension, type, family));
}

const PORT: KeyPart = { type: "inet_service", width: 16 };

function partsOf(dimension: Dimension, type: SetType, family: SetFamily): readonly KeyPart[] {
  switch (dimension) {
    case "ip":
    case "net":
      return family === "ip"
        ? [{ type: "ipv4_addr", width: 32 }]
        : [{ type: "ipv6_addr", width: 128 }];
    case "port":
      return hasProtocol(type) ? [{ type: "inet_proto", width: 8 }, PORT] : [PORT];
    case "mac":
      return [{ type: "ether_addr", width: 48 }];
    case "iface":
      return [{ type: "ifname", width: 128 }];
    case "mark":
      return [{ type: "mark", width: 32 }];
  }
}
