import type { Statement } from "../../../device/statement.ts";
import { constant } from "../build.ts";
import { parseDirections, warnUndefinedSet } from "../matches/address.ts";
import {
  argumentOf,
  defineModule,
  describeModule,
  type GivenModule,
  hasOption,
  misplaced,
  optionOf,
  type RuleContext,
  unreadable,
} from "../module.ts";
import {
  addressWidth,
  MAX_16,
  MAX_32,
  parseAddress,
  parseMasked,
  parseUnsigned,
} from "../values.ts";
import type { TargetSpec } from "./spec.ts";

function lowerSet(given: GivenModule, rule: RuleContext): readonly Statement[] {
  const add = optionOf(given, "add-set");
  const option = add ?? optionOf(given, "del-set");
  if (option === null) return [{ kind: "opaqueAction", text: describeModule(given) }];
  const [name = "", words = ""] = option.values;
  const directions = parseDirections(words);
  if (directions === null) return [unreadable(rule, option, "`NAME src,dst`")];
  warnUndefinedSet(name, option, rule);
  const timeout = parseUnsigned(argumentOf(given, "timeout") ?? "", MAX_32);
  return [
    {
      kind: "ipsetUpdate",
      operation: add === null ? "delete" : "add",
      set: { kind: "ipset", name, directions, span: option.span },
      timeoutMs: timeout === null ? null : Number(timeout) * 1000,
      exist: hasOption(given, "exist"),
    },
  ];
}

/** Zeros are what is not given: iptables-save writes them out. */
function lowerTproxy(given: GivenModule, rule: RuleContext): readonly Statement[] {
  const port = optionOf(given, "on-port");
  const ip = optionOf(given, "on-ip");
  const mark = optionOf(given, "tproxy-mark");
  if (port === null) {
    misplaced(rule, given.span, "`-j TPROXY` has no `--on-port`", "add the port");
    return [{ kind: "notUnderstood", text: given.name }];
  }
  const number = parseUnsigned(port.values[0] ?? "", MAX_16);
  if (number === null) return [unreadable(rule, port, "a port number")];
  const address = ip === null ? null : parseAddress(ip.values[0] ?? "", rule.family);
  if (ip !== null && address === null) return [unreadable(rule, ip, "an address")];
  const masked = mark === null ? null : parseMasked(mark.values[0] ?? "", MAX_32);
  if (mark !== null && masked === null) return [unreadable(rule, mark, "`VALUE/MASK`")];
  return [
    {
      kind: "tproxy",
      family: rule.family,
      address:
        address === null || address === 0n ? null : constant(address, addressWidth(rule.family)),
      port: number === 0n ? null : constant(number, 16),
      mark: masked?.mask === 0n && masked.value === 0n ? null : masked,
      terminal: true,
    },
  ];
}

function harmless(what: "log" | "nftrace" | "account"): TargetSpec["lower"] {
  return (given) => [{ kind: "harmless", what, text: describeModule(given) }];
}

function noEffect(given: GivenModule): readonly Statement[] {
  return [{ kind: "noEffect", text: describeModule(given) }];
}

function nameOnly(given: GivenModule): readonly Statement[] {
  return [{ kind: "opaqueAction", text: describeModule(given) }];
}

export const OTHER_TARGETS: Readonly<Record<string, TargetSpec>> = {
  LOG: defineModule(
    "log-level=1 log-prefix=1 log-tcp-sequence log-tcp-options log-ip-options log-uid log-macdecode",
    harmless("log"),
  ),
  NFLOG: defineModule(
    "nflog-group=1 nflog-prefix=1 nflog-range=1 nflog-size=1 nflog-threshold=1",
    harmless("log"),
  ),
  ULOG: defineModule(
    "ulog-nlgroup=1 ulog-prefix=1 ulog-cprange=1 ulog-qthreshold=1",
    harmless("log"),
  ),
  AUDIT: defineModule("type=1", harmless("log")),
  TRACE: defineModule("", harmless("nftrace")),
  ACCOUNT: defineModule("addr=1 tname=1", harmless("account")),
  /** Of the quota patches: it counts into a named counter. */
  ACC: defineModule("", harmless("account")),
  CHECKSUM: { ...defineModule("checksum-fill", noEffect), tables: ["mangle"] },
  IDLETIMER: defineModule("timeout=1 label=1 alarm", noEffect),
  LED: defineModule("led-trigger-id=1 led-delay=1 led-always-blink", noEffect),
  RATEEST: defineModule("rateest-name=1 rateest-interval=1 rateest-ewmalog=1", noEffect),
  SECMARK: { ...defineModule("selctx=1", noEffect), tables: ["mangle", "security"] },
  CONNSECMARK: { ...defineModule("save restore", noEffect), tables: ["mangle", "security"] },
  TEE: defineModule("gateway=1 oif=1", (given) => [
    { kind: "duplicate", text: describeModule(given) },
  ]),
  SYNPROXY: {
    ...defineModule("sack-perm timestamp wscale=1 mss=1 ecn", (given) => [
      { kind: "synproxy", text: describeModule(given) },
    ]),
    chains: ["INPUT", "FORWARD"],
  },
  TPROXY: {
    ...defineModule("on-port=1 on-ip=1 tproxy-mark=1", lowerTproxy),
    tables: ["mangle"],
    chains: ["PREROUTING"],
  },
  SET: defineModule(
    "add-set=2 del-set=2 map-set=2 timeout=1 exist map-mark map-prio map-queue",
    lowerSet,
  ),
  CLUSTERIP: defineModule(
    "new hashmode=1 clustermac=1 total-nodes=1 local-node=1 hash-init=1",
    nameOnly,
    "ip",
  ),
  /** OpenWrt's offload of flows. */
  FLOWOFFLOAD: defineModule("hw", () => [{ kind: "flowOffload", flowtable: "" }]),
};
