import type { Locator, Page } from "playwright-core";
import { expect } from "vitest";

/** Presses of Tab in which anything on a page has to be reached. */
const MAXIMUM_TABS = 90;

/** Goes on with Tab, or back with Shift+Tab, until `aim` has the focus; each stop on the way has to be seen. */
export async function tabTo(
  page: Page,
  aim: Locator,
  key: "Tab" | "Shift+Tab" = "Tab",
): Promise<void> {
  await aim.waitFor();
  const unseen: string[] = [];
  for (let presses = 0; presses < MAXIMUM_TABS; presses += 1) {
    if (await hasFocus(page, aim)) {
      expect(unseen).toEqual([]);
      return;
    }
    await page.keyboard.press(key);
    const fault = await page.evaluate<string | null>(UNSEEN);
    if (fault !== null) unseen.push(fault);
  }
  throw new Error(`${MAXIMUM_TABS} presses of ${key} do not reach ${aim}`);
}

export async function hasFocus(page: Page, aim: Locator): Promise<boolean> {
  return (await aim.and(page.locator(":focus")).count()) > 0;
}

/** What has the focus, in words; null: nothing has it, and the next Tab begins at the top of the page. */
export function focused(page: Page): Promise<string | null> {
  return page.evaluate<string | null>(FOCUSED);
}

/** A line of an editor that has the focus, found with the arrows; the cursor stands at its end then. */
export async function goToLine(page: Page, text: string): Promise<void> {
  await page.keyboard.press("Control+Home");
  for (let lines = 0; lines < MAXIMUM_LINES; lines += 1) {
    if ((await page.evaluate<string>(LINE)).includes(text)) return page.keyboard.press("End");
    await page.keyboard.press("ArrowDown");
  }
  throw new Error(`no line says ${text}`);
}

const MAXIMUM_LINES = 200;

/* In words of the page: these tests are checked without its types. */
const FOCUSED = `(() => {
  const at = document.activeElement;
  if (at === null || at === document.body) return null;
  return at.tagName + " " + (at.getAttribute("aria-label") ?? at.textContent ?? "").slice(0, 60);
})()`;

const LINE = `(() => {
  const { anchorNode } = getSelection();
  const at = anchorNode?.nodeType === Node.TEXT_NODE ? anchorNode.parentElement : anchorNode;
  return at?.closest?.(".cm-line")?.textContent ?? "";
})()`;

/* Outlined, of some size, in the window, and not below what sticks to its top. An editor is outlined as a whole,
 * a part by its title. */
const UNSEEN = `(() => {
  const at = document.activeElement;
  if (at === null || at === document.body) return null;
  const name = at.tagName + " " + (at.getAttribute("aria-label") ?? at.textContent ?? "").slice(0, 60);
  const drawn = [at, at.closest(".cm-editor"), at.querySelector("h1, h2")].filter(Boolean);
  const isOutlined = drawn.some((one) => {
    const { outlineStyle, outlineWidth } = getComputedStyle(one);
    return outlineStyle !== "none" && parseFloat(outlineWidth) >= 1;
  });
  if (!isOutlined) return name + ": the focus is not drawn";
  const whole = at.closest(".cm-editor") ?? at;
  const box = whole.getBoundingClientRect();
  const left = Math.max(0, box.left), right = Math.min(innerWidth, box.right);
  const top = Math.max(0, box.top), bottom = Math.min(innerHeight, box.bottom);
  if (right - left < 1 || bottom - top < 1) return name + ": it is not in the window";
  const hit = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
  if (hit === null || whole.contains(hit) || hit.contains(whole)) return null;
  return name + ": below " + hit.tagName + " " + hit.className;
})()`;
