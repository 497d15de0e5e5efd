import before from "../../../examples/mail/edge.nft";
import after from "../../../examples/mail/edge-first.nft";
import { answerView } from "./answerView.ts";
import { Comparing } from "./comparing.ts";
import { element, part } from "./element.ts";
import { findingsView } from "./findingsView.ts";
import type { Compared } from "./messages.ts";

/* Two texts, and what the rules in them do otherwise: all of it in this browser. */

const SIDES = ["before", "after"] as const;
const texts = {
  before: part("before", HTMLTextAreaElement),
  after: part("after", HTMLTextAreaElement),
};
const findings = {
  before: part("before-findings", HTMLElement),
  after: part("after-findings", HTMLElement),
};
const status = part("status", HTMLElement);
const stop = part("stop", HTMLButtonElement);
const result = part("result", HTMLElement);
const title = part("result-title", HTMLElement);
const answer = part("answer", HTMLElement);

const comparing = new Comparing({
  onBusy: (work) => {
    status.textContent = `Comparing: ${work} …`;
    stop.disabled = false;
    result.setAttribute("aria-busy", "true");
    title.textContent = "Result of the texts before the last change";
  },
  onDone: show,
  onFault: (message) => {
    rest("The comparison has failed. Nothing is proved.");
    fail(`It has failed: ${message}. Please report it.`);
  },
});

for (const side of SIDES) {
  texts[side].addEventListener("input", ask);
  texts[side].addEventListener("paste", paste);
}
stop.addEventListener("click", () => {
  comparing.stop();
  rest("Stopped. Nothing is proved.");
  fail("The comparison was stopped before its end. Change a text to begin it anew.");
  /* The button that had the focus waits now. */
  texts.after.focus();
});
part("example", HTMLButtonElement).addEventListener("click", showExample);
showExample();

/** Characters from which on the browser's own paste takes seconds: 9 s for 2,000 rules in Chromium, four times that for twice. */
const LONG_PASTE = 20_000;

/** Puts a long text in at once; the field's own undo does not know of it. */
function paste(event: ClipboardEvent): void {
  const text = event.clipboardData?.getData("text/plain") ?? "";
  const area = event.currentTarget;
  if (text.length < LONG_PASTE || !(area instanceof HTMLTextAreaElement)) return;
  event.preventDefault();
  area.setRangeText(text, area.selectionStart, area.selectionEnd, "end");
  ask();
}

function showExample(): void {
  texts.before.value = before;
  texts.after.value = after;
  ask();
}

function ask(): void {
  comparing.ask({ before: texts.before.value, after: texts.after.value });
}

function rest(words: string): void {
  status.textContent = words;
  stop.disabled = true;
  result.removeAttribute("aria-busy");
  title.textContent = "Result";
}

function show(compared: Compared): void {
  for (const side of SIDES) {
    const read = compared[side];
    texts[side].setAttribute("aria-invalid", String(!read.loads));
    findings[side].replaceChildren(
      ...findingsView(read, (line, column) => goTo(side, line, column)),
    );
  }
  const { diff, tookMs } = compared;
  if (diff === null) {
    rest("Not compared: a text has errors.");
    fail("A text has errors, and would not load. Mend them: nothing is proved before.");
    return;
  }
  rest(`Compared in ${Math.max(1, Math.round(tookMs))} ms.`);
  answer.replaceChildren(...answerView(diff));
}

/** An old answer is none of the texts that stand there now. */
function fail(words: string): void {
  answer.replaceChildren(element("article", { class: "error" }, [element("p", {}, [words])]));
}

/** Selects the line from the column on. */
function goTo(side: (typeof SIDES)[number], line: number, column: number): void {
  const area = texts[side];
  const lines = area.value.split("\n");
  const begin = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
  area.focus();
  area.setSelectionRange(begin + column - 1, begin + (lines[line - 1]?.length ?? 0));
}
