import { useSuspenseQuery } from "@tanstack/react-query";
import { createFileRoute, useNavigate } from "@tanstack/react-router";

import { contractDraftQuery, warm } from "../../api/queries";
import { DraftEditor } from "../../components/contract/DraftEditor";
import { Page } from "../../components/Page";

export const Route = createFileRoute("/_app/contracts/$id/edit")({
  loader: ({ context, params }) => warm(context.queryClient, contractDraftQuery(params.id)),
  component: EditContract,
});

function EditContract() {
  const { id } = Route.useParams();
  const { data: draft } = useSuspenseQuery(contractDraftQuery(id));
  const navigate = useNavigate();
  return (
    <Page
      title={`Edit contract ${draft.number}`} up={{ to: `/contracts/${id}`, label: `Contract ${draft.number}` }}
      under={`${draft.creator_name}, ${draft.campaign_name}. Choose what stands in this contract. Money, dates and rights are those of the offer that both accepted.`}
    >
      <DraftEditor draft={draft} saved={() => void navigate({ to: "/contracts/$id", params: { id } })} />
    </Page>
  );
}
