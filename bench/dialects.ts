/*
 * The rules of the generators in the words of other tools.
 */

interface Words {
  readonly source: string | null;
  readonly destination: string | null;
  readonly protocol: string | null;
  readonly ports: string | null;
  readonly verdict: string;
}

/** What a rule of `generateRules` says. */
function wordsOf(rule: string): Words {
  const find = (pattern: RegExp) => pattern.exec(rule)?.[1] ?? null;
  return {
    source: find(/ip saddr (\S+)/),
    destination: find(/ip daddr (\S+)/),
    protocol: find(/(tcp|udp) dport/),
    ports: find(/dport (\S+)/),
    verdict: rule.slice(rule.lastIndexOf(" ") + 1),
  };
}

/** As `iptables-save` prints them. */
export function iptablesRuleset(rules: readonly string[]): string {
  const lines = rules.map((rule) => {
    const { source, destination, protocol, ports, verdict } = wordsOf(rule);
    const parts = [
      source === null ? "" : ` -s ${source}`,
      destination === null ? "" : ` -d ${destination}`,
      protocol === null || ports === null
        ? ""
        : ` -p ${protocol} -m ${protocol} --dport ${ports.replace("-", ":")}`,
    ];
    return `-A FORWARD${parts.join("")} -j ${verdict.toUpperCase()}\n`;
  });
  return `*filter\n:INPUT ACCEPT [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n${lines.join("")}COMMIT\n`;
}

/** A set of as many networks, as `ipset save` prints it. */
export function ipsetSave(count: number): string {
  const entries = Array.from(
    { length: count },
    (_, i) => `add s 10.${i >> 16}.${(i >> 8) & 255}.${i & 255}\n`,
  );
  return `create s hash:ip family inet hashsize 1024 maxelem 1048576\n${entries.join("")}`;
}

/** As `nft -j list ruleset` prints them, one item a line. */
export function nftJson(rules: readonly string[]): string {
  const place = { family: "inet", table: "filter" };
  const items = [
    { table: { family: "inet", name: "filter" } },
    {
      chain: {
        ...place,
        name: "forward",
        type: "filter",
        hook: "forward",
        prio: 0,
        policy: "drop",
      },
    },
    ...rules.map((rule) => ({ rule: { ...place, chain: "forward", expr: expressionsOf(rule) } })),
  ];
  return `{"nftables": [\n${items.map((item) => JSON.stringify(item)).join(",\n")}\n]}\n`;
}

function expressionsOf(rule: string): readonly object[] {
  const { source, destination, protocol, ports, verdict } = wordsOf(rule);
  const match = (of: string, field: string, right: unknown) => ({
    match: { op: "==", left: { payload: { protocol: of, field } }, right },
  });
  return [
    ...(source === null ? [] : [match("ip", "saddr", prefixOf(source))]),
    ...(destination === null ? [] : [match("ip", "daddr", prefixOf(destination))]),
    ...(protocol === null || ports === null ? [] : [match(protocol, "dport", portsOf(ports))]),
    { [verdict]: null },
  ];
}

function prefixOf(text: string): unknown {
  const [addr, length] = text.split("/");
  return length === "32" ? addr : { prefix: { addr, len: Number(length) } };
}

function portsOf(text: string): unknown {
  const [from, to] = text.split("-").map(Number);
  return to === undefined ? from : { range: [from, to] };
}
