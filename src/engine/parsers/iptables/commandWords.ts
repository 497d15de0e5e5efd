import type { GlobalOption } from "./globals.ts";
import { isWord, type Place, type WordReader } from "./wordReader.ts";

/** Words that a command takes at most; all but the chain of `-A` and the like may be missing. */
const COMMAND_WORDS: Readonly<Record<string, number>> = {
  A: 1,
  D: 2,
  C: 1,
  I: 2,
  R: 2,
  L: 2,
  S: 2,
  F: 1,
  Z: 2,
  N: 1,
  X: 1,
  E: 2,
  P: 2,
};

export function readCommand(reader: WordReader, option: GlobalOption, place: Place): void {
  const words: string[] = place.inline === null ? [] : [place.inline];
  let last = place.token;
  const most = COMMAND_WORDS[option.letter] ?? 0;
  for (let next = reader.tokens[reader.at]; words.length < most && isWord(next); ) {
    if (words.length === 1 && "DIRLSZ".includes(option.letter) && !/^\d+$/.test(next.text)) break;
    words.push(next.text);
    last = next;
    reader.at++;
    next = reader.tokens[reader.at];
  }
  const span = reader.context.spanOf(place.first, last);
  if (reader.command !== null) {
    const both = `\`-${option.letter}\` and \`-${reader.command.letter}\``;
    reader.context.refuse("PM2013", `${both} in one line`, span, "write two lines");
    return;
  }
  if (place.negated)
    reader.context.refuse("PM2013", "a command cannot be negated", span, "leave the `!` out");
  reader.command = { letter: option.letter, words, span };
}
