import { Fragment } from "react";
import { piecesOf } from "../../../src/engine/base/codeSpans.ts";
import { Mono } from "./Code.tsx";

/** A sentence that premortem says, with what stands between backticks drawn as code. What people write is
 * shown as they wrote it, and does not come here. */
export function Prose({ text }: { readonly text: string }) {
  return piecesOf(text).map(({ isCode, text: piece }, at) => {
    const key = `${at} ${piece}`;
    return isCode ? <Mono key={key}>{piece}</Mono> : <Fragment key={key}>{piece}</Fragment>;
  });
}
