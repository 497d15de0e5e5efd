import { createHash } from "node:crypto";
import type { Transport } from "../../platform/transport/transport.ts";
import { redact } from "../inventory/redact.ts";
import { partOf, type Snapshot } from "../inventory/snapshot.ts";
import type { DevicePart } from "./run.ts";

/** Something on the device that could not be done, and what to do about it. */
export interface DeviceProblem {
  readonly kind: "problem";
  readonly message: string;
  readonly help: string;
}

/*
 * A connection that breaks looks like the end of the input: what came has to have the hash that was
 * announced, before it takes the place of anything.
 */

/**
 * Puts the device's part where it is run, unless it is there already. Written by the side under a name of its own:
 * one that a killed server has left may write yet when the next server has put its own in place.
 */
export const INSTALL = `
set -eu
umask 077
mkdir -p "$1"
new=$(mktemp -- "$1/.part.XXXXXX")
trap 'rm -f -- "$new"' EXIT
cat >"$new"
[ "$(sha256sum <"$new" | cut -d' ' -f1)" = "$2" ] || exit 11
cmp -s "$new" "$1/premortem-device" || mv -f -- "$new" "$1/premortem-device"`;

/** Brings the device's part in `folder` up to date; the dead-man of an older apply keeps its own. */
export async function installPart(
  transport: Transport,
  folder: string,
  text: string,
): Promise<DevicePart | DeviceProblem> {
  const ran = await transport.run(["sh", "-c", INSTALL, "sh", folder, sha256(text)], {
    input: text,
  });
  if (ran.kind === "fault") return problem(ran.message, ran.help);
  if (ran.code !== 0)
    return problem(
      `premortem's part cannot be written to \`${folder}\`: ${lastLine(ran.error)}`,
      "give the login that applies changes the right to write there, and to run nft",
    );
  return { script: `${folder}/premortem-device`, state: folder };
}

/**
 * Writes one file in one step: whoever reads it sees all of it or all of the one before, which is kept.
 * A link stays a link; what somebody else has changed meanwhile stays as it is.
 */
export const WRITE = `
set -eu
target=$(readlink -m -- "$1")
folder=$(dirname -- "$target")
sum() { sha256sum <"$target" | cut -d' ' -f1; }
if [ "$2" = none ]; then [ ! -s "$target" ]; else [ "$(sum)" = "$2" ]; fi || exit 10
new=$(mktemp -- "$folder/.premortem.XXXXXX")
trap 'rm -f -- "$new"' EXIT
cat >"$new"
[ "$(sha256sum <"$new" | cut -d' ' -f1)" = "$5" ] || exit 11
if [ -e "$target" ]; then
  chmod --reference="$target" -- "$new"
  chown --reference="$target" -- "$new"
  mkdir -p -m 700 -- "$3"
  cp -p -- "$target" "$3/$4"
else
  chmod 644 -- "$new"
fi
sync -- "$new"
mv -f -- "$new" "$target"
sync -- "$folder"`;

/** Prints a file; one that is not there is empty. */
export const PRINT = 'test ! -e "$1" || cat -- "$1"';

const CHANGED_MEANWHILE = 10;

export interface BootFile {
  readonly path: string;
  readonly text: string;
}

/** `keep`: a folder of the device that gets the files of before, numbered in their order. */
export async function writeBootFiles(
  transport: Transport,
  files: readonly BootFile[],
  snapshot: Snapshot,
  keep: string,
): Promise<DeviceProblem | null> {
  for (const [index, file] of files.entries()) {
    const fault = await writeOne(transport, file, snapshot, [keep, String(index)]);
    if (fault !== null) return fault;
  }
  return null;
}

async function writeOne(
  transport: Transport,
  { path, text }: BootFile,
  snapshot: Snapshot,
  keep: readonly string[],
): Promise<DeviceProblem | null> {
  const found = await transport.run(["sh", "-c", PRINT, "sh", path]);
  if (found.kind === "fault") return problem(found.message, found.help);
  if (found.code !== 0) return notWritten(path, lastLine(found.error));
  if (found.notUtf8) return notWritten(path, "it is not UTF-8, and could not be kept as it is");
  if (found.out === text) return null;
  const before = partOf(snapshot, path) ?? "";
  if (redact(found.out) !== before) return changedMeanwhile(path);
  const hash = found.out === "" ? "none" : sha256(found.out);
  const ran = await transport.run(["sh", "-c", WRITE, "sh", path, hash, ...keep, sha256(text)], {
    input: text,
  });
  if (ran.kind === "fault") return problem(ran.message, ran.help);
  if (ran.code === CHANGED_MEANWHILE) return changedMeanwhile(path);
  return ran.code === 0 ? null : notWritten(path, lastLine(ran.error));
}

function sha256(text: string): string {
  return createHash("sha256").update(text, "utf8").digest("hex");
}

function changedMeanwhile(path: string): DeviceProblem {
  return problem(
    `\`${path}\` was changed meanwhile by somebody else, and is left as it is`,
    "what runs would not survive a restart: look at the file, and propose it anew",
  );
}

function notWritten(path: string, why: string): DeviceProblem {
  return problem(
    `\`${path}\` could not be written: ${why}`,
    "what runs would not survive a restart: write the file by hand",
  );
}

function lastLine(text: string): string {
  return text.trim().split("\n").at(-1) ?? "";
}

function problem(message: string, help: string): DeviceProblem {
  return { kind: "problem", message, help };
}
