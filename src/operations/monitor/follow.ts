import type { Transport } from "../../platform/transport/transport.ts";

/** What comes of following files. */
export interface FollowHandlers {
  /** All of them are open: from here on no line is missed. */
  readonly onReady: () => void;
  readonly onLine: (line: string) => void;
}

/** Exit code of a file that is not there, or not for us. */
const UNREADABLE = 66;

/**
 * Files that cannot be read are told before `tail` would wait for them in silence. It begins at their ends,
 * and goes on with the new file when one is rotated.
 */
export const FOLLOW = `for file; do
  [ -r "$file" ] || { echo "cannot read $file"; exit ${UNREADABLE}; }
done
exec tail -v -n 0 -F -- "$@"`;

/** The head that `tail -v` puts in front of each file, once all of them are open. */
const HEAD = /^==> (.+) <==$/;
/** Hands out what is added to files of a device, until the stream breaks or is stopped; returns why. */
export async function followFiles(
  transport: Transport,
  files: readonly string[],
  { onReady, onLine }: FollowHandlers,
  signal: AbortSignal,
): Promise<string> {
  const stream = transport.stream(["sh", "-c", FOLLOW, "sh", ...files]);
  const stop = () => stream.stop();
  signal.addEventListener("abort", stop, { once: true });
  if (signal.aborted) stop();
  const missing = new Set(files);
  let last = "";
  for await (const line of stream.lines) {
    last = line;
    const [, head] = HEAD.exec(line) ?? [];
    if (head !== undefined && missing.delete(head)) {
      if (missing.size === 0) onReady();
    } else if (missing.size === 0 && line !== "") onLine(line);
  }
  signal.removeEventListener("abort", stop);
  const end = await stream.ended;
  if (end.kind === "fault") return end.message;
  return end.code === UNREADABLE ? last : "following the log has ended";
}
