import { execFileSync, spawnSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";

/** Places that the guides name, as the services fill them in. */
const VALUES: Readonly<Record<string, string>> = {
  "github.event.pull_request.number": "7",
  "github.token": "secret",
};

const environment = z.record(z.string(), z.union([z.string(), z.number()]).transform(String));
const workflow = z.object({
  jobs: z.object({
    premortem: z.object({
      env: environment,
      steps: z.array(
        z.object({
          name: z.string().optional(),
          run: z.string().optional(),
          env: environment.default({}),
          "continue-on-error": z.boolean().default(false),
        }),
      ),
    }),
  }),
});
const pipeline = z.object({
  premortem: z.object({
    variables: environment,
    script: z.array(z.string()),
    artifacts: z.object({ reports: z.object({ codequality: z.string() }) }),
  }),
});

interface Step {
  readonly script: string;
  readonly env: Readonly<Record<string, string>>;
  readonly mayFail: boolean;
}

/** The scripts of a guide, but for the installation. */
function stepsOf(service: string): readonly Step[] {
  const guide: unknown = parse(readFileSync(`docs/guides/ci/${service}.yml`, "utf8"));
  if (service === "gitlab") {
    const { script, variables } = pipeline.parse(guide).premortem;
    return script.map((one) => ({ script: one, env: variables, mayFail: false }));
  }
  const { env, steps } = workflow.parse(guide).jobs.premortem;
  return steps.flatMap((step) =>
    step.run === undefined || step.name === "Install premortem"
      ? []
      : [
          {
            script: step.run,
            env: { ...env, ...step.env },
            mayFail: step["continue-on-error"],
          },
        ],
  );
}

interface Repository {
  readonly folder: string;
  readonly base: string;
}

/** A repository with the mail network, and a merge request that puts another ruleset in its place. */
function repository(version: string): Repository {
  const folder = mkdtempSync(join(tmpdir(), "premortem-ci-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const git = (...args: readonly string[]): string =>
    execFileSync("git", ["-c", "user.name=A", "-c", "user.email=a@example.org", ...args], {
      cwd: folder,
      encoding: "utf8",
    }).trim();
  const commit = (ruleset: string): string => {
    copyFileSync(`examples/mail/${ruleset}`, join(folder, "firewall/edge.nft"));
    git("add", "-A");
    git("commit", "--quiet", "--allow-empty", "--message", ruleset);
    return git("rev-parse", "HEAD");
  };
  git("init", "--quiet");
  mkdirSync(join(folder, "firewall"));
  copyFileSync("examples/mail/premortem.yaml", join(folder, "premortem.yaml"));
  const base = commit("edge.nft");
  commit(version);
  return { folder, base };
}

/** Programs that would reach the service: they write down what they are given. */
function stubs(folder: string): string {
  const bin = join(folder, ".git/stubs");
  mkdirSync(bin);
  for (const name of ["gh", "curl"]) {
    const path = join(bin, name);
    writeFileSync(path, `#!/bin/sh\nprintf '%s\\n' ${name} "$@" >> ${folder}/.git/said\n`);
    chmodSync(path, 0o755);
  }
  return bin;
}

/** Runs the job of a guide as its service does; what it ended with. */
function runJob(service: string, { folder, base }: Repository): number {
  const outside = {
    PATH: `${stubs(folder)}:${resolve("bin")}:${process.env["PATH"] ?? ""}`,
    HOME: folder,
    GITHUB_STEP_SUMMARY: join(folder, ".git/summary"),
    GITHUB_API_URL: "https://git.example.org/api/v1",
    GITHUB_REPOSITORY: "ops/firewall",
    CI_MERGE_REQUEST_DIFF_BASE_SHA: base,
    CI_API_V4_URL: "https://gitlab.example.org/api/v4",
    CI_PROJECT_ID: "3",
    CI_MERGE_REQUEST_IID: "7",
    PREMORTEM_COMMENT_TOKEN: "secret",
  };
  let ended = 0;
  for (const { script, env, mayFail } of stepsOf(service)) {
    const filled = Object.entries(env).map(([name, value]) => {
      const place = /^\$\{\{ (.*) \}\}$/.exec(value)?.[1];
      if (place === undefined) return [name, value];
      return [name, place === "github.event.pull_request.base.sha" ? base : VALUES[place]];
    });
    const run = spawnSync("bash", ["-eo", "pipefail", "-c", script], {
      cwd: folder,
      env: { ...outside, ...Object.fromEntries(filled) },
      encoding: "utf8",
    });
    if (mayFail) expect(run.status, run.stderr).toBe(0);
    else ended ||= run.status ?? 99;
  }
  return ended;
}

describe.each(["github", "gitlab", "forgejo"])("the job for %s", (service) => {
  test("fails on a change that breaks promises, and says which", () => {
    const made = repository("edge-behind.nft");
    expect(runJob(service, made)).toBe(1);
    const read = (name: string): string => readFileSync(join(made.folder, name), "utf8");
    const comment = read("premortem-report/comment.md");
    expect(comment).toMatch(/^### premortem check: 6 intents: 3 broken, 3 hold/);
    expect(comment).toContain("\n### premortem diff: 5 classes close; nothing else changes");
    expect(comment).toContain("`firewall/edge.nft:27`");
    expect(comment).toContain("\n### premortem lint: no findings");
    expect(read(".git/said")).toMatch(
      /premortem-report\/comment|projects\/3\/merge_requests\/7\/notes/,
    );
  });

  test("passes a change that breaks none", () => {
    expect(runJob(service, repository("edge.nft"))).toBe(0);
  });
});

test("GitHub gets a note at the line, SARIF of each command, and a summary", () => {
  const made = repository("edge-behind.nft");
  expect(runJob("github", made)).toBe(1);
  const uris = ["check", "diff"].map((command) => {
    const path = join(made.folder, `premortem-report/${command}.sarif`);
    const [run] = JSON.parse(readFileSync(path, "utf8")).runs;
    expect(run.automationDetails.id).toBe(`premortem-${command}/`);
    return run.results[0].locations[0].physicalLocation.artifactLocation.uri;
  });
  expect(uris).toEqual(["firewall/edge.nft", "firewall/edge.nft"]);
  expect(readFileSync(join(made.folder, ".git/summary"), "utf8")).toContain("BROKEN");
});

test("GitLab gets one Code Quality report, and tests", () => {
  const made = repository("edge-behind.nft");
  expect(runJob("gitlab", made)).toBe(1);
  const { codequality } = pipeline.parse(parse(readFileSync("docs/guides/ci/gitlab.yml", "utf8")))
    .premortem.artifacts.reports;
  const issues: readonly { readonly check_name: string }[] = JSON.parse(
    readFileSync(join(made.folder, codequality), "utf8"),
  );
  expect(new Set(issues.map(({ check_name }) => check_name))).toEqual(
    new Set(["check/broken", "diff/closes"]),
  );
  for (const command of ["check", "diff", "lint"])
    expect(existsSync(join(made.folder, `premortem-report/${command}.xml`))).toBe(true);
});

test("reads the ruleset of a new firewall against an empty one", () => {
  const made = repository("edge.nft");
  const { folder } = made;
  const git = ["-c", "user.name=A", "-c", "user.email=a@example.org"];
  const orphan = ["commit-tree", "-m", "empty", "4b825dc642cb6eb9a060e54bf8d69288fbee4904"];
  execFileSync("git", ["hash-object", "-t", "tree", "-w", "/dev/null"], { cwd: folder });
  const base = execFileSync("git", [...git, ...orphan], { cwd: folder, encoding: "utf8" }).trim();
  expect(runJob("gitlab", { folder, base })).toBe(0);
  expect(readFileSync(join(folder, "premortem-report/diff.md"), "utf8")).toContain("CLOSES");
});
