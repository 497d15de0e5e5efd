import type { TableFamily } from "../device/device.ts";
import type { NatStatement } from "../device/statement.ts";
import { expressionText } from "./expression.ts";
import type { Page } from "./options.ts";
import { bothEnds, type Form, rangeText } from "./value.ts";

const PORT: Form = { type: "inet_service", width: 16 };
const ADDRESS = {
  ip: { type: "ipv4_addr", width: 32 },
  ip6: { type: "ipv6_addr", width: 128 },
} as const satisfies Record<string, Form>;

/** `dnat to 10.10.2.5:25`; in tables of one family that family is not repeated. */
export function natText(nat: NatStatement, family: TableFamily, page: Page): string {
  if (nat.portBase !== undefined) return page.cannot("ports that are moved by a base");
  const target = targetText(nat, page);
  const hasPort = nat.address?.kind === "expression" && nat.address.withPort;
  const isMapped = mapsNetworks(nat);
  const isStated =
    nat.family !== null && (hasPort || isMapped || (family !== "ip" && family !== "ip6"));
  const words = [
    nat.type === "netmap" ? netmapType(page) : nat.type,
    isStated && nat.address !== null ? nat.family : "",
    isMapped || nat.type === "netmap" ? "prefix" : "",
    target === "" ? "" : `to ${target}`,
    nat.random ? (/fully-random/.test(page.written) ? "fully-random" : "random") : "",
    nat.persistent ? "persistent" : "",
  ];
  const text = words.filter((word) => word !== "" && word !== null).join(" ");
  return nat.random && nat.persistent
    ? text.replace("random persistent", "random,persistent")
    : text;
}

/** A map that leads from networks to networks. */
function mapsNetworks({ address }: NatStatement): boolean {
  if (address?.kind !== "expression" || address.expression.kind !== "lookup") return false;
  const { map } = address.expression;
  return (
    map.kind === "anonymous" &&
    map.elements.some(
      ({ data }) => data?.kind === "value" && data.parts.some(({ from, to }) => from !== to),
    )
  );
}

/** The model keeps that networks are mapped, not in which direction: the rule's own words tell. */
function netmapType({ written }: Page): string {
  return /\bsnat\b/.test(written) ? "snat" : "dnat";
}

function targetText({ address, port, family }: NatStatement, page: Page): string {
  const form = ADDRESS[family ?? "ip"];
  const ports =
    port === null
      ? ""
      : port.kind === "range"
        ? rangeText(port.range, PORT)
        : expressionText(port.expression, page, [PORT]);
  if (address === null) return port?.kind === "expression" ? ports : ports && `:${ports}`;
  if (address.kind === "expression") {
    const forms = address.withPort ? [form, PORT] : [form];
    const text = expressionText(address.expression, page, forms);
    return ports === "" ? text : `${text}:${ports}`;
  }
  const { range } = address;
  const isApart = range.from !== range.to && page.written.includes(bothEnds(range, form));
  const text = isApart ? bothEnds(range, form) : rangeText(range, form);
  if (ports === "") return text;
  return family === "ip6" ? `${bracketed(text)}:${ports}` : `${text}:${ports}`;
}

function bracketed(text: string): string {
  return text
    .split("-")
    .map((end) => `[${end}]`)
    .join("-");
}
