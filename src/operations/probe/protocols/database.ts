import type { Socket } from "node:net";
import { Client } from "pg";
import type { DatabaseMonitor, Login } from "../../inventory/monitors.ts";
import { type Answer, type Attempt, ProbeFailure } from "../attempt.ts";

/** PostgreSQL's handshake, with a login where there is one (its manual, "Message Flow"). */
export async function probeDatabase(attempt: Attempt, monitor: DatabaseMonitor): Promise<Answer> {
  const socket = await attempt.connect(monitor.from, monitor.to);
  const degraded =
    monitor.login === null
      ? await shakeHands(attempt, socket, monitor)
      : await logIn(attempt, socket, monitor, monitor.login);
  attempt.reach("done");
  const how = monitor.login === null ? "the handshake" : "a login and a query";
  return { measured: `${how}, over tcp`, degraded, flows: null };
}

/** Version 3.0, which every server since 2003 speaks. */
const PROTOCOL = 196_608;
/** Bytes of a message that is read whole: an error of PostgreSQL has some hundred. */
const MAXIMUM_MESSAGE_BYTES = 64 * 1024;
const HEAD_BYTES = 5;
/** invalid_authorization_specification, invalid_password, invalid_catalog_name: it answers, but not to us. */
const REFUSALS = ["28000", "28P01", "3D000"];

/** Until the server asks for a password. Why it is not as it should be; null: it is. */
async function shakeHands(
  attempt: Attempt,
  socket: Socket,
  { user, database }: DatabaseMonitor,
): Promise<string | null> {
  attempt.reach("handshake");
  const words = Buffer.from(`user\0${user}\0database\0${database}\0\0`);
  const head = Buffer.alloc(8);
  head.writeInt32BE(words.length + head.length, 0);
  head.writeInt32BE(PROTOCOL, 4);
  socket.write(Buffer.concat([head, words]));
  const { kind, body } = await readMessage(socket);
  if (kind === "R") return null;
  if (kind !== "E") throw new ProbeFailure("answered something that is not PostgreSQL");
  const { code, message } = errorOf(body);
  if (REFUSALS.includes(code)) return `answered \`${message}\``;
  throw new ProbeFailure(`answered \`${message}\``);
}

async function readMessage(
  socket: Socket,
): Promise<{ readonly kind: string; readonly body: Buffer }> {
  let received: Buffer = Buffer.alloc(0);
  for await (const chunk of socket) {
    received = Buffer.concat([received, chunk as Buffer]);
    if (received.length < HEAD_BYTES) continue;
    const length = received.readInt32BE(1) + 1;
    if (length < HEAD_BYTES || length > MAXIMUM_MESSAGE_BYTES)
      throw new ProbeFailure("answered something that is not PostgreSQL");
    if (received.length >= length)
      return {
        kind: String.fromCharCode(received[0] ?? 0),
        body: received.subarray(HEAD_BYTES, length),
      };
  }
  throw new ProbeFailure("the connection was ended by the other side");
}

function errorOf(body: Buffer): { readonly code: string; readonly message: string } {
  const fields = new Map(
    body
      .toString("utf8")
      .split("\0")
      .map((field) => [field.slice(0, 1), field.slice(1)]),
  );
  return {
    code: fields.get("C") ?? "",
    message: `${fields.get("S") ?? ""}: ${fields.get("M") ?? ""}`,
  };
}

async function logIn(
  attempt: Attempt,
  socket: Socket,
  { database }: DatabaseMonitor,
  { user, passwordFile }: Login,
): Promise<null> {
  attempt.reach("login");
  const password = await attempt.secret(passwordFile);
  const client = new Client({ user, password, database, stream: () => connected(socket) });
  client.on("error", () => undefined);
  attempt.onEnd(() => socket.destroy());
  try {
    await client.connect();
    attempt.reach("query");
    await client.query("select 1");
    await client.end();
    return null;
  } catch (error) {
    throw new ProbeFailure(error instanceof Error ? error.message : String(error));
  }
}

/** pg opens the socket that it is given; ours is open already. */
function connected(socket: Socket): Socket {
  socket.connect = () => {
    setImmediate(() => socket.emit("connect"));
    return socket;
  };
  return socket;
}
