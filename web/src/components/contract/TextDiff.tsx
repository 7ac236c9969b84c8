import { VisuallyHidden } from "@mantine/core";

import classes from "../clause/Clause.module.css";
import { compare, compareText, type Paragraph, words } from "./compare";

/** What a text says otherwise than another one: paragraphs in words, words inside of changed ones. What is the same is folded where asked. */
export function TextDiff({ before, now, fold = false }: { before: string; now: string; fold?: boolean }) {
  const list = compare(before, now);
  const runs: Paragraph[][] = [];
  for (const one of list) {
    const last = runs.at(-1);
    if (fold && one.kind === "same" && last?.[0]?.kind === "same") last.push(one);
    else runs.push([one]);
  }
  return (
    <>
      <p className="soft" role="status" style={{ marginTop: 0 }}>{compareText(list)}</p>
      <div className={`prewrap ${classes.text}`}>
        {runs.map((run, at) => {
          const gap = { marginTop: at === 0 ? 0 : 12 };
          return fold && run[0]?.kind === "same" ? (
            <details key={at} style={gap}>
              <summary className="soft">{run.length === 1 ? "1 paragraph is the same" : `${run.length} paragraphs are the same`}</summary>
              {run.map(({ text }) => text).join("\n\n")}
            </details>
          ) : run.map((one) => <div key={at} style={gap}><Shown {...one} /></div>);
        })}
      </div>
    </>
  );
}

function Shown({ kind, text, before = "" }: Paragraph) {
  if (kind === "same") return text;
  if (kind === "added") return <><strong>Added: </strong><ins>{text}</ins></>;
  if (kind === "removed") return <><strong>Removed: </strong><del>{text}</del></>;
  return (
    <>
      <strong>Changed: </strong>{/^\d+\. /.exec(text)?.[0]}
      {words(before, text).map(({ kind: run, text: said }, at) => (
        run === "removed" ? <del key={at}><VisuallyHidden>removed: </VisuallyHidden>{said}</del> : run === "added" ? <ins key={at}><VisuallyHidden>added: </VisuallyHidden>{said}</ins> : said
      ))}
    </>
  );
}
