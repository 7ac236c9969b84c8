import { ActionIcon, Button } from "@mantine/core";
import { IconAlertTriangle, IconCheck, IconHourglass, IconX } from "@tabler/icons-react";
import { useSyncExternalStore } from "react";

import { useLanguage } from "../lib/language";
import { useShortcuts } from "../lib/shortcuts";
import { dismiss, toasts } from "../lib/toasts";
import classes from "./Toasts.module.css";

const icons = { done: IconCheck, held: IconHourglass, danger: IconAlertTriangle };

/** What just happened, in the corner; heard as well as seen. */
export function Toasts() {
  const shown = useSyncExternalStore(toasts.subscribe, toasts.list);
  const { parts } = useLanguage();
  const take = (id: number, undo: () => void) => {
    dismiss(id);
    undo();
  };
  const last = shown.findLast(({ undo }) => undo);
  useShortcuts("Just now", last?.undo ? [{ keys: "z", label: "Undo what was just done", run: () => take(last.id, last.undo as () => void) }] : []);
  return (
    <div className={classes.corner} role="region" aria-label={parts.happened}>
      <div aria-live="polite">
        {shown.map(({ id, tone, title, message, undo }) => {
          const Icon = icons[tone];
          return (
            <div key={id} className={classes.toast}>
              <Icon size={18} aria-hidden style={{ color: `var(--tone-${tone}-text)` }} />
              <div>
                {title && <strong>{title}</strong>}
                <div>{message}</div>
                {undo && <Button size="compact-xs" variant="subtle" ml={-8} onClick={() => take(id, undo)}>Undo</Button>}
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
