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

/** A chip for something that is no state of the tables, such as a flag. */
export function Chip({ tone, icon, children }: { tone: Tone; icon: React.ReactNode; children: React.ReactNode }) {
  return (
    <span className={classes.chip} style={{ color: `var(--tone-${tone}-text)`, background: `var(--tone-${tone}-fill)` }}>
      {icon}
      {children}
    </span>
  );
}
