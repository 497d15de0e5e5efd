import { isListening, MONITOR } from "./listening.ts";
import { Pending } from "./pending.ts";
import { ReadBacks } from "./readBacks.ts";
import type { Blind, Sighting, Watch } from "./sighting.ts";

/**
 * Watches one device until its stream breaks or `stop` is asked. Transactions that come while the device
 * is read are read once more together, so that a burst costs two read-backs, not one each. What has no events is
 * found by the clock.
 */
export async function* watchDevice(watch: Watch, signal: AbortSignal): AsyncGenerator<Sighting> {
  const stream = watch.transport.stream(MONITOR);
  const stop = () => stream.stop();
  signal.addEventListener("abort", stop, { once: true });
  if (signal.aborted) stop();
  const lines = stream.lines[Symbol.asyncIterator]();
  let pending: Pending | null = null;
  const unsubscribe = watch.asked.subscribe(() => pending?.readNow());
  try {
    const id = await lines.next();
    pending = new Pending({ [Symbol.asyncIterator]: () => lines }, watch.clock, watch.wait);
    const readBacks = new ReadBacks(watch);
    const over = new AbortController();
    void stream.ended.then(() => over.abort());
    if (id.done !== true && (await isListening(watch.transport, id.value, over.signal))) {
      const blind = yield* readEach(readBacks, pending);
      if (blind !== null) {
        yield blind;
        return;
      }
    }
    stop();
    const end = await stream.ended;
    if (signal.aborted) return;
    const reason = end.kind === "fault" ? end.message : "the monitor has ended";
    yield { kind: "blind", reason, untilMs: readBacks.seenUntilMs() };
  } finally {
    /* Whoever reads may have given up in the middle. */
    signal.removeEventListener("abort", stop);
    unsubscribe();
    pending?.close();
    stop();
    await stream.ended;
  }
}

/**
 * Until the stream ends (null), or until a read-back fails: before the next transaction, or for a minute, nothing
 * would repeat it, so the watch has to begin anew.
 */
async function* readEach(
  readBacks: ReadBacks,
  pending: Pending,
): AsyncGenerator<Sighting, Blind | null> {
  const first = await readBacks.first();
  if (first.kind === "blind") return first;
  yield { kind: "watching", drift: first.drift };
  for (;;) {
    pending.readAgainIn(readBacks.everyMs());
    const batch = await readBacks.nextToRead(pending);
    if (batch === null) return null;
    const found = await readBacks.read(batch, pending);
    if (found.kind === "blind") return found;
    if (found.kind === "drift") yield { kind: "changed", drift: found.drift };
  }
}
