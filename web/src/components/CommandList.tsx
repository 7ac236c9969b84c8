import type { ReactNode } from "react";

import type { Command } from "../api/schema";
import { CommandButton, refusal } from "./CommandButton";
import classes from "./CommandList.module.css";

interface Props {
  commands: Command[];
  give: (command: Command) => void;
  /** The one that most people come for. */
  main?: string;
  /** Those that end or take back something. */
  dangerous?: string[];
  /** Stands in for the button of a command that a page of its own gives. */
  instead?: (command: Command) => ReactNode;
}

/** Commands that are accepted now as buttons; the others below, each with the reason why not. */
export function CommandList({ commands, give, main, dangerous = [], instead }: Props) {
  const possible = commands.filter(({ allowed }) => allowed);
  const refused = commands.filter(({ allowed }) => !allowed);
  const button = (command: Command) =>
    (command.allowed && instead?.(command)) || (
      <CommandButton
        key={command.command}
        size="xs"
        variant={command.command === main && command.allowed ? "filled" : "default"}
        c={dangerous.includes(command.command) && command.allowed ? "var(--mantine-color-error)" : undefined}
        reason={refusal(command)}
        onClick={() => give(command)}
      >
        {command.label}
      </CommandButton>
    );

  if (commands.length === 0) return <p className="soft" style={{ margin: 0 }}>It accepts no command from you.</p>;
  return (
    <>
      {possible.length > 0 && <div className={classes.buttons}>{possible.map(button)}</div>}
      {refused.length > 0 && (
        <details className={classes.refused}>
          <summary>
            {possible.length > 0 ? "Not possible now" : "Nothing is possible now"} ({refused.length})
          </summary>
          <ul>
            {refused.map((command) => (
              <li key={command.command}>
                {button(command)}
                <span>{refusal(command)}</span>
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}
