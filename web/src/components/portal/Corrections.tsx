import { Checkbox } from "@mantine/core";

import { useAct } from "../../api/act";
import { api, body } from "../../api/client";
import type { Correction } from "../../api/schema";
import { ProblemNotice } from "../Notice";
import classes from "./Portal.module.css";
import { useShowHome } from "./useHome";
import { useSay } from "./words/Words";

/** Small corrections of an approved draft, which the creator ticks off. */
export function Corrections({ corrections }: { corrections: Correction[] }) {
  const say = useSay();
  const open = corrections.filter(({ done_at }) => !done_at).length;
  return (
    <div>
      <h3 className={classes.part}>{say("corrections.title")}</h3>
      <p className="soft" style={{ margin: 0 }}>{say("corrections.text")}</p>
      <ul className={classes.corrections}>
        {corrections.map((correction) => <Row key={correction.id} correction={correction} />)}
      </ul>
      <div role="status">{open === 0 ? say("corrections.done") : say("corrections.left", { open, all: corrections.length })}</div>
    </div>
  );
}

function Row({ correction }: { correction: Correction }) {
  const say = useSay();
  const show = useShowHome();
  const tick = useAct({
    run: (what: { done: boolean }, key) =>
      body(api.POST("/v1/portal/corrections/{id}", { params: { path: { id: correction.id }, header: { "Idempotency-Key": key } }, body: what })),
    then: show,
    touches: ["portal"],
  });
  return (
    <li>
      <Checkbox
        size="md"
        label={correction.text}
        checked={Boolean(correction.done_at)}
        // Disabled for assistive tools and the hand alone: an input that is really disabled would lose the keyboard.
        aria-disabled={tick.isPending}
        description={tick.isPending ? say("saving") : undefined}
        onChange={(event) => {
          if (!tick.isPending) tick.mutate({ done: event.currentTarget.checked });
        }}
      />
      <ProblemNotice problem={tick.error} />
    </li>
  );
}
