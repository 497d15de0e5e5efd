// Who may import whom: one rule for each arrow of docs/architecture.md.

/** Stages of the engine, first to last: a stage imports earlier stages only. */
const ENGINE = [
  ["base"],
  ["bdd", "device"],
  ["packet"],
  ["parsers", "print"],
  ["interpret", "compile"],
  ["network"],
  ["intents"],
  ["diff", "lint"],
  ["repair", "matrix"],
  ["answer"],
];

/** Operations, in the life of a change and of an outage: a later one knows the earlier ones. */
const OPERATIONS = [
  ["trail"],
  ["inventory"],
  ["access"],
  ["probe"],
  ["change"],
  ["review"],
  ["apply"],
  ["audit"],
  ["monitor"],
  ["history"],
  ["alert"],
  ["incident"],
  ["escalation"],
  ["postmortem"],
  ["playbook"],
  ["action"],
  ["statusPage"],
  ["helpDesk"],
  ["drill"],
  ["training"],
  ["question"],
];

/** Tests may read what they judge against (another stage, files), so they are outside the rules. */
const TEST = "\\.test\\.ts$|/testing/|/truthTable\\.ts$";

/** Forbids each stage to import a later stage, or a sibling of the same rank. */
function oneWay(root, ranks) {
  return ranks.flatMap((names, rank) =>
    names.flatMap((name) => {
      const barred = ranks
        .slice(rank)
        .flat()
        .filter((other) => other !== name);
      if (barred.length === 0) return [];
      return [
        {
          name: `${name}-imports-earlier-stages-only`,
          severity: "error",
          from: { path: `^src/${root}/${name}/`, pathNot: TEST },
          to: { path: `^src/${root}/(?:${barred.join("|")})/` },
        },
      ];
    }),
  );
}

module.exports = {
  forbidden: [
    {
      name: "no-circular",
      comment: "Types may refer to each other across files; code may not.",
      severity: "error",
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    },
    {
      name: "engine-is-pure",
      comment: "No I/O, no clock, no platform: the engine also runs in a browser worker.",
      severity: "error",
      from: { path: "^src/engine/", pathNot: TEST },
      to: { path: "^src/(?:report|operations|platform|simulation|server|cli)/|^web/" },
    },
    {
      name: "engine-uses-no-node-builtins",
      severity: "error",
      from: { path: "^src/engine/", pathNot: TEST },
      to: { dependencyTypes: ["core"] },
    },
    {
      name: "engine-uses-no-packages",
      severity: "error",
      from: { path: "^src/engine/", pathNot: TEST },
      to: { path: "node_modules" },
    },
    {
      name: "report-renders-engine-results-only",
      severity: "error",
      from: { path: "^src/report/", pathNot: TEST },
      to: { path: "^src/(?:operations|platform|simulation|server|cli)/" },
    },
    {
      name: "platform-knows-no-domain",
      severity: "error",
      from: { path: "^src/platform/", pathNot: TEST },
      to: { path: "^src/(?:engine|report|operations|simulation|server|cli)/" },
    },
    {
      name: "web-sees-contract-and-engine",
      comment:
        "Pages know what the server promises, by type alone, and the engine; nothing behind it.",
      severity: "error",
      from: { path: "^web/" },
      to: { path: "^src/", pathNot: "^src/(?:server/contract|engine)/" },
    },
    {
      name: "nobody-imports-web",
      severity: "error",
      from: { pathNot: "^web/" },
      to: { path: "^web/" },
    },
    {
      name: "tests-are-not-imported",
      severity: "error",
      from: { pathNot: "\\.test\\.ts$" },
      to: { path: "\\.test\\.ts$" },
    },
    {
      name: "operations-know-no-shell",
      severity: "error",
      from: { path: "^src/operations/", pathNot: TEST },
      to: { path: "^src/(?:server|cli)/" },
    },
    {
      name: "operations-know-no-simulation",
      comment: "Above the transport all is the same; only a drill plays on a simulation.",
      severity: "error",
      from: { path: "^src/operations/(?!drill/)", pathNot: TEST },
      to: { path: "^src/simulation/" },
    },
    {
      name: "drill-reaches-no-device",
      comment: "A drill is played in memory: it knows no transport, and nothing that has one.",
      severity: "error",
      from: { path: "^src/operations/drill/", pathNot: TEST },
      to: {
        path: "^src/platform/transport/|^src/operations/(?:probe|audit|monitor|change)/|^src/operations/inventory/(?:service|pull|reach)\\.ts",
      },
    },
    {
      name: "simulation-knows-no-shell",
      severity: "error",
      from: { path: "^src/simulation/", pathNot: TEST },
      to: { path: "^src/(?:server|cli)/|^src/engine/compile/" },
    },
    {
      name: "questions-are-graded-by-the-interpreter",
      comment: "Who grades people has to be the slow, simple reader.",
      severity: "error",
      from: { path: "^src/operations/question/", pathNot: TEST },
      to: { path: "^src/engine/compile/" },
    },
    ...oneWay("engine", ENGINE),
    ...oneWay("operations", OPERATIONS),
  ],
  options: {
    tsPreCompilationDeps: true,
    doNotFollow: { path: "node_modules" },
    tsConfig: { fileName: "tsconfig.json" },
  },
};
