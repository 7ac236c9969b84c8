import { IconAlertCircle, IconAlertTriangle, IconCheck, IconCircle, IconClock, IconPlayerPause, type TablerIcon } from "@tabler/icons-react";

import { lookOf, type Stateful } from "../lib/states";
import type { Tone } from "../theme/tokens";
import classes from "./StatusChip.module.css";

/** A state as icon, word and colour; the colour never says anything alone. */
export function StatusChip({ noun, state }: { noun: Stateful; state: string }) {
  const { word, icon: Icon, tone } = lookOf(noun, state);
  return (
    <Chip tone={tone} icon={<Icon size={13} stroke={2} aria-hidden />}>
      {word}
    </Chip>
  );
}

const toneIcons: Record<Tone, TablerIcon> = { idle: IconCircle, progress: IconClock, attention: IconAlertCircle, danger: IconAlertTriangle, done: IconCheck, held: IconPlayerPause };

/** A chip for something that is no state of the tables, such as a flag. Without an icon of its own it has that of its tone: no colour says something alone. */
export function Chip({ tone, icon, children }: { tone: Tone; icon?: React.ReactNode; children: React.ReactNode }) {
  const Icon = toneIcons[tone];
  return (
    <span className={classes.chip} style={{ color: `var(--tone-${tone}-text)`, background: `var(--tone-${tone}-fill)` }}>
      {icon ?? <Icon size={13} aria-hidden />}
      {children}
    </span>
  );
}
