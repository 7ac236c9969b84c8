import { useSuspenseQuery } from "@tanstack/react-query";
import { createFileRoute, Link } from "@tanstack/react-router";
import { IconCoin } from "@tabler/icons-react";

import { payoutBatchQuery, warm } from "../../api/queries";
import type { PayoutBatchItem } from "../../api/schema";
import { columns, DataTable, TwoLines } from "../../components/DataTable";
import { Money } from "../../components/Money";
import { EmptyState } from "../../components/Notice";
import { Facts, Page, Section } from "../../components/Page";
import { outcomeWords, sums } from "../../components/payout/batch";
import { RelativeTime } from "../../components/RelativeTime";
import { Chip, StatusChip } from "../../components/StatusChip";
import { moneyText } from "../../lib/money";

export const Route = createFileRoute("/_app/payouts/batches/$id")({
  loader: ({ context, params }) => warm(context.queryClient, payoutBatchQuery(params.id)),
  component: Made,
});

const cols = columns<PayoutBatchItem>([
  { id: "creator", header: "Creator", cell: ({ payout_id, creator_name, milestone_title }) => <Link to="/payouts/$id" params={{ id: payout_id }}><TwoLines first={creator_name} second={milestone_title} /></Link> },
  { id: "outcome", header: "What became of it", cell: ({ outcome }) => <Chip tone={outcomeWords[outcome].tone}>{outcomeWords[outcome].word}</Chip>, phone: "head" },
  { id: "reason", header: "Why", cell: ({ reason }) => reason ?? "" },
  { id: "state", header: "Payment now", cell: ({ state }) => <StatusChip noun="payout" state={state} /> },
  { id: "amount", header: "Amount", right: true, cell: ({ amount }) => <Money value={amount} /> },
]);

function Made() {
  const { id } = Route.useParams();
  const { data: batch } = useSuspenseQuery(payoutBatchQuery(id));
  const outcomes = Object.keys(outcomeWords) as PayoutBatchItem["outcome"][];
  return (
    <Page
      title={`Approved together as ${batch.part}`}
      up={{ to: "/payouts/batches", label: "Approved together" }}
      under={<>{batch.brand_name} · by {batch.made_by.name} <RelativeTime at={batch.made_at} /></>}
    >
      <Section title="What became of it">
        <div role="status">
          <Facts
            facts={outcomes.flatMap((outcome) => {
              const items = batch.items.filter((item) => item.outcome === outcome);
              return items.length === 0 ? [] : [[outcomeWords[outcome].word, `${items.length}: ${sums(items.map(({ amount }) => amount)).map(moneyText).join(" + ")}`] as [string, string]];
            })}
          />
        </div>
      </Section>
      <DataTable label="Payments of the batch" columns={cols} rows={batch.items} rowId={({ payout_id }) => payout_id} empty={<EmptyState icon={IconCoin} title="The batch is empty" action={<Link to="/payouts/batches">See the batches</Link>}>Nobody approved a payment in it.</EmptyState>} />
    </Page>
  );
}
