import type { RandomSource } from "../../src/engine/bdd/index.ts";

/* Edits of rulesets at random, in the text of both dialects: what people change between two versions. */

/** Null: the text has nothing to edit this way. */
export type Edit = (text: string, random: RandomSource) => string | null;

/** Edits that may change what happens to packets. */
export const EDITS: Readonly<Record<string, Edit>> = {
  delete: onRule((lines, i) => lines.splice(i, 1)),
  twice: onRule((lines, i) => lines.splice(i, 0, lines[i] ?? "")),
  swap: onRule((lines, i) => lines.splice(i, 2, lines[i + 1] ?? "", lines[i] ?? "")),
  move: (text, random) => {
    const lines = text.split("\n");
    const from = oneOf(rulesIn(lines), random);
    const to = oneOf(rulesIn(lines), random);
    if (from === undefined || to === undefined || from === to) return null;
    const [line = ""] = lines.splice(from, 1);
    lines.splice(to, 0, chained(line, lines[to] ?? ""));
    return lines.join("\n");
  },
  insert: onRule((lines, i, random) => {
    const isIptables = /^-A/.test(lines[i] ?? "");
    const rules = isIptables ? IPTABLES_RULES : NFT_RULES;
    const rule = oneOf(rules, random) ?? "";
    lines.splice(i, 0, isIptables ? chained(rule, lines[i] ?? "") : `\t\t${rule}`);
  }),
  port: onWord(/(?<=port[s]? (?:!= )?(?:\{ ?)?)\d+/, (word, random) => near(word, 65_535, random)),
  address: onWord(/\b\d+(?=\.\d+\.\d+\.\d+\b)|(?<=\d+\.\d+\.\d+\.)\d+\b/, (word, random) =>
    near(word, 255, random),
  ),
  mask: onWord(/(?<=\d\/)\d+\b/, (word, random) => near(word, 32, random)),
  interface: onWord(/(?<=ifname (?:!= )?")[^"]+(?=")|(?<=-[io] )\S+/, (word, random) =>
    oneOf(["eth0", "eth1", "wan0", "lo", `${word}x`], random),
  ),
  verdict: onWord(/\b(accept|drop|reject|return|ACCEPT|DROP|RETURN|REJECT)\b/, (word, random) => {
    const isUpper = word === word.toUpperCase();
    const verdict = oneOf(["accept", "drop", "return"], random) ?? "drop";
    return isUpper ? verdict.toUpperCase() : verdict;
  }),
  policy: onWord(/(?<=policy )\w+|(?<=^:[A-Z]+ )(ACCEPT|DROP)/m, (word) =>
    /^accept$/i.test(word)
      ? word === "accept"
        ? "drop"
        : "DROP"
      : word === "drop"
        ? "accept"
        : "ACCEPT",
  ),
  priority: onWord(/(?<=priority )-?\d+/, (_, random) =>
    oneOf(["-310", "-160", "-10", "0", "5", "110"], random),
  ),
  state: onWord(/\b(new|established|related|invalid|untracked)\b/i, (word, random) => {
    const state = oneOf(["new", "established", "related", "invalid", "untracked"], random) ?? "new";
    return word === word.toUpperCase() ? state.toUpperCase() : state;
  }),
  mark: onWord(/(?<=mark (?:set )?(?:!= )?)(0x[0-9a-f]+|\d+)/, (_, random) =>
    oneOf(["0", "1", "2", "3", "0x10"], random),
  ),
  rate: onWord(/(?<=rate |--limit )\d+/, (word) => `${Number(word) + 1}`),
  translation: onWord(/(?<=(?:to|--to-destination|--to-source) )\d+\.\d+\.\d+\.\d+/, (_, random) =>
    oneOf(["10.0.0.5", "10.0.0.9", "192.0.2.7"], random),
  ),
  negate: onWord(
    /(?<=\b(?:saddr|daddr|dport|sport|iifname|oifname|mark|l4proto) )(?!!=|set|\.|and|vmap|map|&|\|)|(?<=^-A \S+.* )(?=-[sdio] )/m,
    (_, __, before) => (/^-A/.test(before) ? "! " : "!= "),
  ),
  positive: onWord(/!= |(?<=^-A.* )! (?=-)/m, () => ""),
  element: onWord(/(?<=\{ ?)[^{},]+, ?/, () => ""),
  target: onWord(/(?<=(?:jump|goto|-j|-g) )(one|two)\b/, (word) =>
    word === "one" ? "two" : "one",
  ),
  limit: onRule((lines, i) => {
    const line = lines[i] ?? "";
    lines[i] = /^-A/.test(line)
      ? line.replace(/ (?=-j )/, " -m limit --limit 5/min ")
      : line.replace(/(?=\b(accept|drop)\b)/, "limit rate 5/minute ");
  }),
};

/** Edits after which every packet fares as before. */
export const REWORDINGS: Readonly<Record<string, Edit>> = {
  rename: (text) => {
    const renamed = text
      .replace(/\b(chain|jump|goto) one\b/g, "$1 first")
      .replace(/(:|-A |-j |-g )one\b/g, "$1first");
    return renamed === text ? null : renamed;
  },
  comment: onRule((lines, i) => {
    const line = lines[i] ?? "";
    lines[i] = /^-A/.test(line)
      ? line.replace(/ (?=-[jg] )/, ' -m comment --comment "why" ')
      : line.replace(/(?=\b(accept|drop|return)$)/, "counter ");
  }),
  splitSet: onRule((lines, i) => {
    const line = lines[i] ?? "";
    const found = /^(.*[^ ].*) \{ ?([^{},]+), ?([^{}]+)\}(.*\b(?:accept|drop))$/.exec(line);
    if (found === null || /map|!=|limit|@|set/.test(line)) return;
    const [, start = "", first = "", rest = "", end = ""] = found;
    lines.splice(i, 1, `${start} { ${first} }${end}`, `${start} { ${rest}}${end}`);
  }),
  splitRange: onWord(/(?<=dport )\d+-\d+/, (word) => {
    const [from = 0, to = 0] = word.split("-").map(Number);
    const middle = Math.floor((from + to) / 2);
    return `{ ${from}-${middle}, ${middle + 1}-${to} }`;
  }),
  dead: onRule((lines, i) => {
    const line = lines[i] ?? "";
    if (
      !/(accept|drop|ACCEPT|DROP)$/.test(line) ||
      /limit|quota|numgen|random|statistic|recent|connlimit|add|update|hashlimit/.test(line)
    )
      return;
    lines.splice(
      i + 1,
      0,
      line.replace(/\w+$/, (word) => (/^[A-Z]/.test(word) ? "DROP" : "drop")),
    );
  }),
  inline: (text) => {
    const body = /\n[ \t]*chain one \{\n([^}]*)\}/.exec(text)?.[1] ?? "";
    const rules = body.split("\n").filter((line) => line.trim() !== "");
    if (rules.length === 0 || /return|goto|limit|vmap|\badd\b|update|type/.test(body)) return null;
    const called = text.replace(/^([ \t]*)jump one$/m, (_, indent: string) =>
      rules.map((rule) => `${indent}${rule.trim()}`).join("\n"),
    );
    return called === text ? null : called;
  },
};

const NFT_RULES = [
  "ip saddr 10.0.0.4/30 drop",
  "tcp dport 25 accept",
  "ct state invalid drop",
  'iifname "eth0" meta mark set 0x1',
  "ct mark 0x1 accept",
  "meta l4proto udp ct mark set 0x3",
  "udp dport 53 limit rate 3/second accept",
  "ip6 saddr 2001:db8::/64 drop",
];
const IPTABLES_RULES = [
  "-A X -s 10.0.0.4/30 -j DROP",
  "-A X -p tcp -m tcp --dport 25 -j ACCEPT",
  "-A X -m conntrack --ctstate INVALID -j DROP",
  "-A X -m mark --mark 0x1 -j ACCEPT",
  "-A X -m limit --limit 3/sec -j ACCEPT",
];

/** The rule in the chain of another one: iptables names it, nft does not. */
function chained(rule: string, other: string): string {
  const chain = /^-A \S+/.exec(other)?.[0];
  return chain === undefined ? rule : rule.replace(/^-A \S+/, chain);
}

function rulesIn(lines: readonly string[]): readonly number[] {
  const isIptables = lines.some((line) => /^\*(filter|nat|mangle|raw)/.test(line));
  const isRule = isIptables
    ? /^-A /
    : /^\s+(?!type |elements|flags|chain |set |map |hook |policy|counter \w+ \{|typeof|size|timeout|auto-merge|[{}#]|comment )\S.*[^{};,]$/;
  return lines.flatMap((line, i) => (isRule.test(line) ? [i] : []));
}

function onRule(edit: (lines: string[], index: number, random: RandomSource) => unknown): Edit {
  return (text, random) => {
    const lines = text.split("\n");
    const index = oneOf(rulesIn(lines), random);
    if (index === undefined) return null;
    edit(lines, index, random);
    const edited = lines.join("\n");
    return edited === text ? null : edited;
  };
}

/** One of the places that `pattern` finds gets another word. */
function onWord(
  pattern: RegExp,
  change: (word: string, random: RandomSource, before: string) => string | undefined,
): Edit {
  const all = new RegExp(pattern.source, `g${pattern.flags}`);
  return (text, random) => {
    const found = oneOf([...text.matchAll(all)], random);
    if (found === undefined) return null;
    const [word] = found;
    const line = text.slice(text.lastIndexOf("\n", found.index) + 1, found.index);
    const next = change(word, random, line);
    if (next === undefined || (next === word && word !== "")) return null;
    return text.slice(0, found.index) + next + text.slice(found.index + word.length);
  };
}

function near(word: string, maximum: number, random: RandomSource): string {
  const number = Number(word);
  const next = oneOf([number + 1, number - 1, number ^ 4, number + 1000], random) ?? 0;
  return `${Math.min(maximum, Math.max(0, next))}`;
}

function oneOf<T>(items: readonly T[], random: RandomSource): T | undefined {
  return items[Math.floor(random() * items.length)];
}
