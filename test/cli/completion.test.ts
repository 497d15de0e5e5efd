import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { describeWith } from "../requirements.ts";
import { premortem, temporaryFiles } from "./premortem.ts";

/** What is written so far, word by word, and some of the words that are offered. */
const OFFERED: readonly (readonly [line: string, some: readonly string[]])[] = [
  ["premortem dif", ["diff"]],
  ["premortem playbook li", ["list"]],
  ["premortem diff --form", ["--format"]],
  ["premortem diff --format sar", ["sarif"]],
  ["premortem --color never check --net", ["--network"]],
  ["premortem check --time-limit 5 --allow", ["--allow-undecided"]],
  ["premortem completion z", ["zsh"]],
];

const SCRIPTS = Object.fromEntries(
  ["bash", "zsh", "fish"].map((shell) => [shell, premortem(["completion", shell]).out]),
);
const file = temporaryFiles(SCRIPTS);

/** Words of the help that begin a line of a list. */
function listed(args: readonly string[], pattern: RegExp): readonly string[] {
  const { out } = premortem([...args, "--help"]);
  return [...out.matchAll(pattern)].map((match) => match[1] ?? "");
}

function wordsOf(line: string): readonly string[] {
  return line.split(" ");
}

function lines(text: string): readonly string[] {
  return text.split("\n").filter((line) => line !== "");
}

describeWith([], "bash", () => {
  function offered(line: string): readonly string[] {
    const words = wordsOf(line);
    const call = `source "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _premortem; printf '%s\\n' "\${COMPREPLY[@]}"`;
    return lines(execFileSync("bash", ["-c", call, file("bash"), ...words], { encoding: "utf8" }));
  }

  test.each(OFFERED)("offers after `%s`", (line, some) => {
    expect(offered(line)).toEqual(some);
  });

  test("offers all commands, and all options of one", () => {
    const commands = listed([], /^ {2}([a-z][\w-]*) /gm);
    expect(commands).toContain("diff");
    expect(offered("premortem ")).toEqual(expect.arrayContaining([...commands]));
    const options = listed(["diff"], /^ {2}(?:-\w, )?(--[\w-]+)/gm);
    expect(options).toContain("--render");
    expect(offered("premortem diff --")).toEqual(
      expect.arrayContaining(options.filter((one) => !/^--(?:color|version)$/.test(one))),
    );
  });

  test("offers words for `--format=s`, which bash splits", () => {
    const call = `source "$0"; COMP_WORDS=(premortem lint --format = sar); COMP_CWORD=4; _premortem; echo "\${COMPREPLY[@]}"`;
    const said = execFileSync("bash", ["-c", call, file("bash")], { encoding: "utf8" });
    expect(said).toBe("sarif\n");
  });

  test("completes what somebody types", () => {
    const typed = [
      "PS1=; bind 'set enable-bracketed-paste off'",
      `source ${file("bash")}`,
      "premortem() { printf '<%s>' \"$@\"; echo; }",
      "premortem lin\t--for\tsar\t",
      "exit",
    ];
    const said = execFileSync("script", ["-qec", "bash --norc --noprofile -i", "/dev/null"], {
      input: `${typed.join("\n")}\n`,
      encoding: "utf8",
      env: { ...process.env, TERM: "dumb", HISTFILE: "/dev/null" },
    });
    expect(said).toContain("<lint><--format><sarif>");
  });
});

describeWith(["zsh"], "zsh", () => {
  /* The functions of its completion system need a terminal: these print what they are given. */
  const STUBS = `compdef() { }; _describe() { print -l -- "\${(@P)4}" }; _files() { print FILES }
    _message() { print MESSAGE }; compadd() { shift; print -l -- "$@" }`;

  function offered(line: string): readonly string[] {
    const call = `${STUBS}; source "$0"; words=("$@"); CURRENT=$#; PREFIX="$words[-1]"; _premortem`;
    const said = execFileSync("zsh", ["-fc", call, file("zsh"), ...wordsOf(line)], {
      encoding: "utf8",
    });
    return lines(said).map((word) => word.replace(/:.*/, ""));
  }

  test.each(OFFERED)("offers after `%s`", (line, some) => {
    expect(offered(line)).toEqual(expect.arrayContaining([...some]));
  });

  test("offers files where a file is wanted", () => {
    expect(offered("premortem diff ")).toContain("FILES");
    expect(offered("premortem check --network ")).toEqual(["FILES"]);
    expect(offered("premortem diff --time-limit ")).toEqual(["MESSAGE"]);
  });
});

describeWith(["fish"], "fish", () => {
  function offered(line: string): readonly string[] {
    const call = `source ${file("fish")}; complete -C ${JSON.stringify(line)}`;
    const said = execFileSync("fish", ["--no-config", "-c", call], { encoding: "utf8" });
    return lines(said).map((word) => word.replace(/\t.*/, ""));
  }

  test.each(OFFERED)("offers after `%s`", (line, some) => {
    expect(offered(line)).toEqual(expect.arrayContaining([...some]));
  });
});

test("a shell that is not known is refused, with those that are", () => {
  const { error, code } = premortem(["completion", "csh"]);
  expect(error).toContain("Allowed choices are bash, zsh, fish");
  expect(code).toBe(2);
});

describeWith(["groff"], "the manual page", () => {
  const page = temporaryFiles({ "premortem.1": premortem(["man"]).out });

  test("is read without a warning, and tells each command with its options", () => {
    const call = `groff -man -Tutf8 -ww -P-cbu "$0" 2>&1`;
    const read = execFileSync("sh", ["-c", call, page("premortem.1")], { encoding: "utf8" });
    /* groff names the place in front; the page itself speaks of warnings of other kinds. */
    expect(read).not.toMatch(/^troff|:\d+: (warning|error)/m);
    for (const command of ["diff", "check", "playbook list", "token create"])
      expect(read).toMatch(new RegExp(`^ +premortem ${command}$`, "m"));
    for (const option of listed(["diff"], /^ {2}(?:-\w, )?(--[\w-]+)/gm))
      expect(read).toContain(option);
    expect(read).toContain("premortem diff --render 'jinja2 \"$1\" vars.yaml' edge.nft.j2");
  });
});
