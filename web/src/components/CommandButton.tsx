import { Button, VisuallyHidden, type ButtonProps } from "@mantine/core";
import { useId, type ReactNode } from "react";

import { Hint } from "./Hint";

interface Props extends ButtonProps {
  /** Why it would be refused now; without it the button works. */
  reason?: string;
  "aria-label"?: string;
  onClick: () => void;
  children: ReactNode;
}

/**
 * A command that may be refused now. A refused one stays where it is and can be reached by the keyboard, so that
 * its reason can be read on hover, on focus and by those who hear the page.
 */
export function CommandButton({ reason, onClick, children, ...look }: Props) {
  const id = useId();
  if (reason === undefined) {
    return (
      <Button {...look} onClick={onClick}>
        {children}
      </Button>
    );
  }
  return (
    <Hint label={reason}>
      <Button {...look} data-disabled aria-disabled aria-describedby={id} onClick={(event) => event.preventDefault()}>
        {children}
        <VisuallyHidden id={id}>Not possible now: {reason}</VisuallyHidden>
      </Button>
    </Hint>
  );
}

/** Why a command of the contract cannot be given now, or undefined when it can. */
export function refusal({ allowed, reason }: { allowed: boolean; reason?: string }): string | undefined {
  return allowed ? undefined : (reason ?? "The present state does not allow it.");
}
