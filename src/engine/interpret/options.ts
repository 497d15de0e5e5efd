const END = 0;
const NO_OPERATION = 1;

/** Where an option of kind `option` begins between two bytes of a header; null: it is not there. */
export function findOption(
  bytes: Uint8Array,
  start: number,
  end: number,
  option: number,
): number | null {
  let at = start;
  while (at < end) {
    const kind = bytes[at] ?? END;
    if (kind === option) return at;
    if (kind === END) return null;
    at += kind === NO_OPERATION ? 1 : Math.max(2, bytes[at + 1] ?? 2);
  }
  return null;
}

/** As nft_exthdr looks for a TCP option: it goes on behind the end mark, and takes whole ones only. */
export function findTcpOption(
  bytes: Uint8Array,
  start: number,
  end: number,
  option: number,
): { readonly at: number; readonly length: number } | null {
  for (let at = start; at < end - 1; ) {
    const kind = bytes[at] ?? END;
    const length = kind <= NO_OPERATION ? 1 : bytes[at + 1] || 1;
    if (kind === option) return at + length > end ? null : { at, length };
    at += length;
  }
  return null;
}
