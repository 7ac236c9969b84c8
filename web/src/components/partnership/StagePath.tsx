import { VisuallyHidden } from "@mantine/core";
import { IconCheck, IconCircle, IconCircleDashed, IconPointFilled } from "@tabler/icons-react";

import type { PathStep } from "../../api/schema";
import { lookOf } from "../../lib/states";
import { exactText } from "../../lib/time";
import classes from "./StagePath.module.css";

const marks = {
  done: { icon: IconCheck, word: "done" },
  current: { icon: IconPointFilled, word: "now" },
  ahead: { icon: IconCircle, word: "ahead" },
  skipped: { icon: IconCircleDashed, word: "skipped" },
};

/** The stages of a partnership: what is done, where it stands, what is ahead. */
export function StagePath({ path }: { path: PathStep[] }) {
  return (
    <ol className={classes.path} aria-label="Path of stages">
      {path.map(({ stage, status, at }) => {
        const { icon: Icon, word } = marks[status];
        return (
          <li
            key={stage}
            className={`${classes.step} ${classes[status] ?? ""}`}
            aria-current={status === "current" ? "step" : undefined}
            title={at && exactText(new Date(at))}
          >
            <Icon size={14} aria-hidden />
            {lookOf("stage", stage).word}
            <VisuallyHidden>({word})</VisuallyHidden>
          </li>
        );
      })}
    </ol>
  );
}
