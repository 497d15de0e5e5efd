/**
 * A line without the words of those who talk to the server: what stands in `<…>` and in quotes, and who came and for
 * whom. Anybody can be called `<"table lookup problem"@example>`. No addresses of people are kept either.
 */
export function withoutWords(text: string): string {
  return text
    .replace(BRACKETS, "<…>")
    .replace(/; (?:from|to|proto|helo|sasl_\w+)=.*$/, "")
    .replace(/"[^"]*"/g, '"…"')
    .replace(/\bsasl_username=.*$/, "sasl_username=…")
    .replace(/(:\/\/)[^\s/]*@/g, "$1…@");
}

/** An address may quote a `>` (RFC 5321, quoted-string); a bracket that is not closed reaches to the end. */
const BRACKETS = /<(?:"(?:\\.|[^"\\])*"|[^<>"])*>|<[^>]*(?:>|$)/g;
