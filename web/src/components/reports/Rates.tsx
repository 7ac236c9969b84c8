import { Button, Group, Modal, NativeSelect, Stack, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { IconArrowsExchange } from "@tabler/icons-react";
import { useState } from "react";

import { useAct } from "../../api/act";
import { api, body } from "../../api/client";
import { brandsQuery, fxQuotesQuery } from "../../api/queries";
import type { FxConversion, FxQuote, FxQuoteCreate, PayeeYear } from "../../api/schema";
import { dateText } from "../../lib/time";
import { hasRole, useSession } from "../../lib/session";
import { columns, DataTable, Pager } from "../DataTable";
import { Money, Unknown } from "../Money";
import { EmptyState, ProblemNotice } from "../Notice";
import { Section } from "../Page";

/** What can be paid out, in the order in which people look for it. */
const codes = ["eur", "usd", "gbp", "chf", "cad", "aud", "jpy", "sek", "nok", "dkk", "pln", "czk", "huf", "isk", "nzd", "sgd", "inr", "brl", "mxn", "twd", "krw", "clp", "vnd", "ugx", "kwd", "bhd"];

const upper = (code: string) => code.toUpperCase();

/** What a payee got in every currency, in that of the threshold, and how much of it was converted. */
export function Counted({ year }: { year: PayeeYear }) {
  const [open, setOpen] = useState(false);
  const { counted } = year;
  if (!counted) return <Unknown what="paid in one currency" />;
  const { quotes, not_counted: missing } = counted;
  return (
    <>
      <Money value={counted.total} />
      <div className="soft">of which <Money value={counted.converted} /> at {quotes} {quotes === 1 ? "rate" : "rates"}</div>
      {missing > 0 && <div>{missing} not counted: no rate</div>}
      <Button size="compact-xs" variant="subtle" onClick={() => setOpen(true)} aria-label={`Conversions of ${year.creator_name}`}>Show each</Button>
      {open && <Conversions year={year} items={counted.conversions} onClose={() => setOpen(false)} />}
    </>
  );
}

const conversionColumns = columns<FxConversion>([
  { id: "paid", header: "Paid", cell: ({ payout_id, paid_on }) => <Link to="/payouts/$id" params={{ id: payout_id }}>{dateText(paid_on)}</Link> },
  { id: "amount", header: "Amount", right: true, cell: ({ amount }) => <Money value={amount} /> },
  { id: "rate", header: "Rate", cell: ({ rate, rate_on, source, not_counted }) => (rate ? <>{rate}<div className="soft">{source}, {dateText(rate_on ?? "")}</div></> : not_counted) },
  { id: "converted", header: "Counts as", right: true, cell: ({ converted }) => (converted ? <Money value={converted} /> : <Unknown what="not counted" />) },
  { id: "used", header: "In a file since", cell: ({ used_at }) => (used_at ? dateText(used_at.slice(0, 10)) : <Unknown what="in no file yet" />) },
]);

function Conversions({ year, items, onClose }: { year: PayeeYear; items: FxConversion[]; onClose: () => void }) {
  return (
    <Modal opened onClose={onClose} title={`${year.creator_name}: payments in other currencies`} size="xl">
      <Stack>
        <p style={{ margin: 0 }}>Each payment counts at the newest rate that was entered for the day it was paid or one before, rounded once. Together with them the payee is <strong>{standsWords[year.counted?.stands ?? "none"]}</strong>.</p>
        <DataTable label="Conversions" columns={conversionColumns} rows={items} rowId={({ payout_id }) => payout_id} empty={null} whole />
      </Stack>
    </Modal>
  );
}

const standsWords = { over: "over the threshold", near: "near the threshold", below: "below the threshold", any: "reported with every payment", none: "without a threshold" };

const cols = columns<FxQuote>([
  { id: "rate", header: "Rate", cell: ({ base, quote, rate }) => `1 ${upper(base)} = ${rate} ${upper(quote)}`, phone: "head" },
  { id: "day", header: "Of", cell: ({ on_day }) => dateText(on_day) },
  { id: "source", header: "Source", cell: ({ source }) => source },
  { id: "brand", header: "Brand", cell: ({ brand_name }) => brand_name, phone: "hide" },
  { id: "by", header: "Entered by", cell: ({ entered_by }) => entered_by },
  { id: "used", header: "Payments in files", right: true, cell: ({ payments }) => payments },
]);

/** The rates of exchange, and a way to enter one for those who may. */
export function Rates({ brand, cursor, go }: { brand: string | undefined; cursor: string | undefined; go: (cursor: string | undefined) => void }) {
  const session = useSession();
  const [entering, setEntering] = useState(false);
  const list = useQuery(fxQuotesQuery({ brand_id: brand, cursor, limit: 20 }));
  const enters = hasRole(session, ["finance_preparer", "finance_releaser"], brand);
  const enter = enters && <Button size="xs" variant="default" onClick={() => setEntering(true)}>Enter a rate</Button>;
  return (
    <Section title="Rates" actions={enter} flush>
      <DataTable
        label="Rates"
        flush
        columns={cols}
        rows={list.data?.items}
        rowId={({ id }) => id}
        error={list.error}
        retry={() => void list.refetch()}
        empty={
          <EmptyState icon={IconArrowsExchange} title="No rate was entered yet" action={!enters && <Link to="/settings/people">See who is of finance</Link>}>
            Payments in another currency than the threshold’s are not counted until finance enters a rate for the day they were paid, or one before.
          </EmptyState>
        }
      />
      <Pager shown={list.data?.items.length ?? 0} cursor={cursor} nextCursor={list.data?.next_cursor} go={go} />
      {entering && <EnterRate brand={brand} onClose={() => setEntering(false)} />}
    </Section>
  );
}

/** The day that it is where the person sits. */
const today = () => new Date(Date.now() - new Date().getTimezoneOffset() * 60_000).toISOString().slice(0, 10);

function EnterRate({ brand, onClose }: { brand: string | undefined; onClose: () => void }) {
  const session = useSession();
  const brands = useQuery(brandsQuery);
  const own = (brands.data?.items ?? []).filter(({ id }) => hasRole(session, ["finance_preparer", "finance_releaser"], id));
  const [typed, setTyped] = useState<FxQuoteCreate>({ brand_id: brand ?? "", base: "eur", quote: "usd", rate: "", source: "", on_day: today() });
  const what = { ...typed, brand_id: typed.brand_id || (own[0]?.id ?? "") };
  const act = useAct({
    run: (quote: FxQuoteCreate, key) => body(api.POST("/v1/fx-quotes", { params: { header: { "Idempotency-Key": key } }, body: quote })),
    done: "Entered; payments of that day and later count at it",
    close: onClose,
    touches: ["payout"],
  });
  const errors = act.error?.byField ?? {};
  const field = (name: keyof FxQuoteCreate) => ({
    value: what[name], error: errors[name], required: true, onChange: (event: { currentTarget: { value: string } }) => setTyped({ ...typed, [name]: event.currentTarget.value }),
  });
  const choices = codes.map((value) => ({ value, label: upper(value) }));
  return (
    <Modal opened onClose={onClose} title="Enter a rate">
      <form onSubmit={(event) => { event.preventDefault(); act.mutate(what); }}>
        <Stack>
          <p style={{ margin: 0 }}>A rate serves both directions. It stays as it is entered; to correct one, enter it again for the same day, and the last one counts.</p>
          {own.length > 1 && <NativeSelect label="Brand" data={own.map(({ id, name }) => ({ value: id, label: name }))} {...field("brand_id")} />}
          <Group gap="xs" align="flex-start" grow>
            <NativeSelect label="One unit of" data={choices} {...field("base")} />
            <TextInput label={`costs in ${upper(what.quote)}`} placeholder="1.0852" inputMode="decimal" data-autofocus {...field("rate")} />
            <NativeSelect label="Currency" data={choices} {...field("quote")} />
          </Group>
          <TextInput label="Day of the rate" type="date" {...field("on_day")} />
          <TextInput label="Where you read it" placeholder="European Central Bank, reference rate" maxLength={200} {...field("source")} />
          <ProblemNotice problem={act.error} shownFields={["brand_id", "base", "quote", "rate", "source", "on_day"]} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>Enter nothing</Button>
            <Button type="submit" loading={act.isPending}>Enter rate</Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
