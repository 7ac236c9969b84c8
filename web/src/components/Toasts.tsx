import { ActionIcon } from "@mantine/core";
import { IconAlertTriangle, IconCheck, IconHourglass, IconX } from "@tabler/icons-react";
import { useSyncExternalStore } from "react";

import { useLanguage } from "../lib/language";
import { dismiss, toasts } from "../lib/toasts";
import classes from "./Toasts.module.css";

const icons = { done: IconCheck, held: IconHourglass, danger: IconAlertTriangle };

/** What just happened, in the corner; heard as well as seen. */
export function Toasts() {
  const shown = useSyncExternalStore(toasts.subscribe, toasts.list);
  const { parts } = useLanguage();
  return (
    <div className={classes.corner} role="region" aria-label={parts.happened}>
      <div aria-live="polite">
        {shown.map(({ id, tone, title, message }) => {
          const Icon = icons[tone];
          return (
            <div key={id} className={classes.toast}>
              <Icon size={18} aria-hidden style={{ color: `var(--tone-${tone}-text)` }} />
              <div>
                {title && <strong>{title}</strong>}
                <div>{message}</div>
              </div>
              <ActionIcon aria-label={parts.dismiss} onClick={() => dismiss(id)}>
                <IconX size={16} aria-hidden />
              </ActionIcon>
            </div>
          );
        })}
      </div>
    </div>
  );
}
