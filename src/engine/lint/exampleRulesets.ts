/** An input chain that keeps strangers out and lets through what a host lives on, with these rules behind it. */
export function inputExample(...rules: readonly string[]): string {
  return inputWith("drop", [...LIFELINES, ...rules]);
}

/** The rules that such a chain begins with. */
export const LIFELINES: readonly string[] = [
  'iifname "lo" accept',
  "ct state established,related accept",
  "icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert, nd-router-advert } accept",
];

/** An input chain of these rules alone. */
export function inputWith(policy: "accept" | "drop", rules: readonly string[]): string {
  return table(chain("in", `type filter hook input priority 0; policy ${policy};`, rules));
}

export function table(...chains: readonly string[]): string {
  return `table inet filter {\n${chains.join("\n")}}\n`;
}

/** `hook` is empty for a chain that is reached by jumps. */
export function chain(name: string, hook: string, rules: readonly string[]): string {
  const lines = hook === "" ? rules : [hook, ...rules];
  return `\tchain ${name} {\n${lines.map((line) => `\t\t${line}\n`).join("")}\t}\n`;
}
