import type { Policy } from "../../api/schema";
import classes from "./Policy.module.css";
import { type Names, silenceText, stageName, stageText, whenText } from "./words";

/** A policy in plain words: when it is chosen, each stage, and what silence does. */
export function PolicyWords({ policy: { when, stages, on_silence }, names, label }: { policy: Pick<Policy, "when" | "stages" | "on_silence">; names: Names; label: string }) {
  return (
    <div className={classes.words}>
      <p><strong>Chosen</strong>: {whenText(when, names)}</p>
      <ol aria-label={label}>
        {stages.map((_, at) => <li key={at}><strong>{stageName(stages, at)}</strong>: {stageText(stages, at, names)}.</li>)}
      </ol>
      <p>{silenceText[on_silence]}.</p>
    </div>
  );
}
