/** What lets style elements in under the server's content security policy. */
export function styleNonce(): string {
  return document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? "";
}

/** Dialogs keep the page from scrolling by a style element, and ask for its nonce by this name. */
export function nameNonce(): void {
  Object.assign(globalThis, { __webpack_nonce__: styleNonce() });
}
