import { Button, Group, Stack, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { IconBook, IconDownload } from "@tabler/icons-react";
import { useState } from "react";

import { useAct } from "../../api/act";
import { api, body } from "../../api/client";
import { journalAccountsQuery, journalsQuery } from "../../api/queries";
import type { JournalAccount } from "../../api/schema";
import table from "../DataTable.module.css";
import { fileAddress } from "../Downloads";
import { LoadingLines } from "../Loading";
import { Money } from "../Money";
import { EmptyState, LoadFailed, Notice, ProblemNotice } from "../Notice";
import { Section } from "../Page";
import type { Days } from "./Period";

/** Xero's template holds so many lines. */
const xeroLines = 300;

/** A period of the ledger as journals for other books, one row a currency. */
export function Journals({ brandId, days }: { brandId: string; days: Days }) {
  const totals = useQuery(journalsQuery(brandId, days));
  const address = (system: string, currency: string) => fileAddress(`/v1/brands/${brandId}/journals/export`, { ...days, system, currency });
  const long = totals.data?.items.some(({ lines }) => lines > xeroLines);
  return (
    <Section title="Journals of the period" flush>
      {totals.error && !totals.data ? <LoadFailed error={totals.error} retry={() => void totals.refetch()} /> : !totals.data ? <LoadingLines /> : totals.data.items.length === 0 ? (
        <EmptyState icon={IconBook} title="Nothing was booked in this period" action={<Link to="/payouts" search={{ show: "all" }}>See the payments</Link>}>Top-ups, what comes to be owed, and payments are booked by themselves. Or choose another period.</EmptyState>
      ) : (
        <div className={`${table.scroll} ${table.flush}`} tabIndex={0}>
          <table className={table.table} aria-label="Journals by currency">
            <thead>
              <tr><th scope="col">Currency</th><th scope="col" className={table.right}>Journals</th><th scope="col" className={table.right}>Lines</th><th scope="col" className={table.right}>Debits = credits</th><th scope="col">To import</th></tr>
            </thead>
            <tbody>
              {totals.data.items.map(({ debits, journals, lines }) => {
                const name = debits.currency.toUpperCase();
                return (
                  <tr key={debits.currency}>
                    <td>{name}</td>
                    <td className={`${table.right} tabular`}>{journals}</td>
                    <td className={`${table.right} tabular`}>{lines}</td>
                    <td className={table.right}><Money value={debits} /></td>
                    <td>
                      <Group gap="xs" wrap="nowrap">
                        {(["quickbooks", "xero"] as const).map((system) => (
                          <Button
                            key={system} size="xs" variant="default" component="a" href={address(system, debits.currency)} download
                            leftSection={<IconDownload size={14} aria-hidden />} aria-label={`${systems[system]}, ${name}`}
                          >
                            {systems[system]}
                          </Button>
                        ))}
                      </Group>
                    </td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        </div>
      )}
      {long && (
        <Notice tone="progress" title={`Xero takes ${xeroLines} lines in one file`}>Choose a shorter period for each file, such as a week.</Notice>
      )}
    </Section>
  );
}

const systems = { quickbooks: "QuickBooks", xero: "Xero" };

/** How the brand's own books call the accounts of the ledger. */
export function Accounts({ brandId, edits }: { brandId: string; edits: boolean }) {
  const accounts = useQuery({ ...journalAccountsQuery(brandId), refetchOnWindowFocus: false });
  const [editing, setEditing] = useState(false);
  const items = accounts.data?.items;
  return (
    <Section title="Accounts in your own books" flush={!editing} actions={edits && items && !editing && <Button size="xs" variant="default" onClick={() => setEditing(true)}>Edit</Button>}>
      {accounts.error && !items ? <LoadFailed error={accounts.error} retry={() => void accounts.refetch()} /> : !items ? <LoadingLines /> : editing ? (
        <AccountsForm brandId={brandId} items={items} onClose={() => setEditing(false)} />
      ) : (
        <div className={`${table.scroll} ${table.flush}`} tabIndex={0}>
          <table className={table.table} aria-label="Accounts in your own books">
            <thead><tr><th scope="col">In Rapport</th><th scope="col">Name in QuickBooks</th><th scope="col">Code in Xero</th><th scope="col">Tax rate in Xero</th></tr></thead>
            <tbody>
              {items.map((account) => (
                <tr key={account.kind}>
                  <td>{account.label}{account.is_default && <div className="soft">as it came</div>}</td>
                  <td>{account.quickbooks}</td>
                  <td>{account.xero}</td>
                  <td>{account.xero_tax}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Section>
  );
}

const columns = [
  { field: "quickbooks", label: "Name in QuickBooks" },
  { field: "xero", label: "Code in Xero" },
  { field: "xero_tax", label: "Tax rate in Xero" },
] as const;

function AccountsForm({ brandId, items, onClose }: { brandId: string; items: JournalAccount[]; onClose: () => void }) {
  const [typed, setTyped] = useState(items);
  const act = useAct({
    run: (accounts: JournalAccount[]) => body(api.PUT("/v1/brands/{id}/journal-accounts", {
      params: { path: { id: brandId } },
      body: { items: accounts.map(({ kind, quickbooks, xero, xero_tax }) => ({ kind, quickbooks, xero, xero_tax })) },
    })),
    done: "Accounts saved",
    close: onClose,
    touches: ["journal"],
  });
  const errors = act.error?.byField ?? {};
  // What is as it came is left out, so that it stays so.
  const changed = typed.filter((account, at) => !account.is_default || columns.some(({ field }) => account[field] !== items[at]?.[field]));
  const shown = changed.flatMap((_, at) => columns.map(({ field }) => `items.${at}.${field}`));
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        act.mutate(changed);
      }}
    >
      <Stack>
        {typed.map((account, at) => (
          <fieldset key={account.kind} style={{ border: 0, padding: 0, margin: 0 }}>
            <legend style={{ fontWeight: 560, padding: 0 }}>{account.label}</legend>
            <Group gap="xs" align="flex-start" grow>
              {columns.map(({ field, label }) => (
                <TextInput
                  key={field}
                  label={label}
                  required
                  value={account[field]}
                  error={errors[`items.${changed.indexOf(account)}.${field}`]}
                  onChange={(event) => {
                    const value = event.currentTarget.value;
                    setTyped((before) => before.map((one, n) => (n === at ? { ...one, [field]: value } : one)));
                  }}
                />
              ))}
            </Group>
          </fieldset>
        ))}
        <ProblemNotice problem={act.error} shownFields={shown} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>Keep as it was</Button>
          <Button type="submit" loading={act.isPending}>Save accounts</Button>
        </Group>
      </Stack>
    </form>
  );
}
