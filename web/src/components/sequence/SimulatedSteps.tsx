import { IconEye } from "@tabler/icons-react";

import type { SimulatedStep } from "../../api/schema";
import { words } from "../../lib/states";
import { exactText } from "../../lib/time";
import { RelativeTime } from "../RelativeTime";
import classes from "../SequenceEditor.module.css";
import { Chip } from "../StatusChip";

function what({ kind, template, title }: SimulatedStep, outreach: boolean): string {
  switch (kind) {
    case "send":
      return `Sends “${words(template ?? "")}”`;
    case "branch":
      return "Chooses how to go on";
    case "task":
      return `Makes a task: ${title ?? ""}`;
    case "stop":
      return outreach ? "Ends as unanswered" : "Ends";
  }
}

/** What a sequence would do when nobody answers, each step with its time in the creator's zone and why it comes then. */
export function SimulatedSteps({ label, items, zone, outreach, relative = false }: {
  label: string;
  items: SimulatedStep[];
  zone: string | undefined;
  /** It is a campaign's outreach, whose end means something. */
  outreach: boolean;
  relative?: boolean;
}) {
  const exact = (time: string) => exactText(new Date(time), zone);
  return (
    <ol className={classes.found} aria-label={label}>
      {items.map((item, n) => (
        <li key={n}>
          <div className={classes.foundHead}>
            {item.kind !== "stop" && <span className="soft">Step {item.step + 1}</span>}
            <strong>{what(item, outreach)}</strong>
            {item.review && <Chip tone="attention" icon={<IconEye size={13} aria-hidden />}>A person looks at it first</Chip>}
          </div>
          <div>{relative && <><RelativeTime at={item.at} />, </>}{exact(item.at)}</div>
          {item.latest !== item.at && <div className="soft">at the latest {exact(item.latest)}</div>}
          <div className="soft">{item.why}</div>
        </li>
      ))}
    </ol>
  );
}
