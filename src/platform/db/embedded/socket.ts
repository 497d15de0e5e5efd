import { closeSync, constants, openSync } from "node:fs";
import { join } from "node:path";

/** The user that all of it belongs to inside the database. */
export const DATABASE_USER = "premortem";
/** Of no meaning without TCP, but part of the socket's name. */
export const PORT = 5432;
const SOCKET = `.s.PGSQL.${PORT}`;
/** Bytes of a socket's path (unix(7): 108 with the zero behind it). */
const MAXIMUM_SOCKET_PATH = 107;

/** A folder by a name that is short enough for a socket in it. */
export interface SocketFolder {
  readonly path: string;
  close(): void;
}

/** Long paths are reached through a descriptor of the folder: Linux resolves `/proc/self/fd`. */
export function openSocketFolder(folder: string): SocketFolder {
  if (Buffer.byteLength(join(folder, SOCKET)) <= MAXIMUM_SOCKET_PATH)
    return { path: folder, close: () => undefined };
  const descriptor = openSync(folder, constants.O_RDONLY | constants.O_DIRECTORY);
  return { path: `/proc/self/fd/${descriptor}`, close: () => closeSync(descriptor) };
}

/** What connects to a database in a folder, whatever the environment says (PGPORT, PGSSLMODE …). */
export function connectionTo(path: string, database: string) {
  return { host: path, port: PORT, user: DATABASE_USER, database, ssl: false, password: "" };
}
