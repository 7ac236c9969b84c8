import { createFileRoute, useNavigate } from "@tanstack/react-router";
import { IconBuildingStore } from "@tabler/icons-react";

import { EmptyState } from "../../components/Notice";
import { Page } from "../../components/Page";
import { OutsideReviewers } from "../../components/policy/OutsideReviewers";
import { Policies } from "../../components/policy/Policies";
import { Slack } from "../../components/policy/Slack";
import * as url from "../../lib/search";
import { hasRole, useSession } from "../../lib/session";

export const Route = createFileRoute("/_app/settings/reviews")({
  // The policy that is open, by its id, or the word for one that is made.
  validateSearch: url.search({ policy: url.words }),
  component: Reviews,
});

function Reviews() {
  const { brand, policy } = Route.useSearch();
  const navigate = useNavigate({ from: Route.fullPath });
  const session = useSession();
  const all = session?.brands ?? [];
  // Policies belong to one brand; where none is chosen, to the first that the person administers.
  const at = all.find(({ brand_id }) => brand_id === brand) ?? all.find(({ roles }) => roles.includes("admin")) ?? all[0];
  if (!at) return <Page title="Reviews"><EmptyState icon={IconBuildingStore} title="You work for no brand yet">An admin gives you a role at one.</EmptyState></Page>;
  const admin = hasRole(session, ["admin"], at.brand_id);
  return (
    <Policies
      key={at.brand_id}
      brandId={at.brand_id}
      brandName={at.brand_name}
      admin={admin}
      open={policy}
      go={(open) => void navigate({ search: (search) => ({ ...search, policy: open }) })}
    >
      {all.length > 1 && !brand && <p className="soft" style={{ margin: 0 }}>These are {at.brand_name}’s. Choose another brand above to see its own.</p>}
      <OutsideReviewers brandId={at.brand_id} admin={admin} />
      {admin && <Slack brandId={at.brand_id} />}
    </Policies>
  );
}

