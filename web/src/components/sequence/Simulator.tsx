import { Button, Group, TextInput } from "@mantine/core";
import { useState } from "react";

import { useAct } from "../../api/act";
import { api, body } from "../../api/client";
import type { SequenceSimulate, SequenceStep } from "../../api/schema";
import { ProblemNotice } from "../Notice";
import { CreatorSelect } from "../Pickers";
import classes from "../SequenceEditor.module.css";
import { SimulatedSteps } from "./SimulatedSteps";

/** Says when each step would come, for a creator who never answers. */
export function Simulator({ brandId, steps, outreach, shownFields, refused }: {
  brandId: string;
  steps: SequenceStep[];
  outreach: boolean;
  /** The inputs of the steps, which show what is refused about them. */
  shownFields: string[];
  refused: (byField: Record<string, string>) => void;
}) {
  const [creator, setCreator] = useState<string>();
  const [start, setStart] = useState("");
  const simulate = useAct({
    run: (what: SequenceSimulate) => body(api.POST("/v1/sequences/simulate", { body: what })),
    then: () => refused({}),
  });
  const found = simulate.data;
  return (
    <fieldset className={classes.simulator}>
      <legend>When would it happen?</legend>
      <Group align="end">
        <div className={classes.grow}><CreatorSelect label="For" placeholder="A creator; else the brand’s own hours" value={creator} onChange={setCreator} /></div>
        <TextInput type="datetime-local" label="Started" value={start} onChange={(event) => setStart(event.currentTarget.value)} />
        <Button
          variant="default" loading={simulate.isPending}
          onClick={() => simulate.mutate({ brand_id: brandId, steps, creator_id: creator, starts_at: start ? new Date(start).toISOString() : undefined }, { onError: (problem) => refused(problem.byField) })}
        >
          Show
        </Button>
      </Group>
      <ProblemNotice problem={simulate.error} shownFields={shownFields} />
      {found && simulate.variables.steps !== steps && <p className="soft">The steps were changed since. Press Show to see them as they are now.</p>}
      {found && <SimulatedSteps label="What would happen" items={found.items} zone={found.zone} outreach={outreach} />}
    </fieldset>
  );
}
