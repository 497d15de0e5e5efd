import { type Api, type CallFault, isFault } from "./client.ts";
import { type ReadNews, readNews } from "./newsReader.ts";

/** Whom a stream tells what. */
export interface NewsListener {
  readonly take: (read: ReadNews) => void;
  /** Said once for each time that it is lost. */
  readonly lost: (reason: string) => void;
  readonly back: () => void;
}

/** What no further try makes good: the token is none, or not good for this. */
const REFUSED: readonly string[] = ["noToken", "wrongRole", "http401", "http403"];

/**
 * Follows the stream of news, and goes on where it was cut off. It ends with why it never began, or with why it
 * is refused: a token that was taken back ends a stream, and is told when it is opened again.
 */
export async function followNews(
  open: Api["follow"],
  { take, lost, back }: NewsListener,
  wait: () => Promise<void>,
): Promise<CallFault> {
  let last = "";
  let isBegun = false;
  let isLost = false;
  const lose = (reason: string) => {
    if (!isLost) lost(reason);
    isLost = true;
  };
  for (; ; await wait()) {
    const stream = await open(last);
    if (isFault(stream)) {
      if (!isBegun || REFUSED.includes(stream.code)) return stream;
      lose(stream.message);
      continue;
    }
    if (isLost) back();
    isBegun = true;
    isLost = false;
    try {
      for await (const read of readNews(stream)) {
        if (read.id !== "") last = read.id;
        take(read);
      }
      lose("the server ended it");
    } catch (fault) {
      lose(fault instanceof Error ? fault.message : String(fault));
    }
  }
}
