import { diffArrays, diffWordsWithSpace } from "diff";

/** A paragraph of a text, as it stands beside another text. */
export interface Paragraph {
  kind: "same" | "changed" | "added" | "removed";
  text: string;
  /** What a changed one said. */
  before?: string;
}

const paragraphs = (text: string): string[] => text.trim().split(/\n{2,}/);
/** Without the number of the clause: one that only moved to another number says the same. */
const unnumbered = (text: string): string => text.replace(/^\d+\. /, "");
const heading = (text: string): string => /^[^.\n]*/.exec(unnumbered(text))?.[0] ?? "";

/** Lays two texts of a contract side by side, paragraph by paragraph. A clause with the same title is the same clause, changed. */
export function compare(before: string, now: string): Paragraph[] {
  const changes = diffArrays(paragraphs(before), paragraphs(now), { comparator: (a, b) => unnumbered(a) === unnumbered(b) });
  const found: Paragraph[] = [];
  let gone: string[] = [];
  let come: string[] = [];
  const settle = () => {
    const left = [...gone];
    const pairs = come.map((text) => {
      const at = left.findIndex((one) => heading(one) === heading(text));
      return { text, before: at < 0 ? undefined : left.splice(at, 1)[0] };
    });
    found.push(...left.map((text): Paragraph => ({ kind: "removed", text })));
    found.push(...pairs.map((pair): Paragraph => ({ kind: pair.before === undefined ? "added" : "changed", ...pair })));
    gone = [];
    come = [];
  };
  let at = 0;
  const lines = paragraphs(now);
  for (const { value, added, removed } of changes) {
    if (removed) gone.push(...value);
    else if (added) come.push(...value);
    else {
      settle();
      found.push(...lines.slice(at, at + value.length).map((text): Paragraph => ({ kind: "same", text })));
    }
    if (!removed) at += value.length;
  }
  settle();
  return found;
}

/** A run of words of a changed paragraph. */
export interface Run {
  kind: "same" | "added" | "removed";
  text: string;
}

/** What a changed paragraph says otherwise. One or two words that stayed between others that did not are read with those: a text of single words is no text. */
export function words(before: string, now: string): Run[] {
  const parts = diffWordsWithSpace(unnumbered(before), unnumbered(now));
  const runs: Run[] = [];
  let [gone, come] = ["", ""];
  const settle = () => {
    if (gone) runs.push({ kind: "removed", text: gone });
    if (come) runs.push({ kind: "added", text: come });
    [gone, come] = ["", ""];
  };
  parts.forEach(({ value, added, removed }, at) => {
    const between = at > 0 && at < parts.length - 1 && value.trim().split(/\s+/).length < 3;
    if (removed) gone += value;
    else if (added) come += value;
    else if (between) [gone, come] = [gone + value, come + value];
    else {
      settle();
      runs.push({ kind: "same", text: value });
    }
  });
  settle();
  return runs;
}

const counted = (n: number, what: string) => (n === 0 ? undefined : `${n} ${n === 1 ? "paragraph" : "paragraphs"} ${what}`);

/** How much differs, in words. */
export function compareText(list: Paragraph[]): string {
  const count = (kind: Paragraph["kind"]) => list.filter((one) => one.kind === kind).length;
  const parts = [counted(count("changed"), "changed"), counted(count("added"), "added"), counted(count("removed"), "removed")].filter((part) => part !== undefined);
  return parts.length === 0 ? "Nothing differs." : `${parts.join(", ")}.`;
}
