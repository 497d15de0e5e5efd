import type { DatabaseHabits } from "./databaseClient.ts";
import type { NoFlow } from "./flows.ts";
import { ADDRESSES } from "./plan.ts";

/** Where Postfix is told how to look users up. */
export const USER_MAP = "/etc/postfix/pgsql-users.cf";

type Say = (text: string) => void;

const MS_IN_SECOND = 1_000;
/** As Dovecot has it (lib-sql/driver-pgsql.c, sql-api-private.h). */
const DOVECOT_CONNECT_MS = 5_000;
const DOVECOT_QUERY_MS = 60_000;
const DOVECOT_LONGEST_PAUSE_MS = 60_000;
/** As Postfix has it (dict_pgsql.c: a host that failed rests for a minute); the patience is its clients'. */
const POSTFIX_CONNECT_MS = 10_000;
const POSTFIX_QUERY_MS = 30_000;
const POSTFIX_PAUSE_MS = 60_000;

/** Dovecot tries again after pauses that double. */
export function dovecotHabits(say: Say): DatabaseHabits {
  return {
    connectTimeoutMs: DOVECOT_CONNECT_MS,
    queryTimeoutMs: DOVECOT_QUERY_MS,
    pauseMs: (failures) => Math.min(DOVECOT_LONGEST_PAUSE_MS, MS_IN_SECOND * 2 ** failures),
    onConnectFailed: (why) =>
      say(`auth: Error: pgsql(${ADDRESSES.db1}): Connect failed: ${dovecotWords(why)}`),
  };
}

function dovecotWords(why: NoFlow): string {
  return why.kind === "dropped"
    ? `Timeout after ${DOVECOT_CONNECT_MS / MS_IN_SECOND} seconds`
    : `could not connect to server: ${why.words}`;
}

export function postfixHabits(say: Say): DatabaseHabits {
  return {
    connectTimeoutMs: POSTFIX_CONNECT_MS,
    queryTimeoutMs: POSTFIX_QUERY_MS,
    pauseMs: () => POSTFIX_PAUSE_MS,
    onConnectFailed: (why) =>
      say(
        `warning: connect to pgsql server ${ADDRESSES.db1}: ${why.kind === "dropped" ? "timeout expired" : why.words}`,
      ),
  };
}
