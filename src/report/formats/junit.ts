import { plainText, type Report, type Result } from "../result.ts";

/**
 * JUnit's XML: a test for each intent, class or finding. What is broken is a failure, what is undecided an
 * error: `skipped` is shown as if nothing was wrong.
 */
export function junit({ command, results, headline }: Report): string {
  const name = `premortem ${command}`;
  const count = (wanted: Result["outcome"]) =>
    results.filter(({ outcome }) => outcome === wanted).length;
  const counts = attributes({
    tests: String(results.length),
    failures: String(count("fail")),
    errors: String(count("undecided")),
    skipped: "0",
  });
  const names = distinct(results.map(nameOf));
  const tests = results.map((result, i) => `    ${testcase(result, command, names[i] ?? "")}`);
  return `<?xml version="1.0" encoding="UTF-8"?>
<testsuites${attributes({ name })}${counts}>
  <testsuite${attributes({ name })}${counts}>
${tests.join("\n")}
    <system-out>${escaped(headline)}</system-out>
  </testsuite>
</testsuites>
`;
}

function nameOf({ rule, outcome, subject }: Result): string {
  return outcome === "pass" ? subject : `${rule.title} ${subject}`;
}

/** Readers keep one test of each name. */
function distinct(names: readonly string[]): readonly string[] {
  const seen = new Map<string, number>();
  return names.map((name) => {
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    return count === 1 ? name : `${name} (${count})`;
  });
}

function testcase(result: Result, command: string, name: string): string {
  const { rule, outcome, subject, place } = result;
  const begin = `<testcase${attributes({
    classname: `premortem.${command}`,
    name,
    ...(place === null ? {} : { file: place.file, line: String(place.line) }),
  })}`;
  if (outcome === "pass") return `${begin}/>`;
  const element = outcome === "fail" ? "failure" : "error";
  const at = place === null ? "" : `\nat: ${place.file}:${place.line}`;
  const inner = attributes({ type: rule.id, message: subject });
  return `${begin}><${element}${inner}>${escaped(`${plainText(result)}${at}`)}</${element}></testcase>`;
}

function attributes(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(([name, value]) => ` ${name}="${escaped(value).replace(/[\t\n\r]/g, reference)}"`)
    .join("");
}

/** Text of XML 1.0: what it cannot hold at all becomes U+FFFD. */
function escaped(text: string): string {
  return text
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, "\ufffd")
    .replace(/[&<>"'\r]/g, reference);
}

function reference(character: string): string {
  return `&#${character.codePointAt(0)};`;
}
