import type { Locator, Page } from "playwright-core";
import { DESK, PHONE } from "./browser.ts";

/** Something that opens over a page, or unfolds in it, and is not there when the page is first looked at. */
export interface Overlay {
  readonly name: string;
  /** Of `web/src`: whose part it is. */
  readonly file: string;
  readonly path: string;
  /** Who opens it; Ana where nothing is said. */
  readonly login?: string;
  /** Where it is to be had. */
  readonly widths: readonly number[];
  /** Where axe looks: the page below was looked at without it. */
  readonly scope: string;
  /** Opens it, and says what has to be seen then. */
  readonly open: (page: Page) => Promise<Locator>;
}

/** Where dialogs, lists, hints and messages are drawn. */
const ABOVE = "[data-portal]";

const ANY = [DESK, PHONE] as const;

const byKeys = (keys: string, role: "dialog", name: string) => async (page: Page) => {
  await page.keyboard.press(keys);
  return page.getByRole(role, { name });
};

const byButton =
  (button: string | RegExp, shown: (page: Page) => Locator) => async (page: Page) => {
    await page.getByRole("button", { name: button }).click();
    return shown(page);
  };

/** The list of a field. */
/**
 * What comes late above a field pushes it out of sight, and a list without its field in sight is hidden: who opened
 * it too early scrolls there and opens it once more.
 */
const list = (field: string) => async (page: Page) => {
  const box = page.getByRole("combobox", { name: field });
  const shown = page.getByRole("listbox");
  await box.click();
  const isShown = await shown.waitFor({ timeout: LATE_MS }).then(
    () => true,
    () => false,
  );
  if (isShown) return shown;
  await page.keyboard.press("Escape");
  await box.click();
  return shown;
};

const LATE_MS = 15_000;

const folded = (summary: string, shown: (page: Page) => Locator) => async (page: Page) => {
  await page.getByText(summary, { exact: true }).click();
  return shown(page);
};

