import { Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";

import type { Command, Partnership } from "../../api/schema";
import { words } from "../../lib/states";
import { CommandButton, refusal } from "../CommandButton";
import classes from "./Commands.module.css";

const CommandDialog = lazy(() => import("./CommandDialog"));
const OfferDialog = lazy(() => import("./OfferDialog"));

// Commands that end or take back something.
const dangerous = ["terminate", "revoke_approval"];

// Commands that a page of their own gives.
const elsewhere: Record<string, true> = { accept_offer: true, decline_offer: true, counter_offer: true, sign_contract: true, decline_contract: true, submit: true, report_post: true, ban: true, unban: true };

/** Every command of the partnership: those it accepts now as buttons, the others with the reason why not. */
export function Commands({ partnership }: { partnership: Partnership }) {
  const [asked, setAsked] = useState<Command | null>(null);
  const { contract } = partnership;
  const shown = partnership.commands.filter(({ command }) => !elsewhere[command]);
  const possible = shown.filter(({ allowed }) => allowed);
  const refused = shown.filter(({ allowed }) => !allowed);
  const button = (command: Command) => {
    if (command.command === "send_contract" && command.allowed && contract) {
      return (
        <Button key={command.command} variant="default" size="xs" renderRoot={(props) => <Link to="/contracts/$id" params={{ id: contract.id }} {...props} />}>
          {command.label}
        </Button>
      );
    }
    return (
      <CommandButton
        key={command.command}
        size="xs"
        variant={command.command === "send_offer" && command.allowed ? "filled" : "default"}
        c={dangerous.includes(command.command) && command.allowed ? "var(--mantine-color-error)" : undefined}
        reason={refusal(command)}
        onClick={() => setAsked(command)}
      >
        {command.label || words(command.command)}
      </CommandButton>
    );
  };

  if (shown.length === 0) return <p className="soft" style={{ margin: 0 }}>It accepts no command from you.</p>;
  return (
    <>
      <div className={classes.buttons}>{possible.map(button)}</div>
      {refused.length > 0 && (
        <details className={classes.refused} open={possible.length === 0}>
          <summary>Not possible now ({refused.length})</summary>
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
      <Suspense>
        {asked?.command === "send_offer" && <OfferDialog partnership={partnership} onClose={() => setAsked(null)} />}
        {asked && asked.command !== "send_offer" && <CommandDialog key={asked.command} command={asked} partnership={partnership} onClose={() => setAsked(null)} />}
      </Suspense>
    </>
  );
}

