import { randomInt } from "node:crypto";
import type { Socket } from "node:net";
import type { DnsMonitor, MonitorFlow } from "../../inventory/monitors.ts";
import { type Answer, type Attempt, CannotAsk, ProbeFailure } from "../attempt.ts";
import { decodeReply, encodeQuestion } from "../dnsMessage.ts";

const HIGHEST_ID = 0xffff;
/** RFC 1035, 4.1.1. */
const RESPONSE_CODES = ["NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED"] as const;
const MS_IN_SECOND = 1_000;

/** One question to a resolver, over udp where the device can send it, else over tcp. */
export async function probeDns(attempt: Attempt, monitor: DnsMonitor): Promise<Answer> {
  const id = randomInt(HIGHEST_ID);
  const question = encodeQuestion(id, monitor.name, monitor.type);
  const datagram = monitor.transport === "udp" ? await askByUdp(attempt, monitor, question) : null;
  const over = datagram === null ? "tcp" : "udp";
  const message = datagram ?? (await askByTcp(attempt, monitor, question));
  attempt.reach("answer");
  const flows = flowsOver(monitor, over);
  const answers = readAnswer(message, id, monitor, flows);
  attempt.reach("done");
  const measured = `${monitor.type} of ${monitor.name} over ${over}`;
  return {
    measured,
    degraded: answers === 0 ? `there is no ${monitor.type} of ${monitor.name}` : null,
    flows,
  };
}

function flowsOver({ flows, transport }: DnsMonitor, over: "udp" | "tcp"): readonly MonitorFlow[] {
  const own = flows.filter(({ service }) => service.startsWith(`${over}/`));
  return transport === "udp" && own.length > 0 ? own : flows;
}

function readAnswer(
  message: Buffer,
  id: number,
  { type, name }: DnsMonitor,
  flows: readonly MonitorFlow[],
): number {
  const reply = decodeReply(message);
  if (reply === null || reply.id !== id || !reply.isReply)
    throw new ProbeFailure("answered something that is no answer", flows);
  if (reply.responseCode === 0) return reply.answers;
  const code = RESPONSE_CODES[reply.responseCode] ?? `code ${reply.responseCode}`;
  throw new ProbeFailure(`answered ${code} to ${type} of ${name}`, flows);
}

/** Exit codes of the script that mean: this device cannot send udp so. */
const CANNOT_SEND = 90;
const NO_PROGRAM = 127;

/**
 * sshd carries tcp alone. bash sends datagrams by a path that only it knows; one read is one datagram.
 */
export const SEND_DATAGRAM = `
exec 3<>"/dev/udp/$1/$2" || exit ${CANNOT_SEND}
printf '%b' "$3" >&3
timeout "$4" dd bs=4096 count=1 status=none <&3 | base64 -w0
`;

/** Null: the device cannot send udp. */
async function askByUdp(
  attempt: Attempt,
  monitor: DnsMonitor,
  question: Buffer,
): Promise<Buffer | null> {
  const bytes = [...question].map((byte) => `\\x${byte.toString(16).padStart(2, "0")}`).join("");
  const { host, port } = monitor.to;
  const seconds = String(attempt.mostMs / MS_IN_SECOND);
  attempt.reach("connect", flowsOver(monitor, "udp"));
  const words = ["bash", "-c", SEND_DATAGRAM, "bash", host, String(port), bytes, seconds];
  const ran = await attempt.run(monitor.from, words);
  if (ran.kind === "fault") throw new CannotAsk(ran.message);
  if (ran.code === NO_PROGRAM || ran.code === CANNOT_SEND || ran.code === null) return null;
  const message = Buffer.from(ran.out, "base64");
  if (message.length > 0) {
    attempt.hear();
    return message;
  }
  const said = /Connection refused/.test(ran.error) ? "refused" : `no answer within ${seconds} s`;
  throw new ProbeFailure(`${said}, over udp`, flowsOver(monitor, "udp"));
}

/** Behind the length of each message in two bytes (RFC 1035, 4.2.2). */
async function askByTcp(attempt: Attempt, monitor: DnsMonitor, question: Buffer): Promise<Buffer> {
  attempt.reach("connect", flowsOver(monitor, "tcp"));
  const socket = await attempt.connect(monitor.from, monitor.to);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(question.length, 0);
  socket.write(Buffer.concat([length, question]));
  return readMessage(socket, monitor);
}

async function readMessage(socket: Socket, monitor: DnsMonitor): Promise<Buffer> {
  let received: Buffer = Buffer.alloc(0);
  for await (const chunk of socket) {
    received = Buffer.concat([received, chunk as Buffer]);
    if (received.length >= 2 && received.length >= 2 + received.readUInt16BE(0))
      return received.subarray(2);
  }
  throw new ProbeFailure("the connection was ended before an answer", flowsOver(monitor, "tcp"));
}