/** On the demonstration in its outage (outage.ts), with people on call. */
export const OVERLAYS: readonly Overlay[] = [
  {
    name: "palette",
    file: "app/Palette.tsx",
    path: "/",
    scope: ABOVE,
    widths: ANY,
    open: async (page) => {
      await page.keyboard.press("Control+k");
      return page.getByText("Go to overview");
    },
  },
  {
    name: "keys",
    file: "app/Keys.tsx",
    path: "/",
    scope: ABOVE,
    widths: ANY,
    open: byKeys("Control+/", "dialog", "Keys"),
  },
  {
    name: "who one is",
    file: "app/PersonMenu.tsx",
    path: "/",
    scope: ABOVE,
    widths: ANY,
    open: byButton(/demo$/, (page) => page.getByRole("menuitem", { name: "Log out" })),
  },
  {
    name: "menu of pages",
    file: "app/Shell.tsx",
    path: "/",
    scope: "nav",
    widths: [PHONE],
    open: byButton("Open the menu", (page) => page.getByRole("link", { name: "Training" })),
  },
  {
    name: "undo",
    file: "pages/incidents/UndoPanel.tsx",
    path: "/incidents/1",
    scope: ABOVE,
    widths: ANY,
    open: byButton("Undo on fw1", (page) => page.getByRole("dialog", { name: "Undo on fw1?" })),
  },
  {
    name: "all that was recorded",
    file: "pages/incidents/PostmortemPage.tsx",
    path: "/incidents/1/postmortem",
    scope: "#content",
    widths: ANY,
    open: folded("All that was recorded", (page) => page.getByText("Symptoms:")),
  },
  {
    name: "why it is not closed",
    file: "pages/incidents/CloseIncident.tsx",
    path: "/incidents/1",
    scope: ABOVE,
    widths: ANY,
    open: byButton("Close incident", (page) => page.getByText("Not closed")),
  },
  {
    name: "why it cannot be approved",
    file: "pages/changes/ChangeActions.tsx",
    path: "/changes/1",
    scope: ABOVE,
    widths: ANY,
    open: async (page) => {
      await page.getByRole("button", { name: "Approve change" }).focus();
      /* Tooltips are for a focus that is seen. */
      await page.keyboard.press("Shift+Tab");
      await page.keyboard.press("Tab");
      return page.getByRole("tooltip");
    },
  },
  {
    name: "ask for an override",
    file: "pages/changes/OverrideForm.tsx",
    path: "/changes/1",
    scope: "#content",
    widths: ANY,
    open: folded("Ask for an override", (page) => page.getByLabel("Why it has to be so")),
  },
  {
    name: "parts of a device",
    file: "pages/devices/Running.tsx",
    path: "/devices/fw1",
    scope: ABOVE,
    widths: ANY,
    open: list("Part"),
  },
  {
    name: "by hand, as whom",
    file: "pages/devices/ByHand.tsx",
    path: "/devices/fw1",
    scope: ABOVE,
    widths: ANY,
    open: list("Logged in as"),
  },
  {
    name: "the cause in a drill",
    file: "pages/training/Actions.tsx",
    path: "/training/2",
    scope: ABOVE,
    widths: ANY,
    open: list("The cause is"),
  },
  {
    name: "what is assumed",
    file: "pages/overview/Headline.tsx",
    path: "/",
    scope: "#content",
    widths: ANY,
    open: async (page) => {
      await page.getByText(/such as:/).click();
      return page.getByText(/packets come in without a mark/);
    },
  },
  {
    name: "the map as a table",
    file: "pages/overview/MapPanel.tsx",
    path: "/",
    scope: "#content",
    widths: ANY,
    open: folded("As a table", (page) => page.getByRole("columnheader", { name: "Behind" })),
  },
  {
    name: "the chart as numbers",
    file: "pages/services/Traffic.tsx",
    path: "/services",
    scope: "#content",
    widths: ANY,
    open: folded("As numbers", (page) => page.getByRole("table", { name: "Counted mails" })),
  },
  {
    name: "who takes it over",
    file: "pages/people/EscalationPanel.tsx",
    path: "/incidents/1",
    scope: ABOVE,
    widths: ANY,
    open: list("Hand it over to"),
  },
  {
    name: "approve it alone",
    file: "pages/changes/AloneDialog.tsx",
    path: "/changes/2",
    login: "bob",
    scope: ABOVE,
    widths: ANY,
    open: byButton("Approve alone…", (page) =>
      page.getByRole("dialog", { name: "Approve it alone" }),
    ),
  },
  {
    name: "which lesson was held",
    file: "pages/training/Attendance.tsx",
    path: "/training",
    scope: ABOVE,
    widths: ANY,
    open: list("Lesson"),
  },
  {
    name: "correct an attendance",
    file: "pages/training/CorrectDialog.tsx",
    path: "/training",
    scope: ABOVE,
    widths: ANY,
    open: byButton("Correct attendance 2", (page) =>
      page.getByRole("dialog", { name: "Correct attendance 2" }),
    ),
  },
  {
    name: "which device is asked",
    file: "pages/trace/TraceForm.tsx",
    path: "/trace",
    scope: ABOVE,
    widths: ANY,
    open: list("Device"),
  },
  {
    name: "adopting drift that breaks promises",
    file: "pages/devices/Drift.tsx",
    path: "/devices/fw1",
    scope: "#content",
    widths: ANY,
    open: byButton("Adopt it as the baseline", (page) =>
      page.getByText(/it loses what the baseline/),
    ),
  },
  {
    name: "a surge that is reported",
    file: "pages/helpDesk/HelpDeskPage.tsx",
    path: "/help-desk",
    scope: "#content",
    widths: ANY,
    open: byButton("Many call: report a surge", (page) => page.getByText("Counted.")),
  },
];

/** What opens nowhere in the demonstration, and why. */
export const NOT_OPENED: Readonly<Record<string, string>> = {
  "pages/editor/EditorPage.tsx": "one device alone has source files there",
  "pages/playbooks/PlaybookRuns.tsx":
    "folds rows like those above it; whether any is left hangs on how long the outage lasts",
  "pages/incidents/CausePanel.tsx": "folds plain text; nothing is ruled out in the first outage",
};
