import { describe, expect, test } from "vitest";
import { interpret } from "../../engine/interpret/interpret.ts";
import { isNotationError, parsePacket } from "../../engine/packet/notation.ts";
import { readMonitor, type Transaction } from "../../operations/audit/monitor.ts";
import { openTime } from "../time.ts";
import { Kernel } from "./kernel.ts";

const STATELESS = { stateless: true, handles: false, terse: false } as const;
const WHOLE = { stateless: false, handles: false, terse: false } as const;
const BASE = `table inet edge {
	set bans {
		type ipv4_addr
		flags timeout
	}

	chain forward {
		type filter hook forward priority filter; policy accept;
		ip saddr @bans counter drop
		tcp dport 25 counter accept
	}
}
`;

function begun() {
  const time = openTime(0);
  const kernel = new Kernel({ time, files: new Map() });
  const lines: string[] = [];
  kernel.subscribe((more) => lines.push(...more));
  expect(kernel.run(BASE)).toMatchObject({ kind: "loaded" });
  lines.length = 0;
  return { time, kernel, lines };
}

/** What the interpreter makes of a packet on what runs. */
function outcomeOf(kernel: Kernel, text: string) {
  const spec = parsePacket(text);
  if (isNotationError(spec)) throw new Error(text);
  const [outcome] = interpret(kernel.ruleset(), spec, { host: null }).outcomes;
  if (outcome === undefined) throw new Error("nothing became of it");
  return outcome;
}

/** Transactions as the audit reads them. */
async function heard(lines: readonly string[]): Promise<readonly Transaction[]> {
  const found: Transaction[] = [];
  for await (const one of readMonitor(each(lines))) found.push(one);
  return found;
}

async function* each(lines: readonly string[]): AsyncGenerator<string> {
  yield* lines;
}

describe("a script", () => {
  test("is loaded whole", () => {
    const { kernel } = begun();
    expect(kernel.list(STATELESS)).toBe(BASE);
    kernel.run("insert rule inet edge forward udp dport 53 drop; add rule inet edge forward drop");
    expect(kernel.list(STATELESS)).toContain("\t\tudp dport 53 drop\n\t\tip saddr @bans");
  });

  test("or not at all, and nobody hears of it", () => {
    const { kernel, lines } = begun();
    const generation = kernel.generation();
    const result = kernel.run("flush ruleset\nadd rule inet edge forward drop\n");
    expect(result).toMatchObject({ kind: "refused" });
    expect(kernel.list(STATELESS)).toBe(BASE);
    expect({ lines, generation: kernel.generation() }).toEqual({ lines: [], generation });
  });

  test("is refused in nft's form, with its place", () => {
    const { kernel } = begun();
    expect(kernel.run("add rule inet edge forward tcp dport 99999 drop")).toEqual({
      kind: "refused",
      error: expect.stringMatching(
        /^\/dev\/stdin:1:\d+-\d+: Error: .*\nadd rule inet edge forward tcp dport 99999 drop\n +\^+\n$/,
      ),
    });
    expect(kernel.run("delete rule inet edge forward handle 99")).toEqual({
      kind: "refused",
      error: expect.stringContaining("Could not process rule: No such file or directory"),
    });
  });

  test("is refused where what it makes could not be listed", () => {
    const { kernel } = begun();
    expect(kernel.run('add rule inet edge forward meta skuid "nobody" drop')).toEqual({
      kind: "refused",
      error: expect.stringContaining("the simulated kernel does not have"),
    });
  });

  test("names rules by their handles", () => {
    const { kernel } = begun();
    const listing = kernel.list({ stateless: true, handles: true, terse: false });
    const [, handle] = /tcp dport 25 counter accept # handle (\d+)/.exec(listing) ?? [];
    kernel.run(`replace rule inet edge forward handle ${handle} tcp dport 26 accept`);
    kernel.run(`insert rule inet edge forward handle ${handle} tcp dport 24 accept`);
    expect(kernel.list({ stateless: true, handles: true, terse: false })).toContain(
      `\t\ttcp dport 26 accept # handle ${handle}\n`,
    );
    kernel.run(`delete rule inet edge forward handle ${handle}`);
    expect(kernel.list(STATELESS)).not.toContain("dport 26");
  });
});

