import { FOLLOW } from "../../operations/monitor/follow.ts";
import { READ_SOURCES } from "../../operations/monitor/hostFacts.ts";
import { LOOK, MAXIMUM_READ } from "../../operations/monitor/queue.ts";
import { SEND_DATAGRAM } from "../../operations/probe/protocols/dns.ts";
import { WHO } from "../../operations/probe/vantage.ts";
import type { Printed, RunCommand, SimulatedTime, StreamCommand } from "../model.ts";
import type { Flows } from "../world/flows.ts";
import type { MailHost } from "../world/mailHost.ts";
import { ADDRESSES, PORTS } from "../world/plan.ts";
import { printFiles } from "./printFiles.ts";
import { answerQuestion } from "./servers/dns.ts";

export interface CommandParts {
  readonly time: SimulatedTime;
  readonly flows: Flows;
  readonly address: string;
  readonly files: ReadonlyMap<string, string>;
  /** Null: the host has no mail. */
  readonly mail: MailHost | null;
}

/** As whom premortem comes in. */
const LOGIN = "premortem";
const MS_IN_SECOND = 1_000;

/** Commands that monitors and probes send to a host, beside those that every simulated host has. */
export function hostCommands(parts: CommandParts): RunCommand {
  return (command) => {
    const [program, flag, script, , ...words] = command;
    if (program === "bash" && flag === "-c" && script === SEND_DATAGRAM)
      return sendDatagram(parts, words);
    if (program === "postqueue" && parts.mail !== null) return postqueue(parts.mail, command);
    if (program !== "sh" || flag !== "-c" || script === undefined) return null;
    if (script === WHO) return who(parts, words[0] ?? "");
    if (script === READ_SOURCES) return printed(words.map((to) => route(parts, to)).join(""));
    if (script === LOOK && parts.mail !== null) return lookAtQueue(parts.mail);
    const files = printFiles(script, parts.files);
    return files === null ? null : printed(files);
  };
}

/** A log that is followed. */
export function hostStreams(mail: MailHost | null, log: string): StreamCommand {
  return (command, write) => {
    const [program, , script, , ...files] = command;
    const isOurs = program === "sh" && script === FOLLOW && files.every((file) => file === log);
    if (!isOurs || mail === null) return null;
    write(`==> ${log} <==`);
    const stop = mail.log.follow(write);
    return { stop };
  };
}

function printed(out: string): Printed {
  return { code: 0, out, error: "" };
}

function postqueue(mail: MailHost, command: readonly string[]): Printed {
  if (command.includes("-f")) {
    mail.queue.flush();
    return printed("");
  }
  return command.includes("-j") ? printed(mail.queue.printed()) : { ...printed(""), code: 69 };
}

/** The deferred mails as far as they are read, then how many there are in all, and of those. */
function lookAtQueue(mail: MailHost): Printed {
  const lines = mail.queue.printed().split("\n").slice(0, -1);
  const deferred = lines.filter((line) => line.startsWith('{"queue_name": "deferred"'));
  const shown = deferred.slice(0, MAXIMUM_READ).map((line) => `${line}\n`);
  return printed(`${shown.join("")}${lines.length} ${deferred.length}\n`);
}

function who(parts: CommandParts, target: string): Printed {
  return printed(`${LOGIN}\n${target === "" ? "" : route(parts, target)}`);
}

/** As `ip -j route get` says it, each on a line. */
function route({ address }: CommandParts, target: string): string {
  const dev = "eth0";
  return `${JSON.stringify([{ dst: target, dev, prefsrc: address, flags: [], cache: [] }])}\n`;
}

/** A question of DNS, over UDP: without an answer it waits as long as it was told to. */
function sendDatagram(
  { flows, time, address }: CommandParts,
  [host = "", port = "", bytes = "", seconds = ""]: readonly string[],
): Promise<Printed> | Printed {
  const flow = flows.open("udp", address, host, Number(port));
  if (flow.kind === "refused")
    return { code: 0, out: "", error: `dd: error reading 'standard input': ${flow.words}` };
  const isResolver = host === ADDRESSES.resolver && Number(port) === PORTS.dns;
  if (flow.kind === "open" && isResolver) {
    const question = Buffer.from(bytes.replaceAll("\\x", ""), "hex");
    return printed(answerQuestion(question).toString("base64"));
  }
  return new Promise((resolve) => {
    time.after(Number(seconds) * MS_IN_SECOND, () => resolve(printed("")));
  });
}