describe("the monitor tells", () => {
  test("of each transaction what came and went, and who sent it", async () => {
    const { kernel, lines } = begun();
    kernel.run("insert rule inet edge forward udp dport 53 counter drop", { id: 77, name: "nft" });
    expect(await heard(lines)).toEqual([
      {
        commands: [
          {
            verb: "insert",
            kind: "rule",
            table: "inet edge",
            text: "insert rule inet edge forward udp dport 53 counter packets 0 bytes 0 drop",
          },
        ],
        isWhole: true,
        generation: kernel.generation(),
        by: { process: 77, name: "nft" },
      },
    ]);
  });

  test("of a flush every rule and chain, and of a table that is gone", async () => {
    const { kernel, lines } = begun();
    kernel.run("flush ruleset");
    const [told] = await heard(lines);
    expect(told?.commands.map(({ verb, kind }) => `${verb} ${kind}`)).toEqual([
      "delete rule",
      "delete rule",
      "delete set",
      "delete chain",
      "delete table",
    ]);
  });

  test("of an element whose time is over, without anybody who did it", async () => {
    const { time, kernel, lines } = begun();
    kernel.run("add element inet edge bans { 192.0.2.7 timeout 10s }");
    lines.length = 0;
    time.advance(9_999);
    expect(lines).toEqual([]);
    time.advance(2);
    expect(await heard(lines)).toMatchObject([
      {
        commands: [{ text: "delete element inet edge bans { 192.0.2.7 timeout 10s }" }],
        generation: null,
        by: null,
      },
    ]);
  });

  test("nothing of a script that changes nothing", () => {
    const { kernel, lines } = begun();
    kernel.run("add table inet edge");
    expect(lines).toEqual([]);
  });
});

describe("a packet, or the time", () => {
  const MAIL = "tcp 192.0.2.7:40000 > 198.51.100.7:25 in=a out=b flags=syn";

  test("is counted by the rules that it met", () => {
    const { kernel } = begun();
    kernel.countAgain(outcomeOf(kernel, MAIL), 1, 60);
    expect(kernel.list(WHOLE)).toContain("tcp dport 25 counter packets 1 bytes 60 accept");
    kernel.run("add element inet edge bans { 192.0.2.7 timeout 10s }");
    kernel.countAgain(outcomeOf(kernel, MAIL), 3, 180);
    expect(kernel.list(WHOLE)).toContain("ip saddr @bans counter packets 3 bytes 180 drop");
  });

  test("meets a ban as long as it lasts", () => {
    const { kernel, time } = begun();
    kernel.run("add element inet edge bans { 192.0.2.7 timeout 10s }");
    time.advance(4_000);
    expect(kernel.list(WHOLE)).toContain("192.0.2.7 timeout 10s expires 6s");
    expect(outcomeOf(kernel, MAIL).verdict).toBe("drop");
    time.advance(6_001);
    expect(outcomeOf(kernel, MAIL).verdict).toBe("accept");
    expect(kernel.list(STATELESS)).toBe(BASE);
  });

  test("of an element that is added once more is not renewed", () => {
    const { kernel, time } = begun();
    kernel.run("add element inet edge bans { 192.0.2.7 timeout 10s }");
    time.advance(4_000);
    kernel.run("add element inet edge bans { 192.0.2.7 timeout 10s }");
    expect(kernel.list(WHOLE)).toContain("192.0.2.7 timeout 10s expires 6s");
  });

  test("is counted on by a rule that others come to stand beside", () => {
    const { kernel } = begun();
    kernel.countAgain(outcomeOf(kernel, MAIL), 1, 60);
    kernel.run("insert rule inet edge forward udp dport 53 drop");
    expect(kernel.list(WHOLE)).toContain("tcp dport 25 counter packets 1 bytes 60 accept");
  });
});
